"""Updates from Telegram by long polling, acknowledged last.

Telegram hands out an update until a later offset confirms it. The offset here moves to the lowest update that is not
yet answered, so a crash loses nothing: Telegram sends it again. What was answered already is recognised by its id.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from telegram import Bot, Update
from telegram.error import RetryAfter, TelegramError

from bot.channels.telegram.sending import seconds
from bot.logs import describe

log = logging.getLogger(__name__)

Handle = Callable[[Update], Awaitable[bool]]
"""Answers an update; False means that it could not be answered now and is to come again."""

ALLOWED = ["message", "edited_message", "callback_query"]
ROUNDS = 3
"""Times that an update which cannot be answered is tried, before it is let go so that it does not stop the others."""
_POLL_SECONDS = 25
_LONGEST_PAUSE = 30.0


class Polling:
    """Fetches updates; one chat's in order, chats side by side."""

    def __init__(self, bot: Bot, handle: Handle, handled: Callable[[int], Awaitable[bool]], at_once: int = 16) -> None:
        """Take the bot, what answers an update, what knows the answered ones, and how many may be in flight."""
        self._bot = bot
        self._handle = handle
        self._handled = handled
        self._slots = asyncio.Semaphore(at_once)
        self._in_flight: dict[int, asyncio.Task[None]] = {}
        self._last: dict[int, asyncio.Task[None]] = {}
        self._done: set[int] = set()
        self._failed: dict[int, int] = {}
        self._next: int | None = None
        self._reachable = True

    async def run(self, stop: asyncio.Event) -> None:
        """Fetch and answer until `stop` is set; then finish what is in flight and confirm it."""
        stopping = asyncio.create_task(stop.wait())
        pause = 0.5
        while not stop.is_set():
            fetching = asyncio.create_task(self._fetch())
            await asyncio.wait({fetching, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not fetching.done():
                fetching.cancel()
                with suppress(asyncio.CancelledError, TelegramError):
                    await fetching
                break
            try:
                updates = fetching.result()
                pause = 0.5
                self._works()
            except TelegramError as error:
                self._fails(error)
                wait = seconds(error) if isinstance(error, RetryAfter) else pause
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), wait)
                pause = min(pause * 2, _LONGEST_PAUSE)
                continue
            if not await self._start(updates) and self._in_flight:
                await asyncio.wait(self._in_flight.values(), timeout=0.25, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if self._in_flight:
            await asyncio.wait(self._in_flight.values(), timeout=_LONGEST_PAUSE)
        await self._confirm()

    @property
    def _offset(self) -> int | None:
        """The lowest update that is not answered."""
        return min(self._in_flight) if self._in_flight else self._next

    async def _fetch(self) -> tuple[Update, ...]:
        wait = 0 if self._in_flight else _POLL_SECONDS
        return await self._bot.get_updates(offset=self._offset, timeout=wait, allowed_updates=ALLOWED)

    async def _start(self, updates: tuple[Update, ...]) -> bool:
        """Begin to answer those that are new; whether there was any."""
        started = False
        for update in updates:
            number = update.update_id
            if number in self._in_flight or number in self._done:
                continue
            started = True
            if await self._handled(number):
                self._done.add(number)
                self._move_on()
                continue
            chat = update.effective_chat.id if update.effective_chat else 0
            task = asyncio.create_task(self._answer(update, self._last.get(chat)))
            self._in_flight[number] = self._last[chat] = task
            task.add_done_callback(lambda done, chat=chat, number=number: self._finish(number, chat, done))  # type: ignore[misc]
            if self._next is None or number >= self._next:
                self._next = number + 1
        return started

    async def _answer(self, update: Update, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        async with self._slots:
            try:
                answered = await self._handle(update)
            except Exception as error:
                # Nothing may end the intake: what cannot be answered is counted, and comes again.
                log.error("An update failed: %s.", describe(error))
                answered = False
        number = update.update_id
        if not answered:
            self._failed[number] = self._failed.get(number, 0) + 1
            if self._failed[number] < ROUNDS:
                return
            log.error("An update could not be answered in %d rounds and is let go.", ROUNDS)
        self._failed.pop(number, None)
        self._done.add(number)

    def _finish(self, number: int, chat: int, task: asyncio.Task[None]) -> None:
        self._in_flight.pop(number, None)
        if self._last.get(chat) is task:
            del self._last[chat]
        if number not in self._done and not task.cancelled():
            # It must come again: the offset goes back to it.
            self._next = min(number, self._next or number)
        self._move_on()

    def _move_on(self) -> None:
        """Move the offset past what is answered, and forget ids that can no longer come."""
        if not self._in_flight and self._done and not self._failed:
            self._next = max(self._next or 0, max(self._done) + 1)
        offset = self._offset
        if offset is not None:
            self._done = {number for number in self._done if number >= offset}

    async def _confirm(self) -> None:
        """Tell Telegram what is answered, so that the next start does not fetch it again."""
        if self._offset is not None:
            with suppress(TelegramError):
                await self._bot.get_updates(offset=self._offset, timeout=0, limit=1, allowed_updates=ALLOWED)

    def _fails(self, error: TelegramError) -> None:
        if self._reachable:
            log.warning("Telegram cannot be reached (%s); trying again until it can.", type(error).__name__)
        self._reachable = False

    def _works(self) -> None:
        if not self._reachable:
            log.warning("Telegram can be reached again.")
        self._reachable = True
