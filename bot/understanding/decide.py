"""From scores to a decision: answer, ask or say that it was not understood."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import CRISES, NONE, Decision, Ranked, TopicId

ANSWER_SCORE = 0.885
ANSWER_GAP = 0.44
"""A direct answer needs this certainty, and this lead over the second topic. The lowest at which 91 of 100 direct
answers are right, and 95 of 100 phrases about nothing we know are not answered, in cross-validation over the training
phrases (`python -m tests.bench.thresholds`); of messages more are right."""
NONE_SCORE = 0.7
"""From this certainty that a message is about nothing we know, it is not guessed at: the lowest tenth in which that is
right clearly more often than one of the topics that would be offered instead (same command)."""
ASK_SCORE = 0.06
"""A topic is offered in a "did you mean" from this certainty: the lowest hundredth in which one in ten of those
in second or third place is right (same command)."""
OFFERED = 3
DOUBT_SCORE = 0.31
DOUBT_BEST = 0.2
"""The certainty of all dangers together, and of the likeliest, from which a message that fits no pattern is asked
about, with the numbers on the screen. The lowest sum at which at most 3 of 100 phrases about something else are asked
about in vain (same command); the second keeps away messages that are a little like everything."""


def doubtful(ranked: Sequence[Ranked]) -> TopicId | None:
    """The danger that a message may speak of although no pattern fits; None when that is too unlikely to ask."""
    dangers = [r for r in ranked if r.topic in CRISES]
    if not dangers or dangers[0].score < DOUBT_BEST or sum(r.score for r in dangers) < DOUBT_SCORE:
        return None
    return dangers[0].topic


def decide(ranked: Sequence[Ranked]) -> tuple[Decision, tuple[Ranked, ...]]:
    """The decision, and the topics to show with it, best first.

    A message that is most likely about nothing we know is never answered directly: when it has a likely second meaning
    that is offered, else it counts as not understood.
    """
    if not ranked:
        return "unknown", ()
    best, rest = ranked[0], ranked[1:]
    gap = best.score - (rest[0].score if rest else 0.0)
    if best.topic != NONE and best.score >= ANSWER_SCORE and gap >= ANSWER_GAP:
        return "answer", tuple(ranked[:5])
    offered = tuple(r for r in ranked[: OFFERED + 1] if r.topic != NONE and r.score >= ASK_SCORE)[:OFFERED]
    if offered and not (best.topic == NONE and best.score >= NONE_SCORE):
        return "ask", offered
    return "unknown", tuple(ranked[:5])
