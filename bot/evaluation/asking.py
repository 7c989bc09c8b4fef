"""`ask`: what a message is understood to mean, for programs as JSON lines, for editors with the reasons."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TextIO

from bot.model import LANGUAGES, Decision, Heard, Language, TopicId
from bot.understanding.hear import Listener


def ask_lines(listener: Listener, lines: Iterable[str], out: TextIO) -> int:
    """Judge one JSON object a line, `{"id", "text"}`, each alone; write one a line in the same order.

    A line that is no such object is named on stderr, and the exit code is 1; the others are still judged.
    """
    code = 0
    # A text stream stops at the first byte that is not UTF-8; its bytes can be read line by line.
    for number, line in enumerate(getattr(lines, "buffer", lines), 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            text = item["text"]
            if not isinstance(text, str):
                raise TypeError
        except (ValueError, KeyError, TypeError, RecursionError):
            print(f'Line {number} is not an object like {{"id": "1", "text": "..."}}.', file=sys.stderr)
            code = 1
            continue
        answer = judged(listener, text)
        said = {"decision": answer.decision, "topics": answer.topics, "language": answer.language}
        print(_json({"id": item.get("id"), **said}), file=out, flush=True)
    return code


def _json(said: dict[str, object]) -> str:
    """One line of JSON, readable where it can be: half a character in an id is written as an escape."""
    line = json.dumps(said, ensure_ascii=False)
    return line if line.isascii() or not any("\ud800" <= c <= "\udfff" for c in line) else json.dumps(said)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one message is taken for: decision, topics (best first, at most five), language, certainty of the first."""

    decision: Decision
    topics: tuple[TopicId, ...]
    language: Language
    score: float


def judged(listener: Listener, text: str) -> Judgement:
    """One message, judged alone. A danger that is asked about counts as one: its numbers are on the screen."""
    found = listener.explain(text)
    return Judgement(
        "crisis" if found.heard.decision == "doubt" else found.heard.decision,
        tuple(topics(found.heard, [r.topic for r in found.ranked])),
        found.guess.language,
        1.0 if found.danger else found.ranked[0].score if found.ranked else 0.0,
    )


def topics(heard: Heard, ranked: list[TopicId]) -> list[TopicId]:
    """The topics of a message, best first: a danger before all others."""
    first = [heard.crisis] if heard.crisis else [r.topic for r in heard.topics]
    return list(dict.fromkeys([*first, *ranked]))[:5]


def explain(listener: Listener, text: str, language: Language = LANGUAGES[0]) -> str:
    """The reasons in words."""
    found = listener.explain(text, language)
    lines = [f"decision   {found.heard.decision}"]
    if found.danger is not None:
        certain = "perhaps" if found.danger.doubt else "certain"
        lines.append(f"danger     {found.danger.topic} ({certain}), by the pattern: {found.danger.pattern}")
    if found.heard.press is not None:
        lines.append(f"button     {found.heard.press.node} {found.heard.press.choice}")
    lines.append(f"language   {found.guess.language} ({'clear' if found.guess.clear else 'not clear'})")
    for place, ranked in enumerate(found.ranked):
        lines.append(f"{'topics' if place == 0 else '':10} {ranked.score:5.2f}  {ranked.topic}")
    if found.mended:
        lines.append("mended     " + ", ".join(f"{word} → {better}" for word, better in found.mended))
    best = found.ranked[0].topic if found.ranked else ""
    words = ", ".join(f"{word} {fall:+.2f}" for word, fall in listener.deciding(text, best)) or "none"
    lines.append(f"words      {words}")
    return "\n".join(lines)
