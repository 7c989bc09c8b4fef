"""Updates: fetched until they are answered, answered once, in order within a chat, and chats side by side."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.application import Application
from bot.channels.telegram import ordering, sending
from bot.channels.telegram.service import Service
from bot.dialogs.respond import COMMANDS
from tests.botapi import BotApi
from tests.botapi_keyboard import Button
from tests.channels.telegram.helpers import (
    Log,
    Running,
    Start,
    answered,
    confirmed,
    place,
    places,
    settings_of,
    start_service,
    until,
)

WAYS = ("/contact", "/worried", "/help", "/privacy", "/delete")
"""Commands that each lead to a screen of their own."""


def updates_of(api: BotApi) -> list[int]:
    """All update ids so far."""
    return sorted(api.world.updates.every)


def highest_offset(api: BotApi) -> int:
    """What the bot has confirmed so far, plus one."""
    return max((call.params.get("offset", 0) for call in api.called("getUpdates")), default=0)


@asynccontextmanager
async def in_between(api: BotApi, body: str) -> AsyncIterator[str]:
    """A proxy that answers the first fetch itself and passes everything else on; the address of it."""
    answers = [body]

    async def serve(request: web.Request) -> web.Response:
        if request.path.endswith("/getUpdates") and answers:
            return web.Response(text=answers.pop(), content_type="application/json")
        async with session.request(
            request.method, f"{api.url}{request.path_qs}", data=await request.read(), headers=_content(request)
        ) as answer:
            return web.Response(status=answer.status, body=await answer.read(), content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.5)
    async with aiohttp.ClientSession() as session:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        try:
            yield f"http://{host}:{port}"
        finally:
            await runner.cleanup()


def _content(request: web.Request) -> dict[str, str]:
    return {"Content-Type": request.headers["Content-Type"]} if "Content-Type" in request.headers else {}


# --- fetching -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 502, "times": 2},
        {"garbage": True},
    ],
)
async def test_fetching_fails_for_a_while(api: BotApi, fault: dict[str, Any], log: Log) -> None:
    """When Telegram cannot be reached for a while, the log says so once, and what came meanwhile is answered."""
    kari = api.user()
    await kari.send("/start")
    await kari.reply()
    api.fault("getUpdates", **fault)

    await kari.send("/contact")
    await kari.reply()
    await kari.send("/help")
    await answered(kari, 3)
    await confirmed(api)

    assert places(kari.chat.bot_messages) == ["start", "contact.who", "meta.bot"]
    assert len(log()) == 2  # one when it began, one when it was over


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    "update",
    [
        {"message": {"message_id": 1}},
        {"message": "garbage"},
        {"callback_query": {"id": "1"}},
        {"message": {"message_id": 1, "date": 1, "chat": {"id": 5432, "type": "private"}}},
        {"edited_message": {"message_id": 1, "date": "soon", "chat": {"id": 5432, "type": "private"}, "text": "x"}},
        {"message": {"message_id": 1, "date": 10**30, "chat": {"id": 5432, "type": "private"}, "text": "x"}},
        {"message": {"message_id": 1, "date": 1, "chat": {"id": 5432, "type": "kindergarten"}, "text": "hei"}},
        {},
    ],
)
async def test_update_that_cannot_be_read(api: BotApi, update: dict[str, Any], log: Log) -> None:
    """An update of a shape that the library cannot read stops nobody, and nothing of it is logged."""
    kari = api.user()
    marked = {
        name: {**part, "caption": "Solbakken"} if isinstance(part, dict) else part for name, part in update.items()
    }

    api.push(marked)
    await kari.send("/start")
    await answered(kari, 1, 2)

    assert places(kari.chat.bot_messages) == ["start"]
    assert [line for line in log() if "Solbakken" in line or "5432" in line] == []


@pytest.mark.parametrize("body", ['{"ok": true}', '{"ok": true, "result": {}}', "[" * 9000])
async def test_answer_that_is_not_telegrams(application: Application, database: Path, log: Log, body: str) -> None:
    """Whatever something in between answers in Telegram's name, the bot goes on, and fetches again."""
    async with BotApi() as api, in_between(api, body) as url:
        settings = settings_of(api, database, url)
        service = Service(application, application.conversation(settings), settings)
        await service.start()
        running = Running(service)
        kari = api.user()
        await kari.send("/start")
        await answered(kari, 1, 3)
        ended = running.ended

        await running.stop()

    assert not ended
    assert places(kari.chat.bot_messages) == ["start"]
    assert [line for line in log() if " WARNING " not in line] == []


