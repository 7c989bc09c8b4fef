"""The values that every room shares: ids, a parent's state, what happens and what is to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias, get_args

NodeId: TypeAlias = str
"""Id of a screen, lower-case ASCII: `start`, `worry.bullying`, `worry.bullying.told`. A topic's id is its screen's."""
ChoiceId: TypeAlias = str
"""Id of one way on from a screen, lower-case ASCII: `pupils`."""
DoorId: TypeAlias = str
"""Id of a person or service that a parent can turn to: `school.contact_teacher`, `service.bup`."""
TopicId: TypeAlias = str
"""What a message can be about (`worry.bullying`), or `none` when it is about nothing the bot knows."""

SchoolCode: TypeAlias = str
"""A school's short code, its organisation number in base 36: it never changes, and fits into a button."""
DistrictId: TypeAlias = str
"""Code of a bydel, its number in the city: `01`."""

Language: TypeAlias = Literal["nb", "en"]
Level: TypeAlias = Literal["primary", "upper"]
"""`primary` is grunnskole (Years 1-10), `upper` is videregående (Vg1-Vg3)."""

View: TypeAlias = Literal["node", "level", "options", "offer", "school", "district"]
"""The side of a screen that is shown: the screen itself, the question which kind of school that comes before it, the
options (language, level, school, earlier answers), an offer of topics to choose from, the search for a school,
or the question which district the family lives in."""

LANGUAGES: tuple[Language, ...] = ("nb", "en")
LEVELS: tuple[Level, ...] = ("primary", "upper")
NONE: TopicId = "none"
VIEWS: tuple[View, ...] = get_args(View)
UNKNOWN: DistrictId = "x"
"""The district of a parent who was asked and does not know it."""
FORGET = "x"
"""What a button that lets the bot forget the school carries as its choice; no school has so short a code."""
CRISES: tuple[TopicId, ...] = (
    "crisis.suicide",
    "crisis.violence",
    "crisis.abuse",
    "crisis.medical",
    "crisis.missing",
)
"""The acute dangers."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One choice that the parent made: at which screen, and which."""

    node: NodeId
    choice: ChoiceId


@dataclass(frozen=True, slots=True)
class State:
    """All that is remembered of a conversation: no text, no names, no chat id.

    Where the parent is follows by replaying `trail` over the flow, so there is no cursor to go stale.
    `paused` is the trail that a typed question or a danger interrupted; `offered` are the topics of the last
    "did you mean" (or the schools of the last search), so that a typed number can answer it; `view` is the side of the
    screen that was shown last, for the same reason; `switched` says that the last message was answered in another
    language than before, and that going back was offered; `misses` counts messages not understood in a row. `school` is
    the child's, `district` where the family lives.
    """

    language: Language | None = None
    level: Level | None = None
    trail: tuple[Answer, ...] = ()
    paused: tuple[Answer, ...] = ()
    offered: tuple[TopicId | SchoolCode, ...] = ()
    view: View = "node"
    switched: bool = False
    misses: int = 0
    school: SchoolCode | None = None
    district: DistrictId | None = None


# --- what happens -------------------------------------------------------------------------------------------------

Verb: TypeAlias = Literal["choose", "goto", "back", "language", "level", "options", "resume", "school", "district"]


@dataclass(frozen=True, slots=True)
class Press:
    """A button, complete in itself: it works with an empty store, after months, on another machine.

    `node` is the screen it belongs to (for `goto`, the screen it leads to); `choice` is the choice, language, level,
    school or district. `level`, `language` and `school` are those of the screen it stood on. `school` and `district`
    without a choice ask for one.
    """

    verb: Verb
    node: NodeId
    choice: str = ""
    level: Level | None = None
    language: Language | None = None
    school: SchoolCode | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """The parent pressed start, perhaps through a link that named a school, a language or a topic.

    `school` is what stood in the link, a code or an id, until the conversation has looked it up; then it is the code of
    a school that exists, and `level` that school's.
    """

    language: Language | None = None
    topic: TopicId | None = None
    school: SchoolCode | None = None
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """A menu command without its slash, already known to be one of ours: `worried`."""

    name: str


class Ranked(NamedTuple):
    """A topic and how sure the matcher is of it, from 0 to 1. A tuple: each message makes one for every topic."""

    topic: TopicId
    score: float


Decision: TypeAlias = Literal["crisis", "doubt", "answer", "ask", "unknown"]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a typed message was understood to mean. It holds no word of the message, on purpose.

    `topics` come best first. `crisis` is set for the decisions `crisis` (an acute danger) and `doubt` (perhaps one).
    `language` is None when the message is too short to tell. `press` is the button whose number or label was typed.
    `schools` are those that it may name, best first, when a school was asked for.
    """

    decision: Decision
    topics: tuple[Ranked, ...] = ()
    crisis: TopicId | None = None
    language: Language | None = None
    press: Press | None = None
    schools: tuple[SchoolCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that is not text: a voice message, photo, sticker, document or location; or an edited message."""

    kind: Literal["media", "edited"]


Event: TypeAlias = Started | Press | Command | Heard | Unreadable

# --- what is to be done -------------------------------------------------------------------------------------------

Note: TypeAlias = Literal[
    "not_understood",
    "did_you_mean",
    "media",
    "edited",
    "old_button",
    "written_in",
    "level_primary",
    "level_upper",
    "person",
    "not_erased",
    "school_set",
    "school_forgotten",
    "school_not_found",
]
"""A short line above a screen, by id; the words are in `ui.yaml` under `notes`."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What a parent is to see: a screen, which side of it, short lines above it, and the topics or schools offered."""

    node: NodeId
    view: View = "node"
    notes: tuple[Note, ...] = ()
    topics: tuple[TopicId, ...] = ()
    schools: tuple[SchoolCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Show:
    """Show a screen. `edit` is true when it may take the place of the screen whose button was pressed."""

    screen: Screen
    edit: bool = False


@dataclass(frozen=True, slots=True)
class Forget:
    """Erase everything that is stored about this conversation."""


Effect: TypeAlias = Show | Forget


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step of the conversation leads to: the new state, and what is to be done, in order."""

    state: State
    effects: tuple[Effect, ...]
