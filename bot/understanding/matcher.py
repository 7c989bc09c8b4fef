"""Which topic a message is about: a linear classifier on letters and words, learnt from the training phrases."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC

from bot.model import Ranked, TopicId
from bot.understanding.normalise import tokens

# Measured in docs/developers.md: runs of two to five letters carry most, words and word pairs add a little.
_LETTERS = (2, 5)
_SOFTNESS = 0.5
"""Regularisation (C) of the linear model; values from 0.2 to 1 differ by less than a point."""
_SHARPNESS = 4.0
"""How steeply a lead in the model's score becomes a lead in certainty (softmax); decide.py holds the thresholds."""


class Matcher:
    """Ranks topics for a text. Learns when it is made; deterministic."""

    def __init__(self, phrases: Sequence[tuple[TopicId, str]]) -> None:
        """Learn from phrases, each with its topic, in both languages together. At least two topics."""
        letters = TfidfVectorizer(analyzer="char_wb", ngram_range=_LETTERS, sublinear_tf=True, lowercase=False)
        words = TfidfVectorizer(sublinear_tf=True, analyzer=_pairs)
        self._features = FeatureUnion([("letters", letters), ("words", words)])
        self._model = LinearSVC(C=_SOFTNESS, random_state=0)
        learnt = self._features.fit_transform([_spelt(text) for _, text in phrases])
        self._model.fit(learnt, [topic for topic, _ in phrases])
        self.topics: tuple[TopicId, ...] = tuple(self._model.classes_)

    def rank(self, text: str) -> tuple[Ranked, ...]:
        """All topics, best first, with scores that add up to one; none for a text without a letter or digit."""
        return self.rank_all([text])[0]

    def rank_all(self, texts: Sequence[str]) -> list[tuple[Ranked, ...]]:
        """`rank` for many texts at once."""
        spelt = [_spelt(text) for text in texts]
        if not any(spelt):
            return [() for _ in texts]
        scores = self._model.decision_function(self._features.transform(spelt)) * _SHARPNESS
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares = odds / odds.sum(axis=1, keepdims=True)
        order = np.argsort(-shares, axis=1, kind="stable")
        return [
            tuple(Ranked(self.topics[j], float(shares[i, j])) for j in order[i]) if spelt[i] else ()
            for i in range(len(texts))
        ]

    def deciding(self, text: str, topic: TopicId, most: int = 5) -> tuple[tuple[str, float], ...]:
        """The words that speak most for `topic`: how much its score falls when each is left out, largest first."""
        words = tokens(text)
        without = [" ".join(words[:i] + words[i + 1 :]) for i in range(len(words))]
        column = self.topics.index(topic)
        whole = self._model.decision_function(self._features.transform([_spelt(text), *without]))[:, column]
        falls = sorted(zip(words, (whole[0] - whole[1:]).tolist(), strict=True), key=lambda pair: -pair[1])
        return tuple((word, round(fall, 3)) for word, fall in falls[:most] if fall > 0)


def _pairs(spelt: str) -> list[str]:
    """Words, and pairs of words that stand beside each other."""
    words = spelt.split()
    return words + [f"{one} {two}" for one, two in pairwise(words)]


def _spelt(text: str) -> str:
    return " ".join(tokens(text))
