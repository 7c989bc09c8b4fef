"""A choice typed as its number or its label."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from bot.model import Press
from bot.understanding.normalise import tokens

_CLOSE = 90
"""Similarity (0-100) at which a typed label with a slip still counts, for labels of at least `_LENGTH` letters."""
_LENGTH = 6


def typed_choice(text: str, buttons: Sequence[tuple[str, Press]]) -> Press | None:
    """The button that `text` names, by number (the first is 1) or by label; None when it names none, or two."""
    words = tokens(text)
    if len(words) == 1 and words[0].isdigit() and text.strip().rstrip(".").isdecimal():
        number = int(words[0]) if len(words[0]) < 4 else 0
        return buttons[number - 1][1] if 1 <= number <= len(buttons) else None
    said = " ".join(words)
    if not said:
        return None
    labelled = [(_spelt(label), press) for label, press in buttons]
    same = [press for label, press in labelled if label == said]
    if not same and len(said) >= _LENGTH:
        same = [press for label, press in labelled if len(label) >= _LENGTH and fuzz.ratio(label, said) >= _CLOSE]
    return same[0] if len(same) == 1 else None


@lru_cache(maxsize=4096)
def _spelt(label: str) -> str:
    """A label as it is compared; remembered, since labels are the content's and come again with every message."""
    return " ".join(tokens(label))
