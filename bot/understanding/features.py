"""What the classifier sees of a text: runs of letters, words and pairs of words, concepts, and their pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

from bot.understanding.concepts import Concepts
from bot.understanding.normalise import tokens
from bot.understanding.spelling import Speller

SHORTEST, LONGEST = 2, 5
"""Letters in a run. Measured in docs/understanding.md: runs carry most, words and concepts add to them."""

VERSION = 3
"""Rises when a text gives other features than before, so that a model learnt from the old ones is refused."""

Block: TypeAlias = Counter[str]


class Reader:
    """Turns texts into features. Mends misspelt words when it has a speller; without one it takes them as they are."""

    def __init__(self, concepts: Concepts, speller: Speller | None = None) -> None:
        """Take the concepts, and the speller for messages (phrases are learnt as they are written)."""
        self._concepts = concepts
        self._speller = speller

    def words(self, text: str) -> list[str]:
        """The folded words of a text, mended."""
        words = tokens(text)
        return words if self._speller is None else [self._speller.mend(word) for word in words]

    def blocks(self, words: Sequence[str]) -> tuple[Block, Block, Block, Block]:
        """The features in four groups, each weighed alone: letters (`~mobb`), words (`pa aks`), concepts, their pairs.

        Apart, because a long message has many more pairs of concepts than concepts, and they would drown them.
        """
        concepts, near = self._concepts.features(words)
        return Counter(_runs(words)), Counter(_words(words)), Counter(concepts), Counter(near)


def _runs(words: Sequence[str]) -> Iterator[str]:
    """Runs of letters within each word, where a blank marks its beginning and end."""
    for word in words:
        padded = f" {word} "
        for size in range(SHORTEST, LONGEST + 1):
            if len(padded) <= size:
                yield "~" + padded
                break
            for start in range(len(padded) - size + 1):
                yield "~" + padded[start : start + size]


def _words(words: Sequence[str]) -> Iterator[str]:
    yield from words
    for one, two in pairwise(words):
        yield f"{one} {two}"
