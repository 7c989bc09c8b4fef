"""`python -m bot run` as an operator runs it: started, told to stop, killed, and refused; and what it logs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.application import Application
from tests.botapi import BotApi
from tests.botapi_keyboard import Button
from tests.channels.telegram.helpers import ROOT, SECRET, answered, confirmed, place, start_service, until

MARK = "Solbakken"
"""A word that stands in everything which is written to the bot, and that no line of the log may hold."""
NAME = "Guro-Mirjam"
"""The first name of everybody who writes to it."""


class Process:
    """`python -m bot run`, keeping its things and what it prints in a folder."""

    def __init__(
        self,
        url: str,
        token: str,
        folder: Path,
        level: str = "DEBUG",
        others: Mapping[str, str] | None = None,
        command: Sequence[str] = ("bot", "run"),
    ) -> None:
        """Start it, or another module, with these settings besides; unless they say so, on any free port."""
        folder.mkdir(exist_ok=True)
        self._out, self._err = folder / "out", folder / "err"
        with self._out.open("w") as out, self._err.open("w") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=folder,
                env={
                    **os.environ,
                    "PYTHONPATH": str(ROOT),
                    "TELEGRAM_BOT_TOKEN": token,
                    "TELEGRAM_API_URL": url,
                    "DATABASE_PATH": str(folder / "bot.sqlite3"),
                    "SECRET_KEY": SECRET,
                    "LOG_LEVEL": level,
                    "LISTEN": "127.0.0.1:0",
                    **(others or {}),
                },
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=err,
            )

    def printed(self) -> list[str]:
        """The lines on stdout so far."""
        return self._out.read_text().splitlines()

    def ended(self) -> tuple[int, str, str]:
        """Wait for its end: how it ended, and what it printed."""
        return self.process.wait(40), self._out.read_text(), self._err.read_text()

    def __enter__(self) -> Process:
        """It runs already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill it, if it still runs."""
        self.process.kill()
        self.process.communicate(timeout=20)


@dataclass(frozen=True, slots=True)
class Life:
    """What became of a process that met everything and was told to stop."""

    code: int
    out: str
    err: str
    secrets: dict[str, str]
    places: list[str]
    pending: int


def free_port() -> int:
    """A port on which nobody listens."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass(frozen=True, slots=True)
class Refused:
    """Two bots that cannot start: one with a wrong token, one that reaches nobody; and the tokens that they have."""

    strange: Process
    lonely: Process
    tokens: tuple[str, str]


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Refused]:
    """They run beside the other bot of this module, since loading the content takes the longest."""
    folder = tmp_path_factory.mktemp("refused")
    with BotApi.in_thread() as api:
        wrong = f"{api.token[:-8]}xxxxxxxx"
        with (
            Process(api.url, wrong, folder / "strange", "ERROR") as strange,
            Process(f"http://127.0.0.1:{free_port()}", api.token, folder / "lonely", "ERROR") as lonely,
        ):
            yield Refused(strange, lonely, (wrong, api.token))


