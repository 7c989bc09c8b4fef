"""Learning the model from training phrases; deterministic. The only part that needs scikit-learn, and only when run."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from bot.model import TopicId
from bot.understanding import features
from bot.understanding.concepts import Concepts
from bot.understanding.matcher import Model, weigh

METHOD = "linear-svc-5"
"""Rises when the same phrases would give another model."""
_MANY = 1000
"""Phrases from which a feature must stand in two of them: more than half stand in one alone, and cost memory and a
quarter of the start for less than half a point in cross-validation (docs/understanding.md)."""
_SOFTNESS = 0.5
"""Regularisation (C) of the linear model; from 0.2 to 1 the right topic comes first equally often, within a point."""


def train(phrases: Sequence[tuple[TopicId, str]], concepts: Mapping[str, Sequence[str]]) -> Model:
    """Learn from phrases, each with its topic, in both languages together. At least two topics."""
    # Imported here, because it costs a second that a start with a stored model need not spend.
    from scipy.sparse import csr_matrix
    from sklearn.svm import LinearSVC

    reader = features.Reader(Concepts(concepts))
    texts = [reader.blocks(reader.words(text)) for _, text in phrases]
    documents: Counter[str] = Counter()
    for blocks in texts:
        for block in blocks:
            documents.update(block.keys())
    least = 2 if len(phrases) >= _MANY else 1
    vocabulary = {name: row for row, name in enumerate(sorted(n for n, count in documents.items() if count >= least))}
    rarity = np.array(
        [math.log((1 + len(phrases)) / (1 + documents[name])) + 1 for name in vocabulary], dtype=np.float32
    )
    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for blocks in texts:
        rows, weights = weigh(blocks, vocabulary, rarity)
        columns += rows
        values += weights.tolist()
        ends.append(len(columns))
    learnt = csr_matrix((np.array(values, dtype=np.float64), columns, ends), shape=(len(phrases), len(vocabulary)))
    linear = LinearSVC(C=_SOFTNESS, random_state=0)
    linear.fit(learnt, [topic for topic, _ in phrases])
    weights, bias = linear.coef_, linear.intercept_
    if len(linear.classes_) == 2:
        # Two classes are told apart by one row; the model has one for each.
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return Model(
        tuple(str(topic) for topic in linear.classes_),
        vocabulary,
        rarity,
        np.ascontiguousarray(weights.T, dtype=np.float32),
        np.asarray(bias, dtype=np.float32),
    )
