"""`python -m tests.bench.methods FILE`: methods of telling topics apart, learnt from our phrases, measured on a set.

Every method ranks the topics of every message; the table says how often the right one comes first, or among three.
Danger patterns and thresholds are left out, so the figures are lower than those of `python -m bot eval`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import simplemma
import snowballstemmer
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from bot.application import load_content
from bot.evaluation.scoring import Labelled, read_messages
from bot.understanding.concepts import Concepts
from bot.understanding.features import Reader
from bot.understanding.learnt import phrases_of
from bot.understanding.matcher import Matcher
from bot.understanding.normalise import tokens
from bot.understanding.spelling import Speller
from bot.understanding.training import train

Scores = NDArray[np.float64]


def main() -> None:
    """Print the table for the file named on the command line."""
    catalogue = load_content()
    phrases = phrases_of(catalogue)
    topics = sorted({topic for topic, _ in phrases})
    messages = read_messages(Path(sys.argv[1]))
    learnt = [" ".join(tokens(text)) for _, text in phrases]
    asked = [" ".join(tokens(message.text)) for message in messages]
    truth = np.array([topics.index(topic) for topic, _ in phrases])
    print(f"{len(phrases)} phrases, {len(messages)} messages of {sys.argv[1].rsplit('/', 1)[-1]}")
    print(f"{'method':58} top-1   top-3   ms a message")

    def show(name: str, method: Callable[[], Scores]) -> Scores:
        began = time.perf_counter()
        scores = method()
        spent = (time.perf_counter() - began) / len(messages) * 1000
        order = np.argsort(-scores, axis=1)
        shares = [
            np.mean([any(topics[j] in m.topic for j in order[i, :n]) for i, m in enumerate(messages)]) for n in (1, 3)
        ]
        print(f"{name:58} {shares[0]:5.1%}  {shares[1]:6.1%}   {spent:.2f}")
        return scores

    for scorer in (fuzz.WRatio, fuzz.ratio, fuzz.token_set_ratio):
        show(
            f"rapidfuzz {scorer.__name__}, best three phrases",
            lambda s=scorer: _nearest(  # type: ignore[misc]
                process.cdist(asked, learnt, scorer=s), truth, len(topics)
            ),
        )
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, lowercase=False)
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, lowercase=False, token_pattern=r"\S+")
    a, b = letters.fit_transform(learnt), letters.transform(asked)
    c, d = words.fit_transform(learnt), words.transform(asked)
    show("nearest centroid, letters", lambda: _centroids(a, b, truth, len(topics)))
    show("nearest centroid, words", lambda: _centroids(c, d, truth, len(topics)))
    near = show(
        "nearest three phrases, letters and words",
        lambda: _nearest((hstack([b, d]) @ hstack([a, c]).T).toarray(), truth, len(topics)),
    )
    show("linear, words and pairs", lambda: _linear(c, d, truth))
    show("linear, runs of letters", lambda: _linear(a, b, truth))
    both = show("linear, letters and words", lambda: _linear(hstack([a, c]), hstack([b, d]), truth))
    show("linear, letters and words, plus nearest three", lambda: both + 2 * near)
    for name, lemma in (("Snowball stems", _stem), ("simplemma lemmas", _lemma)):
        v = TfidfVectorizer(sublinear_tf=True, lowercase=False, token_pattern=r"\S+")
        e, f = v.fit_transform(map(lemma, learnt)), v.transform(map(lemma, asked))
        show(
            f"linear, letters, words and {name}",
            lambda e=e, f=f: _linear(  # type: ignore[misc]
                hstack([a, c, e]), hstack([b, d, f]), truth
            ),
        )
    for name, concepts in (("letters, words", {}), ("letters, words, concepts", dict(catalogue.concepts))):
        model = train(phrases, concepts)
        speller = Speller(word for text in learnt for word in text.split())
        for how, reader in (("", Reader(Concepts(concepts))), (", mended", Reader(Concepts(concepts), speller))):
            matcher = Matcher(model, reader)
            show(f"ours: {name}{how}", lambda m=matcher: _ours(m, topics, messages))  # type: ignore[misc]


def _nearest(similar: NDArray[np.float32] | Scores, truth: NDArray[np.int64], count: int) -> Scores:
    """The mean of the three phrases of each topic that are nearest."""
    return np.stack([np.sort(similar[:, truth == t], axis=1)[:, -3:].mean(axis=1) for t in range(count)], axis=1)


def _centroids(learnt: csr_matrix, asked: csr_matrix, truth: NDArray[np.int64], count: int) -> Scores:
    centres = np.vstack([np.asarray(learnt[truth == t].mean(axis=0)) for t in range(count)])
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    return np.asarray(asked @ centres.T)


def _linear(learnt: csr_matrix, asked: csr_matrix, truth: NDArray[np.int64]) -> Scores:
    model = LinearSVC(C=0.5, random_state=0).fit(learnt, truth)
    return np.asarray(model.decision_function(asked))


def _ours(matcher: Matcher, topics: Sequence[str], messages: Sequence[Labelled]) -> Scores:
    scores = np.zeros((len(messages), len(topics)))
    for i, message in enumerate(messages):
        for ranked in matcher.rank(message.text):
            scores[i, topics.index(ranked.topic)] = ranked.score
    return scores


_STEMMER = snowballstemmer.stemmer("norwegian")


def _stem(text: str) -> str:
    return " ".join(_STEMMER.stemWords(text.split()))


def _lemma(text: str) -> str:
    return " ".join(simplemma.lemmatize(word, ("nb", "nn", "en")) for word in text.split())


if __name__ == "__main__":
    main()
