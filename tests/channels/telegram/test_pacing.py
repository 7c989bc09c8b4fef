"""Telegram's limits, kept on our side: what may go when, who overtakes, and what a 429 holds up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio

from bot.application import Application
from bot.channels.telegram import slots
from bot.channels.telegram.pacing import TELEGRAM, UNLIMITED, Limits, Pace
from bot.dialogs.respond import COMMANDS
from bot.settings import Settings
from tests.botapi import BotApi
from tests.botapi_keyboard import Button
from tests.botapi_people import User
from tests.channels.telegram.helpers import (
    DANGER,
    WEBHOOK,
    Running,
    Start,
    answered,
    confirmed,
    place,
    places,
    serve_service,
    start_service,
    until,
)

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")

AT_ONCE: int = Settings.model_fields["at_once"].default
SLACK = 0.02
"""Seconds by which two messages may come nearer to each other on their way through the machine."""


@pytest_asyncio.fixture(params=["polling", "webhook"])
async def paced(
    request: pytest.FixtureRequest, application: Application, api: BotApi, database: Path
) -> AsyncIterator[Running]:
    """The service at work under Telegram's limits, whichever way updates come."""
    if request.param == "webhook":
        running: Running = await serve_service(application, api, database, limits=TELEGRAM, **WEBHOOK)
    else:
        running = await start_service(application, api, database, limits=TELEGRAM)
    yield running
    await running.stop()


def times(api: BotApi, *users: User) -> list[float]:
    """When messages reached these people, in order."""
    sent = [call.at for user in users for call in api.called("sendMessage", user.id)]
    return sorted(sent)


async def burst(api: BotApi, size: int) -> list[User]:
    """So many people, each of whom has just written for the first time."""
    users = [api.user() for _ in range(size)]
    for user in users:
        await user.send("/start")
    return users


# --- the bot as a whole -------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("paced")
async def test_thirty_a_second(api: BotApi) -> None:
    """However many write at once, no more than about thirty are answered in any second, and all are in the end."""
    users = await burst(api, 75)

    await asyncio.gather(*(user.reply(15) for user in users))

    at = times(api, *users)
    assert all(later - first > 1 - 2 * SLACK for first, later in zip(at, at[31:], strict=False))


@pytest.mark.usefixtures("paced")
async def test_one_a_second_in_a_chat(api: BotApi) -> None:
    """Two answers may come at once in one chat, after that there is a second between them, in the words' order."""
    kari = api.user()
    for text in ("/contact", "/worried", "/help", "/privacy"):
        await kari.send(text)

    await answered(kari, 4, 10)

    at = times(api, kari)
    gaps = [later - first for first, later in pairwise(at)]
    assert gaps[0] < 0.5
    assert min(gaps[1:]) > 0.9
    assert places(kari.chat.bot_messages) == [COMMANDS[name] for name in ("contact", "worried", "help", "privacy")]


@pytest.mark.usefixtures("paced")
async def test_edits_count(api: BotApi) -> None:
    """A screen that is changed in its place counts as a message; the answer to the press itself does not wait."""
    kari = api.user()
    await kari.send("/start")
    screen = await kari.reply()
    await kari.send("/contact")
    screen = (await answered(kari, 2))[-1]

    pressed = [await kari.tap(Button("?", data), screen) for data in ("1g|worries||pn", "1g|contact.who||pn")]
    await until(api, lambda: all(query is not None and query.answer is not None for query in pressed[:1]))
    edited_by_then = len(api.called("editMessageText"))
    await until(api, lambda: len(api.called("editMessageText")) == 2)

    assert edited_by_then == 0
    edits = [call.at for call in api.called("editMessageText")]
    assert edits[1] - edits[0] > 1 - 2 * SLACK


@pytest.mark.usefixtures("paced")
async def test_danger_overtakes(api: BotApi) -> None:
    """A parent in danger who writes behind a hundred others is answered before nearly all of them."""
    users = await burst(api, 90)
    acute = api.user()
    await acute.send(DANGER["nb"])

    await acute.reply(15)
    before = sum(bool(user.chat.bot_messages) for user in users)
    await asyncio.gather(*(user.reply(15) for user in users))

    assert place(acute.chat.newest) == "crisis.suicide"
    assert before < 45


async def test_danger_overtakes_in_its_own_chat(application: Application, api: BotApi, database: Path) -> None:
    """What a parent wrote before the danger is hurried too, and the danger waits for no pace of the chat.

    By webhook Telegram hands out a chat's next message only when the one before it is answered.
    """
    bot = await start_service(application, api, database, limits=TELEGRAM)
    users = await burst(api, 40)
    acute = api.user()
    for text in ("/contact", "/help", "/worried", DANGER["nb"]):
        await acute.send(text)

    await answered(acute, 4, 15)
    before = sum(bool(user.chat.bot_messages) for user in users)
    await asyncio.gather(*(user.reply(15) for user in users))

    assert place(acute.chat.newest) == "crisis.suicide"
    assert before < 40
    await bot.stop()


async def _danger_is_answered_first(api: BotApi) -> bool:
    """Whether danger is answered while as many ordinary answers hang as may be under way at once, and more wait."""
    slow, acute = [api.user() for _ in range(AT_ONCE + 10)], api.user()
    hanging = [api.fault("sendMessage", delay=1.5, chat_id=user.id) for user in slow]
    for user in slow:
        await user.send("/start")
    await until(api, lambda: sum(fault.hits for fault in hanging) == AT_ONCE)
    await acute.send(DANGER["nb"])

    await acute.reply(10)
    first = not any(user.chat.bot_messages for user in slow)
    await asyncio.gather(*(user.reply(10) for user in slow))
    return first


