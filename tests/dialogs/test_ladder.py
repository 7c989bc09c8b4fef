"""From door to door: a message to the first one, and for whoever got no answer the next, never one twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest

from bot.dialogs.flow import Card, Choice, Doors, Draft, End, Flows, Ladder, Node, To
from bot.dialogs.flows import FLOWS, NODES
from bot.dialogs.ladder import A_PERSON, WRITTEN_TO, ladder
from bot.dialogs.replay import way_to
from bot.dialogs.respond import current, respond
from bot.model import LEVELS, DoorId, Level, NodeId, Press, Show, State

both_levels = pytest.mark.parametrize("level", LEVELS)

STEPS = 2 * len(WRITTEN_TO) + 2
"""Screens of a walk at most: each person once, a step and a message each, then the last doors."""
TEACHER, OFFICE, HEAD, NURSE = "school.contact_teacher", "school.office", "school.head", "service.school_nurse"
CARDS = {
    "contact.teacher": TEACHER,
    "contact.aks": "school.base_leader",
    "contact.grades": "school.counsellor",
    "contact.absence": TEACHER,
    "contact.health": NURSE,
    "contact.problem": HEAD,
    "contact.admin": OFFICE,
}
"""The cards about people at school, and who the message of each is for."""


def doors(node: Node, level: Level) -> tuple[DoorId, ...]:
    """The persons and services that a screen names at a level."""
    match node:
        case End():
            return (*node.first.at(level), *node.outside.at(level))
        case Ladder():
            return node.doors.at(level)
        case Draft():
            return node.to.at(level)
        case Card(door=str(door)):
            return (door,)
    return ()


def begins(flows: Flows, level: Level) -> Iterator[Node]:
    """Where a parent meets the first door: the ends of the worries, and the cards about people at school."""
    for node in flows.nodes.values():
        if level in node.levels and (isinstance(node, End) or node.id in CARDS):
            yield node


def walk(flows: Flows, begin: Node, level: Level) -> list[Node]:
    """The screens of a parent who writes, gets no answer, writes again, and so on as long as a button leads there."""
    state = State("nb", level, way_to(flows, begin, level))
    seen = [begin]
    while len(seen) <= STEPS:
        wanted = "silent" if isinstance(seen[-1], Draft) else "write"
        if wanted not in [choice.id for choice in seen[-1].visible(level)]:
            break
        outcome = respond(flows, state, Press("choose", seen[-1].id, wanted, level, "nb"))
        (effect,) = outcome.effects
        assert isinstance(effect, Show)
        assert effect.screen == current(flows, outcome.state)
        state = outcome.state
        seen.append(flows.nodes[effect.screen.node])
    return seen


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a screen at a level."""

    kind: str
    node: NodeId
    level: Level


def wrong_walks(flows: Flows) -> Iterator[Wrong]:
    """Walks on which somebody is met again who was written to, or that end nowhere."""
    for level in LEVELS:
        for begin in begins(flows, level):
            steps, written = walk(flows, begin, level), set[DoorId]()
            for before, node in pairwise(steps):
                if isinstance(before, Draft):
                    written |= set(doors(before, level))
                if written & set(doors(node, level)):
                    yield Wrong("meets again", node.id, level)
            last = steps[-1]
            if len(steps) > STEPS:
                yield Wrong("goes round", begin.id, level)
            elif len(steps) > 1 and last.id != A_PERSON and not (isinstance(last, Ladder) and doors(last, level)):
                yield Wrong("ends nowhere", last.id, level)


def wrong_drafts(flows: Flows) -> Iterator[Wrong]:
    """Messages that are for nobody at school, or for somebody at a level where they do not exist."""
    for node in flows.nodes.values():
        for level in LEVELS if isinstance(node, Draft) else ():
            to = doors(node, level)
            if len(to) != (level in node.levels) or not set(to) <= set(WRITTEN_TO):
                yield Wrong("for nobody", node.id, level)


def wrong_choices(flows: Flows) -> Iterator[Wrong]:
    """Ends and cards with a person at school whose message is not the first choice, and others that have one."""
    for node in flows.nodes.values():
        if isinstance(node, End):
            due = all(set(node.first.at(level)) & set(WRITTEN_TO) for level in node.levels)
        elif isinstance(node, Ladder):
            due = False
        else:
            due = node.id in CARDS
        for level in node.levels:
            if isinstance(node, Ladder):
                due = any(choice.id == "write" for choice in node.visible(level))
            ids = [choice.id for choice in node.visible(level)]
            if ids[:1] != ["write"] if due else "write" in ids:
                yield Wrong("first choice", node.id, level)


