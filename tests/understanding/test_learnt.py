"""What is learnt from the phrases, kept and read again; whatever was learnt from other content is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from types import MappingProxyType

import numpy as np
import pytest

from bot.application import Application
from bot.content.catalogue import Catalogue, Phrase
from bot.model import LANGUAGES, Language
from bot.understanding.concepts import Concepts
from bot.understanding.features import Reader
from bot.understanding.language import LanguageGuesser
from bot.understanding.learnt import Learnt, StaleModelError, fingerprint, learn
from bot.understanding.matcher import Matcher
from tests.ears import PHRASES

CONCEPTS = {"bullied": ("mobb*", "bullied"), "teacher": ("lærer*", "teacher")}


def with_phrases(catalogue: Catalogue, language: Language, topic: str, *phrases: Phrase) -> Catalogue:
    """The content with other phrases of one topic."""
    book = catalogue.books[language]
    changed = replace(book, phrases={**book.phrases, topic: phrases})
    return replace(catalogue, books=MappingProxyType({**catalogue.books, language: changed}))


@pytest.fixture(scope="module")
def catalogue(application: Application) -> Catalogue:
    """The content with few phrases and concepts."""
    books = {
        language: replace(
            application.catalogue.books[language],
            phrases={
                topic: tuple(Phrase(text, "plain", 1) for text in texts) for topic, texts in PHRASES[language].items()
            },
        )
        for language in LANGUAGES
    }
    return replace(application.catalogue, books=MappingProxyType(books), concepts=CONCEPTS)


@pytest.fixture(scope="module")
def learnt(catalogue: Catalogue) -> Learnt:
    """What is learnt from it."""
    return learn(catalogue)


def test_kept_and_read_again(catalogue: Catalogue, learnt: Learnt) -> None:
    """What was kept and read again ranks topics, tells languages and knows words as before."""
    again = Learnt.load(BytesIO(learnt.dump(catalogue)), catalogue)

    first, second = (Matcher(one.model, Reader(Concepts(CONCEPTS))) for one in (learnt, again))
    guessers = [LanguageGuesser(one.odds) for one in (learnt, again)]
    texts = [text for language in LANGUAGES for group in PHRASES[language].values() for text in group]
    assert [first.rank(text) for text in texts] == [second.rank(text) for text in texts]
    assert len({tuple(guesser.guess(text, "nb") for text in texts) for guesser in guessers}) == 1
    assert again.words == learnt.words


def test_the_same_again(catalogue: Catalogue, learnt: Learnt) -> None:
    """To learn twice gives the same, bit for bit."""
    assert learn(catalogue).dump(catalogue) == learnt.dump(catalogue)


def test_slips_are_not_known(catalogue: Catalogue) -> None:
    """The words of misspelt phrases do not count as spelt right, those of all others do."""
    slip = with_phrases(catalogue, "nb", "worry.bullying", Phrase("han blir mobet", "misspelt", 1))

    words = learn(slip).words

    assert "mobet" not in words
    assert {"hvordan", "kontaktlereren", "teacher"} <= words


HE = Phrase("han blir plaget", "plain", 1)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: with_phrases(content, "nb", "worry.bullying", HE),
        lambda content: with_phrases(content, "en", "worry.bullying", HE),
        lambda content: with_phrases(content, "nb", "worry.absence", HE),
        lambda content: with_phrases(content, "nb", "worry.bullying", replace(HE, style="misspelt")),
        lambda content: with_phrases(content, "nb", "worry.bullying", replace(HE, text="han blir plaget!")),
        lambda content: replace(content, concepts={**CONCEPTS, "new": ("word",)}),
        lambda content: replace(content, concepts={"bullied": CONCEPTS["bullied"]}),
    ],
)
def test_stale(catalogue: Catalogue, learnt: Learnt, change: Callable[[Catalogue], Catalogue]) -> None:
    """What was learnt from other words, topics, languages, ways of writing or concepts is refused."""
    other = change(catalogue)

    assert fingerprint(other) != fingerprint(catalogue)
    with pytest.raises(StaleModelError):
        Learnt.load(BytesIO(learnt.dump(catalogue)), other)


def test_where_a_phrase_stands_tells(catalogue: Catalogue) -> None:
    """The same phrase has another name in the other language and under another topic."""
    places = [("nb", "worry.bullying"), ("en", "worry.bullying"), ("nb", "worry.absence")]
    names = {fingerprint(with_phrases(catalogue, language, topic, HE)) for language, topic in places}  # type: ignore[arg-type]

    assert len(names) == len(places)


@pytest.mark.parametrize("keep", [0, 1, 100, -1])
def test_damaged(catalogue: Catalogue, learnt: Learnt, keep: int) -> None:
    """What was cut off is not used."""
    with pytest.raises(StaleModelError):
        Learnt.load(BytesIO(learnt.dump(catalogue)[:keep]), catalogue)


def test_garbage(catalogue: Catalogue) -> None:
    """What is nothing of ours is not used, and runs nothing."""
    with pytest.raises(StaleModelError):
        Learnt.load(BytesIO(b"\x80\x04\x95 os.system " * 50), catalogue)


def test_numbers_are_small(learnt: Learnt) -> None:
    """The model is kept in half the memory that numpy takes by itself."""
    assert {learnt.model.weights.dtype, learnt.model.rarity.dtype, learnt.model.bias.dtype} == {np.dtype(np.float32)}
