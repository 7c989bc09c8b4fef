"""What a channel sends: blocks of text and rows of buttons, without any markup of a channel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.model import Language, Press


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text, perhaps a link."""

    text: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """One line or paragraph; a `quote` is meant to be copied as it is."""

    kind: Literal["title", "heading", "paragraph", "item", "quote"]
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Button:
    """A label and what pressing it means."""

    label: str
    press: Press


@dataclass(frozen=True, slots=True)
class Copy:
    """A button that puts a text into the clipboard, where the channel has such a thing."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """A screen in words: blocks from top to bottom, perhaps a text to copy, and rows of buttons."""

    language: Language
    blocks: tuple[Block, ...]
    rows: tuple[tuple[Button, ...], ...] = ()
    copy: Copy | None = None

    @property
    def text(self) -> str:
        """The words alone, one block a line, as the readability measure wants them."""
        return "\n".join(block.text for block in self.blocks)

    @property
    def buttons(self) -> Iterator[Button]:
        """All buttons, in reading order: the first is number one when its number is typed."""
        for row in self.rows:
            yield from row
