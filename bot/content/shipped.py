"""The ledger of every button that was ever sent: screens and choices, which may be pressed after months.

One line a screen, `worry.bullying: aks mine pupils`. Level, language and school of a button are no part of it, since
any of them may be missing; nor are back, options and their like, which every screen has.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content.faults import Fault
from bot.content.load import ROOT
from bot.errors import ContentError
from bot.model import ChoiceId, NodeId

FILE = ROOT / "content" / "shipped.txt"
_HEAD = """\
# Every screen and choice that a sent button may carry: `python -m bot release` adds what is new before a release.
# Nothing is ever taken out: a button may be pressed after months. What is renamed is told in ids.yaml.
"""
_LINE = re.compile(r"([a-z0-9_.]+):((?: [a-z0-9_]+)*)")


@dataclass(frozen=True, slots=True)
class Shipped:
    """One screen that was sent: on which line of the ledger, and which of its choices had a button."""

    line: int
    choices: frozenset[ChoiceId]


def read(path: Path = FILE, root: Path = ROOT) -> tuple[Mapping[NodeId, Shipped], tuple[Fault, ...]]:
    """The ledger at `path`, and its faults: no such file, lines that cannot be read, screens told of twice."""
    file = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}, (Fault(file, 1, "The file cannot be read.", "Put it back from the last version."),)
    found: dict[NodeId, Shipped] = {}
    faults: list[Fault] = []
    for number, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None or match[1] in found:
            what = "The line cannot be read." if match is None else f"`{match[1]}` stands twice."
            faults.append(Fault(file, number, what, "Put it back from the last version."))
            continue
        found[match[1]] = Shipped(number, frozenset(match[2].split()))
    return found, tuple(faults)


def add(now: Mapping[NodeId, frozenset[ChoiceId]], path: Path = FILE) -> int:
    """Add the screens and choices there are now to the ledger; how many were new. ContentError when it has faults."""
    before: Mapping[NodeId, Shipped] = {}
    if path.exists():
        before, faults = read(path)
        if faults:
            raise ContentError(list(faults))
    old = {node: shipped.choices for node, shipped in before.items()}
    both = {node: old.get(node, frozenset()) | now.get(node, frozenset()) for node in {*old, *now}}
    lines = [f"{node}: {' '.join(sorted(both[node]))}".rstrip() for node in sorted(both)]
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_text(_HEAD + "\n".join(lines) + "\n", "utf-8")
    unfinished.replace(path)
    return len(both) - len(old) + sum(len(both[node]) - len(old.get(node, frozenset())) for node in both)
