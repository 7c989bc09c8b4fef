"""A choice typed as its number or its label."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Press
from bot.understanding.labels import typed_choice


def buttons(*labels: str) -> list[tuple[str, Press]]:
    """Buttons with these labels, in order; the choice of each is its number."""
    return [(label, Press("choose", "start", str(number))) for number, label in zip(count(1), labels, strict=False)]


WORRIES = buttons("Fravær", "Mobbing og utestenging", "Språk, skole og svar", "Ja", "Jeg er ikke sikker", "Hjem")
TWELVE = buttons(*(f"Valg {chr(97 + number)}" for number in range(12)))


def chosen(text: str, among: list[tuple[str, Press]]) -> str | None:
    """The number of the button that a text names."""
    press = typed_choice(text, among)
    return press.choice if press is not None else None


@pytest.mark.parametrize("text", ["2", " 2 ", "2.", "２", "2\n"])
def test_a_number(text: str) -> None:
    """A number names the button that stands at that place, however it is typed."""
    assert chosen(text, WORRIES) == "2"


@pytest.mark.parametrize("number", range(1, 13))
def test_every_number(number: int) -> None:
    """The first button is one, and the last one has a number too."""
    assert chosen(str(number), TWELVE) == str(number)


@pytest.mark.parametrize(
    "text", ["0", "13", "-1", "1,5", "1/2", "1 2", "110", "111", "112", "113", "1111", "1000000", "116111", "9" * 5000]
)
def test_no_such_number(text: str) -> None:
    """A number that no button has names none, an emergency number above all."""
    assert chosen(text, TWELVE) is None


@pytest.mark.parametrize("text", ["han er 2", "2 barn", "2b", "klasse 2", "to", "½", "²", "Ⅱ", "②", "二"])
def test_a_number_in_something_else(text: str) -> None:
    """A number counts only when it stands alone, written in figures."""
    assert chosen(text, TWELVE) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Mobbing og utestenging", "2"),
        ("mobbing og utestenging", "2"),
        ("MOBBING OG UTESTENGING!", "2"),
        ("«Mobbing og utestenging»", "2"),
        ("fravær", "1"),
        ("fravaer", "1"),
        ("fraver", "1"),
        ("sprak skole og svar", "3"),
        ("språk, skole, og svar.", "3"),
        ("ja", "4"),
        ("Ja!", "4"),
        ("jeg er ikke sikker", "5"),
    ],
)
def test_a_label(text: str, number: str) -> None:
    """A label names its button, whatever the capitals, the punctuation and the letters that a keyboard lacks."""
    assert chosen(text, WORRIES) == number


@pytest.mark.parametrize(
    ("text", "number"), [("mobing og utestenging", "2"), ("jeg er ikke siker", "5"), ("mobbing og utestengning", "2")]
)
def test_a_label_with_a_slip(text: str, number: str) -> None:
    """A slip in a long label does not matter."""
    assert chosen(text, WORRIES) == number


@pytest.mark.parametrize("text", ["", " ", "!", "😭", "jo", "je", "hjemme", "mobbing", "utestenging", "jeg er sikker"])
def test_no_label(text: str) -> None:
    """What is less than a label, more than a label, or near a short one only, names none."""
    assert chosen(text, WORRIES) is None


@pytest.mark.parametrize("text", ["ja", "fortsett", "fortset"])
def test_two_of_the_same(text: str) -> None:
    """A label that two buttons bear names neither."""
    assert chosen(text, buttons("Ja", "Fortsett", "Ja", "Fortsett")) is None


def test_near_two() -> None:
    """What is near two labels names neither; what is exactly one of them names that."""
    among = buttons("Skolen til barnet", "Skolen til barna")

    assert chosen("skolen til barnt", among) is None
    assert chosen("skolen til barna", among) == "2"


def test_a_label_that_is_a_number() -> None:
    """A number counts as a place before it counts as a label, since numbers stand before all buttons."""
    assert chosen("2", buttons("2", "1")) == "2"


@pytest.mark.parametrize("text", ["", "1", "ja"])
def test_no_buttons(text: str) -> None:
    """Where there are no buttons none is named."""
    assert typed_choice(text, []) is None


@given(st.text(), st.lists(st.text(), max_size=8))
@settings(max_examples=200, deadline=None)
def test_any_text(text: str, labels: list[str]) -> None:
    """Any text and any labels name one button or none."""
    among = buttons(*labels)

    assert typed_choice(text, among) in [None, *(press for _, press in among)]
