"""All that is learnt from the training phrases, as one thing that is kept, read again, and refused when it is stale."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from bot.content.catalogue import Catalogue
from bot.model import LANGUAGES, TopicId
from bot.understanding.features import VERSION
from bot.understanding.language import learn_odds
from bot.understanding.matcher import Model
from bot.understanding.normalise import tokens
from bot.understanding.training import METHOD, train

_METHOD = "odds-and-words-1"
"""Rises when the same phrases would give other odds of languages, or other words."""
_SLIPS = "misspelt"
"""The way of writing whose words are not known: a slip in a word of danger must be mended."""


class StaleModelError(ValueError):
    """What is kept was learnt from something else than what is there now; it is not used."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """The model of topics, the odds of the languages (see `learn_odds`), and the folded words that are spelt right."""

    model: Model
    odds: Mapping[str, float]
    words: frozenset[str]

    def dump(self, catalogue: Catalogue) -> bytes:
        """It as bytes that `load` reads, with the name of the content it was learnt from."""
        buffer = io.BytesIO()
        np.savez(
            buffer,
            source=np.array(fingerprint(catalogue)),
            topics=np.array("\n".join(self.model.topics)),
            vocabulary=np.array("\n".join(self.model.vocabulary)),
            rarity=self.model.rarity,
            weights=self.model.weights,
            bias=self.model.bias,
            features=np.array("\n".join(self.odds)),
            odds=np.array(list(self.odds.values())),
            words=np.array("\n".join(sorted(self.words))),
        )
        return buffer.getvalue()

    @classmethod
    def load(cls, file: BinaryIO, catalogue: Catalogue) -> Learnt:
        """What is kept in a file. Raises StaleModelError unless it was learnt from this content by this method."""
        try:
            with np.load(file, allow_pickle=False) as kept:
                if str(kept["source"]) != fingerprint(catalogue):
                    raise StaleModelError("what is kept was learnt from other phrases")
                model = Model(
                    tuple(_names(kept["topics"])),
                    {name: row for row, name in enumerate(_names(kept["vocabulary"]))},
                    kept["rarity"],
                    kept["weights"],
                    kept["bias"],
                )
                odds = dict(zip(_names(kept["features"]), kept["odds"].tolist(), strict=True))
                return cls(model, odds, frozenset(_names(kept["words"])))
        except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise StaleModelError(f"what is kept cannot be read ({type(error).__name__})") from None


def learn(catalogue: Catalogue) -> Learnt:
    """Learn all of it; takes some seconds. Deterministic."""
    texts = {
        language: [phrase.text for phrases in catalogue.books[language].phrases.values() for phrase in phrases]
        for language in LANGUAGES
    }
    words = {
        word
        for book in catalogue.books.values()
        for phrases in book.phrases.values()
        for phrase in phrases
        if phrase.style != _SLIPS
        for word in tokens(phrase.text)
    }
    return Learnt(train(phrases_of(catalogue), catalogue.concepts), learn_odds(texts), frozenset(words))


def phrases_of(catalogue: Catalogue) -> list[tuple[TopicId, str]]:
    """All training phrases with their topics, in a fixed order: what the model is learnt from."""
    return [
        (topic, phrase.text)
        for language in LANGUAGES
        for topic, phrases in catalogue.books[language].phrases.items()
        for phrase in phrases
    ]


def fingerprint(catalogue: Catalogue) -> str:
    """What is learnt from this content, by the methods of today, is called."""
    concepts = sorted((name, list(words)) for name, words in catalogue.concepts.items())
    digest = sha256(f"{_METHOD} {METHOD} {VERSION} {concepts}".encode())
    for language in LANGUAGES:
        for topic, phrases in catalogue.books[language].phrases.items():
            for phrase in phrases:
                digest.update(f"\n{language}\t{topic}\t{phrase.style}\t{phrase.text}".encode())
    return digest.hexdigest()


def _names(kept: NDArray[np.str_]) -> list[str]:
    return str(kept).split("\n")