@pytest.fixture(scope="module")
def life(refused: Refused, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """A bot at LOG_LEVEL=DEBUG that is written to in every way, through faults, and gets SIGTERM during an answer."""
    with BotApi.in_thread() as api, Process(api.url, api.token, tmp_path_factory.mktemp("life")) as bot:
        yield _live(api, bot)


def _live(api: BotApi, bot: Process) -> Life:
    kari, gone, group = api.user(NAME, username="guro_m"), api.user(NAME), api.group(MARK)

    async def meet() -> None:
        await kari.send(f"/start 1-{MARK}-nb-worry_bullying")
        await kari.reply(40)
        await kari.send(f"Datteren min {MARK} vil ta livet sitt")
        await kari.reply()
        await kari.tap(Button(MARK, f"1c|{MARK}|x|pn"), kari.chat.newest)
        await kari.reply()
        await kari.send_photo(f"{MARK} skole")
        await kari.reply()
        await kari.edit((await kari.send(f"x {MARK}")).id, f"y {MARK}")
        await kari.reply()
        await kari.send(f"/help@{api.world.me['username']} {MARK}", chat=group)
        await kari.reply(chat=group)
        await gone.send(f"hei {MARK}")
        api.world.blocked.add(gone.id)
        for fault in ({"status": 502}, {"garbage": True}, {"status": 400}):
            api.fault("sendMessage", chat_id=kari.id, **fault)
            await kari.send(f"{MARK} mobbing")
            await kari.reply()
        api.fault("getUpdates", status=502)
        await kari.send("/contact")
        await kari.reply(10)
        await confirmed(api)

    async def hang() -> None:
        slow = api.fault("sendMessage", delay=0.4, chat_id=kari.id)
        await kari.send("/help")
        await until(api, lambda: slow.hits == 1)

    api.run(meet(), 80)
    api.run(hang())
    bot.process.send_signal(signal.SIGTERM)
    code, out, err = bot.ended()
    secrets = {
        "token": api.token,
        "the secret half of the token": api.token.split(":")[1],
        "chat id": str(kari.id),
        "chat id of the one who blocked it": str(gone.id),
        "id of the group": str(group.id).removeprefix("-100"),
        "word": MARK,
        "name": NAME,
        "user name": "guro_m",
        "key": SECRET,
    }
    places = [place(message) for message in kari.chat.bot_messages]
    return Life(code, out, err, secrets, places, len(api.pending))


def test_sigterm(life: Life) -> None:
    """Told to stop during an answer, the bot finishes it, confirms it and exits with 0."""
    assert (life.code, life.places[-1], life.pending) == (0, "meta.bot", 0)


def test_log_holds_nobody(life: Life) -> None:
    """No line of the log holds the token, who wrote, or a word of it, at any level and through all faults."""
    assert {name: secret for name, secret in life.secrets.items() if secret in life.out + life.err} == {}


def test_log_is_plain(life: Life) -> None:
    """The log tells of the start and the end, without a traceback or a warning of Python; nothing is on stdout."""
    assert life.out == ""
    assert "The bot answers." in life.err
    assert life.err.splitlines()[-1].endswith("The bot has stopped.")
    assert [line for line in life.err.splitlines() if "Traceback" in line or "Warning" in line] == []


async def test_killed(application: Application, tmp_path: Path) -> None:
    """A message whose answer was under way when the bot was killed is answered after the restart, at its place."""
    async with BotApi() as api:
        kari = api.user()
        with Process(api.url, api.token, tmp_path) as bot:
            await kari.send("/start 1-x-nb-worry_bullying")
            await kari.reply(40)
            await kari.send("1")
            await kari.reply()
            await confirmed(api)
            hanging = api.fault("sendMessage", delay=60)
            await kari.send("1")
            await until(api, lambda: hanging.hits == 1)
            bot.process.kill()
            bot.ended()
        waiting = len(api.pending)

        after = await start_service(application, api, tmp_path / "bot.sqlite3")
        await answered(kari, 3)
        await confirmed(api)
        await after.stop()

        seen = [place(message) for message in kari.chat.bot_messages]
        assert waiting == 1
        assert seen == ["worry.bullying", "worry.bullying", "worry.bullying.told"]


def test_cannot_start(refused: Refused) -> None:
    """With a token that Telegram refuses, or no network, the bot says so in one sentence and exits with 1."""
    code, out, err = refused.strange.ended()
    alone_code, alone_out, alone_err = refused.lonely.ended()

    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert (alone_code, alone_out, len(alone_err.splitlines())) == (1, "", 1)
    assert "TELEGRAM_BOT_TOKEN" in err
    assert "TELEGRAM_API_URL" in alone_err
    assert [token for token in refused.tokens if token in err + alone_err] == []
