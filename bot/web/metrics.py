"""Counts for operators, in the text format of Prometheus. No label can name a chat, and none holds a word of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias, get_args

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

UpdateKind: TypeAlias = Literal["message", "button", "edited", "other"]
Outcome: TypeAlias = Literal["sent", "edited", "unchanged", "blocked", "gone", "refused", "limited", "failed"]
"""What became of one call that sends or edits."""

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """All that is counted, in a registry of its own: two bots in one process do not share it."""

    def __init__(self) -> None:
        """Begin at zero, with every value of a label there from the start."""
        self.registry = to = CollectorRegistry()
        self.updates = Counter("bot_updates", "Updates taken in, each once.", ["kind"], registry=to)
        self.answers = Counter("bot_answers", "Turns answered, by what was understood.", ["kind"], registry=to)
        self.sends = Counter("bot_sends", "Calls that send or edit.", ["outcome"], registry=to)
        self.seconds = Histogram("bot_answer_seconds", "From receipt to answered.", buckets=_SECONDS, registry=to)
        for kind in get_args(UpdateKind):
            self.updates.labels(kind)
        for outcome in get_args(Outcome):
            self.sends.labels(outcome)

    def watch(
        self, in_flight: Callable[[], float], contact: Callable[[], float], store_faults: Callable[[], float]
    ) -> None:
        """Show what is counted elsewhere: updates in flight, the time of the last contact, faults of the store."""
        flight = Gauge("bot_updates_in_flight", "Updates that are not answered yet.", registry=self.registry)
        flight.set_function(in_flight)
        at = Gauge("bot_telegram_contact_timestamp_seconds", "When Telegram was last heard of.", registry=self.registry)
        at.set_function(contact)
        self.registry.register(_Read("bot_store_faults", "Times that the database failed.", store_faults))

    def routes(self) -> list[Route]:
        """`/metrics`."""

        async def show(_: Request) -> Response:
            return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)

        return [Route("/metrics", show)]


class _Read(Collector):
    """A counter that is kept by somebody else, and read when it is asked for."""

    def __init__(self, name: str, text: str, read: Callable[[], float]) -> None:
        self._name = name
        self._text = text
        self._read = read

    def collect(self) -> Iterator[Metric]:
        yield CounterMetricFamily(self._name, self._text, value=self._read())
