"""What the bot remembers of a chat: shown on request, erased on request, and never a name for the chat."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.application import Application
from bot.model import Language
from tests.botapi import BotApi
from tests.channels.telegram.helpers import (
    BULLYING,
    CODES,
    SECRET,
    Running,
    Start,
    Words,
    confirmed,
    place,
    press,
    press_from_long_ago,
    presses,
)

FAR = {
    "1c|worries|bullying|pn": "worry.bullying",
    "1c|worry.bullying.told|no|un": "worry.bullying.pupils",
    "1g|worry.bullying.pupils||pn": "worry.bullying.pupils",
    "1b|worry.bullying.told||pn": "worry.bullying",
    "1o|worry.bullying||pn": "worry.bullying",
    "1l|worry.bullying|en|pn": "worry.bullying",
    "1v|worry.bullying|upper|xn": "worry.bullying",
    "1r|meta.privacy||xn": "meta.privacy",
}
"""Buttons with the screen that each leads to, whatever is stored."""


def kept(database: Path) -> list[str]:
    """The stored conversations, as JSON."""
    with closing(sqlite3.connect(database)) as db:
        return [row[0] for row in db.execute("SELECT state FROM conversation")]


@pytest.mark.usefixtures("bot")
async def test_privacy_shows_what_is_kept(api: BotApi, words: Words, language: Language) -> None:
    """/privacy shows the language, the level and the answers that are stored about this chat."""
    kari = api.user(language_code=CODES[language])
    for text in (BULLYING[language], "1", "1"):
        await kari.send(text)
        await kari.reply()

    await kari.send("/privacy")
    shown = (await kari.reply()).text

    assert words.heading("stored") in shown
    assert words.button(f"language_{language}") in shown
    assert words.button("level_primary") in shown
    assert words.choice("worry.bullying", "pupils") in shown


@pytest.mark.usefixtures("bot")
async def test_delete(api: BotApi, database: Path, words: Words, language: Language) -> None:
    """/delete asks once, then erases what is stored about this chat and nothing of another."""
    kari, other = api.user(language_code=CODES[language]), api.user(language_code=CODES[language])
    for user in (kari, other):
        await user.send(BULLYING[language])
        await user.reply()
    await kari.send("/delete")
    asked = await kari.reply()
    before = len(kept(database))

    await kari.tap(words.choice("meta.delete", "yes"))
    done = await kari.reply()
    await confirmed(api)

    assert (place(asked), place(done)) == ("meta.delete", "meta.deleted")
    assert asked.id == done.id
    assert (before, len(kept(database))) == (2, 1)


@pytest.mark.usefixtures("bot")
async def test_delete_declined(api: BotApi, database: Path, words: Words, language: Language) -> None:
    """Whoever does not want to erase after all keeps everything."""
    kari = api.user(language_code=CODES[language])
    await kari.send("/delete")
    await kari.reply()

    await kari.tap(words.choice("meta.delete", "no"))
    screen = await kari.reply()
    await confirmed(api)

    assert place(screen) == "meta.privacy"
    assert len(kept(database)) == 1


@pytest.mark.usefixtures("bot")
async def test_delete_by_typing(api: BotApi, database: Path, words: Words, language: Language) -> None:
    """The question whether to erase can be answered with its label."""
    kari = api.user(language_code=CODES[language])
    await kari.send("/delete")
    await kari.reply()

    await kari.send(words.choice("meta.delete", "yes"))
    screen = await kari.reply()
    await confirmed(api)

    assert place(screen) == "meta.deleted"
    assert kept(database) == []


@pytest.mark.usefixtures("bot")
async def test_start_over_after_delete(api: BotApi, application: Application) -> None:
    """After erasing, the level is asked for again."""
    kari = api.user()
    words = Words(application, "nb", "primary")
    for text in (BULLYING["nb"], "1", "/delete"):
        await kari.send(text)
        await kari.reply()
    await kari.tap(words.choice("meta.delete", "yes"))
    await kari.reply()

    await kari.send(BULLYING["nb"])

    assert words.button("level_primary") in (await kari.reply()).labels


@pytest.mark.usefixtures("bot")
async def test_erased_only_when_it_is(api: BotApi, database: Path) -> None:
    """The bot does not say that it has erased what it could not erase."""
    kari = api.user()
    await kari.send("/delete")
    await kari.reply()
    await confirmed(api)
    with closing(sqlite3.connect(database)) as db:
        db.execute("CREATE TRIGGER stuck BEFORE DELETE ON conversation BEGIN SELECT RAISE(ABORT, 'stuck'); END")

    await kari.send("1")
    answer = await kari.reply()
    await confirmed(api)

    assert len(kept(database)) == 1
    assert place(answer) != "meta.deleted"


async def test_no_trace_of_words_or_chats(api: BotApi, bot: Running, database: Path) -> None:
    """Neither what was written nor who wrote it stands anywhere in the files of the database."""
    kari = api.user("Kari Nordmann-Hansen", chat_id=5_432_109_876, username="kari_nordmann_hansen")
    await kari.send("sønnen min Ole-Martin Solbakken blir mobbet")
    await kari.reply()
    await kari.send_photo("Solbakken skole")
    await kari.reply()
    await confirmed(api)

    await bot.stop()
    files = b"".join(file.read_bytes() for file in database.parent.iterdir())

    for trace in ("Solbakken", "Ole-Martin", "mobbet", "Nordmann", "kari_", str(kari.id), SECRET, api.token):
        assert trace.encode() not in files
    assert kari.id.to_bytes(8, "big").lstrip(b"\0") not in files


async def test_expired_conversation(api: BotApi, start: Start, database: Path) -> None:
    """A conversation whose time is over is erased at the next start, and begun afresh."""
    first = await start()
    kari = api.user()
    for text in (BULLYING["nb"], "1"):
        await kari.send(text)
        await kari.reply()
    await confirmed(api)
    await first.stop()
    with closing(sqlite3.connect(database)) as db:
        db.execute("UPDATE conversation SET expires = 1")
        db.commit()

    await start()

    assert kept(database) == []
    await kari.send("1")
    assert place(await kari.reply()) == "worries"


async def test_place_outlives_a_restart(api: BotApi, start: Start, words: Words, language: Language) -> None:
    """A typed number still answers the question that was asked before the bot was started anew."""
    kari = api.user(language_code=CODES[language])
    before = await start()
    await kari.send(BULLYING[language])
    await kari.reply()
    await kari.send("1")
    await kari.reply()

    await before.stop()
    await start()
    await kari.send("1")

    assert place(await kari.reply()) == "worry.bullying.told"


async def test_buttons_with_an_empty_store(api: BotApi, start: Start, tmp_path: Path) -> None:
    """A button reaches the same screen, word for word, when everything that was stored is gone."""
    users = {data: api.user() for data in FAR}
    first = await start(tmp_path / "first.sqlite3")
    for user in users.values():
        await user.send("/start")
        await user.reply()
    known = {data: await press(user, data) for data, user in users.items()}
    await first.stop()

    await start(tmp_path / "second.sqlite3")
    fresh = {data: await press(user, data) for data, user in users.items()}

    assert {data: place(message) for data, message in fresh.items()} == FAR
    assert [(m.text, m.buttons) for m in known.values()] == [(m.text, m.buttons) for m in fresh.values()]


@pytest.mark.usefixtures("bot")
async def test_language_of_a_button_with_an_empty_store(api: BotApi, language: Language) -> None:
    """With nothing stored, a button is answered in the language that it was written in, whatever the app's is."""
    kari = api.user(language_code="en" if language == "nb" else "nb")

    press_from_long_ago(api, kari, f"1c|worries|bullying|p{language[0]}")
    screen = await kari.reply()

    assert place(screen) == "worry.bullying"
    assert {language} == {button.language for button in presses(screen)}
