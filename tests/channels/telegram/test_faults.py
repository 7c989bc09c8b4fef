"""Telegram at its worst: every fault of sending ends with the parent answered, and nobody else waiting for it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.application import Application
from bot.channels.telegram import ordering, sending
from bot.settings import Settings
from tests.botapi import BotApi
from tests.botapi_keyboard import Button
from tests.botapi_people import User
from tests.channels.telegram.helpers import (
    DANGER,
    Log,
    Start,
    answered,
    confirmed,
    place,
    places,
    reply_or_none,
    until,
)

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")

AT_ONCE: int = Settings.model_fields["at_once"].default
FAULTS: dict[str, dict[str, Any]] = {
    "429": {"status": 429, "retry_after": 1},
    "502 once": {"status": 502},
    "502 twice": {"status": 502, "times": 2},
    "500": {"status": 500},
    "504": {"status": 504},
    "dropped before": {"drop": "before"},
    "dropped after": {"drop": "after"},
    "garbage": {"garbage": True},
}


async def struck(api: BotApi, kind: str, method: str) -> User:
    """Somebody for whom the next calls of a method go wrong."""
    user = api.user(kind)
    api.fault(method, chat_id=user.id, **FAULTS[kind])
    return user


@pytest.mark.usefixtures("bot")
async def test_fault_of_sending(api: BotApi) -> None:
    """Whatever goes wrong with a new message, the parent gets the answer, and the place is kept."""
    users = {kind: await struck(api, kind, "sendMessage") for kind in FAULTS}

    for user in users.values():
        await user.send("/start 1-x-nb-worry_bullying")
    await asyncio.gather(*(reply_or_none(user, 8) for user in users.values()))
    await confirmed(api)
    first = {kind: places(user.chat.bot_messages) for kind, user in users.items()}
    for user in users.values():
        await user.send("1")
    await asyncio.gather(*(reply_or_none(user) for user in users.values()))
    await confirmed(api)

    assert {key: ["worry.bullying"] for key in FAULTS} == first
    assert dict.fromkeys(FAULTS, "worry.bullying") == {kind: place(u.chat.newest) for kind, u in users.items()}
    assert dict.fromkeys(FAULTS, False) == {kind: "1v|" in str(u.chat.newest.buttons) for kind, u in users.items()}


@pytest.mark.usefixtures("bot")
async def test_fault_of_editing(api: BotApi) -> None:
    """Whatever goes wrong with a change in place, the screen changes, and no second message comes."""
    kinds = [kind for kind in FAULTS if kind != "502 twice"]
    users = {kind: await struck(api, kind, "editMessageText") for kind in kinds}
    for user in users.values():
        await user.send("/start")
        await user.reply()

    for user in users.values():
        await user.tap(Button("?", "1g|contact.who||pn"), user.chat.newest)
    await asyncio.gather(*(reply_or_none(user, 8) for user in users.values()))
    await confirmed(api)

    seen = {kind: [place(message) for message in user.chat.bot_messages] for kind, user in users.items()}
    assert {kind: ["contact.who"] for kind in kinds} == seen


@pytest.mark.usefixtures("bot")
async def test_an_odd_result_of_sending(api: BotApi, log: Log) -> None:
    """What Telegram took is sent, whatever it says of it: no second message comes, and nothing is alarmed."""
    kari = api.user()
    api.fault("sendMessage", chat_id=kari.id, odd=True)

    await kari.send("/start")
    await confirmed(api)
    await kari.send("/contact")
    await kari.reply()
    await confirmed(api)

    assert [place(message) for message in kari.chat.bot_messages] == ["start", "contact.who"]
    assert log() == []


@pytest.mark.usefixtures("bot")
async def test_not_modified(api: BotApi, log: Log) -> None:
    """A screen that is already as it should be is left alone."""
    kari = api.user()
    await kari.send("/contact")
    screen = await kari.reply()

    await kari.tap(Button("?", "1g|contact.who||xn"), screen)
    await kari.answer()
    await confirmed(api)

    assert [screen] == kari.chat.bot_messages
    assert [call.result for call in api.refused if "not modified" not in str(call.result)] == []
    assert log() == []


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("how", ["blocked", "not opened", "chat not found", "deactivated"])
@pytest.mark.parametrize("pressed", [False, True])
async def test_nobody_to_answer(api: BotApi, how: str, pressed: bool, log: Log) -> None:
    """Who has blocked the bot or is gone is passed over at once and without alarm; the next parent is answered."""
    kari, other = api.user(), api.user()
    await kari.send("/start")
    screen = await kari.reply()
    match how:
        case "blocked":
            api.world.blocked.add(kari.id)
        case "not opened":
            api.world.unopened.add(kari.id)
        case "chat not found":
            api.fault("*", status=400, description="Bad Request: chat not found", chat_id=kari.id, times=None)
        case "deactivated":
            api.fault("*", status=403, description="Forbidden: user is deactivated", chat_id=kari.id, times=None)

    if pressed:
        await kari.tap(Button("?", "1g|contact.who||xn"), screen)
    else:
        api.push({"message": {**kari.chat.wire_message(screen), "message_id": 9, "from": kari.profile, "text": "hei"}})
    await other.send("/start")
    await other.reply()
    await confirmed(api)

    assert [screen] == kari.chat.bot_messages
    assert len([call for call in api.refused if call.params.get("chat_id") == kari.id]) <= 2
    assert [line for line in log() if " INFO " not in line] == []


@pytest.mark.usefixtures("bot")
async def test_unblocked_again(api: BotApi) -> None:
    """Who lets the bot write again is answered again."""
    kari = api.user()
    await kari.send("/start")
    await kari.reply()
    api.world.blocked.add(kari.id)
    api.push({"message": {**kari.chat.wire_message(kari.chat.newest), "from": kari.profile, "text": "hei"}})
    await confirmed(api)

    api.world.blocked.discard(kari.id)
    await kari.send("/contact")

    assert place(await kari.reply()) == "contact.who"


@pytest.mark.usefixtures("bot")
async def test_others_do_not_wait(api: BotApi) -> None:
    """Though Telegram asks one chat to wait, from which more comes than there are places, others are answered."""
    waiting, other = api.user(), api.user()
    fault = api.fault("sendMessage", status=429, retry_after=1, chat_id=waiting.id)
    for _ in range(AT_ONCE + 1):
        await waiting.send("/start")
    await until(api, lambda: fault.hits == 1)

    await other.send("/contact")
    await other.reply()
    meanwhile = waiting.chat.bot_messages

    assert meanwhile == []
    await answered(waiting, AT_ONCE + 1)


@pytest.mark.usefixtures("bot")
async def test_danger_does_not_wait(api: BotApi) -> None:
    """When Telegram asks chat after chat to wait, so that it means the whole bot, danger is answered all the same."""
    waiting, other, acute = [api.user() for _ in range(AT_ONCE)], api.user(), api.user()
    for user in waiting:
        api.fault("sendMessage", status=429, retry_after=1, chat_id=user.id)
        await user.send("/start")
    await until(api, lambda: len(api.refused) >= 2)

    await other.send("/contact")
    await acute.send(DANGER["nb"])
    await acute.reply()
    meanwhile = [user.chat.bot_messages for user in (*waiting, other)]

    assert meanwhile == [[]] * (AT_ONCE + 1)
    await asyncio.gather(*(user.reply(8) for user in (*waiting, other)))


async def test_long_outage_of_sending(api: BotApi, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that could not be answered for long is answered once Telegram takes answers again."""
    monkeypatch.setattr(sending, "ATTEMPTS", 1)
    await start()
    kari = api.user()
    api.fault("sendMessage", status=502, chat_id=kari.id)

    await kari.send("/contact")
    await answered(kari, 1)
    await confirmed(api)

    assert [place(message) for message in kari.chat.bot_messages] == ["contact.who"]


