"""Danger in typed messages, against a corpus that others wrote: dangers it must find, look-alikes it must not raise.

The even half was looked at while the patterns were written. The odd half was not: it shows how they do on new messages.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from bot.application import Application
from bot.model import Decision

Half = Literal["even", "odd"]
HALVES: tuple[Half, ...] = get_args(Half)
FOUND: dict[Half, float] = {"even": 0.96, "odd": 0.84}
"""The share of the acute messages that get the crisis answer or are asked about, at least: two points below what was
measured, so that a change which loses some is noticed."""
RAISED: dict[Half, float] = {"even": 0.02, "odd": 0.035}
"""The share of the look-alikes that get the crisis answer, at most."""


class Record(BaseModel):
    """A message of the corpus."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    text: str
    lang: str
    topic: str
    kind: str

    @property
    def half(self) -> Half:
        """The half of the corpus that it belongs to, by the number in its id."""
        return HALVES[int(self.id.rpartition("-")[2]) % 2]


@pytest.fixture(scope="session")
def acute() -> list[Record]:
    """Messages of danger."""
    return _read("acute")


@pytest.fixture(scope="session")
def lookalikes() -> list[Record]:
    """Messages that look like danger and are none."""
    return _read("lookalikes")


# Only numbers stand in the assertions, so that a failure prints no message of the half that is kept aside.


def test_every_id_and_text_is_there_once(acute: list[Record], lookalikes: list[Record]) -> None:
    """Nothing is counted twice."""
    records = [*acute, *lookalikes]
    ids = len({record.id for record in records})
    texts = len({" ".join(record.text.lower().split()) for record in records})
    written = len(records)
    assert ids == written
    assert texts == written


def test_both_sides_are_large(acute: list[Record], lookalikes: list[Record]) -> None:
    """Shares of few messages would say little."""
    sizes = len(acute), len(lookalikes)
    assert sizes[0] >= 300
    assert sizes[1] >= 600


def test_a_third_of_the_acute_is_hinted_or_misspelt(acute: list[Record]) -> None:
    """Danger is seldom said plainly, or spelt well."""
    hard, written = sum(record.kind in ("hint", "misspelt") for record in acute), len(acute)
    assert 3 * hard >= written


@pytest.mark.parametrize("half", HALVES)
def test_danger_is_found(application: Application, acute: list[Record], half: Half) -> None:
    """Found for certain, or asked about with the numbers on the screen."""
    share = _share(application, acute, half, ("crisis", "doubt"))
    assert share >= FOUND[half]


@pytest.mark.parametrize("half", HALVES)
def test_lookalikes_are_not_raised(application: Application, lookalikes: list[Record], half: Half) -> None:
    """A worried parent is not shown the crisis answer in vain."""
    share = _share(application, lookalikes, half, ("crisis",))
    assert share <= RAISED[half]


def _read(name: str) -> list[Record]:
    path = Path(__file__).with_name(f"{name}.yaml")
    return TypeAdapter(list[Record]).validate_python(yaml.safe_load(path.read_text("utf-8")))


def _share(application: Application, records: list[Record], half: Half, decisions: tuple[Decision, ...]) -> float:
    """The share of one half of the records that is decided so, each message judged alone."""
    chosen = [record for record in records if record.half == half]
    heard = [application.listener.explain(record.text).heard.decision for record in chosen]
    return sum(decision in decisions for decision in heard) / len(chosen)
