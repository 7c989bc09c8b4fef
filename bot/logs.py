"""Logging that can hold no message, no chat and no token."""

from __future__ import annotations

import logging
import re
import sys

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{20,}")
_LIBRARIES = ("telegram", "aiohttp", "aiosqlite", "asyncio", "uvicorn", "httpx", "httpcore", "hpack")
"""Libraries that log updates, addresses and whole answers of Telegram, some even as errors: they are silent. What goes
wrong in them reaches us as exceptions, and we log those ourselves."""


class _Redacted(logging.Formatter):
    """Takes out whatever looks like a bot token, also from what libraries log."""

    def format(self, record: logging.LogRecord) -> str:
        """The record without its traceback: an exception's message may hold what a parent wrote."""
        bare = logging.makeLogRecord({**record.__dict__, "exc_info": None, "exc_text": None, "stack_info": None})
        return _TOKEN.sub("<token>", super().format(bare))


def set_up(level: str) -> None:
    """Log to stderr from `level` up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacted("%(asctime)s %(levelname)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def describe(error: BaseException) -> str:
    """An unexpected error for the log: its kind and where in our code it rose, never its message."""
    place = "an unknown place"
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename.replace("\\", "/")
        if "/bot/" in file and "/site-packages/" not in file:
            place = f"bot/{file.rsplit('/bot/', 1)[1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place}"
