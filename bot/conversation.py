"""One turn of a conversation, whatever the channel: what came in, what goes out, and what is kept afterwards.

A channel calls `turn`, sends the messages, then calls `keep`. Nothing is kept before it has been answered.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from bot.dialogs.flow import Flows
from bot.dialogs.respond import COMMANDS, IN_PLACE, current, respond
from bot.errors import NewerDatabaseError, StoreError
from bot.model import (
    FORGET,
    UNKNOWN,
    Command,
    Decision,
    Event,
    Forget,
    Heard,
    Language,
    NodeId,
    Press,
    Screen,
    Show,
    Started,
    State,
    Unreadable,
)
from bot.render.codec import payload
from bot.render.message import Message
from bot.render.screens import Renderer
from bot.schools.register import Register
from bot.schools.school import code
from bot.store import Store
from bot.understanding.hear import Listener

log = logging.getLogger(__name__)

_NAME = 5
"""Words that a name of a school may have, where one was asked for."""


@dataclass(frozen=True, slots=True)
class Text:
    """Something typed. It becomes `Heard` here, and its words go no further.

    `otherwise` is what it stands for when it is not about danger: a command, say, with words behind it.
    """

    words: str
    otherwise: Event | None = None


def typed(words: str) -> Text:
    """What a line that a parent typed stands for: a command (`/worried`, `/start 1-x-en-x`), or a message."""
    command, _, rest = words.strip().partition(" ")
    name = command[1:].split("@")[0].lower() if command.startswith("/") else ""
    if name == "start":
        return Text(rest, payload(rest.strip()))
    if name in COMMANDS or name in IN_PLACE:
        return Text(rest, Command(name))
    return Text(words)


@dataclass(frozen=True, slots=True)
class Reply:
    """A message to send; `edit` when it may take the place of the one whose button was pressed.

    `urgent` when it speaks of danger: it overtakes whatever else waits to be sent.
    """

    message: Message
    edit: bool
    urgent: bool = False


Kind: TypeAlias = Decision | Literal["start", "button", "command", "media", "edited"]
"""What a turn answered, for counting: how a message was understood, or what else came."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The replies to send, in order, and the state to keep once they are sent (None: nothing is to be kept)."""

    replies: tuple[Reply, ...]
    state: State | None
    kind: Kind


