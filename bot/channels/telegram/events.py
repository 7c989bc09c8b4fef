"""What Telegram sends, as events of the conversation."""

from __future__ import annotations

import re

from telegram import CallbackQuery, Message, MessageEntity, Update

from bot.conversation import Text, typed
from bot.model import Event, Press, Unreadable
from bot.render.codec import decode

GONE = Press("goto", "gone")
"""What a button whose data was never ours stands for: the start, kindly."""


def event(update: Update) -> Event | Text | None:
    """The event that an update from a private chat stands for; None for what needs no answer."""
    if update.callback_query is not None:
        return _press(update.callback_query)
    if update.edited_message is not None:
        words = update.edited_message.text or update.edited_message.caption
        if update.edited_message.location is not None:
            return None  # a live location that moves: it was answered when it was shared
        return Text(words or "", Unreadable("edited"))
    if update.message is not None:
        return _said(update.message)
    return None


def _press(query: CallbackQuery) -> Press:
    return decode(query.data or "") or GONE


def _said(message: Message) -> Event | Text | None:
    words = message.text or message.caption
    if words is None:
        return None if _service_message(message) else Unreadable("media")
    return typed(words) if message.text is not None else Text(words)


def _service_message(message: Message) -> bool:
    """Whether Telegram tells of the chat itself (a pinned message, a timer), which nobody typed."""
    return message.effective_attachment is None


def addressed(message: Message, username: str) -> bool:
    """Whether a message in a group speaks to the bot: a command, a mention, or an answer to something it said."""
    answered = message.reply_to_message.from_user if message.reply_to_message else None
    if answered is not None and answered.username == username:
        return True
    for words in message.parse_entities([MessageEntity.BOT_COMMAND]).values():
        _, _, name = words.partition("@")
        if not name or name.lower() == username.lower():
            return True
    mention = rf"@{re.escape(username)}(?![A-Za-z0-9_])"
    return re.search(mention, message.text or message.caption or "", re.IGNORECASE) is not None
