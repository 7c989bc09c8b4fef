"""What stands on a school's sheet, as a value: the words of both languages, and the link in the code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import TypeAlias

from bot.content.catalogue import Catalogue
from bot.model import LANGUAGES, Language
from bot.render.facts import long_date
from bot.render.prose import spans
from bot.schools.school import School


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line; a `strong` one is a number to phone."""

    text: str
    strong: bool = False


Words: TypeAlias = Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Target:
    """Where the codes lead: the bot's name on Telegram, the root of the web page, or both; the page goes first."""

    bot: str | None
    web: str | None

    def link(self, school_id: str) -> str:
        """The address in a school's code."""
        return f"{self.web}/s/{school_id}" if self.web else f"https://t.me/{self.bot}?start={payload(school_id)}"


@dataclass(frozen=True, slots=True)
class Way:
    """A way in for somebody who cannot scan: what to do, and what to type."""

    words: Words
    value: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. The date says when it was made, and is no part of what it says."""

    school: str
    link: str
    question: Words
    steps: tuple[Words, ...]
    danger: Mapping[Language, tuple[Run, ...]]
    letters: Words
    ways: tuple[Way, ...]
    made: Words
    day: date

    @property
    def fingerprint(self) -> str:
        """A hash of all that the sheet says, whenever it is made."""
        said = {name: value for name, value in asdict(self).items() if name not in ("made", "day")}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def payload(school_id: str) -> str:
    """The deep-link payload that names a school and leaves language and topic open."""
    return f"1-{school_id}-x-x"


def sheet(catalogue: Catalogue, school: School, target: Target, day: date) -> Sheet:
    """The sheet of a school."""

    def words(name: str) -> Words:
        return {language: getattr(catalogue.books[language].poster, name) for language in LANGUAGES}

    link = target.link(school.id)
    ways = [Way(words("browser"), (link if target.web else f"t.me/{target.bot}").removeprefix("https://"))]
    if target.bot:
        ways.append(Way(words("search"), f"@{target.bot}"))
    return Sheet(
        school=school.name,
        link=link,
        question=words("question"),
        steps=(words("scan"), words("opens_web" if target.web else "opens_telegram"), words("private")),
        danger={language: _runs(catalogue, language) for language in LANGUAGES},
        letters=words("letters"),
        ways=tuple(ways),
        made={language: f"{words('made')[language]} {long_date(day, language)}" for language in LANGUAGES},
        day=day,
    )


def _runs(catalogue: Catalogue, language: Language) -> tuple[Run, ...]:
    """The line about danger, its numbers marked."""
    text = catalogue.books[language].poster.danger
    return tuple(
        Run(span.text, span.text.replace("\u00a0", "").isdigit()) for span in spans(text, catalogue.facts, language)
    )
