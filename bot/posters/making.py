"""Sheets into files, one school or all: a file is whole and its code reads back, or it is not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from bot.errors import PosterError
from bot.posters.decoding import verify
from bot.posters.sheet import Sheet
from bot.posters.typesetting import Format, is_whole, typeset
from bot.schools.register import Register
from bot.schools.school import School, shown

_STEP = 20
"""How many sheets pass between two lines about how far it has come, where the output is no terminal."""


@dataclass(frozen=True, slots=True)
class Made:
    """What became of one sheet: its file, whether it was written now, or why there is none."""

    file: Path
    new: bool = False
    refused: str = ""


def wanted(register: Register, school_id: str) -> School:
    """The school with that id. Raises PosterError with the nearest when there is none, or when it is closed."""
    school = register.by_id.get(school_id)
    if school is None:
        near = ", ".join(f"{one.id} ({one.name})" for one in register.find(school_id))
        hint = f"the nearest: {near}." if near else "`schools list` shows all."
        raise PosterError(f"There is no school «{shown(school_id)}»; {hint}")
    if school.status == "closed":
        after = register.answering(school)
        hint = f"{after.id} ({after.name}) took over." if after != school else "its old codes still answer."
        raise PosterError(f"{school.name} is closed and gets no new sheet; {hint}")
    return school


def make(sheets: Iterable[tuple[str, Sheet]], folder: Path, kind: Format) -> Iterator[Made]:
    """Write the sheets, each under its school's id, and tell of each. One that is there already is let be.

    A sheet appears under its name at once and whole, so the work may be stopped anywhere and begun again.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PosterError(f"The folder {folder} cannot be made: {error.strerror}.") from None
    for school_id, sheet in sheets:
        file = folder / f"{school_id}.{kind}"
        try:
            yield Made(file, new=_write(sheet, file, kind))
        except PosterError as error:
            yield Made(file, refused=str(error))


def report(made: Iterable[Made], total: int, out: TextIO, err: TextIO) -> int:
    """Tell of sheets as they are made: files written on `out`, the rest on `err`. The exit code: 1 if any is missing.

    More than one sheet shows how far it has come, on a terminal in one line that changes.
    """
    counts = {"written": 0, "there already": 0, "refused": 0}
    for number, one in enumerate(made, 1):
        if one.refused:
            counts["refused"] += 1
            print(one.refused, file=err)
        elif one.new:
            counts["written"] += 1
            print(one.file, file=out, flush=True)
        else:
            counts["there already"] += 1
            if total == 1:
                print(f"{one.file} is there already, and nothing has changed.", file=err)
        if total > 1 and err.isatty():
            print(f"\r{number} of {total}", end="\n" if number == total else "", file=err, flush=True)
        elif total > 1 and (number % _STEP == 0 or number == total):
            print(f"{number} of {total}", file=err, flush=True)
    if total > 1:
        print(", ".join(f"{count} {what}" for what, count in counts.items()) + ".", file=err)
    return 1 if counts["refused"] else 0


def _write(sheet: Sheet, file: Path, kind: Format) -> bool:
    """Write one sheet unless it is there. Raises PosterError when its code does not read back."""
    unfinished = file.with_name(f".{file.name}.part")
    try:
        if file.is_file() and is_whole(file.read_bytes(), sheet):
            return False
        data = typeset(sheet, kind)
        verify(data, kind, sheet.link)
        try:
            unfinished.write_bytes(data)
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise PosterError(f"{file} cannot be written: {error.strerror}.") from None
    return True
