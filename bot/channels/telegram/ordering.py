"""Updates on their way to an answer, however they came: one chat's in order, chats side by side, each answered once.

An update stays Telegram's until it is answered: by polling it is not confirmed before, by webhook it gets no 200. What
comes again meanwhile joins the work that is under way; what was answered already is known by its number.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from telegram import Bot, Update

from bot.channels.telegram.lines import Lines, Place
from bot.channels.telegram.reach import Reach
from bot.channels.telegram.slots import Slots
from bot.logs import describe
from bot.web.metrics import Metrics, UpdateKind

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Later:
    """An update could not be answered and is to be tried again; `asked` when it was Telegram that said how long."""

    seconds: float
    asked: bool = False


Handle = Callable[[Update], Awaitable[Later | None]]
"""Answers an update. None when that is done."""

ALLOWED = ["message", "edited_message", "callback_query"]
PATIENCE = 120.0
"""Seconds for which an update that cannot be answered is tried again, before it is let go: Telegram hands out a hundred
updates from the lowest one that is not confirmed, so one that never ends would hold up all others."""
STOP_WITHIN = 25.0
"""Seconds that a stop waits for what is under way."""
LONGEST_PAUSE = 30.0
"""Seconds between two tries at most."""
_REMEMBERED = 10_000
_HIGHEST = 2**63 - 1
_KINDS: dict[str, UpdateKind] = {"message": "message", "callback_query": "button", "edited_message": "edited"}


def number_of(raw: dict[str, Any]) -> int | None:
    """The number of an update as it came; None when it has none."""
    number = raw.get("update_id")
    return number if type(number) is int and 0 < number <= _HIGHEST else None


@dataclass(eq=False, slots=True)
class Work:
    """An update under way."""

    number: int
    update: Update
    chat: int
    news: asyncio.Future[float | None]
    """How the present try ends: None when the update is answered, else seconds until it is tried again."""
    task: asyncio.Task[None] | None = None
    began: float = field(default_factory=time.monotonic)

    def begin(self) -> None:
        """A try begins: who asks from now on waits for its end."""
        if self.news.done():
            self.news = asyncio.get_running_loop().create_future()

    def tell(self, seconds: float | None) -> None:
        """Say how the try ended to those who wait for it."""
        if not self.news.done():
            self.news.set_result(seconds)


class Ordering:
    """Takes updates in and sees each of them answered."""

    def __init__(
        self,
        bot: Bot,
        handle: Handle,
        handled: Callable[[int], Awaitable[bool]],
        urgent: Callable[[Update], bool],
        at_once: int,
        reach: Reach,
        metrics: Metrics,
    ) -> None:
        """Take what answers, what knows the answered updates and those about danger, and how many go side by side."""
        self._bot = bot
        self._handle = handle
        self._handled = handled
        self._urgent = urgent
        self._reach = reach
        self._metrics = metrics
        self._lines = Lines()
        self._at_once = at_once
        self._slots = Slots(at_once, self.in_danger)
        self._danger: dict[int, set[int]] = {}
        self._done: OrderedDict[int, None] = OrderedDict()
        self.under_way: dict[int, Work] = {}
        self.broken_off: set[int] = set()
        """Numbers of the updates that a stop broke off: they are not answered."""
        self.stopping = asyncio.Event()
        self._watch: tuple[int, asyncio.Future[None]] | None = None

    def known(self, number: int) -> bool:
        """Whether an update was answered by this process."""
        return number in self._done

    def in_danger(self, chat: int) -> bool:
        """Whether a chat has written of danger and is not answered yet."""
        return chat in self._danger

    def take(self, number: int, raw: dict[str, Any]) -> Work | None:
        """Begin to answer an update, or join the work on it. None when there is nothing to answer."""
        if self.known(number):
            return None
        if number in self.under_way:
            return self.under_way[number]
        kind = next((kind for name, kind in _KINDS.items() if name in raw), "other")
        self._metrics.updates.labels(kind).inc()
        update = self._read(raw)
        if update is None:
            self._finished(number)
            return None
        chat = update.effective_chat.id if update.effective_chat else 0
        work = Work(number, update, chat, asyncio.get_running_loop().create_future())
        if (len(self.under_way) >= self._at_once or self._lines.busy(chat)) and self._urgent(update):
            # What stands before it in its own chat is hurried too, since it waits for that.
            self._danger.setdefault(chat, set()).add(number)
            self._slots.look()
        self.broken_off.discard(number)
        self.under_way[number] = work
        place = self._lines.stand(chat, number)
        work.task = asyncio.create_task(self._follow(work, place))
        return work

    async def few(self, most: int, within: float) -> None:
        """Return when at most so many updates are under way, or after so many seconds."""
        if len(self.under_way) > most:
            reached = asyncio.get_running_loop().create_future()
            self._watch = (most, reached)
            await asyncio.wait([reached], timeout=within)
            self._watch = None

    async def drain(self) -> None:
        """Finish what is under way, within a bound; what is left then is broken off, and comes after a restart."""
        self.stopping.set()
        if tasks := [work.task for work in self.under_way.values() if work.task is not None]:
            _, left = await asyncio.wait(tasks, timeout=STOP_WITHIN)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    def _read(self, raw: dict[str, Any]) -> Update | None:
        """The update; None for one of a shape that the library does not know."""
        try:
            return Update.de_json(raw, self._bot)
        except Exception as error:
            log.warning("An update cannot be read (%s) and is passed over.", type(error).__name__)
            return None

    async def _follow(self, work: Work, place: Place) -> None:
        """See one update answered, after those before it in its chat."""
        answered = False
        try:
            if await self._handled(work.number):
                answered = True
            elif await place.turn:
                answered = await self._answer(work)
        finally:
            self._lines.leave(place, whole=answered)
            self._end(work, answered)

    def _end(self, work: Work, answered: bool) -> None:
        del self.under_way[work.number]
        if self._watch and len(self.under_way) <= self._watch[0] and not self._watch[1].done():
            self._watch[1].set_result(None)
        dangers = self._danger.get(work.chat, set())
        dangers.discard(work.number)
        if not dangers:
            self._danger.pop(work.chat, None)
        if answered:
            self._finished(work.number)
        else:
            self.broken_off.add(work.number)
        work.tell(None if answered else 1.0)

    async def _answer(self, work: Work) -> bool:
        """Answer one update, again if need be; False when a stop broke that off."""
        waited, wait = 0.0, 0.0
        while not self.stopping.is_set() or wait == 0:
            work.begin()
            async with self._slots.one(work.chat):
                try:
                    later = await self._handle(work.update)
                except Exception as error:
                    # Nothing may end the intake; what failed comes again, for a while.
                    log.error("An update failed: %s.", describe(error))
                    later = Later(1.0)
            if later is None:
                self._metrics.seconds.observe(time.monotonic() - work.began)
                return True
            wait = later.seconds if later.asked else max(later.seconds, min(2 * wait, LONGEST_PAUSE))
            # While nothing of Telegram can be reached, nothing is given up; a long wait that it asked for is one try.
            waited += min(wait, LONGEST_PAUSE) if self._reach.reachable else 0
            if waited > PATIENCE:
                log.error("An update could not be answered for two minutes and is let go.")
                return True
            work.tell(wait)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), wait)
        return False

    def _finished(self, number: int) -> None:
        """An update need not come again."""
        self._done[number] = None
        if len(self._done) > _REMEMBERED:
            self._done.popitem(last=False)
