"""`python -m bot backup` and `restore`: whole copies of a database at work, and back, without losing what was there."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.content.load import ROOT
from bot.database import backup as copies
from bot.database import schema
from bot.database.schema import MIGRATIONS
from bot.errors import StoreError
from bot.model import State
from bot.store import Store
from tests.breakages import full
from tests.stored import CHAT, DAYS, NOW, SECRET, content, filled, rows, state_of

CHATS = range(500)


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a command."""

    code: int
    out: str
    err: str


def run(folder: Path, *args: str, **settings: str) -> Ran:
    """Call `python -m bot` in a folder, with `data/bot.sqlite3` there as its database."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DATABASE_PATH": "data/bot.sqlite3", "SECRET_KEY": ""}
    done = subprocess.run(
        [sys.executable, "-m", "bot", *args],
        cwd=folder,
        env={**environment, **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database in which some chats stand."""
    file = tmp_path / "data" / "bot.sqlite3"
    filled(file, CHATS)
    return file


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Where the copy is to be."""
    return tmp_path / "copy of it #1.sqlite3"


def sound(path: Path) -> bool:
    """Whether a file is a database in order that holds nothing outside of itself."""
    verdict = rows(path, "PRAGMA integrity_check") == [("ok",)]
    return verdict and rows(path, "PRAGMA journal_mode") == [("delete",)]


def mode(path: Path) -> int:
    """Who may do what with a file."""
    return path.stat().st_mode & 0o777


def beside(path: Path, why: str) -> list[Path]:
    """The databases that were set aside for a reason, without what belongs to them."""
    found = path.parent.glob(f"{path.name}.{why}-*")
    return sorted(file for file in found if not file.name.endswith(("-wal", "-shm")))


# --- the commands -------------------------------------------------------------------------------------------------


def test_there_and_back(tmp_path: Path, path: Path, copy: Path) -> None:
    """A copy holds all, its owner alone may read it; restored, it is what the bot finds, and what was is kept."""
    made = run(tmp_path, "backup", str(copy))
    with closing(sqlite3.connect(path)) as db:
        db.execute("DELETE FROM conversation")
        db.execute("INSERT INTO handled VALUES (7, 7)")
        db.commit()
    back = run(tmp_path, "restore", str(copy))

    [before] = beside(path, "before-restore")
    assert (made.code, made.out, back.code, back.out) == (0, "", 0, "")
    assert sound(copy)
    assert (mode(copy), mode(before), mode(path)) == (0o600, 0o600, 0o644)
    assert rows(path, "SELECT count(*) FROM conversation") == [(len(CHATS),)]
    assert rows(before, "SELECT update_id FROM handled") == [(7,)]
    assert str(before.name) in back.err
    assert f"{len(CHATS)} conversations" in made.err
    assert f"{len(CHATS)} conversations" in back.err
    assert sorted(os.listdir(path.parent)) == sorted([path.name, before.name])


@pytest.mark.parametrize(("settings", "key"), [({}, "data/secret.key"), ({"SECRET_KEY": "x" * 20}, "SECRET_KEY")])
def test_the_key_is_named(tmp_path: Path, path: Path, copy: Path, settings: dict[str, str], key: str) -> None:
    """Whoever makes a copy is told which key it is worth nothing without, and never what that is."""
    made = run(tmp_path, "backup", str(copy), **settings)

    assert key in made.err
    assert "x" * 20 not in made.err


def test_a_file_that_exists_is_left_alone(tmp_path: Path, path: Path, copy: Path) -> None:
    """A backup never takes the place of an older one."""
    copy.write_bytes(b"an older one")

    made = run(tmp_path, "backup", str(copy))

    assert (made.code, made.out, len(made.err.splitlines())) == (1, "", 1)
    assert str(copy) in made.err
    assert content(copy) == b"an older one"


# --- refused ------------------------------------------------------------------------------------------------------


def _missing(_: Path, copy: Path) -> Path:
    return copy


def _nothing(_: Path, copy: Path) -> Path:
    copy.touch()
    return copy


def _no_database(_: Path, copy: Path) -> Path:
    copy.write_bytes(b"This is no database. " * 400)
    return copy


def _anothers(_: Path, copy: Path) -> Path:
    with closing(sqlite3.connect(copy)) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")
        db.execute("PRAGMA user_version = 1")
    return copy


def _newer(_: Path, copy: Path) -> Path:
    filled(copy, CHATS)
    with closing(sqlite3.connect(copy)) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    return copy


def _damaged(_: Path, copy: Path) -> Path:
    filled(copy, CHATS)
    with copy.open("r+b") as file:
        file.seek(copy.stat().st_size // 2)
        file.write(os.urandom(5000))
    return copy


def _cut(_: Path, copy: Path) -> Path:
    filled(copy, CHATS)
    with copy.open("r+b") as file:
        file.truncate(copy.stat().st_size // 2)
    return copy


def _a_folder(_: Path, copy: Path) -> Path:
    copy.mkdir()
    return copy


def _itself(path: Path, _: Path) -> Path:
    return path


WRONG: Mapping[str, Callable[[Path, Path], Path]] = {
    "missing": _missing,
    "empty": _nothing,
    "no database": _no_database,
    "another's": _anothers,
    "newer": _newer,
    "damaged": _damaged,
    "cut": _cut,
    "a folder": _a_folder,
    "itself": _itself,
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_restored(path: Path, copy: Path, wrong: str) -> None:
    """A file that is no sound database of ours is refused in one sentence, and neither it nor the database changes."""
    source = WRONG[wrong](path, copy)
    files = {path, source} if source.is_file() else {path}
    before = {file: content(file) for file in files}

    with pytest.raises(StoreError, match=r"^.*\.$") as refused:
        copies.restore(path, source)

    assert str(source) in str(refused.value)
    assert {file: content(file) for file in files} == before
    assert os.listdir(path.parent) == [path.name]


def _no_database_at_all(path: Path, copy: Path) -> Path:
    path.unlink()
    return copy


def _no_folder(_: Path, copy: Path) -> Path:
    return copy.parent / "nowhere" / "copy.sqlite3"


def _damaged_database(path: Path, copy: Path) -> Path:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    return copy


@pytest.mark.parametrize("wrong", [_no_database_at_all, _no_folder, _damaged_database])
def test_what_cannot_be_copied(path: Path, copy: Path, wrong: Callable[[Path, Path], Path]) -> None:
    """When no sound copy can be made that is said in one sentence, and no file is left."""
    target = wrong(path, copy)

    with pytest.raises(StoreError, match=r"^.*\.$"):
        copies.back_up(path, target)

    assert not target.exists()
    assert os.listdir(copy.parent) == ["data"]


def test_a_full_disk(path: Path, copy: Path) -> None:
    """A disk that takes no more leaves no half copy, and no half restored database."""
    copies.back_up(path, copy)
    before = content(path)

    for act in (lambda: copies.back_up(path, copy.with_name("second")), lambda: copies.restore(path, copy)):
        with full(path), pytest.raises(StoreError):
            act()

    assert content(path) == before
    assert set(os.listdir(path.parent)) <= {path.name, f"{path.name}-wal", f"{path.name}-shm"}
    assert sorted(os.listdir(copy.parent)) == sorted([copy.name, "data"])


def test_a_locked_database(path: Path, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that another program holds is not waited for without end, and stays as it is."""
    monkeypatch.setattr(copies, "_PATIENCE", 0.2)
    copies.back_up(path, copy)
    before = content(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreError, match=re.escape(str(path))):
            copies.restore(path, copy)

        other.execute("ROLLBACK")
    assert content(path) == before
    assert os.listdir(path.parent) == [path.name]


