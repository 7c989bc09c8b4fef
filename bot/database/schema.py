"""The tables, version by version, and the way from each version to the next."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import aiosqlite

from bot.errors import NewerDatabaseError

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE conversation (key BLOB PRIMARY KEY, state TEXT NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID",
        "CREATE INDEX conversation_expires ON conversation (expires)",
        "CREATE TABLE handled (update_id INTEGER PRIMARY KEY, at INTEGER NOT NULL)",
        "CREATE INDEX handled_at ON handled (at)",
    ),
)
"""The statements that lead from each version of the database to the next; `PRAGMA user_version` counts them."""

_VERSION = "PRAGMA user_version"
_SHAPE = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"


def refuse_newer(version: int, path: Path) -> None:
    """Raise NewerDatabaseError when a file is of a version that is still unknown here."""
    if version > len(MIGRATIONS):
        raise NewerDatabaseError(
            f"The database {path} is from a newer version of the bot; use that version, or name another file."
        )


async def version_of(db: aiosqlite.Connection) -> int:
    """How many of the steps the database has behind it."""
    [(version,)] = await db.execute_fetchall(_VERSION)
    return int(version)


async def migrate(db: aiosqlite.Connection) -> None:
    """Bring the database to this version, each step whole or not at all."""
    while (number := await version_of(db)) < len(MIGRATIONS):
        async with transaction(db):
            # Another process may have been quicker while this one waited for its turn to write.
            if await version_of(db) == number:
                for statement in MIGRATIONS[number]:
                    await db.execute(statement)
                await db.execute(f"{_VERSION} = {number + 1}")


@asynccontextmanager
async def transaction(db: aiosqlite.Connection) -> AsyncIterator[None]:
    """All of what is written meanwhile, or nothing of it."""
    await db.execute("BEGIN IMMEDIATE")
    try:
        yield
        await db.execute("COMMIT")
    except BaseException:
        # A database that cannot undo it either must not hide why it was to be undone.
        with suppress(sqlite3.Error):
            await db.execute("ROLLBACK")
        raise


def is_ours(db: sqlite3.Connection, path: Path) -> bool:
    """Whether a file has the tables of one of our versions. Raises NewerDatabaseError for one still unknown here."""
    [version] = db.execute(_VERSION).fetchone()
    refuse_newer(version, path)
    with closing(sqlite3.connect(":memory:")) as model:
        for steps in MIGRATIONS[:version]:
            for statement in steps:
                model.execute(statement)
        return version > 0 and set(db.execute(_SHAPE)) == set(model.execute(_SHAPE))
