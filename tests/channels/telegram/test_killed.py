"""`python -m bot run` killed at any moment under load, or told to stop: no message is lost, whichever way it came."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.channels.telegram.webhook import PATH
from bot.dialogs.respond import COMMANDS
from tests.botapi import BotApi
from tests.botapi_people import User
from tests.channels.telegram.helpers import WEBHOOK, answered, confirmed, places, until
from tests.channels.telegram.process import Process
from tests.channels.telegram.test_process import free_port

WAYS = ("/contact", "/worried", "/help")
NODES = [COMMANDS[way[1:]] for way in WAYS]
DEATHS = 20
BEGUN = {"polling": "deleteWebhook", "webhook": "setWebhook"}
"""The call after which updates come, by the way that they come."""
MODES = tuple(BEGUN)


def settings(api: BotApi, mode: str) -> dict[str, str]:
    """The settings of a bot that is begun again and again, for a webhook always on the same port."""
    port = free_port()
    api.world.deliverer.behind, api.world.deliverer.prefix = f"http://127.0.0.1:{port}", "/oslo"
    api.world.deliverer.hurry = 0.1
    hook = {name.upper(): value for name, value in WEBHOOK.items()} if mode == "webhook" else {}
    return {"LISTEN": f"127.0.0.1:{port}", **hook}


async def born(api: BotApi, nursery: Process) -> int:
    """Let one more bot run; its number."""
    before = len(nursery.printed())
    pipe = nursery.process.stdin
    assert pipe is not None
    pipe.write(b"\n")
    pipe.flush()
    await until(api, lambda: len(nursery.printed()) > before, 60)
    return int(nursery.printed()[-1])


async def started(api: BotApi, mode: str, before: int) -> None:
    """Return once a bot that was begun takes updates."""
    await until(api, lambda: len(api.called(BEGUN[mode])) > before, 60)


@pytest.mark.parametrize("mode", MODES)
async def test_sigterm(tmp_path: Path, mode: str) -> None:
    """Told to stop while many are being answered, the bot ends with 0 and has confirmed just what it answered."""
    async with BotApi() as api:
        users = [api.user() for _ in range(12)]
        slow = api.fault("sendMessage", delay=0.3, times=None)
        with Process(api.url, api.token, tmp_path, "INFO", settings(api, mode)) as bot:
            await started(api, mode, 0)
            for user in users:
                await user.send("/contact")
            await until(api, lambda: slow.hits >= 3)
            bot.process.send_signal(signal.SIGTERM)
            code, _, err = await asyncio.to_thread(bot.ended)
        left = {str(update["message"]["chat"]["id"]) for update in api.pending}

        assert (code, err.splitlines()[-1].split(" INFO ")[-1]) == (0, "The bot has stopped.")
        assert {len(user.chat.bot_messages) for user in users if str(user.id) not in left} == {1}
        assert {len(user.chat.bot_messages) for user in users if str(user.id) in left} <= {0}


@pytest.mark.parametrize("mode", MODES)
async def test_killed_at_any_moment(tmp_path: Path, mode: str, record_property: Callable[[str, object], None]) -> None:
    """Killed twenty times while everybody writes, the bot answers everything in order, and little of it twice."""
    chance = random.Random(3)
    async with BotApi() as api:
        users = list[User]()
        command = ("tests.channels.telegram.nursery",)
        with Process(api.url, api.token, tmp_path, "INFO", settings(api, mode), command) as nursery:
            for death in range(DEATHS):
                calls = len(api.called(BEGUN[mode]))
                number = await born(api, nursery)
                await started(api, mode, calls)
                users += [api.user(f"{death}.{number}") for number in range(2)]
                for way in WAYS:
                    for user in users[-2:]:
                        await user.send(way)
                await asyncio.sleep(chance.uniform(0.0, 0.4))
                os.kill(number, signal.SIGKILL)
            last = await born(api, nursery)
            await asyncio.gather(*(answered(user, len(WAYS), 60) for user in users))
            await confirmed(api, 60)
            os.kill(last, signal.SIGKILL)

        seen = {user.id: places(user.chat.bot_messages) for user in users}
        sent = sum(len(user.chat.bot_messages) for user in users)

        assert seen == {user.id: NODES for user in users}
        record_property("answers", len(users) * len(WAYS))
        record_property("repeated", sent - len(users) * len(WAYS))
        assert sent <= len(users) * len(WAYS) + 16 * DEATHS


def test_webhook_port_that_is_taken(tmp_path: Path) -> None:
    """A webhook that cannot be listened on ends the start with one sentence and code 1."""
    with BotApi.in_thread() as api:
        taken = api.url.removeprefix("http://")
        others = {"LISTEN": taken, **{name.upper(): value for name, value in WEBHOOK.items()}}
        with Process(api.url, api.token, tmp_path, "ERROR", others) as bot:
            code, _, err = bot.ended()

    assert code == 1
    assert err.splitlines() == [f"LISTEN is wrong: nothing can listen on {taken} (Address already in use)."]
    assert api.called("setWebhook") == []
    assert PATH not in err
