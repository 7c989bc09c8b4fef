"""Where each conversation is, in SQLite: state under a keyed hash of the chat, and the updates already answered.

What is kept is listed in `State`, and nothing else: no text, no name, no chat id. Rows expire.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import secrets
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import aiosqlite

from bot.errors import StoreError
from bot.model import LANGUAGES, LEVELS, Answer, State

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE conversation (key BLOB PRIMARY KEY, state TEXT NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID",
        "CREATE INDEX conversation_expires ON conversation (expires)",
        "CREATE TABLE handled (update_id INTEGER PRIMARY KEY, at INTEGER NOT NULL)",
        "CREATE INDEX handled_at ON handled (at)",
    ),
)
"""The statements that lead from each version of the database to the next; `PRAGMA user_version` counts them."""

HANDLED_FOR = timedelta(hours=25)
"""How long an answered update is remembered: Telegram keeps an unconfirmed one for 24 hours."""

MEMORY = Path(":memory:")
"""A database that ends with the process."""
_BUSY_MS = 2000
_SHORTEST_KEY = 32
"""Bytes of a key file; a shorter one is damaged."""


def read_secret(given: str | None, database: Path, name: str = "secret.key") -> bytes:
    """The secret given, else the one kept beside the database under `name`, else a new one of 64 hexadecimal digits.

    The key that chat ids are hashed with is one, what Telegram shows at the webhook another. A folder that cannot be
    written to gives a secret that lasts until the process ends, so that parents are answered.
    """
    if given:
        return given.encode()
    file, new = database.parent / name, secrets.token_hex(32)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as unwritten:
            unwritten.write(new)
    except FileExistsError:
        pass
    except OSError:
        return new.encode()
    try:
        kept = file.read_bytes().strip()
    except OSError:
        kept = b""
    return kept if len(kept) >= _SHORTEST_KEY else new.encode()


def encode(state: State) -> str:
    """A state as JSON."""
    return json.dumps(
        {
            "v": 1,
            "language": state.language,
            "level": state.level,
            "trail": [[a.node, a.choice] for a in state.trail],
            "paused": [[a.node, a.choice] for a in state.paused],
            "offered": list(state.offered),
            "view": state.view,
            "switched": state.switched,
            "misses": state.misses,
        },
        separators=(",", ":"),
    )


def decode(text: str) -> State:
    """The state that `encode` wrote; what cannot be read gives a fresh one, since the buttons carry the rest."""
    try:
        data = json.loads(text)
        return State(
            language=next((x for x in LANGUAGES if x == data["language"]), None),
            level=next((x for x in LEVELS if x == data["level"]), None),
            trail=tuple(Answer(str(node), str(choice)) for node, choice in data["trail"]),
            paused=tuple(Answer(str(node), str(choice)) for node, choice in data["paused"]),
            offered=tuple(str(topic) for topic in data["offered"]),
            view=next((x for x in ("node", "level", "options", "offer") if x == data["view"]), "node"),
            switched=data.get("switched") is True,
            misses=int(data["misses"]),
        )
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return State()


class Store:
    """The database. Every fault of it is a StoreError; the caller answers the parent all the same."""

    def __init__(self, path: Path, secret: bytes, retention_days: int) -> None:
        """Take the file, the secret that chat ids are hashed with, and the days that a conversation is kept."""
        self.path = path
        self.retention = timedelta(days=retention_days)
        self._secret = secret
        self._db: aiosqlite.Connection | None = None
        self._opened: int | None = None
        # One connection, so one transaction at a time.
        self._turn = asyncio.Lock()

    def key(self, chat_id: int) -> bytes:
        """The name under which a chat is stored: HMAC-SHA256(secret, chat id), which cannot be turned back."""
        return hmac.new(self._secret, str(chat_id).encode(), sha256).digest()

    async def load(self, chat_id: int, now: datetime) -> State | None:
        """The state of a chat; None when there is none, or it has expired."""
        async with self._connection() as db:
            query = "SELECT state FROM conversation WHERE key = ? AND expires > ?"
            rows = list(await db.execute_fetchall(query, (self.key(chat_id), int(now.timestamp()))))
        return decode(rows[0][0]) if rows else None

    async def note(self, update_id: int, now: datetime) -> None:
        """Note an update as answered that changed no conversation."""
        async with self._connection() as db:
            await db.execute("INSERT OR IGNORE INTO handled VALUES (?, ?)", (update_id, int(now.timestamp())))

    async def save(self, chat_id: int, state: State | None, update_id: int | None, now: datetime) -> None:
        """Keep a chat's state (None erases it) and note the update as answered, in one transaction."""
        async with self._connection() as db:
            await db.execute("BEGIN IMMEDIATE")
            try:
                if state is None:
                    await db.execute("DELETE FROM conversation WHERE key = ?", (self.key(chat_id),))
                else:
                    await db.execute(
                        "INSERT OR REPLACE INTO conversation VALUES (?, ?, ?)",
                        (self.key(chat_id), encode(state), int((now + self.retention).timestamp())),
                    )
                if update_id is not None:
                    await db.execute("INSERT OR IGNORE INTO handled VALUES (?, ?)", (update_id, int(now.timestamp())))
                await db.execute("COMMIT")
            except BaseException:
                await _roll_back(db)
                raise
            if state is None:
                # What is erased must not stand in the log of changes either; a reader in its way only delays that.
                with suppress(sqlite3.Error):
                    await db.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")

    async def ready(self) -> None:
        """Return when the database can be written to now: a row is written, and taken back."""
        async with self._connection() as db:
            await db.execute("BEGIN IMMEDIATE")
            try:
                await db.execute("INSERT OR IGNORE INTO handled VALUES (-1, 0)")
            finally:
                await _roll_back(db)

    async def handled(self, update_id: int) -> bool:
        """Whether an update was answered already."""
        async with self._connection() as db:
            query = "SELECT 1 FROM handled WHERE update_id = ?"
            return bool(list(await db.execute_fetchall(query, (update_id,))))

    async def sweep(self, now: datetime) -> None:
        """Erase what has expired."""
        async with self._connection() as db:
            await db.execute("DELETE FROM conversation WHERE expires <= ?", (int(now.timestamp()),))
            await db.execute("DELETE FROM handled WHERE at <= ?", (int((now - HANDLED_FOR).timestamp()),))

    async def close(self) -> None:
        """Close the file."""
        db, self._db = self._db, None
        if db is not None:
            await db.close()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[aiosqlite.Connection]:
        """The open database. After a fault it is opened anew next time, so it heals when the cause is gone."""
        async with self._turn:
            try:
                if self._db is not None and self._inode() != self._opened:
                    # The file was deleted or replaced; what is written to the old one would be lost.
                    await self._drop()
                if self._db is None:
                    self._db = await self._open()
                    self._opened = self._inode()
                yield self._db
            except (sqlite3.Error, OSError) as error:
                await self._drop()
                raise StoreError(f"the database {self.path} cannot be used: {error}") from error
            except BaseException:
                # Broken off in the middle: the next one must not meet a transaction that was begun.
                await self._drop()
                raise

    def _inode(self) -> int | None:
        """What the path leads to now: another number means another file, None that there is none."""
        try:
            return os.stat(self.path).st_ino
        except OSError:
            return None

    async def _open(self) -> aiosqlite.Connection:
        if self.path != MEMORY:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Nobody else on the machine needs to read it; SQLite gives its other files the same mode.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        db = await aiosqlite.connect(self.path, isolation_level=None, timeout=_BUSY_MS / 1000)
        try:
            await db.execute("PRAGMA journal_mode = WAL")
            await db.execute("PRAGMA synchronous = NORMAL")
            await db.execute("PRAGMA secure_delete = ON")
            await _migrate(db, self.path)
        except BaseException:
            await db.close()
            raise
        return db

    async def _drop(self) -> None:
        db, self._db = self._db, None
        if db is not None:
            with suppress(sqlite3.Error, OSError, ValueError):
                await db.close()


async def _migrate(db: aiosqlite.Connection, path: Path) -> None:
    """Bring the database to this version, each step whole or not at all."""
    async with db.execute("PRAGMA user_version") as rows:
        row = await rows.fetchone()
    version = int(row[0]) if row else 0
    if version > len(MIGRATIONS):
        raise StoreError(f"the database {path} is from a newer version of the bot; use that version, or another file")
    for number in range(version, len(MIGRATIONS)):
        await db.execute("BEGIN IMMEDIATE")
        try:
            for statement in MIGRATIONS[number]:
                await db.execute(statement)
            await db.execute(f"PRAGMA user_version = {number + 1}")
            await db.execute("COMMIT")
        except BaseException:
            await _roll_back(db)
            raise


async def _roll_back(db: aiosqlite.Connection) -> None:
    """Undo a transaction. A database that cannot do that either must not hide why it was begun."""
    with suppress(sqlite3.Error):
        await db.execute("ROLLBACK")