def faults(flows: Flows) -> list[Wrong]:
    """Everything that is wrong with the ladders."""
    return [*wrong_walks(flows), *wrong_drafts(flows), *wrong_choices(flows)]


# --- the flows as they are ---


def test_nobody_is_met_again_who_was_written_to() -> None:
    """From every end and card, whoever gets no answer is led on to somebody else, and last to doors or a person."""
    assert list(wrong_walks(FLOWS)) == []


def test_every_message_is_for_a_person_at_school() -> None:
    """A message has one receiver at each of its levels, somebody whom the school's app reaches."""
    assert list(wrong_drafts(FLOWS)) == []


def test_writing_is_the_first_choice_where_a_person_at_school_comes_first() -> None:
    """Ends with somebody at school among the doors to begin with offer the message first; no other end has one."""
    assert list(wrong_choices(FLOWS)) == []


@both_levels
def test_an_end_writes_to_the_first_person_that_it_names(level: Level) -> None:
    """The message of an end is for the first of its doors that can be written to, at each level."""
    ends = [node for node in begins(FLOWS, level) if isinstance(node, End)]
    with_message = [node for node in ends if node.visible(level)[0].id == "write"]

    wrong = [
        node.id
        for node in with_message
        if doors(FLOWS.nodes[f"{node.id}.write"], level)
        != tuple(door for door in node.first.at(level) if door in WRITTEN_TO)[:1]
    ]

    assert wrong == []
    assert 20 < len(with_message) < len(ends)


@pytest.mark.parametrize(("card", "person"), CARDS.items())
def test_a_card_writes_to_the_person_it_is_about(card: NodeId, person: DoorId) -> None:
    """Each card about people at school has the message to the one who stands first on it."""
    node = FLOWS.nodes[card]

    receivers = {level: doors(FLOWS.nodes[f"{card}.write"], level) for level in node.levels}

    assert receivers == dict.fromkeys(node.levels, (person,))


WALKS: list[tuple[Level, str]] = [
    ("primary", "worry.learning.behind: .write .tried .tried.write .tried2 .tried2.write .tried3"),
    ("upper", "worry.bullying.adult: .write .tried"),
    ("upper", "worry.bullying.told_head:"),
    (
        "upper",
        "contact.health: .write contact.admin contact.admin.write contact.problem contact.problem.write meta.human",
    ),
]
"""Whole walks: two people above the first, nobody above, none to write to at all, and from a card to a person."""


@pytest.mark.parametrize(("level", "way"), WALKS, ids=[way.partition(":")[0] for _, way in WALKS])
def test_a_walk_step_by_step(level: Level, way: str) -> None:
    """The screens come in this order, each by one press."""
    begin, _, steps = way.partition(":")

    seen = walk(FLOWS, FLOWS.nodes[begin], level)

    assert [begin, *(f"{begin}{step}" if step[0] == "." else step for step in steps.split())] == [n.id for n in seen]


@both_levels
def test_danger_is_on_every_step(level: Level) -> None:
    """However far a parent has gone up, "danger now" is one press away on every step."""
    steps = [node for begin in begins(FLOWS, level) for node in walk(FLOWS, begin, level) if isinstance(node, Ladder)]

    without = [node.id for node in steps if "danger" not in [choice.id for choice in node.visible(level)]]

    assert steps
    assert without == []


# --- ladders of our own ---


def test_a_step_leaves_out_whom_the_step_before_wrote_to() -> None:
    """Each step shows the doors that are left, and the last one has nobody left to write to."""
    tried = Doors((OFFICE, HEAD, "gp"), (OFFICE, HEAD, "nav"))

    steps = list(ladder("end", Doors((TEACHER,), (TEACHER,)), tried, LEVELS))

    assert [(node.id, doors(node, "primary"), doors(node, "upper")) for node in steps] == [
        ("end.write", (TEACHER,), (TEACHER,)),
        ("end.tried", (OFFICE, HEAD, "gp"), (OFFICE, HEAD, "nav")),
        ("end.tried.write", (OFFICE,), (OFFICE,)),
        ("end.tried2", (HEAD, "gp"), (HEAD, "nav")),
        ("end.tried2.write", (HEAD,), (HEAD,)),
        ("end.tried3", ("gp",), ("nav",)),
    ]


def test_a_ladder_of_people_alone_leads_to_a_person() -> None:
    """When nobody is left after the last message, a person to talk to takes the place of an empty step."""
    *_, last = ladder("end", Doors((TEACHER,), ()), Doors((HEAD,), ()), ("primary",))

    assert isinstance(last, Draft)
    assert last.choices == (Choice("silent", To(A_PERSON)),)


