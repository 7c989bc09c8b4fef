"""Telegram calls the bot: 200 only for what is answered, everything else comes again, and nobody else is let in."""

from __future__ import annotations

import asyncio
import io
import json
import random
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from starlette.responses import Response

from bot.channels.telegram import ordering, sending, webhook
from bot.channels.telegram.webhook import HEADER, PATH, Webhook
from bot.dialogs.respond import COMMANDS
from bot.errors import ChannelError
from tests.botapi import BotApi
from tests.botapi_people import User
from tests.channels.telegram.helpers import (
    WEBHOOK,
    Log,
    Serve,
    Served,
    answered,
    confirmed,
    place,
    places,
    until,
)

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")

WAYS = ("/contact", "/worried", "/help", "/privacy", "/delete")
SECRET = WEBHOOK["webhook_secret"]


def update(user: User, number: int, text: str = "/contact") -> dict[str, Any]:
    """A message of somebody as Telegram would send it."""
    message = {"message_id": number, "date": 1, "chat": user.chat.wire(), "from": user.profile, "text": text}
    return {"update_id": number, "message": message}


async def call(
    bot: Served, body: Any, *, secret: str | None = SECRET, kind: str = "application/json", path: str = PATH
) -> tuple[int, dict[str, str]]:
    """Call the webhook as Telegram does, or nearly; status and headers of the answer."""
    headers = {"Content-Type": kind} | ({HEADER: secret} if secret is not None else {})
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with (
        aiohttp.ClientSession() as session,
        session.post(bot.web.url + path, data=io.BytesIO(data), headers=headers) as answer,
    ):
        await answer.read()
        return answer.status, dict(answer.headers)


def statuses(api: BotApi) -> list[int]:
    """What the webhook answered so far."""
    return [delivery.status for delivery in api.world.deliverer.deliveries]


# --- set and taken away -------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("hooked")
async def test_set(api: BotApi) -> None:
    """Telegram is told where to call, what to show, what to send, and how many calls may be under way."""
    await until(api, lambda: bool(api.called("setWebhook")))
    (said,) = api.called("setWebhook")

    assert (said.params["url"], said.params["secret_token"]) == ("https://bot.example/oslo/telegram/webhook", SECRET)
    assert sorted(said.params["allowed_updates"]) == ["callback_query", "edited_message", "message"]
    assert (int(said.params["max_connections"]), said.params["drop_pending_updates"]) == (100, "false")


@pytest.mark.parametrize("keep", [True, False])
async def test_left_or_taken_away(api: BotApi, serve: Serve, keep: bool) -> None:
    """At a stop the webhook stays, so that Telegram keeps what comes, unless it is to be given up."""
    bot = await serve(**WEBHOOK, webhook_keep=keep)

    await bot.stop()

    assert bool(api.world.webhook.get("url")) is keep


async def test_refused_by_telegram(api: BotApi, serve: Serve) -> None:
    """An address that Telegram does not want stops the start in one sentence that names the setting."""
    api.fault("setWebhook", status=400, description="Bad Request: bad webhook: IP address is reserved")
    bot = await serve(**WEBHOOK)

    with pytest.raises(ChannelError, match=r"^WEBHOOK_URL is wrong: Telegram refuses it \(.*reserved\)\.$"):
        await bot.stop()


async def test_secret_that_is_made(api: BotApi, serve: Serve, database: Path) -> None:
    """Without a secret in the settings one is made, kept beside the database, and shown by Telegram at every start."""
    settings = {**WEBHOOK, "webhook_secret": None}
    first = await serve(**settings)
    await first.stop()
    await serve(**settings)
    kari = api.user()

    await kari.send("/contact")

    assert place(await kari.reply()) == "contact.who"
    kept = (database.parent / "webhook.secret").read_text()
    assert [kept, kept] == [said.params["secret_token"] for said in api.called("setWebhook")]


