"""Broken content and broken flows: each fault is told with its file, line and remedy, and nothing else is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import bot
from bot.checks import reading
from bot.checks.everything import check
from bot.content.readability import Reading
from bot.dialogs.flow import Card, Choice, Doors, Flows, To
from bot.model import LANGUAGES, LEVELS
from tests.broken_content.world import END, QUESTION, WAYS, Case, cases, flows, lay_out, lay_out_broken

TODAY = date(2026, 11, 23)
"""The day on which all facts of the small world were checked."""

CASES = cases()
NOBODY = Doors((), ())
LONG_ID = "service." + "x" * 36
"""An id of 48 characters."""

IN_FLOWS: dict[str, tuple[Flows, list[str]]] = {
    "unreachable": (
        flows(Card("lost", text="card")),
        [
            f"bot/dialogs/flows.py:1: `lost` cannot be reached at level `{level}`. "
            "Lead to it from a screen, or delete it."
            for level in LEVELS
        ],
    ),
    "leads_nowhere": (
        flows(replace(QUESTION, choices=(*QUESTION.choices, Choice("years", To("worry.years"), hidden=True)))),
        [
            f"bot/dialogs/flows.py:1: `worry.absence`, choice `years`, leads nowhere at level `{level}`. "
            "Lead to a screen that exists at that level."
            for level in LEVELS
        ],
    ),
    "leads_to_other_level": (
        flows(Card("service.bup", door="service.bup", levels=("upper",))),
        [
            "bot/dialogs/flows.py:1: `start`, choice `clinic`, leads nowhere at level `primary`. "
            "Lead to a screen that exists at that level.",
        ],
    ),
    "topic_without_screen": (
        flows(without="guide.documents"),
        [
            "bot/dialogs/flows.py:1: The topic `guide.documents` has no screen. Add the screen, or take the topic out.",
        ],
    ),
    "no_first_door": (
        flows(replace(END, first=NOBODY)),
        [
            f"content/{language}/worry/absence.yaml:7: `worry.absence.days` names no door under `first` at `{level}`. "
            "Name one in bot/dialogs/worries/."
            for language in ("en", "nb")
            for level in LEVELS
        ],
    ),
    "no_door_outside_at_a_level": (
        flows(replace(END, outside=Doors(("service.bup",), ()))),
        [
            f"content/{language}/worry/absence.yaml:7: `worry.absence.days` names no door under `outside` at `upper`. "
            "Name one in bot/dialogs/worries/."
            for language in ("en", "nb")
        ],
    ),
    "no_ladder": (
        flows(replace(END, tried=Doors((), ("school.head",)))),
        [
            f"content/{language}/worry/absence.yaml:7: `worry.absence.days` names no door under `tried` at `primary`. "
            "Name one in bot/dialogs/worries/."
            for language in ("en", "nb")
        ],
    ),
    "sent_back": (
        flows(replace(END, tried=Doors(("school.head", "school.teacher"), ("school.head",)))),
        [
            f"content/{language}/worry/absence.yaml:7: `worry.absence.days` sends a parent back to school.teacher. "
            "Take it out of the ladder in bot/dialogs/worries/."
            for language in ("en", "nb")
        ],
    ),
    "long_id": (
        flows(Card(f"{LONG_ID}x", text="card"), ways=(*WAYS, Choice("long", To(f"{LONG_ID}x"), hidden=True))),
        [
            f"content/nb/start.yaml:11: The id `{LONG_ID}x` is too long: a button to choose the level carries 65 "
            "bytes. 64 fit: shorten the id in bot/dialogs."
        ],
    ),
    "long_callback": (
        flows(
            Card(LONG_ID, (Choice("y" * 10, To("danger")),), text="card"),
            ways=(*WAYS, Choice("long", To(LONG_ID), hidden=True)),
        ),
        [
            f"content/{language}/start.yaml:11: The button «{label}» on `{LONG_ID}` carries 67 bytes; 64 fit. "
            "Shorten the ids in bot/dialogs."
            for language, label in (("en", "Danger now"), ("nb", "Fare nå"))
        ],
    ),
}
"""Faults of the flows over sound words: the flows, and exactly what is told of them."""


@pytest.mark.parametrize("name", CASES)
def test_broken_content(name: str, tmp_path: Path) -> None:
    """Content that is wrong in one way gets exactly the faults that name it, in the order of files and lines."""
    lay_out_broken(tmp_path, name, CASES[name])

    assert CASES[name].faults == _told(flows(), tmp_path)


@pytest.mark.parametrize("name", IN_FLOWS)
def test_broken_flows(name: str, tmp_path: Path) -> None:
    """Flows that are wrong in one way get exactly the faults that name it."""
    broken, expected = IN_FLOWS[name]
    lay_out(tmp_path)

    assert expected == _told(broken, tmp_path)


def test_sound(tmp_path: Path) -> None:
    """The small world itself has no fault, so that whatever a case reports comes from the case."""
    lay_out(tmp_path)

    told = _told(flows(), tmp_path)

    assert not told


def test_callback_that_fits(tmp_path: Path) -> None:
    """Callback data of exactly 64 bytes is no fault."""
    lay_out(tmp_path)
    fits = flows(
        Card(LONG_ID, (Choice("y" * 7, To("danger")),), text="card"),
        ways=(*WAYS, Choice("long", To(LONG_ID), hidden=True)),
    )

    told = _told(fits, tmp_path)

    assert not told


def test_all_at_once(tmp_path: Path) -> None:
    """Faults of different kinds, in different files, are told together and not one after the other."""
    names = ("renamed_to_nowhere", "raw_number", "unknown_topic_file", "pattern_no_class", "stale", "unused_door")
    lay_out(tmp_path)
    for name in names:
        _break_more(tmp_path, name)

    told = _told(flows(), tmp_path)

    assert sorted(fault for name in names for fault in CASES[name].faults) == sorted(told)


@pytest.mark.parametrize("name", ["buttons.back", "notes.media", "headings.first", "telegram.group", "commands.delete"])
def test_missing_word_of_the_bot(name: str, tmp_path: Path) -> None:
    """A word of the bot's own that neither language has is a fault of `ui.yaml`, told before a parent meets the gap."""
    lay_out(tmp_path)
    section, key = name.split(".")
    for language in LANGUAGES:
        path = tmp_path / "content" / language / "ui.yaml"
        text = path.read_text("utf-8")
        cut = re.sub(rf"(?ms)^({section}:\n(?:  .*?\n)*?)  {key}: .*?\n", r"\1", text)
        assert len(cut) < len(text)
        path.write_text(cut, "utf-8")

    told = _told(flows(), tmp_path)

    assert any("/ui.yaml:" in fault and key in fault for fault in told)


