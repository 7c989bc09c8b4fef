"""The register on the command line: lists, one school, and what an import would change."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.errors import BotError
from bot.schools.importing import Plan, apply, plan
from bot.schools.register import Register
from bot.schools.school import School, code, shown

MANY = 20
"""One school in so many changing is worth a second look."""


def listing(schools: Iterable[School]) -> str:
    """One school a line: id, name, level, status, organisation number, district and homepage, between tabs."""
    return "\n".join(
        "\t".join((one.id, one.name, one.level, one.status, one.org_number, one.district, one.homepage))
        for one in schools
    )


def card(register: Register, school_id: str) -> str:
    """All that is known of one school, one fact a line. Raises BotError with the nearest when there is none."""
    one = register.by_id.get(school_id)
    if one is None:
        near = ", ".join(f"{other.id} ({other.name})" for other in register.find(school_id))
        hint = f"the nearest: {near}." if near else "`schools list` shows all."
        raise BotError(f"There is no school «{shown(school_id)}»; {hint}")
    facts = {**one.cells(), "code": code(one)}
    if one.successor:
        facts["answered by"] = register.answering(one).id
    return "\n".join(f"{name}\t{value}" for name, value in facts.items())


def found(register: Register, text: str) -> str:
    """The schools that a text may mean, as a list. Raises BotError when there is none."""
    schools = register.find(text)
    if not schools:
        raise BotError(f"No school is called anything like «{shown(text)}».")
    return listing(schools)


def bring_in(register: Register, file: Path, *, yes: bool, skip_bad: bool) -> int:
    """Show what a list would change, and change it when told to, or when somebody at the terminal says so.

    What would change goes to stdout, bad rows and all else to stderr. The exit code is 1 when bad rows are in the way.
    """
    planned = plan(register, file)
    for line in _changes(planned):
        print(line)
    sys.stdout.flush()
    for line in (*map(str, planned.faults), *planned.notes, *_count(planned)):
        print(line, file=sys.stderr)
    if planned.faults and not skip_bad:
        print("Nothing is changed. Mend the bad rows, or leave them out with --skip-bad.", file=sys.stderr)
        return 1
    if not planned.changes:
        return 0
    if yes or _asked(register.name):
        apply(planned, skip_bad=skip_bad)
        print(f"{register.name} is changed.", file=sys.stderr)
    else:
        print("Nothing is changed; --yes does it.", file=sys.stderr)
    return 0


def _changes(planned: Plan) -> Iterator[str]:
    """What would change, one field a line: the kind, the school's id, the change."""
    for change in planned.changes:
        one = change.school
        if change.kind == "added":
            facts = (one.name, one.level, one.org_number, one.homepage)
            yield f"added\t{one.id}\t{', '.join(fact for fact in facts if fact)}"
        elif change.gone:
            yield f"closed\t{one.id}\t{one.name} is not in the list"
        else:
            for name, old, new in change.fields:
                yield f"{change.kind}\t{one.id}\t{name}: {old or '(empty)'} -> {new or '(empty)'}"


def _count(planned: Plan) -> Iterator[str]:
    """How much would change, and whether that is remarkably much."""
    kinds = Counter(change.kind for change in planned.changes)
    counts = ", ".join(f"{kinds[kind]} {kind}" for kind in ("added", "renamed", "changed", "closed"))
    same = len(planned.schools) - len(planned.changes)
    yield f"{counts}, {same} as before; {len(planned.faults)} bad rows."
    if len(planned.changes) * MANY > len(planned.register.schools):
        yield f"More than one school in {MANY} would change: look at all of them first."


def _asked(name: str) -> bool:
    """Whether somebody at the terminal wants the change; without a terminal nobody does."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    print(f"Change {name} so? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes", "j", "ja")
