"""What Telegram shows about the bot: its menu, name and descriptions, in each language."""

from __future__ import annotations

import logging
from functools import partial

from telegram import Bot, BotCommand
from telegram.error import TelegramError

from bot.content.catalogue import Catalogue
from bot.model import Language
from bot.render.prose import plain

log = logging.getLogger(__name__)

CODES: tuple[tuple[str, Language], ...] = (("", "en"), ("nb", "nb"), ("no", "nb"), ("nn", "nb"), ("en", "en"))
"""Two-letter codes of apps and the language they are shown; the empty code is for all others."""


async def publish(bot: Bot, catalogue: Catalogue) -> None:
    """Set menu, name and descriptions. What Telegram refuses (a name may be set rarely) keeps its old text."""
    for code, language in CODES:
        ui = catalogue.books[language].ui
        commands = [BotCommand(name, text) for name, text in ui.commands.items()]
        words = {key: plain(text, catalogue.facts, language) for key, text in ui.telegram.items()}
        for call in (
            partial(bot.set_my_commands, commands),
            partial(bot.set_my_name, words["name"]),
            partial(bot.set_my_short_description, words["short_description"]),
            partial(bot.set_my_description, words["description"]),
        ):
            try:
                await call(language_code=code)
            except TelegramError as error:
                log.warning("A text of the bot's profile was not set (%s).", type(error).__name__)