@pytest.mark.parametrize(
    ("first", "tried"),
    [
        (Doors(("gp",), ("gp",)), Doors((HEAD,), (HEAD,))),
        (Doors((TEACHER,), ("gp",)), Doors((HEAD,), (HEAD,))),
        (Doors((TEACHER,), (TEACHER,)), Doors((HEAD,), (OFFICE,))),
    ],
    ids=["nobody first", "nobody first at one level", "different people above"],
)
def test_a_step_without_a_message(first: Doors, tried: Doors) -> None:
    """There is no message up the ladder when nobody was written to before, or when it is for two different people."""
    steps = list(ladder("end", first, tried, LEVELS))

    assert [node.id for node in steps if isinstance(node, Ladder)] == ["end.tried"]
    assert "end.tried.write" not in [node.id for node in steps]


# --- the checks can fail ---


def planted(node_id: NodeId, **changes: object) -> Flows:
    """The flows with one screen changed."""
    assert node_id in FLOWS.nodes
    return Flows(tuple(replace(node, **changes) if node.id == node_id else node for node in NODES), "start")  # type: ignore[arg-type]


def silent(target: NodeId) -> tuple[Choice, ...]:
    """The way on from a message."""
    return (Choice("silent", To(target)),)


BEHIND, COMPANY = "worry.learning.behind", "worry.crime.company"
PLANTED: dict[str, tuple[Flows, str, NodeId]] = {
    "a step shows the teacher again": (
        planted(f"{BEHIND}.tried2", doors=Doors((HEAD, TEACHER), (HEAD,))),
        *("meets again", f"{BEHIND}.tried2"),
    ),
    "the last step shows the office again": (
        planted(f"{BEHIND}.tried3", doors=Doors(("gp",), ("gp", OFFICE))),
        *("meets again", f"{BEHIND}.tried3"),
    ),
    "a second message to the teacher": (
        planted(f"{BEHIND}.tried.write", to=Doors((TEACHER,), (TEACHER,))),
        *("meets again", f"{BEHIND}.tried.write"),
    ),
    "back to the end": (
        planted(f"{BEHIND}.tried2.write", choices=silent(BEHIND)),
        *("meets again", BEHIND),
    ),
    "round and round": (
        planted("contact.problem.write", choices=silent("contact.admin")),
        *("goes round", "contact.admin"),
    ),
    "to a list": (planted(f"{BEHIND}.write", choices=silent("worries")), "ends nowhere", "worries"),
    "to a step without doors": (
        planted(f"{BEHIND}.tried3", doors=Doors((), ("gp",))),
        *("ends nowhere", f"{BEHIND}.tried3"),
    ),
    "no way on": (planted("contact.admin.write", choices=()), "ends nowhere", "contact.admin.write"),
    "a message to the doctor": (planted(f"{BEHIND}.write", to=Doors(("gp",), (TEACHER,))), "for nobody", ""),
    "a message to nobody": (planted(f"{BEHIND}.write", to=Doors((TEACHER,), ())), "for nobody", ""),
    "a message to two": (planted(f"{BEHIND}.write", to=Doors((TEACHER, HEAD), (TEACHER,))), "for nobody", ""),
    "a message where there is no such level": (
        planted("contact.aks.write", to=Doors(("school.base_leader",), (TEACHER,))),
        *("for nobody", "contact.aks.write"),
    ),
    "an end that does not offer it": (
        planted(BEHIND, choices=tuple(c for c in FLOWS.nodes[BEHIND].choices if c.id != "write")),
        *("first choice", BEHIND),
    ),
    "an end that offers it last": (
        planted(BEHIND, choices=FLOWS.nodes[BEHIND].choices[::-1]),
        *("first choice", BEHIND),
    ),
    "an end with nobody to write to": (
        planted(COMPANY, choices=(Choice("write", To(f"{BEHIND}.write")), *FLOWS.nodes[COMPANY].choices)),
        *("first choice", COMPANY),
    ),
    "a card that offers it last": (
        planted("contact.teacher", choices=FLOWS.nodes["contact.teacher"].choices[::-1]),
        *("first choice", "contact.teacher"),
    ),
    "another card that offers it": (
        planted("contact.roles", choices=(Choice("write", To("contact.admin.write")),)),
        *("first choice", "contact.roles"),
    ),
}
"""Flows with one fault, what is to be found, and on which screen (none: on the message of the end)."""


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_fault_is_found(case: str) -> None:
    """Each kind of fault is found on its screen, and nothing of the kind without it."""
    flows, kind, node = PLANTED[case]

    found = faults(flows)

    assert (kind, node or f"{BEHIND}.write") in {(one.kind, one.node) for one in found}
    assert faults(FLOWS) == []
