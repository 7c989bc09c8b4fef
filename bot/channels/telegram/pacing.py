"""Telegram's limits kept on our side: so many messages a second in all and in each chat, danger before all others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

_SWEPT = 1000
"""Chats that are remembered before those are forgotten that may be sent to at once."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds from one message to the next, on average; 0 for no limit."""

    everywhere: float = 1 / 30
    chat: float = 1.0
    """In a private chat, where two may go at once."""
    group: float = 3.0
    """In a group: twenty a minute."""


TELEGRAM = Limits()
"""What Telegram asks for."""
UNLIMITED = Limits(0.0, 0.0, 0.0)
"""For measuring and for tests: only the waits that Telegram itself asks for are kept."""


@dataclass(slots=True)
class _Bucket:
    """When the next message may go, if each takes `interval` and so many may go at once."""

    interval: float
    at_once: int = 1
    full_until: float = 0.0

    def ready(self) -> float:
        """When the next one may go."""
        return self.full_until - (self.at_once - 1) * self.interval

    def take(self, now: float) -> None:
        """One goes now."""
        self.full_until = max(self.full_until, now) + self.interval


@dataclass(eq=False, slots=True)
class _Waiter:
    chat: int
    urgent: bool
    turn: asyncio.Future[None]


class Pace:
    """Lets calls that send or edit go one by one; call `turn` before each.

    Urgent ones overtake all others and do not wait for the pace of their own chat: Telegram bears a short burst, and a
    parent in danger should not wait for the pace of small talk.
    """

    def __init__(self, limits: Limits, in_danger: Callable[[int], bool]) -> None:
        """Take the limits, and what knows the chats in danger: whatever is sent there is urgent."""
        self._limits = limits
        self._in_danger = in_danger
        self._everywhere = _Bucket(limits.everywhere)
        self._chats: dict[int, _Bucket] = {}
        self._paused: dict[int, float] = {}
        self._all_paused = 0.0
        self._waiting: list[_Waiter] = []
        self._timer: asyncio.TimerHandle | None = None

    async def turn(self, chat: int, urgent: bool) -> None:
        """Return when a message may go to a chat."""
        waiter = _Waiter(chat, urgent, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        self._look()
        try:
            await waiter.turn
        finally:
            if waiter in self._waiting:
                self._waiting.remove(waiter)

    def held(self, chat: int, urgent: bool) -> float:
        """Seconds that Telegram has asked to wait before something like this goes to a chat; 0 for none."""
        until = self._paused.get(chat, 0.0)
        if not (urgent or self._in_danger(chat)):
            until = max(until, self._all_paused)
        return max(0.0, until - asyncio.get_running_loop().time())

    def pause(self, chat: int, seconds: float) -> None:
        """Telegram asked to wait, when something was sent to a chat; it does not say whether that holds for all chats.

        One chat that is asked to wait waits alone. When a second is asked meanwhile, it is meant for the bot: nothing
        but what is urgent goes anywhere until the time is over.
        """
        now = asyncio.get_running_loop().time()
        self._paused = {other: until for other, until in self._paused.items() if until > now}
        if any(other != chat for other in self._paused):
            self._all_paused = max(self._all_paused, now + seconds)
        self._paused[chat] = now + seconds

    def _look(self) -> None:
        """Let those go whose turn it is, and look again when the next one's is."""
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._waiting:
            now = loop.time()
            # Stable, so that the first to come is the first to go among equals.
            queue = sorted(self._waiting, key=lambda waiter: not self._hurries(waiter))
            times = [self._ready(waiter) for waiter in queue]
            first = next((i for i, at in enumerate(times) if at <= now), None)
            if first is None:
                self._timer = loop.call_at(min(times), self._look)
                return
            self._go(queue[first], now)

    def _hurries(self, waiter: _Waiter) -> bool:
        return waiter.urgent or self._in_danger(waiter.chat)

    def _ready(self, waiter: _Waiter) -> float:
        """When this one may go."""
        at = max(self._everywhere.ready(), self._paused.get(waiter.chat, 0.0))
        if self._hurries(waiter):
            return at
        return max(at, self._all_paused, self._bucket(waiter.chat).ready())

    def _go(self, waiter: _Waiter, now: float) -> None:
        self._waiting.remove(waiter)
        if not waiter.turn.cancelled():
            self._everywhere.take(now)
            self._bucket(waiter.chat).take(now)
            waiter.turn.set_result(None)

    def _bucket(self, chat: int) -> _Bucket:
        """The pace of one chat; those at rest are forgotten now and then."""
        if chat not in self._chats:
            if len(self._chats) >= _SWEPT:
                now = asyncio.get_running_loop().time()
                self._chats = {one: bucket for one, bucket in self._chats.items() if bucket.full_until > now}
            # Groups have negative numbers.
            self._chats[chat] = _Bucket(self._limits.chat, 2) if chat > 0 else _Bucket(self._limits.group)
        return self._chats[chat]
