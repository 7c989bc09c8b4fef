"""The content as the rest of the bot sees it: frozen, complete, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.content.schema import (
    AgesModel,
    BreakModel,
    ContactModel,
    DistrictModel,
    FactWordsModel,
    PatternsModel,
    PosterModel,
    ServiceModel,
    UiModel,
    ValueModel,
)
from bot.content.source import KeyPath, Source
from bot.model import DistrictId, DoorId, Language, Level, NodeId, TopicId


@dataclass(frozen=True, slots=True)
class Words:
    """A text for each level; None where it does not exist."""

    primary: str | None
    upper: str | None

    def at(self, level: Level | None) -> str | None:
        """The text for `level`. Before the level is known, the words for grunnskole: «barnet ditt» fits all ages."""
        if level is None:
            return self.primary or self.upper
        return self.primary if level == "primary" else self.upper


NO_WORDS = Words(None, None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece of content stands, for faults."""

    source: Source
    path: KeyPath

    @property
    def file(self) -> str:
        """The file, relative to the project."""
        return self.source.file

    def line(self, *more: str | int) -> int:
        """The line of this piece, or of the key `more` inside it."""
        return self.source.line((*self.path, *more))


@dataclass(frozen=True, slots=True)
class NodeText:
    """The words of one screen, parts in the order they are shown."""

    place: Place
    label: Words
    title: Words
    parts: Mapping[str, Words]
    choices: Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class DoorText:
    """A person or service in words; `local` only for services that every district has."""

    place: Place
    name: Words
    what: Words
    how: Words
    local: Words


@dataclass(frozen=True, slots=True)
class Glossary:
    """Long words that still count as short, and abbreviations with what must stand beside them."""

    terms: frozenset[str]
    abbreviations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A training phrase: what a parent may write, how it is written, and on which line of the file it stands."""

    text: str
    style: str
    line: int


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """The child's school where a text names it: its name, and its homepage if it has one."""

    name: str
    homepage: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Phones, addresses, hours, ages and other numbers, by id, and in each language the words around them.

    `school` is the child's, in the texts that name the school's office.
    """

    services: Mapping[str, ServiceModel]
    values: Mapping[str, ValueModel]
    words: Mapping[Language, FactWordsModel]
    school: SchoolLine | None = None

    def contact(self, kind: str, service_id: str) -> ContactModel | None:
        """The contact of that kind (`phone`, `web`, ...), if the service has one."""
        service = self.services.get(service_id)
        contact = getattr(service, kind, None) if service else None
        return contact if isinstance(contact, ContactModel) else None

    def ages(self, service_id: str) -> AgesModel | None:
        """The ages that a service is for, if it has limits."""
        service = self.services.get(service_id)
        return service.ages if service else None


@dataclass(frozen=True, slots=True)
class Book:
    """All the words in one language."""

    nodes: Mapping[NodeId, NodeText]
    doors: Mapping[DoorId, DoorText]
    ui: UiModel
    poster: PosterModel
    glossary: Glossary
    phrases: Mapping[TopicId, tuple[Phrase, ...]]
    patterns: PatternsModel


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that is known, in both languages.

    `renamed` leads from old screen ids to new ones, `moved` from old choices (`screen choice`) to screens, `concepts`
    from a concept to its words; `breaks` are the schools' holidays; `sources` are the files.
    """

    books: Mapping[Language, Book]
    facts: Facts
    districts: Mapping[DistrictId, DistrictModel]
    breaks: Mapping[str, BreakModel]
    renamed: Mapping[NodeId, NodeId]
    moved: Mapping[str, NodeId]
    concepts: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, Source]