class Conversation:
    """The conversation with everybody, over one store."""

    def __init__(
        self,
        flows: Flows,
        renderer: Renderer,
        listener: Listener,
        register: Register,
        store: Store,
        clock: Callable[[], datetime],
    ) -> None:
        """Take the rooms that it joins, and the clock."""
        self.flows = flows
        self.renderer = renderer
        self.listener = listener
        self.register = register
        self.store = store
        self.clock = clock
        self.emergency: Message = renderer.emergency()
        self.faults = 0
        """How often the store failed."""
        self._store_works = True

    async def open(self) -> None:
        """Open the store before anybody writes. Raises NewerDatabaseError; every other fault is answered around."""
        try:
            await self.store.open()
        except NewerDatabaseError:
            # The newer version goes on from it; answering without it would lose parents their places.
            raise
        except StoreError as error:
            self._fails(error)

    def urgent(self, event: Event | Text) -> bool:
        """Whether an event speaks of danger, so that it is to be answered first. Takes under a millisecond."""
        if isinstance(event, Text):
            return self.listener.danger(event.words) is not None
        return isinstance(event, Press) and _about_danger(event.node)

    async def turn(self, chat_id: int, event: Event | Text, language: Language) -> Turn:
        """Answer `event` from a chat. `language` is what its app is set to, used until the parent has shown another."""
        heard = self.listener.danger(event.words) if isinstance(event, Text) else None
        state = await self._load(chat_id)
        if isinstance(event, Text):
            event = heard or event.otherwise or self._hear(event, state, language)
        if isinstance(event, Press | Started):
            event = self._looked_up(event)
        if not isinstance(event, Heard) and state.language is None:
            # Nothing is remembered, so the button tells which language and school it was about.
            spoken = event.language if isinstance(event, Press | Started) else None
            school = event.school if isinstance(event, Press) else None
            state = replace(state, language=spoken or language, school=school)
        outcome = respond(self.flows, state, event)
        after = outcome.state
        if after.language is None:
            after = replace(after, language=language)
        now = self.clock()
        expires = (now + self.store.retention).date()
        forgotten = any(isinstance(effect, Forget) for effect in outcome.effects)
        if forgotten and not await self._erase(chat_id):
            # Nobody is told that something is erased which is not.
            failed = self.renderer.message(
                Screen("meta.delete", notes=("not_erased",)), replace(state, language=after.language), now=now
            )
            return Turn((Reply(failed, True),), state, _kind(event))
        replies = tuple(
            Reply(
                self.renderer.message(effect.screen, after, expires, now),
                effect.edit,
                _about_danger(effect.screen.node),
            )
            for effect in outcome.effects
            if isinstance(effect, Show)
        )
        return Turn(replies, None if forgotten else after, _kind(event))

    def _hear(self, text: Text, state: State, language: Language) -> Heard:
        """What a message without danger means, where the parent stands."""
        spoken = state.language or language
        shown = self.renderer.buttons(current(self.flows, state), replace(state, language=spoken), self.clock())
        heard = self.listener.meaning(text.words, [(b.label, b.press) for b in shown], spoken)
        if state.view != "school" or heard.press is not None:
            return heard
        if heard.decision == "answer" and len(text.words.split()) > _NAME:
            return heard  # no name is that long, so it is a question
        return replace(heard, schools=tuple(code(school) for school in self.register.find(text.words)))

    def _looked_up(self, event: Press | Started) -> Press | Started:
        """The event with its school and district as they are in the register and the content; unknown ones left out.

        A link may hold a school's id or its code, and a school that closed stands for the one that took over.
        """
        if isinstance(event, Started):
            named = self.register.by_id.get(event.school or "")
            school = self.register.by_code.get(code(named) if named else (event.school or "").lower())
            level = school.level if school is not None and school.level != "combined" else None
            return replace(event, school=code(school) if school else None, level=level)
        known = {
            "school": {FORGET, *self.register.by_code},
            "district": {UNKNOWN, *self.renderer.catalogue.districts},
        }.get(event.verb)
        if known is not None and event.choice not in known:
            event = replace(event, choice="")
        return event if event.school in self.register.by_code else replace(event, school=None)

    async def keep(self, chat_id: int, turn: Turn, update_id: int | None = None) -> None:
        """Keep what the turn led to, after its replies were sent."""
        try:
            await self.store.save(chat_id, turn.state, update_id, self.clock())
            self._works()
        except StoreError as error:
            self._fails(error)

    async def _erase(self, chat_id: int) -> bool:
        """Erase what is stored about a chat; whether that was done."""
        try:
            await self.store.save(chat_id, None, None, self.clock())
        except StoreError as error:
            self._fails(error)
            return False
        return True

    async def note(self, update_id: int) -> None:
        """Note an update as answered that led to no turn."""
        try:
            await self.store.note(update_id, self.clock())
        except StoreError as error:
            self._fails(error)

    async def handled(self, update_id: int) -> bool:
        """Whether an update was answered before; no, when the store cannot tell."""
        try:
            return await self.store.handled(update_id)
        except StoreError as error:
            self._fails(error)
            return False

    async def _load(self, chat_id: int) -> State:
        """The state of a chat; a fresh one when there is none, or when the store fails."""
        try:
            state = await self.store.load(chat_id, self.clock())
        except StoreError as error:
            self._fails(error)
            return State()
        return state or State()

    def _fails(self, error: StoreError) -> None:
        self.faults += 1
        if self._store_works:
            log.error("Conversations are answered but not remembered: %s", error)
        self._store_works = False

    def _works(self) -> None:
        if not self._store_works:
            log.warning("The database works again.")
        self._store_works = True


def _kind(event: Event) -> Kind:
    match event:
        case Heard():
            return event.decision
        case Press():
            return "button"
        case Started():
            return "start"
        case Command():
            return "command"
        case Unreadable():
            return event.kind


def _about_danger(node: NodeId) -> bool:
    """Whether a screen is the card of a danger, the question whether it is one, or the card of them all."""
    return node == "danger" or node.startswith("crisis.")
