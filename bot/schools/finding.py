"""A school by what somebody typed: «tåsen», «bjerke vgs», «Ulevål skole»."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from bot.schools.school import School
from bot.understanding.normalise import fold, tokens

_FLOOR, _GAP, _CLEAR, _SPREAD = 66, 12, 75, 20
"""Of 100: what is near enough to name; how far behind all others must be for a clear hit, and how good that hit must
be; and how far behind the best a school may be and still be named."""
_OTHER_LEVEL = 15
"""What it costs to be a school of another level than the one that was typed."""
_BEGINNING = 88
"""How good a hit the beginning of a name is."""
_PART = 0.9
_WORDS = 12
"""Words of a text that are read; no name of a school is that long."""


def _folded(*words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words)


_UPPER = _folded("videregående", "videregåande", "vidaregåande", "vgs", "vgo", "vg1", "vg2", "vg3", "high", "upper")
_PRIMARY = _folded(
    *("ungdomsskole", "ungdomsskolen", "ungdomskole", "ungdomsskule", "barneskole", "barneskolen", "barneskule"),
    *("grunnskole", "grunnskolen", "primary", "elementary", "lower"),
)
_SCHOOL = _folded("skole", "skolen", "skule", "skulen", "skola", "skol", "school")
_SMALL = _folded("i", "på", "ved", "til", "the", "at", "of", "in", "secondary", "oslo")
_ENDINGS = sorted(_UPPER - _folded("high", "upper") | _PRIMARY | _SCHOOL, key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class _Name:
    """A folded name or text: `whole` as it is, `words` without those that every school has, `level` that they say."""

    whole: str
    words: tuple[str, ...]
    upper: bool
    primary: bool

    @property
    def joined(self) -> str:
        return "".join(self.words)


def find(schools: Iterable[School], text: str, limit: int) -> tuple[School, ...]:
    """The schools that `text` may mean, best first, at most `limit`; an exact or clear hit stands alone.

    Of two that are as near, the open one comes first. Text that names no school gives nothing.
    """
    said, number = _name(text), "".join(text.split())
    if not said.words:
        return ()
    scored = []
    for school in schools:
        named = _named(school.name)
        # An id of one word is no exact hit: «stovner» may be either of two schools.
        exact = (named.whole, fold(school.id.replace("-", " ")) if "-" in school.id else "")
        if said.whole in exact or number == school.org_number:
            return (school,)
        scored.append((_score(said, named, school), school.status == "open", school))
    scored.sort(key=lambda one: one[:2], reverse=True)
    best = scored[0][0] if scored else 0
    near = [school for score, _, school in scored if score >= max(_FLOOR, best - _SPREAD)]
    if best >= 100:
        near = [school for score, _, school in scored if score >= 100]
    elif best >= _CLEAR and (len(scored) < 2 or scored[1][0] < best - _GAP):
        near = near[:1]
    return tuple(near[:limit])


def _score(said: _Name, named: _Name, school: School) -> float:
    """How near a school is to what was said, from 0 to 100."""
    score = fuzz.ratio(said.joined, named.joined)
    if len(said.joined) >= 3 and named.joined.startswith(said.joined):
        score = max(score, _BEGINNING)
    score = max(score, _PART * _part(said.words, named.words))
    if (said.upper and school.level == "primary") or (said.primary and school.level == "upper"):
        score -= _OTHER_LEVEL
    return score


def _part(said: Sequence[str], named: Sequence[str]) -> float:
    """How near the shorter of two rows of words is to the nearest part of the longer; very short words must fit."""
    short, long = sorted((said, named), key=len)
    if not short or len(short) == len(long):
        return 0
    whole = "".join(short)
    near = max(fuzz.ratio(whole, "".join(long[at : at + len(short)])) for at in range(len(long) - len(short) + 1))
    return near if near == 100 or len(whole) >= 4 else 0


@lru_cache(maxsize=1000)
def _named(name: str) -> _Name:
    """The name of a school, taken apart once. What a parent typed is never kept so."""
    return _name(name)


def _name(text: str) -> _Name:
    """A name or a text, taken apart."""
    said = tokens(text)[:_WORDS]
    kinds: set[str] = set()
    words: list[str] = []
    for word in said:
        kept, kind = _taken_apart(word, bool(words))
        kinds.add(kind)
        if kept:
            words.append(kept)
    lasting = [word for word in words if word not in _SMALL] or words
    return _Name(" ".join(said), tuple(lasting), bool(kinds & _UPPER), bool(kinds & _PRIMARY))


def _taken_apart(word: str, follows: bool) -> tuple[str, str]:
    """What a word says of the name, and the kind of school at its end: «bjerkevgs» is `bjerke` and `vgs`.

    A misspelt word for a school («skoel») is known only where it `follows` a name.
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and (word == ending or len(word) - len(ending) >= 3):
            return word.removesuffix(ending), ending
    if word in _UPPER:
        return "", word
    if follows and len(word) >= 4:
        near = max(_ENDINGS, key=lambda ending: fuzz.ratio(word, ending))
        if len(near) >= 5 and fuzz.ratio(word, near) >= 80:
            return "", near
    return word, ""
