"""An editor's text into blocks: paragraphs and list items, with facts in place of their references."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.content.catalogue import Facts
from bot.model import Language
from bot.render.facts import fact
from bot.render.message import Block, Span

REFERENCE = re.compile(r"\{([a-z_]+):([a-z0-9_.]+)\}")


def references(text: str) -> Iterator[tuple[str, str]]:
    """The references in a text, as kind and id: ("phone", "emergency.police")."""
    for match in REFERENCE.finditer(text):
        yield match[1], match[2]


def spans(text: str, facts: Facts, language: Language) -> tuple[Span, ...]:
    """The text with its references filled in; one that has no fact is left out (`check` refuses it before that)."""
    found: list[Span] = []
    end = 0
    for match in REFERENCE.finditer(text):
        found.append(Span(text[end : match.start()]))
        found.append(fact(facts, language, match[1], match[2]) or Span(""))
        end = match.end()
    found.append(Span(text[end:]))
    return tuple(span for span in found if span.text)


def plain(text: str, facts: Facts, language: Language) -> str:
    """The text with its references filled in, words alone: for button labels."""
    return "".join(span.text for span in spans(text, facts, language))


def blocks(text: str, facts: Facts, language: Language) -> Iterator[Block]:
    """One block a line; lines that begin with a dash are list items."""
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("- "):
            yield Block("item", spans(stripped[2:].strip(), facts, language))
        elif stripped:
            yield Block("paragraph", spans(stripped, facts, language))
