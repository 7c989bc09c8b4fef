"""Which language a message is written in, learnt from the training phrases: Norwegian of any kind, or English."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.model import LANGUAGES, Language
from bot.understanding.normalise import tokens

_ALPHA = 0.1
"""Added to every count, so that a word never seen decides nothing alone."""
CLEAR = 3.0
"""Log odds at which a message is clearly in a language (20 to 1), so that the conversation may change to it."""
WORDS = 3
"""Words below which no message is clear: «BUP», «hjelp» and 'ok' say nothing of the language."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The likelier language, and whether that is clear."""

    language: Language
    clear: bool


def learn_odds(phrases: Mapping[Language, Sequence[str]]) -> dict[str, float]:
    """The log odds of Norwegian to English for each feature of a text, learnt from phrases of each language; `none`
    phrases too, since small talk is language as well.
    """
    counts = {language: Counter[str]() for language in LANGUAGES}
    for language in LANGUAGES:
        for phrase in phrases.get(language, ()):
            counts[language].update(_features(tokens(phrase)))
    first, second = (counts[language] for language in LANGUAGES)
    size = len(first.keys() | second.keys()) * _ALPHA
    totals = [sum(count.values()) + size for count in (first, second)]
    return {
        feature: math.log((first[feature] + _ALPHA) / totals[0] / ((second[feature] + _ALPHA) / totals[1]))
        for feature in sorted(first.keys() | second.keys())
    }


class LanguageGuesser:
    """Naive Bayes on words and on the three-letter runs in them."""

    def __init__(self, odds: Mapping[str, float]) -> None:
        """Take what `learn_odds` has learnt."""
        self._odds = odds

    def guess(self, text: str, otherwise: Language) -> Guess:
        """The language of `text`; `otherwise` when nothing in it tells."""
        words = tokens(text)
        odds = sum(self._odds.get(feature, 0.0) for feature in _features(words))
        if odds == 0:
            return Guess(otherwise, False)
        return Guess("nb" if odds > 0 else "en", abs(odds) >= CLEAR and len(words) >= WORDS)


def _features(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        yield word
        padded = f"^{word}$"
        for i in range(len(padded) - 2):
            yield padded[i : i + 3] + "~"
