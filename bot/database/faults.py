"""What a fault of SQLite or of the disk means, and what an operator does about it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bot.errors import StoreError

_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_MAY_NOT = "it may not be opened or written; let the bot's user write the file and its folder"
_REMEDIES = {
    sqlite3.SQLITE_BUSY: "another program holds it; end that program",
    sqlite3.SQLITE_LOCKED: "another program holds it; end that program",
    sqlite3.SQLITE_CANTOPEN: _MAY_NOT,
    sqlite3.SQLITE_PERM: _MAY_NOT,
    sqlite3.SQLITE_READONLY: _MAY_NOT,
    sqlite3.SQLITE_FULL: "the disk is full; make room on it",
    sqlite3.SQLITE_IOERR: "the disk does not do its work; look whether it is full or broken",
}


class DamagedError(sqlite3.DatabaseError):
    """The file opens, and a check of its pages finds it damaged."""


def is_damage(error: Exception) -> bool:
    """Whether the file itself is broken: never so for a lock, a full disk or a missing right, which pass."""
    return isinstance(error, DamagedError) or _code(error) in _DAMAGE


def unusable(path: Path, error: Exception) -> StoreError:
    """The error for an operator, in one sentence: which file, what is wrong, how to mend it."""
    if is_damage(error):
        why = "it is damaged, or no database at all; use a backup of it"
    elif isinstance(error, OSError):
        why = f"{error.strerror or type(error).__name__}; look at the file and its folder"
    else:
        code = _code(error)
        why = _REMEDIES.get(code, f"{error}; if another program made it, name another file in DATABASE_PATH")
    return StoreError(f"The database {path} cannot be used: {why}.")


def _code(error: Exception) -> int:
    """SQLite's code for an error without its details, which stand in the higher bytes; 0 when it has none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