@pytest.mark.parametrize(
    ("checked", "kinds"),
    [
        (date(2026, 11, 23), []),
        (date(2026, 5, 27), []),
        (date(2026, 5, 26), ["warning"]),
        (date(2025, 11, 23), ["warning"]),
        (date(2025, 11, 22), ["stale"]),
        (date(2026, 11, 24), ["wrong"]),
    ],
)
def test_age(checked: date, kinds: list[str], tmp_path: Path) -> None:
    """A fact may be 180 days old in peace, 365 with a warning, then it is stale; one from the future is wrong."""
    lay_out(tmp_path)
    path = tmp_path / "content" / "values.yaml"
    path.write_text(path.read_text("utf-8").replace("2026-11-23", checked.isoformat()), "utf-8")

    _, faults = check(flows(), TODAY, tmp_path)

    assert kinds == ["warning" * f.warning + "stale" * f.stale or "wrong" for f in faults]


@pytest.mark.parametrize(
    ("reading_", "kinds"),
    [
        (Reading(words=100, sentences=10, longest=25, long=25, long_g=25), []),
        (Reading(words=100, sentences=10, longest=26, long=25, long_g=25), ["a sentence has"]),
        (Reading(words=150, sentences=10, longest=20, long=30, long_g=30), []),
        (Reading(words=151, sentences=10, longest=20, long=30, long_g=30), ["sentences have"]),
        (Reading(words=100, sentences=10, longest=20, long=26, long_g=26), ["26 per cent", "LIX is 36"]),
        (Reading(words=100, sentences=10, longest=20, long=30, long_g=20), []),
        (Reading(words=100, sentences=10, longest=20, long=30, long_g=21), ["30 per cent", "LIX is 40"]),
        (Reading(words=100, sentences=10, longest=20, long=31, long_g=0), ["31 per cent", "LIX is 41"]),
        (Reading(words=59, sentences=10, longest=20, long=40, long_g=40), []),
        (Reading(words=60, sentences=10, longest=20, long=40, long_g=40), ["67 per cent", "LIX is 73"]),
    ],
)
def test_judge(reading_: Reading, kinds: list[str]) -> None:
    """LIX may reach 35, or 40 where the glossary's terms alone lift it; short texts are judged by sentences only."""
    told = sorted(reading.judge(reading_))

    assert [True] * len(kinds) == [what.startswith(kind) for what, kind in zip(told, sorted(kinds), strict=True)]


