"""The bot on Telegram: started, answering, and stopped without losing anything."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeAlias

from telegram import Bot, Chat, Update
from telegram.error import InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application as PtbApplication
from telegram.ext import ApplicationBuilder, CallbackContext, CallbackQueryHandler, MessageHandler, filters

from bot.application import Application, build
from bot.channels.telegram.events import addressed, event
from bot.channels.telegram.intake import Polling
from bot.channels.telegram.profile import publish
from bot.channels.telegram.request import AiohttpRequest
from bot.channels.telegram.sending import Sender, is_passing, seconds
from bot.conversation import Conversation, Reply
from bot.errors import ChannelError, StoreError
from bot.logs import describe
from bot.render.locale import negotiate
from bot.render.prose import plain
from bot.settings import Settings

log = logging.getLogger(__name__)
Context: TypeAlias = CallbackContext[Any, Any, Any, Any]

AT_ONCE = 16
"""Chats that are answered side by side at most: with sends of a twentieth of a second, six times Telegram's limit of
thirty messages a second (docs/developers.md)."""
_SWEEP = timedelta(days=1)
_LONG_POLL = 30.0
_TRY_AGAIN = 0.5
"""Seconds until an update is tried again whose answer could not be sent."""


class Service:
    """Answers Telegram's updates through one conversation."""

    def __init__(self, application: Application, conversation: Conversation, settings: Settings) -> None:
        """Build PTB's application: three handlers (message, button, edited message) that all call the conversation."""
        if settings.telegram_bot_token is None:
            raise ChannelError("TELEGRAM_BOT_TOKEN is not set.")
        self.application = application
        self.conversation = conversation
        self._requests = (AiohttpRequest(AT_ONCE * 2), AiohttpRequest(2, read_timeout=_LONG_POLL))
        self.ptb: PtbApplication[Any, Any, Any, Any, Any, Any] = (
            ApplicationBuilder()
            .token(settings.telegram_bot_token.get_secret_value().strip())
            .base_url(f"{settings.telegram_api_url}/bot")
            .request(self._requests[0])
            .get_updates_request(self._requests[1])
            .updater(None)
            .build()
        )
        self.ptb.add_handler(CallbackQueryHandler(self._pressed))
        self.ptb.add_handler(MessageHandler(filters.UpdateType.MESSAGE | filters.UpdateType.EDITED_MESSAGE, self._said))
        self.ptb.add_error_handler(self._failed)
        self.sender = Sender(self.bot)
        self._later: dict[int, float] = {}
        self._kept: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def bot(self) -> Bot:
        """PTB's bot."""
        bot: Bot = self.ptb.bot
        return bot

    async def start(self) -> None:
        """Open the database and make contact with Telegram.

        Raises NewerDatabaseError, or ChannelError when the token or the network is wrong, each in one sentence.
        """
        await self.conversation.open()
        try:
            await self.ptb.initialize()
            await self.bot.delete_webhook()
        except TelegramError as error:
            for request in self._requests:
                await request.shutdown()
            await self.conversation.store.close()
            raise ChannelError(_why(error)) from None
        self._background(publish(self.bot, self.application.catalogue))

    async def run(self, stop: asyncio.Event) -> None:
        """Answer until `stop` is set, then finish what is under way."""
        self._background(self._sweeping())
        try:
            polling = Polling(self.bot, self._requests[1], self.handle, self.conversation.handled, AT_ONCE)
            await polling.run(stop)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self.ptb.shutdown()
            await self.conversation.store.close()

    async def handle(self, update: Update) -> float | None:
        """Answer one update. Seconds when Telegram could not be reached, after which it is to be tried again."""
        await self.ptb.process_update(update)
        number = update.update_id
        if number in self._later:
            return self._later.pop(number)
        if number not in self._kept:
            await self.conversation.note(number)
        self._kept.discard(number)
        return None

    async def _said(self, update: Update, _: Context) -> None:
        message = update.effective_message
        if message is None:
            return
        if message.chat.type != Chat.PRIVATE:
            if update.message is not None and addressed(message, self.bot.username):
                await self._in_private(message.chat_id, update)
            return
        if update.message is not None:
            self.sender.saw(message.chat_id, message.message_id)
        await self._answer(update, None)

    async def _pressed(self, update: Update, _: Context) -> None:
        query = update.callback_query
        if query is None:
            return
        # The app shows a spinner until the press is answered; a press that is too old to answer still gets its screen.
        answering = asyncio.create_task(query.answer())
        try:
            if query.message is None or query.message.chat.type == Chat.PRIVATE:
                await self._answer(update, query.message.message_id if query.message else None)
        finally:
            with suppress(TelegramError):
                await answering

    async def _answer(self, update: Update, pressed: int | None) -> None:
        """One turn: what came in, what goes out, what is kept."""
        happened, chat, user = event(update), update.effective_chat, update.effective_user
        chat_id = chat.id if chat else user.id if user else None
        if happened is None or chat_id is None:
            return
        turn = await self.conversation.turn(chat_id, happened, negotiate(user.language_code if user else None))
        for reply in turn.replies:
            await self.sender.send(chat_id, reply, pressed)
        await self.conversation.keep(chat_id, turn, update.update_id)
        self._kept.add(update.update_id)

    async def _in_private(self, group: int, update: Update) -> None:
        """In a group: nothing personal, an offer to talk alone, and the numbers for danger."""
        user = update.effective_user
        catalogue, language = self.application.catalogue, negotiate(user.language_code if user else None)
        words = catalogue.books[language].ui.telegram
        text = plain(words["group"], catalogue.facts, language)
        await self.sender.notice(group, text, words["group_button"], f"https://t.me/{self.bot.username}?start=1-x-x-x")

    async def _failed(self, update: object, context: Context) -> None:
        """Something went wrong: try again later if it was the network, else send the numbers that always help."""
        error = context.error
        if not isinstance(update, Update) or error is None:
            return
        if self._unreachable(update, error):
            return
        log.error("An update was answered with the emergency card: %s.", describe(error))
        chat = update.effective_chat
        if chat is not None and chat.type == Chat.PRIVATE:
            try:
                await self.sender.send(chat.id, Reply(self.conversation.emergency, False), None)
            except TelegramError as failed:
                self._unreachable(update, failed)

    def _unreachable(self, update: Update, error: Exception) -> bool:
        """Whether it was the network, or Telegram asked to wait; then the update is to be tried again."""
        if isinstance(error, RetryAfter):
            self._later[update.update_id] = seconds(error)
        elif is_passing(error):
            self._later[update.update_id] = _TRY_AGAIN
        return update.update_id in self._later

    async def _sweeping(self) -> None:
        """Erase what has expired, at the start and every day."""
        while True:
            with suppress(StoreError):
                await self.conversation.store.sweep(self.conversation.clock())
            await asyncio.sleep(_SWEEP.total_seconds())

    def _background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _why(error: TelegramError) -> str:
    """Why the bot cannot start, in a sentence without the token."""
    match error:
        case InvalidToken():
            return "Telegram does not know this TELEGRAM_BOT_TOKEN; get the right one from @BotFather."
        case NetworkError():
            return "Telegram cannot be reached at TELEGRAM_API_URL; look at the network and try again."
    return f"Telegram refused to start the bot: {type(error).__name__}."


async def serve(settings: Settings) -> None:
    """Run the bot until SIGTERM or SIGINT. Raises ContentError, NewerDatabaseError or ChannelError at the start."""
    application = build()
    service = Service(application, application.conversation(settings), settings)
    await service.start()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    log.info("The bot answers.")
    await service.run(stop)
    log.info("The bot has stopped.")
