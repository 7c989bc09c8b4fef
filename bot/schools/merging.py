"""A list laid over the register, row by row: what fits changes a school, what does not is a fault."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from bot.content.faults import Fault
from bot.schools.register import Register, between
from bot.schools.school import COLUMNS, School, org_number_problem, parse, shown
from bot.understanding.normalise import fold

Kind: TypeAlias = Literal["added", "renamed", "changed", "closed"]

FEW_GONE, ONE_IN = 3, 20
"""As many schools, or one in so many, may be gone from a list at once; if more are, the list is not whole."""

_SOURCE_LENGTH = 1000
_PROVENANCE = ("source", "checked")
_LETTERS = str.maketrans({"å": "a", "ø": "o", "æ": "ae"})


@dataclass(frozen=True, slots=True)
class Row:
    """What a list says of one school: `cells` that are given, `guessed` ones that count only for a new school.

    `line` is where it stands: a line of CSV, or the number of a unit. The cells of a `bad` row are not to be used; they
    only tell which school it may be.
    """

    line: int
    cells: Mapping[str, str]
    guessed: Mapping[str, str]
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to a school: each field that changes, with the old and the new value; for a new school, none.

    `gone` says that it is closed because the list does not have it.
    """

    kind: Kind
    school: School
    fields: tuple[tuple[str, str, str], ...] = ()
    gone: bool = False


