"""Updates from Telegram by long polling, acknowledged last.

Telegram hands out an update until a later offset confirms it. The offset here moves to the lowest update that is not
yet answered, so a crash loses nothing: Telegram sends it again. What was answered already is recognised by its id.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from telegram import Bot, Update
from telegram.error import NetworkError, RetryAfter, TelegramError
from telegram.request import BaseRequest

from bot.channels.telegram.sending import seconds
from bot.logs import describe

log = logging.getLogger(__name__)

Handle = Callable[[Update], Awaitable[float | None]]
"""Answers an update. None when that is done; seconds when it could not be answered and is to be tried after them."""

ALLOWED = ["message", "edited_message", "callback_query"]
PATIENCE = 120.0
"""Seconds for which an update that cannot be answered is tried again, before it is let go: Telegram hands out a hundred
updates from the lowest one that is not confirmed, so one that never ends would hold up all others."""
_POLL_SECONDS = 25
_LONGEST_PAUSE = 30.0
_REMEMBERED = 10_000


class Polling:
    """Fetches updates; one chat's in order, chats side by side."""

    def __init__(
        self,
        bot: Bot,
        request: BaseRequest,
        handle: Handle,
        handled: Callable[[int], Awaitable[bool]],
        at_once: int = 16,
    ) -> None:
        """Take the bot and its connection, what answers, what knows the answered updates, and how many at once."""
        self._bot = bot
        self._request = request
        self._handle = handle
        self._handled = handled
        self._slots = asyncio.Semaphore(at_once)
        self._in_flight: dict[int, asyncio.Task[bool]] = {}
        self._last: dict[int, asyncio.Task[bool]] = {}
        self._done: OrderedDict[int, None] = OrderedDict()
        self._next: int | None = None
        self._reachable = True
        self._stopping = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Fetch and answer until `stop` is set; then finish what is in flight and confirm it."""
        self._stopping = stop
        stopping = asyncio.create_task(stop.wait())
        pause = 0.5
        while not stop.is_set():
            fetching = asyncio.create_task(self._fetch(0 if self._in_flight else _POLL_SECONDS))
            await asyncio.wait({fetching, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not fetching.done():
                fetching.cancel()
                with suppress(asyncio.CancelledError, TelegramError):
                    await fetching
                break
            try:
                updates = fetching.result()
            except TelegramError as error:
                self._fails(error)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), seconds(error) if isinstance(error, RetryAfter) else pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
                continue
            pause = 0.5
            self._works()
            if not await self._start(updates) and self._in_flight:
                await asyncio.wait(self._in_flight.values(), timeout=0.25, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if self._in_flight:
            await asyncio.wait(self._in_flight.values(), timeout=_LONGEST_PAUSE)
        with suppress(TelegramError):
            await self._fetch(0)

    @property
    def _offset(self) -> int | None:
        """The lowest update that is not answered."""
        return min([*self._in_flight, *([self._next] if self._next is not None else [])], default=None)

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

    async def _start(self, updates: list[dict[str, Any]]) -> bool:
        """Begin to answer those that are new; whether there was any."""
        started = False
        for raw in updates:
            number = raw.get("update_id")
            if not isinstance(number, int) or number in self._in_flight or number in self._done:
                continue
            started = True
            if self._next is None or number >= self._next:
                self._next = number + 1
            update = None if await self._handled(number) else self._read(raw)
            if update is None:
                self._finished(number)
                continue
            chat = update.effective_chat.id if update.effective_chat else 0
            task = asyncio.create_task(self._answer(update, self._last.get(chat)))
            self._in_flight[number] = self._last[chat] = task
            task.add_done_callback(lambda done, chat=chat, number=number: self._ended(number, chat, done))  # type: ignore[misc]
        return started

    def _read(self, raw: dict[str, Any]) -> Update | None:
        """The update; None for one of a shape that the library does not know."""
        try:
            return Update.de_json(raw, self._bot)
        except Exception as error:
            log.warning("An update cannot be read (%s) and is passed over.", type(error).__name__)
            return None

    async def _answer(self, update: Update, before: asyncio.Task[bool] | None) -> bool:
        """Answer one update after the one before it in its chat, again if need be; False when a stop broke that off."""
        if before is not None:
            await asyncio.wait([before])
            if before.cancelled() or not before.result():
                return False
        waited, wait = 0.0, 0.0
        while not self._stopping.is_set() or wait == 0:
            async with self._slots:
                try:
                    again = await self._handle(update)
                except Exception as error:
                    # Nothing may end the intake; what failed comes again, for a while.
                    log.error("An update failed: %s.", describe(error))
                    again = 1.0
            if again is None:
                break
            wait = max(again, min(2 * wait, _LONGEST_PAUSE))
            # While nothing of Telegram can be reached, nothing is given up; a long wait that it asked for is one try.
            waited += min(wait, _LONGEST_PAUSE) if self._reachable else 0
            if waited > PATIENCE:
                log.error("An update could not be answered for two minutes and is let go.")
                break
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)
        else:
            return False
        self._finished(update.update_id)
        return True

    def _finished(self, number: int) -> None:
        """An update need not come again."""
        self._done[number] = None
        if len(self._done) > _REMEMBERED:
            self._done.popitem(last=False)

    def _ended(self, number: int, chat: int, task: asyncio.Task[bool]) -> None:
        self._in_flight.pop(number, None)
        if self._last.get(chat) is task:
            del self._last[chat]
        if number not in self._done:
            # Broken off by a stop: the last offset must not confirm it.
            self._next = min(number, self._next or number)

    def _fails(self, error: TelegramError) -> None:
        if self._reachable:
            log.warning("Telegram cannot be reached (%s); trying again until it can.", type(error).__name__)
        self._reachable = False

    def _works(self) -> None:
        if not self._reachable:
            log.warning("Telegram can be reached again.")
        self._reachable = True
