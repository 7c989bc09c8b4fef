"""One school, and what its cells in a table may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import date
from typing import Literal, TypeAlias, cast, get_args
from urllib.parse import urlsplit

SchoolLevel: TypeAlias = Literal["primary", "upper", "combined"]
"""A `combined` school has both grunnskole and videregående; a pupil's level is one of the two, `bot.model.Level`."""
Status: TypeAlias = Literal["open", "closed"]
Problem: TypeAlias = tuple[str, str]
"""What is wrong, and how to mend it."""

COLUMNS = (
    "id",
    "name",
    "level",
    "org_number",
    "district",
    "homepage",
    "source",
    "checked",
    "status",
    "successor",
)
"""The columns of the register, in order; each is a field of `School`."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ORG = re.compile(r"[0-9]{9}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?\.[a-z]{2,}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LONGEST = {"id": 40, "name": 80, "district": 40, "homepage": 200, "source": 1000, "successor": 40}
_OLD_HOST = ".gs.oslo.no"


@dataclass(frozen=True, slots=True)
class School:
    """A public school of Oslo. `id` and `org_number` never change; the other facts may.

    `district` is the id of the bydel where the school lies, which is not always the family's; empty where it is not
    known, as is `homepage`. `successor` is the id of the school that took over from a closed one.
    """

    id: str
    name: str
    level: SchoolLevel
    org_number: str
    district: str
    homepage: str
    source: str
    checked: date
    status: Status
    successor: str

    def cells(self) -> dict[str, str]:
        """The school as a row of the table."""
        return {column: str(value) for column, value in zip(COLUMNS, astuple(self), strict=True)}


def code(school: School) -> str:
    """The short code that stands for a school in printed links: its organisation number in base 36."""
    number, found = int(school.org_number), ""
    while number:
        number, digit = divmod(number, 36)
        found = _DIGITS[digit] + found
    return found


def parse(cells: Mapping[str, str]) -> School | tuple[Problem, ...]:
    """The school of a row, or everything that is wrong with the row."""
    problems = tuple(_problems(cells))
    if problems:
        return problems
    return School(
        id=cells["id"],
        name=cells["name"],
        level=cast(SchoolLevel, cells["level"]),
        org_number=cells["org_number"],
        district=cells["district"],
        homepage=cells["homepage"],
        source=cells["source"],
        checked=date.fromisoformat(cells["checked"]),
        status=cast(Status, cells["status"]),
        successor=cells["successor"],
    )


def _problems(cells: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong with the cells of a row, taken alone."""
    for column in ("id", "name", "source"):
        if not cells[column]:
            yield f"`{column}` is empty.", "Fill it in."
    for column, value in cells.items():
        if not value.isprintable():
            yield f"`{column}` holds characters that cannot be seen.", "Type it anew."
        elif column in _LONGEST and len(value) > _LONGEST[column]:
            yield f"`{column}` has {len(value)} characters; {_LONGEST[column]} fit.", "Make it shorter."
    for column in ("id", "district", "successor"):
        if cells[column] and not _ID.fullmatch(cells[column]):
            mend = "Write an id of small letters a-z, digits and hyphens."
            yield f"`{column}` cannot be «{shown(cells[column])}».", mend
    for column, values in (("level", get_args(SchoolLevel)), ("status", get_args(Status))):
        if cells[column] not in values:
            yield f"`{column}` cannot be «{shown(cells[column])}».", f"Write {', '.join(values[:-1])} or {values[-1]}."
    yield from org_number_problem(cells["org_number"])
    yield from _homepage_problem(cells["homepage"])
    if not _is_date(cells["checked"]):
        yield f"`checked` is no date: «{shown(cells['checked'])}».", "Write a date as 2026-11-23."


def org_number_problem(number: str) -> Iterator[Problem]:
    """What is wrong with an organisation number: its form, or its check digit (modulus 11)."""
    mend = "Look it up in Nasjonalt skoleregister or Brønnøysundregistrene."
    if not _ORG.fullmatch(number):
        yield f"`org_number` is not nine digits: «{shown(number)}».", mend
        return
    rest = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False)) % 11
    if (11 - rest) % 11 != int(number[8]):
        yield f"`org_number` has a wrong check digit: {number}.", mend


def _homepage_problem(url: str) -> Iterator[Problem]:
    """What is wrong with a homepage, if it is given."""
    if not url:
        return
    mend = "Write it as https://abildso.osloskolen.no, or leave it empty."
    try:
        scheme, host = urlsplit(url)[:2]
    except ValueError:
        scheme, host = "", ""
    if "@" in url:
        yield f"`homepage` is an e-mail address: «{shown(url)}».", mend
    elif scheme != "https" or not _HOST.fullmatch(host) or ".." in host or re.search(r"[\s<>\"'\\]", url):
        yield f"`homepage` is no web address: «{shown(url)}».", mend
    elif host.endswith(_OLD_HOST):
        yield f"`homepage` is on a host that was taken down: «{shown(url)}».", mend


def _is_date(text: str) -> bool:
    """Whether the text is a day of the calendar, written as 2026-11-23."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return _DATE.fullmatch(text) is not None


def shown(text: str) -> str:
    """What somebody wrote, short and without characters that a terminal would act on."""
    short = text if len(text) <= 60 else f"{text[:59]}…"
    return "".join(c if c.isprintable() else "?" for c in short)
