"""The database while the bot runs: opened when it is needed, dropped after a fault, begun anew when it is damaged."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TypeAlias, TypeVar

import aiosqlite

from bot.database import aside
from bot.database.faults import DamagedError, is_damage, unusable
from bot.database.schema import migrate, refuse_newer, transaction, version_of
from bot.database.sharing import Shared

log = logging.getLogger(__name__)
Result = TypeVar("Result")
Value: TypeAlias = int | str | bytes
Step: TypeAlias = tuple[str, tuple[Value, ...]]
"""A statement and its values."""
ASKED = 2
"""Values that a question of `Database.value` may have: `asked.one` and `asked.two` in its statement."""

MEMORY = Path(":memory:")
"""A database that ends with the process."""
_BUSY_MS = 2000
"""Milliseconds for which another program that holds the file is waited for."""


class Database:
    """One file over one connection. Every fault is a StoreError of one sentence, and the next call tries again."""

    def __init__(self, path: Path) -> None:
        """Take the file; nothing is opened yet."""
        self.path = path
        self._db: aiosqlite.Connection | None = None
        self._opened: int | None = None
        self._checked: int | None = None
        self._failing = False
        # One connection, so one transaction at a time. A trip to its thread costs as much as the work there, so those
        # who wait go together.
        self._turn = asyncio.Lock()
        self._values = Shared(self._all_values)
        self._writes = Shared(self._all_written)

    async def open(self) -> None:
        """Open the file now. Raises NewerDatabaseError when a newer version of the bot wrote it."""
        await self.rows("SELECT 1")

    async def rows(self, statement: str, *values: Value) -> list[sqlite3.Row]:
        """The rows that a single statement gives."""

        async def work(db: aiosqlite.Connection) -> list[sqlite3.Row]:
            return list(await db.execute_fetchall(statement, values))

        return await self._do(work)

    async def value(self, statement: str, *values: Value) -> Value | None:
        """The one value that a statement finds, None for none. It names what it is asked with `asked.one` (and
        `asked.two`), so that it can be answered for all who ask at the moment.
        """
        return await self._values.ask((statement, values))

    async def write(self, *steps: Step) -> None:
        """Do all the steps in one transaction, or none of them.

        Others who write at the moment share the transaction: their steps and these keep the order of their statements,
        not of their rows, so nobody may begin to write a row before an earlier write of it has ended.
        """
        await self._writes.ask(steps)

    async def _all_values(self, asked: Sequence[Step]) -> list[Value | None]:
        async def work(db: aiosqlite.Connection) -> list[Value | None]:
            found: list[Value | None] = [None] * len(asked)
            for statement, places in _by_statement(asked).items():
                rows = ", ".join(["(?, ?, ?)"] * len(places))
                values = [value for place in places for value in (place, *_padded(asked[place][1]))]
                # The statements are ours; what they are asked is bound.
                query = f"WITH asked(place, one, two) AS (VALUES {rows}) SELECT place, ({statement}) FROM asked"  # noqa: S608
                for place, value in await db.execute_fetchall(query, values):
                    found[place] = value
            return found

        return await self._do(work)

    async def _all_written(self, together: Sequence[tuple[Step, ...]]) -> list[None]:
        async def work(db: aiosqlite.Connection) -> None:
            steps = [step for one in together for step in one]
            async with transaction(db):
                for statement, places in _by_statement(steps).items():
                    await db.executemany(statement, [steps[place][1] for place in places])
            if self._failing:
                await db.execute_fetchall(f"PRAGMA busy_timeout = {_BUSY_MS}")
                self._failing = False

        await self._do(work)
        return [None] * len(together)

    async def empty_log(self) -> None:
        """Empty the log of changes into the file, so that it keeps nothing that was erased.

        Another program that reads at the moment delays that until the next time.
        """
        await self.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    async def rebuild(self) -> None:
        """Write the file anew, so that no page keeps what was erased.

        Erasing zeroes a row where it stands, but not the copies that SQLite leaves in the gaps of pages when it moves
        rows between them.
        """
        await self.rows("VACUUM")
        await self.empty_log()

    def forget_aside(self, before: datetime) -> None:
        """Erase what was set aside before a time."""
        try:
            aside.forget(self.path, before)
        except OSError as error:
            raise unusable(self.path, error) from error

    async def close(self) -> None:
        """Close the file, once what is under way is done; a later call opens it again."""
        for shared in (self._values, self._writes):
            await shared.settled()
        await self._close()

    async def _close(self) -> None:
        db, self._db = self._db, None
        if db is not None:
            await db.close()

    async def _do(self, work: Callable[[aiosqlite.Connection], Awaitable[Result]]) -> Result:
        """Do some work on the open database; once more, on a new one, when it turns out to be damaged."""
        async with self._turn:
            try:
                try:
                    return await work(await self._connected())
                except sqlite3.DatabaseError as error:
                    if not is_damage(error) or self.path == MEMORY:
                        raise
                    await self._set_aside(error)
                    return await work(await self._connected())
            except (sqlite3.Error, OSError) as error:
                self._failing = True
                await self._drop()
                raise unusable(self.path, error) from error
            except BaseException:
                # Broken off in the middle: the next one must not meet a transaction that was begun.
                await self._drop()
                raise

    async def _connected(self) -> aiosqlite.Connection:
        if self._db is not None and self._inode() != self._opened:
            # The file was deleted or replaced; what is written to the old one would be lost.
            await self._drop()
        if self._db is None:
            if self.path != MEMORY:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                # Nobody else on the machine needs to read it; SQLite gives its other files the same mode.
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            # Who waited in vain once does not wait again until it works: all chats would stand in that queue.
            patience = 0 if self._failing else _BUSY_MS / 1000
            self._db = await aiosqlite.connect(self.path, isolation_level=None, timeout=patience)
            self._opened = self._inode()
            await self._prepare(self._db)
        return self._db

    async def _prepare(self, db: aiosqlite.Connection) -> None:
        """Look at the version before anything is changed, and through the whole file once, then bring it up to date."""
        refuse_newer(await version_of(db), self.path)
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON"):
            await db.execute_fetchall(f"PRAGMA {pragma}")
        if self._checked != self._opened:
            [(verdict,)] = await db.execute_fetchall("PRAGMA quick_check(1)")
            if verdict != "ok":
                raise DamagedError("its pages contradict each other")
        await migrate(db)
        self._checked = self._opened

    async def _set_aside(self, error: Exception) -> None:
        """Make way for a new file, and keep the damaged one for whoever can read something out of it."""
        if self._inode() == self._opened:
            # Renamed before it is closed: closing would move the log of changes into the damaged file and delete it.
            kept = aside.move(self.path, "corrupt")
            log.error(
                "The database %s is damaged (%s): it is kept as %s, and a new one is begun; "
                "`python -m bot restore FILE` goes back to a backup.",
                self.path,
                error,
                kept,
            )
        await self._drop()

    def _inode(self) -> int | None:
        """What the path leads to now: another number means another file, None that there is none."""
        try:
            return os.stat(self.path).st_ino
        except OSError:
            return None

    async def _drop(self) -> None:
        with suppress(sqlite3.Error, OSError, ValueError):
            await self._close()


def _by_statement(steps: Sequence[Step]) -> dict[str, list[int]]:
    """The statements in the order they first come, each with the places of its steps."""
    places: dict[str, list[int]] = {}
    for place, (statement, _) in enumerate(steps):
        places.setdefault(statement, []).append(place)
    return places


def _padded(values: tuple[Value, ...]) -> tuple[Value | None, ...]:
    """Exactly as many values as `asked` has columns for."""
    return (*values, *[None] * (ASKED - len(values)))
