"""Everything that the city tells parents is in the bot: docs/source.md, row by row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.application import Application
from bot.dialogs.flow import Flows
from bot.dialogs.flows import FLOWS
from bot.model import LANGUAGES, LEVELS, Level, NodeId

TABLE = Path(__file__).resolve().parents[1] / "docs" / "source.md"
STATEMENTS = [f"s{number:02}" for number in range(1, 48)]
_PLACE = re.compile(r"`([a-z0-9_.]+)#([a-z0-9_]+)`")


@dataclass(frozen=True, slots=True)
class Place:
    """One place where the bot makes a statement: a screen and a part of it, at one level."""

    statement: str
    level: Level
    node: NodeId
    part: str

    def __str__(self) -> str:
        """The name of its test."""
        return f"{self.statement}-{self.level}-{self.node}#{self.part}"


def rows() -> list[list[str]]:
    """The table's rows, each with its four cells: id, statement, and where it stands at each level."""
    lines = TABLE.read_text("utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| s\d", line)]


def places() -> list[Place]:
    """Every place that the table names."""
    return [
        Place(row[0], level, match[1], match[2])
        for row in rows()
        for level, cell in zip(LEVELS, row[2:], strict=True)
        for match in _PLACE.finditer(cell)
    ]


def seen(flows: Flows, level: Level) -> set[NodeId]:
    """The screens that a parent comes to from the first one by buttons alone."""
    found = [flows.root]
    for node in found:
        targets = (flows.target(choice, level) for choice in flows.nodes[node].visible(level))
        found += [target for target in dict.fromkeys(targets) if target not in found]
    return set(found)


SEEN = {level: seen(FLOWS, level) for level in LEVELS}


def test_every_statement_has_one_row() -> None:
    """All ids from s01 to s47 stand in the table, once and in order."""
    assert [row[0] for row in rows()] == STATEMENTS


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_row_is_well_formed(row: list[str]) -> None:
    """A row has four cells; a cell holds places or a dash, nothing else; and the bot says it at one level at least."""
    number, statement, *cells = row

    assert statement
    assert len(LEVELS) == len(cells)
    assert all(cell == "–" or not _PLACE.sub("", cell).replace("·", "").strip() for cell in cells), number
    assert any(_PLACE.search(cell) for cell in cells)


@pytest.mark.parametrize("place", places(), ids=str)
def test_the_bot_says_it(application: Application, place: Place) -> None:
    """The screen exists at that level and has that part, with words for the level in both languages."""
    node = application.flows.nodes[place.node]

    assert place.level in node.levels
    for language in LANGUAGES:
        parts = application.catalogue.books[language].nodes[node.words].parts
        assert place.part in parts, language
        assert parts[place.part].at(place.level), language


@pytest.mark.parametrize("place", places(), ids=str)
def test_a_parent_can_tap_the_way_to_it(place: Place) -> None:
    """The screen is reached from the first one by buttons that stand there at that level."""
    assert place.node in SEEN[place.level]
