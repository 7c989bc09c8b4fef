"""How a sheet is set: one page, all its words, embedded letters, sizes, contrast, room for the code."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import zxingcpp

from bot.content.catalogue import Catalogue
from bot.errors import PosterError
from bot.model import LANGUAGES
from bot.posters.decoding import Pixels, codes, pixels, verify
from bot.posters.sheet import Sheet, Target, Words, sheet
from bot.posters.typesetting import ACCENT, INK, PAPER, QUIET, TINT, Format, typeset
from bot.schools.register import Register
from tests.posters.conftest import DAY, TELEGRAM

MM = 72 / 25.4
A4 = (210 * MM, 297 * MM)


@dataclass(frozen=True)
class Letters:
    """A run of letters on the page: what, how large, in which colour, on which, in an embedded font or not."""

    text: str
    size: float
    colour: tuple[int, ...]
    behind: tuple[int, ...]
    embedded: bool
    box: tuple[float, float, float, float]


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def _contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """The contrast of two colours as WCAG 2 counts it."""

    def light(colour: tuple[int, ...]) -> float:
        parts = [part / 255 for part in colour]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def _letters(pdf: bytes) -> Iterator[Letters]:
    """All letters of a page, each run with what is drawn behind it."""
    document = pypdfium2.PdfDocument(pdf)
    page, scale = document[0], 2
    image = page.render(scale=scale, rev_byteorder=True).to_numpy()[:, :, :3]
    words = page.get_textpage()
    for drawn in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
        size, parts = ctypes.c_float(), [ctypes.c_uint() for _ in range(4)]
        pdfium.FPDFTextObj_GetFontSize(drawn.raw, size)
        pdfium.FPDFPageObj_GetFillColor(drawn.raw, *parts)
        left, bottom, right, top = box = drawn.get_bounds()
        around = image[int((A4[1] - top) * scale) - 2 : int((A4[1] - bottom) * scale) + 2]
        around = around[:, max(0, int(left * scale) - 2) : int(right * scale) + 2]
        found, counts = np.unique(around.reshape(-1, 3), axis=0, return_counts=True)
        yield Letters(
            words.get_text_bounded(*box),
            size.value * drawn.get_matrix().d,
            tuple(part.value for part in parts[:3]),
            tuple(int(part) for part in found[counts.argmax()]),
            bool(pdfium.FPDFFont_GetIsEmbedded(pdfium.FPDFTextObj_GetFont(drawn.raw))),
            box,
        )
    document.close()


def _text(pdf: bytes) -> str:
    """The words of a page in one line."""
    document = pypdfium2.PdfDocument(pdf)
    text = document[0].get_textpage().get_text_bounded()
    document.close()
    return " ".join(text.split())


def _said(made: Sheet) -> Iterator[str]:
    """Every text that must stand on the page."""
    texts: list[Words] = [made.question, *made.steps, made.letters, made.made, *(way.words for way in made.ways)]
    yield made.school
    yield from (way.value for way in made.ways)
    for language in LANGUAGES:
        yield from (text[language] for text in texts)
        yield "".join(run.text for run in made.danger[language])


@pytest.fixture(scope="module")
def letters(files: Mapping[Format, bytes]) -> list[Letters]:
    """The letters on the example."""
    return list(_letters(files["pdf"]))


def test_one_page_of_a4(files: Mapping[Format, bytes]) -> None:
    """The PDF has one page, and it is A4 upright."""
    document = pypdfium2.PdfDocument(files["pdf"])

    assert len(document) == 1
    assert document[0].get_size() == pytest.approx(A4, abs=1)


@pytest.mark.parametrize("target", [TELEGRAM, Target(None, "https://web.example")], ids=["telegram", "web"])
def test_all_words(target: Target, catalogue: Catalogue, register: Register) -> None:
    """Every word of both languages stands on the page as text that can be searched and read aloud."""
    made = sheet(catalogue, register.by_id["arvoll"], target, DAY)

    text = _text(typeset(made, "pdf"))

    missing = [said for said in _said(made) if " ".join(said.split()) not in text]
    assert not missing


def test_needed_words(files: Mapping[Format, bytes]) -> None:
    """Whatever editors change, the question, the numbers, the school, the address and the date stand there."""
    text = _text(files["pdf"])

    needed = ("Er du bekymret for barnet ditt?", "Worried about your child?", "113", "112", "Abildsø skole", "robot")
    assert all(word in text for word in needed)
    assert all(word in text for word in ("t.me/OsloForeldreBot", "@OsloForeldreBot", "23. november 2026"))


def test_fonts_are_embedded(letters: list[Letters], files: Mapping[Format, bytes]) -> None:
    """Every letter comes from a font that lies in the file, and none is a box for a letter that the font lacks."""
    assert letters
    assert all(run.embedded for run in letters)
    assert b"SourceSansPro" in files["pdf"]


def test_contrast(letters: list[Letters]) -> None:
    """Every letter stands out from what is behind it by seven to one or more, in colours of ours only."""
    ours = {_rgb(colour) for colour in (INK, PAPER, ACCENT, TINT)}

    worst = min(_contrast(run.colour, run.behind) for run in letters)
    assert worst >= 7
    assert {run.colour for run in letters} | {run.behind for run in letters} == ours


def test_contrast_is_counted_right() -> None:
    """Black on white is 21 to one, and the grey of many a poster is 4.5."""
    assert _contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert _contrast(_rgb("#767676"), _rgb("#ffffff")) == pytest.approx(4.54, abs=0.01)


def test_readable_at_two_metres(letters: list[Letters], example: Sheet) -> None:
    """The question is set in 40 points or more in both languages, and nothing but the date in less than 12."""
    words = {word for language in LANGUAGES for word in example.question[language].split()}
    asked = {word for run in letters if run.size >= 40 for word in run.text.split()}

    assert words <= asked
    assert {run.text.strip() for run in letters if run.size < 12} <= set(example.made.values())


def test_margins(letters: list[Letters]) -> None:
    """No letter comes nearer to the edge of the paper than an ordinary printer prints."""
    for run in letters:
        left, bottom, right, top = (value / MM for value in run.box)
        assert min(left, bottom, 210 - right, 297 - top) >= 7, run.text


def test_code_is_large_with_a_quiet_zone(files: Mapping[Format, bytes]) -> None:
    """The code is 9 cm or more across, has error correction H, and four squares of white around it."""
    image = pixels(files["pdf"])
    (code,) = zxingcpp.read_barcodes(image)
    place, dots = code.position, 150 / 25.4
    left, top, right, bottom = place.top_left.x, place.top_left.y, place.bottom_right.x, place.bottom_right.y
    quiet = int((right - left) / 41 * QUIET) - 1

    around = image[top - quiet : bottom + quiet, left - quiet : right + quiet].copy()
    around[quiet - 2 : -quiet + 2, quiet - 2 : -quiet + 2] = 255
    assert min(right - left, bottom - top) / dots >= 90
    assert code.ec_level == "H"
    assert around.min() == 255


@pytest.mark.parametrize(
    ("name", "school_id", "target"),
    [
        ("Østensjø skole", "ostensjo", TELEGRAM),
        ("Åsbråten og Ærfuglen skole «æøå ÆØÅ»", "a", TELEGRAM),
        ("Lambertseter videregående skole", "lambertseter-vgs", Target("A" * 32, None)),
        ("Ærlig Øvre Ålesund og Ås kombinerte barne-, ungdoms- og videregående skole, Oslo", "x" * 40, TELEGRAM),
        ("Å" * 80, "y" * 40, Target("W" * 32, "https://bekymret.osloskolen.oslo.kommune.no/for/foreldre")),
    ],
    ids=["ø", "æøå", "long bot", "long name", "longest of all"],
)
def test_any_name_fits(name: str, school_id: str, target: Target, catalogue: Catalogue, register: Register) -> None:
    """Names with æøå, long ones and long addresses fit on one page inside the paper, and the code still reads."""
    school = replace(register.schools[0], id=school_id, name=name)
    made = sheet(catalogue, school, target, DAY)

    pdf = typeset(made, "pdf")

    verify(pdf, "pdf", made.link)
    runs = list(_letters(pdf))
    assert all(run.box[0] > 0 and run.box[2] < A4[0] for run in runs)
    assert all(run.box[1] > 0 for run in runs)
    assert re.sub(r"\s", "", name) in re.sub(r"\s", "", _text(pdf))


def test_nothing_overlaps(letters: list[Letters]) -> None:
    """No line of letters runs into the one below it."""
    lines = sorted((run for run in letters if run.text.strip()), key=lambda run: -run.box[1])

    for one, other in pairwise(lines):
        beside = one.box[2] <= other.box[0] or other.box[2] <= one.box[0]
        assert beside or one.box[1] + one.size * 0.35 >= other.box[3] - other.size * 0.35, (one.text, other.text)


@pytest.mark.parametrize("kind", ["pdf", "png", "svg"])
def test_too_long_is_refused(kind: Format, example: Sheet) -> None:
    """Words that do not fit on one page are refused in a sentence, whatever the file."""
    long = replace(example, steps=example.steps * 6, letters=dict.fromkeys(LANGUAGES, "Kan du ikke skanne? " * 300))

    with pytest.raises(PosterError, match="page"):
        verify(typeset(long, kind), kind, long.link)


def test_nothing_typed_is_markup(example: Sheet) -> None:
    """Signs that mean something to the typesetter come out as they are typed."""
    odd = replace(example, school='#"$_*x*_ <b> [1] \\ // {name}')

    assert odd.school in _text(typeset(odd, "pdf"))


def test_same_twice(example: Sheet, files: Mapping[Format, bytes]) -> None:
    """The same sheet gives the same file, to the byte."""
    assert typeset(example, "pdf") == files["pdf"]
    assert typeset(example, "svg") == files["svg"]


def test_pixels_are_of_the_page(files: Mapping[Format, bytes]) -> None:
    """A page at 150 dots an inch is 1240 by 1754 pixels."""
    image: Pixels = pixels(files["pdf"])

    assert image.shape == pytest.approx((1754, 1240), abs=2)
    assert codes(image)