def test_every_kind_has_a_case() -> None:
    """Every kind of fault that the code can tell of stands in a case here, so that a new one needs a new case."""
    told = [fault for case in CASES.values() for fault in case.faults]
    told += [fault for _, faults in IN_FLOWS.values() for fault in faults]

    lacking = [where for where, kind in _kinds() if not any(kind.fullmatch(fault) for fault in told)]

    assert not lacking


def test_kinds_are_found() -> None:
    """The test above looks at something: a handful of kinds that are known to be there are among those it found."""
    found = list(_kinds())

    assert all(
        any(where.startswith(room) for where, _ in found) for room in ("source", "load", "age", "graph", "prose")
    )
    assert len(found) > 40


def _told(flows_: Flows, root: Path) -> list[str]:
    """The faults as `check` prints them."""
    _, faults = check(flows_, TODAY, root)
    return [str(fault) for fault in faults]


def _break_more(root: Path, name: str) -> None:
    """Break content that may be broken already, in the way of another case."""
    case: Case = CASES[name]
    lay_over = lay_out_broken(root.parent / f"{root.name}-{name}", name, case) / "content"
    touched = {change.file for change in case.change}
    own = Path(__file__).parents[1] / "broken_content" / name / "content"
    touched |= {path.relative_to(own).as_posix() for path in own.rglob("*.yaml")}
    for file in touched:
        (root / "content" / file).write_bytes((lay_over / file).read_bytes())


def _kinds() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every fault that `bot/checks` and `bot/content` can make: where it is made, and what it looks like printed.

    Those of `phrases.py` are no part of `check` at the start; test_phrases.py has them.
    """
    house = Path(bot.__file__).parent
    files = (*house.glob("checks/*.py"), *house.glob("content/*.py"))
    for path in sorted(file for file in files if file.name != "phrases.py"):
        tree = ast.parse(path.read_text("utf-8"))
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
                match call.func:
                    case ast.Name("Fault"):
                        what, mend = call.args[2:4]
                    case ast.Attribute(attr="fault"):
                        what, mend = call.args[:2]
                    case _:
                        continue
                known = _assigned(function, call.lineno)
                said = f"{_pattern(what, known)} {_pattern(mend, known)}"
                yield f"{path.stem}:{call.lineno}", re.compile(rf"[^ ]+:\d+: (?:warning: )?{said}", re.DOTALL)


def _assigned(function: ast.FunctionDef, line: int) -> dict[str, ast.expr]:
    """What the names of a function stand for at a line: what was last assigned to them above it."""
    assigned = [node for node in ast.walk(function) if isinstance(node, ast.Assign) and node.lineno < line]
    return {
        target.id: node.value
        for node in sorted(assigned, key=lambda node: node.lineno)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _pattern(part: ast.expr, known: dict[str, ast.expr]) -> str:
    """A regular expression for what an expression can give: its fixed words, and anything between them."""
    match part:
        case ast.Constant(value=str(text)):
            return re.escape(text)
        case ast.JoinedStr(values=values):
            return "".join(_pattern(value, known) for value in values)
        case ast.Name(id=name) if name in known:
            return _pattern(known[name], known)
        case _:
            return ".*"
