"""The code reads back from what was drawn: as a page, smaller, askew, soiled; and a spoilt one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from bot.errors import PosterError
from bot.posters.decoding import Pixels, codes, pixels, verify
from bot.posters.sheet import Sheet
from bot.posters.typesetting import Format, as_pdf, typeset


@pytest.fixture(scope="module")
def page(files: Mapping[Format, bytes]) -> Pixels:
    """The PDF's page as pixels at 150 dots an inch."""
    return pixels(files["pdf"])


@pytest.mark.parametrize("kind", ["pdf", "png", "svg"])
def test_every_kind_reads(kind: Format, files: Mapping[Format, bytes], example: Sheet) -> None:
    """The code says the very link in every kind of file."""
    verify(files[kind], kind, example.link)


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_pictures_are_the_page(kind: Format, files: Mapping[Format, bytes], page: Pixels) -> None:
    """A picture of the sheet looks like the PDF's page."""
    picture = pixels(as_pdf(files[kind], kind))

    assert np.abs(picture.astype(int) - page.astype(int)).mean() < 5


@pytest.mark.parametrize("size", [1.0, 0.5])
@pytest.mark.parametrize("angle", [0, 3, -5])
def test_smaller_and_askew(size: float, angle: int, page: Pixels, example: Sheet) -> None:
    """At half the size and a few degrees askew it still reads."""
    seen = ndimage.zoom(page, size, order=1) if size != 1 else page
    seen = ndimage.rotate(seen, angle, order=1, cval=255) if angle else seen

    assert codes(seen) == [example.link]


def test_blurred_and_torn(page: Pixels, example: Sheet) -> None:
    """Out of focus, in poor light and with a piece torn out of it, it still reads."""
    seen = ndimage.gaussian_filter(page.astype(float), 2) * 0.4 + 60
    seen[900:980, 350:430] = 200

    assert codes(seen.astype(np.uint8)) == [example.link]


def _spoilt(svg: bytes) -> bytes:
    """The sheet with a white bar drawn over its code."""
    bar = b'<rect x="0" y="380" width="595" height="60" fill="#fff"/>'
    at = svg.rindex(b"</svg>")
    return svg[:at] + bar + svg[at:]


def test_spoilt_is_refused(files: Mapping[Format, bytes], example: Sheet) -> None:
    """A code that cannot be read is refused, in a sentence with the link that it should say."""
    with pytest.raises(PosterError, match="nothing that can be read") as raised:
        verify(_spoilt(files["svg"]), "svg", example.link)

    assert example.link in str(raised.value)
    assert "\n" not in str(raised.value)


def test_another_link_is_refused(files: Mapping[Format, bytes]) -> None:
    """A code that says another school is refused."""
    with pytest.raises(PosterError, match="1-abildso-x-x"):
        verify(files["pdf"], "pdf", "https://t.me/OsloForeldreBot?start=1-arvoll-x-x")


def test_too_small_is_refused(example: Sheet) -> None:
    """An address so long that its squares become too small for 150 dots an inch is refused."""
    long = replace(example, link="https://web.example/" + "å" * 500)

    with pytest.raises(PosterError):
        verify(typeset(long, "pdf"), "pdf", long.link)
