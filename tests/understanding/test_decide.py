"""From scores to a decision."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import CRISES, NONE, Ranked, TopicId
from bot.understanding.decide import (
    ANSWER_GAP,
    ANSWER_SCORE,
    ASK_SCORE,
    DOUBT_BEST,
    DOUBT_SCORE,
    NONE_SCORE,
    OFFERED,
    decide,
    doubtful,
)

A, B, C, D, E, F = "worry.bullying", "worry.absence", "contact.teacher", "service.bup", "upper.expect", "meta.bot"
LITTLE = 0.0001
LOW = ASK_SCORE - LITTLE
SURE = max(ANSWER_SCORE, ANSWER_GAP) + 2 * LITTLE
"""Enough for an answer when nothing else is likely."""


def ranked(*scores: tuple[TopicId, float]) -> tuple[Ranked, ...]:
    """Topics with their scores."""
    return tuple(Ranked(topic, score) for topic, score in scores)


def test_sure() -> None:
    """A likely topic with a clear lead is answered."""
    found = ranked((A, 0.9), (B, 0.05), (C, 0.05))

    assert decide(found) == ("answer", found)


def test_sure_and_alone() -> None:
    """A topic without rivals leads by all of its score."""
    assert decide(ranked((A, SURE)))[0] == "answer"


def test_not_sure_enough() -> None:
    """Below the certainty that an answer needs, the bot asks, however clear the lead."""
    assert decide(ranked((A, ANSWER_SCORE - LITTLE), (B, LITTLE)))[0] == "ask"


def test_no_clear_lead() -> None:
    """When two topics are likely both are offered, the better one first."""
    low = max(ANSWER_SCORE - ANSWER_GAP + 2 * LITTLE, ASK_SCORE)

    assert decide(ranked((A, ANSWER_SCORE), (B, low))) == ("ask", ranked((A, ANSWER_SCORE), (B, low)))


@pytest.mark.parametrize(("score", "decision"), [(ASK_SCORE, "ask"), (LOW, "unknown")])
def test_worth_asking(score: float, decision: str) -> None:
    """What is less likely than that is not offered, so that nobody is asked about nothing."""
    assert decide(ranked((A, score), (B, LITTLE)))[0] == decision


def test_only_the_likely_are_offered() -> None:
    """An offer holds no topic that is only a guess."""
    assert decide(ranked((A, 0.3), (B, 0.28), (C, LOW))) == ("ask", ranked((A, 0.3), (B, 0.28)))


def test_three_are_offered() -> None:
    """An offer holds three topics at most, the best ones."""
    decision, topics = decide(ranked((A, 0.2), (B, 0.19), (C, 0.18), (D, 0.17), (E, 0.16)))

    assert OFFERED == 3
    assert (decision, topics) == ("ask", ranked((A, 0.2), (B, 0.19), (C, 0.18)))


@pytest.mark.parametrize("place", range(3))
def test_none_is_never_offered(place: int) -> None:
    """«About nothing we know» takes no place in an offer."""
    scores = [(A, 0.3), (B, 0.25), (C, 0.2)]
    scores.insert(place, (NONE, 0.3))

    decision, topics = decide(ranked(*scores))

    assert decision == "ask"
    assert topics == ranked((A, 0.3), (B, 0.25), (C, 0.2))


@pytest.mark.parametrize("score", [1.0, 0.9, NONE_SCORE])
def test_about_nothing_we_know(score: float) -> None:
    """A message that is likely about nothing we know is neither answered nor guessed at."""
    assert decide(ranked((NONE, score), (A, 1 - score)))[0] == "unknown"


def test_perhaps_about_nothing_we_know() -> None:
    """When it is only perhaps about nothing we know, its likely meaning is offered."""
    assert decide(ranked((NONE, NONE_SCORE - LITTLE), (A, 0.3))) == ("ask", ranked((A, 0.3)))


def test_nothing() -> None:
    """No topics are no meaning."""
    assert decide(()) == ("unknown", ())


def test_five_are_passed_on() -> None:
    """With an answer come the runners-up, five topics in all at most."""
    found = ranked((A, SURE), (B, LITTLE), (C, LITTLE), (D, LITTLE), (E, LITTLE), (F, LITTLE))

    assert decide(found) == ("answer", found[:5])


# --- dangers that no pattern fits ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("score", "danger"), [(DOUBT_SCORE, "crisis.missing"), (DOUBT_SCORE - LITTLE, None)])
def test_doubtful(score: float, danger: TopicId | None) -> None:
    """A message that is likely enough about a danger is asked about, a less likely one is not."""
    assert doubtful(ranked((A, 1 - score), ("crisis.missing", score))) == danger


def test_doubtful_together() -> None:
    """Dangers count together, and the likeliest of them is the one that is asked about."""
    rest = max(DOUBT_SCORE - DOUBT_BEST, 0.0) + LITTLE

    assert doubtful(ranked((A, 0.5), ("crisis.abuse", DOUBT_BEST), ("crisis.violence", rest))) == "crisis.abuse"
    assert doubtful(ranked((A, 0.5), ("crisis.abuse", DOUBT_BEST), ("crisis.violence", rest - 3 * LITTLE))) is None


def test_a_little_like_everything() -> None:
    """A message that is a little like every danger, and much like none, is not asked about."""
    thin = DOUBT_BEST - LITTLE

    assert doubtful(ranked((A, 0.3), *((crisis, thin) for crisis in CRISES))) is None


def test_doubtful_comes_last_too() -> None:
    """A danger counts also when other topics are likelier."""
    assert doubtful(ranked((A, 0.36), (B, 0.33), ("crisis.medical", DOUBT_SCORE + LITTLE))) == "crisis.medical"


@pytest.mark.parametrize("found", [(), ranked((A, 1.0)), ranked((NONE, 1.0))])
def test_not_doubtful(found: tuple[Ranked, ...]) -> None:
    """Without a danger among the topics there is none."""
    assert doubtful(found) is None


# --- whatever the scores ------------------------------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(st.sampled_from([NONE, A, B, C, D, E, F, *CRISES]), st.floats(0.0, 1.0)),
        max_size=12,
        unique_by=lambda pair: pair[0],
    )
)
@settings(max_examples=300, deadline=None)
def test_any_scores(scores: list[tuple[TopicId, float]]) -> None:
    """Whatever the scores: nothing unknown is answered, an offer is never empty, and topics keep their order."""
    found = ranked(*sorted(scores, key=lambda pair: -pair[1]))

    decision, topics = decide(found)

    assert decision in ("answer", "ask", "unknown")
    assert list(topics) == [one for one in found if one in topics]
    assert len(topics) <= 5
    if decision == "answer":
        assert topics[0].topic != NONE
        assert topics[0].score >= ANSWER_SCORE
    if decision == "ask":
        assert 1 <= len(topics) <= OFFERED
        assert NONE not in [one.topic for one in topics]
