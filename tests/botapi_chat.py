"""Chats as the people in them see them: messages of both sides, in order, each a snapshot that never changes."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import Any

from tests.botapi_keyboard import Button, Rows
from tests.botapi_text import Entity


class Bell:
    """Wakes everybody who waits for the next change; only ever rung in the server's loop."""

    def __init__(self) -> None:
        """Nobody waits yet."""
        self._next = asyncio.Event()

    def ring(self) -> None:
        """Wake those who wait now; who waits later waits for the next ring."""
        rung, self._next = self._next, asyncio.Event()
        rung.set()

    def next(self) -> asyncio.Event:
        """What the next ring sets."""
        return self._next

    async def wait(self, seconds: float) -> None:
        """Return at the next ring, or when the time is over."""
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await self._next.wait()
        except TimeoutError:
            pass


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stood when it was looked at; an edit makes a new snapshot with the same id."""

    id: int
    chat_id: int
    from_bot: bool
    text: str
    html: str
    """The text as the bot sent it; escaped if it was sent without parse_mode."""
    sender: dict[str, Any]
    date: int
    entities: tuple[Entity, ...] = ()
    buttons: Rows = ()
    edits: int = 0
    edit_date: int | None = None
    extra: tuple[tuple[str, Any], ...] = ()
    """Further fields on the wire: a sticker, the message replied to, link_preview_options."""
    markup: dict[str, Any] | None = None
    """A markup that is no inline keyboard, as sent: reply keyboard, its removal, forced reply."""

    @property
    def labels(self) -> list[str]:
        """What the buttons say, row after row."""
        return [button.text for row in self.buttons for button in row]

    def button(self, label: str) -> Button:
        """The button with this label; else with this data; else the only one whose label contains it."""
        every = [button for row in self.buttons for button in row]
        for found in (
            [button for button in every if button.text == label],
            [button for button in every if button.callback_data == label],
            [button for button in every if label in button.text],
        ):
            if len(found) == 1:
                return found[0]
            if found:
                raise LookupError(f"{len(found)} buttons fit {label!r} under message {self.id}: {self.labels}")
        raise LookupError(f"no button {label!r} under message {self.id}: {self.labels}")

    def has(self, label: str) -> bool:
        """Whether `button` would find one."""
        try:
            self.button(label)
        except LookupError:
            return False
        return True


class Chat:
    """A private chat with the bot, or a group that it is in."""

    def __init__(self, chat_id: int, kind: str, name: str) -> None:
        """An empty chat; message ids begin at 1 and count both sides."""
        self.id = chat_id
        self.kind = kind
        self.name = name
        self.privacy = True
        """In groups: the bot gets only commands, mentions and replies to it, unless this is off."""
        self.bot_present = True
        self.bell = Bell()
        self.said = 0
        """How often the bot sent, edited a text or put up buttons: what a person notices as an answer."""
        self.said_at = 0.0
        self._messages: dict[int, Message] = {}
        self._last_id = 0

    @property
    def messages(self) -> list[Message]:
        """What stands in the chat, oldest first; deleted messages are gone."""
        return list(self._messages.values())

    @property
    def bot_messages(self) -> list[Message]:
        """Only the bot's side."""
        return [message for message in self.messages if message.from_bot]

    @property
    def newest(self) -> Message:
        """The bot's newest message."""
        messages = self.bot_messages
        if not messages:
            raise LookupError(f"the bot has sent nothing to chat {self.id}")
        return messages[-1]

    def find(self, message_id: int) -> Message | None:
        """The message as it stands now, if it still does."""
        return self._messages.get(message_id)

    def new_id(self) -> int:
        """The next message's id."""
        self._last_id += 1
        return self._last_id

    def put(self, message: Message) -> Message:
        """Add a message or replace it by its newer self."""
        self._messages[message.id] = message
        return message

    def edited(self, message: Message, **changes: Any) -> Message:
        """Replace a message by its edited self."""
        return self.put(replace(message, edits=message.edits + 1, edit_date=int(time.time()), **changes))

    def remove(self, message_id: int) -> None:
        """Take a message away for both sides."""
        del self._messages[message_id]

    def bot_said(self) -> None:
        """Note that a person would see something new, and wake who waits for it."""
        self.said += 1
        self.said_at = time.monotonic()
        self.bell.ring()

    def wire(self) -> dict[str, Any]:
        """The chat as the Bot API writes it."""
        return {"id": self.id, "type": self.kind, "first_name" if self.kind == "private" else "title": self.name}

    def wire_message(self, message: Message) -> dict[str, Any]:
        """A message of this chat as the Bot API writes it."""
        answer: dict[str, Any] = {
            "message_id": message.id,
            "from": message.sender,
            "chat": self.wire(),
            "date": message.date,
        }
        if message.edit_date is not None:
            answer["edit_date"] = message.edit_date
        if message.text:
            caption = any(name in ("photo", "document", "voice") for name, _ in message.extra)
            answer["caption" if caption else "text"] = message.text
            if message.entities:
                answer["caption_entities" if caption else "entities"] = list(message.entities)
        answer.update(message.extra)
        if message.buttons:
            answer["reply_markup"] = {"inline_keyboard": [[b.wire() for b in row] for row in message.buttons]}
        return answer
