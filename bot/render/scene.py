"""What a screen is put into words with: the content, the language, what is known of the family, and the moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from bot.content.catalogue import Book, Catalogue, Facts, SchoolLine, Words
from bot.content.schema import ContactModel, DistrictModel, UiModel
from bot.dialogs.flow import Flows, Node
from bot.model import Language, Level, SchoolCode, State
from bot.render.message import Block, Span
from bot.render.opening import OSLO
from bot.render.prose import blocks, plain, spans
from bot.schools.school import School

SCHOOLS = "oslo.schools"
"""The city's page about its schools, for a school without a homepage; an entry of content/services.yaml."""


@dataclass(frozen=True)
class Scene:
    """One screen's surroundings. `schools` has by each code the school that answers for it."""

    catalogue: Catalogue
    flows: Flows
    schools: Mapping[SchoolCode, School]
    state: State
    moment: datetime
    language: Language

    @property
    def level(self) -> Level | None:
        """The level, if it is known."""
        return self.state.level

    @property
    def book(self) -> Book:
        """The words in the language of the screen."""
        return self.catalogue.books[self.language]

    @property
    def ui(self) -> UiModel:
        """The bot's own words."""
        return self.book.ui

    @cached_property
    def school(self) -> School | None:
        """The child's school, if it is known and still in the register."""
        return self.schools.get(self.state.school or "")

    @property
    def code(self) -> SchoolCode | None:
        """The code of the child's school, for buttons; none for a school that is not in the register."""
        return self.state.school if self.school is not None else None

    @cached_property
    def district(self) -> DistrictModel | None:
        """The family's district, if it is known and there is one of that name today."""
        found = self.catalogue.districts.get(self.state.district or "")
        return found if found is not None and exists(found, self.moment) else None

    @cached_property
    def facts(self) -> Facts:
        """The facts, with the child's school where a text names its office."""
        facts = self.catalogue.facts
        if self.school is None or self.school.status == "closed":
            return facts
        page: ContactModel | None = facts.contact("web", SCHOOLS)
        return replace(facts, school=SchoolLine(self.school.name, self.school.homepage or (page.value if page else "")))

    def at(self, words: Words) -> str:
        """A text at this level; at another when it has none for this."""
        return words.at(self.level) or words.at(None) or ""

    def spans(self, text: str) -> tuple[Span, ...]:
        """A text with its facts filled in."""
        return spans(text, self.facts, self.language)

    def plain(self, text: str) -> str:
        """A text with its facts filled in, words alone."""
        return plain(text, self.facts, self.language)

    def blocks(self, text: str) -> list[Block]:
        """A text as paragraphs and list items."""
        return list(blocks(text, self.facts, self.language))

    def heading(self, name: str) -> Block:
        """One of the bot's headings."""
        return Block("heading", (Span(self.ui.headings[name]),))

    def words(self, node: Node) -> str:
        """The label of a screen, if it has one."""
        text = self.book.nodes[node.words].label.at(self.level)
        return self.plain(text) if text else ""


def exists(district: DistrictModel, now: datetime) -> bool:
    """Whether there is such a district on the day of `now`."""
    day = now.astimezone(OSLO).date()
    return (district.first is None or district.first <= day) and (district.last is None or day <= district.last)
