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
    services = catalogue.sources["content/services.yaml"]
    for service_id, service in catalogue.facts.services.items():
        for name in ServiceModel.model_fields:
            fact = getattr(service, name)
            if fact is not None:
                yield from _age(
                    fact, services.file, services.line((service_id, name, "checked")), f"{service_id}.{name}", today
                )
    values = catalogue.sources["content/values.yaml"]
    for value_id, value in catalogue.facts.values.items():
        yield from _age(value, values.file, values.line((value_id, "checked")), value_id, today)


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
