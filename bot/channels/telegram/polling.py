"""Updates from Telegram by long polling, acknowledged last.

Telegram hands out an update until a later offset confirms it. The offset here moves to the lowest update that is not
yet answered, so a crash loses nothing: Telegram sends it again.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from telegram import Bot
from telegram.error import NetworkError, RetryAfter, TelegramError
from telegram.request import BaseRequest

from bot.channels.telegram.ordering import ALLOWED, LONGEST_PAUSE, Ordering, number_of
from bot.channels.telegram.reach import Reach, why
from bot.channels.telegram.sending import seconds
from bot.errors import ChannelError

_POLL_SECONDS = 25
_APART = 0.1
"""Seconds between two fetches while many updates are under way: each hands out all of them again, and shows what has
come since. Sooner when half of them are answered, so that there is always something to do."""
_IDLE = 0.25
"""The same after a fetch that showed nothing new."""


class Polling:
    """Fetches updates and confirms those that are answered."""

    def __init__(self, bot: Bot, request: BaseRequest, ordering: Ordering, reach: Reach) -> None:
        """Take the bot and its connection, what answers, and what notes whether Telegram can be reached."""
        self._bot = bot
        self._request = request
        self._ordering = ordering
        self._reach = reach
        self._next: int | None = None

    async def begin(self) -> None:
        """Take away a webhook that was set before: it would keep us from fetching. Raises ChannelError."""
        try:
            await self._bot.delete_webhook()
        except TelegramError as error:
            raise ChannelError(why(error)) from None

    async def run(self, stop: asyncio.Event) -> None:
        """Fetch and answer until `stop` is set; then finish what is under way and confirm it."""
        stopping = asyncio.create_task(stop.wait())
        pause = 0.5
        while not stop.is_set():
            fetching = asyncio.create_task(self._fetch(0 if self._ordering.under_way else _POLL_SECONDS))
            await asyncio.wait({fetching, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not fetching.done():
                fetching.cancel()
                with suppress(asyncio.CancelledError, TelegramError):
                    await fetching
                break
            try:
                updates = fetching.result()
            except TelegramError as error:
                self._reach.fails(error)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), seconds(error) if isinstance(error, RetryAfter) else pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            pause = 0.5
            self._reach.works()
            apart = _APART if self._start(updates) else _IDLE
            await self._ordering.few(len(self._ordering.under_way) // 2, apart)
        stopping.cancel()
        await self._ordering.drain()
        with suppress(TelegramError):
            await self._fetch(0)

    @property
    def _offset(self) -> int | None:
        """The lowest update that is not answered."""
        following = [self._next] if self._next is not None else []
        return min([*self._ordering.under_way, *self._ordering.broken_off, *following], default=None)

    async def _fetch(self, wait: int) -> list[dict[str, Any]]:
        """The updates from the offset on, as they came: one that cannot be read must not hide the others."""
        asked: dict[str, object] = {"timeout": wait, "allowed_updates": json.dumps(ALLOWED)}
        if self._offset is not None:
            asked["offset"] = self._offset
        url = f"{self._bot.base_url}/getUpdates?{urlencode(asked)}"
        try:
            found = await self._request.post(url, read_timeout=wait + 10)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            # Something between us and Telegram answered, in a shape that the library does not expect.
            raise NetworkError("the answer was not Telegram's") from None
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    def _start(self, updates: list[dict[str, Any]]) -> bool:
        """Begin to answer those that are new; whether there was any."""
        started = False
        for raw in updates:
            number = number_of(raw)
            if number is None or number in self._ordering.under_way or self._ordering.known(number):
                continue
            started = True
            self._next = max(number + 1, self._next or 0)
            self._ordering.take(number, raw)
        return started
