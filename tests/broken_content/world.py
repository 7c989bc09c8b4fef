"""A small world without a fault: content beside this file, flows here. Each case folder breaks it in one way."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from bot.dialogs.flow import Card, Choice, Doors, Draft, End, Flows, Ladder, Menu, Node, Question, To
from bot.dialogs.topics import TOPICS
from bot.model import CRISES, LANGUAGES, NONE

HOME = Path(__file__).parent


class Change(BaseModel):
    """In `file` (below `content/`), the one place where `find` stands becomes `put`, written `times` times."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    find: str
    put: str
    times: int = 1


class Case(BaseModel):
    """What `case.yaml` says: how the small world is broken, and exactly the faults that follow, as `check` prints them.

    Whatever lies in the case's own `content/` is laid over the small world first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str
    change: list[Change] = Field(default_factory=list)
    remove: list[str] = Field(default_factory=list)
    faults: list[str]


def cases() -> dict[str, Case]:
    """Every case by the name of its folder."""
    found = {path.parent.name: path.read_text("utf-8") for path in sorted(HOME.glob("*/case.yaml"))}
    return {name: Case.model_validate(yaml.safe_load(text)) for name, text in found.items()}


def lay_out(root: Path) -> Path:
    """Put the sound content below `root`, with one training phrase for each topic and language."""
    shutil.copytree(HOME / "sound", root, dirs_exist_ok=True)
    for language in LANGUAGES:
        phrases = root / "content" / language / "phrases"
        phrases.mkdir()
        for topic in TOPICS:
            words = f"{language} {topic.replace('.', ' ').replace('_', ' ')}"
            (phrases / f"{topic}.yaml").write_text(f"plain:\n  - {words}\n", "utf-8")
    return root


def lay_out_broken(root: Path, name: str, case: Case) -> Path:
    """Put the sound content below `root`, broken as `case` says."""
    lay_out(root)
    content = root / "content"
    if (HOME / name / "content").is_dir():
        shutil.copytree(HOME / name / "content", content, dirs_exist_ok=True)
    for change in case.change:
        path = content / change.file
        text = path.read_text("utf-8")
        assert text.count(change.find) == 1, f"{name}: «{change.find}» must stand once in {change.file}"
        path.write_text(text.replace(change.find, change.put * change.times), "utf-8")
    for file in case.remove:
        (content / file).unlink()
    return root


TEACHER = Doors(("school.teacher",), ("school.teacher",))
HEAD = Doors(("school.head",), ("school.head",))
CLINIC = Doors(("service.bup",), ("service.bup",))

QUESTION = Question(
    "worry.absence", (Choice("days", To("worry.absence.days")), Choice("weeks", To("worry.absence.weeks")))
)
END = End(
    "worry.absence.days",
    (Choice("write", To("message")), Choice("tried", To("ladder"))),
    first=TEACHER,
    outside=CLINIC,
    tried=HEAD,
)
SECOND_END = End(
    "worry.absence.weeks",
    (Choice("tried", To("ladder")),),
    text="worry.absence.days",
    first=TEACHER,
    outside=CLINIC,
    tried=HEAD,
    because="worry.absence.weeks",
)
WAYS = (
    Choice("worried", To("worry.absence")),
    Choice("clinic", To("service.bup")),
    Choice("danger", To("danger")),
)
"""The choices with a button on the first screen."""

_FULL = {"worry.absence", "service.bup", *CRISES, NONE}


def flows(*changed: Node, without: str = "", ways: tuple[Choice, ...] = WAYS) -> Flows:
    """The small world's flows: every topic has a screen, most share their words, and no button leads to those.

    `changed` screens take the place of those with their id, or are added; the screen `without` is left out; `ways`
    are the buttons of the first screen.
    """
    plain = [topic for topic in TOPICS if topic not in _FULL]
    hidden = [Choice(topic.replace(".", "_"), To(topic), hidden=True) for topic in (*plain, *CRISES)]
    nodes: dict[str, Node] = {
        node.id: node
        for node in (
            Menu("start", (*ways, *(choice for choice in hidden if choice.next != To(without)))),
            Question("danger"),
            QUESTION,
            END,
            SECOND_END,
            Ladder("ladder", doors=END.tried),
            Draft("message", (Choice("silent", To("message.up")),), to=TEACHER),
            Draft("message.up", to=HEAD, matter="message"),
            Card("service.bup", door="service.bup"),
            *(Card(topic, text="crisis.suicide") for topic in CRISES),
            *(Card(topic, text="card") for topic in plain),
        )
        if node.id != without
    }
    return Flows((*{**nodes, **{node.id: node for node in changed}}.values(),), "start")
