"""What is not plain text: stickers, voices, photos, places, edits; and text that is hardly text."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.application import Application
from bot.model import Language
from tests.botapi import BotApi
from tests.botapi_people import User
from tests.channels.telegram.helpers import (
    BULLYING,
    CODES,
    DANGER,
    NUMBERS,
    Log,
    Words,
    answered,
    confirmed,
    emergency,
    numbers_in,
    place,
    presses,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

Send = Callable[[User], Awaitable[object]]
WORDLESS: dict[str, Send] = {
    "sticker": lambda user: user.send_sticker(),
    "voice": lambda user: user.send_voice(),
    "photo": lambda user: user.send_photo(),
    "document": lambda user: user.send_document(),
    "location": lambda user: user.send_location(),
}
ODD = [
    "😢",
    "👍🏽👩‍👧‍👦🇳🇴",
    "?",
    "...",
    "\u200b\u200c\u200d\ufeff",
    "\u202eøgnibbom\u202c",
    "ابني يتعرض للتنمر في المدرسة",
    "a\x00b\x07c\x1b[31m",
    "<b>&amp;</i> &lt;script&gt;",
    "{phone:emergency.medical} {x} %s %(x)s {0}",
    "1e9",
    "٣",
    "²",
    "9" * 400,
    "-1",
    "æ" * 4096,
    "hjelp " * 682,
    "ikke " * 819,
    "\n".join("a" * 2 for _ in range(1300)),
    "Ⅷ ﬁ ß İ ı",
    "e\u0301" * 2000,
]
"""Texts that have broken bots before."""


@pytest.mark.parametrize("kind", WORDLESS)
async def test_wordless(town: BotApi, words: Words, language: Language, kind: str) -> None:
    """What cannot be read gets one kind sentence and the doors, and the place is kept."""
    kari = town.user(language_code=CODES[language])
    await kari.send("/contact")
    before = await kari.reply()

    await WORDLESS[kind](kari)
    after = await kari.reply()

    assert words.note("media") in after.text
    assert (place(before), before.labels) == (place(after), after.labels)
    assert after.id > before.id


@pytest.mark.parametrize("kind", ["photo", "document"])
async def test_caption(town: BotApi, language: Language, kind: str) -> None:
    """Words under a picture or a file are read like any other words."""
    kari = town.user(language_code=CODES[language])

    await (kari.send_photo if kind == "photo" else lambda text: kari.send_document("brev.pdf", text))(
        BULLYING[language]
    )

    assert place(await kari.reply()) == "worry.bullying"


async def test_danger_in_a_caption(town: BotApi, language: Language) -> None:
    """Danger under a picture is answered as danger."""
    kari = town.user(language_code=CODES[language])

    await kari.send_photo(DANGER[language])
    answer = await kari.reply()

    assert place(answer) == "crisis.suicide"
    assert NUMBERS & numbers_in(answer)


async def test_danger_in_an_edit(town: BotApi, language: Language) -> None:
    """Danger that is written into an older message is answered as danger, at the bottom."""
    kari = town.user(language_code=CODES[language])
    message = await kari.send("hei")
    before = await kari.reply()

    await kari.edit(message.id, DANGER[language])
    answer = await kari.reply()

    assert place(answer) == "crisis.suicide"
    assert NUMBERS & numbers_in(answer)
    assert answer.id > before.id


async def test_edit(town: BotApi, words: Words, language: Language) -> None:
    """A corrected message gets one kind sentence and the doors, at the bottom; the answer before it stays."""
    kari = town.user(language_code=CODES[language])
    message = await kari.send("xyz")
    before = await kari.reply()

    await kari.edit(message.id, BULLYING[language])
    answer = await kari.reply()

    assert words.note("edited") in answer.text
    assert answer.id > before.id
    assert before == kari.chat.find(before.id)


async def test_edited_picture(town: BotApi, words: Words, language: Language) -> None:
    """A picture that was exchanged for another gets one kind sentence."""
    kari = town.user(language_code=CODES[language])
    photo = await kari.send_photo()
    await kari.reply()

    town.push({"edited_message": {**kari.chat.wire_message(photo), "edit_date": photo.date + 1}})
    await answered(kari, 2)

    assert words.note("edited") in kari.chat.newest.text


async def test_live_location(town: BotApi) -> None:
    """A shared live location, which Telegram repeats every few seconds for hours, is answered once."""
    kari = town.user()
    place_sent = await kari.send_location()
    await kari.reply()

    for step in range(3):
        moved = {"location": {"latitude": 59.9, "longitude": 10.7 + step / 1000, "live_period": 900}}
        town.push(
            {"edited_message": {**kari.chat.wire_message(place_sent), **moved, "edit_date": place_sent.date + step}}
        )
    await confirmed(town)

    assert len(kari.chat.bot_messages) == 1


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
async def test_service_message(town: BotApi) -> None:
    """What Telegram itself writes into the chat (a pinned message, a timer) is not answered."""
    kari = town.user()
    await kari.send("/start")
    start = await kari.reply()

    pinned = {"pinned_message": kari.chat.wire_message(start)}
    frame = {"message_id": kari.chat.new_id(), "from": kari.profile, "chat": kari.chat.wire(), "date": start.date}
    town.push({"message": {**frame, **pinned}})
    town.push({"message": {**frame, "message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}}})
    await confirmed(town)

    assert [start] == kari.chat.bot_messages


async def test_odd_text(town: BotApi, application: Application, log: Log) -> None:
    """Garbage, controls, emoji and other scripts are answered with a screen each, never with an error."""
    kari = town.user()

    for number, text in enumerate(ODD, 1):
        await kari.send(text if text.strip() else f"{text}.")
        assert number == len(await answered(kari, number)), text[:20]

    assert [m for m in kari.chat.bot_messages if m.html == emergency(application) or not list(presses(m))] == []
    assert log() == []
