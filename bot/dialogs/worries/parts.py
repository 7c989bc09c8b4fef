"""What the worries are built of: the doors they name, the ladders above them, and ends with all their ways on."""

from __future__ import annotations

from bot.dialogs.flow import Card, Choice, Doors, Draft, End, Next, Node, Question, To
from bot.dialogs.ladder import DANGER, TRIED, ladder, writes
from bot.model import LEVELS, DoorId, Level, NodeId

TEACHER = "school.contact_teacher"
HEAD = "school.head"
OFFICE = "school.office"
NURSE = "service.school_nurse"
AGENCY = "authority.education_agency"
GOVERNOR = "authority.state_administrator"
BULLYING_OMBUD = "authority.bullying_ombud"
PUPIL_OMBUD = "authority.pupil_ombud"
HELPLINE = "helpline.mental_helse"
CHILD_LINE = "helpline.alarm_116111"


def both(*doors: DoorId) -> Doors:
    """The same doors at both levels."""
    return Doors(doors, doors)


# The ladders for a parent who has tried the first door: one step above it, then on (guidance 1.5).
ABOVE_TEACHER = Doors((OFFICE, HEAD, AGENCY, "influence.fug"), (OFFICE, HEAD, AGENCY, PUPIL_OMBUD))
ABOVE_TEACHER_ENVIRONMENT = Doors((HEAD, GOVERNOR, BULLYING_OMBUD), (HEAD, GOVERNOR, BULLYING_OMBUD, PUPIL_OMBUD))
ABOVE_AKS = Doors(("school.aks_leader", HEAD, GOVERNOR, BULLYING_OMBUD), ())


def end(
    node_id: NodeId,
    *,
    first: Doors,
    outside: Doors,
    tried: Doors,
    text: NodeId = "",
    because: NodeId = "",
    levels: tuple[Level, ...] = LEVELS,
    more: tuple[Choice, ...] = (),
) -> tuple[Node, ...]:
    """An end and its ladder, with the ways on that every end has: at home meanwhile, tried already, danger.

    Where the first door is a person at school, a message to them comes first.
    """
    topic = ".".join(node_id.split(".")[:2])
    above = tuple(ladder(node_id, first, tried, levels))
    write = (writes(node_id),) if isinstance(above[0], Draft) else ()
    home, help_ = Choice("home", To(f"{topic}.home")), Choice(TRIED, To(f"{node_id}.{TRIED}"))
    return (
        End(
            node_id,
            (*write, *more, home, help_, DANGER),
            text=text,
            levels=levels,
            asks_level=True,
            first=first,
            outside=outside,
            tried=tried,
            because=because,
        ),
        *above,
    )


def question(node_id: NodeId, *choices: Choice, text: NodeId = "", levels: tuple[Level, ...] = LEVELS) -> Question:
    """A narrowing question; the level must be known, since words and people differ by it."""
    return Question(node_id, choices, text=text, levels=levels, asks_level=True)


def pick(choice_id: str, target: NodeId | Next, levels: tuple[Level, ...] = LEVELS) -> Choice:
    """A choice that leads to a screen."""
    return Choice(choice_id, To(target) if isinstance(target, str) else target, levels)


def home(topic: NodeId, levels: tuple[Level, ...] = LEVELS) -> Card:
    """The card on what to do at home meanwhile, one for each worry."""
    return Card(f"{topic}.home", (DANGER,), levels=levels, asks_level=True)


G: tuple[Level, ...] = ("primary",)
V: tuple[Level, ...] = ("upper",)
