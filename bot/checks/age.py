"""How old the facts are: each is compared with its source at least once a year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.content.catalogue import Catalogue
from bot.content.faults import Fault
from bot.content.schema import ServiceModel, Sourced

WARN, FAIL = 180, 365


def check(catalogue: Catalogue, today: date) -> Iterator[Fault]:
    """Facts that were last compared with their source more than 180 (warning) or 365 days before `today`."""
    for file, path, fact in facts(catalogue):
        source = catalogue.sources[f"content/{file}"]
        yield from _age(fact, source.file, source.line((*path, "checked")), ".".join(path), today)


def facts(catalogue: Catalogue) -> Iterator[tuple[str, tuple[str, ...], Sourced]]:
    """Every fact: the file in `content/` that it stands in, the keys that lead to it, and itself."""
    for service_id, service in catalogue.facts.services.items():
        yield from _contacts("services.yaml", (service_id,), service)
    for value_id, value in catalogue.facts.values.items():
        yield "values.yaml", (value_id,), value
    for district_id, district in catalogue.districts.items():
        if district.page is not None:
            yield "districts.yaml", (district_id, "page"), district.page
        for service_id, service in district.contacts.items():
            yield from _contacts("districts.yaml", (district_id, "contacts", service_id), service)
    for break_id, one in catalogue.breaks.items():
        yield "calendar.yaml", (break_id,), one


def _contacts(
    file: str, path: tuple[str, ...], service: ServiceModel
) -> Iterator[tuple[str, tuple[str, ...], Sourced]]:
    for name in ServiceModel.model_fields:
        fact = getattr(service, name)
        if fact is not None:
            yield file, (*path, name), fact


def _age(fact: Sourced, file: str, line: int, name: str, today: date) -> Iterator[Fault]:
    days = (today - fact.checked).days
    if days < 0:
        yield Fault(
            file,
            line,
            f"`{name}` was checked on a day that has not come yet.",
            "Write the day on which it was compared.",
        )
    elif days > WARN:
        what = f"`{name}` was last checked {days} days ago."
        mend = f"Compare it with {fact.source} and set `checked:` to the day."
        yield Fault(file, line, what, mend, warning=days <= FAIL, stale=days > FAIL)
