"""One trip for many callers: what is asked while a trip to the database is under way shares the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Found = TypeVar("Found")

MOST = 200
"""Questions that one trip takes along."""


class Shared(Generic[Asked, Found]):
    """Takes what callers ask in turn, as many together as wait. A caller that gives up leaves the others alone."""

    def __init__(self, trip: Callable[[Sequence[Asked]], Awaitable[Sequence[Found]]]) -> None:
        """Take what answers many questions at once: one answer each, in their order, or an error for all of them."""
        self._trip = trip
        self._waiting: list[tuple[Asked, asyncio.Future[Found]]] = []
        self._under_way: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Found:
        """The answer to one question. Raises what the trip raised."""
        answer: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._under_way is None:
            self._under_way = asyncio.create_task(self._go())
        return await answer

    async def settled(self) -> None:
        """Return when nobody waits and no trip is under way: a trip goes on when those who asked have given up."""
        if self._under_way is not None:
            await asyncio.wait([self._under_way])

    async def _go(self) -> None:
        try:
            while self._waiting:
                together, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._answer(together)
        finally:
            self._under_way = None
            for _, answer in self._waiting:
                answer.cancel()
            self._waiting = []

    async def _answer(self, together: Sequence[tuple[Asked, asyncio.Future[Found]]]) -> None:
        try:
            found = await self._trip([asked for asked, _ in together])
        except asyncio.CancelledError:
            for _, answer in together:
                answer.cancel()
            raise
        except Exception as error:
            for _, answer in together:
                if not answer.done():
                    answer.set_exception(error)
            return
        for (_, answer), one in zip(together, found, strict=True):
            if not answer.done():
                answer.set_result(one)