async def test_secret_file_that_is_damaged(serve: Serve, database: Path) -> None:
    """A file that holds no secret stops the start in one sentence that says what to do."""
    (database.parent / "webhook.secret").write_text("no secret is like this, with blanks in it")

    with pytest.raises(ChannelError, match=r"webhook\.secret .* delete it"):
        await serve(**{**WEBHOOK, "webhook_secret": None})


# --- answering ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("hooked")
async def test_conversation(api: BotApi) -> None:
    """Words, presses, edits and groups are answered by webhook as they are by polling, each with one call."""
    kari, group = api.user(), api.group()
    said = await kari.send("/start 1-x-nb-worry_bullying")
    await kari.reply()
    await kari.tap(kari.labels[0], kari.chat.newest)
    await kari.reply()
    await kari.edit(said.id, "noe annet")
    await kari.reply()
    await kari.send("/start", chat=group)
    await kari.reply(chat=group)
    await confirmed(api)

    assert statuses(api) == [200] * 4


@pytest.mark.usefixtures("hooked")
async def test_order_and_side_by_side(api: BotApi) -> None:
    """What each of many parents writes in haste is answered in order, and the slow answer of one stops nobody else."""
    slow, others = api.user(), [api.user() for _ in range(8)]
    hanging = api.fault("sendMessage", delay=0.7, chat_id=slow.id)
    for text in WAYS:
        for user in (slow, *others):
            await user.send(text)

    await asyncio.gather(*(answered(user, len(WAYS)) for user in others))
    meanwhile = len(slow.chat.bot_messages)
    await answered(slow, len(WAYS))

    nodes = [COMMANDS[text[1:]] for text in WAYS]
    assert (hanging.hits, meanwhile) == (1, 0)
    assert [nodes] * 9 == [places(user.chat.bot_messages) for user in (slow, *others)]


async def _acknowledged_last(api: BotApi, bot: Served) -> bool:
    """Whether a call is answered only when the parent is: looked at while sending hangs."""
    kari = api.user()
    hanging = api.fault("sendMessage", delay=0.4, chat_id=kari.id)
    calling = asyncio.create_task(call(bot, update(kari, 77)))
    await until(api, lambda: hanging.hits == 1)
    await asyncio.sleep(0.1)
    early = calling.done()
    assert (await calling)[0] == 200
    return not early


async def test_acknowledged_last(api: BotApi, hooked: Served) -> None:
    """While an answer is under way Telegram is not told that it is done: it would not send the update again."""
    assert await _acknowledged_last(api, hooked)


