"""What all tests share: the bot's rooms, built once."""

from __future__ import annotations

import pytest

from bot.application import Application, build


@pytest.fixture(scope="session")
def application() -> Application:
    """The real content, flows, words and ears."""
    return build()
