"""Flows and words fit together: every screen has words, every step can be reached, every end has its parts."""

from __future__ import annotations

from collections.abc import Iterator

from bot.content.catalogue import Book, Catalogue, NodeText
from bot.content.faults import Fault
from bot.dialogs.flow import Card, Doors, Draft, End, Flows, Ladder, Node, Question
from bot.dialogs.topics import TOPICS
from bot.model import LANGUAGES, LEVELS, NONE, Language, Level
from bot.render.keyboard import choice_label
from bot.render.screens import END_PARTS

_FLOWS = "bot/dialogs/flows.py"
CRISIS_PARTS = ("listen", "call", "meanwhile", "avoid", "after")
"""What every danger card says (guidance 3)."""


def check(catalogue: Catalogue, flows: Flows) -> Iterator[Fault]:
    """Faults in how flows and words fit."""
    yield from _steps(catalogue, flows)
    for language in LANGUAGES:
        book = catalogue.books[language]
        for node in flows.nodes.values():
            yield from _words(book, language, flows, node)
        yield from _unused(book, flows)


def _steps(catalogue: Catalogue, flows: Flows) -> Iterator[Fault]:
    for node in flows.nodes.values():
        for level in node.levels:
            if (node.id, level) not in flows.paths:
                yield Fault(
                    _FLOWS,
                    1,
                    f"`{node.id}` cannot be reached at level `{level}`.",
                    "Lead to it from a screen, or delete it.",
                )
        for choice in node.choices:
            for level in set(choice.levels) & set(node.levels):
                target = flows.find(flows.target(choice, level))
                if target is None or level not in target.levels:
                    what = f"`{node.id}`, choice `{choice.id}`, leads nowhere at level `{level}`."
                    yield Fault(_FLOWS, 1, what, "Lead to a screen that exists at that level.")
    for topic in TOPICS:
        if topic != NONE and flows.find(topic) is None:
            yield Fault(_FLOWS, 1, f"The topic `{topic}` has no screen.", "Add the screen, or take the topic out.")
    for section, old, new in (
        *(("renamed", old, new) for old, new in catalogue.renamed.items()),
        *(("moved", old, new) for old, new in catalogue.moved.items()),
    ):
        if new not in flows.nodes:
            line = catalogue.sources["content/ids.yaml"].line((section, old))
            yield Fault(
                "content/ids.yaml",
                line,
                f"`{old}` is renamed to `{new}`, which does not exist.",
                "Name a screen that exists.",
            )


def _words(book: Book, language: Language, flows: Flows, node: Node) -> Iterator[Fault]:
    text = book.nodes.get(node.words)
    if text is None:
        yield Fault(
            f"content/{language}",
            1,
            f"The screen `{node.words}` has no words.",
            f"Add the key `{node.words}:` with a title.",
        )
        return
    file, line = text.place.file, text.place.line()
    for level in node.levels:
        if text.title.at(level) is None and not isinstance(node, Draft):
            yield Fault(file, line, f"`{node.words}` has no title for `{level}`.", "Add `title:`.")
        for choice in node.visible(level):
            if not choice_label(book, flows, node, choice, level):
                what = f"`{node.words}` has no label for the choice `{choice.id}` at `{level}`."
                yield Fault(
                    file, line, what, f"Add `{choice.id}:` under `choices:`, or `label:` to the screen it leads to."
                )
        yield from _parts(book, node, text, level)
    known = {choice.id for choice in node.choices}
    for name in text.choices:
        if name not in known:
            mend = f"This screen's choices are: {', '.join(sorted(known)) or 'none'}."
            yield Fault(file, text.place.line("choices", name), f"`{node.words}` has no choice `{name}`.", mend)


