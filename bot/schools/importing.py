"""A new list of schools brought in: what it would change, and the change itself, whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.content.faults import Fault
from bot.errors import BotError, ContentError
from bot.schools.merging import Change, Merge, Row
from bot.schools.nsr import homepage
from bot.schools.nsr import rows as nsr_rows
from bot.schools.register import Register, load
from bot.schools.school import School, shown
from bot.schools.table import decode, text_of
from bot.schools.table import rows as table_rows


@dataclass(frozen=True, slots=True)
class Plan:
    """What a list would change in the register; `schools` is the register after it, without the bad rows."""

    register: Register
    schools: tuple[School, ...]
    changes: tuple[Change, ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


def plan(register: Register, file: Path, today: date | None = None) -> Plan:
    """What the list in `file` (the national register's JSON, or CSV) would change. Writes nothing.

    An empty cell leaves what stands, and so does a missing column. Raises ContentError when the list cannot be read.
    """
    today = today or date.today()
    faults: list[Fault] = []
    notes: list[str] = []
    name = shown(file.name)
    try:
        text = decode(file.read_bytes(), name)
    except OSError as error:
        raise BotError(f"{file} cannot be read: {error.strerror}.") from None
    if text.lstrip()[:1] in ("{", "["):
        rows = nsr_rows(text, name, register.by_org_number.keys(), faults, notes)
        source, unsure = f"NSR {today}", False
    else:
        rows = [_row(line.line, line.cells) for line in table_rows(text, name, ("org_number", "name"), faults)]
        source, unsure = f"{name} {today}", bool(faults)
    if not rows:
        what = "There is no school of Oslo in the list."
        raise ContentError([*faults, Fault(name, 1, what, "Save the list anew, as a whole.")])
    merge = Merge(register, name, source, today, unsure=unsure)
    for row in rows:
        merge.take(row)
    merge.close_the_gone()
    merge.drop_what_does_not_fit()
    faults += merge.faults
    return Plan(register, merge.schools(), merge.changes(), tuple(sorted(faults)), (*notes, *merge.notes))


def apply(plan: Plan, *, skip_bad: bool = False) -> None:
    """Write the register as planned: the whole file, or nothing.

    Raises ContentError when rows are bad, unless they are to be skipped, and BotError when the register has changed
    since the plan was made, or cannot be written.
    """
    if plan.faults and not skip_bad:
        raise ContentError(plan.faults)
    if not plan.changes:
        return
    file = plan.register.file.resolve()
    if load(plan.register.file).schools != plan.register.schools:
        raise BotError(f"{file.name} has changed meanwhile; import again to see what would change now.")
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as out:
            out.write(text_of(plan.schools))
            out.flush()
            os.fsync(out.fileno())
        shutil.copymode(file, unfinished)
        unfinished.replace(file)
    except OSError as error:
        raise BotError(f"{file.name} could not be written ({error.strerror}); it is as it was.") from None
    finally:
        with suppress(OSError):
            unfinished.unlink()


def _row(line: int, cells: Mapping[str, str]) -> Row:
    """A row of a CSV, its number and homepage written as we do."""
    tidy = {"org_number": "".join(cells["org_number"].split()), "homepage": homepage(cells.get("homepage", ""))}
    return Row(line, {**cells, **tidy}, {})
