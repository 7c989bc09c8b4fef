"""Which topic a message is about, learnt from a few phrases."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import TopicId
from bot.understanding.concepts import Concepts
from bot.understanding.features import Reader
from bot.understanding.matcher import Matcher, Model
from bot.understanding.normalise import tokens
from bot.understanding.spelling import Speller
from bot.understanding.training import train

PHRASES: tuple[tuple[TopicId, str], ...] = (
    ("worry.bullying", "sønnen min blir mobbet på skolen"),
    ("worry.bullying", "de andre mobber og plager henne i garderoben"),
    ("worry.bullying", "my son is bullied by the others"),
    ("worry.absence", "hun nekter å gå hjemmefra om morgenen"),
    ("worry.absence", "høyt fravær dette halvåret"),
    ("worry.absence", "my daughter refuses to leave the house"),
    ("contact.teacher", "hvordan får jeg tak i kontaktlæreren"),
    ("contact.teacher", "jeg vil snakke med læreren om karakterer"),
    ("contact.teacher", "how do I reach the teacher"),
    ("none", "hva koster en billett til Bergen"),
    ("none", "which film should we see tonight"),
)
TOPICS = {topic for topic, _ in PHRASES}
CONCEPTS = {"bullied": ("mobb*", "trakasser*", "bullied"), "teacher": ("lærer*", "teacher", "Lehrer")}


@pytest.fixture(scope="module")
def model() -> Model:
    """What is learnt from the phrases above."""
    return train(PHRASES, CONCEPTS)


@pytest.fixture(scope="module")
def matcher(model: Model) -> Matcher:
    """A matcher that mends no words."""
    return Matcher(model, Reader(Concepts(CONCEPTS)))


# --- ranks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("topic", "text"), PHRASES)
def test_what_was_learnt_is_known(matcher: Matcher, topic: TopicId, text: str) -> None:
    """A phrase that was learnt is about its topic."""
    assert matcher.rank(text)[0].topic == topic


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("worry.bullying", "datteren min blir mobbet av de andre"),
        ("worry.bullying", "MOBBET PÅ SKOLEN!!"),
        ("worry.absence", "hun vil ikke gå, hun nekter"),
        ("contact.teacher", "snakke med kontaktlærer"),
        ("contact.teacher", "kontaktlaereren"),
        ("none", "billett til film"),
    ],
)
def test_something_like_it_is_known(matcher: Matcher, topic: TopicId, text: str) -> None:
    """What is said in other words with the same core is about the same."""
    assert matcher.rank(text)[0].topic == topic


@pytest.mark.parametrize("text", ["sønnen min blir mobbet", "x", "7", "qqq", "mobb " * 800, "å", "hei hei hei"])
def test_scores_add_up_to_one(matcher: Matcher, text: str) -> None:
    """Every topic has a place, best first, and all the certainty there is, is shared between them."""
    ranks = matcher.rank(text)

    assert {one.topic for one in ranks} == TOPICS
    assert len(ranks) == len(TOPICS)
    assert [one.score for one in ranks] == sorted((one.score for one in ranks), reverse=True)
    assert sum(one.score for one in ranks) == pytest.approx(1.0, abs=1e-5)
    assert all(0.0 <= one.score <= 1.0 for one in ranks)


@pytest.mark.parametrize("text", ["", "  \n", "!?", "😭😭", "ابني لا يريد", "\u200b", "\x00"])
def test_no_words_no_topics(matcher: Matcher, text: str) -> None:
    """A message without a letter or figure that can be read is about nothing."""
    assert matcher.rank(text) == ()


def test_the_same_ranks_twice(matcher: Matcher) -> None:
    """The same message has the same ranks each time, and each time that the phrases are learnt."""
    again = Matcher(train(PHRASES, CONCEPTS), Reader(Concepts(CONCEPTS)))
    texts = [*(text for _, text in PHRASES), "xyz", "læreren mobber henne"]

    first = [matcher.rank(text) for text in texts]

    assert first == [matcher.rank(text) for text in texts]
    assert first == [again.rank(text) for text in texts]


def test_how_it_is_typed_does_not_matter(matcher: Matcher) -> None:
    """Capitals, punctuation and missing letters change no score."""
    spellings = ["Høyt fravær, dette halvåret?", "hoeyt fravaer dette halvaaret", "HØYT FRAVÆR DETTE HALVÅRET"]

    assert len({matcher.rank(text) for text in spellings}) == 1


def test_two_topics() -> None:
    """Two topics are enough to tell one from the other."""
    pairs: list[tuple[TopicId, str]] = [("a", "hund og katt"), ("b", "bil og buss")]

    two = Matcher(train(pairs, {}), Reader(Concepts({})))

    assert [two.rank(text)[0].topic for _, text in pairs] == ["a", "b"]
    assert sum(one.score for one in two.rank("hund")) == pytest.approx(1.0, abs=1e-5)


def test_the_order_of_phrases_does_not_matter(matcher: Matcher) -> None:
    """Learning the same phrases in another order leads to the same best topics."""
    turned = Matcher(train(PHRASES[::-1], CONCEPTS), Reader(Concepts(CONCEPTS)))

    assert [matcher.rank(text)[0].topic for _, text in PHRASES] == [turned.rank(text)[0].topic for _, text in PHRASES]


@given(st.text())
@settings(max_examples=150, deadline=None)
def test_any_text(matcher: Matcher, text: str) -> None:
    """Any text has all topics or none, and scores that are numbers."""
    ranks = matcher.rank(text)

    assert len(ranks) == (len(TOPICS) if tokens(text) else 0)
    assert all(np.isfinite(one.score) for one in ranks)


# --- words that mean the same, and words that are misspelt --------------------------------------------------------


@pytest.mark.parametrize(("word", "topic"), [("trakassert", "worry.bullying"), ("Lehrer", "contact.teacher")])
def test_a_word_of_a_known_family(matcher: Matcher, model: Model, word: str, topic: TopicId) -> None:
    """A word that no phrase has counts like the others of its family."""
    assert word.lower() not in model.vocabulary
    assert matcher.rank(word)[0].topic == topic


def test_a_misspelt_word(model: Model) -> None:
    """With a speller, a misspelt word has the ranks of the word that was meant."""
    known = Counter(word for _, text in PHRASES for word in tokens(text))
    mending = Matcher(model, Reader(Concepts(CONCEPTS), Speller(known)))

    assert mending.rank("halvåretd fravææær kontaktlærren") == mending.rank("halvåret fravær kontaktlæreren")


def test_concepts_and_their_pairs_apart() -> None:
    """Concepts and pairs of them are two groups, so that the many pairs of a long message do not drown the concepts."""
    blocks = Reader(Concepts(CONCEPTS)).blocks(tokens("læreren mobber"))

    assert blocks[2:] == (Counter(["=teacher", "=bullied"]), Counter(["=bullied+teacher"]))


# --- reasons ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "topic", "word"),
    [
        ("sønnen min blir mobbet på skolen", "worry.bullying", "mobbet"),
        ("kan jeg snakke med kontaktlæreren", "contact.teacher", "kontaktlereren"),
        ("mobbet av kontaktlæreren", "worry.bullying", "mobbet"),
        ("mobbet av kontaktlæreren", "contact.teacher", "kontaktlereren"),
    ],
)
def test_deciding_names_the_words(matcher: Matcher, text: str, topic: TopicId, word: str) -> None:
    """The words that speak most for a topic are named, the weightiest first."""
    reasons = matcher.deciding(text, topic)

    assert reasons[0][0] == word
    assert {one for one, _ in reasons} <= set(tokens(text))
    assert [fall for _, fall in reasons] == sorted((fall for _, fall in reasons), reverse=True)
    assert all(fall > 0 for _, fall in reasons)


def test_deciding_names_few(matcher: Matcher) -> None:
    """No more words are named than asked for, five unless asked."""
    text = " ".join(text for topic, text in PHRASES if topic == "worry.bullying")

    assert len(matcher.deciding(text, "worry.bullying")) == 5
    assert len(matcher.deciding(text, "worry.bullying", most=2)) == 2


@pytest.mark.parametrize(("text", "topic"), [("", "worry.bullying"), ("😭", "worry.bullying"), ("mobbet", "gone")])
def test_deciding_nothing(matcher: Matcher, text: str, topic: TopicId) -> None:
    """Where there are no words, or no such topic, nothing decided."""
    assert matcher.deciding(text, topic) == ()