# --- what may be restored -----------------------------------------------------------------------------------------


def test_into_nothing(path: Path, copy: Path) -> None:
    """On a new machine there is no database yet: it is made, for its owner alone, and nothing is set aside."""
    copies.back_up(path, copy)
    new = copy.parent / "new" / "bot.sqlite3"

    count, kept = copies.restore(new, copy)

    assert (count, kept) == (len(CHATS), None)
    assert mode(new) == 0o600
    assert os.listdir(new.parent) == [new.name]


def test_over_a_damaged_database(path: Path, copy: Path) -> None:
    """A damaged database is set aside, as the bot does it, and the copy takes its place."""
    copies.back_up(path, copy)
    _damaged_database(path, copy)
    damaged = content(path)

    count, kept = copies.restore(path, copy)

    [aside] = beside(path, "corrupt")
    assert (count, kept) == (len(CHATS), None)
    assert content(aside) == damaged
    assert rows(path, "SELECT count(*) FROM conversation") == [(len(CHATS),)]


def test_an_older_version(path: Path, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of an older version is brought up to date on the way, and stays what it is itself."""
    copies.back_up(path, copy)
    monkeypatch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, ("CREATE TABLE more (number INTEGER)",)))

    copies.restore(path, copy)

    assert rows(path, "SELECT count(*) FROM more") == [(0,)]
    assert rows(path, "PRAGMA user_version") == [(len(MIGRATIONS) + 1,)]
    assert rows(copy, "PRAGMA user_version") == [(len(MIGRATIONS),)]
    assert rows(path, "SELECT count(*) FROM conversation") == [(len(CHATS),)]


def test_a_copy_with_its_log_of_changes(path: Path, copy: Path) -> None:
    """A database that was copied by hand while the bot ran is restored with what stood in its log of changes."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("INSERT INTO handled VALUES (7, 7)")
        db.commit()
        for suffix in ("", "-wal"):
            Path(f"{copy}{suffix}").write_bytes(content(Path(f"{path}{suffix}")))

    copies.restore(path, copy)

    assert rows(path, "SELECT update_id FROM handled") == [(7,)]


# --- while the bot runs -------------------------------------------------------------------------------------------


async def test_a_running_bot_goes_on(path: Path, copy: Path) -> None:
    """Copies are made and restored under a bot at work: it sees what is restored, and goes on from it."""
    store = Store(path, SECRET, DAYS)
    await store.save(CHAT, state_of(CHAT), 1, NOW)
    await asyncio.to_thread(copies.back_up, path, copy)
    await store.save(CHAT, State(language="nb"), 2, NOW)
    await store.save(CHAT + 1, State(), 3, NOW)

    await asyncio.to_thread(copies.restore, path, copy)
    found = [await store.load(chat, NOW) for chat in (CHAT, CHAT + 1)]
    await store.save(CHAT + 1, state_of(1), 4, NOW)
    handled = [await store.handled(number) for number in (1, 2, 3, 4)]
    await store.close()

    assert found == [state_of(CHAT), None]
    assert handled == [True, False, False, True]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


async def test_copies_of_a_busy_bot(path: Path, tmp_path: Path) -> None:
    """Copies made in the middle of writes are whole: every conversation with its update, and all of it sound."""
    store, done = Store(path, SECRET, DAYS), asyncio.Event()

    async def write() -> None:
        number = 1000
        while not done.is_set():
            await store.save(number, state_of(number), number, NOW)
            number += 1

    writing = asyncio.create_task(write())
    targets = [tmp_path / f"{number}.sqlite3" for number in range(5)]
    for target in targets:
        await asyncio.sleep(0.02)
        await asyncio.to_thread(copies.back_up, path, target)
    done.set()
    await writing
    await store.close()

    counts = [rows(target, "SELECT (SELECT count(*) FROM conversation), count(*) FROM handled") for target in targets]
    assert [sound(target) for target in targets] == [True] * len(targets)
    assert [int(str(all_)) - len(CHATS) for [(all_, _)] in counts] == [count for [(_, count)] in counts]
    assert counts == sorted(counts)
    assert counts[0] != counts[-1]
