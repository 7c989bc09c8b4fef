"""Ways in: links and QR codes with a payload, and the commands of the menu."""

from __future__ import annotations

import pytest

from bot.application import Application
from bot.dialogs.respond import COMMANDS
from bot.model import Language
from tests.botapi import BotApi
from tests.channels.telegram.helpers import CODES, Words, emergency, place, presses

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("payload", "node", "language"),
    [
        ("1-x-en-worry_bullying", "worry.bullying", "en"),
        ("1-x-nb-worry_bullying", "worry.bullying", "nb"),
        ("1-x-x-worry_bullying", "worry.bullying", "nb"),
        ("1-bolteløkka-skole-en-worry_bullying", "start", "nb"),
        ("1-bolt-skole-en-worry_bullying", "worry.bullying", "en"),
        ("1-x-en-x", "start", "en"),
        ("1-x-en", "start", "en"),
        ("1-x-en-worry_unknown", "start", "en"),
        ("1-x-ur-service_bup", "service.bup", "nb"),
        ("1", "start", "nb"),
        ("9-x-en-worry_bullying", "start", "nb"),
        ("<b>&</b>", "start", "nb"),
        ("' OR 1=1 --", "start", "nb"),
        ("-" * 64, "start", "nb"),
        ("1-" + "s" * 44 + "-en-worry_bullying", "worry.bullying", "en"),
        ("1-" + "s" * 45 + "-en-worry_bullying", "start", "nb"),
        ("x" * 4000, "start", "nb"),
    ],
)
async def test_link(town: BotApi, application: Application, payload: str, node: str, language: Language) -> None:
    """A link names language and topic, each part alone; what is not understood is left out, and never in the way."""
    kari = town.user(language_code="nb")

    await kari.send(f"/start {payload}")
    screen = await kari.reply()

    assert node == place(screen)
    assert {language} == {press.language for press in presses(screen)}
    assert Words(application, language).book.ui.buttons["options" if node == "start" else "start_over"] in screen.labels


async def test_link_of_64_characters() -> None:
    """The longest payload that Telegram carries is among those tried."""
    assert len("1-" + "s" * 44 + "-en-worry_bullying") == 64


@pytest.mark.parametrize(("command", "node"), [("start", "start"), *COMMANDS.items()])
async def test_command(town: BotApi, command: str, node: str, words: Words, language: Language) -> None:
    """Each command opens its screen, in the language of the app, also in capitals or with the bot's name behind it."""
    kari = town.user(language_code=CODES[language])
    seen = []

    for written in (f"/{command}", f"/{command.upper()}", f"/{command}@{town.world.me['username']}"):
        await kari.send(written)
        seen.append(place(await kari.reply()))

    # What is about the child needs the level first; that question belongs to the same screen.
    assert [node] * 3 == seen
    assert {words.language} == {press.language for press in presses(kari.chat.newest)}


async def test_language_command(town: BotApi, words: Words, language: Language) -> None:
    """/language offers the other language, at the place where the parent stands."""
    kari = town.user(language_code=CODES[language])
    await kari.send("/contact")
    await kari.reply()

    await kari.send("/language")
    screen = await kari.reply()

    other = next(code for code in CODES if code != language)
    assert words.button(f"language_{other}") in screen.labels
    assert place(screen) == "contact.who"


@pytest.mark.parametrize("text", ["/", "/unknown", "/ start", "/start\n1-x-en-x", "//", "/starting"])
async def test_command_that_is_none(town: BotApi, application: Application, text: str) -> None:
    """A command that does not exist is answered like anything else that was typed, never with an error."""
    kari = town.user()

    await kari.send(text)
    answer = await kari.reply()

    assert list(presses(answer))
    assert answer.html != emergency(application)
