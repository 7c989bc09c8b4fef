"""Where each conversation is, in SQLite: state under a keyed hash of the chat, and the updates already answered.

What is kept is listed in `State`, and nothing else: no text, no name, no chat id. Rows expire.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from bot.database.connection import Database, Step
from bot.errors import StoreError
from bot.model import LANGUAGES, LEVELS, VIEWS, Answer, State

HANDLED_FOR = timedelta(hours=25)
"""How long an answered update is remembered: Telegram keeps an unconfirmed one for 24 hours."""

_SHORTEST_KEY = 32
"""Bytes of a key file; a shorter one is damaged."""


KEY_FILE = "secret.key"
"""The name of the file beside the database that keeps the secret, when the settings give none."""


def key_file(database: Path) -> Path:
    """Where the secret is kept when the settings give none."""
    return database.with_name(KEY_FILE)


def read_secret(given: str | None, database: Path, name: str = KEY_FILE) -> bytes:
    """The secret given, else the one kept beside the database under `name`, else a new one of 64 hexadecimal digits.

    The key that chat ids are hashed with is one, what Telegram shows at the webhook another. A folder that cannot be
    written to gives a secret that lasts until the process ends, so that parents are answered.
    """
    if given:
        return given.encode()
    file, new = database.with_name(name), secrets.token_hex(32)
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
            "school": state.school,
            "district": state.district,
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
            school=_id(data.get("school")),
            district=_id(data.get("district")),
            trail=tuple(Answer(str(node), str(choice)) for node, choice in data["trail"]),
            paused=tuple(Answer(str(node), str(choice)) for node, choice in data["paused"]),
            offered=tuple(str(topic) for topic in data["offered"]),
            view=next((x for x in VIEWS if x == data["view"]), "node"),
            switched=data.get("switched") is True,
            misses=int(data["misses"]),
        )
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return State()


def _id(value: object) -> str | None:
    """An id as it was stored; None for anything else, as a state from before it was kept has none."""
    return value if isinstance(value, str) and value else None


class Store:
    """What is kept of every chat. Every fault of it is a StoreError; the caller answers the parent all the same."""

    def __init__(self, path: Path, secret: bytes, retention_days: int) -> None:
        """Take the file, the secret that chat ids are hashed with, and the days that a conversation is kept."""
        self.path = path
        self.retention = timedelta(days=retention_days)
        self._secret = secret
        self._database = Database(path)

    def key(self, chat_id: int) -> bytes:
        """The name under which a chat is stored: HMAC-SHA256(secret, chat id), which cannot be turned back."""
        return hmac.new(self._secret, str(chat_id).encode(), sha256).digest()

    async def open(self) -> None:
        """Open the file before it is needed. Raises NewerDatabaseError when a newer version of the bot wrote it."""
        await self._database.open()

    async def ready(self) -> None:
        """Return when the database can be written to now.

        A row is written and taken away again, and that is committed: only then do the bytes reach the disk.
        """
        await self._database.write(
            ("INSERT OR REPLACE INTO handled VALUES (-1, 0)", ()), ("DELETE FROM handled WHERE update_id = -1", ())
        )

    async def load(self, chat_id: int, now: datetime) -> State | None:
        """The state of a chat; None when there is none, or it has expired."""
        query = "SELECT state FROM conversation WHERE key = asked.one AND expires > asked.two"
        state = await self._database.value(query, self.key(chat_id), int(now.timestamp()))
        return None if state is None else decode(state if isinstance(state, str) else "")

    async def note(self, update_id: int, now: datetime) -> None:
        """Note an update as answered that changed no conversation."""
        await self._database.write(_noted(update_id, now))

    async def save(self, chat_id: int, state: State | None, update_id: int | None, now: datetime) -> None:
        """Keep a chat's state (None erases it) and note the update as answered, in one transaction."""
        key, noted = self.key(chat_id), [_noted(update_id, now)] if update_id is not None else []
        if state is not None:
            row = (key, encode(state), int((now + self.retention).timestamp()))
            await self._database.write(("INSERT OR REPLACE INTO conversation VALUES (?, ?, ?)", row), *noted)
            return
        await self._database.write(("DELETE FROM conversation WHERE key = ?", (key,)), *noted)
        # The row is erased by now; that the log of changes could not be emptied as well does not undo that.
        with suppress(StoreError):
            await self._database.empty_log()

    async def handled(self, update_id: int) -> bool:
        """Whether an update was answered already."""
        return await self._database.value("SELECT 1 FROM handled WHERE update_id = asked.one", update_id) is not None

    async def sweep(self, now: datetime) -> None:
        """Erase what has expired, from the tables, the gaps between rows, and the files that were set aside."""
        await self._database.write(
            ("DELETE FROM conversation WHERE expires <= ?", (int(now.timestamp()),)),
            ("DELETE FROM handled WHERE at <= ?", (int((now - HANDLED_FOR).timestamp()),)),
        )
        self._database.forget_aside(now - self.retention)
        await self._database.rebuild()

    async def close(self) -> None:
        """Close the file."""
        await self._database.close()


def _noted(update_id: int, now: datetime) -> Step:
    """The step that notes an update as answered."""
    return "INSERT OR IGNORE INTO handled VALUES (?, ?)", (update_id, int(now.timestamp()))
