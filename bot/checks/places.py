"""Districts and school breaks: days in order, services that exist, and a calendar that reaches far enough."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bot.content.catalogue import Catalogue
from bot.content.faults import Fault
from bot.model import LANGUAGES, LEVELS

AHEAD = 90
"""Days: before the last known break is as near as that, the next school year's are to be added."""
_CODE = re.compile(r"[a-z0-9]{2,3}")


def check(catalogue: Catalogue, today: date) -> Iterator[Fault]:
    """Faults of `districts.yaml` and `calendar.yaml`."""
    yield from _districts(catalogue)
    source = catalogue.sources["content/calendar.yaml"]
    for name, one in catalogue.breaks.items():
        if one.last < one.first:
            yield Fault(source.file, source.line((name, "last")), f"`{name}` ends before it begins.", "Mend the days.")
    last = max((one.last for one in catalogue.breaks.values()), default=today)
    if (last - today).days < AHEAD:
        what = f"The last known break ends on {last}."
        yield Fault(source.file, 1, what, "Add the next school year from the city's page.", warning=True)


def _districts(catalogue: Catalogue) -> Iterator[Fault]:
    source = catalogue.sources["content/districts.yaml"]
    for code, district in catalogue.districts.items():
        if not _CODE.fullmatch(code):
            what = f"«{code}» cannot be a district's code."
            yield Fault(source.file, source.line((code,)), what, 'Write its number, as "01".')
        if district.first and district.last and district.last < district.first:
            yield Fault(source.file, source.line((code, "last")), f"`{code}` ends before it begins.", "Mend the days.")
        for door in district.contacts:
            if not _is_local(catalogue, door):
                line = source.line((code, "contacts", door))
                what = f"`{door}` is no service that differs between districts."
                yield Fault(source.file, line, what, "Mend its name, or give it `local:` in doors.yaml.")


def _is_local(catalogue: Catalogue, door: str) -> bool:
    found = [catalogue.books[language].doors.get(door) for language in LANGUAGES]
    return all(one is not None and any(one.local.at(level) for level in LEVELS) for one in found)
