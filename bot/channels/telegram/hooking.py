"""The webhook as Telegram knows it: set at the start, watched, and left or taken away at the end."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram.ordering import ALLOWED, Ordering
from bot.channels.telegram.reach import Reach, why
from bot.channels.telegram.sending import again
from bot.channels.telegram.webhook import PATH
from bot.errors import ChannelError
from bot.settings import WEBHOOK_SECRET, Settings
from bot.store import read_secret

CALLS = 100
"""Calls that Telegram may have under way, the most it allows. AT_ONCE bounds how many are answered side by side; the
others wait here, where danger among them is seen and overtakes. What is not handed over cannot be seen."""
_GREETING = 60.0
"""Seconds between two calls that show that Telegram can be reached: it calls itself only when somebody writes."""


def webhook_secret(settings: Settings) -> bytes:
    """What Telegram shows at the webhook: the setting, or what is kept beside the database. Raises ChannelError."""
    given = settings.webhook_secret.get_secret_value() if settings.webhook_secret else None
    secret = read_secret(given, settings.database_path, "webhook.secret")
    if not WEBHOOK_SECRET.fullmatch(secret.decode("latin-1")):
        raise ChannelError("The file webhook.secret beside the database holds no secret; delete it and start again.")
    return secret


class Hooking:
    """Lets Telegram call."""

    def __init__(self, bot: Bot, ordering: Ordering, reach: Reach, settings: Settings, secret: bytes) -> None:
        """Take the bot, what answers, what notes whether Telegram can be reached, and what Telegram is to show."""
        self._bot = bot
        self._ordering = ordering
        self._reach = reach
        self._settings = settings
        self._secret = secret

    async def begin(self) -> None:
        """Tell Telegram where to call. Raises ChannelError when it does not want to."""
        url = f"{self._settings.webhook_url}{PATH}"
        try:
            await again(
                lambda: self._bot.set_webhook(
                    url,
                    secret_token=self._secret.decode(),
                    max_connections=CALLS,
                    allowed_updates=ALLOWED,
                    drop_pending_updates=False,
                )
            )
        except BadRequest as error:
            raise ChannelError(f"WEBHOOK_URL is wrong: Telegram refuses it ({error.message}).") from None
        except TelegramError as error:
            raise ChannelError(why(error)) from None

    async def run(self, stop: asyncio.Event) -> None:
        """Be called until `stop` is set, then finish what is under way."""
        greeting = asyncio.create_task(self._greet())
        await stop.wait()
        greeting.cancel()
        await self._ordering.drain()
        if not self._settings.webhook_keep:
            with suppress(TelegramError):
                await self._bot.delete_webhook()

    async def _greet(self) -> None:
        while True:
            await asyncio.sleep(_GREETING)
            try:
                await self._bot.get_me()
            except TelegramError as error:
                self._reach.fails(error)
            else:
                self._reach.works()
