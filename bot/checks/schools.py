"""The school register: every row is sound. Its homepages are links, so the age limit of facts does not apply."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.content.faults import Fault
from bot.schools.register import read


def check(root: Path) -> Iterator[Fault]:
    """The faults of `content/schools.csv` below `root`."""
    _, faults = read(root / "content" / "schools.csv", root)
    yield from faults
