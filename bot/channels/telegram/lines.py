"""One line for each chat: its updates are answered one after the other, lowest number first."""

from __future__ import annotations

import asyncio
import heapq
from dataclasses import dataclass, field


@dataclass(order=True, slots=True)
class Place:
    """A place in the line of a chat."""

    number: int
    chat: int = field(compare=False)
    turn: asyncio.Future[bool] = field(compare=False)
    """True when it is this one's turn; False when one before it was broken off, so that it must not be answered."""


class Lines:
    """The lines of all chats in which somebody stands."""

    def __init__(self) -> None:
        """Nobody stands anywhere."""
        self._front: dict[int, Place] = {}
        self._behind: dict[int, list[Place]] = {}

    def busy(self, chat: int) -> bool:
        """Whether somebody stands in the line of a chat."""
        return chat in self._front

    def stand(self, chat: int, number: int) -> Place:
        """Take a place, behind those with lower numbers; the one whose turn it is stays in front."""
        place = Place(number, chat, asyncio.get_running_loop().create_future())
        if chat in self._front:
            heapq.heappush(self._behind.setdefault(chat, []), place)
        else:
            self._front[chat] = place
            place.turn.set_result(True)
        return place

    def leave(self, place: Place, *, whole: bool = True) -> None:
        """Give a place up. Unless `whole`, it was broken off, and nobody behind it has a turn any more."""
        behind = self._behind.get(place.chat, [])
        if self._front.get(place.chat) is not place:
            if place in behind:
                behind.remove(place)
                heapq.heapify(behind)
            return
        del self._front[place.chat]
        while behind:
            later = heapq.heappop(behind)
            if later.turn.cancelled():
                continue
            later.turn.set_result(whole)
            if whole:
                self._front[place.chat] = later
                return
        self._behind.pop(place.chat, None)
