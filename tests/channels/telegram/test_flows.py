"""A worried parent's way to one named first door, by taps or by typing, in both languages."""

from __future__ import annotations

import pytest

from bot.application import Application
from bot.model import Language
from tests.botapi import BotApi
from tests.channels.telegram.helpers import BULLYING, CODES, Words, place, presses

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_worry_by_taps(town: BotApi, words: Words, language: Language) -> None:
    """Taps alone lead from the start to a named first door, all on one message that changes in place."""
    kari = town.user(language_code=CODES[language])
    await kari.send("/start")
    first = await kari.reply()
    seen = [place(first)]

    for label in (
        words.choice("start", "worried"),
        words.button("level_primary"),
        words.choice("worries", "bullying"),
        words.choice("worry.bullying", "pupils"),
        words.choice("worry.bullying.told", "no"),
    ):
        await kari.tap(label)
        seen.append(place(await kari.reply()))

    assert seen == ["start", "worries", "worries", "worry.bullying", "worry.bullying.told", "worry.bullying.pupils"]
    end = kari.chat.newest
    assert (first.id, 5) == (end.id, end.edits)
    assert words.heading("first") in end.text
    assert words.door("school.contact_teacher") in end.text


async def test_worry_by_sentence(town: BotApi, words: Words, language: Language) -> None:
    """One typed sentence as the first message leads to the worry, and typed numbers to a named first door."""
    kari = town.user(language_code=CODES[language])
    seen = []

    for text in (BULLYING[language], words.button("level_primary"), "1", "1"):
        await kari.send(text)
        seen.append(place(await kari.reply()))

    assert seen == ["worry.bullying", "worry.bullying", "worry.bullying.told", "worry.bullying.pupils"]
    assert [message.edits for message in kari.chat.bot_messages] == [0, 0, 0, 0]
    assert words.door("school.contact_teacher") in kari.chat.newest.text


async def test_typed_label(town: BotApi, words: Words, language: Language) -> None:
    """The label of a button, typed in small letters, does what the button does, in a new message."""
    kari = town.user(language_code=CODES[language])
    await kari.send("/start")
    before = await kari.reply()

    await kari.send(words.choice("start", "contact").lower())
    after = await kari.reply()

    assert place(after) == "contact.who"
    assert after.id > before.id


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("nb", "nb"),
        ("no", "nb"),
        ("nn", "nb"),
        ("nb-NO", "nb"),
        ("en", "en"),
        ("en-GB", "en"),
        ("ur", "en"),
        (None, "nb"),
    ],
)
async def test_language_of_the_app(
    town: BotApi, application: Application, code: str | None, expected: Language
) -> None:
    """A new parent is met in the language of the app: Norwegian for all its kinds and when unknown, English else."""
    kari = town.user(language_code=code)

    await kari.send("/start")
    start = await kari.reply()

    assert Words(application, expected).title("start") in start.text


async def test_language_switch(town: BotApi, application: Application) -> None:
    """Changing the language keeps the place, stays for what follows, and outlives /start."""
    kari = town.user(language_code="nb")
    norwegian, english = Words(application, "nb", "primary"), Words(application, "en", "primary")
    await kari.send("/start 1-x-nb-worry_bullying")
    await kari.reply()
    await kari.tap(norwegian.button("level_primary"))
    question = await kari.reply()

    await kari.tap(norwegian.button("options"))
    await kari.reply()
    await kari.tap(norwegian.button("language_en"))
    switched = await kari.reply()
    await kari.send("/start")
    again = await kari.reply()

    assert (place(question), place(switched)) == ("worry.bullying", "worry.bullying")
    assert english.title("worry.bullying") in switched.text
    assert english.title("start") in again.text


@pytest.mark.parametrize("payload", ["1-x-nb-worry_learning", "1-x-nb-x"])
async def test_other_language_typed(town: BotApi, application: Application, payload: str) -> None:
    """A message in the other language is answered in it, says so, and has buttons to stay in it or to go back."""
    kari = town.user(language_code="nb")
    await kari.send(f"/start {payload}")
    start = await kari.reply()
    if payload != "1-x-nb-x":
        await kari.tap(Words(application, "nb").button("level_primary"), start)
        await kari.reply()

    await kari.send(BULLYING["en"])
    answer = await kari.reply()

    assert place(answer) == "worry.bullying"
    assert Words(application, "en").note("written_in") in answer.text
    assert {"nb", "en"} == {press.choice for press in presses(answer) if press.verb == "language"}
