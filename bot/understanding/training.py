"""Learning the model from training phrases; deterministic. The only part that needs scikit-learn, and only when run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.model import TopicId
from bot.understanding import features
from bot.understanding.concepts import Concepts
from bot.understanding.matcher import WEIGHTS, Model, scaled

_Counted: TypeAlias = tuple[NDArray[np.int32], NDArray[np.float32]]
"""The numbers of features, and how often each stands in a text."""

METHOD = "linear-svc-6"
"""Rises when the same phrases would give another model."""
_MANY = 1000
"""Phrases from which a feature must stand in two of them: more than half stand in one alone, and cost memory and a
quarter of the start for less than half a point in cross-validation (docs/understanding.md)."""
_SOFTNESS = 0.5
"""Regularisation (C) of the linear model; from 0.2 to 1 the right topic comes first equally often, within a point."""

_EXACT = 1e-3
"""How exactly the model is fitted (tol); ten times more exact takes a tenth longer and ranks no message otherwise."""


def train(phrases: Sequence[tuple[TopicId, str]], concepts: Mapping[str, Sequence[str]]) -> Model:
    """Learn from phrases, each with its topic, in both languages together. At least two topics."""
    # Imported here, because it costs a second that a start with a stored model need not spend.
    from scipy.sparse import csr_matrix
    from sklearn.svm import LinearSVC

    names, texts = _read([text for _, text in phrases], concepts)
    documents = np.bincount(np.concatenate([rows for blocks in texts for rows, _ in blocks]), minlength=len(names))
    least = 2 if len(phrases) >= _MANY else 1
    kept = sorted((name, number) for number, name in enumerate(names) if documents[number] >= least)
    rarity = np.array(
        [math.log((1 + len(phrases)) / (1 + documents[number])) + 1 for _, number in kept], dtype=np.float32
    )
    places = np.full(len(names), -1, dtype=np.int32)
    places[[number for _, number in kept]] = np.arange(len(kept), dtype=np.int32)
    columns, values, ends = _weighed(texts, places, rarity)
    learnt = csr_matrix((values, columns, ends), shape=(len(phrases), len(kept)))
    linear = LinearSVC(C=_SOFTNESS, tol=_EXACT, random_state=0)
    linear.fit(learnt, [topic for topic, _ in phrases])
    weights, bias = linear.coef_, linear.intercept_
    if len(linear.classes_) == 2:
        # Two classes are told apart by one row; the model has one for each.
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return Model(
        tuple(str(topic) for topic in linear.classes_),
        {name: row for row, (name, _) in enumerate(kept)},
        rarity,
        np.ascontiguousarray(weights.T, dtype=np.float32),
        np.asarray(bias, dtype=np.float32),
    )


def _read(texts: Sequence[str], concepts: Mapping[str, Sequence[str]]) -> tuple[list[str], list[list[_Counted]]]:
    """The names of all features, and those of each text by their numbers, group by group."""
    reader = features.Reader(Concepts(concepts))
    numbers: dict[str, int] = {}
    read = []
    for text in texts:
        blocks = reader.blocks(reader.words(text))
        read.append(
            [
                (
                    np.array([numbers.setdefault(name, len(numbers)) for name in block], dtype=np.int32),
                    np.array(list(block.values()), dtype=np.float32),
                )
                for block in blocks
            ]
        )
    return list(numbers), read


def _weighed(
    texts: Sequence[Sequence[_Counted]], places: NDArray[np.int32], rarity: NDArray[np.float32]
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.int64]]:
    """The texts as the columns, values and row ends of a sparse matrix, weighed as messages are (see `weigh`)."""
    columns, values, ends, length = [], [], [0], 0
    for blocks in texts:
        for (numbers, counts), share in zip(blocks, WEIGHTS, strict=True):
            rows = places[numbers]
            known = rows >= 0
            if known.any():
                columns.append(rows[known])
                values.append(scaled(counts[known], rarity[rows[known]], share))
                length += len(columns[-1])
        ends.append(length)
    return np.concatenate(columns), np.concatenate(values).astype(np.float64), np.array(ends)
