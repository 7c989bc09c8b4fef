"""Nasjonalt skoleregister's answers, of any version of its interface, into rows for an import.

Field names differ between versions (`Organisasjonsnummer`, `Orgnr`, `OrgNr`), so they are read without capitals.
Names, telephones and addresses of people (`Leder…`, `Person…`) are never read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Set
from typing import Any

from bot.content.faults import Fault
from bot.errors import ContentError
from bot.schools.merging import Row
from bot.schools.school import org_number_problem, shown

OSLO = "0301"
OWNED_BY_CITY, FOR_ADULTS = "5", frozenset({"10", "25"})
"""Ids of `Skolekategorier`. Some ordinary schools carry 10 as well, so it only keeps a new unit from being added."""
NOT_SCHOOLS = {"999178197": "Kuben Yrkesarena"}
"""Units that are listed as schools, and are none that a pupil goes to."""


class _BadUnit(Exception):
    """A unit that cannot be read: what is wrong with it, and how to mend it."""


def rows(text: str, file: str, known: Set[str], faults: list[Fault], notes: list[str]) -> list[Row]:
    """The schools of Oslo in an answer of the register, or in a list of answers; `line` is the unit's number, from 1.

    `known` are the organisation numbers that we have. Bad units go to `faults` and still give a row, so that no school
    is taken for gone; units that somebody may expect and that are left out go to `notes`. Raises ContentError when the
    whole is no such answer, or a page of it is missing.
    """
    found = []
    for number, unit in enumerate(_units(text, file), 1):
        try:
            row = _row(number, unit, known, notes)
        except _BadUnit as error:
            what, mend = error.args
            lower = _lower(unit)
            faults.append(Fault(file, number, f"Unit {number}{_called(lower)}: {what}", mend))
            cells = {"org_number": _text(lower, "organisasjonsnummer", "orgnr"), "name": _name(lower)}
            row = Row(number, cells, {}, bad=True)
        if row is not None:
            found.append(row)
    return found


def _units(text: str, file: str) -> Iterator[object]:
    """Every unit of an answer, of a list of answers (pages), or of a list of units."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise ContentError([Fault(file, line, "This is not valid JSON.", "Save the register's answer anew.")]) from None
    seen: set[object] = set()
    pages = 1
    units: list[object] = []
    for part in data if isinstance(data, list) else [data]:
        lower = _lower(part)
        within = lower.get("enhetliste", lower.get("enheter"))
        if isinstance(within, list):
            units += within
            seen.add(lower.get("sidenummer"))
            total = lower.get("antallsider")
            pages = max(pages, total if isinstance(total, int) else 1)
        elif isinstance(data, list) or "organisasjonsnummer" in lower or "orgnr" in lower:
            units.append(part)
    if not units:
        what, mend = "The file holds no units.", "It must hold `EnhetListe`, `Enheter`, or a list of them."
        raise ContentError([Fault(file, 1, what, mend)])
    if seen and len(seen) < pages:
        what = f"The file holds {len(seen)} of {pages} pages."
        raise ContentError([Fault(file, 1, what, "Put all pages into one list: [page, page].")])
    yield from units


def _row(number: int, unit: object, known: Set[str], notes: list[str]) -> Row | None:
    """What a unit says, or None when it is no school of ours. Raises _BadUnit."""
    lower = _lower(unit)
    if not lower:
        raise _BadUnit("it is no object with fields.", "Take it out.")
    place = _municipality(lower)
    org = _text(lower, "organisasjonsnummer", "orgnr")
    if not place:
        raise _BadUnit("`Kommunenummer` is missing.", "Add it; 0301 is Oslo.")
    if place != OSLO:
        if org in known:
            raise _BadUnit("it is ours, and does not lie in Oslo.", "Correct `Kommunenummer`, or close it by hand.")
        return None
    active = _flag(lower, "eraktiv") is not False
    ours = _ours(lower)
    if org in known:
        if active and ours is False:
            raise _BadUnit("it is no public school of the city any more.", "Close it by hand, or correct the file.")
    elif not active or ours is False:
        return None
    for what, mend in org_number_problem(org):
        raise _BadUnit(what, mend)
    if org not in known:
        why = NOT_SCHOOLS.get(org) or ("for adults" if FOR_ADULTS & _categories(lower) else "")
        if why:
            notes.append(f"Unit {number}{_called(lower)}, is left out: {why}. Add it by a CSV if pupils go there.")
            return None
        if ours is None:
            raise _BadUnit("its owner cannot be told.", "Add `Skolekategorier`; 5 is the city.")
    stages, flags = _stages(lower), _flags(lower)
    cells = {
        "org_number": org,
        "name": _name(lower),
        "homepage": homepage(_text(lower, "internettadresse", "url")),
        "status": "open" if active else "closed",
        "level": stages,
    }
    return Row(number, {column: value for column, value in cells.items() if value}, {"level": flags} if flags else {})


