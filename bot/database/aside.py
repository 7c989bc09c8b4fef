"""Files set aside beside the database: named by why and when, and erased when what is in them has expired."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

Why = Literal["corrupt", "before-restore", "restoring"]
SUFFIXES = ("-wal", "-shm", "-journal", "")
"""What SQLite puts behind the name of a database for the files that belong to it; the database itself comes last."""
_TIME = "%Y%m%dT%H%M%S.%fZ"
_ASIDE = re.compile(rf"\.(?:corrupt|before-restore|restoring)-(\d{{8}}T\d{{6}}\.\d{{6}}Z)(?:{'|'.join(SUFFIXES)})")


def named(path: Path, why: Why) -> Path:
    """A new name beside a database: `bot.sqlite3.corrupt-20261123T120000.000000Z`, the time in UTC."""
    return path.with_name(f"{path.name}.{why}-{datetime.now(UTC).strftime(_TIME)}")


def move(path: Path, why: Why) -> Path:
    """Rename a database and the files that belong to it; returns its new name. Raises OSError."""
    aside = named(path, why)
    for suffix in SUFFIXES:
        one = Path(f"{path}{suffix}")
        if one.exists():
            one.rename(f"{aside}{suffix}")
    return aside


def remove(path: Path) -> None:
    """Delete a database and the files that belong to it, as far as there are any. Raises OSError."""
    for suffix in SUFFIXES:
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def forget(path: Path, before: datetime) -> None:
    """Erase what was set aside beside a database before a time: all that stands in it has expired. Raises OSError."""
    for file in path.parent.glob("*"):
        found = _ASIDE.fullmatch(file.name.removeprefix(path.name)) if file.name.startswith(path.name) else None
        if found is not None and datetime.strptime(found[1], _TIME).replace(tzinfo=UTC) <= before:
            file.unlink(missing_ok=True)
