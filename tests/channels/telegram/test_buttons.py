"""Buttons: answered at once, edited in place where that helps, and understood from any time."""

from __future__ import annotations

import pytest

from bot.application import Application
from bot.model import Language
from tests.botapi import BotApi
from tests.botapi_keyboard import Button
from tests.channels.telegram.helpers import CODES, Words, confirmed, place, press, press_from_long_ago

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_press_is_answered(town: BotApi, words: Words, language: Language) -> None:
    """Every press is answered, once, so that the app's spinner ends."""
    kari = town.user(language_code=CODES[language])
    await kari.send("/start")
    await kari.reply()

    for label in (words.choice("start", "worried"), words.button("level_primary"), words.button("back")):
        await kari.tap(label)
        await kari.reply()
    await confirmed(town)

    ours = {query.id for query in kari.queries}
    called = [call.params["callback_query_id"] for call in town.called("answerCallbackQuery")]
    assert [query.id for query in kari.queries] == [query for query in called if query in ours]


async def test_press_is_answered_before_a_slow_edit(town: BotApi) -> None:
    """The app's spinner ends although the screen itself takes its time."""
    kari = town.user()
    await kari.send("/start")
    start = await kari.reply()
    town.fault("editMessageText", delay=0.3)

    await kari.tap(Button("?", "1g|contact.who||xn"), start)
    await kari.answer()

    assert start == kari.chat.find(start.id)
    assert place(await kari.reply()) == "contact.who"


async def test_screen_comes_beside_a_slow_answer(town: BotApi) -> None:
    """The screen does not wait for the press to be answered."""
    kari = town.user()
    await kari.send("/start")
    await kari.reply()
    town.fault("answerCallbackQuery", delay=0.3)

    screen = await press(kari, "1g|contact.who||xn")

    assert place(screen) == "contact.who"
    assert kari.queries[-1].answer is None
    await kari.answer()


@pytest.mark.parametrize("fault", [{"status": 400}, {"status": 502}, {"status": 429}, {"drop": "before"}])
async def test_press_that_cannot_be_answered(town: BotApi, fault: dict[str, object]) -> None:
    """A press that Telegram no longer lets answer gets its screen all the same."""
    kari = town.user()
    await kari.send("/start")
    await kari.reply()
    town.fault("answerCallbackQuery", **fault)  # type: ignore[arg-type]

    assert place(await press(kari, "1g|contact.who||xn")) == "contact.who"
    await confirmed(town)


async def test_tap_edits_in_place(town: BotApi) -> None:
    """A tapped screen changes in place, so that the chat stays short."""
    kari = town.user()
    await kari.send("/start")
    start = await kari.reply()

    screens = [await press(kari, data) for data in ("1g|contact.who||xn", "1b|contact.who||xn")]

    assert [place(screen) for screen in screens] == ["contact.who", "start"]
    assert [start.id, start.id] == [screen.id for screen in screens]
    assert [screen.edits for screen in screens] == [1, 2]


async def test_typing_gets_a_new_message(town: BotApi) -> None:
    """What is typed is answered below it, never by a change far above."""
    kari = town.user()
    await kari.send("/start")
    start = await kari.reply()

    await kari.send("/contact")
    answer = await kari.reply()

    assert answer.id > start.id
    assert start == kari.chat.find(start.id)


async def test_button_far_up(town: BotApi) -> None:
    """A button above newer messages, the parent's or the bot's, is answered at the bottom, where it is seen."""
    kari = town.user()
    await kari.send("/start")
    start = await kari.reply()
    await kari.send("/contact")
    newest = await kari.reply()

    answer = await press(kari, "1g|worries||pn", start)

    assert place(answer) == "worries"
    assert answer.id > newest.id
    assert start == kari.chat.find(start.id)


async def test_newest_again_after_far_up(town: BotApi) -> None:
    """After a button far up, it is the new screen at the bottom that changes in place."""
    kari = town.user()
    await kari.send("/start")
    start = await kari.reply()
    await kari.send("/contact")
    await kari.reply()
    bottom = await press(kari, "1g|worries||pn", start)

    changed = await press(kari, "1c|worries|bullying|pn", bottom)

    assert (bottom.id, "worry.bullying") == (changed.id, place(changed))


async def test_same_button_twice(town: BotApi) -> None:
    """A button pressed twice in haste leads to its screen once, with no second message and no alarm."""
    kari = town.user()
    await kari.send("/start")
    start = await kari.reply()

    await kari.tap(Button("?", "1g|contact.who||xn"), start)
    await kari.tap(Button("?", "1g|contact.who||xn"), start)
    await confirmed(town)

    assert [place(message) for message in kari.chat.bot_messages] == ["contact.who"]
    assert all(query.answer is not None for query in kari.queries)


async def test_message_that_can_no_longer_be_edited(town: BotApi) -> None:
    """Where Telegram no longer lets a message be edited, its button is answered by a new one."""
    kari = town.user()
    await kari.send("/start")
    start = await kari.reply()
    kari.chat.remove(start.id)

    answer = await press(kari, "1g|contact.who||xn", start)

    assert place(answer) == "contact.who"
    assert answer.id > start.id


async def test_button_of_a_message_too_old_for_telegram(town: BotApi) -> None:
    """A button whose message Telegram no longer tells of is answered too."""
    kari = town.user()
    await kari.send("/start")
    await kari.reply()
    await kari.send("hei")
    await kari.reply()

    answer = await press(kari, "1c|worries|bullying|pn", kari.chat.bot_messages[0], gone=True)

    assert place(answer) == "worry.bullying"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("1c|worry.bullying.retired|no|pn", "worry.bullying"),
        ("1g|worry.retired||pn", "worries"),
        ("1g|service.retired||pn", "service.overview"),
        ("1c|worry.bullying|retired|pn", "worry.bullying"),
        ("2c|worry.bullying|pupils|pn", "start"),
        ("0", "start"),
        ("1z|worry.bullying||pn", "start"),
        ("1c|WORRY|<b>|pn", "start"),
        ("1c|../../etc/passwd|x|pn", "start"),
        ("{}", "start"),
        ("å" * 32, "start"),
        ("\x00\u202e\u200b", "start"),
        ("x" * 64, "start"),
    ],
)
async def test_unknown_button(town: BotApi, application: Application, data: str, expected: str) -> None:
    """A button that is no longer known shows the nearest screen that is, and says so kindly."""
    kari = town.user()
    await kari.send("/start")
    await kari.reply()

    screen = await press(kari, data)

    assert expected == place(screen)
    assert Words(application, "nb").note("old_button") in screen.text


async def test_button_before_anything_else(town: BotApi) -> None:
    """A button is answered in a chat that the bot knows nothing of, by a new message."""
    kari = town.user()

    press_from_long_ago(town, kari, "1c|worries|bullying|pn")

    assert place(await kari.reply()) == "worry.bullying"


async def test_button_in_a_foreign_chat(town: BotApi) -> None:
    """A button under a message that was sent through the bot into another chat is answered in the private one."""
    kari = town.user()
    press = {"id": "far", "from": kari.profile, "chat_instance": "1", "inline_message_id": "far"}

    town.push({"callback_query": {**press, "data": "1c|worries|bullying|pn"}})

    assert place(await kari.reply()) == "worry.bullying"
