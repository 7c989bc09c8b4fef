"""`python -m tests.bench.thresholds`: what the thresholds of bot/understanding/decide.py rest on.

Five-fold cross-validation over our own training phrases: each fifth is judged by a model learnt from the other four.
Phrases are more varied than messages, so the shares are lower here than on a set of messages; the rules below allow
for that. No set of messages is read.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from bot.application import load_content
from bot.model import CRISES, NONE
from bot.understanding.concepts import Concepts
from bot.understanding.decide import ANSWER_GAP, ANSWER_SCORE, ASK_SCORE, DOUBT_SCORE, NONE_SCORE, OFFERED
from bot.understanding.features import Reader
from bot.understanding.learnt import phrases_of
from bot.understanding.matcher import SHARPNESS, Matcher
from bot.understanding.training import train

RIGHT = 0.91
QUIET = 0.95
"""Rule: the lowest score at which so many direct answers are right, and so many phrases about nothing we know are not
answered. Of messages 95 and 96 of 100 are wanted, and more of those are: a phrase counts for one topic only, a message
often for two, and many phrases about nothing we know were chosen to be hard."""
OFFER = 0.1
"""Rule: a topic is offered in second or third place from the certainty at which so many of those are right."""
ALARM = 0.03
"""Rule: the lowest certainty of danger at which no more of the phrases about worries, school and services are asked
whether they mean danger; those about suspected abuse, and small talk, are left out of the count."""


def main() -> None:
    """Print the shares at each threshold, and the thresholds that the rules give."""
    catalogue = load_content()
    phrases = phrases_of(catalogue)
    topics = sorted({topic for topic, _ in phrases})
    truth = np.array([topics.index(topic) for topic, _ in phrases])
    shares = np.zeros((len(phrases), len(topics)))
    reader = Reader(Concepts(catalogue.concepts))
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    for learnt, kept in folds.split(np.zeros(len(phrases)), truth):
        matcher = Matcher(train([phrases[i] for i in learnt], catalogue.concepts), reader)
        for i in kept:
            for ranked in matcher.rank(phrases[i][1]):
                shares[i, topics.index(ranked.topic)] = ranked.score
    _sharpness(np.log(shares) / SHARPNESS, truth, topics)
    order = np.argsort(-shares, axis=1)
    print(f"{len(phrases)} phrases: right first {np.mean(order[:, 0] == truth):.1%}, among three ", end="")
    print(f"{np.mean((order[:, :3] == truth[:, None]).any(axis=1)):.1%}; certainty as it is sharpened by {SHARPNESS}")
    _answers(shares, order, truth, topics)
    _silences(shares, order, truth, topics)
    _offers(shares, order, truth, topics)
    _dangers(shares, truth, topics)


def _sharpness(scores: NDArray[np.float64], truth: NDArray[np.int64], topics: list[str]) -> None:
    """How many phrases are answered directly under the rule, by how steeply a lead becomes certainty."""
    order = np.argsort(-scores, axis=1)
    print("sharpness   answered directly under the rule")
    for steep in range(2, 11):
        odds = np.exp(steep * (scores - scores.max(axis=1, keepdims=True)))
        shares = odds / odds.sum(axis=1, keepdims=True)
        found = [_direct(shares, order, truth, topics, score) for score in np.arange(0.2, 1.0, 0.005)]
        print(f"{steep:9} {next(share for share, right, quiet in found if right >= RIGHT and quiet >= QUIET):20.1%}")
    print(f"in use: {SHARPNESS}")


def _direct(
    shares: NDArray[np.float64], order: NDArray[np.int64], truth: NDArray[np.int64], topics: list[str], score: float
) -> tuple[float, float, float]:
    """The share of phrases that is answered directly from a score on, the share of those that is right, and the share
    of the phrases about nothing we know that is not answered.
    """
    best = np.take_along_axis(shares, order[:, :2], axis=1)
    outside = truth == topics.index(NONE)
    direct = (order[:, 0] != topics.index(NONE)) & (best[:, 0] >= score) & (best[:, 0] - best[:, 1] >= score / 2)
    right = np.mean((order[:, 0] == truth)[direct & ~outside])
    return float(np.mean(direct[~outside])), float(right), float(1 - np.mean(direct[outside]))


def _answers(
    shares: NDArray[np.float64], order: NDArray[np.int64], truth: NDArray[np.int64], topics: list[str]
) -> None:
    print("score   answered directly   of those right   out of scope, not answered")
    chosen = None
    for score in np.arange(0.8, 0.96, 0.005):
        share, right, quiet = _direct(shares, order, truth, topics, score)
        if chosen is None and right >= RIGHT and quiet >= QUIET:
            chosen = float(score)
        print(f"{score:5.3f} {share:16.1%} {right:16.1%} {quiet:20.1%}")
    print(f"rule: {chosen and round(chosen, 3)}; in use: {ANSWER_SCORE} with a lead of {ANSWER_GAP}")


def _silences(
    shares: NDArray[np.float64], order: NDArray[np.int64], truth: NDArray[np.int64], topics: list[str]
) -> None:
    outside = topics.index(NONE)
    best = np.take_along_axis(shares, order[:, : OFFERED + 1], axis=1)
    offered = ((order[:, 1 : OFFERED + 1] == truth[:, None]) & (best[:, 1:] >= ASK_SCORE)).any(axis=1)
    print("likeliest about nothing we know   phrases   rightly   right among those offered instead")
    chosen = None
    for score in np.arange(0.2, 0.95, 0.1):
        here = (order[:, 0] == outside) & (best[:, 0] >= score) & (best[:, 0] < score + 0.1)
        rightly, instead = np.mean(truth[here] == outside), np.mean(offered[here])
        if chosen is None and rightly >= instead + 0.1:
            chosen = float(score)
        print(f"{score:15.1f} to {score + 0.1:.1f} {np.sum(here):16} {rightly:10.1%} {instead:13.1%}")
    print(f"rule: {chosen and round(chosen, 1)}; in use: {NONE_SCORE}")


def _offers(shares: NDArray[np.float64], order: NDArray[np.int64], truth: NDArray[np.int64], topics: list[str]) -> None:
    best = np.take_along_axis(shares, order[:, :OFFERED], axis=1)
    later = order[:, 1:OFFERED]
    asked = (best[:, :1] < ANSWER_SCORE) & (later != topics.index(NONE))
    print("certainty in second or third place   right")
    chosen = None
    for score in np.arange(0.01, 0.1, 0.01):
        here = asked & (best[:, 1:] >= score) & (best[:, 1:] < score + 0.01)
        right = np.mean((later == truth[:, None])[here])
        if chosen is None and right >= OFFER:
            chosen = float(score)
        print(f"{score:12.2f} to {score + 0.01:.2f} {right:22.1%}")
    print(f"rule: {chosen and round(chosen, 2)}; in use: {ASK_SCORE}")


def _dangers(shares: NDArray[np.float64], truth: NDArray[np.int64], topics: list[str]) -> None:
    dangers = [topics.index(topic) for topic in CRISES]
    mass = shares[:, dangers].sum(axis=1)
    meant = np.isin(truth, dangers)
    apart = ~meant & ~np.isin(truth, [topics.index("worry.abuse"), topics.index(NONE)])
    print("certainty of danger   found   asked in vain")
    chosen = None
    for score in np.arange(0.2, 0.4, 0.01):
        vain = np.mean(mass[apart] >= score)
        if chosen is None and vain <= ALARM:
            chosen = float(score)
        print(f"{score:12.2f} {np.mean(mass[meant] >= score):14.1%} {vain:12.1%}")
    print(f"rule: {chosen and round(chosen, 2)}; in use: {DOUBT_SCORE}")


if __name__ == "__main__":
    main()
