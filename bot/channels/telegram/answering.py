"""One update answered: what it stands for, the turn it leads to, what is sent, and the emergency card if that fails."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any, TypeAlias

from telegram import Bot, Chat, Update
from telegram.error import RetryAfter, TelegramError
from telegram.ext import Application as PtbApplication
from telegram.ext import CallbackContext, CallbackQueryHandler, MessageHandler, filters

from bot.channels.telegram.events import addressed, event
from bot.channels.telegram.ordering import Later
from bot.channels.telegram.sending import Sender, is_passing, seconds
from bot.content.catalogue import Catalogue
from bot.conversation import Conversation, Reply
from bot.logs import describe
from bot.render.locale import negotiate
from bot.render.prose import plain
from bot.web.metrics import Metrics

log = logging.getLogger(__name__)
Context: TypeAlias = CallbackContext[Any, Any, Any, Any]

_SHORTEST_WAIT = 0.05
_TRY_AGAIN = 0.5
"""Seconds until an update is tried again whose answer could not be sent."""


class Answering:
    """Answers updates through one conversation."""

    def __init__(
        self,
        ptb: PtbApplication[Any, Any, Any, Any, Any, Any],
        sender: Sender,
        conversation: Conversation,
        catalogue: Catalogue,
        metrics: Metrics,
    ) -> None:
        """Put three handlers (message, button, edited message) into PTB's application; all call the conversation."""
        self._ptb = ptb
        self._sender = sender
        self._conversation = conversation
        self._catalogue = catalogue
        self._metrics = metrics
        self._later: dict[int, Later] = {}
        self._kept: set[int] = set()
        said = filters.UpdateType.MESSAGE | filters.UpdateType.EDITED_MESSAGE
        ptb.add_handler(CallbackQueryHandler(self._pressed))
        ptb.add_handler(MessageHandler(said, self._said))
        ptb.add_error_handler(self._failed)

    def urgent(self, update: Update) -> bool:
        """Whether an update from a private chat speaks of danger, so that it is to be answered before all others."""
        chat, happened = update.effective_chat, event(update)
        private = chat is None or chat.type == Chat.PRIVATE
        return private and happened is not None and self._conversation.urgent(happened)

    async def handle(self, update: Update) -> Later | None:
        """Answer one update. When Telegram could not be reached, say when it is to be tried again."""
        await self._ptb.process_update(update)
        number = update.update_id
        if number in self._later:
            return self._later.pop(number)
        if number not in self._kept:
            await self._conversation.note(number)
        self._kept.discard(number)
        return None

    async def _said(self, update: Update, _: Context) -> None:
        message = update.effective_message
        if message is None:
            return
        if message.chat.type != Chat.PRIVATE:
            if update.message is not None and addressed(message, self._bot.username):
                await self._in_private(message.chat_id, update)
            return
        if update.message is not None:
            self._sender.saw(message.chat_id, message.message_id)
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
        turn = await self._conversation.turn(chat_id, happened, negotiate(user.language_code if user else None))
        for reply in turn.replies:
            await self._sender.send(chat_id, reply, pressed)
        await self._conversation.keep(chat_id, turn, update.update_id)
        self._kept.add(update.update_id)
        self._metrics.answers.labels(turn.kind).inc()

    async def _in_private(self, group: int, update: Update) -> None:
        """In a group: nothing personal, an offer to talk alone, and the numbers for danger."""
        user = update.effective_user
        language = negotiate(user.language_code if user else None)
        words = self._catalogue.books[language].ui.telegram
        text = plain(words["group"], self._catalogue.facts, language)
        url = f"https://t.me/{self._bot.username}?start=1-x-x-x"
        await self._sender.notice(group, text, words["group_button"], url)

    async def _failed(self, update: object, context: Context) -> None:
        """Something went wrong: try again later if it was the network, else send the numbers that always help."""
        error = context.error
        if not isinstance(update, Update) or error is None:
            return
        if self._unreachable(update, error):
            return
        log.error("An update was answered with the emergency card: %s.", describe(error))
        self._metrics.answers.labels("emergency").inc()
        chat = update.effective_chat
        if chat is not None and chat.type == Chat.PRIVATE:
            try:
                await self._sender.send(chat.id, Reply(self._conversation.emergency, edit=False, urgent=True), None)
            except TelegramError as failed:
                self._unreachable(update, failed)

    def _unreachable(self, update: Update, error: Exception) -> bool:
        """Whether it was the network, or Telegram asked to wait; then the update is to be tried again."""
        if isinstance(error, RetryAfter):
            self._later[update.update_id] = Later(max(seconds(error), _SHORTEST_WAIT), asked=True)
        elif is_passing(error):
            self._later[update.update_id] = Later(_TRY_AGAIN)
        return update.update_id in self._later

    @property
    def _bot(self) -> Bot:
        bot: Bot = self._ptb.bot
        return bot
