"""A misspelt word mended to one that we know: rapidfuzz finds what is near, a finer cost says what is likely."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import pairwise
from string import ascii_lowercase, digits

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 5
"""Letters that a word must have: shorter ones have too many neighbours («slå», «stå», «små»)."""
_NEAR = 5
"""Neighbours that the finer cost looks at."""
_SLIPS = 2
"""Slips between a word and its neighbour (optimal string alignment: a letter more, less, other, or two swapped)."""
_BITS = {letter: 1 << place for place, letter in enumerate(ascii_lowercase + digits)}
_AGAIN = {letter: 1 << place for place, letter in enumerate(ascii_lowercase, len(_BITS))}
"""The bit of a character, and of a letter that stands in the word twice or more: 62 in all."""
_ALLOWED = ((8, 1.5), (6, 1.0), (SHORTEST, 0.7))
"""The cost that may be mended, for words of at least so many letters."""

_ROWS = ("qwertyuiopa", "asdfghjkloe", "zxcvbnm")
"""The keyboard, with the letters that å, ø and æ are folded to behind their neighbours."""
_KEYS = frozenset(
    frozenset(pair)
    for row in _ROWS
    for pair in [
        *pairwise(row),
        *zip(_ROWS[0], _ROWS[1], strict=False),
        *zip(_ROWS[1], _ROWS[2], strict=False),
    ]
)
_SOUNDS = frozenset(
    frozenset(pair)
    for pair in ("dt", "gk", "bp", "vf", "ea", "oa", "ei", "iy", "uo", "cs", "ck", "sz", "wv", "kc", "eo", "hj")
)
"""Letters that are mixed up because they sound alike, in Norwegian, its dialects, or English."""
_SILENT = frozenset("hdgte")
"""Letters that are written but not always heard: «hva», «land», «deilig», «huset»."""


class Speller:
    """Mends words to a vocabulary. Deterministic; remembers what it has looked up."""

    def __init__(self, words: Iterable[str], right: Callable[[str], bool] = lambda _: False) -> None:
        """Take the folded words that are known, and what tells other words that are spelt right."""
        self._known = frozenset(words)
        self._right = right
        self._long = sorted(word for word in self._known if len(word) >= SHORTEST)
        # A slip changes the letters of a word by two at most, and its length by one. That leaves few of many thousand
        # words to be compared letter by letter.
        self._letters = np.array([_letters(word) for word in self._long], dtype=np.uint64)
        self._lengths = np.array([len(word) for word in self._long], dtype=np.int16)
        self.mend = lru_cache(maxsize=4096)(self._mend)

    def _mend(self, word: str) -> str:
        """The known word that `word` most likely is; the word itself when it is known, too short, or near nothing."""
        if word in self._known or len(word) < SHORTEST or word.isdigit() or self._right(word):
            return word
        allowed = next(cost for length, cost in _ALLOWED if len(word) >= length)
        other = np.bitwise_count(self._letters ^ np.uint64(_letters(word)))
        likely = (other <= 2 * _SLIPS) & (np.abs(self._lengths - len(word)) <= _SLIPS)
        words = [self._long[place] for place in np.flatnonzero(likely)]
        near = process.extract(word, words, scorer=OSA.distance, limit=_NEAR, score_cutoff=_SLIPS)
        costs = sorted((cost(word, candidate), candidate) for candidate, _, _ in near)
        return costs[0][1] if costs and costs[0][0] <= allowed else word


def _letters(word: str) -> int:
    """The letters and digits of a folded word, a bit for each, and one more for each letter that comes again."""
    bits = 0
    for letter in word:
        bit = _BITS[letter]
        bits |= _AGAIN.get(letter, bit) if bits & bit else bit
    return bits


def cost(typed: str, meant: str) -> float:
    """How unlikely it is to type `typed` for `meant`: letters swapped 0.5, a letter doubled or not 0.3, a silent one
    left out 0.5, neighbouring keys or like sounds 0.5, any other slip 1 (optimal string alignment).
    """
    rows = [[0.0] * (len(meant) + 1) for _ in range(len(typed) + 1)]
    for i in range(1, len(typed) + 1):
        rows[i][0] = rows[i - 1][0] + 1
    for j in range(1, len(meant) + 1):
        rows[0][j] = rows[0][j - 1] + 1
    for i, got in enumerate(typed, 1):
        for j, want in enumerate(meant, 1):
            best = rows[i - 1][j - 1] + _instead(got, want)
            best = min(best, rows[i - 1][j] + (0.3 if i > 1 and got == typed[i - 2] else 1))
            missing = 0.3 if j > 1 and want == meant[j - 2] else 0.5 if want in _SILENT else 1
            best = min(best, rows[i][j - 1] + missing)
            if i > 1 and j > 1 and got == meant[j - 2] and typed[i - 2] == want and got != want:
                best = min(best, rows[i - 2][j - 2] + 0.5)
            rows[i][j] = best
    return rows[-1][-1]


def _instead(got: str, want: str) -> float:
    if got == want:
        return 0.0
    pair = frozenset((got, want))
    return 0.5 if pair in _KEYS or pair in _SOUNDS else 1.0
