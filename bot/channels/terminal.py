"""The same conversation in a terminal: numbered buttons, or a plain transcript when the lines come from a pipe."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace

from rich.console import Console
from rich.text import Text as Styled

from bot.conversation import Conversation, Text, typed
from bot.errors import ChannelError
from bot.model import Event, Language, Started
from bot.render.message import Block, Message

CHAT = 0
"""The chat id of whoever sits at the terminal: there is only one."""


async def chat(conversation: Conversation, language: Language, started: Started) -> None:
    """Talk until the input ends. Commands are typed as in Telegram (`/worried`), choices by number or label."""
    if sys.stdin is None:
        raise ChannelError("There is no input to read: stdin is closed.")
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
        line = await _line(prompt)
        if line is None:
            return
        event = typed(line)


async def _line(prompt: str) -> str | None:
    """The next line, read in a thread of its own: it waits for a key, and Ctrl-C must not wait for it."""
    loop = asyncio.get_running_loop()
    read: asyncio.Future[str | None] = loop.create_future()

    def reading() -> None:
        try:
            line = _read(prompt)
        except BaseException as error:
            # Whatever it is, nobody may wait for a line that does not come.
            loop.call_soon_threadsafe(read.set_exception, error)
        else:
            loop.call_soon_threadsafe(read.set_result, line)

    threading.Thread(target=reading, daemon=True).start()
    return await read


def _read(prompt: str) -> str | None:
    """The next line; None at the end of the input. From a pipe it is repeated, so that a transcript reads well."""
    try:
        if sys.stdin.isatty():
            return input(f"\n{prompt} ")
        # Bytes, because in some locales Python lets any byte through as half a character.
        raw = sys.stdin.buffer.readline()
        line = raw.decode("utf-8").rstrip("\r\n")
    except EOFError:
        return None
    except UnicodeDecodeError:
        raise ChannelError("The input is not UTF-8 text.") from None
    if not raw:
        return None
    print(f"\n> {line}")
    return line


def _print(console: Console, message: Message) -> None:
    """Blocks with a blank line before headings, then the buttons, numbered."""
    console.print()
    for block in message.blocks:
        if block.kind in ("heading", "quote"):
            console.print()
        console.print(_styled(block))
    console.print()
    for number, label in enumerate(_labels(message), 1):
        console.print(Styled(f"  {number}. ", style="dim"), Styled(label, style="cyan"), sep="")


def _styled(block: Block) -> Styled:
    """A block in the terminal's own style; a link shows its whole address, after its words if it has any of its own."""
    text = Styled("– " if block.kind == "item" else "")
    for span in block.spans:
        named = span.href is not None and span.text not in span.href
        text.append(f"{span.text} (" if named else "" if span.href else span.text)
        text.append(span.href or "", style="underline")
        text.append(")" if named else "")
    text.stylize("bold" if block.kind in ("title", "heading") else "")
    return text


def _labels(message: Message) -> Iterator[str]:
    for button in message.buttons:
        yield button.label