async def test_acknowledged_too_early_is_noticed(api: BotApi, hooked: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above notices a webhook that says 200 as soon as it has taken the update."""

    async def hasty(self: Webhook, number: int, raw: dict[str, Any]) -> Response:
        self._ordering.take(number, raw)
        return Response()

    monkeypatch.setattr(Webhook, "_answered", hasty)

    assert not await _acknowledged_last(api, hooked)


@pytest.mark.parametrize("fault", [{"status": 502}, {"status": 429, "retry_after": 1}, {"drop": "before"}])
async def test_answer_that_cannot_be_sent(
    api: BotApi, hooked: Served, monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any]
) -> None:
    """When the answer cannot be sent, Telegram is asked to come again, and the parent is answered once in the end."""
    monkeypatch.setattr(sending, "ATTEMPTS", 1)
    kari = api.user()
    api.fault("sendMessage", chat_id=kari.id, **fault)

    status, headers = await call(hooked, update(kari, 77))
    again = await call(hooked, update(kari, 77))
    await answered(kari, 1)
    while again[0] == 503:
        again = await call(hooked, update(kari, 77))

    assert (status, int(headers["Retry-After"])) == (503, 1)
    assert (again[0], places(kari.chat.bot_messages)) == (200, ["contact.who"])
    assert len(kari.chat.bot_messages) == 1


async def test_order_while_one_cannot_be_sent(api: BotApi, hooked: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A parent's second message waits for the first, though that was handed back to Telegram meanwhile."""
    monkeypatch.setattr(sending, "ATTEMPTS", 1)
    kari = api.user()
    api.fault("sendMessage", status=502, chat_id=kari.id)

    first = await call(hooked, update(kari, 77, "/contact"))
    second = await call(hooked, update(kari, 78, "/help"))

    assert (first[0], second[0]) == (503, 200)
    assert places(kari.chat.bot_messages) == ["contact.who", "meta.bot"]


async def test_repeated(api: BotApi, hooked: Served) -> None:
    """An update that comes again, during its answer, after it, and after a restart, is answered once and gets 200."""
    kari = api.user()
    api.fault("sendMessage", delay=0.2, chat_id=kari.id)

    together = await asyncio.gather(*(call(hooked, update(kari, 77)) for _ in range(5)))
    later = await call(hooked, update(kari, 77))

    assert [status for status, _ in (*together, later)] == [200] * 6
    assert len(kari.chat.bot_messages) == 1


async def test_repeated_after_a_restart(api: BotApi, serve: Serve) -> None:
    """An update that was answered before a restart gets 200 at once after it, though its chat is busy with another."""
    kari, before = api.user(), await serve(**WEBHOOK)
    await call(before, update(kari, 77))
    await before.stop()
    after = await serve(**WEBHOOK)
    hanging = api.fault("sendMessage", delay=0.5, chat_id=kari.id)
    busy = asyncio.create_task(call(after, update(kari, 78, "/help")))
    await until(api, lambda: hanging.hits == 1)

    repeated = await call(after, update(kari, 77))
    early = not busy.done()

    assert (repeated[0], early, (await busy)[0]) == (200, True, 200)
    assert places(kari.chat.bot_messages) == ["contact.who", "meta.bot"]


async def test_out_of_order(api: BotApi, hooked: Served) -> None:
    """Of updates of one chat that wait, the one with the lowest number is answered first, however they came."""
    kari = api.user()
    hanging = api.fault("sendMessage", delay=1.0, chat_id=kari.id)
    calls = [asyncio.create_task(call(hooked, update(kari, 70, "/start")))]
    await until(api, lambda: hanging.hits == 1)
    for number in (75, 73, 74, 71, 72):
        calls.append(asyncio.create_task(call(hooked, update(kari, number, WAYS[number - 71]))))
        await until(api, lambda: len(hooked.service.ordering.under_way) == len(calls))

    assert [status for status, _ in await asyncio.gather(*calls)] == [200] * 6
    assert places(kari.chat.bot_messages) == ["start", *(COMMANDS[text[1:]] for text in WAYS)]


async def test_too_slow_an_answer(api: BotApi, hooked: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the answer takes longer than Telegram waits, it is told to come again; no second answer is made."""
    monkeypatch.setattr(webhook, "ANSWER_WITHIN", 0.1)
    kari = api.user()
    api.fault("sendMessage", delay=0.4, chat_id=kari.id)

    status, headers = await call(hooked, update(kari, 77))
    await answered(kari, 1)
    await until(api, lambda: not hooked.service.ordering.under_way)
    again = await call(hooked, update(kari, 77))

    assert (status, headers["Retry-After"], again[0]) == (503, "1", 200)
    assert len(kari.chat.bot_messages) == 1


@pytest.mark.parametrize("when", ["before", "after"])
async def test_dropped_connection(api: BotApi, hooked: Served, when: str) -> None:
    """When Telegram's connection breaks before or after the work, the update is answered once all the same."""
    kari = api.user()
    hanging = api.fault("sendMessage", delay=0.2, chat_id=kari.id)
    body = json.dumps(update(kari, 77)).encode()
    host, port = hooked.web.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{HEADER}: {SECRET}\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    await writer.drain()
    if when == "after":
        await answered(kari, 1)
    else:
        await until(api, lambda: hanging.hits == 1)
    writer.transport.abort()

    again = await call(hooked, update(kari, 77))

    assert (again[0], len(kari.chat.bot_messages)) == (200, 1)


@pytest.mark.usefixtures("hooked")
async def test_storm(api: BotApi) -> None:
    """300 updates over 40 chats while sending fails now and then: every chat gets all its answers, in order."""
    chance, api.world.deliverer.hurry = random.Random(7), 0.05
    users = [api.user() for _ in range(40)]
    expected: dict[int, list[str]] = {user.id: [] for user in users}
    for _ in range(300):
        user = chance.choice(users)
        way = chance.choice([w for w in WAYS if [COMMANDS[w[1:]]] != expected[user.id][-1:]])
        expected[user.id].append(COMMANDS[way[1:]])
        await user.send(way)
    faults: list[dict[str, Any]] = [{"status": 502}, {"drop": "before"}, {"drop": "after"}, {"delay": 0.2}]
    for user in chance.sample(users, 25):
        api.fault("sendMessage", chat_id=user.id, **chance.choice(faults))

    await asyncio.gather(*(answered(user, len(expected[user.id]), 20) for user in users))
    await confirmed(api, 20)

    assert expected == {user.id: places(user.chat.bot_messages) for user in users}


# --- stopping -----------------------------------------------------------------------------------------------------


async def test_stop(api: BotApi, hooked: Served) -> None:
    """A bot that is told to stop finishes what is under way, takes nothing new, and says 503 to it until it is gone."""
    kari, late = api.user(), api.user()
    hanging = api.fault("sendMessage", delay=0.5, chat_id=kari.id)
    first = asyncio.create_task(call(hooked, update(kari, 77)))
    await until(api, lambda: hanging.hits == 1)

    stopping = asyncio.create_task(hooked.stop())
    await until(api, hooked.service.ordering.stopping.is_set)
    refused = await call(hooked, update(late, 78))
    await stopping

    assert ((await first)[0], refused[0]) == (200, 503)
    assert (len(kari.chat.bot_messages), len(late.chat.bot_messages)) == (1, 0)


async def test_stop_before_all_is_answered(api: BotApi, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be answered within a stop's time gets 503 and is answered after the restart."""
    monkeypatch.setattr(ordering, "STOP_WITHIN", 0.1)
    before, kari = await serve(**WEBHOOK), api.user()
    hanging = api.fault("sendMessage", delay=3, chat_id=kari.id)
    await kari.send("/contact")
    await until(api, lambda: hanging.hits == 1)

    await before.stop()
    waiting = len(api.pending)
    await serve(**WEBHOOK)
    await answered(kari, 1)
    await confirmed(api)

    assert (waiting, places(kari.chat.bot_messages)) == (1, ["contact.who"])
    assert statuses(api)[0] in (503, 0)


# --- nobody else --------------------------------------------------------------------------------------------------


async def test_who_is_let_in(api: BotApi, hooked: Served) -> None:
    """Only POST of JSON with the secret to the one path is let in; each other call is told why, and answers nobody."""
    kari = api.user()
    body = update(kari, 77)
    tries = {
        "no secret": call(hooked, body, secret=None),
        "empty secret": call(hooked, body, secret=""),
        "wrong secret": call(hooked, body, secret=f"{SECRET}x"),
        "part of the secret": call(hooked, body, secret=SECRET[:-1]),
        "strange letters": call(hooked, body, secret="\xe5\xff"),
        "form": call(hooked, body, kind="application/x-www-form-urlencoded"),
        "text": call(hooked, body, kind="text/plain; charset=utf-8"),
        "other path": call(hooked, body, path="/telegram"),
        "path with a slash": call(hooked, body, path=f"{PATH}/"),
        "root": call(hooked, body, path="/"),
        "too large": call(hooked, {**body, "more": "x" * (1 << 20)}),
    }
    found = {name: (await one)[0] for name, one in tries.items()}
    async with aiohttp.ClientSession(headers={HEADER: SECRET}) as session:
        for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
            async with session.request(method, hooked.web.url + PATH) as answer:
                found[method] = answer.status

    wrong = dict.fromkeys(("no secret", "empty secret", "wrong secret", "part of the secret", "strange letters"), 403)
    paths = dict.fromkeys(("other path", "path with a slash", "root"), 404)
    methods = dict.fromkeys(("GET", "HEAD", "PUT", "DELETE", "PATCH"), 405)
    assert {**wrong, "form": 415, "text": 415, **paths, "too large": 413, **methods} == found
    assert kari.chat.bot_messages == []


async def test_too_large_without_saying_so(hooked: Served) -> None:
    """A body that does not say how long it is gets no further than one that does."""

    async def parts() -> Any:
        for _ in range(40):
            yield b" " * (1 << 16)

    status = 0
    async with aiohttp.ClientSession(headers={HEADER: SECRET, "Content-Type": "application/json"}) as session:
        try:
            async with session.post(hooked.web.url + PATH, data=parts()) as answer:
                status = answer.status
        except aiohttp.ClientOSError:
            status = 413  # the connection was closed before all of it was written

    assert status == 413


async def test_slow_body(hooked: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that does not come to its end keeps no connection for long."""
    monkeypatch.setattr(webhook, "BODY_WITHIN", 0.2)

    async def parts() -> Any:
        yield b"{"
        await asyncio.sleep(5)
        yield b"}"

    async with (
        aiohttp.ClientSession(headers={HEADER: SECRET, "Content-Type": "application/json"}) as session,
        session.post(hooked.web.url + PATH, data=parts()) as answer,
    ):
        assert answer.status == 408


NOT_UPDATES: list[Any] = [
    b"",
    b"{",
    b"[" * 100_000,
    b"\xff\xfe",
    b"null",
    b"[]",
    b'"text"',
    b"1" * 5000,
    {},
    {"update_id": "77"},
    {"update_id": True},
    {"update_id": -1},
    {"update_id": 0},
    {"update_id": 1.5},
    {"update_id": 10**30},
    {"message": {"text": "Solbakken"}},
]


@pytest.mark.parametrize("body", NOT_UPDATES, ids=range(len(NOT_UPDATES)))
async def test_what_is_no_update(hooked: Served, log: Log, body: Any) -> None:
    """What is no update gets 400, and nothing of it is logged."""
    status, _ = await call(hooked, body)

    assert (status, log()) == (400, [])


async def test_garbage(api: BotApi, hooked: Served, log: Log) -> None:
    """Hundreds of random bodies, bytes and updates cut or mixed up, make the bot fail at none, and it still answers."""
    chance, kari = random.Random(11), api.user()
    whole = json.dumps(update(kari, 1, "Solbakken"))
    found = []
    for number in range(400):
        if number % 2:
            body: Any = chance.randbytes(chance.randrange(300))
        else:
            letters = list(whole.replace('"update_id": 1', f'"update_id": {1000 + number}'))
            for _ in range(chance.randrange(1, 4)):
                letters[chance.randrange(len(letters))] = chr(chance.randrange(32, 300))
            body = "".join(letters).encode()
        found.append((await call(hooked, body))[0])
    await call(hooked, update(kari, 5000, "/contact"))

    assert set(found) <= {200, 400}
    assert {200, 400} <= set(found)
    assert place(kari.chat.newest) == "contact.who"
    assert [line for line in log() if "Solbakken" in line or str(kari.id) in line] == []


async def test_nothing_of_a_call_is_logged(api: BotApi, hooked: Served, log: Log) -> None:
    """Neither the secret, nor an address that somebody tries, nor who calls stands in the log, at any level."""
    kari = api.user()

    await call(hooked, update(kari, 77), secret="guess_of_the_secret")
    await call(hooked, update(kari, 77), path="/solbakken?secret=1")
    await call(hooked, update(kari, 77, "Solbakken"))

    assert log() == []
