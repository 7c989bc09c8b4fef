"""The register of schools: read from its table, with every fault at once, and asked for a school."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bot.content.faults import Fault
from bot.content.load import ROOT
from bot.errors import ContentError
from bot.model import SchoolCode
from bot.schools.finding import find
from bot.schools.school import COLUMNS, Problem, School, code, parse, shown
from bot.schools.table import Line, decode, rows

FILE = ROOT / "content" / "schools.csv"


@dataclass(frozen=True)
class Register:
    """All schools in the order of the file, open and closed. `lines` has the line of each, by its id."""

    schools: tuple[School, ...]
    file: Path = FILE
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file as faults name it."""
        return _called(self.file, ROOT)

    @cached_property
    def by_id(self) -> Mapping[str, School]:
        """The schools by their ids."""
        return {school.id: school for school in self.schools}

    @cached_property
    def by_org_number(self) -> Mapping[str, School]:
        """The schools by their organisation numbers."""
        return {school.org_number: school for school in self.schools}

    @cached_property
    def by_code(self) -> Mapping[SchoolCode, School]:
        """By each school's code, the school that answers for it: itself, or the one that took over from it."""
        return {code(school): self.answering(school) for school in self.schools}

    def find(self, text: str, limit: int = 3) -> tuple[School, ...]:
        """The schools that `text` may mean, closed ones too, best first; an exact or clear hit stands alone."""
        return find(self.schools, text, limit)

    def answering(self, school: School) -> School:
        """The school that answers for this one: itself, or the last of those that took over from it."""
        while school.successor:
            school = self.by_id[school.successor]
        return school


def load(path: Path = FILE) -> Register:
    """The register. Raises ContentError with all faults when a row is bad."""
    register, faults = read(path)
    wrong = [fault for fault in faults if not fault.warning]
    if wrong:
        raise ContentError(wrong)
    return register


def read(path: Path = FILE, root: Path = ROOT) -> tuple[Register, tuple[Fault, ...]]:
    """The sound rows of the register at `path`, and every fault of the others."""
    file = _called(path, root)
    faults: list[Fault] = []
    try:
        lines = rows(decode(path.read_bytes(), file), file, COLUMNS, faults)
    except OSError as error:
        reason = "is missing" if isinstance(error, FileNotFoundError) else "cannot be read"
        return Register((), path), (Fault(file, 1, f"The file {reason}.", "Put it back from the last version."),)
    except ContentError as error:
        return Register((), path), tuple(sorted(error.faults))
    sound: list[tuple[School, int]] = []
    for line, found in _schools(lines):
        if isinstance(found, School):
            sound.append((found, line))
        else:
            faults += [Fault(file, line, what, mend) for what, mend in found]
    register = Register(tuple(one for one, _ in sound), path, {one.id: line for one, line in sound})
    known = {line.cells["id"] for line in lines}
    faults += [
        Fault(file, register.lines[one.id], *problem, warning=warning)
        for one, problem, warning in between(register.schools, known)
    ]
    return register, tuple(sorted(faults))


def _called(path: Path, root: Path) -> str:
    """A file by its path from `root`, or as it is when it lies elsewhere."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _schools(lines: Sequence[Line]) -> Iterator[tuple[int, School | tuple[Problem, ...]]]:
    """Each row as a school or as what is wrong with it; a second row for one school is wrong."""
    seen: dict[tuple[str, str], int] = {}
    for line in lines:
        found = parse(line.cells)
        twice: list[Problem] = []
        for column in ("id", "org_number"):
            value = line.cells[column]
            first = seen.setdefault((column, value), line.line)
            if value and first != line.line:
                mend = "Keep one of the rows, or correct the other."
                twice.append((f"`{column}` stands twice (first on line {first}): {shown(value)}.", mend))
        if twice:
            found = (*(() if isinstance(found, School) else found), *twice)
        yield line.line, found


def between(schools: Sequence[School], known: Set[str]) -> Iterator[tuple[School, Problem, bool]]:
    """What is wrong between schools, each with whether it is only a warning: ways on that are missing or lead nowhere.

    `known` are all ids that stand in the file, those of bad rows too.
    """
    by_id = {school.id: school for school in schools}
    for one in schools:
        if one.successor:
            mend = "Write the id of the school that took over, or leave it empty."
            if one.status == "open":
                problem = f"`{one.id}` is open, yet `{one.successor}` took over from it."
                yield one, (problem, "Set `status` to closed, or empty `successor`."), False
            if one.successor not in known:
                yield one, (f"`successor` is no school of the register: {one.successor}.", mend), False
            elif _returns(one, by_id):
                yield one, (f"`{one.id}` and the schools after it lead round in a ring.", mend), False
        elif one.status == "closed":
            mend = "Write the id of the school that took over under `successor`."
            if one.homepage:
                yield one, (f"`{one.id}` is closed, and only its old homepage is left as a way on.", mend), True
            else:
                yield (
                    one,
                    (f"`{one.id}` is closed without a way on.", f"{mend[:-1]}, or a page under `homepage`."),
                    False,
                )


def _returns(one: School, by_id: Mapping[str, School]) -> bool:
    """Whether the way on from a school never ends."""
    seen = {one.id}
    while one.successor in by_id:
        one = by_id[one.successor]
        if one.id in seen:
            return True
        seen.add(one.id)
    return False
