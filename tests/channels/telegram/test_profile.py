"""What Telegram shows about the bot before anybody writes: menu, name and descriptions, by language."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from bot.application import Application
from bot.model import Language
from tests.botapi import BotApi
from tests.channels.telegram.helpers import Start, Words, place, start_service

CODES: dict[str, Language] = {"": "en", "nb": "nb", "no": "nb", "nn": "nb", "en": "en"}
"""Codes that apps are set to, the empty one for all others, with the language that is to be shown."""
TEXTS = ("name", "description", "short_description")


@pytest.mark.asyncio(loop_scope="session")
async def test_texts(town: BotApi, application: Application) -> None:
    """Name and descriptions are Norwegian for apps set to any Norwegian, English for all others."""
    words = {code: Words(application, language) for code, language in CODES.items()}

    shown = {name: town.profile.texts[name] for name in TEXTS}

    assert {name: {code: words[code].telegram(name) for code in CODES} for name in TEXTS} == shown


@pytest.mark.asyncio(loop_scope="session")
async def test_menu(town: BotApi, application: Application) -> None:
    """The menu has the same eight commands everywhere, described in the app's language."""
    expected = {code: Words(application, language).book.ui.commands for code, language in CODES.items()}

    menus = {code: {c["command"]: c["description"] for c in town.profile.commands["default", code]} for code in CODES}

    assert expected == menus
    assert list(menus[""]) == ["start", "worried", "contact", "help", "language", "school", "privacy", "delete"]


@pytest.mark.asyncio(loop_scope="session")
async def test_every_command_of_the_menu_works(town: BotApi) -> None:
    """Whatever stands in the menu is answered with a screen of its own, not as words that were not understood."""
    kari = town.user(language_code="ur")
    menu = town.profile.commands["default", ""]
    seen = set()

    for command in menu:
        await kari.send(f"/{command['command']}")
        seen.add((await kari.reply()).text)

    assert len(menu) == len(seen)


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
async def test_refused_text(api: BotApi, start: Start, application: Application) -> None:
    """What Telegram refuses to change (a name may be changed rarely) stops nothing else."""
    api.fault("setMyName", status=429, retry_after=3600, times=None)
    await start()
    kari = api.user()

    await kari.send("/start")

    assert place(await kari.reply()) == "start"
    assert Words(application, "nb").telegram("description") == api.profile.texts["description"]["nb"]
    assert api.profile.texts["name"] == {"": "Testbot"}


async def test_answers_before_its_profile_is_set(api: BotApi, start: Start) -> None:
    """Parents do not wait for the menu to be set."""
    api.fault("setMyCommands", delay=0.2)
    kari = api.user()
    await kari.send("/start")

    await start()
    await kari.reply()

    methods = [call.method for call in api.calls]
    assert methods.index("sendMessage") < methods.index("setMyCommands")


async def test_stopped_before_its_profile_is_set(api: BotApi, application: Application, database: Path) -> None:
    """A bot that is stopped at once ends cleanly, without a warning of work left undone."""
    running = await start_service(application, api, database, wait=False)

    await running.stop()
    gc.collect()

    assert len(api.called("setMyDescription")) < len(CODES)
