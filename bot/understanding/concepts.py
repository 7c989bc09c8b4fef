"""Word families of both languages that mean the same here: hit, slår and banker are all *strike*.

What is learnt about a concept holds for every word of it, in either language, also for words no phrase contained.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from bot.understanding.normalise import tokens

NEGATION = "not"
"""The concept whose words turn what follows into its opposite: «blir ikke mobbet»."""
_REACH = 3
"""Words that a negation reaches."""
_STEM = 5
"""Letters of a beginning that tell a word for sure."""
_WINDOW = 6
"""Concepts that a concept is paired with: those that stand near it."""


class Concepts:
    """Finds concepts in texts."""

    def __init__(self, written: Mapping[str, Sequence[str]]) -> None:
        """Take each concept's words: `slår`, `mobb*` with any ending, `at home` with several words."""
        self._words: dict[str, list[str]] = {}
        self._beginnings: dict[str, list[str]] = {}
        self._phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for concept, entries in written.items():
            for entry in entries:
                parts = tokens(entry.replace("*", ""))
                if len(parts) > 1:
                    self._phrases.setdefault(parts[0], []).append((tuple(parts), concept))
                elif parts and entry.endswith("*"):
                    self._beginnings.setdefault(parts[0], []).append(concept)
                elif parts:
                    self._words.setdefault(parts[0], []).append(concept)
        self._of = lru_cache(maxsize=8192)(self._look_up)

    def find(self, words: Sequence[str]) -> Iterator[str]:
        """The concepts of a text's folded words in order; `!bullied` for one that is negated."""
        negated = 0
        for i, word in enumerate(words):
            here = list(self._of(word))
            here += [c for parts, c in self._phrases.get(word, ()) if tuple(words[i : i + len(parts)]) == parts]
            for concept in here:
                yield f"!{concept}" if negated and concept != NEGATION else concept
            negated = _REACH if NEGATION in here else max(0, negated - 1)

    def features(self, words: Sequence[str]) -> tuple[list[str], list[str]]:
        """Concepts, and pairs of concepts that stand near each other, as features."""
        found = list(self.find(words))
        near = [
            "=" + "+".join(sorted((concept, other)))
            for i, concept in enumerate(found)
            for other in found[i + 1 : i + 1 + _WINDOW]
            if other != concept
        ]
        return [f"={concept}" for concept in found], near

    def words(self) -> Iterator[str]:
        """All single words, also the beginnings: what is spelt right."""
        yield from self._words
        yield from self._beginnings

    def begins(self, word: str) -> bool:
        """Whether `word` begins as a word of a concept does, and so need not be mended."""
        return any(word[:end] in self._beginnings for end in range(_STEM, len(word) + 1))

    def _look_up(self, word: str) -> tuple[str, ...]:
        found = list(self._words.get(word, ()))
        for end in range(3, len(word) + 1):
            found += self._beginnings.get(word[:end], ())
        return tuple(dict.fromkeys(found))
