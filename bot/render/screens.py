"""A screen into a message: which words, which doors, which buttons, in one language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType

from bot.content.catalogue import Catalogue, DoorText, NodeText, Words
from bot.dialogs.flow import Card, Draft, End, Flows, Ladder, Menu, Node, Question
from bot.model import LANGUAGES, Note, SchoolCode, Screen, State
from bot.render import doors, drafts, keyboard, places, privacy
from bot.render.message import Block, Button, Message, Span
from bot.render.scene import Scene
from bot.schools.school import School

END_PARTS = ("first", "school", "say", "next_door", "not_wait")
"""What every end of a worry says; the outside services, which follow `school`, come from the flow."""
_NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
"""A moment at which everything is open: for whoever asks what a screen says at any time."""


class Renderer:
    """Puts screens into words. Pure: the same screen, state and moment give the same message."""

    def __init__(
        self, catalogue: Catalogue, flows: Flows, schools: Mapping[SchoolCode, School] = MappingProxyType({})
    ) -> None:
        """Take the words, the flows they are for, and by each code the school that answers for it."""
        self.catalogue = catalogue
        self.flows = flows
        self.schools = schools

    def message(self, screen: Screen, state: State, expires: date | None = None, now: datetime = _NOON) -> Message:
        """The message for `screen` at `now`. `expires`, the day on which what is stored is erased, is for the privacy
        screen.
        """
        scene = Scene(self.catalogue, self.flows, self.schools, state, now, state.language or "nb")
        node = self.flows.nodes[screen.node]
        body = [*(_note(scene, note) for note in screen.notes), *_side(scene, node, screen, expires)]
        rows = _rows(scene, screen)
        copy = drafts.copy(scene, node) if isinstance(node, Draft) and screen.view == "node" else None
        return Message(scene.language, tuple(body), rows, copy)

    def buttons(self, screen: Screen, state: State, now: datetime = _NOON) -> tuple[Button, ...]:
        """The buttons that `message` has, without its words."""
        scene = Scene(self.catalogue, self.flows, self.schools, state, now, state.language or "nb")
        return tuple(button for row in _rows(scene, screen) for button in row)

    def emergency(self) -> Message:
        """The danger card in both languages: what is sent when everything else fails."""
        both = [self.message(Screen("danger"), State(language=language)) for language in LANGUAGES]
        return Message("nb", tuple(block for message in both for block in message.blocks), both[0].rows)


def _rows(scene: Scene, screen: Screen) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(row) for row in keyboard.rows(scene, scene.flows.nodes[screen.node], screen))


def _note(scene: Scene, note: Note) -> Block:
    name = scene.school.name if scene.school else ""
    return Block("paragraph", (Span(scene.ui.notes[note].replace("{school}", name)),))


def _side(scene: Scene, node: Node, screen: Screen, expires: date | None) -> Iterator[Block]:
    """The words of one side of a screen."""
    match screen.view:
        case "level":
            yield from _subject(scene, node)
            yield from _named(scene, "level")
        case "options" | "offer" | "district":
            yield from _named(scene, screen.view)
        case "school":
            yield from places.search(scene, found=bool(screen.schools))
        case "node":
            yield from _node(scene, node)
            if node.id == "meta.privacy":
                yield from privacy.stored(scene, expires)


def _named(scene: Scene, name: str) -> list[Block]:
    """A screen of the bot's own: title and text."""
    screens = scene.ui.screens
    return [Block("title", (Span(screens[f"{name}_title"]),)), *scene.blocks(screens[f"{name}_text"])]


def _subject(scene: Scene, node: Node) -> list[Block]:
    """What the question is about, so that a parent who typed sees that it was understood."""
    label = scene.book.nodes[node.words].label.at(scene.level)
    if not label or not node.asks_level or isinstance(node, Menu):
        return []
    return [Block("title", scene.spans(label))]


def _node(scene: Scene, node: Node) -> Iterator[Block]:
    text = scene.book.nodes[node.words]
    if isinstance(node, Question):
        yield from _subject(scene, node)
    title = text.title.at(scene.level)
    if title:
        yield Block("title", scene.spans(title))
    if node.id == scene.flows.root:
        yield from places.greeting(scene)
    match node:
        case End():
            yield from _end(scene, node, text)
        case Ladder():
            yield from _parts(scene, text)
            above = node.doors.at(scene.level or node.levels[0])
            yield from doors.listed(scene, above)
            yield from places.where(scene, above)
        case Draft():
            yield from drafts.body(scene, node)
        case Card(door=str(door)):
            yield from _door_card(scene, scene.book.doors[door])
            yield from places.local(scene, door, scene.book.doors[door])
            yield from _parts(scene, text)
        case _:
            yield from _parts(scene, text)


def _end(scene: Scene, node: End, text: NodeText) -> Iterator[Block]:
    level = scene.level or node.levels[0]
    begin_with, outside = node.first.at(level), node.outside.at(level)
    yield scene.heading("first")
    yield from scene.blocks(scene.at(text.parts["first"]))
    yield from doors.first(scene, begin_with)
    yield from doors.meanwhile(scene, begin_with, outside)
    if node.because:
        yield from scene.blocks(scene.at(scene.book.nodes[node.because].parts["because"]))
    for name, words in text.parts.items():
        if name != "first":
            yield from _part(scene, name, words)
        if name == "say":
            yield from scene.blocks(scene.ui.screens["interpreter"])
        if name == "school":
            yield scene.heading("outside")
            yield from doors.listed(scene, doors.awake_first(scene, outside))
            yield from places.where(scene, (*begin_with, *outside))


def _door_card(scene: Scene, door: DoorText) -> Iterator[Block]:
    yield from scene.blocks(scene.at(door.what))
    yield scene.heading("how")
    yield from scene.blocks(scene.at(door.how))


def _parts(scene: Scene, text: NodeText) -> Iterator[Block]:
    for name, words in text.parts.items():
        yield from _part(scene, name, words)


def _part(scene: Scene, name: str, words: Words) -> Iterator[Block]:
    part = words.at(scene.level)
    if part is None:
        return
    if name in scene.ui.headings:
        yield scene.heading(name)
    yield from scene.blocks(part)
