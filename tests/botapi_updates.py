"""The queue of updates with getUpdates' real semantics: what is not confirmed comes again."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from tests.botapi_chat import Bell
from tests.botapi_refusal import Refused

_MUTE_UNLESS_ASKED = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass(slots=True)
class Waiting:
    """An update that is not confirmed; `again` is one sent once more although its id is confirmed."""

    update: dict[str, Any]
    again: bool = False
    wake: float = 0.0
    """With a webhook: when it is to be delivered again, on the clock of `time.monotonic`."""
    fails: int = 0

    @property
    def chat(self) -> int:
        """The chat that it came from: Telegram keeps the order within it; an update without one is alone."""
        inside: Any = next((part for name, part in self.update.items() if name != "update_id"), {})
        holder = inside.get("message", inside) if isinstance(inside, dict) else {}
        chat = holder.get("chat", {}).get("id") if isinstance(holder, dict) else None
        return chat if isinstance(chat, int) else int(self.update["update_id"])


class Updates:
    """Updates in order, until the bot confirms them with a higher offset."""

    def __init__(self) -> None:
        """An empty queue; ids begin somewhere and rise by one."""
        self.every: dict[int, dict[str, Any]] = {}
        """All updates ever made, by id."""
        self.allowed: frozenset[str] = frozenset()
        self.reached: dict[int, float] = {}
        """By chat: when one of its updates first reached the bot, on the clock of `time.monotonic`."""
        self.bell = Bell()
        self._waiting: list[Waiting] = []
        self._next_id = 400_000_001
        self._turn = 0
        self._closed = False

    @property
    def pending(self) -> list[dict[str, Any]]:
        """What the bot has not confirmed yet, handed out or not."""
        return [waiting.update for waiting in self._waiting]

    def push(self, update: dict[str, Any]) -> int:
        """Queue an update, with its own id if it has one; return the id. Kinds not allowed are dropped."""
        update_id = int(update.get("update_id", self._next_id))
        self._next_id = max(self._next_id, update_id + 1)
        whole = {"update_id": update_id, **update}
        self.every[update_id] = whole
        if self._wanted(whole):
            self._waiting.append(Waiting(whole))
            self.bell.ring()
        return update_id

    def redeliver(self, update_id: int) -> None:
        """Send an update once more under its old id, as Telegram may when a confirmation was lost."""
        self._waiting.append(Waiting(self.every[update_id], again=True))
        self._waiting.sort(key=lambda waiting: int(waiting.update["update_id"]))
        self.bell.ring()

    def first_of_each_chat(self, chats: int) -> list[Waiting]:
        """With a webhook: the update that is next in each of the first so many chats."""
        first: dict[int, Waiting] = {}
        for waiting in self._waiting:
            first.setdefault(waiting.chat, waiting)
            if len(first) == chats:
                break
        return list(first.values())

    def reaches(self, waiting: Waiting) -> None:
        """An update is handed to the bot."""
        self.reached.setdefault(waiting.chat, time.monotonic())

    def answered(self, done: Waiting) -> None:
        """With a webhook: the bot has answered this one."""
        self._waiting = [waiting for waiting in self._waiting if waiting is not done]

    def drop(self) -> None:
        """Forget everything that waits."""
        self._waiting.clear()

    def close(self) -> None:
        """End every long poll, for the server's stop."""
        self._closed = True
        self.bell.ring()

    async def get(self, offset: int, limit: int, timeout: float, allowed: list[str] | None) -> list[dict[str, Any]]:
        """One getUpdates; a newer one ends an older that still waits, as Telegram does."""
        if allowed is not None:
            self.allowed = frozenset(allowed)
        self._turn += 1
        turn = self._turn
        self.bell.ring()
        self._confirm(offset)
        until = time.monotonic() + timeout
        while True:
            batch = [w for w in self._waiting if w.again or offset <= 0 or w.update["update_id"] >= offset][:limit]
            if batch or self._closed or time.monotonic() >= until:
                for waiting in batch:
                    waiting.again = False
                    self.reaches(waiting)
                return [waiting.update for waiting in batch]
            await self.bell.wait(until - time.monotonic())
            if turn != self._turn:
                raise Refused(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self._waiting = self._waiting[offset:]
        elif offset > 0:
            self._waiting = [w for w in self._waiting if w.again or w.update["update_id"] >= offset]

    def _wanted(self, update: dict[str, Any]) -> bool:
        kinds = set(update) - {"update_id"}
        return bool(kinds & self.allowed) if self.allowed else not kinds <= _MUTE_UNLESS_ASKED
