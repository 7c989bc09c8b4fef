"""From version to version: each step whole or not at all, nothing lost, and no step twice."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.database import schema
from bot.database.connection import Database
from bot.database.schema import MIGRATIONS, is_ours
from bot.errors import NewerDatabaseError, StoreError
from bot.store import Store
from tests.stored import CHAT, DAYS, NOW, SECRET, filled, rows, state_of

MORE = ("CREATE TABLE more (number INTEGER)", "ALTER TABLE handled ADD COLUMN note TEXT")
"""A step that a later version may take."""
BROKEN = (*MORE, "INSERT INTO no_such_table VALUES (1)")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database of this version in which one chat stands."""
    file = tmp_path / "bot.sqlite3"
    filled(file, [CHAT])
    return file


async def opened(path: Path) -> None:
    """Open the database as the bot does, and close it."""
    database = Database(path)
    try:
        await database.open()
    finally:
        await database.close()


async def test_forward(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older database is brought up to date when it is opened, with all that stands in it."""
    monkeypatch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, MORE, ("CREATE TABLE third (number INTEGER)",)))
    store = Store(path, SECRET, DAYS)

    found = await store.load(CHAT, NOW)
    await store.close()

    assert found == state_of(CHAT)
    assert rows(path, "PRAGMA user_version") == [(len(MIGRATIONS) + 2,)]
    assert rows(path, "SELECT count(*) FROM more, third") == [(0,)]


async def test_a_step_that_fails_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that fails half-way leaves the database at the version before, and the mended step goes through."""
    monkeypatch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, BROKEN))
    before = rows(path, "SELECT sql FROM sqlite_master")
    with pytest.raises(StoreError, match="no_such_table"):
        await opened(path)
    between = rows(path, "SELECT sql FROM sqlite_master"), rows(path, "PRAGMA user_version")
    monkeypatch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, MORE))

    await opened(path)

    assert between == (before, [(len(MIGRATIONS),)])
    assert rows(path, "PRAGMA user_version") == [(len(MIGRATIONS) + 1,)]
    assert rows(path, "SELECT count(*) FROM conversation") == [(1,)]


async def test_two_at_once(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two processes that find an old database at the same moment, one takes the step and the other waits for it."""
    monkeypatch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, MORE))
    one, other = Database(path), Database(path)
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    both = asyncio.gather(one.open(), other.open())
    await asyncio.sleep(0.1)
    blocker.execute("ROLLBACK")
    blocker.close()

    await both
    await one.close()
    await other.close()

    assert rows(path, "PRAGMA user_version") == [(len(MIGRATIONS) + 1,)]


async def test_back_to_an_older_version(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an upgrade the version before refuses the database in one sentence; after another upgrade it serves."""
    monkeypatch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, MORE))
    await opened(path)
    monkeypatch.setattr(schema, "MIGRATIONS", MIGRATIONS)

    with pytest.raises(NewerDatabaseError, match=rf"^The database {path} is from a newer version.*\.$"):
        await opened(path)

    monkeypatch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, MORE))
    await opened(path)
    assert rows(path, "SELECT count(*) FROM conversation") == [(1,)]


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE handled",
        "DROP INDEX handled_at",
        "ALTER TABLE handled ADD COLUMN note TEXT",
        "CREATE TABLE recipes (name TEXT)",
        "PRAGMA user_version = 0",
    ],
)
def test_another_programs_tables_are_not_ours(path: Path, change: str) -> None:
    """Only exactly the tables of one of our versions are ours."""
    with closing(sqlite3.connect(path)) as db:
        before = is_ours(db, path)
        db.execute(change)

        assert (before, is_ours(db, path)) == (True, False)
