"""Places for updates that are being answered: so many at once, and danger before all others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

KEPT = 2
"""Places that only danger may take, so that it does not wait until an ordinary answer is done."""


@dataclass(eq=False, slots=True)
class _Waiter:
    chat: int
    turn: asyncio.Future[None]


class Slots:
    """Ordinary updates take `at_once` places at most; those of chats in danger go first, and have `KEPT` more."""

    def __init__(self, at_once: int, in_danger: Callable[[int], bool]) -> None:
        """Take the number of places, and what knows the chats that are in danger now."""
        self._at_once = at_once
        self._in_danger = in_danger
        self._taken = 0
        self._waiting: list[_Waiter] = []

    @asynccontextmanager
    async def one(self, chat: int) -> AsyncIterator[None]:
        """A place for a chat's update, as long as it is entered."""
        waiter = _Waiter(chat, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        self.look()
        try:
            await waiter.turn
            yield
        finally:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            else:
                self._taken -= 1
                self.look()

    def look(self) -> None:
        """Give free places to those who wait; to be called as well when a chat has come into danger."""
        for waiter in sorted(self._waiting, key=lambda waiter: not self._in_danger(waiter.chat)):
            kept = KEPT if self._in_danger(waiter.chat) else 0
            if self._taken >= self._at_once + kept:
                break
            if waiter.turn.cancelled():
                continue
            self._waiting.remove(waiter)
            self._taken += 1
            waiter.turn.set_result(None)
