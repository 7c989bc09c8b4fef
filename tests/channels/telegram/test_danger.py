"""Danger is answered first, whatever is broken; and when all is broken, with a card that was made beforehand."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.application import Application
from bot.model import Language
from bot.render.message import Block, Message, Span
from bot.render.screens import Renderer
from tests.botapi import BotApi
from tests.botapi_keyboard import Button
from tests.channels.telegram.helpers import (
    CODES,
    DANGER,
    NUMBERS,
    Log,
    Start,
    Words,
    confirmed,
    emergency,
    numbers_in,
    place,
    press_from_long_ago,
    presses,
)


def _directory(path: Path) -> None:
    path.mkdir()


def _corrupt(path: Path) -> None:
    path.write_bytes(b"this is no database " * 500)


def _no_table(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 1")
    db.close()


def _cut(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\x00" + bytes(200))


BROKEN: dict[str, Callable[[Path], None]] = {
    "a folder": _directory,
    "garbage": _corrupt,
    "cut short": _cut,
    "without its tables": _no_table,
}
DAMAGED = {"garbage", "cut short"}
"""Those that make way for a new file."""


@pytest.mark.parametrize("how", BROKEN)
async def test_danger_without_a_database(
    api: BotApi, start: Start, database: Path, words: Words, language: Language, how: str
) -> None:
    """Danger gets its card with the numbers, in the language it was told in, though nothing can be stored or read."""
    BROKEN[how](database)
    await start()
    # The app speaks the other language, so that it is the message which decides.
    kari = api.user(language_code="en" if language == "nb" else "nb")

    await kari.send(DANGER[language])
    answer = await kari.reply()

    assert place(answer) == "crisis.suicide"
    assert words.title("crisis.suicide") in answer.text
    assert NUMBERS & numbers_in(answer)
    assert {language} == {press.language for press in presses(answer)}


@pytest.mark.parametrize("how", BROKEN)
async def test_conversation_without_a_database(api: BotApi, start: Start, database: Path, how: str, log: Log) -> None:
    """Without a database the buttons still lead to a named first door, and the log says once what is wrong."""
    BROKEN[how](database)
    await start()
    kari = api.user()
    await kari.send("/start")
    await kari.reply()

    for data in (
        "1g|worries||pn",
        "1c|worries|bullying|pn",
        "1c|worry.bullying|pupils|pn",
        "1c|worry.bullying.told|no|pn",
    ):
        await kari.tap(Button("?", data), kari.chat.newest)
        await kari.reply()
    await confirmed(api)

    assert place(kari.chat.newest) == "worry.bullying.pupils"
    told = "is damaged" if how in DAMAGED else "Conversations are answered but not remembered"
    assert [told in line for line in log()] == [True]


async def test_each_message_once_without_a_database(api: BotApi, start: Start, database: Path) -> None:
    """Without a database no message is answered twice, however slowly Telegram hands out its updates."""
    _directory(database)
    await start()
    api.fault("getUpdates", late=0.15, times=None)
    kari = api.user()

    for node in ("/contact", "/worried"):
        await kari.send(node)
        await kari.reply()
        await confirmed(api)

    assert [place(message) for message in kari.chat.bot_messages] == ["contact.who", "worries"]


@pytest.mark.usefixtures("bot")
async def test_danger_before_start(api: BotApi, words: Words, language: Language) -> None:
    """Danger is answered in a chat where nothing was pressed or said before."""
    kari = api.user(language_code=None)

    await kari.send(DANGER[language])
    answer = await kari.reply()

    assert place(answer) == "crisis.suicide"
    assert words.title("crisis.suicide") in answer.text
    assert NUMBERS & numbers_in(answer)


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("command", ["/worried", "/help", "/start", "/unknown"])
async def test_danger_behind_a_command(api: BotApi, language: Language, command: str) -> None:
    """Danger that is written behind a command is answered as danger: it comes before everything else."""
    kari = api.user(language_code=CODES[language])

    await kari.send(f"{command} {DANGER[language]}")
    answer = await kari.reply()

    assert place(answer) == "crisis.suicide"
    assert NUMBERS & numbers_in(answer)


@pytest.mark.usefixtures("bot")
async def test_back_from_danger(api: BotApi, words: Words, language: Language) -> None:
    """After danger, the question that was interrupted is offered again."""
    kari = api.user(language_code=CODES[language])
    await kari.send("/start 1-x-x-worry_bullying")
    await kari.reply()
    await kari.send("1")
    await kari.reply()
    await kari.send(DANGER[language])
    await kari.reply()

    await kari.tap(words.button("resume"))

    assert place(await kari.reply()) == "worry.bullying"


class _Broken(Exception):
    """Something that nobody has thought of."""


def _break(*_: object, **__: object) -> None:
    raise _Broken("Datteren min")


async def test_internal_error(
    api: BotApi,
    start: Start,
    application: Application,
    monkeypatch: pytest.MonkeyPatch,
    log: Log,
) -> None:
    """When the bot itself fails, the parent gets the numbers in both languages, and the log where it failed."""
    card = emergency(application)
    await start()
    monkeypatch.setattr(Renderer, "message", _break)
    typing, pressing = api.user(), api.user(language_code="en")

    await typing.send("Datteren min")
    press_from_long_ago(api, pressing, "1g|start||xn")
    answers = [await typing.reply(), await pressing.reply()]
    await confirmed(api)

    assert [card, card] == [answer.html for answer in answers]
    assert [numbers_in(answer) for answer in answers] == [NUMBERS, NUMBERS]
    assert ["_Broken at bot/conversation.py:" in line for line in log()] == [True, True]
    assert [line for line in log() if "Datteren" in line] == []


async def test_after_an_internal_error(
    api: BotApi, start: Start, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The emergency card's buttons lead on, and the next message is answered as if nothing had been."""
    await start()
    kari = api.user()
    with monkeypatch.context() as broken:
        broken.setattr(Renderer, "message", _break)
        await kari.send("/contact")
        card = await kari.reply()

    seen = []
    for label in card.labels:
        await kari.tap(label, card)
        await kari.answer()
        await confirmed(api)
        seen.append(place(kari.chat.newest))
    await kari.send("/contact")

    assert len(set(seen)) > 1
    assert place(await kari.reply()) == "contact.who"


async def test_answer_that_telegram_refuses(
    api: BotApi, start: Start, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When Telegram refuses the answer itself, however often, the parent gets the numbers rather than silence."""
    card = emergency(application)
    await start()
    kari = api.user()
    too_long = Message("nb", (Block("paragraph", (Span("x" * 5000),)),))
    monkeypatch.setattr(Renderer, "message", lambda *_: too_long)

    await kari.send("/contact")
    answer = await kari.reply()
    await confirmed(api)

    assert card == answer.html
    assert len(kari.chat.bot_messages) == 1