def homepage(text: str) -> str:
    """A homepage as the register writes it, as we do: https, without www and the last slash."""
    text = "".join(text.split()).rstrip("/")
    if not text or "@" in text:
        return text
    scheme, mark, rest = text.rpartition("://")
    host, slash, path = (rest if mark else text).partition("/")
    scheme = "https" if scheme.lower() in ("", "http", "https") else scheme
    return f"{scheme}://{host.lower().removeprefix('www.')}{slash}{path}"


def _ours(lower: Mapping[str, Any]) -> bool | None:
    """Whether it is a public school of the city; None when that cannot be told."""
    if _flag(lower, "erskole") is False or _flag(lower, "eroffentligskole") is False or _flag(lower, "erprivatskole"):
        return False
    categories = _categories(lower)
    return OWNED_BY_CITY in categories if categories else None


def _municipality(lower: Mapping[str, Any]) -> str:
    """The number of the municipality; empty when it is not told."""
    within = _lower(lower.get("kommune"))
    number = _text(lower, "kommunenummer", "kommunenr") or _text(within, "kommunenummer", "kommunenr")
    return number or {"": "", "oslo": OSLO}.get(_text(within, "navn").lower(), "another")


def _stages(lower: Mapping[str, Any]) -> str:
    """The level by the years that are taught; empty when they are not told."""
    has = [
        any(isinstance(lower.get(f"skoletrinn{kind}{end}"), int) for end in ("fra", "til")) for kind in ("gs", "vgs")
    ]
    return _level(*has)


def _flags(lower: Mapping[str, Any]) -> str:
    """The level by the two flags, which are wrong for some schools; empty when neither is set."""
    return _level(_flag(lower, "ergrunnskole") is True, _flag(lower, "ervideregaaendeskole") is True)


def _level(primary: bool, upper: bool) -> str:
    return {(True, True): "combined", (True, False): "primary", (False, True): "upper"}.get((primary, upper), "")


def _flag(lower: Mapping[str, Any], name: str) -> bool | None:
    """A field that is true, false or not told. Raises _BadUnit for anything else."""
    value = lower.get(name)
    if value is None or isinstance(value, bool):
        return value
    raise _BadUnit(f"`{name}` is «{shown(str(value))}».", "Write true or false.")


def _categories(lower: Mapping[str, Any]) -> frozenset[str]:
    """The ids of what kind of school it is."""
    given = lower.get("skolekategorier")
    return frozenset(_text(_lower(one), "id") for one in given) if isinstance(given, list) else frozenset()


def _name(lower: Mapping[str, Any]) -> str:
    return " ".join((_text(lower, "navn") or _text(lower, "fulltnavn")).split())


def _called(lower: Mapping[str, Any]) -> str:
    """The name of a unit as it is put into a sentence."""
    return f", «{shown(_name(lower))}»" if _name(lower) else ""


def _text(lower: Mapping[str, Any], *names: str) -> str:
    """The first of the fields that is given, as text."""
    values = (lower.get(name) for name in names)
    return next((str(value).strip() for value in values if isinstance(value, str | int) and str(value).strip()), "")


def _lower(value: object) -> Mapping[str, Any]:
    """An object with the names of its fields in small letters; empty for anything else."""
    return {key.lower(): one for key, one in value.items()} if isinstance(value, dict) else {}
