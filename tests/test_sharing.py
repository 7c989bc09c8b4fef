"""Trips to the database that many callers share."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.database.sharing import MOST, Shared
from bot.store import Store
from tests.stored import DAYS, NOW, SECRET, state_of


class Trips:
    """Doubles numbers, one trip after the other, each as long as the gate is shut."""

    def __init__(self) -> None:
        """No trip yet, and the gate is open."""
        self.made: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.broken = False
        self.shared = Shared(self._trip)

    async def _trip(self, asked: Sequence[int]) -> list[int]:
        self.made.append(list(asked))
        await self.gate.wait()
        if self.broken:
            raise OSError("broken")
        return [2 * number for number in asked]


async def begun(trips: Trips, *numbers: int) -> list[asyncio.Task[int]]:
    """Callers that have asked."""
    tasks = [asyncio.create_task(trips.shared.ask(number)) for number in numbers]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_those_who_wait_go_together() -> None:
    """What is asked while a trip is under way shares the next one, and each caller gets the answer to its question."""
    trips = Trips()
    trips.gate.clear()
    first = await begun(trips, 1)
    others = await begun(trips, 2, 3, 4)

    trips.gate.set()

    assert await asyncio.gather(*first, *others) == [2, 4, 6, 8]
    assert trips.made == [[1], [2, 3, 4]]


async def test_no_trip_is_too_large() -> None:
    """More than one trip holds are taken along in several, in their order."""
    trips = Trips()
    numbers = list(range(2 * MOST + 1))

    assert await asyncio.gather(*(trips.shared.ask(number) for number in numbers)) == [2 * n for n in numbers]
    assert [number for made in trips.made for number in made] == numbers
    assert max(map(len, trips.made)) == MOST


async def test_a_fault_is_told_to_all_who_shared_it() -> None:
    """Every caller of a trip that failed is told, and the next trip is made all the same."""
    trips = Trips()
    trips.gate.clear()
    first = await begun(trips, 1)
    trips.broken = True
    trips.gate.set()

    found = await asyncio.gather(*first, return_exceptions=True)
    assert [str(error) for error in found] == ["broken"]
    trips.broken = False

    assert await trips.shared.ask(5) == 10


async def test_who_gives_up_leaves_the_others_alone() -> None:
    """A caller that is cancelled neither ends the trip nor shifts the answers of those who share it."""
    trips = Trips()
    trips.gate.clear()
    await begun(trips, 1)
    leaving, staying = await begun(trips, 2, 3)

    leaving.cancel()
    trips.gate.set()

    assert await staying == 6
    with pytest.raises(asyncio.CancelledError):
        await leaving


def test_a_loop_that_ends_in_the_middle_blocks_nobody() -> None:
    """A trip that ends with its loop is told to those who wait, and in another loop the next one is made."""
    given_up: list[str] = []

    async def trip(asked: Sequence[str]) -> list[str]:
        if asked == ["long"]:
            await asyncio.sleep(3600)
        return [word.upper() for word in asked]

    shared = Shared(trip)

    async def ask(word: str) -> None:
        try:
            await shared.ask(word)
        except asyncio.CancelledError:
            given_up.append(word)
            raise

    async def leave() -> None:
        tasks = [asyncio.create_task(ask("long"))]
        await asyncio.sleep(0.01)
        tasks.append(asyncio.create_task(ask("behind")))
        await asyncio.sleep(0.01)

    asyncio.run(leave())

    assert sorted(given_up) == ["behind", "long"]
    assert asyncio.run(shared.ask("next")) == "NEXT"


async def test_settled() -> None:
    """Nothing is under way once it is settled, also when all who asked have given up."""
    trips = Trips()
    trips.gate.clear()
    [leaving] = await begun(trips, 1)
    leaving.cancel()
    settling = asyncio.create_task(trips.shared.settled())
    await asyncio.sleep(0)
    waited = not settling.done()

    trips.gate.set()
    await settling

    assert waited
    assert await trips.shared.ask(2) == 4


async def test_a_save_that_was_given_up_is_whole_before_the_file_is_closed(tmp_path: Path) -> None:
    """Whoever stops waiting for a save does not break it off: it is there when the file is opened again."""
    store = Store(tmp_path / "bot.sqlite3", SECRET, DAYS)
    await store.open()
    saving = asyncio.create_task(store.save(7, state_of(7), 1, NOW))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    saving.cancel()

    await store.close()

    again = Store(tmp_path / "bot.sqlite3", SECRET, DAYS)
    assert await again.load(7, NOW) == state_of(7)
    assert await again.handled(1)
    await again.close()


async def test_many_questions_of_both_kinds_at_once(tmp_path: Path) -> None:
    """Each of two hundred callers, asked and saved side by side, finds what is its own."""
    store = Store(tmp_path / "bot.sqlite3", SECRET, DAYS)
    await asyncio.gather(*(store.save(chat, state_of(chat), chat, NOW) for chat in range(0, 200, 2)))

    found = await asyncio.gather(*(store.load(chat, NOW) for chat in range(200)))
    known = await asyncio.gather(*(store.handled(chat) for chat in range(200)))

    assert found == [state_of(chat) if chat % 2 == 0 else None for chat in range(200)]
    assert known == [chat % 2 == 0 for chat in range(200)]
    await store.close()