@pytest.mark.usefixtures("bot")
async def test_asks_only_for_what_it_reads(api: BotApi) -> None:
    """Of all kinds of update the bot asks for three."""
    kari = api.user()
    await kari.send("/start")
    await kari.reply()

    kari.block()
    kari.unblock()

    assert api.world.updates.allowed == {"message", "edited_message", "callback_query"}
    assert all(call.params["allowed_updates"] for call in api.called("getUpdates"))


async def test_messages_from_before_the_start(api: BotApi, start: Start) -> None:
    """What was written while the bot was away is answered, in order, when it comes."""
    kari = api.user()
    for text in WAYS:
        await kari.send(text)

    await start()
    await answered(kari, len(WAYS))

    assert [COMMANDS[text[1:]] for text in WAYS] == places(kari.chat.bot_messages)


async def test_webhook_is_taken_away(api: BotApi, start: Start) -> None:
    """A webhook that was set before does not keep the bot from fetching, nor lose what waits."""
    kari = api.user()
    await kari.send("/start")
    api.world.webhook["url"] = "https://example.org/hook"

    await start()

    assert place(await kari.reply()) == "start"


# --- acknowledging ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bot")
async def test_acknowledged_last(api: BotApi) -> None:
    """While an answer is under way its update is not confirmed, though later ones are answered already."""
    typing, pressing, quick = api.user(), api.user(), api.user()
    await pressing.send("/start")
    screen = await pressing.reply()
    await confirmed(api)
    hanging = [
        api.fault("sendMessage", delay=0.6, chat_id=typing.id),
        api.fault("editMessageText", delay=0.6, chat_id=pressing.id),
    ]
    await typing.send("/contact")
    await pressing.tap(Button("?", "1g|contact.who||xn"), screen)
    unanswered = updates_of(api)[-2:]

    for text in ("/start", "/contact"):
        await quick.send(text)
        await quick.reply()
    asked = len(api.called("getUpdates"))
    await until(api, lambda: len(api.called("getUpdates")) > asked)
    offset, pending = highest_offset(api), [update["update_id"] for update in api.pending]
    shown = [*typing.chat.bot_messages, *pressing.chat.bot_messages]
    await asyncio.gather(typing.reply(), pressing.reply())
    await confirmed(api)

    assert [fault.hits for fault in hanging] == [1, 1]
    assert [screen] == shown
    assert offset <= unanswered[0]
    assert unanswered == pending[:2]
    assert [place(user.chat.newest) for user in (typing, pressing, quick)] == ["contact.who"] * 3


async def test_confirmed_at_the_end(api: BotApi, start: Start) -> None:
    """A bot that is stopped has confirmed all that it answered."""
    bot = await start()
    kari = api.user()
    await kari.send("/start")
    await kari.reply()

    await bot.stop()

    assert api.pending == []


async def test_stopped_while_answering(api: BotApi, start: Start) -> None:
    """A bot that is told to stop finishes the answer under way first."""
    bot = await start()
    kari = api.user()
    hanging = api.fault("sendMessage", delay=0.3)
    await kari.send("/contact")
    await until(api, lambda: hanging.hits == 1)

    await bot.stop()

    assert [place(message) for message in kari.chat.bot_messages] == ["contact.who"]
    assert api.pending == []


