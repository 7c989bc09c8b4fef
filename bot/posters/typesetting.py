"""A sheet as a file: the code from segno, the page from typst."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import zlib
from dataclasses import asdict
from datetime import UTC, datetime, time
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, TypeAlias

import segno
import typst

from bot.errors import PosterError
from bot.posters.sheet import Sheet

Format: TypeAlias = Literal["pdf", "png", "svg"]

INK, PAPER, ACCENT, TINT = "#16181d", "#ffffff", "#0b4f5c", "#e6f0f1"
"""The colours of the sheet; it knows no others. The code is black on white."""
FONT = "Source Sans Pro"
DPI = 150
QUIET = 4
"""Squares of white around the code, as its standard asks for."""
_ENDS = (b"%%EOF", b"</svg>", b"IEND\xaeB`\x82")
_LOOK = Path(__file__).with_name("sheet.typ")


def mark(sheet: Sheet) -> str:
    """What a file carries of its sheet: the same for the same words, code and look."""
    return f"er-du-bekymret {sheet.fingerprint}{_look()}"


def typeset(sheet: Sheet, kind: Format) -> bytes:
    """The sheet as a file of that kind. Raises PosterError when it does not fit on one page."""
    code = segno.make_qr(sheet.link, error="h", boost_error=False)
    drawing = io.BytesIO()
    code.save(drawing, kind="svg", border=QUIET, xmldecl=False, light="#fff")
    squares = code.symbol_size(border=0)[0]
    said = {
        **asdict(sheet),
        "day": "",
        "mark": mark(sheet),
        "colours": (INK, PAPER, ACCENT, TINT),
        "font": FONT,
        "code": drawing.getvalue().decode(),
        "whole": (squares + 2 * QUIET) / squares,
    }
    made = _compiler().compile(
        _LOOK.read_bytes(),
        format=kind,
        ppi=DPI,
        sys_inputs={"sheet": json.dumps(said)},
        timestamp=datetime.combine(sheet.day, time(), UTC),
        pdf_standards=["ua-1"],
    )
    if not isinstance(made, bytes):
        raise PosterError(f"The sheet of {sheet.school} does not fit on one page; shorten content/*/poster.yaml.")
    return _marked(made, kind, mark(sheet))


def as_pdf(picture: bytes, kind: Format) -> bytes:
    """A finished picture of a sheet on a page of its own, as somebody would print it."""
    page = f'#set page(paper: "a4", margin: 0mm)\n#image("sheet.{kind}", width: 100%)'
    with TemporaryDirectory() as folder:  # typst takes a picture that is no text from a file only
        (Path(folder) / f"sheet.{kind}").write_bytes(picture)
        made = typst.Compiler(root=folder, font_paths=_fonts()).compile(page.encode(), format="pdf")
    if not isinstance(made, bytes):
        raise PosterError("The picture of the sheet cannot be printed.")
    return made


def is_whole(data: bytes, sheet: Sheet) -> bool:
    """Whether a file is this sheet, to its last byte."""
    return mark(sheet).encode() in data and data.rstrip().endswith(_ENDS)


def _marked(made: bytes, kind: Format, text: str) -> bytes:
    """The file with its mark in it; a PDF has it already, as keywords."""
    match kind:
        case "pdf":
            return made
        case "svg":
            return made.rstrip().removesuffix(b"</svg>") + f"<!-- {text} --></svg>\n".encode()
        case "png":
            chunk = b"tEXtKeywords\0" + text.encode()
            length, check = (number.to_bytes(4, "big") for number in (len(chunk) - 4, zlib.crc32(chunk)))
            end = made.rindex(b"IEND") - 4
            return made[:end] + length + chunk + check + made[end:]


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    """The compiler, which sets a second sheet faster than the first."""
    return typst.Compiler(font_paths=_fonts())


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Our fonts and no others, so that a sheet looks the same on every computer."""
    package = importlib.util.find_spec("font_source_sans_pro")
    if package is None or package.origin is None:
        raise PosterError("The package font-source-sans-pro is missing; `make run` installs it.")
    folder = Path(package.origin).parent / "files"
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


@lru_cache(maxsize=1)
def _look() -> str:
    """A hash of the look, so that sheets made before it changed are made anew."""
    look = (INK, PAPER, ACCENT, TINT, FONT, str(DPI), str(QUIET), _LOOK.read_text("utf-8"))
    return hashlib.sha256("\n".join(look).encode()).hexdigest()[:8]
