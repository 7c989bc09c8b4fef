"""Acute danger: ordered phrase patterns with exclusions, written by editors in `patterns.yaml`.

A pattern is a row of words as a parent writes them, folded like the message:
`word` itself · `word*` any ending · `a|b` either · `word?` may be missing · `..3` up to three other words between ·
`@child` one of a class of words, defined under `classes`. `unless` are patterns that cancel it, anywhere in it;
`@past` alone in it stands for all patterns of that family under `harmless`.
A similarity score is the wrong tool here: «slå gresset» and «slår meg» are close in letters and far in meaning.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz.distance import OSA

from bot.content.schema import PatternModel, PatternsModel
from bot.model import TopicId
from bot.understanding.normalise import fold, tokens
from bot.understanding.spelling import cost

MENDED = 6
"""Letters that a pattern's word must have for a message's misspelt word to count as it."""
LONG = 8
"""Letters from which a word may have a full slip; a shorter one is mended only when the slip is of a usual kind."""
SLIP, SMALL_SLIP = 1.0, 0.6
"""The cost (see `spelling.cost`) that is mended: any wrong letter; two letters swapped, one doubled, a like sound."""
GLUED = ("ikke", "ikkje")
"""Words that are often written together with the one before or after: «pusterikke», «ikkevil»."""


class PatternError(ValueError):
    """A pattern that cannot be read; the message says which part."""


class Search:
    """A regular expression that is compiled when it is first searched with: most never are, and a start is not to wait
    for thousands.
    """

    __slots__ = ("_compiled", "_written")

    def __init__(self, written: str) -> None:
        """Take the expression, which is known to be sound."""
        self._written = written
        self._compiled: re.Pattern[str] | None = None

    def found(self, form: str) -> bool:
        """Whether it stands in a folded text."""
        return self.compiled().search(form) is not None

    def compiled(self) -> re.Pattern[str]:
        """It, ready to search with."""
        if self._compiled is None:
            self._compiled = re.compile(self._written)
        return self._compiled


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern: what it finds, what cancels it, and whether it is certain."""

    topic: TopicId
    written: str
    find: Search
    unless: tuple[Search, ...]
    doubt: bool
    needs: tuple[frozenset[str], ...]
    """For each word that may not be missing: the words that may stand there, with a star for any ending."""


@dataclass(frozen=True, slots=True)
class Danger:
    """A danger that a message speaks of. `doubt`: perhaps. `pattern` is the one that found it, for editors."""

    topic: TopicId
    doubt: bool
    pattern: str


class Alarm:
    """Looks for danger in messages. Pure: the patterns of both languages, tried on every message."""

    def __init__(self, patterns: Sequence[Pattern], words: frozenset[str], doubts: Sequence[Search] = ()) -> None:
        """Take compiled patterns, the long words in them, which misspelt words are mended to, and the signs that make
        any danger one to ask about.
        """
        self._doubts = tuple(doubts)
        self._words = words
        self._by_start: dict[str, list[str]] = {}
        for word in sorted(words):
            self._by_start.setdefault(word[:2], []).append(word)
        # Most patterns lack a word in most messages. Each is kept under the rarest of the places that must be filled,
        # and looked at only when that one is.
        self._whole: dict[str, set[int]] = {}
        self._begun: dict[str, set[int]] = {}
        numbers: dict[frozenset[str], int] = {}
        for need in dict.fromkeys(need for pattern in patterns for need in pattern.needs):
            numbers[need] = len(numbers)
            for word in need:
                table = self._begun if word.endswith("*") else self._whole
                table.setdefault(word.rstrip("*"), set()).add(numbers[need])
        ordered = sorted(patterns, key=lambda pattern: pattern.doubt)
        common = Counter(need for pattern in patterns for need in set(pattern.needs))
        self._patterns: dict[int, list[tuple[int, frozenset[int], Pattern]]] = {}
        for place, pattern in enumerate(ordered):
            rarest = min(pattern.needs, key=lambda need: (common[need], len(need)))
            entry = (place, frozenset(numbers[need] for need in pattern.needs), pattern)
            self._patterns.setdefault(numbers[rarest], []).append(entry)

    def find(self, text: str, known: frozenset[str] = frozenset()) -> Danger | None:
        """The danger in `text`, certain ones first; None when there is none. `known` words are not mended."""
        words = tokens(text)
        forms = [" " + " ".join(words) + " "]
        mended = " ".join(self._mend(word, known) for word in words).split()
        if mended != words:
            forms.append(" " + " ".join(mended) + " ")
        there: set[int] = set()
        for word in {*words, *mended}:
            there |= self._places(word)
        likely = (entry for number in there for entry in self._patterns.get(number, ()) if entry[1] <= there)
        for _, _, pattern in sorted(likely, key=lambda entry: entry[0]):
            for form in forms:
                if pattern.find.found(form) and not any(one.found(f) for one in pattern.unless for f in forms):
                    doubt = pattern.doubt or any(sign.found(f) for sign in self._doubts for f in forms)
                    return Danger(pattern.topic, doubt, pattern.written)
        return None

    def prepare(self) -> None:
        """Compile everything: a second's work, for when nobody waits."""
        for entries in self._patterns.values():
            for _, _, pattern in entries:
                for search in (pattern.find, *pattern.unless):
                    search.compiled()
        for sign in self._doubts:
            sign.compiled()

    def _places(self, word: str) -> set[int]:
        """The places in patterns where this word may stand."""
        found = set(self._whole.get(word, ()))
        for end in range(1, len(word) + 1):
            found |= self._begun.get(word[:end], set())
        return found

    def _mend(self, word: str, known: frozenset[str]) -> str:
        """The word of a pattern that this one was likely meant to be. Slips are rare in a word's first two letters, so
        they must agree; and in a short word another letter often makes another real word («krymper», «kramper»), while
        one left out seldom does.
        """
        if len(word) < MENDED - 1 or word in self._words or word in known:
            return word
        for glued in GLUED:
            before, after = word.removesuffix(glued), word.removeprefix(glued)
            if before != word and len(before) > 1 and before in known:
                return f"{before} {glued}"
            if after != word and len(after) > 1 and after in known:
                return f"{glued} {after}"
        likely = []
        for candidate in self._by_start.get(word[:2], ()):
            if (distance := OSA.distance(word, candidate, score_cutoff=2)) <= 2:
                left_out = distance == 1 and len(candidate) > len(word)
                least = cost(word, candidate)
                if least <= (SLIP if left_out or len(word) >= LONG else SMALL_SLIP):
                    likely.append((least, candidate))
        return min(likely)[1] if likely else word


