"""One spelling for what can be typed in many ways."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.understanding.normalise import LONGEST, fold, tokens


@pytest.mark.parametrize(
    "spellings",
    [
        ("på", "PÅ", "paa", "Paa", "pa", "pa\u030a", "p\u212b"),
        ("ikke være", "ikke vaere", "ikke vere", "IKKE VÆRE", "ikke väre"),
        ("gjør", "gjoer", "gjor", "gjör", "GJØR", "gjo\u0338r"),
        ("sønn", "soenn", "sonn", "sönn", "SØNN"),
        ("don't", "don’t", "don‘t", "don`t", "don´t", "dont", "DON'T"),
        ("idé", "ide\u0301", "ide", "IDÈ", "idê"),
        ("mobbing", "mob\u00adbing", "mob\u200bbing", "\ufeffmobbing", "mob\u2060bing", "\u202emobbing\u202c"),
        ("hei", "ｈｅｉ", "𝐡𝐞𝐢", "Hei"),
        ("kl 12", "kl １２", "KL 12"),
        ("nei nei", "nei\u00a0nei", "nei\n\tnei", "nei,nei", "nei-nei", "nei😭nei", "«nei» (nei)!"),
        ("hjeelp", "hjeeeeelp", "hjeeelp"),
    ],
    ids=lambda spellings: spellings[0],
)
def test_one_spelling(spellings: tuple[str, ...]) -> None:
    """However a word is typed, with or without æøå, accents, capitals, curly quotes or unseen marks, it is one word."""
    assert {spelling: tokens(spellings[0]) for spelling in spellings} == {s: tokens(s) for s in spellings}


@pytest.mark.parametrize(
    ("one", "other"), [("slå", "slo"), ("far", "før"), ("mor", "mår"), ("god", "gud"), ("hat", "hatt"), ("1", "2")]
)
def test_other_words_stay_others(one: str, other: str) -> None:
    """What only looks alike stays apart."""
    assert tokens(one) != tokens(other)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("   \n\t", []),
        ("?!... «» -- 😭 🇳🇴", []),
        ("ابني", []),
        ("\x00\x01\x1b", []),
        ("Hei, jeg heter 7B!", ["hei", "jeg", "heter", "7b"]),
        ("a/b_c", ["a", "b", "c"]),
        ("ærlig ØL åpen", ["erlig", "ol", "apen"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    """A text's words come in order, without anything between them."""
    assert tokens(text) == words


@pytest.mark.parametrize("number", ["111", "1111", "333", "100000", "99999999"])
def test_numbers_stay_as_they_are(number: str) -> None:
    """A number with one figure many times over is another number than a shorter one."""
    assert tokens(number) == [number]


def test_the_longest_message() -> None:
    """No more is read than Telegram lets anybody send."""
    words = tokens("a " * LONGEST)

    assert len(words) == LONGEST / 2
    assert tokens("b" + " " * LONGEST + "c") == ["b"]


@given(st.text())
@example("ﷺ" * 100)
@example("\ud800")
@example("e" + "\u0301" * 500)
@settings(max_examples=300, deadline=None)
def test_any_text(text: str) -> None:
    """Any text at all gives words of plain letters and figures, the same ones each time and in capitals."""
    words = tokens(text)

    assert all(re.fullmatch(r"[a-z0-9]+", word) for word in words)
    assert words == tokens(text)
    assert fold(text) == fold(text)


@given(st.text("abcdefghijklmnopqrstuvwxyzæøåéèêô 0123456789"))
@settings(max_examples=200, deadline=None)
def test_capitals(text: str) -> None:
    """Capitals say nothing."""
    assert tokens(text) == tokens(text.upper())
