"""Sheets to look at: made once, in every kind of file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import get_args

import pytest

from bot.content.catalogue import Catalogue
from bot.content.load import load
from bot.posters.sheet import Sheet, Target, sheet
from bot.posters.typesetting import Format, typeset
from bot.schools.register import Register
from bot.schools.register import load as load_schools

DAY = date(2026, 11, 23)
TELEGRAM = Target("OsloForeldreBot", None)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The real content."""
    found, _ = load()
    assert found is not None
    return found


@pytest.fixture(scope="session")
def register() -> Register:
    """The real schools."""
    return load_schools()


@pytest.fixture(scope="session")
def example(catalogue: Catalogue, register: Register) -> Sheet:
    """The sheet of one school, whose code leads to Telegram."""
    return sheet(catalogue, register.by_id["abildso"], TELEGRAM, DAY)


@pytest.fixture(scope="session")
def files(example: Sheet) -> Mapping[Format, bytes]:
    """The same sheet as every kind of file."""
    return {kind: typeset(example, kind) for kind in get_args(Format)}
