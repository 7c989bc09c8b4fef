"""A call's parameters, however they were sent: address, form, multipart or JSON."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from tests.botapi_refusal import bad_request

_STRUCTURED = {
    "reply_markup": "reply keyboard markup",
    "allowed_updates": "allowed_updates",
    "commands": "commands",
    "scope": "BotCommandScope",
    "menu_button": "menu button",
    "link_preview_options": "link preview options",
    "reply_parameters": "reply parameters",
    "entities": "entities",
}
_NUMBERS = {"chat_id", "message_id", "offset", "limit", "reply_to_message_id", "cache_time"}


class Params(dict[str, Any]):
    """Parameters by name, structured ones and numbers decoded."""

    def text(self, name: str) -> str:
        """A string, empty when it was not given."""
        value = self.get(name, "")
        return value if isinstance(value, str) else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number; what is none counts as not given."""
        try:
            return int(self.get(name, default))
        except (TypeError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        """A truth value in any of the ways that it is written."""
        return self.text(name).lower() in ("true", "yes", "1")

    def listed(self, name: str) -> list[Any]:
        """A list, empty when it was not given."""
        value = self.get(name)
        return value if isinstance(value, list) else []


async def read_params(request: web.Request) -> Params:
    """Gather a call's parameters; uploads are kept as their bytes."""
    raw: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            raw.update(json.loads(await request.read() or b"{}"))
        except ValueError:
            raise bad_request("can't parse request body as JSON") from None
    elif request.method == "POST":
        form = await request.post()
        for name, value in form.items():
            raw[name] = value.file.read() if isinstance(value, web.FileField) else value
    return Params({name: _decoded(name, value) for name, value in raw.items()})


def _decoded(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name in _STRUCTURED and value:
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {_STRUCTURED[name]} JSON object") from None
    if name in _NUMBERS:
        try:
            return int(value)
        except ValueError:
            return value
    return value
