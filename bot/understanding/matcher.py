"""Which topic a message is about: a linear model on the features of its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.model import Ranked, TopicId
from bot.understanding.features import Block, Reader

SHARPNESS = 6.0
"""How steeply a lead in the model's score becomes a lead in certainty (softmax). From 5 to 9 equally many phrases are
answered directly by the rule of `tests/bench/thresholds.py`, with less fewer; decide.py holds the thresholds."""


WEIGHTS = (1.0, 1.0, 0.8, 1.0)
"""How much letters, words, concepts and pairs of concepts weigh: concepts less than the words themselves, their pairs
as much, since what is learnt from a pair in one language holds in the other (docs/understanding.md)."""


@dataclass(frozen=True, slots=True)
class Model:
    """What was learnt. `vocabulary` gives each feature its row; `rarity` its weight (inverse document frequency).

    `weights` has one row a feature and one column a topic (float32), `bias` one number a topic.
    """

    topics: tuple[TopicId, ...]
    vocabulary: dict[str, int]
    rarity: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]


class Matcher:
    """Ranks topics for a text. Deterministic."""

    def __init__(self, model: Model, reader: Reader) -> None:
        """Take a model, and what reads messages for it."""
        self._model = model
        self._reader = reader
        self.topics = model.topics

    def rank(self, text: str) -> tuple[Ranked, ...]:
        """All topics, best first, with scores that add up to one; none for a text without a letter or digit."""
        words = self._reader.words(text)
        if not words:
            return ()
        scores = self._scores(words) * SHARPNESS
        odds = np.exp(scores - scores.max())
        shares = odds / odds.sum()
        order = np.argsort(-shares, kind="stable")
        return tuple(map(Ranked, map(self.topics.__getitem__, order.tolist()), shares[order].tolist()))

    def _scores(self, words: Sequence[str]) -> NDArray[np.float32]:
        """The model's score of each topic, in the order of `topics`."""
        rows, values = weigh(self._reader.blocks(words), self._model.vocabulary, self._model.rarity)
        return self._model.bias + values @ self._model.weights[rows] if rows else self._model.bias

    def deciding(self, text: str, topic: TopicId, most: int = 5) -> tuple[tuple[str, float], ...]:
        """The words that speak most for `topic`: how much its score falls when each is left out, largest first."""
        if topic not in self.topics:
            return ()
        words, column = self._reader.words(text), self.topics.index(topic)
        whole = self._scores(words)[column]
        falls = [
            (word, round(float(whole - self._scores(words[:i] + words[i + 1 :])[column]), 3))
            for i, word in enumerate(words)
        ]
        return tuple(sorted((fall for fall in falls if fall[1] > 0), key=lambda fall: -fall[1])[:most])


def weigh(
    blocks: Sequence[Block], vocabulary: dict[str, int], rarity: NDArray[np.float32]
) -> tuple[list[int], NDArray[np.float32]]:
    """The rows and weights of a text's known features, one group after the other."""
    rows: list[int] = []
    groups: list[NDArray[np.float32]] = []
    for block, share in zip(blocks, WEIGHTS, strict=True):
        known = [(row, count) for name, count in block.items() if (row := vocabulary.get(name)) is not None]
        if known:
            here, counts = zip(*known, strict=True)
            rows += here
            groups.append(scaled(np.array(counts, dtype=np.float32), rarity[list(here)], share))
    return rows, np.concatenate(groups) if groups else np.empty(0, dtype=np.float32)


def scaled(counts: NDArray[np.float32], rarity: NDArray[np.float32], share: float) -> NDArray[np.float32]:
    """The weights of one group of features, of which there is at least one.

    A weight is (1 + ln count) times the feature's rarity, and each group is scaled to its share's length (tf-idf as in
    scikit-learn, `sublinear_tf`), so that a long message weighs no more than a short one.
    """
    values = (1 + np.log(counts)) * rarity
    return values * np.float32(share / np.sqrt(values @ values))
