"""Ways in which a database goes wrong, done for real: broken on the way in, the cause taken away on the way out."""

from __future__ import annotations

import os
import resource
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from bot.database.schema import MIGRATIONS

NOBODY = 65534
"""The user that owns nothing."""

Breakage = Callable[[Path], AbstractContextManager[None]]
"""Breaks the database at a path for as long as it is entered."""


def remove(path: Path) -> None:
    """Delete a database with the files that SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


@contextmanager
def powerless() -> Iterator[None]:
    """Only what any user may do: root, who may do everything, becomes nobody for a while."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program holds the whole file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def a_folder(path: Path) -> Iterator[None]:
    """A folder stands where the file should be."""
    path.mkdir(parents=True)
    try:
        yield
    finally:
        path.rmdir()


@contextmanager
def under_a_file(path: Path) -> Iterator[None]:
    """A file stands where the folder should be."""
    path.parent.write_text("not a folder")
    try:
        yield
    finally:
        path.parent.unlink()


@contextmanager
def corrupt(path: Path) -> Iterator[None]:
    """The file holds something that is no database."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"This is no database. " * 400)
    try:
        yield
    finally:
        remove(path)


@contextmanager
def of_something_else(path: Path) -> Iterator[None]:
    """The file is a database, but another program's."""
    with _database(path, "CREATE TABLE recipes (name TEXT)", "PRAGMA user_version = 1"):
        yield


@contextmanager
def newer(path: Path) -> Iterator[None]:
    """The database was written by a later version of the bot."""
    with _database(path, *(step for steps in MIGRATIONS for step in steps), "PRAGMA user_version = 99"):
        yield


@contextmanager
def forbidden(path: Path) -> Iterator[None]:
    """The folder may be neither read nor written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0)
    try:
        with powerless():
            yield
    finally:
        path.parent.chmod(0o700)


@contextmanager
def full(path: Path) -> Iterator[None]:
    """The disk takes no more bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


BREAKAGES: Mapping[str, Breakage] = {
    "locked": locked,
    "a folder": a_folder,
    "under a file": under_a_file,
    "of something else": of_something_else,
    "newer": newer,
    "forbidden": forbidden,
    "full": full,
}
"""All that can be wrong with a database before it is opened and passes or is mended by people; damage heals itself."""


@contextmanager
def _database(path: Path, *statements: str) -> Iterator[None]:
    """A database that some other program made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    other = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        other.execute(statement)
    other.close()
    try:
        yield
    finally:
        remove(path)
