"""Sending to Telegram: in place or anew, again when Telegram asks to wait, and never for ever."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.channels.telegram.markup import html, keyboard
from bot.channels.telegram.pacing import Pace
from bot.conversation import Reply
from bot.web.metrics import Outcome

log = logging.getLogger(__name__)
Result = TypeVar("Result")

ATTEMPTS = 5
"""Times that one call is made at most before it is given up for now."""
_REMEMBERED = 10_000
_UNCHANGED = "message is not modified"
_NO_PREVIEW = {"is_disabled": True}


class Held(RetryAfter):
    """Telegram has asked before to wait, and the time is not over: nothing was sent."""

    def __init__(self, held: float) -> None:
        """Take the seconds that are left."""
        super().__init__(math.ceil(held))
        self.held = held


class Sender:
    """Sends messages at Telegram's pace, and remembers (in memory only) which message is the newest in each chat."""

    def __init__(self, bot: Bot, pace: Pace, sends: Callable[[Outcome], None]) -> None:
        """Take PTB's bot, what gives the pace, and what counts the calls by what became of them."""
        self.bot = bot
        self._pace = pace
        self._count = sends
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
            if not (newest and pressed is not None and await self._edit(chat_id, reply, pressed)):
                await self._new(chat_id, reply)
        except Forbidden:
            log.info("A chat has blocked the bot; the answer was not delivered.")
        except (BadRequest, ChatMigrated) as error:
            if not _is_gone(error):
                raise
            log.info("A chat is gone; the answer was not delivered.")

    async def notice(self, chat_id: int, text: str, label: str, url: str) -> None:
        """Send a text with one link button, into a group."""
        markup = InlineKeyboardMarkup([[InlineKeyboardButton(label, url=url)]])
        try:
            await self._call("sent", chat_id, False, lambda: self.bot.send_message(chat_id, text, reply_markup=markup))
        except (Forbidden, BadRequest, ChatMigrated):
            log.info("A group cannot be written to.")

    async def _new(self, chat_id: int, reply: Reply) -> None:
        sent = await self._call("sent", chat_id, reply.urgent, lambda: self._say("sendmessage", chat_id, reply))
        number = sent.get("message_id") if isinstance(sent, dict) else None
        if isinstance(number, int):
            self.saw(chat_id, number)

    async def _edit(self, chat_id: int, reply: Reply, message_id: int) -> bool:
        """Put the message in the place of another; False when Telegram no longer lets it."""
        try:
            await self._call(
                "edited",
                chat_id,
                reply.urgent,
                lambda: self._say("editmessagetext", chat_id, reply, message_id=message_id),
            )
        except BadRequest as error:
            return _UNCHANGED in error.message.lower()
        return True

    async def _say(self, method: str, chat_id: int, reply: Reply, **more: int) -> object:
        """Make a call that shows a reply; Telegram's result as it came.

        The library's own `send_message` makes objects of all that goes out and comes back, which takes a third of the
        time of an answer. Small letters, which Telegram reads alike, because the library warns of the names it knows.
        """
        said = {
            "chat_id": chat_id,
            "text": html(reply.message),
            "parse_mode": ParseMode.HTML,
            "reply_markup": keyboard(reply.message),
            "link_preview_options": _NO_PREVIEW,
            **more,
        }
        return await self.bot.do_api_request(method, said)

    async def _call(
        self, outcome: Outcome, chat_id: int, urgent: bool, call: Callable[[], Awaitable[Result]]
    ) -> Result:
        """Make a call when its turn has come, again as `again` does, and count what becomes of each try."""

        async def paced() -> Result:
            if held := self._pace.held(chat_id, urgent):
                # Not waited for here: the wait must not keep a place that others need.
                raise Held(held)
            await self._pace.turn(chat_id, urgent)
            try:
                result = await call()
            except TelegramError as error:
                self._count(_outcome(error))
                if isinstance(error, RetryAfter):
                    self._pace.pause(chat_id, seconds(error))
                raise
            self._count(outcome)
            return result

        return await again(paced)


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


def _is_gone(error: TelegramError) -> bool:
    """Whether there is no such chat any more; a group that has become a supergroup is another chat."""
    return isinstance(error, ChatMigrated) or "chat not found" in error.message.lower()


def _outcome(error: TelegramError) -> Outcome:
    """What became of a call that failed, for counting."""
    match error:
        case RetryAfter():
            return "limited"
        case Forbidden():
            return "blocked"
        case BadRequest() if _UNCHANGED in error.message.lower():
            return "unchanged"
        case BadRequest() | ChatMigrated():
            return "gone" if _is_gone(error) else "refused"
    return "failed"


def is_passing(error: Exception) -> bool:
    """Whether an error comes from the way to Telegram, and not from what was said: the same call may work later.

    The library has no class of its own for an answer that it cannot read.
    """
    return type(error) is TelegramError or (isinstance(error, NetworkError) and not isinstance(error, BadRequest))


def seconds(error: RetryAfter) -> float:
    """How long Telegram asks to wait; the library says it as a number or as a span of time."""
    if isinstance(error, Held):
        return error.held
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
