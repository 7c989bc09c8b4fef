"""The people who write to the bot: they send, tap, edit, block, and read what it answers."""

from __future__ import annotations

import asyncio
import html
import secrets
import time
from typing import Any

from tests.botapi_chat import Chat, Message
from tests.botapi_keyboard import Button
from tests.botapi_text import MAX_TEXT, Entity, own_entities
from tests.botapi_world import Query, World


class User:
    """A person with a private chat with the bot, who can also write in groups (`chat=`)."""

    def __init__(self, world: World, profile: dict[str, Any], chat: Chat) -> None:
        """Made by `BotApi.user`."""
        self._world = world
        self.profile = profile
        self.chat = chat
        self.queries: list[Query] = []
        self.opened: list[str] = []
        """Addresses of the link buttons tapped."""
        self.copied: list[str] = []
        """Texts of the copy buttons tapped."""
        self._seen: dict[int, int] = {}
        self._read: dict[int, int] = {}

    @property
    def id(self) -> int:
        """The person's id, which is also the private chat's."""
        return int(self.profile["id"])

    @property
    def labels(self) -> list[str]:
        """The labels under the bot's newest message in the private chat."""
        return self.chat.newest.labels

    async def send(self, text: str, *, chat: Chat | None = None, reply_to: Message | None = None) -> Message:
        """Write a text; like an app, cut what is too long into several messages. Returns the last one."""
        if not text.strip():
            raise ValueError("an app sends no empty message")
        extra = {}
        where = chat or self.chat
        if reply_to is not None:
            extra["reply_to_message"] = where.wire_message(reply_to)
        parts = [text[at : at + MAX_TEXT] for at in range(0, len(text), MAX_TEXT)]
        return [self._post(where, part, own_entities(part), extra) for part in parts if part.strip()][-1]

    async def send_sticker(self, emoji: str = "😢", *, chat: Chat | None = None) -> Message:
        """Send a sticker."""
        sticker = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._post(chat or self.chat, "", [], {"sticker": {**_file(), **sticker, "emoji": emoji}})

    async def send_voice(self, duration: int = 5, *, chat: Chat | None = None) -> Message:
        """Send a voice message."""
        voice = {**_file(), "duration": duration, "mime_type": "audio/ogg"}
        return self._post(chat or self.chat, "", [], {"voice": voice})

    async def send_photo(self, caption: str = "", *, chat: Chat | None = None) -> Message:
        """Send a photo, with or without words to it."""
        sizes = [{**_file(), "width": 90, "height": 60}, {**_file(), "width": 800, "height": 533}]
        return self._post(chat or self.chat, caption, own_entities(caption), {"photo": sizes})

    async def send_document(
        self, file_name: str = "brev.pdf", caption: str = "", *, chat: Chat | None = None
    ) -> Message:
        """Send a file, with or without words to it."""
        document = {**_file(), "file_name": file_name, "mime_type": "application/pdf"}
        return self._post(chat or self.chat, caption, own_entities(caption), {"document": document})

    async def send_location(
        self, latitude: float = 59.91, longitude: float = 10.75, *, chat: Chat | None = None
    ) -> Message:
        """Send a place."""
        return self._post(chat or self.chat, "", [], {"location": {"latitude": latitude, "longitude": longitude}})

    async def edit(self, message_id: int, text: str, *, chat: Chat | None = None) -> Message:
        """Change one's own message."""
        where = chat or self.chat

        def work() -> Message:
            old = where.find(message_id)
            if old is None or old.sender != self.profile:
                raise LookupError(f"no message {message_id} of one's own in chat {where.id}")
            self._mark(where)
            new = where.edited(old, text=text, html=html.escape(text), entities=tuple(own_entities(text)))
            self._world.updates.push({"edited_message": where.wire_message(new)})
            return new

        return self._world.do(work)

    async def tap(
        self, button: str | Button, message: Message | None = None, *, chat: Chat | None = None, gone: bool = False
    ) -> Query | None:
        """Press a button, by label or itself, on the given message or the newest that has it.

        An older snapshot of a message can be pressed too: a screen not yet refreshed. With `gone` the update says,
        as Telegram does for old messages, only that there was one. Link and copy buttons tell the bot nothing.
        """
        where = chat or self.chat

        def work() -> Query | None:
            holder, pressed = _pressed(where, button, message)
            if pressed.callback_data is None:
                self.opened.extend([pressed.url] if pressed.url is not None else [])
                self.copied.extend([pressed.copy_text] if pressed.copy_text is not None else [])
                return None
            self._mark(where)
            query = Query(str(secrets.randbits(62)), where, pressed.callback_data)
            self.queries.append(query)
            self._world.queries[query.id] = query
            now = where.find(holder.id)
            query.update_id = self._world.updates.push(
                {
                    "callback_query": {
                        "id": query.id,
                        "from": self.profile,
                        "message": {"chat": where.wire(), "message_id": holder.id, "date": 0}
                        if gone or now is None
                        else where.wire_message(now),
                        "chat_instance": str(where.id * 7919),
                        "data": query.data,
                    }
                }
            )
            return query

        return self._world.do(work)

    async def copy(self, button: str | Button, message: Message | None = None, *, chat: Chat | None = None) -> str:
        """Press a copy button, found as `tap` finds it, and return what the app put on the clipboard."""
        _, pressed = self._world.do(lambda: _pressed(chat or self.chat, button, message))
        if pressed.copy_text is None:
            raise LookupError(f"the button {pressed.text!r} copies nothing")
        await self.tap(pressed, message, chat=chat)
        return self.copied[-1]

    def block(self) -> None:
        """Block the bot; Telegram tells it, and refuses what it sends from now on."""
        self._membership(self.chat, "member", "kicked")
        self._world.do(lambda: self._world.blocked.add(self.chat.id))

    def unblock(self) -> None:
        """Let the bot write again."""
        self._world.do(lambda: self._world.blocked.discard(self.chat.id))
        self._membership(self.chat, "kicked", "member")

    def add_bot(self, group: Chat) -> None:
        """Take the bot into a group, with the two updates that Telegram makes of it."""
        group.bot_present = True
        self._membership(group, "left", "member")
        self._post(group, "", [], {"new_chat_members": [self._world.me]})

    def remove_bot(self, group: Chat) -> None:
        """Throw the bot out of a group."""
        group.bot_present = False
        self._membership(group, "member", "kicked")

    async def reply(self, timeout: float = 5.0, *, settle: float = 0.0, chat: Chat | None = None) -> Message:
        """The bot's newest message, once it has sent or edited something since this person's last action.

        Taking a keyboard away is not an answer, putting one up is. With `settle`, wait until the bot has also been
        silent for so many seconds, for answers of several messages.
        """
        return await self._world.wait(self._reply(timeout, settle, chat or self.chat))

    async def silence(self, seconds: float = 0.2, *, chat: Chat | None = None) -> None:
        """Fail if the bot says anything within the time, or has since one's last action or `reply`."""
        where = chat or self.chat
        known = max(self._seen.get(where.id, 0), self._read.get(where.id, 0))
        try:
            message = await self._world.wait(self._said_since(known, seconds, where))
        except TimeoutError:
            return
        raise AssertionError(f"the bot was to be silent and said: {message.text!r}")

    async def answer(self, timeout: float = 5.0) -> dict[str, Any]:
        """How the bot answered one's last press: the parameters of answerCallbackQuery."""

        async def answered(query: Query) -> dict[str, Any]:
            until = time.monotonic() + timeout
            while query.answer is None:
                if time.monotonic() >= until:
                    raise TimeoutError(f"the press of {query.data!r} was not answered within {timeout} s")
                await query.chat.bell.wait(until - time.monotonic())
            return query.answer

        return await self._world.wait(answered(self.queries[-1]))

    async def _reply(self, timeout: float, settle: float, chat: Chat) -> Message:
        await self._said_since(self._seen.get(chat.id, 0), timeout, chat)
        while (left := chat.said_at + settle - time.monotonic()) > 0:
            await asyncio.sleep(left)
        self._read[chat.id] = chat.said
        return chat.newest

    async def _said_since(self, known: int, timeout: float, chat: Chat) -> Message:
        until = time.monotonic() + timeout
        while chat.said <= known:
            if time.monotonic() >= until:
                raise TimeoutError(f"no answer in chat {chat.id} within {timeout} s")
            await chat.bell.wait(until - time.monotonic())
        return chat.newest

    def _mark(self, chat: Chat) -> None:
        """From here on the bot's answers are answers to this."""
        self._seen[chat.id] = chat.said

    def _post(self, chat: Chat, text: str, entities: list[Entity], extra: dict[str, Any]) -> Message:
        def work() -> Message:
            if chat.id in self._world.blocked:
                raise RuntimeError("who has blocked the bot cannot write to it; unblock first")
            self._world.unopened.discard(chat.id)
            self._mark(chat)
            message = chat.put(
                Message(
                    id=chat.new_id(),
                    chat_id=chat.id,
                    from_bot=False,
                    text=text,
                    html=html.escape(text),
                    sender=self.profile,
                    date=int(time.time()),
                    entities=tuple(entities),
                    extra=tuple(extra.items()),
                )
            )
            if self._overheard(chat, message, extra):
                self._world.updates.push({"message": chat.wire_message(message)})
            return message

        return self._world.do(work)

    def _overheard(self, chat: Chat, message: Message, extra: dict[str, Any]) -> bool:
        """Whether the bot gets a message; in groups, with privacy on, only what is meant for it."""
        if chat.kind == "private":
            return True
        name = f"@{self._world.me['username']}".lower()
        word = message.text.split(maxsplit=1)[0].lower() if message.text else ""
        meant = (
            name in message.text.lower()
            or (word.startswith("/") and "@" not in word)
            or "new_chat_members" in extra
            or extra.get("reply_to_message", {}).get("from") == self._world.me
        )
        return chat.bot_present and (meant or not chat.privacy)

    def _membership(self, chat: Chat, old: str, new: str) -> None:
        def member(status: str) -> dict[str, Any]:
            until = {"until_date": 0} if status == "kicked" else {}
            return {"user": self._world.me, "status": status, **until}

        change = {
            "chat": chat.wire(),
            "from": self.profile,
            "date": int(time.time()),
            "old_chat_member": member(old),
            "new_chat_member": member(new),
        }
        self._world.do(lambda: self._world.updates.push({"my_chat_member": change}))


def _pressed(chat: Chat, button: str | Button, message: Message | None) -> tuple[Message, Button]:
    """The button that is meant, and the message under which it stands."""
    holder = message or _holder(chat, button)
    return holder, holder.button(button) if isinstance(button, str) else button


def _holder(chat: Chat, button: str | Button) -> Message:
    for message in reversed(chat.bot_messages):
        if message.has(button) if isinstance(button, str) else any(button in row for row in message.buttons):
            return message
    label = button if isinstance(button, str) else button.text
    shown = chat.newest.labels if chat.bot_messages else []
    raise LookupError(f"no message in chat {chat.id} has the button {label!r}; the newest has {shown}")


def _file() -> dict[str, Any]:
    return {"file_id": secrets.token_urlsafe(24), "file_unique_id": secrets.token_urlsafe(8), "file_size": 4711}
