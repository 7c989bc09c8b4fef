"""What the tests of the database share: a chat, states, and databases made and looked into as other programs do it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.database.schema import MIGRATIONS
from bot.model import Answer, State
from bot.store import Store, encode

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRET = b"a secret of the tests"
DAYS = 30
CHAT = 7_312_845_906_113


def state_of(chat: int) -> State:
    """A state that is no other chat's."""
    return State(language="en", trail=(Answer("start", "worried"), Answer("worries", f"choice_{chat}")), misses=chat)


def filled(path: Path, chats: Iterable[int], now: datetime = NOW) -> None:
    """A database of this version, closed, in which these chats have the states of `state_of`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    expires = int((now + timedelta(days=DAYS)).timestamp())
    key = Store(path, SECRET, DAYS).key
    with closing(sqlite3.connect(path)) as db:
        for statement in ("PRAGMA journal_mode = WAL", *(step for steps in MIGRATIONS for step in steps)):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        rows = [(key(chat), encode(state_of(chat)), expires) for chat in chats]
        db.executemany("INSERT INTO conversation VALUES (?, ?, ?)", sorted(rows))
        db.commit()


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    """What another program reads from the file."""
    with closing(sqlite3.connect(path)) as other:
        return list(other.execute(query))


def bytes_in(folder: Path) -> bytes:
    """Every byte of every file in a folder, and the names of the files."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    return b"".join(file.name.encode() + b"\n" + file.read_bytes() for file in files)


def content(path: Path) -> bytes:
    """Every byte of a file."""
    return path.read_bytes()
