"""The methods of the Bot API that the test server serves, each with what Telegram refuses."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeAlias

from tests.botapi_chat import Chat, Message
from tests.botapi_keyboard import reply_markup
from tests.botapi_params import Params
from tests.botapi_profile import Profile
from tests.botapi_refusal import Refused, bad_request
from tests.botapi_text import Formatted, message_text
from tests.botapi_world import World

Method: TypeAlias = Callable[[Params], Any | Awaitable[Any]]

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}


class Methods:
    """One method of this class for each of the API; `find` knows them by name."""

    def __init__(self, world: World, profile: Profile) -> None:
        """Serve this world."""
        self._world = world
        self._by_name: dict[str, Method] = {
            "getMe": lambda params: world.full_me(),
            "getUpdates": self._get_updates,
            "sendMessage": self._send_message,
            "editMessageText": self._edit_text,
            "editMessageReplyMarkup": self._edit_markup,
            "deleteMessage": self._delete_message,
            "answerCallbackQuery": self._answer_query,
            "sendChatAction": self._chat_action,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
            "leaveChat": self._leave_chat,
            "close": lambda params: True,
            "logOut": lambda params: True,
            "setMyCommands": profile.set_commands,
            "getMyCommands": profile.get_commands,
            "deleteMyCommands": profile.delete_commands,
            "setMyName": partial(profile.set_text, "name"),
            "getMyName": partial(profile.get_text, "name"),
            "setMyDescription": partial(profile.set_text, "description"),
            "getMyDescription": partial(profile.get_text, "description"),
            "setMyShortDescription": partial(profile.set_text, "short_description"),
            "getMyShortDescription": partial(profile.get_text, "short_description"),
            "setChatMenuButton": profile.set_menu_button,
            "getChatMenuButton": profile.get_menu_button,
        }
        # Telegram does not care how a method's name is capitalised; the record does.
        self._names = {name.lower(): name for name in self._by_name}

    def find(self, name: str) -> tuple[str, Method]:
        """The method and its name as it is spelled."""
        try:
            spelled = self._names[name.lower()]
        except KeyError:
            raise Refused(404, "Not Found: method not found") from None
        return spelled, self._by_name[spelled]

    async def _get_updates(self, params: Params) -> list[dict[str, Any]]:
        if self._world.webhook.get("url"):
            raise Refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        allowed = params.get("allowed_updates")
        return await self._world.updates.get(
            params.integer("offset"),
            min(100, max(1, params.integer("limit", 100))),
            min(50, max(0, params.integer("timeout"))),
            allowed if isinstance(allowed, list) else None,
        )

    def _send_message(self, params: Params) -> dict[str, Any]:
        formatted = _formatted(params)
        buttons, markup = reply_markup(params.get("reply_markup"))
        chat = self._chat_to_write(params)
        extra = self._extra(chat, params)
        message = chat.put(
            Message(
                id=chat.new_id(),
                chat_id=chat.id,
                from_bot=True,
                text=formatted.text,
                html=_html(params),
                sender=self._world.me,
                date=int(time.time()),
                entities=formatted.entities,
                buttons=buttons,
                extra=tuple(extra.items()),
                markup=markup,
            )
        )
        chat.bot_said()
        return chat.wire_message(message)

    def _edit_text(self, params: Params) -> dict[str, Any]:
        formatted = _formatted(params)
        buttons, _ = reply_markup(params.get("reply_markup"))
        chat, old = self._message_to_edit(params)
        if (old.text, old.entities, old.buttons) == (formatted.text, formatted.entities, buttons):
            raise bad_request(_NOT_MODIFIED)
        new = chat.edited(old, text=formatted.text, html=_html(params), entities=formatted.entities, buttons=buttons)
        chat.bot_said()
        return chat.wire_message(new)

    def _edit_markup(self, params: Params) -> dict[str, Any]:
        buttons, _ = reply_markup(params.get("reply_markup"))
        chat, old = self._message_to_edit(params)
        if old.buttons == buttons:
            raise bad_request(_NOT_MODIFIED)
        new = chat.edited(old, buttons=buttons)
        if buttons:
            chat.bot_said()
        return chat.wire_message(new)

    def _delete_message(self, params: Params) -> bool:
        chat = self._chat_to_write(params)
        message = chat.find(_message_id(params))
        if message is None:
            raise bad_request("message to delete not found")
        if not message.from_bot and chat.kind != "private":
            raise bad_request("message can't be deleted")
        chat.remove(message.id)
        return True

    def _answer_query(self, params: Params) -> bool:
        query = self._world.queries.get(params.text("callback_query_id"))
        if query is None or query.answer or time.monotonic() - query.made > self._world.query_lifetime:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        if len(params.text("text")) > 200:
            raise bad_request("MESSAGE_TOO_LONG")
        query.answer = dict(params)
        query.chat.bell.ring()
        return True

    def _chat_action(self, params: Params) -> bool:
        self._chat_to_write(params)
        if params.text("action") not in _ACTIONS:
            raise bad_request("wrong parameter action in request")
        return True

    def _set_webhook(self, params: Params) -> bool:
        url = params.text("url")
        if not url:
            return self._delete_webhook(params)
        if not url.startswith("https://"):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        connections, secret = params.integer("max_connections", 40), params.text("secret_token")
        if not 1 <= connections <= 100:
            raise bad_request("invalid max_connections specified")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            raise bad_request("secret token contains unallowed characters")
        self._world.webhook.clear()
        self._world.webhook.update(params, max_connections=connections)
        self._world.updates.bell.ring()
        if "allowed_updates" in params:
            self._world.updates.allowed = frozenset(params.listed("allowed_updates"))
        if params.flag("drop_pending_updates"):
            self._world.updates.drop()
        return True

    def _delete_webhook(self, params: Params) -> bool:
        self._world.webhook.clear()
        if params.flag("drop_pending_updates"):
            self._world.updates.drop()
        return True

    def _webhook_info(self, params: Params) -> dict[str, Any]:
        updates = self._world.updates
        info: dict[str, Any] = {
            "url": self._world.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(updates.pending),
        }
        if "max_connections" in self._world.webhook:
            info["max_connections"] = self._world.webhook["max_connections"]
        if updates.allowed:
            info["allowed_updates"] = sorted(updates.allowed)
        return info

    def _leave_chat(self, params: Params) -> bool:
        chat = self._chat(params)
        if chat.kind == "private":
            raise bad_request("chat member status can't be changed in private chats")
        self._check_present(chat)
        chat.bot_present = False
        return True

    def _chat(self, params: Params) -> Chat:
        if params.text("chat_id") == "":
            raise bad_request("chat_id is empty")
        chat = self._world.chats.get(params.integer("chat_id"))
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def _check_present(self, chat: Chat) -> None:
        if not chat.bot_present:
            raise Refused(403, "Forbidden: bot is not a member of the supergroup chat")

    def _chat_to_write(self, params: Params) -> Chat:
        chat = self._chat(params)
        if chat.id in self._world.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        if chat.id in self._world.unopened:
            raise Refused(403, "Forbidden: bot can't initiate conversation with a user")
        self._check_present(chat)
        return chat

    def _message_to_edit(self, params: Params) -> tuple[Chat, Message]:
        chat = self._chat_to_write(params)
        message = chat.find(_message_id(params))
        if message is None:
            raise bad_request("message to edit not found")
        if not message.from_bot:
            raise bad_request("message can't be edited")
        return chat, message

    def _extra(self, chat: Chat, params: Params) -> dict[str, Any]:
        extra: dict[str, Any] = {}
        if isinstance(params.get("link_preview_options"), dict):
            extra["link_preview_options"] = params["link_preview_options"]
        if params.flag("protect_content"):
            extra["has_protected_content"] = True
        reply = params.get("reply_parameters") or {}
        reply_id = int(reply.get("message_id", 0)) or params.integer("reply_to_message_id")
        if reply_id:
            old = chat.find(reply_id)
            if old is not None:
                extra["reply_to_message"] = {
                    name: value for name, value in chat.wire_message(old).items() if name != "reply_to_message"
                }
            elif not reply.get("allow_sending_without_reply", params.flag("allow_sending_without_reply")):
                raise bad_request("message to be replied not found")
        return extra


def _message_id(params: Params) -> int:
    message_id = params.integer("message_id")
    if message_id <= 0:
        raise bad_request("message identifier is not specified")
    return message_id


def _formatted(params: Params) -> Formatted:
    return message_text(params.text("text"), params.text("parse_mode"), params.listed("entities"))


def _html(params: Params) -> str:
    text = params.text("text")
    return text if params.text("parse_mode").lower() == "html" else html.escape(text)
