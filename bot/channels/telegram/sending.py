"""Sending to Telegram: in place or anew, again when Telegram asks to wait, and never for ever."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.channels.telegram.markup import html, keyboard
from bot.conversation import Reply
from bot.render.message import Message

log = logging.getLogger(__name__)
Result = TypeVar("Result")

ATTEMPTS = 5
"""Times that one call is made at most before it is given up for now."""
_REMEMBERED = 10_000
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Sender:
    """Sends messages, and remembers (in memory only) which message is the newest in each chat."""

    def __init__(self, bot: Bot) -> None:
        """Take PTB's bot."""
        self.bot = bot
        self._newest: OrderedDict[int, int] = OrderedDict()

    def saw(self, chat_id: int, message_id: int) -> None:
        """A message stands in the chat: buttons above it are far up."""
        self._newest[chat_id] = max(message_id, self._newest.pop(chat_id, 0))
        if len(self._newest) > _REMEMBERED:
            self._newest.popitem(last=False)

    async def send(self, chat_id: int, reply: Reply, pressed: int | None) -> None:
        """Send a reply. It takes the place of message `pressed` if it may, and if nothing has come below that one.

        Raises NetworkError or RetryAfter when Telegram cannot be reached for long. A chat that cannot be written to
        (the bot was blocked, the chat is gone) is passed over.
        """
        try:
            newest = reply.edit and pressed is not None and self._newest.get(chat_id) == pressed
            if not (newest and pressed is not None and await self._edit(chat_id, reply.message, pressed)):
                await self._new(chat_id, reply.message)
        except Forbidden:
            log.info("A chat has blocked the bot; the answer was not delivered.")
        except BadRequest as error:
            if "chat not found" not in error.message.lower():
                raise
            log.info("A chat is gone; the answer was not delivered.")

    async def notice(self, chat_id: int, text: str, label: str, url: str) -> None:
        """Send a text with one link button, into a group."""
        markup = InlineKeyboardMarkup([[InlineKeyboardButton(label, url=url)]])
        try:
            await again(lambda: self.bot.send_message(chat_id, text, reply_markup=markup))
        except (Forbidden, BadRequest):
            log.info("A group cannot be written to.")

    async def _new(self, chat_id: int, message: Message) -> None:
        sent = await again(
            lambda: self.bot.send_message(
                chat_id,
                html(message),
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard(message),
                link_preview_options=_NO_PREVIEW,
            )
        )
        self.saw(chat_id, sent.message_id)

    async def _edit(self, chat_id: int, message: Message, message_id: int) -> bool:
        """Put the message in the place of another; False when Telegram no longer lets it."""
        try:
            await again(
                lambda: self.bot.edit_message_text(
                    html(message),
                    chat_id,
                    message_id,
                    parse_mode=ParseMode.HTML,
                    reply_markup=keyboard(message),
                    link_preview_options=_NO_PREVIEW,
                )
            )
        except BadRequest as error:
            return "message is not modified" in error.message.lower()
        return True


async def again(call: Callable[[], Awaitable[Result]]) -> Result:
    """Make a call, again when Telegram cannot be reached or its answer is garbled; raises the last error.

    When Telegram asks to wait (RetryAfter) that is raised at once: the wait must not keep a place that others need.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return await call()
        except TelegramError as error:
            if attempt == ATTEMPTS or not is_passing(error):
                raise
            await asyncio.sleep(0.25 * 2**attempt)
    raise AssertionError("unreachable")


def is_passing(error: Exception) -> bool:
    """Whether an error comes from the way to Telegram, and not from what was said: the same call may work later.

    The library has no class of its own for an answer that it cannot read.
    """
    return type(error) is TelegramError or (isinstance(error, NetworkError) and not isinstance(error, BadRequest))


def seconds(error: RetryAfter) -> float:
    """How long Telegram asks to wait; the library says it as a number or as a span of time."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
