"""CSV into rows that know their line, and back."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from bot.content.faults import Fault
from bot.errors import ContentError
from bot.schools.school import COLUMNS, School, shown


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: the line where it begins, from 1, and its cells by column."""

    line: int
    cells: dict[str, str]


def decode(data: bytes, file: str) -> str:
    """The text of a file, each letter as one character («å», not «a» and a ring). Raises ContentError without UTF-8."""
    try:
        return unicodedata.normalize("NFC", data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ContentError([Fault(file, line, "The file is not UTF-8.", "Save it as UTF-8.")]) from None


def rows(text: str, file: str, needed: Collection[str], faults: list[Fault]) -> list[Line]:
    """The rows of a CSV text, separated by commas or semicolons, with every space around a cell taken off.

    Rows that do not fit the heading are left out and told of in `faults`. Raises ContentError when the heading is
    wrong, since then no row can be read.
    """
    first = text.partition("\n")[0]
    records = _records(text, ";" if first.count(";") > first.count(",") else ",", file, faults)
    heading = [cell.strip() for cell in next(records, (1, []))[1]]
    wrong = list(_heading(heading, file, needed))
    if wrong:
        raise ContentError([*faults, *wrong])
    found = []
    for line, record in records:
        cells = [cell.strip() for cell in record]
        if not any(cells):
            continue
        if len(cells) != len(heading):
            what = f"The row has {len(cells)} cells; the heading has {len(heading)}."
            faults.append(Fault(file, line, what, "Look for a separator too many or too few, or a missing quote."))
            continue
        found.append(Line(line, dict(zip(heading, cells, strict=True))))
    return found


def text_of(schools: Iterable[School]) -> str:
    """The schools as the text of the register."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(school.cells() for school in schools)
    return out.getvalue()


def _records(text: str, separator: str, file: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """The records of a CSV text, each with the line where it begins; what follows an unreadable one is lost."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for record in reader:
            yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        what = f"The row cannot be read, nor the rest: {error}."
        faults.append(Fault(file, line, what, "Look for a quotation mark that does not close."))


def _heading(heading: list[str], file: str, needed: Collection[str]) -> Iterator[Fault]:
    """What is wrong with the first line of a table."""
    mend = f"The columns are {','.join(COLUMNS)}."
    for column in dict.fromkeys(heading):
        if column not in COLUMNS:
            yield Fault(file, 1, f"There is no column «{shown(column)}».", f"Take it out. {mend}")
        elif heading.count(column) > 1:
            yield Fault(file, 1, f"The column `{column}` stands twice.", "Take one of them out.")
    for column in needed:
        if column not in heading:
            yield Fault(file, 1, f"The column `{column}` is missing.", f"Add it. {mend}")
