"""`make bench`: the core's step, a typed message, start-up and memory, updates a second beside bare echo bots, and the
database with many conversations in it.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import cycle, islice
from types import MappingProxyType

from bot.application import Application, build
from bot.content.catalogue import Catalogue
from bot.dialogs.respond import respond
from bot.model import LANGUAGES, Heard, Press, Ranked, Screen, State
from bot.render.screens import Renderer
from bot.understanding.hear import Listener
from bot.understanding.learnt import learn, phrases_of
from tests.bench import stored
from tests.bench.updates import compare

_START = """
import json, resource, time
began = time.perf_counter()
from bot.application import build
listener = build().listener
listener.hear("hvem kan jeg snakke med")
spent = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": spent, "megabytes": peak / 1024}))
"""


def main() -> None:
    """Measure everything in one run."""
    # First of all: a process begins with the memory of the one that makes it as its peak.
    starts = [json.loads(_python(_START)) for _ in range(3)]
    print(f"start to first answer     {min(s['seconds'] for s in starts):17.2f} s   (best of 3)")
    print(f"peak memory     {max(s['megabytes'] for s in starts):27.0f} MB")
    application = build()
    print(f"{'':38}{'median':>12}{'99th':>12}")
    _times("core: one step", _steps(application), 1e6, "µs")
    _times("render: one screen", _screens(application.renderer, application), 1e6, "µs")
    application.listener.prepare()
    texts = _texts(application.catalogue)
    _times("typed text: one message", _messages(application.listener, texts), 1e3, "ms")
    _times(
        "the same, from a tenth of the phrases", _messages(_ears_of_a_tenth(application.catalogue), texts), 1e3, "ms"
    )
    compare()
    stored.main()


def _times(name: str, calls: list[Callable[[], object]], scale: float, unit: str) -> None:
    spent = []
    for call in calls:
        began = time.perf_counter()
        call()
        spent.append((time.perf_counter() - began) * scale)
    ninety_nine = statistics.quantiles(spent, n=100)[98]
    print(f"{name:38}{statistics.median(spent):9.2f} {unit}{ninety_nine:9.2f} {unit}   ({len(spent)} calls)")


def _steps(application: Application) -> list[Callable[[], object]]:
    """Every visible choice pressed on an empty state, and every topic heard."""
    flows = application.flows
    presses = [
        Press("choose", node.id, choice.id, level, "nb")
        for node in flows.nodes.values()
        for level in node.levels
        for choice in node.visible(level)
    ]
    heard = [Heard("answer", (Ranked(node, 0.9),)) for node in flows.nodes]
    events = islice(cycle([*presses, *heard]), 5000)
    return [lambda event=event: respond(flows, State(), event) for event in events]  # type: ignore[misc]


def _screens(renderer: Renderer, application: Application) -> list[Callable[[], object]]:
    pairs = [
        (Screen(node.id), State(language=language, level=level))
        for node in application.flows.nodes.values()
        for level in node.levels
        for language in LANGUAGES
    ]
    return [lambda pair=pair: renderer.message(*pair) for pair in pairs]  # type: ignore[misc]


def _texts(catalogue: Catalogue) -> list[str]:
    """Messages that were not learnt: every third phrase with another one behind it."""
    phrases = [text for _, text in phrases_of(catalogue)]
    return [f"{one}. {two}" for one, two in zip(phrases[::6], phrases[3::6], strict=False)][
        :: len(phrases) // 6000 or 1
    ]


def _messages(listener: Listener, texts: Sequence[str]) -> list[Callable[[], object]]:
    return [lambda text=text: listener.hear(text) for text in texts]  # type: ignore[misc]


def _ears_of_a_tenth(catalogue: Catalogue) -> Listener:
    """Ears that learnt from every tenth phrase: how the time for a message grows with the phrases."""
    books = {
        language: replace(book, phrases={topic: phrases[::10] for topic, phrases in book.phrases.items()})
        for language, book in catalogue.books.items()
    }
    few = replace(catalogue, books=MappingProxyType(books))
    listener = Listener(few, learn(few))
    listener.prepare()
    return listener


def _python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
