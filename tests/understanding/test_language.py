"""Which language a message is in, as learnt from a few phrases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from bot.model import LANGUAGES, Language
from bot.understanding.language import WORDS, Guess, LanguageGuesser, learn_odds

PHRASES: Mapping[Language, Sequence[str]] = {
    "nb": (
        "sønnen min vil ikke gå på skolen",
        "jeg er bekymret for datteren min",
        "hvem kan jeg snakke med på skolen",
        "eg er uroleg for guten min på skulen",
        "æ e bekymra for ongen min",
        "hva er klokka nå",
    ),
    "en": (
        "my son does not want to go to school",
        "I am worried about my daughter",
        "who can I talk to at the school",
        "what time is it now",
    ),
}
OTHER: Mapping[Language, Language] = {"nb": "en", "en": "nb"}


@pytest.fixture(scope="module")
def guesser() -> LanguageGuesser:
    """A guesser that learnt from the phrases above."""
    return LanguageGuesser(learn_odds(PHRASES))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        *((text, language) for language in LANGUAGES for text in PHRASES[language]),
        ("kan jeg snakke med noen om sønnen min", "nb"),
        ("guten min vil ikkje på skulen", "nb"),
        ("æ e så bekymra for datteren min", "nb"),
        ("SØNNEN MIN VIL IKKE", "nb"),
        ("sonnen min vil ikke ga pa skolen", "nb"),
        ("nei det kan", "nb"),
        ("and a school", "en"),
        ("can I talk to somebody about my son", "en"),
        ("my daughter does not want to talk", "en"),
        ("I’m worried about school", "en"),
    ],
)
@pytest.mark.parametrize("otherwise", LANGUAGES)
def test_clear(guesser: LanguageGuesser, text: str, language: Language, otherwise: Language) -> None:
    """A sentence is clearly in its language, whatever was spoken before: bokmål, nynorsk and dialect are one."""
    assert guesser.guess(text, otherwise) == Guess(language, True)


@pytest.mark.parametrize("text", ["", " ", "?!", "😭😭😭", "12 34 56", "ابني لا يريد", "qqq www xxx", "\u200b"])
@pytest.mark.parametrize("otherwise", LANGUAGES)
def test_nothing_tells(guesser: LanguageGuesser, text: str, otherwise: Language) -> None:
    """When nothing in a message tells, the language spoken before is kept, and nothing is clear."""
    assert guesser.guess(text, otherwise) == Guess(otherwise, False)


@pytest.mark.parametrize("text", ["sønnen", "bekymret datteren", "worried", "my daughter", "school", "ja"])
def test_too_short(guesser: LanguageGuesser, text: str) -> None:
    """So few words are never clear, since names and single words belong to nobody."""
    assert len(text.split()) < WORDS
    assert not guesser.guess(text, "nb").clear


def test_in_between() -> None:
    """What is as much the one as the other is not clear."""
    even = LanguageGuesser(learn_odds({"nb": ["skolen datteren"], "en": ["school daughter"]}))

    assert even.guess("skolen datteren", "en").language == "nb"
    assert not even.guess("skolen school datteren daughter", "en").clear


def test_the_more_the_clearer(guesser: LanguageGuesser) -> None:
    """One foreign word in a long sentence does not change its language."""
    guess = guesser.guess("jeg er bekymret for sønnen min, hvem kan jeg snakke med om school", "en")

    assert guess == Guess("nb", True)


def test_always_the_same() -> None:
    """Learnt twice, the same is guessed."""
    texts = [*PHRASES["nb"], *PHRASES["en"], "skolen school min", "hei"]

    first, second = ([LanguageGuesser(learn_odds(PHRASES)).guess(text, "nb") for text in texts] for _ in range(2))

    assert first == second


@pytest.mark.parametrize("phrases", [{}, {"nb": [], "en": []}])
@pytest.mark.parametrize("otherwise", LANGUAGES)
def test_nothing_learnt(phrases: Mapping[Language, Sequence[str]], otherwise: Language) -> None:
    """Who has learnt nothing keeps to the language spoken before."""
    assert LanguageGuesser(learn_odds(phrases)).guess("sønnen min vil ikke gå", otherwise) == Guess(otherwise, False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_language_learnt(language: Language) -> None:
    """Who has learnt one language knows it, and guesses nothing about the other."""
    guesser = LanguageGuesser(learn_odds({language: PHRASES[language]}))

    assert guesser.guess(PHRASES[language][0], OTHER[language]).language == language
    assert guesser.guess("xyzzy", OTHER[language]) == Guess(OTHER[language], False)
