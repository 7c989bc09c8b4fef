"""`eval`: how often messages with known topics are understood, by the rules of their set.

Top-1 is right when the first topic is among the message's topics. A message of danger is found when it is answered, or
asked about, as any danger. `none` is out of scope: right when it is not answered directly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

import yaml
from pydantic import BaseModel, Field, ValidationError, model_validator

from bot.errors import BotError
from bot.evaluation.asking import judged
from bot.model import CRISES, NONE, TopicId
from bot.understanding.hear import Listener


class Labelled(BaseModel):
    """A message whose topics are known, the first one best; keys that are not needed here are passed over."""

    id: str
    text: str
    lang: str = "nb"
    style: str = "plain"
    topic: Annotated[list[TopicId], Field(min_length=1)]
    crisis: TopicId | None = None

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, data: object) -> object:
        """A single topic may stand alone; a danger as the topic is the message's danger."""
        if not isinstance(data, dict):
            return data
        topics = [data["topic"]] if isinstance(data.get("topic"), str) else data.get("topic")
        danger = topics[0] if isinstance(topics, list) and topics and topics[0] in CRISES else None
        return {**data, "topic": topics, "crisis": data.get("crisis") or danger}


class MessagesError(BotError):
    """A file of messages cannot be read."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A message and what it was taken for."""

    message: Labelled
    decision: str
    topics: tuple[TopicId, ...]
    language: str
    score: float = 0.0


def read_messages(path: Path) -> list[Labelled]:
    """The messages of a YAML file; MessagesError names the record that is wrong."""
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise MessagesError(f"{path} is not a YAML file that can be read ({type(error).__name__}).") from None
    if not isinstance(data, list):
        raise MessagesError(f"{path} must hold a list of messages.")
    found = []
    for number, item in enumerate(data, 1):
        try:
            found.append(Labelled.model_validate(item))
        except ValidationError as error:
            detail = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in detail["loc"])
            raise MessagesError(f"{path}, message {number}: `{where}`: {detail['msg']}.") from None
    return found


def judge(listener: Listener, messages: Sequence[Labelled]) -> list[Judged]:
    """What each message is taken for, each judged alone."""
    found = []
    for message in messages:
        answer = judged(listener, message.text)
        found.append(Judged(message, answer.decision, answer.topics, answer.language, answer.score))
    return found


@dataclass(frozen=True, slots=True)
class Share:
    """Some of a number, shown as a percentage with both counts."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """The share in per cent; None when there is nothing to share."""
        return round(100 * self.part / self.whole, 1) if self.whole else None

    def __str__(self) -> str:
        """«85.2 % (383 of 450)», or that there was none."""
        if not self.whole:
            return "none"
        return f"{100 * self.part / self.whole:5.1f} %  ({self.part} of {self.whole})"


def figures(results: Sequence[Judged]) -> dict[str, Share]:
    """The figures of a set, by name."""
    ordinary = [r for r in results if r.message.crisis is None]
    inside = [r for r in ordinary if r.message.topic[0] != NONE]
    outside = [r for r in ordinary if r.message.topic[0] == NONE]
    danger = [r for r in results if r.message.crisis is not None]
    direct = [r for r in inside if r.decision == "answer"]
    told = [r for r in results if r.message.lang in ("nb", "nn", "en")]
    return {
        "top-1": Share(sum(is_right(r, 1) for r in results), len(results)),
        "top-3": Share(sum(is_right(r, 3) for r in results), len(results)),
        "answered directly": Share(len(direct), len(inside)),
        "of those right": Share(sum(is_right(r, 1) for r in direct), len(direct)),
        "out of scope, not answered": Share(sum(r.decision not in ("answer", "crisis") for r in outside), len(outside)),
        "danger found": Share(sum(r.decision == "crisis" for r in danger), len(danger)),
        "danger falsely raised": Share(sum(r.decision == "crisis" for r in ordinary), len(ordinary)),
        "language": Share(sum((r.language == "en") == (r.message.lang == "en") for r in told), len(told)),
    }


def _change(now: Share, before: float | None) -> str:
    """How much a figure has changed, in points; nothing when it has not, or is new."""
    if before is None or now.percent is None or now.percent == before:
        return ""
    return f"   {now.percent - before:+.1f} since the figures were kept"


def is_right(result: Judged, places: int) -> bool:
    """Whether one of the first topics is right; for a message of danger, whether any danger was seen."""
    if result.message.crisis is not None:
        return result.decision == "crisis"
    return any(topic in result.message.topic for topic in result.topics[:places])


Kept: TypeAlias = Mapping[str, Mapping[str, float | None]]
"""Figures in per cent, by set and name, as they are kept between runs."""


def kept(sets: Mapping[str, Sequence[Judged]]) -> dict[str, dict[str, float | None]]:
    """The figures of some sets, to be kept and compared with."""
    return {
        name: {figure: share.percent for figure, share in figures(results).items()} for name, results in sets.items()
    }


def report(sets: Mapping[str, Sequence[Judged]], before: Kept | None = None) -> str:
    """The figures of each set with the change from those kept before, and its confusions, most frequent first."""
    parts = []
    for name, results in sets.items():
        lines = [f"{name}: {len(results)} messages"]
        old = (before or {}).get(name, {})
        lines += [
            f"  {figure:28} {share}{_change(share, old.get(figure))}" for figure, share in figures(results).items()
        ]
        wrong: dict[tuple[str, str], int] = {}
        for result in results:
            if not is_right(result, 1):
                pair = (result.message.topic[0], result.topics[0] if result.topics else "nothing")
                wrong[pair] = wrong.get(pair, 0) + 1
        lines.append("  most frequent confusions:")
        ordered = sorted(wrong.items(), key=lambda item: (-item[1], item[0]))
        lines += [f"    {count:3}  {meant} taken for {taken}" for (meant, taken), count in ordered[:10]]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)