async def test_long_outage_for_one_chat(api: BotApi, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that could not be answered is not lost while a later one of another chat is being answered."""
    monkeypatch.setattr(sending, "ATTEMPTS", 1)
    await start()
    kari, other = api.user(), api.user()
    api.fault("sendMessage", status=502, chat_id=kari.id)
    api.fault("sendMessage", delay=0.3, chat_id=other.id)

    await kari.send("/contact")
    await other.send("/start")
    await other.reply()
    await answered(kari, 1, 3)
    await confirmed(api)

    assert [place(message) for message in kari.chat.bot_messages] == ["contact.who"]


async def test_order_after_a_long_outage(api: BotApi, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """A parent's second message waits for the first, also when that could not be answered for long."""
    monkeypatch.setattr(sending, "ATTEMPTS", 1)
    await start()
    kari = api.user()
    api.fault("sendMessage", status=502, chat_id=kari.id)

    await kari.send("/contact")
    await kari.send("/help")
    await answered(kari, 2, 3)
    await confirmed(api)

    assert [place(message) for message in kari.chat.bot_messages] == ["contact.who", "meta.bot"]


async def test_answer_that_never_gets_through(
    api: BotApi, start: Start, monkeypatch: pytest.MonkeyPatch, log: Log
) -> None:
    """An answer that Telegram refuses for ever is let go in the end, with a line in the log, and stops nobody."""
    monkeypatch.setattr(sending, "ATTEMPTS", 1)
    monkeypatch.setattr(ordering, "PATIENCE", 0.6)
    await start()
    kari, other = api.user(), api.user()
    broken = api.fault("sendMessage", status=500, chat_id=kari.id, times=None)

    await kari.send("/contact")
    await confirmed(api)
    broken.end()
    await other.send("/start")
    await other.reply()
    await kari.send("/help")

    assert place(await kari.reply()) == "meta.bot"
    assert len([line for line in log() if " ERROR " in line]) == 1


async def test_outage_of_everything(api: BotApi, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that was fetched before the network went is answered when it is back, however long that takes."""
    monkeypatch.setattr(sending, "ATTEMPTS", 1)
    monkeypatch.setattr(ordering, "PATIENCE", 1.2)
    await start()
    kari = api.user()
    sends = api.fault("sendMessage", drop="before", times=None)
    fetches = api.fault("getUpdates", drop="before", times=None)

    await kari.send("/contact")
    await until(api, lambda: sends.hits >= 2)
    sends.end()
    fetches.end()
    await answered(kari, 1, 4)
    await confirmed(api)

    assert places(kari.chat.bot_messages) == ["contact.who"]


async def test_emergency_card_that_does_not_get_through(
    api: BotApi, start: Start, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The emergency card is sent again, too, when Telegram cannot be reached."""
    monkeypatch.setattr(sending, "ATTEMPTS", 1)
    await start()
    monkeypatch.setattr(type(application.renderer), "message", lambda *_: 1 / 0)
    kari = api.user()
    api.fault("sendMessage", status=502, chat_id=kari.id)

    await kari.send("hjelp")
    await answered(kari, 1, 3)
    await confirmed(api)

    assert len(kari.chat.bot_messages) == 1
