"""A message that a parent can copy and send: in Norwegian, with what it says beside it for who reads English."""

from __future__ import annotations

from collections.abc import Iterator

from bot.content.catalogue import Book
from bot.dialogs.flow import Draft
from bot.model import Language, Level
from bot.render.doors import school_sees
from bot.render.message import Block, Copy, Span
from bot.render.scene import Scene

SENT_IN: Language = "nb"
"""The language of the schools: what is sent to them is written in it, whatever the parent reads."""


def body(scene: Scene, node: Draft) -> Iterator[Block]:
    """For whom the message is, how it gets there, and the message, as plain text to hold and copy."""
    screens = scene.ui.screens
    yield Block("title", (Span(screens["draft_title"]),))
    yield from scene.blocks(screens["draft_text"])
    for door_id in node.to.at(scene.level or node.levels[0]):
        door = scene.book.doors[door_id]
        yield Block("paragraph", (Span(screens["draft_to"].format(door=scene.plain(scene.at(door.name)))),))
        yield Block("paragraph", scene.spans(f"{scene.at(door.what)} {scene.at(door.how)}"))
    yield from school_sees(scene)
    if scene.language == SENT_IN:
        yield Block("quote", (Span(_sent(scene, node)),))
        return
    yield Block("heading", (Span(screens["draft_original"]),))
    yield Block("quote", (Span(_sent(scene, node)),))
    yield Block("heading", (Span(screens["draft_meaning"]),))
    yield Block("paragraph", (Span(message(scene.book, node, scene.level, interpreter=True)),))
    yield from scene.blocks(screens["interpreter"])


def copy(scene: Scene, node: Draft) -> Copy:
    """The button that copies the message."""
    return Copy(scene.ui.buttons["copy"], _sent(scene, node))


def message(book: Book, node: Draft, level: Level | None, *, interpreter: bool) -> str:
    """The message in the words of one language; with `interpreter`, the sentence that asks for one at its end."""
    words = book.nodes[node.words].parts["message"]
    text = " ".join((words.at(level) or words.at(None) or "").split())
    if node.matter:
        matter = book.nodes[node.matter].parts["matter"]
        text = text.replace("{matter}", matter.at(level) or matter.at(None) or "")
    return f"{text}\n{book.ui.screens['draft_interpreter']}" if interpreter else text


def _sent(scene: Scene, node: Draft) -> str:
    """What is sent. A parent who reads another language asks for an interpreter in it."""
    book = scene.catalogue.books[SENT_IN]
    return message(book, node, scene.level, interpreter=scene.language != SENT_IN)
