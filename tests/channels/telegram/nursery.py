"""`python -m tests.channels.telegram.nursery`: bots that run at once, for tests that kill many of them.

Reading the content takes seconds. It is read once here; for each line on stdin a process is split off that runs the bot
as `python -m bot run` does, and its number is printed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from bot.application import build
from bot.channels.telegram import service
from bot.logs import set_up
from bot.settings import read_settings


def main() -> None:
    """Split off a bot for each line."""
    application = build()
    service.build = lambda *_: application  # type: ignore
    # Those that end need not be asked how.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        number = os.fork()
        if number == 0:
            settings = read_settings()
            set_up(settings.log_level)
            asyncio.run(service.serve(settings))
            os._exit(0)
        print(number, flush=True)


if __name__ == "__main__":
    main()
