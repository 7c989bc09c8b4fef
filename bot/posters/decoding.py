"""Reading the code back from what was drawn, with a decoder that shares nothing with the one that drew it."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pypdfium2
import zxingcpp
from numpy.typing import NDArray

from bot.errors import PosterError
from bot.posters.typesetting import DPI, Format, as_pdf

Pixels: TypeAlias = NDArray[np.uint8]
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def verify(data: bytes, kind: Format, link: str) -> None:
    """Look at a finished file as a telephone does. Raises PosterError unless its one code says `link`."""
    found = codes(pixels(data if kind == "pdf" else as_pdf(data, kind)))
    if found != [link]:
        said = " and ".join(f"«{text}»" for text in found) or "nothing that can be read"
        raise PosterError(f"The code on the sheet says {said} and not «{link}», so the sheet is not handed out.")


def pixels(pdf: bytes) -> Pixels:
    """The page of a PDF in shades of grey, as a printer or scanner of 150 dots an inch has it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        if len(document) != 1:
            raise PosterError(f"The sheet has {len(document)} pages; shorten content/*/poster.yaml until it has one.")
        image = document[0].render(scale=DPI / 72, grayscale=True).to_numpy()
        return np.array(image.reshape(image.shape[:2]), dtype=np.uint8)
    finally:
        document.close()


def codes(image: Pixels) -> list[str]:
    """What every QR code in a picture says."""
    return [code.text for code in zxingcpp.read_barcodes(image, formats=_QR)]
