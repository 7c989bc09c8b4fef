"""Message text as Telegram reads it: HTML to plain text and entities, limits, and what people's own words contain."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeAlias

from tests.botapi_refusal import bad_request

Entity: TypeAlias = dict[str, Any]

MAX_TEXT = 4096
"""Characters of a message after its entities are parsed."""
_MAX_SOURCE = 1 << 15
_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|([A-Za-z]+));?")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>]*)\s*(?:(=)\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9.-]*)(?=[\s>])))?""")
_COMMAND = re.compile(r"(?<![^\s])/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]{3,32})?(?![A-Za-z0-9_@/])")
_LINK = re.compile(r"https?://[^\s<>]+[^\s<>.,;:!?)]")


@dataclass(frozen=True, slots=True)
class Formatted:
    """Plain text and its entities, offsets in UTF-16 as Telegram counts them."""

    text: str
    entities: tuple[Entity, ...] = ()


def utf16(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def message_text(text: str, parse_mode: str, entities: list[Entity]) -> Formatted:
    """The text of a message to be sent or edited, or the refusal that Telegram would give."""
    if not text:
        raise bad_request("message text is empty")
    if len(text.encode()) > _MAX_SOURCE:
        raise bad_request("text is too long")
    if parse_mode.lower() == "html":
        formatted = parse_html(text)
    elif parse_mode in ("", "None"):
        formatted = Formatted(text, tuple(entities))
    else:
        raise bad_request(f"unsupported parse_mode (the test server reads HTML only, not {parse_mode})")
    formatted = _trimmed(formatted)
    if not formatted.text:
        raise bad_request("text must be non-empty")
    if len(formatted.text) > MAX_TEXT:
        raise bad_request("message is too long")
    return formatted


def own_entities(text: str) -> list[Entity]:
    """What Telegram marks in a person's text: bot commands and web addresses."""
    found = [("bot_command", match) for match in _COMMAND.finditer(text)]
    found += [("url", match) for match in _LINK.finditer(text)]
    found.sort(key=lambda pair: pair[1].start())
    return [{"type": kind, "offset": utf16(text[: m.start()]), "length": utf16(m[0])} for kind, m in found]


def link_fault(url: str) -> str | None:
    """Why Telegram takes an address for a button or a link not to be one; None when it is fine."""
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", url)
    kind = scheme[1].lower() if scheme else ""
    if kind in ("tg", "ton") and len(url) > len(kind) + 1:
        return None
    if kind in ("mailto", "tel", "javascript") or ("://" in url and kind not in ("http", "https")):
        return "Unsupported URL protocol"
    rest = url.split("://", 1)[-1]
    host, _, port = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2].partition(":")
    if not host:
        return "URL host is empty"
    if port and not (port.isdecimal() and 0 < int(port) < 65536):
        return "Wrong port number specified in the URL"
    if "." not in host.strip(".") or any(c.isspace() for c in host):
        return "Wrong HTTP URL"
    return None


def parse_html(source: str) -> Formatted:
    """Read Telegram's HTML: every `<` must begin a known tag, but an `&` that means nothing stands for itself."""
    plain = ""
    entities: list[Entity] = []
    open_tags: list[_Open] = []
    at = 0
    while at < len(source):
        if source[at] == "&":
            character, at = _reference(source, at)
            plain += character
        elif source[at] != "<":
            plain += source[at]
            at += 1
        elif source.startswith("</", at):
            at = _close(source, at, plain, open_tags, entities)
        else:
            tag, at = _start(source, at, plain)
            open_tags.append(tag)
    if open_tags:
        raise _broken(f"Can't find end tag corresponding to start tag {open_tags[-1].name}")
    entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return Formatted(plain, tuple(entities))


@dataclass(frozen=True, slots=True)
class _Open:
    """A tag that waits for its end."""

    name: str
    argument: str
    begin: int


def _broken(reason: str) -> Exception:
    return bad_request(f"can't parse entities: {reason}")


def _byte(source: str, at: int) -> int:
    """Telegram names the place of a fault in bytes."""
    return len(source[:at].encode())


