"""A copy of the database while the bot runs, and the way back from one; both by SQLite's own online backup."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.database import aside
from bot.database.connection import Database
from bot.database.faults import unusable
from bot.database.schema import is_ours
from bot.errors import StoreError

_PATIENCE = 10.0
"""Seconds for which another program that holds a file is waited for."""


def back_up(database: Path, target: Path) -> int:
    """Copy the database to a new file, for its owner alone; returns how many conversations stand in it.

    The file has its name only when it is whole and sound. Raises StoreError when there is no database, when it is
    damaged or cannot be read, or when the target exists or cannot be written.
    """
    if not database.is_file():
        raise StoreError(f"There is no database {database}; DATABASE_PATH names it.")
    if os.path.lexists(target):
        raise StoreError(f"{target} exists already; name a file that does not.")
    if not target.parent.is_dir():
        raise StoreError(f"There is no folder {target.parent}; make it first.")
    unfinished = target.with_name(f"{target.name}.unfinished-{os.getpid()}")
    try:
        _copy(database, unfinished)
        count = verify(unfinished)
        with _faults_of(target):
            unfinished.rename(target)
    finally:
        aside.remove(unfinished)
    return count


def restore(database: Path, source: Path) -> tuple[int, Path | None]:
    """Put a copy in the place of what stands in the database, while the bot runs or not.

    Returns how many conversations there are now, and where what stood there before is kept (None: nothing sound stood
    there).
    Raises StoreError when the copy is no sound database of ours of a version that we know, or either cannot be used.
    """
    if not source.is_file():
        raise StoreError(f"There is no file {source}.")
    if database.exists() and source.samefile(database):
        raise StoreError(f"{source} is the database itself; name a backup of it.")
    verify(source)
    stood = database.stat().st_ino if database.exists() else None
    # Opened once as the bot does it: begun when it is missing, and set aside when it is damaged.
    asyncio.run(_brought_up(database))
    kept = aside.named(database, "before-restore") if database.stat().st_ino == stood else None
    staged = aside.named(database, "restoring")
    try:
        _copy(source, staged)
        # An older version is brought up to date before the running bot sees it.
        asyncio.run(_brought_up(staged))
        count = verify(staged)
        if kept is not None:
            _copy(database, kept)
        _copy(staged, database)
    except BaseException:
        if kept is not None:
            aside.remove(kept)
        raise
    finally:
        aside.remove(staged)
    return count, kept


def verify(path: Path) -> int:
    """How many conversations a file holds. Raises StoreError unless it is a sound database of a version we know."""
    with _faults_of(path), _opened(path) as db:
        [verdict] = db.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise StoreError(f"{path} is damaged; name another copy.")
        if not is_ours(db, path):
            raise StoreError(f"{path} is not a database of this bot; name one that `backup` made.")
        [count] = db.execute("SELECT count(*) FROM conversation").fetchone()
    return int(count)


async def _brought_up(path: Path) -> None:
    database = Database(path)
    try:
        await database.open()
    finally:
        await database.close()


def _copy(source: Path, target: Path) -> None:
    """Copy all pages as they stand at one moment; a file that exists is changed in one transaction.

    A new file is its owner's alone, and needs no other beside it.
    """
    new = not target.exists()
    if new:
        with _faults_of(target):
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with _faults_of(source), _opened(source) as old, _faults_of(target), _opened(target) as copy:
        last = time.monotonic() + _PATIENCE

        def give_up(status: int, _remaining: int, _total: int) -> None:
            # SQLite would wait for ever.
            if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > last:
                raise StoreError(f"Another program holds {source if new else target}; end that program.")

        old.backup(copy, progress=give_up, sleep=0.1)
        copy.execute("PRAGMA journal_mode = DELETE" if new else "PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a file that is there; closing it leaves no log beside the file, as one for reading only would."""
    address = f"{path.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None, timeout=_PATIENCE)) as db:
        yield db


@contextmanager
def _faults_of(path: Path) -> Iterator[None]:
    """What goes wrong meanwhile, said in one sentence about this file."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise unusable(path, error) from error
