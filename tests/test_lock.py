"""The dependency locks pin every package with its hashes, and name no registry."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bot.content.load import ROOT

LOCKS = sorted(ROOT.glob("requirements*.txt"))
_PINNED = re.compile(r"([a-z0-9][a-z0-9-]*)==([^\s;\\]+)( ; [^\\]+?)?((?: --hash=sha256:[0-9a-f]{64})+)")


def _packages(lock: Path) -> dict[str, set[tuple[str, str]]]:
    """The packages of a lock, each with its version (and for which Pythons); a line of any other shape fails."""
    found: dict[str, set[tuple[str, str]]] = {}
    for line in re.sub(r"\s*\\\n\s*", " ", lock.read_text("utf-8")).splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        pinned = _PINNED.fullmatch(line)
        assert pinned, f"{lock.name}: not pinned with hashes: {line[:60]}"
        versions = found.setdefault(pinned[1], set())
        assert pinned[3] or not versions, f"{lock.name}: {pinned[1]} stands twice for the same Python"
        versions.add((pinned[2], pinned[3] or ""))
    return found


def _wanted(requirements: list[str]) -> set[str]:
    """The names of packages in `pyproject.toml`, spelt as locks spell them."""
    names = (re.match(r"[A-Za-z0-9._-]+", requirement) for requirement in requirements)
    return {re.sub(r"[-_.]+", "-", name[0]).lower() for name in names if name}


def test_there_are_two() -> None:
    """There is a lock for running and one for developing."""
    assert [lock.name for lock in LOCKS] == ["requirements-dev.txt", "requirements.txt"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_pinned_with_hashes(lock: Path) -> None:
    """Every package has one exact version and at least one SHA-256 hash."""
    assert len(_packages(lock)) > 10


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
@pytest.mark.parametrize("address", ["://", "index-url", "find-links", "trusted-host", " @ "])
def test_no_registry(lock: Path, address: str) -> None:
    """A lock says what to install and never from where."""
    assert address not in lock.read_text("utf-8")


def test_locks_agree() -> None:
    """Developers run the very versions that users run."""
    running, developing = _packages(ROOT / "requirements.txt"), _packages(ROOT / "requirements-dev.txt")

    assert {name: developing.get(name) for name in running} == running


def test_locks_hold_what_is_wanted() -> None:
    """Every package that `pyproject.toml` asks for is locked, and tools for developing stay out of the bot's lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    needed, tools = _wanted(project["project"]["dependencies"]), _wanted(project["dependency-groups"]["dev"])

    running, developing = _packages(ROOT / "requirements.txt"), _packages(ROOT / "requirements-dev.txt")

    assert needed <= running.keys()
    assert needed | tools <= developing.keys()
    assert not tools & running.keys()
