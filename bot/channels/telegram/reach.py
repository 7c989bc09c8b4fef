"""Whether Telegram can be reached: said once in the log when it cannot any more, and once when it can again."""

from __future__ import annotations

import logging

from telegram.error import InvalidToken, NetworkError, TelegramError

from bot.web.health import Contact

log = logging.getLogger(__name__)


class Reach:
    """What the last calls to Telegram showed."""

    def __init__(self) -> None:
        """Nothing was tried yet."""
        self.contact = Contact()
        self.reachable = True
        """Until Telegram can be reached again, no update is given up."""

    def works(self) -> None:
        """Telegram answered a call."""
        self.contact.made()
        if not self.reachable:
            log.warning("Telegram can be reached again.")
        self.reachable = True

    def fails(self, error: TelegramError) -> None:
        """Telegram did not answer a call."""
        if self.reachable:
            log.warning("Telegram cannot be reached (%s); trying again until it can.", type(error).__name__)
        self.reachable = False


def why(error: TelegramError) -> str:
    """Why the bot cannot start, in a sentence without the token."""
    match error:
        case InvalidToken():
            return "Telegram does not know this TELEGRAM_BOT_TOKEN; get the right one from @BotFather."
        case NetworkError():
            return "Telegram cannot be reached at TELEGRAM_API_URL; look at the network and try again."
    return f"Telegram refused to start the bot: {type(error).__name__}."
