"""Every text that editors write, one by one, with the place where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.content.catalogue import NO_WORDS, Book, Catalogue, Words
from bot.content.faults import Fault
from bot.content.source import KeyPath, Source
from bot.model import LANGUAGES, LEVELS, Language


@dataclass(frozen=True, slots=True)
class Field:
    """One text of one language. `path` is its key in the file; `key` names it the same way in both languages."""

    language: Language
    source: Source
    path: KeyPath
    words: Words

    @property
    def key(self) -> tuple[str, ...]:
        """The key as both languages have it."""
        return tuple(str(part) for part in self.path)

    @property
    def texts(self) -> tuple[str, ...]:
        """The different texts in it: one, or one for each level."""
        return tuple(dict.fromkeys(text for level in LEVELS if (text := self.words.at(level))))

    def fault(self, what: str, mend: str, *, warning: bool = False) -> Fault:
        """A fault of this text."""
        return Fault(self.source.file, self.source.line(self.path), what, mend, warning)


def fields(catalogue: Catalogue, language: Language) -> Iterator[Field]:
    """All texts of one language: screens, doors, the bot's own words, and the poster's."""
    book = catalogue.books[language]
    for node_id, node in book.nodes.items():
        source = node.place.source
        if node.label != Words(None, None):
            yield Field(language, source, (node_id, "label"), node.label)
        if node.title != Words(None, None):
            yield Field(language, source, (node_id, "title"), node.title)
        for name, words in node.parts.items():
            yield Field(language, source, (node_id, "parts", name), words)
        for name, words in node.choices.items():
            yield Field(language, source, (node_id, "choices", name), words)
    for door_id, door in book.doors.items():
        for name in ("name", "what", "how", *(("local",) if door.local != NO_WORDS else ())):
            yield Field(language, door.place.source, (door_id, name), getattr(door, name))
    yield from _ui(catalogue, book, language)
    source = catalogue.sources[f"content/{language}/poster.yaml"]
    for name, text in book.poster:
        yield Field(language, source, (name,), Words(text, text))


def _ui(catalogue: Catalogue, book: Book, language: Language) -> Iterator[Field]:
    source = catalogue.sources[f"content/{language}/ui.yaml"]
    for section in type(book.ui).model_fields:
        for name, text in dict(getattr(book.ui, section)).items():
            yield Field(language, source, (section, name), Words(text, text))


def both(catalogue: Catalogue) -> Iterator[Field]:
    """All texts of both languages."""
    for language in LANGUAGES:
        yield from fields(catalogue, language)
