"""A fault in the content: where it stands, what is wrong, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong with the content.

    `file` is relative to the project, `line` counts from 1. A `warning` is shown but stops nothing. `stale` marks a
    fact that is too old: `check` fails on it, the running bot does not, since an old number is better than no answer.
    """

    file: str
    line: int
    what: str
    mend: str
    warning: bool = False
    stale: bool = False

    def __str__(self) -> str:
        """The fault on one line, as `check` prints it."""
        kind = "warning: " if self.warning else ""
        return f"{self.file}:{self.line}: {kind}{self.what} {self.mend}"