def _reference(source: str, at: int) -> tuple[str, int]:
    match = _REFERENCE.match(source, at)
    if match is None:
        return "&", at + 1
    code = int(match[1], 16) if match[1] else int(match[2] or 0)
    character = _NAMED.get(match[3], "") if match[3] else chr(code) if 0 < code < 0x10FFFF else ""
    return (character, match.end()) if character else ("&", at + 1)


def _decoded(value: str) -> str:
    """An attribute's value; the standard library's decoder would also eat `&copy` in an address."""
    return re.sub("&[^&]*", lambda part: "".join(_reference_and_rest(part[0])), value)


def _reference_and_rest(part: str) -> tuple[str, str]:
    character, end = _reference(part, 0)
    return character, part[end:]


def _start(source: str, at: int, plain: str) -> tuple[_Open, int]:
    here = _byte(source, at)
    end = at + 1
    while end < len(source) and not source[end].isspace() and source[end] != ">":
        end += 1
    if end == len(source):
        raise _broken(f"Unclosed start tag at byte offset {here}")
    name = source[at + 1 : end].lower()
    if name not in _TAGS:
        raise _broken(f'Unsupported start tag "{name}" at byte offset {here}')
    attributes: dict[str, str] = {}
    while not source[end:].lstrip().startswith(">"):
        match = _ATTRIBUTE.match(source, end)
        if not source[end:].strip() or match is None or match.end() >= len(source):
            raise _broken(f"Unclosed start tag at byte offset {here}")
        if not match[1]:
            raise _broken(f'Empty attribute name in the tag "{name}" at byte offset {here}')
        if match[2] is None and source[match.end() :].startswith("="):
            raise _broken(f"Unclosed start tag at byte offset {here}")
        if match[2] is None and (name, match[1]) != ("blockquote", "expandable"):
            raise _broken(
                f'Expected equal sign in declaration of an attribute of the tag "{name}" at byte offset {here}'
            )
        attributes[match[1].lower()] = _decoded(match[3] or match[4] or match[5] or "")
        end = match.end()
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _broken(f'Tag "span" must have class "tg-spoiler" at byte offset {here}')
    argument = attributes.get("href", attributes.get("class", "expandable" if "expandable" in attributes else ""))
    return _Open(name, argument, len(plain)), source.index(">", end) + 1


def _close(source: str, at: int, plain: str, open_tags: list[_Open], entities: list[Entity]) -> int:
    here = _byte(source, at)
    if not open_tags:
        raise _broken(f"Unexpected end tag at byte offset {here}")
    match = re.compile(r"</([^\s>]*)\s*>").match(source, at)
    if match is None:
        raise _broken(f"Unclosed end tag at byte offset {here}")
    tag = open_tags.pop()
    found = match[1].lower()
    if found and found != tag.name:
        raise _broken(f'Unmatched end tag at byte offset {here}, expected "</{tag.name}>", found "</{found}>"')
    inside = plain[tag.begin :]
    if inside:
        entity: Entity = {"type": _TAGS[tag.name], "offset": utf16(plain[: tag.begin]), "length": utf16(inside)}
        if tag.name == "a":
            entity["url"] = tag.argument or inside
        if tag.name == "blockquote" and tag.argument:
            entity["type"] = "expandable_blockquote"
        # A link that leads nowhere loses its mark and keeps its words; Telegram does not refuse it.
        if tag.name != "a" or link_fault(entity["url"]) is None:
            entities.append(entity)
    return match.end()


def _trimmed(formatted: Formatted) -> Formatted:
    """Without the white space around it, which Telegram removes from every message."""
    text = formatted.text.strip()
    cut = utf16(formatted.text[: len(formatted.text) - len(formatted.text.lstrip())])
    whole = utf16(text)
    entities = []
    for entity in formatted.entities:
        begin = max(0, entity["offset"] - cut)
        end = min(whole, entity["offset"] - cut + entity["length"])
        if end > begin:
            entities.append({**entity, "offset": begin, "length": end - begin})
    return Formatted(text, tuple(entities))