def _parts(book: Book, node: Node, text: NodeText, level: Level) -> Iterator[Fault]:
    file, line = text.place.file, text.place.line()
    demanded: tuple[str, ...] = ()
    match node:
        case End():
            demanded = END_PARTS
            yield from _doors(book, node, level, file, line)
        case Card() if node.id.startswith("crisis."):
            demanded = CRISIS_PARTS
        case Draft():
            demanded = ("message",)
            yield from _matter(book, node, text, level)
        case Card(door=None) | Ladder():
            if not any(words.at(level) for words in text.parts.values()):
                yield Fault(file, line, f"`{node.words}` says nothing at level `{level}`.", "Add `parts:` with a text.")
        case Question():
            pass
    for name in demanded:
        if name not in text.parts or text.parts[name].at(level) is None:
            yield Fault(
                file, line, f"`{node.words}` lacks the part `{name}` for `{level}`.", f"Add `{name}:` under `parts:`."
            )


def _matter(book: Book, node: Draft, text: NodeText, level: Level) -> Iterator[Fault]:
    """A message with `{matter}` in it needs to know what it is about; one without must not ask."""
    file, line = text.place.file, text.place.line()
    message = text.parts["message"].at(level) if "message" in text.parts else None
    if message is not None and message.count("{matter}") != bool(node.matter):
        where = "once" if node.matter else "nowhere"
        yield Fault(file, line, f"`{node.words}` must hold {{matter}} {where}.", "Mend the text.")
    about = book.nodes.get(node.matter)
    if about is not None and ("matter" not in about.parts or about.parts["matter"].at(level) is None):
        place = about.place
        what = f"`{node.matter}` lacks the part `matter` for `{level}`."
        yield Fault(place.file, place.line(), what, "Add `matter:` under `parts:`.")


def _doors(book: Book, end: End, level: Level, file: str, line: int) -> Iterator[Fault]:
    named: dict[str, Doors] = {"first": end.first, "outside": end.outside, "tried": end.tried}
    for name, doors in named.items():
        if not doors.at(level):
            yield Fault(
                file,
                line,
                f"`{end.id}` names no door under `{name}` at `{level}`.",
                "Name one in bot/dialogs/worries/.",
            )
        for door in doors.at(level):
            text = book.doors.get(door)
            if text is None:
                yield Fault(file, line, f"`{end.id}` names the unknown door `{door}`.", "Add it to doors.yaml.")
            elif not all(words.at(level) for words in (text.name, text.what, text.how)):
                yield Fault(
                    text.place.file,
                    text.place.line(),
                    f"`{door}` lacks words for `{level}`.",
                    "Add name, what and how.",
                )
    again = set(end.first.at(level)) & set(end.tried.at(level))
    if again:
        what = f"`{end.id}` sends a parent back to {', '.join(sorted(again))}."
        yield Fault(file, line, what, "Take it out of the ladder in bot/dialogs/worries/.")
    if end.because and (end.because not in book.nodes or "because" not in book.nodes[end.because].parts):
        yield Fault(file, line, f"`{end.because}` lacks the part `because`.", "Add it with `parts:` and `because:`.")


def _unused(book: Book, flows: Flows) -> Iterator[Fault]:
    used = {node.words for node in flows.nodes.values()}
    used |= {node.because for node in flows.nodes.values() if isinstance(node, End)}
    for node_id, text in book.nodes.items():
        if node_id not in used:
            yield Fault(
                text.place.file, text.place.line(), f"No screen is called `{node_id}`.", "Delete it, or mend its name."
            )
    doors = {
        door
        for node in flows.nodes.values()
        if isinstance(node, End)
        for doors in (node.first, node.outside, node.tried)
        for level in LEVELS
        for door in doors.at(level)
    }
    doors |= {node.door for node in flows.nodes.values() if isinstance(node, Card) and node.door}
    for door_id, door in book.doors.items():
        if door_id not in doors:
            yield Fault(
                door.place.file,
                door.place.line(),
                f"No screen shows the door `{door_id}`.",
                "Delete it, or mend its name.",
            )
