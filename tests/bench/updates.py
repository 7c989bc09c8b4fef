"""Updates a second and the time from update to answer: our bot by polling and by webhook, beside bots that only echo.

All in one run against the same server, which takes one core; Telegram itself lets a bot send thirty a second.
"""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from tests.botapi import BotApi
from tests.botapi_people import User

UPDATES, CHATS, WARM, SINGLE = 2000, 100, 20, 200
STARTED = 4.0
"""Seconds after which a bot has done whatever it does in the background at its start."""
TEXT = "hva er ppt"


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured of one bot."""

    rate: float
    """Updates a second, when all of them wait at once."""
    waits: list[float]
    """Seconds from each of those updates to its answer."""
    alone: list[float]
    """Seconds from update to answer when nothing else is under way."""


def compare() -> None:
    """Measure all and print them, each with its rate by that of the library's own bot, reached in the same way."""
    bots = {
        "the library": "tests.bench.echo",
        "this bot": "tests.bench.ours",
        "aiohttp alone": "tests.bench.limit",
    }
    print(f"\n{UPDATES} typed messages of {CHATS} chats, all at once; then {SINGLE}, one after the other")
    print(f"{'':34}{'a second':>9}{'ratio':>7}{'p50 s':>8}{'p99 s':>8}{'alone p50 ms':>14}{'p99 ms':>8}")
    for mode in ("polling", "webhook"):
        library = 0.0
        for name, module in bots.items():
            found = measure(module, mode)
            library = library or found.rate
            burst, alone = (statistics.quantiles(one, n=100) for one in (found.waits, found.alone))
            print(f"{name + ', ' + mode:34}{found.rate:9.0f}{found.rate / library:7.2f}", end="")
            print(f"{burst[49]:8.2f}{burst[98]:8.2f}{alone[49] * 1000:14.1f}{alone[98] * 1000:8.1f}")


def measure(module: str, mode: str) -> Figures:
    """The figures of one bot, run as a process of its own; the server runs in this one."""
    with BotApi.in_thread() as api, running(api, module, mode):
        people = [api.user(f"Parent {number}", language_code="nb") for number in range(CHATS)]
        for person in people[:WARM]:
            api.run(person.send("hei"))
            api.run(person.reply(timeout=30))
        time.sleep(STARTED)
        alone = [api.run(_one(person)) for person in islice(cycle(people[:WARM]), SINGLE)]
        before = len(api.called("sendMessage"))
        began = time.monotonic()
        api.run(_all_write(people))
        while len(api.called("sendMessage")) < before + UPDATES:
            time.sleep(0.01)
        calls = api.called("sendMessage")[before:]
        return Figures(UPDATES / (calls[-1].at - began), [call.at - began for call in calls], alone)


@contextmanager
def running(api: BotApi, module: str, mode: str, command: tuple[str, ...] = ()) -> Iterator[None]:
    """A bot in a process of its own, on this server."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    api.world.deliverer.behind = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "TELEGRAM_BOT_TOKEN": api.token,
            "TELEGRAM_API_URL": api.url,
            "TELEGRAM_MODE": mode,
            "WEBHOOK_URL": "https://bot.example",
            "LISTEN": f"127.0.0.1:{port}",
            "DATABASE_PATH": str(Path(folder) / "bench.sqlite3"),
            "LOG_LEVEL": "ERROR",
        }
        silent = subprocess.DEVNULL
        bot = subprocess.Popen([sys.executable, "-m", module, *command], env=environment, stdout=silent, stderr=silent)
        try:
            yield
        finally:
            bot.send_signal(signal.SIGINT)
            try:
                bot.wait(40)
            except subprocess.TimeoutExpired:
                bot.kill()
                bot.wait(5)


async def _one(person: User) -> float:
    """Seconds from a message to its answer."""
    began = time.monotonic()
    await person.send(TEXT)
    await person.reply()
    return person.chat.said_at - began


async def _all_write(people: list[User]) -> None:
    """Everybody writes at once: in the server's own loop, so that no update is fetched before the last stands there."""
    for person in islice(cycle(people), UPDATES):
        await person.send(TEXT)