class Merge:
    """The register with a list laid over it. `unsure` says that an unreadable row may be of any school."""

    def __init__(self, register: Register, file: str, source: str, today: date, *, unsure: bool) -> None:
        self.register, self.file, self.source, self.today, self.unsure = register, file, source, today, unsure
        self.faults: list[Fault] = []
        self.notes: list[str] = []
        self._laid: dict[str, tuple[School, int]] = {}  # by organisation number; line 0: gone from the list
        self._present: dict[str, Row] = {}
        self._by_name = {fold(one.name): one.org_number for one in register.schools}

    def take(self, row: Row) -> None:
        """Lay a row over the school that has its organisation number, or add a school."""
        org = row.cells.get("org_number", "")
        wrong = tuple(org_number_problem(org))
        if wrong:
            self._bad(row, *([] if row.bad else wrong))
            org = self._by_name.get(fold(row.cells.get("name", "")), "")
            self._present.setdefault(org, row)
            self.unsure = self.unsure or not org
            return
        first = self._present.setdefault(org, row)
        if row.bad:
            return
        if first is not row:
            if first.cells != row.cells:
                self._bad(row, (f"`org_number` stands twice (first at {first.line}): {org}.", "Keep one of the rows."))
            return
        old = self.register.by_org_number.get(org)
        found = parse(self._over(old, row) if old else self._anew(row))
        if not isinstance(found, School):
            self._bad(row, *found)
        elif old and found.id != old.id:
            mend = "Write that id, or leave the column out."
            self._bad(row, (f"{org} has the id `{old.id}`, which stands in printed codes and stays.", mend))
        elif not old and found.id in self._ids():
            self._bad(row, (f"`id` is that of another school: {found.id}.", "Choose another, or leave it empty."))
        elif found != old:
            self._laid[org] = found, row.line

    def close_the_gone(self) -> None:
        """Close the open schools that the list does not have, unless it is not to be trusted in this."""
        open_ = [one for one in self.register.schools if one.status == "open"]
        gone = [one for one in open_ if one.org_number not in self._present]
        if len(gone) > max(FEW_GONE, len(open_) // ONE_IN):
            what = f"{len(gone)} of {len(open_)} open schools are not in the list, so it is hardly whole."
            mend = "Take a whole list, mark closed schools in it, or leave these open with --skip-bad."
            self.faults.append(Fault(self.file, 1, what, mend))
        elif gone and self.unsure:
            ids = ", ".join(one.id for one in gone)
            self.notes.append(f"Left open though not in the list, since a bad row may be one of them: {ids}.")
        else:
            for one in gone:
                cells = self._over(one, Row(0, {"status": "closed"}, {}))
                found = parse(cells)
                if isinstance(found, School):
                    self._laid[one.org_number] = found, 0

    def drop_what_does_not_fit(self) -> None:
        """Take back the changes after which a school would have no way on, until all that is left fits."""
        while True:
            problems = list(between(self.schools(), self._ids()))
            wrong = [(one, *problem) for one, problem, warning in problems if not warning]
            wrong = [fault for fault in wrong if fault[0].org_number in self._laid]
            if not wrong:
                break
            for one, what, mend in wrong:
                line = self._laid[one.org_number][1]
                self.faults.append(
                    Fault(self.file, line, what, mend)
                    if line
                    else Fault(self.register.name, self.register.lines[one.id], f"Not in the list: {what}", mend)
                )
            for one, _, _ in wrong:
                self._laid.pop(one.org_number, None)
        laid = {one.id for one, _ in self._laid.values()}
        self.notes += [f"{what} {mend}" for one, (what, mend), warning in problems if warning and one.id in laid]

    def schools(self) -> tuple[School, ...]:
        """All schools after the import: those we have in their order, then new ones."""
        laid = {org: one for org, (one, _) in self._laid.items()}
        kept = tuple(laid.pop(one.org_number, one) for one in self.register.schools)
        return (*kept, *laid.values())

    def changes(self) -> tuple[Change, ...]:
        """What happens to each school that does not stay as it is, in the order of the list; the gone come last."""
        return tuple(self._change(one, line) for one, line in self._laid.values())

    def _change(self, new: School, line: int) -> Change:
        old = self.register.by_org_number.get(new.org_number)
        if old is None:
            return Change("added", new)
        before, after = old.cells(), new.cells()
        changed = [column for column in COLUMNS if before[column] != after[column]]
        facts = [column for column in changed if column not in _PROVENANCE] or changed
        fields = tuple((column, before[column], after[column]) for column in facts)
        kind: Kind = "renamed" if "name" in facts else "changed"
        if "status" in facts and new.status == "closed":
            kind = "closed"
        return Change(kind, new, fields, gone=line == 0)

    def _over(self, old: School, row: Row) -> dict[str, str]:
        """The cells of a school we have, with those of the row over them; an empty cell leaves what stands."""
        before = old.cells()
        cells = {**before, **{column: value for column, value in row.cells.items() if value}}
        if old.status == "closed" and cells["status"] == "open":
            cells["successor"] = row.cells.get("successor", "")
        changed = [column for column in COLUMNS if before[column] != cells[column] and column not in _PROVENANCE]
        if changed and cells["source"] == old.source:
            cells["source"] = f"{self.source} ({', '.join(changed)}); {old.source}"[:_SOURCE_LENGTH].rstrip()
        if changed and cells["checked"] == before["checked"]:
            cells["checked"] = self.today.isoformat()
        return cells

    def _anew(self, row: Row) -> dict[str, str]:
        """The cells of a school that we do not have, with what the row leaves out."""
        given = {column: value for column, value in row.cells.items() if value}
        rest = {"source": self.source, "checked": self.today.isoformat(), "status": "open", **row.guessed}
        cells = {**dict.fromkeys(COLUMNS, ""), **rest, **given}
        if not cells["id"]:
            ids = _ids(cells["name"])
            cells["id"] = next(one for one in ids if one not in self._ids())
        return cells

    def _ids(self) -> set[str]:
        """All ids that are taken, those of new schools too."""
        return {*self.register.by_id, *(one.id for one, _ in self._laid.values())}

    def _bad(self, row: Row, *problems: tuple[str, str]) -> None:
        name = row.cells.get("name", "")
        called = f"«{shown(name)}»: " if name else ""
        self.faults += [Fault(self.file, row.line, f"{called}{what}", mend) for what, mend in problems]


def _ids(name: str) -> Iterator[str]:
    """Ids for a new school, the best first: «Nye Ås videregående skole» is `nye-as-vgs`."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS)).encode("ascii", "ignore").decode()
    plain = re.sub(r"\bvideregaende skole\b", "vgs", plain)
    plain = re.sub(r"\bungdomsskole\b", "u", plain)
    plain = re.sub(r"\bskole\b", "", plain)
    best = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:30].strip("-") or "skole"
    yield best
    number = 2
    while True:
        yield f"{best}-{number}"
        number += 1
