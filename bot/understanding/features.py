"""What the classifier sees of a text: runs of letters inside words, words, and pairs of words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.understanding.normalise import tokens

SHORTEST, LONGEST = 2, 5
"""Letters in a run. Measured in docs/developers.md: runs carry most, words and pairs add a little."""

VERSION = 1
"""Rises when a text gives other features than before, so that a model learnt from the old ones is refused."""

Block = Counter[str]


def blocks(text: str) -> tuple[Block, Block]:
    """The features of a text in two groups, each weighed alone: letters (`~mobb`), and words (`mobbet`, `pa aks`)."""
    words = tokens(text)
    return Counter(_runs(words)), Counter(_words(words))


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
