"""What fits: labels on a phone, messages and callback data in Telegram, the bot's texts in its profile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.checks.texts import Field, both
from bot.content.catalogue import Catalogue
from bot.content.faults import Fault
from bot.dialogs.flow import Flows, Node
from bot.model import LANGUAGES, Language, Level, Press, SchoolCode, Screen, State, Verb
from bot.render.codec import LIMIT, decode, encode
from bot.render.drafts import SENT_IN
from bot.render.message import Message
from bot.render.prose import plain
from bot.render.screens import Renderer

LABEL = 28
"""Characters that a button shows on a phone (voice.md section 7)."""
LONGEST: SchoolCode = "zzzzzz"
"""A school's code as long as any: nine digits in base 36."""
SIDES: tuple[tuple[Verb, str], ...] = (("level", "primary"), ("school", LONGEST), ("district", "999"))
"""The longest buttons of a screen's other sides."""
MESSAGE = 4096
"""Characters that Telegram takes in one message."""
_PROFILE = {"name": 64, "short_description": 120, "description": 512, "group_button": LABEL}
_COMMAND = 256
COPIED = 256
"""Characters that Telegram's copy button takes."""


def check(catalogue: Catalogue, flows: Flows) -> Iterator[Fault]:
    """Texts that are too long for where they stand."""
    for field in both(catalogue):
        yield from _field(catalogue, field)
    for node in flows.nodes.values():
        yield from _id_fits(catalogue, node)
    renderer = Renderer(catalogue, flows)
    for language in LANGUAGES:
        for node_id, level in walk(flows):
            message = renderer.message(Screen(node_id), State(language=language, level=level))
            yield from _message(catalogue, flows, language, node_id, message)
            if message.copy is not None and len(message.copy.text) > COPIED:
                yield _too_long_to_copy(catalogue, flows.nodes[node_id], level, len(message.copy.text))


def _id_fits(catalogue: Catalogue, node: Node) -> Iterator[Fault]:
    """The other sides of a screen have buttons too: its level, school or district to choose."""
    for verb, choice in SIDES:
        data = encode(Press(verb, node.id, choice, "primary", "nb", LONGEST))
        if len(data) > LIMIT:
            text = catalogue.books[SENT_IN].nodes[node.words]
            what = f"The id `{node.id}` is too long: a button to choose the {verb} carries {len(data)} bytes."
            yield Fault(text.place.file, text.place.line(), what, f"{LIMIT} fit: shorten the id in bot/dialogs.")
            return


def _too_long_to_copy(catalogue: Catalogue, node: Node, level: Level, length: int) -> Fault:
    text = catalogue.books[SENT_IN].nodes[node.words]
    what = f"The message of `{node.id}` ({level}) has {length} characters; {COPIED} fit on the copy button."
    return Fault(text.place.file, text.place.line(), what, "Make it shorter.")


def walk(flows: Flows) -> Iterator[tuple[str, Level]]:
    """Every screen at every level it exists for."""
    for node in flows.nodes.values():
        for level in node.levels:
            yield node.id, level


def _field(catalogue: Catalogue, field: Field) -> Iterator[Fault]:
    section, name = str(field.path[0]), str(field.path[-1])
    is_label = name == "label" or "choices" in field.path[:-1] or section in ("buttons", "choices")
    limit = LABEL if is_label else None
    if section == "telegram":
        limit = _PROFILE.get(name)
    if section == "commands":
        limit = _COMMAND
    for text in field.texts:
        shown = plain(text, catalogue.facts, field.language)
        if limit is not None and len(shown) > limit:
            what = f"«{shown}» has {len(shown)} characters; {limit} fit."
            yield field.fault(what, "Make it shorter.")
        if is_label and shown.endswith("."):
            yield field.fault(f"The label «{shown}» ends with a full stop.", "Take it away.")


def _message(catalogue: Catalogue, flows: Flows, language: Language, node: str, message: Message) -> Iterator[Fault]:
    text = catalogue.books[language].nodes[flows.nodes[node].words]
    file, line = text.place.file, text.place.line()
    if len(message.text) + len(message.blocks) > MESSAGE:
        what = f"`{node}` has {len(message.text)} characters; Telegram takes {MESSAGE}."
        yield Fault(file, line, what, "Shorten it, or move a part to a screen of its own.")
    for button in message.buttons:
        press = replace(button.press, school=LONGEST)
        data = encode(press)
        if len(data.encode()) > LIMIT or decode(data) != press:
            what = f"The button «{button.label}» on `{node}` carries {len(data)} bytes; {LIMIT} fit."
            yield Fault(file, line, what, "Shorten the ids in bot/dialogs.")
    shown = [b.label for b in message.buttons if b.press.verb == "choose"]
    first_words = [label.split()[0].lower() for label in shown if label]
    if flows.nodes[node].columns == 1 and len(set(first_words)) < len(first_words):
        twice = next(word for word in first_words if first_words.count(word) > 1)
        what = f"Two buttons on `{node}` begin with «{twice}»."
        yield Fault(file, line, what, "Begin them differently, so that a glance tells them apart.", warning=True)