async def test_stopped_while_one_hangs_and_one_waits(
    api: BotApi, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bot that must stop before all is answered confirms nothing that is not: it is answered after the restart."""
    monkeypatch.setattr(sending, "ATTEMPTS", 1)
    monkeypatch.setattr(ordering, "STOP_WITHIN", 0.1)
    bot = await start()
    waiting, hanging = api.user(), api.user()
    refused = api.fault("sendMessage", status=502, chat_id=waiting.id, times=None)
    slow = api.fault("sendMessage", delay=3, chat_id=hanging.id)
    await waiting.send("/contact")
    await hanging.send("/contact")
    await until(api, lambda: refused.hits > 0 and slow.hits > 0)

    await bot.stop()
    refused.end()
    await start()
    for user in (waiting, hanging):
        await user.send("/help")
        await answered(user, 2, 3)
    await confirmed(api)

    assert places(waiting.chat.bot_messages) == ["contact.who", "meta.bot"]
    assert places(hanging.chat.bot_messages) == ["contact.who", "meta.bot"]


async def test_order_over_a_restart(api: BotApi, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot that is stopped while a parent's first message waits does not answer the second one before it."""
    monkeypatch.setattr(sending, "ATTEMPTS", 1)
    bot = await start()
    kari, other = api.user(), api.user()
    refused = api.fault("sendMessage", status=502, chat_id=kari.id)
    await kari.send("/contact")
    await kari.send("/help")
    await until(api, lambda: refused.hits == 1)
    await other.send("/start")
    await other.reply()

    await bot.stop()
    await start()
    await answered(kari, 2, 3)
    await confirmed(api)

    assert places(kari.chat.bot_messages) == ["contact.who", "meta.bot"]


@pytest.mark.usefixtures("bot")
async def test_redelivered(api: BotApi) -> None:
    """An update that Telegram sends again is not answered again."""
    kari = api.user()
    await kari.send("/contact")
    await kari.reply()
    await confirmed(api)

    api.redeliver(updates_of(api)[0])
    await kari.send("/help")
    await kari.reply()
    await confirmed(api)

    assert [place(message) for message in kari.chat.bot_messages] == ["contact.who", "meta.bot"]


async def test_redelivered_after_a_restart(api: BotApi, start: Start) -> None:
    """An update that was answered before a restart is not answered again after it."""
    bot = await start()
    kari, group = api.user(), api.group()
    await kari.send("/contact")
    screen = await kari.reply()
    await kari.tap(Button("?", "1g|worries||pn"), screen)
    await kari.reply()
    await kari.send("/start", chat=group)
    await kari.reply(chat=group)
    await confirmed(api)
    await bot.stop()

    for update in updates_of(api):
        api.redeliver(update)
    await start()
    await kari.send("/help")
    await kari.reply()
    await confirmed(api)

    assert [place(message) for message in kari.chat.bot_messages] == ["worries", "meta.bot"]
    assert len(group.bot_messages) == 1


@pytest.mark.usefixtures("bot")
async def test_lost_confirmation(api: BotApi) -> None:
    """When the answer to a fetch gets lost, its updates are answered once all the same."""
    kari = api.user()
    await kari.send("/start")
    await kari.reply()
    await confirmed(api)
    api.fault("getUpdates", drop="after", times=1)

    await kari.send("/contact")
    await kari.reply()
    await kari.send("/help")
    await answered(kari, 3)
    await confirmed(api)

    assert [place(message) for message in kari.chat.bot_messages] == ["start", "contact.who", "meta.bot"]


@pytest.mark.usefixtures("bot")
async def test_slow_fetching(api: BotApi) -> None:
    """When fetched updates arrive after they were answered already, they are not answered again."""
    api.fault("getUpdates", late=0.1, times=None)
    kari = api.user()

    for text in WAYS[:3]:
        await kari.send(text)
        await kari.reply()
    await confirmed(api)

    assert [COMMANDS[text[1:]] for text in WAYS[:3]] == [place(message) for message in kari.chat.bot_messages]


# --- order --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bot")
async def test_order_within_a_chat(api: BotApi) -> None:
    """What one parent writes in haste is answered in the order it was written, though the first answer is slow."""
    kari = api.user()
    api.fault("sendMessage", delay=0.2)

    for text in WAYS:
        await kari.send(text)
    await answered(kari, len(WAYS))

    assert [COMMANDS[text[1:]] for text in WAYS] == [place(message) for message in kari.chat.bot_messages]


@pytest.mark.usefixtures("bot")
async def test_presses_and_words_in_order(api: BotApi) -> None:
    """Presses and words of one parent are answered in the order they came, each from where the one before led."""
    kari = api.user()
    await kari.send("/start 1-x-nb-worry_bullying")
    screen = await kari.reply()
    api.fault("editMessageText", delay=0.2)

    await kari.tap(Button("?", "1v|worry.bullying|primary|xn"), screen)
    await kari.send("1")
    await kari.send("1")
    await answered(kari, 3)

    assert places(kari.chat.bot_messages) == ["worry.bullying", "worry.bullying.told", "worry.bullying.pupils"]


@pytest.mark.usefixtures("bot")
async def test_chats_side_by_side(api: BotApi) -> None:
    """Many parents at once are answered side by side: the slow answer of one keeps nobody else waiting."""
    slow, others = api.user(), [api.user() for _ in range(10)]
    hanging = api.fault("sendMessage", delay=0.7, chat_id=slow.id)
    await slow.send("/start")
    await until(api, lambda: hanging.hits == 1)

    for user in others:
        await user.send("/start")
    await asyncio.gather(*(user.reply() for user in others))

    assert slow.chat.bot_messages == []
    await slow.reply()


@pytest.mark.usefixtures("bot")
async def test_more_than_one_fetch_behind_a_slow_answer(api: BotApi) -> None:
    """More updates than Telegram hands out at once do not wait behind one slow answer for ever, and none is lost."""
    slow, others = api.user(), [api.user() for _ in range(130)]
    hanging = api.fault("sendMessage", delay=0.5, chat_id=slow.id)
    await slow.send("/start")
    await until(api, lambda: hanging.hits == 1)

    for user in others:
        await user.send("/start")
    await asyncio.gather(*(user.reply(8) for user in [slow, *others]))
    await confirmed(api)

    assert {1} == {len(user.chat.bot_messages) for user in [slow, *others]}


async def test_storm(api: BotApi, start: Start) -> None:
    """300 updates over 40 chats while everything fails now and then: every chat gets all its answers, in order."""
    chance = random.Random(7)
    users = [api.user() for _ in range(40)]
    expected: dict[int, list[str]] = {user.id: [] for user in users}
    ways = ("/start", *WAYS)
    for _ in range(300):
        user = chance.choice(users)
        last = expected[user.id][-1:]
        way = chance.choice([w for w in ways if [COMMANDS.get(w[1:], "start")] != last])
        expected[user.id].append(COMMANDS.get(way[1:], "start"))
        await user.send(way)
    faults: list[dict[str, Any]] = [
        {"status": 502},
        {"drop": "before"},
        {"drop": "after"},
        {"delay": 0.2},
        {"late": 0.2},
    ]
    for user in chance.sample(users, 25):
        api.fault("sendMessage", chat_id=user.id, **chance.choice(faults))
    api.fault("getUpdates", late=0.05, times=3)
    api.fault("getUpdates", status=502)
    api.fault("getUpdates", late=0.05, times=3)

    await start()
    await asyncio.gather(*(answered(user, len(expected[user.id]), 12) for user in users))
    await confirmed(api, 12)

    assert expected == {user.id: places(user.chat.bot_messages) for user in users}


async def test_storm_over_a_restart(api: BotApi, start: Start) -> None:
    """A restart in the middle of a storm loses no message and answers none twice."""
    users = [api.user() for _ in range(20)]
    for way in WAYS:
        for user in users:
            await user.send(way)
    api.fault("sendMessage", delay=0.02, times=None)

    bot = await start()
    await users[-1].reply()
    await bot.stop()
    await start()
    await asyncio.gather(*(answered(user, len(WAYS)) for user in users))
    await confirmed(api)

    nodes = [COMMANDS[way[1:]] for way in WAYS]
    assert [nodes] * 20 == [[place(message) for message in user.chat.bot_messages] for user in users]


# --- stopping -----------------------------------------------------------------------------------------------------


async def test_stopped_at_any_moment(api: BotApi, application: Application, tmp_path: Path) -> None:
    """However soon after its start the bot is told to stop, it ends."""
    ended = []

    for number in range(20):
        bot = await start_service(application, api, tmp_path / f"{number}.sqlite3", wait=False)
        await asyncio.sleep(number * 0.0025)  # a different moment each time: there is nothing to wait for
        await bot.stop()
        ended.append(bot.ended)

    assert ended == [True] * 20