class Compiler:
    """Makes the patterns of one language ready to search with. What cancels many of them is read once."""

    def __init__(self, written: PatternsModel) -> None:
        """Take the patterns as editors wrote them."""
        self._written = written
        self._signs: dict[str, Search] = {}

    def pattern(self, topic: TopicId, item: str | PatternModel) -> Pattern:
        """One pattern of a danger. Raises PatternError."""
        model = item if isinstance(item, PatternModel) else PatternModel(say=item)
        parts = _parts(model.say, self._written.classes)
        needs = _needs(parts, model.say)
        unless = tuple(self._sign(text) for text in self._harmless(model.unless))
        return Pattern(topic, model.say, Search(_regex(parts)), unless, model.doubt, needs)

    def patterns(self) -> list[Pattern]:
        """All patterns, in the order they are tried. Raises PatternError."""
        return [self.pattern(topic, item) for topic, items in self._written.patterns.items() for item in items]

    def doubts(self) -> list[Search]:
        """The signs that make any danger one to ask about. Raises PatternError."""
        return [self._sign(text) for text in self._harmless(self._written.doubts)]

    def _sign(self, text: str) -> Search:
        """A pattern that only cancels or casts doubt. Raises PatternError."""
        if text not in self._signs:
            parts = _parts(text, self._written.classes)
            _needs(parts, text)
            self._signs[text] = Search(_regex(parts))
        return self._signs[text]

    def _harmless(self, unless: Sequence[str]) -> list[str]:
        """What cancels a pattern, with the families of `harmless` in place of their names."""
        found: list[str] = []
        for text in unless:
            found += self._written.harmless.get(text[1:], [text]) if text.startswith("@") else [text]
        return found


def long_words(patterns: Sequence[Pattern]) -> frozenset[str]:
    """The words of patterns that are long enough to be mended to."""
    words = {word.rstrip("*") for pattern in patterns for need in pattern.needs for word in need}
    return frozenset(word for word in words if len(word) >= MENDED)


def _needs(parts: Sequence[_Part], text: str) -> tuple[frozenset[str], ...]:
    """The words of which one must stand, for each place that is not optional. Raises PatternError if there is none."""
    needs = tuple(part.words for part in parts if part.words and not part.optional)
    if not needs:
        raise PatternError(f"«{text}» has no word that must stand, so it would find everything")
    return needs


@dataclass(frozen=True, slots=True)
class _Part:
    """One place in a pattern: the words that may stand there, or a gap of so many."""

    words: frozenset[str] = frozenset()
    optional: bool = False
    gap: int = 0

    def regex(self) -> str:
        """It as a regular expression; each word has one blank before it."""
        if not self.words:
            return rf"(?: [a-z0-9]+){{0,{self.gap}}}"
        options = "|".join(word.replace("*", "[a-z0-9]*") for word in sorted(self.words))
        return f"(?: (?:{options}))" + ("?" if self.optional else "")


def _regex(parts: Sequence[_Part]) -> str:
    return "".join(part.regex() for part in parts) + "(?= )"


def _parts(written: str, classes: Mapping[str, Sequence[str]]) -> list[_Part]:
    """The places in a pattern. Raises PatternError."""
    parts = []
    for part in written.split():
        if part.startswith(".."):
            if not re.fullmatch(r"\.\.\d", part):
                raise PatternError(f"«{part}» is no gap; write ..3 for up to three words")
            parts.append(_Part(gap=int(part[2])))
            continue
        options: list[str] = []
        for option in part.removesuffix("?").split("|"):
            if option.startswith("@"):
                if option[1:] not in classes:
                    raise PatternError(f"there is no class «{option}» under `classes`")
                if not classes[option[1:]]:
                    raise PatternError(f"the class «{option}» under `classes` is empty")
                options += classes[option[1:]]
            else:
                options.append(option)
        parts.append(_Part(frozenset(map(_word, options)), part.endswith("?")))
    return parts


@cache
def _word(option: str) -> str:
    """One word of a pattern, folded; a star stands for any ending. No message passes here, so it may be kept."""
    folded = fold(option.rstrip("*"))
    if not re.fullmatch(r"[a-z0-9]+", folded):
        raise PatternError(f"«{option}» is no word; write one word, with a star for any ending")
    return folded + ("*" if option.endswith("*") else "")
