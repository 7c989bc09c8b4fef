"""The same conversation in a terminal: numbered buttons, or a plain transcript when the lines come from a pipe."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import replace

from rich.console import Console
from rich.text import Text as Styled

from bot.conversation import Conversation, Text
from bot.errors import ChannelError
from bot.model import Command, Event, Language, Started
from bot.render.message import Block, Message

CHAT = 0
"""The chat id of whoever sits at the terminal: there is only one."""

_COMMANDS = ("worried", "contact", "help", "language", "privacy", "delete")


async def chat(conversation: Conversation, language: Language, started: Started) -> None:
    """Talk until the input ends. Commands are typed as in Telegram (`/worried`), choices by number or label."""
    console = Console(highlight=False, soft_wrap=not sys.stdin.isatty())
    ui = conversation.renderer.catalogue.books[language].ui.terminal
    if sys.stdin.isatty():
        console.print(ui["hint"], style="dim")
    try:
        await _talk(
            conversation, console, ui["prompt"], language, replace(started, language=started.language or language)
        )
    finally:
        await conversation.store.close()


async def _talk(
    conversation: Conversation, console: Console, prompt: str, language: Language, event: Event | Text
) -> None:
    while True:
        turn = await conversation.turn(CHAT, event, language)
        for reply in turn.replies:
            language = reply.message.language
            _print(console, reply.message)
        await conversation.keep(CHAT, turn)
        line = await asyncio.to_thread(_read, prompt)
        if line is None:
            return
        event = _event(line)


def _read(prompt: str) -> str | None:
    """The next line; None at the end of the input. From a pipe it is repeated, so that a transcript reads well."""
    try:
        if sys.stdin.isatty():
            return input(f"\n{prompt}")
        line = input()
    except (EOFError, KeyboardInterrupt):
        return None
    except UnicodeDecodeError:
        raise ChannelError("The input is not UTF-8 text.") from None
    print(f"\n> {line}")
    return line


def _event(line: str) -> Event | Text:
    word = line.strip().removeprefix("/").split(" ")[0] if line.strip().startswith("/") else ""
    if word == "start":
        return Started()
    return Command(word) if word in _COMMANDS else Text(line)


def _print(console: Console, message: Message) -> None:
    """Blocks with a blank line before headings, then the buttons, numbered."""
    console.print()
    for block in message.blocks:
        if block.kind == "heading":
            console.print()
        console.print(_styled(block))
    console.print()
    for number, label in enumerate(_labels(message), 1):
        console.print(Styled(f"  {number}. ", style="dim"), Styled(label, style="cyan"), sep="")


def _styled(block: Block) -> Styled:
    """A block in the terminal's own style; a link shows its whole address."""
    text = Styled("– " if block.kind == "item" else "")
    for span in block.spans:
        text.append(span.href or span.text, style="underline" if span.href else "")
    text.stylize("bold" if block.kind in ("title", "heading") else "")
    return text


def _labels(message: Message) -> Iterator[str]:
    for button in message.buttons:
        yield button.label
