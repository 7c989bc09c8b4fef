"""How hard a text is to read: LIX, with and without the glossary's terms, and the length of its sentences.

LIX = words / sentences + 100 * long words / words, where a long word has more than six letters (Björnsson 1968).
LIX-g counts the glossary's terms as words but not as long ones: everybody at a school knows «kontaktlærer».
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

LONG = 6
_WORD = re.compile(r"\d+(?:[\u00a0.:–]\d+)*(?!\d|-?[^\W\d_])|[^\W_]+(?:-[^\W_]+)*")
# A full stop in «kl. 15», «f.eks.» or «4. trinn» does not end a sentence.
_END = re.compile(r"(?<!\bkl)(?<!f\.eks)(?<!\bbl\.a)(?:(?<!\d)\.|[?!]|\.(?=\s+[^\sa-zæøå]|\s*$))+[»’')\"]*(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Reading:
    """The measures of one text: counts, and the derived figures that voice.md's limits are about."""

    words: int
    sentences: int
    longest: int
    long: int
    long_g: int

    @property
    def average(self) -> float:
        """Words in a sentence, on average."""
        return self.words / self.sentences if self.sentences else 0.0

    @property
    def lix(self) -> float:
        """LIX as it is."""
        return self.average + 100 * self.long / self.words if self.words else 0.0

    @property
    def lix_g(self) -> float:
        """LIX where the glossary's terms do not count as long."""
        return self.average + 100 * self.long_g / self.words if self.words else 0.0


def measure(text: str, terms: Set[str] = frozenset()) -> Reading:
    """Measure `text` as a parent sees it. A sentence ends at . ? ! or a line break; `terms` are lower-case words."""
    lengths: list[int] = []
    long = long_g = 0
    for line in text.splitlines():
        for sentence in _END.split(line):
            words = _WORD.findall(sentence)
            if not words:
                continue
            lengths.append(len(words))
            for word in words:
                if sum(map(str.isalpha, word)) > LONG:
                    long += 1
                    long_g += word.lower() not in terms
    return Reading(sum(lengths), len(lengths), max(lengths, default=0), long, long_g)
