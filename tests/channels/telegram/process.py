"""The bot as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.channels.telegram.helpers import ROOT, SECRET


class Process:
    """`python -m bot run`, keeping its things, its temporary files and what it prints in a folder."""

    def __init__(
        self,
        url: str,
        token: str,
        folder: Path,
        level: str = "DEBUG",
        others: Mapping[str, str] | None = None,
        command: Sequence[str] = ("bot", "run"),
    ) -> None:
        """Start it, or another module, with these settings besides; unless they say so, on any free port."""
        temporary = folder / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        self._out, self._err = folder / "out", folder / "err"
        with self._out.open("w") as out, self._err.open("w") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=folder,
                env={
                    **os.environ,
                    "PYTHONPATH": str(ROOT),
                    "TELEGRAM_BOT_TOKEN": token,
                    "TELEGRAM_API_URL": url,
                    "DATABASE_PATH": str(folder / "bot.sqlite3"),
                    "TMPDIR": str(temporary),
                    "SECRET_KEY": SECRET,
                    "LOG_LEVEL": level,
                    "LISTEN": "127.0.0.1:0",
                    **(others or {}),
                },
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=err,
            )

    def printed(self) -> list[str]:
        """The lines on stdout so far."""
        return self._out.read_text().splitlines()

    def ended(self) -> tuple[int, str, str]:
        """Wait for its end: how it ended, and what it printed."""
        return self.process.wait(40), self._out.read_text(), self._err.read_text()

    def __enter__(self) -> Process:
        """It runs already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill it, if it still runs."""
        self.process.kill()
        self.process.communicate(timeout=20)
