"""Buttons and links as the short ASCII strings that Telegram carries.

A button: `1c|worry.bullying|pupils|png4a1x2`, that is version and verb, screen, choice, then level, language and school
of the screen it stood on. At most 64 bytes. It says everything, so it works with an empty store; it holds nothing
secret.
A deep link: `1-<school or x>-<nb|en|x>-<topic or x>` of `A-Za-z0-9_-`, at most 64 characters; unknown parts are
ignored one by one.
"""

from __future__ import annotations

import re

from bot.model import Language, Level, Press, Started, Verb

VERSION = "1"
LIMIT = 64
_VERBS: dict[Verb, str] = {
    "choose": "c",
    "goto": "g",
    "back": "b",
    "language": "l",
    "level": "v",
    "options": "o",
    "resume": "r",
    "school": "s",
    "district": "d",
}
_LETTERS: dict[str, Verb] = {letter: verb for verb, letter in _VERBS.items()}
_LEVELS: dict[Level, str] = {"primary": "p", "upper": "u"}
_LANGUAGES: dict[Language, str] = {"nb": "n", "en": "e"}
_BUTTON = re.compile(
    r"1([a-z])\|([a-z0-9_.]{1,58})\|([a-z0-9_-]{0,56})\|([pux])([nex])([a-z0-9]{0,8})(?:[A-Z][A-Za-z0-9]*)?"
)
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")


def encode(press: Press) -> str:
    """The callback data of a button."""
    level = _LEVELS[press.level] if press.level else "x"
    language = _LANGUAGES[press.language] if press.language else "x"
    return f"{VERSION}{_VERBS[press.verb]}|{press.node}|{press.choice}|{level}{language}{press.school or ''}"


def decode(data: str) -> Press | None:
    """The button that `data` stands for; None when it was never one of ours."""
    match = _BUTTON.fullmatch(data)
    if match is None or match[1] not in _LETTERS:
        return None
    level = next((name for name, letter in _LEVELS.items() if letter == match[4]), None)
    language = next((name for name, letter in _LANGUAGES.items() if letter == match[5]), None)
    return Press(_LETTERS[match[1]], match[2], match[3], level, language, match[6] or None)


def payload(text: str) -> Started:
    """What a deep link asks for, its school as it stands there.

    A school's id may hold hyphens, so the other parts are counted from the end.
    """
    parts = text.split("-") if _PAYLOAD.fullmatch(text) else []
    if not parts or parts[0] != VERSION:
        return Started()
    rest = parts[1:]
    if len(rest) < 3:
        rest = [*rest, *["x"] * (3 - len(rest))]
    language: Language | None = "nb" if rest[-2] == "nb" else "en" if rest[-2] == "en" else None
    topic = rest[-1].replace("_", ".", 1) if "_" in rest[-1] else None
    school = "-".join(rest[:-2])
    return Started(language, topic, school if school and school != "x" else None)
