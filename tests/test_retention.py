"""What is erased is gone: from the tables, the pages and the log of changes, and from files that were set aside."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.model import State
from bot.store import Store
from tests.stored import CHAT, DAYS, NOW, SECRET, bytes_in, content, filled, state_of

CHATS = range(6000)
"""So many that SQLite, when it moves rows between pages, leaves some copies in gaps."""
EARLY = CHATS[::2]
LATER = NOW + timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is to be."""
    return tmp_path / "data" / "bot.sqlite3"


@pytest_asyncio.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    """A store over a real file, closed only at the end: what is erased must be gone while the bot runs."""
    one = Store(path, SECRET, DAYS)
    yield one
    await one.close()


async def test_swept_rows_leave_no_trace(path: Path, store: Store) -> None:
    """After a sweep no byte of the folder holds an expired row, while the rows that stay are there."""
    filled(path, CHATS)
    for chat in CHATS[1::2]:
        await store.save(chat, state_of(chat), None, LATER)

    await store.sweep(NOW + timedelta(days=DAYS))

    kept = bytes_in(path.parent)
    assert [chat for chat in EARLY if store.key(chat) in kept] == []
    assert [chat for chat in EARLY if f'choice_{chat}"'.encode() in kept] == []
    assert [chat for chat in CHATS[1::2] if store.key(chat) not in kept] == []
    assert content(Path(f"{path}-wal")) == b""


async def test_erased_on_request_while_the_bot_runs(path: Path, store: Store) -> None:
    """A chat that is erased stands neither in the file nor in the log of changes, before anything is closed."""
    await store.save(CHAT, state_of(CHAT), None, NOW)
    before = bytes_in(path.parent)

    await store.save(CHAT, None, None, NOW)

    after = bytes_in(path.parent)
    assert store.key(CHAT) in before
    assert store.key(CHAT) not in after
    assert f"choice_{CHAT}".encode() not in after
    assert content(Path(f"{path}-wal")) == b""


def beside(path: Path, why: str, when: datetime, suffix: str = "") -> Path:
    """A file that was set aside at a time."""
    file = path.with_name(f"{path.name}.{why}-{when.strftime('%Y%m%dT%H%M%S.%fZ')}{suffix}")
    file.write_bytes(b"once a database")
    return file


def spoil(path: Path) -> None:
    """Make a file no database."""
    path.write_bytes(b"This is no database. " * 400)


async def test_what_was_set_aside_is_erased_in_its_time(path: Path, store: Store) -> None:
    """A file that was set aside goes when the last row in it has expired, with what belongs to it, and no other file.

    Parents are told that their answers are gone after so many days; that holds for damaged and replaced files too.
    """
    await store.save(CHAT, state_of(CHAT), None, NOW)
    then, still = NOW - timedelta(days=DAYS), NOW - timedelta(days=DAYS - 1)
    gone = [
        beside(path, "corrupt", then),
        beside(path, "corrupt", then, "-wal"),
        beside(path, "before-restore", then),
        beside(path, "restoring", then, "-shm"),
    ]
    stays = [
        beside(path, "corrupt", still),
        beside(path, "before-restore", still, "-wal"),
        beside(path, "backup", then),
        beside(path.with_name("other.sqlite3"), "corrupt", then),
        beside(path, "corrupt", then, ".mine"),
    ]

    await store.sweep(NOW)

    left = set(os.listdir(path.parent))
    assert [file.name for file in gone if file.name in left] == []
    assert [file.name for file in stays if file.name not in left] == []
    assert path.name in left


async def test_a_damaged_file_is_forgotten_in_its_time(path: Path, store: Store) -> None:
    """What the store itself sets aside has a name that the sweep knows: kept at first, erased after the days."""
    filled(path, CHATS)
    spoil(path)
    await store.save(CHAT, State(), None, NOW)
    today = datetime.now(NOW.tzinfo)

    kept = [name for name in os.listdir(path.parent) if "corrupt" in name]
    await store.sweep(today + timedelta(days=DAYS - 1))
    still = [name for name in os.listdir(path.parent) if "corrupt" in name]
    await store.sweep(today + timedelta(days=DAYS + 1))
    left = [name for name in os.listdir(path.parent) if "corrupt" in name]

    assert kept == still != []
    assert left == []
