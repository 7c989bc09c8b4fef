"""What the bot says about itself: commands, names, descriptions and menu buttons, by language and scope."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.botapi_params import Params
from tests.botapi_refusal import bad_request

_LIMITS = {"name": 64, "description": 512, "short_description": 120}
_SCOPES = {
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
}


class Profile:
    """The bot's card, as set by calls."""

    def __init__(self, name: str) -> None:
        """Nothing set but the name given to BotFather."""
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        """By scope (its type, or its JSON if it names a chat) and language code, "" for everybody else."""
        self.texts: dict[str, dict[str, str]] = {"name": {"": name}, "description": {}, "short_description": {}}
        """Name, description and short description by language code."""
        self.menu_buttons: dict[int, dict[str, Any]] = {}
        """By chat, 0 for all others."""

    def set_commands(self, params: Params) -> bool:
        """Answer setMyCommands."""
        place = _place(params)
        commands = [_command(value) for value in params.listed("commands")]
        if len(commands) > 100:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        self.commands[place] = commands
        return True

    def get_commands(self, params: Params) -> list[dict[str, str]]:
        """Answer getMyCommands; no other scope or language stands in."""
        return self.commands.get(_place(params), [])

    def delete_commands(self, params: Params) -> bool:
        """Answer deleteMyCommands."""
        self.commands.pop(_place(params), None)
        return True

    def set_text(self, what: str, params: Params) -> bool:
        """Answer setMyName, setMyDescription or setMyShortDescription."""
        language = _language(params)
        text = params.text(what).strip()
        if len(text) > _LIMITS[what]:
            raise bad_request(f"bot {what.replace('_', ' ')} is too long")
        if text:
            self.texts[what][language] = text
        else:
            self.texts[what].pop(language, None)
        return True

    def get_text(self, what: str, params: Params) -> dict[str, str]:
        """Answer the three matching get methods; the text for everybody stands in for a missing language."""
        texts = self.texts[what]
        return {what: texts.get(_language(params), texts.get("", ""))}

    def set_menu_button(self, params: Params) -> bool:
        """Answer setChatMenuButton."""
        button = params.get("menu_button") or {"type": "default"}
        if not isinstance(button, dict) or button.get("type") not in ("default", "commands", "web_app"):
            raise bad_request("can't parse menu button: unsupported menu button type")
        self.menu_buttons[params.integer("chat_id")] = button
        return True

    def get_menu_button(self, params: Params) -> dict[str, Any]:
        """Answer getChatMenuButton."""
        return self.menu_buttons.get(params.integer("chat_id"), self.menu_buttons.get(0, {"type": "commands"}))


def _language(params: Params) -> str:
    language = params.text("language_code")
    if language and not re.fullmatch("[a-z]{2}", language):
        raise bad_request("invalid language code specified")
    return language


def _place(params: Params) -> tuple[str, str]:
    scope = params.get("scope") or {"type": "default"}
    if not isinstance(scope, dict) or scope.get("type") not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    key = str(scope["type"]) if len(scope) == 1 else json.dumps(scope, sort_keys=True)
    return key, _language(params)


def _command(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    for name in ("command", "description"):
        if not isinstance(value.get(name), str):
            raise bad_request(f"can't parse BotCommand: Can't find field \"{name}\"")
    command, description = value["command"], value["description"].strip()
    if not command:
        raise bad_request("command must be non-empty")
    if len(command) > 32:
        raise bad_request("command length must not exceed 32")
    if not re.fullmatch("[a-z0-9_]+", command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > 256:
        raise bad_request("command description length must not exceed 256")
    return {"command": command, "description": description}
