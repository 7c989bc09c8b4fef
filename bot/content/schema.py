"""What editors may write: the shape of every content file, checked by pydantic."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Strict(BaseModel):
    """A frozen model that knows its keys and refuses all others."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class ByLevelText(Strict):
    """Words that differ between grunnskole (`primary`) and videregående (`upper`); one may be left out."""

    primary: Text | None = None
    upper: Text | None = None


LevelText = Text | ByLevelText


class NodeModel(Strict):
    """The words of one screen."""

    label: LevelText | None = None
    title: LevelText | None = None
    parts: dict[str, LevelText] = Field(default_factory=dict)
    choices: dict[str, LevelText] = Field(default_factory=dict)


class DoorModel(Strict):
    """A person or service: its name, what it is, and how to reach it.

    `local` is how to find it in one's own district, for services that every district has.
    """

    name: LevelText
    what: LevelText
    how: LevelText
    local: LevelText | None = None


class FactWordsModel(Strict):
    """The words around facts: opening hours, numbers with their unit, the office of a school and its homepage.

    `{number}` and `{school}` stand for what is filled in.
    """

    always: Text
    workdays: Text
    every_day: Text
    percent: Text
    year: Text
    years: Text
    office: Text
    office_at: Text
    page: Text
    page_at: Text


class UiModel(Strict):
    """Words of the bot itself: headings, buttons, notes, and what Telegram shows about the bot."""

    headings: dict[str, Text]
    buttons: dict[str, Text]
    choices: dict[str, Text]
    notes: dict[str, Text]
    screens: dict[str, Text]
    stored: dict[str, Text]
    telegram: dict[str, Text]
    commands: dict[str, Text]
    terminal: dict[str, Text]
    times: dict[str, Text]
    facts: FactWordsModel


class PosterModel(Strict):
    """Words of the sheet that a school hangs up."""

    question: Text
    scan: Text
    opens_telegram: Text
    opens_web: Text
    private: Text
    danger: Text
    letters: Text
    browser: Text
    search: Text
    made: Text


class GlossaryModel(Strict):
    """Terms that everybody at a school knows, though they are long; and abbreviations with what they stand for."""

    terms: list[Text]
    abbreviations: dict[str, Text]


Spans = Annotated[str, StringConstraints(pattern=r"^\d\d:\d\d-\d\d:\d\d( \d\d:\d\d-\d\d:\d\d)*$")]
Days = Annotated[str, StringConstraints(pattern=r"^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$")]


class Sourced(Strict):
    """A fact: where it was read, what is known of the age of that copy, and when it was last compared with it."""

    source: Text
    seen: Text
    checked: date
    note: Text | None = None


class ContactModel(Sourced):
    """A number, address or page."""

    value: Text
    hours: Literal["always"] | dict[Days, Spans] | None = None


class AgesModel(Sourced):
    """Whom a service is for, in years; null where there is no limit."""

    min: int | None = None
    max: int | None = None


class ServiceModel(Strict):
    """The facts about one service."""

    phone: ContactModel | None = None
    sms: ContactModel | None = None
    chat: ContactModel | None = None
    web: ContactModel | None = None
    address: ContactModel | None = None
    ages: AgesModel | None = None


class DistrictModel(Strict):
    """A district (bydel) of the city, its page, and the contacts there that differ from the city's.

    `first` and `last` are the days between which it exists; null where no end is known.
    """

    name: Text
    page: ContactModel | None = None
    contacts: dict[str, ServiceModel] = Field(default_factory=dict)
    first: date | None = None
    last: date | None = None


class BreakModel(Sourced):
    """A break of the schools, or a single day off: the first and the last day without school."""

    name: Literal["summer", "autumn", "christmas", "winter", "easter", "day_off"]
    first: date
    last: date


class ValueModel(Sourced):
    """A number that prose refers to."""

    value: int | Annotated[str, StringConstraints(pattern=r"^\d+-\d+$")]
    kind: Literal["number", "percent", "years", "year"]


class IdsModel(Strict):
    """Old screen ids and the ids that took their place; old choices, as `screen choice`, and where they lead now."""

    renamed: dict[str, str] = Field(default_factory=dict)
    moved: dict[str, str] = Field(default_factory=dict)


class PhrasesModel(Strict):
    """What parents may write about one topic, sorted by how they write."""

    plain: list[Text] = Field(default_factory=list)
    dialect: list[Text] = Field(default_factory=list)
    learner: list[Text] = Field(default_factory=list)
    misspelt: list[Text] = Field(default_factory=list)


class ConceptModel(Strict):
    """A word family: words of each language that mean the same here; a star stands for any ending."""

    nb: list[Text] = Field(default_factory=list)
    en: list[Text] = Field(default_factory=list)


class PatternModel(Strict):
    """A phrase pattern for acute danger; see docs/editors.md for how to write one."""

    say: Text
    unless: list[Text] = Field(default_factory=list)
    doubt: bool = False


class PatternsModel(Strict):
    """The patterns of one language: classes of words, families of harmless uses (patterns that `unless` names), signs
    that make any danger one to ask about, then patterns for each danger, in the order they are tried.
    """

    classes: dict[str, list[Text]] = Field(default_factory=dict)
    harmless: dict[str, list[Text]] = Field(default_factory=dict)
    doubts: list[Text] = Field(default_factory=list)
    patterns: dict[str, list[Text | PatternModel]] = Field(default_factory=dict)


FILES: dict[str, tuple[type[BaseModel], bool]] = {
    "screens": (NodeModel, True),
    "doors": (DoorModel, True),
    "services": (ServiceModel, True),
    "values": (ValueModel, True),
    "districts": (DistrictModel, True),
    "calendar": (BreakModel, True),
    "ui": (UiModel, False),
    "poster": (PosterModel, False),
    "glossary": (GlossaryModel, False),
    "phrases": (PhrasesModel, False),
    "patterns": (PatternsModel, False),
    "concepts": (ConceptModel, True),
    "ids": (IdsModel, False),
}
"""Each kind of file: its model, and whether the file holds many of them under keys."""


def file_schema(name: str) -> dict[str, object]:
    """The JSON Schema of a kind of content file, for programs that check YAML while it is typed."""
    model, keyed = FILES[name]
    schema = model.model_json_schema()
    if not keyed:
        return schema
    definitions = schema.pop("$defs", {})
    return {"type": "object", "additionalProperties": schema, "$defs": definitions}
