"""Whether the training phrases teach enough: topics with few of them, and phrases that add nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz, process

from bot.content.catalogue import Catalogue, Phrase
from bot.content.faults import Fault
from bot.content.schema import PhrasesModel
from bot.model import Language
from bot.understanding.normalise import tokens

NEAR = 93
"""Likeness (0-100) of two phrases of a topic from which the second teaches nothing that the first does not."""
ENOUGH: dict[Language, dict[str, int]] = {
    "nb": {"all": 100, "dialect": 15, "learner": 10, "misspelt": 10},
    "en": {"all": 70, "learner": 15},
}
"""Phrases that a topic should have, in all and of each way of writing."""


def check(catalogue: Catalogue) -> Iterator[Fault]:
    """Warnings of topics with few phrases, and of phrases that are almost the same; slow, so only `check` asks."""
    for language, needed in ENOUGH.items():
        for topic, phrases in catalogue.books[language].phrases.items():
            file = f"content/{language}/phrases/{topic}.yaml"
            for style, number in needed.items():
                there = sum(style in ("all", phrase.style) for phrase in phrases)
                if there < number:
                    what = f"`{topic}` has {there} phrases ({style}); {number} are wanted."
                    yield Fault(file, 1, what, "Write more, each with a different parent in mind.", warning=True)
            for style in PhrasesModel.model_fields:
                yield from _alike(file, [phrase for phrase in phrases if phrase.style == style])


def _alike(file: str, phrases: Sequence[Phrase]) -> Iterator[Fault]:
    """Phrases of one way of writing that are almost the same; a misspelt twin of a plain one teaches the slip."""
    spelt = [" ".join(tokens(phrase.text)) for phrase in phrases]
    if not spelt:
        return
    alike = process.cdist(spelt, spelt, scorer=fuzz.ratio, score_cutoff=NEAR)
    for one, two in zip(*alike.nonzero(), strict=True):
        if one < two:
            what = f"«{phrases[two].text}» is almost line {phrases[one].line}."
            mend = "Say it in other words, or delete it."
            yield Fault(file, phrases[two].line, what, mend, warning=True)
