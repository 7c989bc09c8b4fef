"""A message as Telegram wants it: HTML text and an inline keyboard."""

from __future__ import annotations

from html import escape
from typing import Any

from bot.render.codec import encode
from bot.render.message import Block, Message


def html(message: Message) -> str:
    """The text in Telegram's HTML, a blank line between paragraphs and none between the items of a list."""
    lines: list[str] = []
    before = None
    for block in message.blocks:
        close = block.kind == before == "item" or before == "heading"
        if lines and not close:
            lines.append("")
        lines.append(_block(block))
        before = block.kind
    return "\n".join(lines)


def _block(block: Block) -> str:
    text = "".join(
        f'<a href="{escape(span.href)}">{escape(span.text, quote=False)}</a>'
        if span.href
        else escape(span.text, quote=False)
        for span in block.spans
    )
    match block.kind:
        case "title" | "heading":
            return f"<b>{text}</b>"
        case "item":
            return f"• {text}"
        case "quote":
            # Held or tapped, a block of code is copied whole.
            return f"<pre>{text}</pre>"
        case "paragraph":
            return text


def keyboard(message: Message) -> dict[str, Any]:
    """The buttons as an InlineKeyboardMarkup in JSON, each carrying all that is needed to answer it; first the one that
    copies, if there is one.
    """
    copy = message.copy
    first = [[{"text": copy.label, "copy_text": {"text": copy.text}}]] if copy else []
    rows = [[{"text": b.label, "callback_data": encode(b.press)} for b in row] for row in message.rows]
    return {"inline_keyboard": [*first, *rows]}
