"""How hard each answer is to read, as a parent sees it, facts filled in: the limits of docs/editors.md."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.checks.limits import walk
from bot.content.catalogue import Catalogue
from bot.content.faults import Fault
from bot.content.readability import Reading, measure
from bot.dialogs.flow import Draft, Flows
from bot.model import LANGUAGES, Screen, State
from bot.render.screens import Renderer

LIX, LIX_STRETCHED, LIX_G = 35, 40, 30
AVERAGE, LONGEST, LONG_SHARE = 15, 25, 25
SHORT = 60
"""Words below which LIX jumps about, so that only the sentences are judged."""


def check(catalogue: Catalogue, flows: Flows) -> Iterator[Fault]:
    """Answers that are too hard, and abbreviations that are not spelt out in the answer they stand in."""
    renderer = Renderer(catalogue, flows)
    for language in LANGUAGES:
        book = catalogue.books[language]
        seen: set[tuple[str, str]] = set()
        for node, level in walk(flows):
            text = book.nodes[flows.nodes[node].words]
            message = renderer.message(Screen(node), State(language=language, level=level))
            if (message.text, text.place.file) in seen:
                continue
            seen.add((message.text, text.place.file))
            file, line = text.place.file, text.place.line()
            for what in judge(measure(message.text, book.glossary.terms)):
                yield Fault(file, line, f"`{node}` ({level}): {what}", "Use shorter sentences and everyday words.")
            if isinstance(flows.nodes[node], Draft):
                continue  # it is written to people at school, in their words
            for short, long in book.glossary.abbreviations.items():
                if re.search(rf"\b{re.escape(short)}\b", message.text) and long.lower() not in message.text.lower():
                    what = f"`{node}` ({level}): «{short}» is not spelt out."
                    yield Fault(file, line, what, f"Write «{long}» where it first stands.")


def judge(reading: Reading) -> Iterator[str]:
    """What is too hard, in words; nothing when the text keeps the limits."""
    if reading.longest > LONGEST:
        yield f"a sentence has {reading.longest} words; {LONGEST} is the limit."
    if reading.average > AVERAGE:
        yield f"sentences have {reading.average:.1f} words on average; {AVERAGE} is the limit."
    if reading.words < SHORT:
        return
    stretched = reading.lix <= LIX_STRETCHED and reading.lix_g <= LIX_G
    if reading.lix > LIX and not stretched:
        yield f"LIX is {reading.lix:.0f}, without the glossary's terms {reading.lix_g:.0f}; {LIX} is the limit."
    share = 100 * reading.long / reading.words
    if share > LONG_SHARE and not stretched:
        yield f"{share:.0f} per cent of the words are long; {LONG_SHARE} is the limit."
