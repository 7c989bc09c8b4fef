"""Keyboards under messages: what Telegram accepts, and the buttons as a person sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from tests.botapi_refusal import bad_request
from tests.botapi_text import link_fault

MAX_DATA = 64
"""Bytes of a button's callback data."""
MAX_COPY = 256
"""Characters of a text that a button copies."""
_MAX_BUTTONS = 100
_KINDS = (
    "url",
    "callback_data",
    "copy_text",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "callback_game",
    "pay",
)


@dataclass(frozen=True, slots=True)
class Button:
    """One button under a message."""

    text: str
    callback_data: str | None = None
    url: str | None = None
    copy_text: str | None = None

    def wire(self) -> dict[str, Any]:
        """The button as the Bot API writes it."""
        button: dict[str, Any] = {"text": self.text}
        if self.callback_data is not None:
            button["callback_data"] = self.callback_data
        if self.url is not None:
            button["url"] = self.url
        if self.copy_text is not None:
            button["copy_text"] = {"text": self.copy_text}
        return button


Rows: TypeAlias = tuple[tuple[Button, ...], ...]


def reply_markup(value: Any) -> tuple[Rows, dict[str, Any] | None]:
    """The inline keyboard in a call's `reply_markup`, and any other kind of markup as it came."""
    if value in (None, ""):
        return (), None
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in value:
        return (), value or None
    rows = value["inline_keyboard"]
    if not isinstance(rows, list):
        raise bad_request('field "inline_keyboard" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be an Array of Arrays')
    keyboard = tuple(tuple(_button(button) for button in row) for row in rows if row)
    if sum(len(row) for row in keyboard) > _MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return keyboard, None


def _button(value: Any) -> Button:
    if not isinstance(value, dict):
        raise _unreadable("InlineKeyboardButton must be an Object")
    if "text" not in value:
        raise _unreadable('Can\'t find field "text"')
    if not isinstance(value["text"], str):
        raise _unreadable('Field "text" must be of type String')
    kinds = [kind for kind in _KINDS if value.get(kind) is not None]
    if not kinds:
        raise _unreadable("Text buttons are unallowed in the inline keyboard")
    if not value["text"]:
        raise bad_request("inline keyboard button text must be non-empty")
    if len(kinds) > 1:
        # Telegram silently takes the first kind that it looks for; here that is a fault of the caller.
        raise bad_request(f"inline keyboard button has more than one kind: {', '.join(kinds)}")
    kind = kinds[0]
    if kind == "callback_data":
        return Button(value["text"], callback_data=_data(value[kind]))
    if kind == "url":
        return Button(value["text"], url=_url(value[kind]))
    if kind == "copy_text":
        return Button(value["text"], copy_text=_copy(value[kind]))
    raise bad_request(f"the test server has no buttons of kind {kind}")


def _data(value: Any) -> str:
    if not isinstance(value, str):
        raise _unreadable('Field "callback_data" must be of type String')
    if not 1 <= len(value.encode()) <= MAX_DATA:
        raise bad_request("BUTTON_DATA_INVALID")
    return value


def _url(value: Any) -> str:
    if not isinstance(value, str):
        raise _unreadable('Field "url" must be of type String')
    fault = link_fault(value)
    if fault is not None:
        raise bad_request(f"inline keyboard button URL '{value}' is invalid: {fault}")
    return value


def _copy(value: Any) -> str:
    if not isinstance(value, dict):
        raise _unreadable('Field "copy_text" must be of type Object')
    if "text" not in value:
        raise _unreadable('Can\'t find field "text"')
    text = value["text"]
    if not isinstance(text, str):
        raise _unreadable('Field "text" must be of type String')
    if not 1 <= len(text) <= MAX_COPY:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
    return text


def _unreadable(reason: str) -> Exception:
    return bad_request(f"can't parse inline keyboard button: {reason}")
