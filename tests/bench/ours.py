"""`python -m tests.bench.ours`: our bot as `python -m bot run` has it, but without Telegram's limits."""

from __future__ import annotations

import asyncio

from bot.channels.telegram import service
from bot.channels.telegram.pacing import UNLIMITED
from bot.logs import set_up
from bot.settings import read_settings


def main() -> None:
    """Run it."""
    settings = read_settings()
    set_up(settings.log_level)
    asyncio.run(service.serve(settings, limits=UNLIMITED))


if __name__ == "__main__":
    main()
