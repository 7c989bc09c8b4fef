"""One spelling for what can be typed in many ways; the same function for messages, phrases, patterns and labels."""

from __future__ import annotations

import re
import unicodedata

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_APOSTROPHE = re.compile("['’‘`´ʼ＇]")
_LETTERS = str.maketrans({"å": "a", "ä": "e", "æ": "e", "ø": "o", "ö": "o", "ð": "d", "þ": "t", "ß": "s"})
_WORD = re.compile(r"[a-z0-9]+")
_REPEATED = re.compile(r"([^\W\d])\1{2,}")

LONGEST = 4096
"""Characters of a message that are read; Telegram sends no more."""


def fold(text: str) -> str:
    """Lower case, without accents, invisible characters and æøå: «Å» and «aa» are both `a`, «ø» and «oe» both `o`.

    Typed Norwegian is often without æøå, and old keyboards write aa, oe and ae; folding all to one letter joins them.
    """
    # The apostrophes first: compatibility forms turn one of them into a blank and an accent.
    text = _APOSTROPHE.sub("", _UNSEEN.sub("", text[:LONGEST]))
    text = unicodedata.normalize("NFKC", text).lower().translate(_LETTERS)
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    text = text.replace("aa", "a").replace("oe", "o").replace("ae", "e")
    return _REPEATED.sub(r"\1\1", text)


def tokens(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return _WORD.findall(fold(text))
