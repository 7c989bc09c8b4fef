"""In a group everybody reads along: the bot says nothing personal there, and only when spoken to."""

from __future__ import annotations

import pytest

from bot.model import Language
from tests.botapi import BotApi
from tests.botapi_keyboard import Button
from tests.channels.telegram.helpers import BULLYING, CODES, DANGER, NUMBERS, Log, Words, confirmed, numbers_in, place

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("how", ["command", "mention", "answer", "caption"])
async def test_addressed(town: BotApi, words: Words, language: Language, how: str) -> None:
    """Who speaks to the bot in a group is offered a private chat, with the numbers for danger, and nothing else."""
    kari, group = town.user(language_code=CODES[language]), town.group()
    name = town.world.me["username"]

    match how:
        case "command":
            await kari.send("/worried", chat=group)
        case "mention":
            await kari.send(f"@{name.upper()} {BULLYING[language]}", chat=group)
        case "caption":
            await kari.send_photo(f"@{name} {BULLYING[language]}", chat=group)
        case "answer":
            await kari.send(f"/start@{name}", chat=group)
            await kari.send(BULLYING[language], chat=group, reply_to=await kari.reply(chat=group))
    answer = await kari.reply(chat=group)

    assert words.telegram("group") == answer.text
    assert numbers_in(answer) == NUMBERS
    assert [words.telegram("group_button")] == answer.labels
    assert kari.chat.bot_messages == []


async def test_link_into_private_chat(town: BotApi, words: Words, language: Language) -> None:
    """The button in the group opens the bot itself, with a payload that starts it."""
    kari, group = town.user(language_code=CODES[language]), town.group()
    await kari.send("/start", chat=group)
    button = (await kari.reply(chat=group)).button(words.telegram("group_button"))
    address, _, payload = (button.url or "").partition("?start=")

    await kari.send(f"/start {payload}")

    assert f"https://t.me/{town.world.me['username']}" == address
    assert place(await kari.reply()) == "start"
    assert words.title("start") in kari.chat.newest.text


async def test_not_addressed(town: BotApi, log: Log) -> None:
    """What people in a group say to each other, or to another bot, is none of the bot's business."""
    kari, group = town.user(), town.group(privacy=False)
    spoken = await kari.send("Hei alle sammen", chat=group)

    await kari.send("sønnen min blir mobbet", chat=group)
    await kari.send("ja, min også", chat=group, reply_to=spoken)
    await kari.send("se oslo.kommune.no/skole", chat=group)
    await kari.send_sticker(chat=group)
    await kari.send_photo("fra turen", chat=group)
    await kari.edit(spoken.id, f"@{town.world.me['username']} hei", chat=group)
    kari.add_bot(group)
    await confirmed(town)

    assert group.bot_messages == []
    assert log() == []


@pytest.mark.parametrize("text", ["/quiz@another_bot", "@bekymret_test_bot_2 hei", "/start@another_bot"])
async def test_addressed_to_another_bot(town: BotApi, text: str) -> None:
    """A command or mention of another bot is not for this one."""
    kari, group = town.user(), town.group(privacy=False)

    await kari.send(text, chat=group)
    await confirmed(town)

    assert group.bot_messages == []


async def test_danger_in_a_group(town: BotApi, language: Language) -> None:
    """Danger that is told to the bot in a group gets the numbers, in public, and no word about the child."""
    kari, group = town.user(language_code=CODES[language]), town.group()

    await kari.send(f"@{town.world.me['username']} {DANGER[language]}", chat=group)
    answer = await kari.reply(chat=group)

    assert numbers_in(answer) == NUMBERS
    assert len(answer.labels) == 1


async def test_nothing_is_kept_of_a_group(town: BotApi) -> None:
    """What was asked in a group does not move the parent's own conversation."""
    kari, group = town.user(), town.group()
    await kari.send("/contact")
    await kari.reply()

    await kari.send("/worried", chat=group)
    await kari.reply(chat=group)
    await kari.send_sticker()

    assert place(await kari.reply()) == "contact.who"


async def test_button_in_a_group(town: BotApi) -> None:
    """A press under one of the bot's messages in a group is answered, and shows nothing to the others."""
    kari, group = town.user(), town.group()
    await kari.send("/start", chat=group)
    notice = await kari.reply(chat=group)

    await kari.tap(Button("?", "1c|worries|bullying|pn"), notice, chat=group)
    await kari.answer()
    await confirmed(town)

    assert [notice] == group.bot_messages
    assert kari.chat.bot_messages == []


@pytest.mark.parametrize("fault", [{"status": 400}, {"status": 403}])
async def test_group_that_cannot_be_written_to(town: BotApi, fault: dict[str, int]) -> None:
    """A group that does not let the bot write is let be, and others are answered."""
    kari, group = town.user(), town.group()
    town.fault("sendMessage", status=fault["status"], chat_id=group.id, times=None)

    await kari.send("/start", chat=group)
    await kari.send("/start")
    await kari.reply()
    await confirmed(town)

    assert group.bot_messages == []