async def test_places_are_kept_for_danger(start: Start, api: BotApi) -> None:
    """When every place is taken by an answer that hangs, danger is answered all the same."""
    await start()

    assert await _danger_is_answered_first(api)


async def test_without_kept_places_danger_waits(start: Start, api: BotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above notices when no places are kept."""
    monkeypatch.setattr(slots, "KEPT", 0)
    await start()

    assert not await _danger_is_answered_first(api)


# --- 429 ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("paced")
async def test_one_chat_is_asked_to_wait(api: BotApi) -> None:
    """A chat for which Telegram asks to wait is not sent to before the time is over, and the others go on."""
    kari, other = api.user(), api.user()
    api.fault("sendMessage", status=429, retry_after=1, chat_id=kari.id)
    await kari.send("/contact")
    await until(api, lambda: len(api.refused) == 1)

    await other.send("/contact")
    await other.reply()
    meanwhile = kari.chat.bot_messages
    await answered(kari, 1)
    await confirmed(api)

    assert meanwhile == []
    assert times(api, kari)[0] - api.refused[0].at > 1 - SLACK
    assert len(api.refused) == 1


@pytest.mark.usefixtures("paced")
async def test_all_are_asked_to_wait(api: BotApi) -> None:
    """When Telegram refuses everything, it is asked twice and then left alone until the time is over."""
    fault = api.fault("sendMessage", status=429, retry_after=2, times=None)
    users = await burst(api, 40)
    await until(api, lambda: fault.hits >= 2)
    await asyncio.sleep(0.5)
    hits = fault.hits
    fault.end()
    await asyncio.gather(*(user.reply(15) for user in users))
    await confirmed(api, 15)

    # The calls that were on their way when the second was refused.
    assert hits <= 4
    assert {1} == {len(user.chat.bot_messages) for user in users}


# --- nobody to send to --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("paced")
async def test_group_that_has_moved(api: BotApi) -> None:
    """A group that has become a supergroup is passed over: its update is done with, and comes no more."""
    kari, group = api.user(), api.group()
    moved = api.fault("sendMessage", status=400, chat_id=group.id, migrate_to=-1_009_999_999_999, times=None)

    await kari.send("/start", chat=group)
    await until(api, lambda: moved.hits == 1)
    await confirmed(api)
    await kari.send("/contact")
    await kari.reply()

    assert moved.hits == 1


# --- the pace itself ----------------------------------------------------------------------------------------------


async def _go(pace: Pace, chat: int, urgent: bool, gone: list[int]) -> None:
    await pace.turn(chat, urgent)
    gone.append(chat)


async def test_urgent_first_then_by_arrival() -> None:
    """Of those who wait, the urgent go first, whether by themselves or by their chat, then the others as they came."""
    gone: list[int] = []
    pace = Pace(Limits(0.01, 0.0, 0.0), {5}.__contains__)
    await pace.turn(99, False)

    await asyncio.gather(*(_go(pace, chat, chat == 7, gone) for chat in (1, 2, 3, 5, 7, 4)))

    assert gone == [5, 7, 1, 2, 3, 4]


async def test_one_who_gives_up_is_passed_over() -> None:
    """Who does not wait any more keeps nobody waiting, and takes no turn."""
    gone: list[int] = []
    pace = Pace(Limits(0.02, 0.0, 0.0), lambda _: False)
    await pace.turn(99, False)
    waiting = [asyncio.create_task(_go(pace, chat, False, gone)) for chat in (1, 2, 3)]
    await asyncio.sleep(0)

    waiting[0].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    assert gone == [2, 3]


async def test_groups_have_twenty_a_minute() -> None:
    """In a group messages go three seconds apart, while a private chat is not kept waiting by that."""
    gone: list[int] = []
    pace = Pace(Limits(0.0, 0.05, 0.2), lambda _: False)

    await asyncio.gather(*(_go(pace, chat, False, gone) for chat in (-5, -5, -5, 5, 5, 5)))

    assert (gone, TELEGRAM.group * 20) == ([-5, 5, 5, 5, -5, -5], 60)


async def test_without_limits_only_pauses_hold() -> None:
    """With the limits off, nothing waits but what Telegram asked to wait."""
    pace = Pace(UNLIMITED, lambda _: False)
    gone: list[int] = []
    await asyncio.gather(*(_go(pace, chat % 3, False, gone) for chat in range(3000)))

    pace.pause(1, 60)
    one = pace.held(1, True), pace.held(2, False)
    pace.pause(2, 60)
    both = pace.held(3, False), pace.held(3, True)

    assert len(gone) == 3000
    assert (one[0] > 59, one[1], both[0] > 59, both[1]) == (True, 0, True, 0)


async def test_chats_at_rest_are_forgotten() -> None:
    """However many chats were sent to, only those are remembered that must wait still."""
    pace = Pace(Limits(0.0, 0.001, 0.001), lambda _: False)

    for chat in range(1, 5001):
        await pace.turn(chat, False)
        if chat % 500 == 0:
            await asyncio.sleep(0.005)

    assert len(pace._chats) < 2000
