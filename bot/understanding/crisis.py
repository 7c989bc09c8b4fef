"""Acute danger: ordered phrase patterns with exclusions, written by editors in `patterns.yaml`.

A pattern is a row of words as a parent writes them, folded like the message:
`word` itself · `word*` any ending · `a|b` either · `word?` may be missing · `..3` up to three other words between ·
`@child` one of a class of words, defined under `classes`. `unless` are patterns that cancel it, anywhere in it.
A similarity score is the wrong tool here: «slå gresset» and «slår meg» are close in letters and far in meaning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from bot.content.schema import PatternModel, PatternsModel
from bot.model import TopicId
from bot.understanding.normalise import fold, tokens

MENDED = 6
"""Letters that a pattern's word must have for a message's word with one mistake to count as it."""


class PatternError(ValueError):
    """A pattern that cannot be read; the message says which part."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern: what it finds, what cancels it, and whether it is certain."""

    topic: TopicId
    written: str
    find: re.Pattern[str]
    unless: tuple[re.Pattern[str], ...]
    doubt: bool


@dataclass(frozen=True, slots=True)
class Danger:
    """A danger that a message speaks of. `doubt`: perhaps. `pattern` is the one that found it, for editors."""

    topic: TopicId
    doubt: bool
    pattern: str


class Alarm:
    """Looks for danger in messages. Pure: the patterns of both languages, tried on every message."""

    def __init__(self, patterns: Sequence[Pattern], words: frozenset[str]) -> None:
        """Take compiled patterns, and the long words in them, which misspelt words are mended to."""
        self._exact = tuple(p for p in patterns if not p.doubt)
        self._doubtful = tuple(p for p in patterns if p.doubt)
        self._words = words
        self._by_letter: dict[str, list[str]] = {}
        for word in sorted(words):
            self._by_letter.setdefault(word[0], []).append(word)

    def find(self, text: str, known: frozenset[str] = frozenset()) -> Danger | None:
        """The danger in `text`, certain ones first; None when there is none. `known` words are not mended."""
        words = tokens(text)
        forms = [" " + " ".join(words) + " "]
        mended = [self._mend(word, known) for word in words]
        if mended != words:
            forms.append(" " + " ".join(mended) + " ")
        for patterns in (self._exact, self._doubtful):
            for pattern in patterns:
                for form in forms:
                    if pattern.find.search(form) and not any(u.search(f) for u in pattern.unless for f in forms):
                        return Danger(pattern.topic, pattern.doubt, pattern.written)
        return None

    def _mend(self, word: str, known: frozenset[str]) -> str:
        if len(word) < MENDED - 1 or word in self._words or word in known:
            return word
        for candidate in self._by_letter.get(word[0], ()):
            if OSA.distance(word, candidate, score_cutoff=1) <= 1:
                return candidate
        return word


def compile_patterns(written: PatternsModel) -> tuple[list[Pattern], set[str]]:
    """Patterns of one language ready to search with, and their long words. Raises PatternError."""
    compiled, words, classes = [], set[str](), written.classes
    for topic, models in written.patterns.items():
        for item in models:
            model = item if isinstance(item, PatternModel) else PatternModel(say=item)
            find = re.compile(_regex(model.say, classes, words))
            unless = tuple(re.compile(_regex(text, classes, set())) for text in model.unless)
            compiled.append(Pattern(topic, model.say, find, unless, model.doubt))
    return compiled, words


def _regex(written: str, classes: Mapping[str, Sequence[str]], words: set[str]) -> str:
    """The pattern as a regular expression over folded words, each with one blank before it."""
    parts = []
    for part in written.split():
        if part.startswith(".."):
            if not re.fullmatch(r"\.\.\d", part):
                raise PatternError(f"«{part}» is no gap; write ..3 for up to three words")
            parts.append(rf"(?: [a-z0-9]+){{0,{part[2]}}}")
            continue
        optional = part.endswith("?")
        options: list[str] = []
        for option in part.removesuffix("?").split("|"):
            if option.startswith("@"):
                if option[1:] not in classes:
                    raise PatternError(f"there is no class «{option}» under `classes`")
                options += classes[option[1:]]
            else:
                options.append(option)
        group = "|".join(_word(option, words) for option in options)
        parts.append(f"(?: (?:{group}))" + ("?" if optional else ""))
    return "".join(parts) + "(?= )"


def _word(option: str, words: set[str]) -> str:
    """One word; a star stands for any ending."""
    folded = fold(option.rstrip("*"))
    if not re.fullmatch(r"[a-z0-9]+", folded):
        raise PatternError(f"«{option}» is no word; write one word, with a star for any ending")
    if len(folded) >= MENDED:
        words.add(folded)
    return folded + ("[a-z0-9]*" if option.endswith("*") else "")
