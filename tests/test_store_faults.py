"""A database that is damaged is set aside and begun anew; one that is only in the way is waited for and left whole."""

from __future__ import annotations

import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path

import aiosqlite
import pytest
import pytest_asyncio

from bot.content.load import ROOT
from bot.database.connection import Database
from bot.database.faults import DamagedError
from bot.database.schema import transaction
from bot.errors import NewerDatabaseError, StoreError
from bot.model import State
from bot.store import Store, encode
from tests.breakages import BREAKAGES, forbidden, full, locked, powerless
from tests.stored import CHAT, DAYS, NOW, SECRET, content, filled, rows, state_of

MANY = range(3000)
"""Chats that fill some hundred pages."""
TOO_MANY = range(12_000)
"""Chats that fill more pages than SQLite keeps in memory."""
ROUNDS = 20
_SEED = 20261123


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A locked database is waited for only briefly, so that the tests are quick."""
    monkeypatch.setattr("bot.database.connection._BUSY_MS", 5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is to be; the folder is not there yet."""
    return tmp_path / "data" / "bot.sqlite3"


@pytest_asyncio.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    """A store over a real file."""
    one = Store(path, SECRET, DAYS)
    yield one
    await one.close()


def set_aside(path: Path) -> list[Path]:
    """The damaged databases that stand beside the one at a path, without what belongs to them."""
    found = path.parent.glob(f"{path.name}.corrupt-*")
    return sorted(file for file in found if not file.name.endswith(("-wal", "-shm")))


def mode(path: Path) -> int:
    """Who may do what with a file."""
    return path.stat().st_mode & 0o777


def sound(path: Path) -> bool:
    """Whether another program finds the whole file in order."""
    return rows(path, "PRAGMA integrity_check") == [("ok",)]


# --- damage -------------------------------------------------------------------------------------------------------


def _write_at(path: Path, first: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(first)
        file.write(data)


def _overwrite(path: Path, first: int, length: int) -> None:
    _write_at(path, first, random.Random(_SEED).randbytes(length))


def _in_the_middle(path: Path) -> None:
    _overwrite(path, path.stat().st_size // 2, 16_384)


def _at_the_start(path: Path) -> None:
    _overwrite(path, 0, 64)


def _in_the_schema(path: Path) -> None:
    _overwrite(path, 100, 3000)


def _half_of_it(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def _within_a_page(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2 // 4096 * 4096 + 1234)


def _a_wrong_count(path: Path) -> None:
    # The header says how many pages are free; no query looks at that, and a later write goes wrong.
    _write_at(path, 36, (5).to_bytes(4, "big"))


def _nothing_of_it(path: Path) -> None:
    path.write_bytes(b"This is no database. " * 400)


DAMAGE: Mapping[str, Callable[[Path], None]] = {
    "random bytes in the middle": _in_the_middle,
    "random bytes at the start": _at_the_start,
    "random bytes in the schema": _in_the_schema,
    "a wrong count of free pages": _a_wrong_count,
    "cut in half": _half_of_it,
    "cut within a page": _within_a_page,
    "something else altogether": _nothing_of_it,
}
IN_MEMORY = {"random bytes at the start", "random bytes in the schema", "a wrong count of free pages"}
"""Damage to the first page, which SQLite keeps in memory and writes again."""


@pytest.mark.parametrize("damage", DAMAGE)
async def test_a_damaged_file_is_set_aside(
    path: Path, store: Store, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A damaged file is kept byte for byte under another name, the log says where, and a new one serves at once."""
    filled(path, MANY)
    DAMAGE[damage](path)
    before = content(path)

    found = await store.load(CHAT, NOW)
    await store.save(CHAT, state_of(CHAT), 1, NOW)

    [kept] = set_aside(path)
    assert found is None
    assert content(kept) == before
    assert [str(kept) in record.getMessage() for record in caplog.records] == [True]
    assert await store.load(CHAT, NOW) == state_of(CHAT)
    await store.close()
    assert sound(path)
    assert mode(path) == 0o600


@pytest.mark.parametrize("damage", DAMAGE)
async def test_damage_while_it_is_open(path: Path, store: Store, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    """Damage to an open file is met by whichever parent comes to it, or written over; no call of anybody's fails."""
    filled(path, TOO_MANY)
    assert await store.load(TOO_MANY[0], NOW) == state_of(TOO_MANY[0])
    DAMAGE[damage](path)

    found = {chat: await store.load(chat, NOW) for chat in TOO_MANY[::10]}
    await store.sweep(NOW)
    for chat in TOO_MANY[:50]:
        await store.save(chat, state_of(chat), chat, NOW)

    assert [chat for chat, state in found.items() if state not in (None, state_of(chat))] == []
    assert len(set_aside(path)) == len(caplog.records) == (damage not in IN_MEMORY)
    assert [await store.load(chat, NOW) for chat in TOO_MANY[:50]] == [state_of(chat) for chat in TOO_MANY[:50]]
    await store.close()
    assert sound(path)


async def test_what_belongs_to_it_is_set_aside_too(path: Path, store: Store, tmp_path: Path) -> None:
    """The log of changes of a damaged file, in which the last answers stand, goes with it, whole."""
    filled(path, MANY)
    await store.save(CHAT, state_of(CHAT), 1, NOW)
    other = tmp_path / "copy" / path.name
    shutil.copytree(path.parent, other.parent)
    _in_the_middle(other)
    before = content(Path(f"{other}-wal"))
    again = Store(other, SECRET, DAYS)

    await again.save(CHAT, State(), 1, NOW)
    await again.close()

    [kept] = set_aside(other)
    assert encode(state_of(CHAT)).encode() in before
    assert content(Path(f"{kept}-wal")) == before
    assert rows(other, "SELECT state FROM conversation") == [(encode(State()),)]


async def test_only_the_damaged_file_is_set_aside(path: Path, store: Store) -> None:
    """A second process that meets the damage later goes on with the new file, and does not set that aside."""
    filled(path, MANY)
    other = Store(path, SECRET, DAYS)
    await other.load(CHAT, NOW)
    await store.load(CHAT, NOW)
    _nothing_of_it(path)

    for one in (store, other):
        for chat in MANY:
            await one.load(chat, NOW)
    await store.save(CHAT, state_of(CHAT), 1, NOW)

    assert await other.load(CHAT, NOW) == state_of(CHAT)
    assert len(set_aside(path)) == 1
    await other.close()


async def test_a_file_put_there_meanwhile_is_not_set_aside(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When another process replaces the damaged file just before this one meets the damage, the new file stays."""
    filled(path, MANY)
    database, healthy = Database(path), path.with_name("healthy")
    filled(healthy, [CHAT])
    await database.open()
    replaced: list[Path] = []

    @asynccontextmanager
    async def late(db: aiosqlite.Connection) -> AsyncIterator[None]:
        if not replaced:
            replaced.append(healthy.replace(path))
            raise DamagedError("met in the middle of a call")
        async with transaction(db):
            yield

    monkeypatch.setattr("bot.database.connection.transaction", late)
    await database.write(("INSERT INTO handled VALUES (1, 1)", ()))
    await database.close()

    assert set_aside(path) == []
    assert rows(path, "SELECT (SELECT count(*) FROM conversation), count(*) FROM handled") == [(1, 1)]


async def test_damage_that_cannot_be_moved(tmp_path: Path) -> None:
    """A damaged file in a folder that may not be changed stays where it is, as it is, until the folder may be."""
    # pytest's own folder is its owner's alone, and nobody could not even reach it.
    folder = Path("/tmp") / f"er-du-bekymret-{tmp_path.parent.name}-{tmp_path.name}"
    path = folder / "bot.sqlite3"
    filled(path, MANY)
    _in_the_middle(path)
    before, store = content(path), Store(path, SECRET, DAYS)
    path.chmod(0o666)
    folder.chmod(0o555)
    try:
        with powerless(), pytest.raises(StoreError, match=str(path)):
            await store.load(CHAT, NOW)
        kept = content(path)
        folder.chmod(0o755)

        await store.save(CHAT, state_of(CHAT), 1, NOW)

        assert kept == before
        assert len(set_aside(path)) == 1
        assert await store.load(CHAT, NOW) == state_of(CHAT)
    finally:
        await store.close()
        shutil.rmtree(folder)


@pytest.mark.parametrize("damage", [None, _in_the_middle])
async def test_a_newer_version_is_never_set_aside(
    path: Path, store: Store, damage: Callable[[Path], None] | None
) -> None:
    """A database of a newer version is refused and left as it is, byte for byte, also when it is damaged."""
    filled(path, MANY)
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 99")
    if damage is not None:
        damage(path)
    before = content(path)

    calls: list[Callable[[], Awaitable[object]]] = [store.open, store.ready, lambda: store.sweep(NOW)]
    for call in calls:
        with pytest.raises(NewerDatabaseError, match=r"newer version.*\.$"):
            await call()

    assert content(path) == before
    assert set_aside(path) == []


# --- what passes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("breakage", [locked, full, forbidden])
async def test_what_passes_sets_nothing_aside(path: Path, store: Store, breakage: Callable[[Path], object]) -> None:
    """A lock, a full disk or a missing right fails in one sentence with its remedy, and costs nobody their place."""
    filled(path, MANY)

    with BREAKAGES[breakage.__name__](path):
        for _ in range(3):
            with pytest.raises(StoreError, match=r"^The database .* cannot be used: .*; .*\.$"):
                await store.save(CHAT, State(), 1, NOW)

    assert [await store.load(chat, NOW) for chat in MANY[:10]] == [state_of(chat) for chat in MANY[:10]]
    assert await store.load(CHAT, NOW) is None
    assert [file.name for file in path.parent.iterdir() if "corrupt" in file.name] == []


@pytest.mark.parametrize("breakage", BREAKAGES)
async def test_ready_knows_every_fault(path: Path, store: Store, breakage: str) -> None:
    """The check for a health page fails when nothing can be written, and heals with the database."""
    with BREAKAGES[breakage](path), pytest.raises(StoreError):
        await store.ready()

    await store.ready()


@pytest.mark.parametrize("breakage", [locked, full])
async def test_ready_writes(path: Path, store: Store, breakage: Callable[[Path], object]) -> None:
    """The check really writes: a database that is open and can be read, but not written, is not ready."""
    await store.save(CHAT, state_of(CHAT), 1, NOW)
    await store.ready()

    with BREAKAGES[breakage.__name__](path), pytest.raises(StoreError):
        await store.ready()

    assert await store.load(CHAT, NOW) == state_of(CHAT)


async def test_ready_leaves_nothing(path: Path, store: Store) -> None:
    """The check leaves the tables as they were."""
    await store.save(CHAT, state_of(CHAT), 1, NOW)

    await store.ready()

    assert rows(path, "SELECT update_id FROM handled") == [(1,)]
    assert rows(path, "SELECT count(*) FROM conversation") == [(1,)]


# --- real file systems --------------------------------------------------------------------------------------------

FULL_DISK = """
    full = Path(sys.argv[1]) / "filler"
    await store.save(1, state_of(1), 1, NOW)
    failed = ""
    for chat in range(2, 200):
        with full.open("ab", buffering=0) as filler:
            try:
                while filler.write(bytes(512)): pass
            except OSError:
                pass
        try:
            await store.save(chat, state_of(chat), chat, NOW)
        except StoreError as error:
            failed = str(error)
            break
    kept = [await read(number) for number in range(1, chat + 1)]
    full.unlink()
    await store.save(chat, state_of(chat), chat, NOW)
    healed = await store.load(chat, NOW) == state_of(chat)
    print(json.dumps([failed, kept, healed, os.listdir(sys.argv[1])]))
"""
READ_ONLY = """
    await store.save(1, state_of(1), 1, NOW)
    await store.close()  # the system makes nothing read-only that is open for writing
    subprocess.run(["mount", "-o", "remount,ro", sys.argv[1]], check=True)
    failed = ""
    try:
        await store.save(2, state_of(2), 2, NOW)
    except StoreError as error:
        failed = str(error)
    subprocess.run(["mount", "-o", "remount,rw", sys.argv[1]], check=True)
    kept = [await read(1), await read(2)]
    await store.save(2, state_of(2), 2, NOW)
    healed = await store.load(2, NOW) == state_of(2)
    print(json.dumps([failed, kept, healed, os.listdir(sys.argv[1])]))
"""
FRAME = """
import asyncio, json, os, subprocess, sys
from pathlib import Path
from bot.errors import StoreError
from bot.store import Store
from tests.stored import DAYS, NOW, SECRET, state_of

store = Store(Path(sys.argv[1]) / "bot.sqlite3", SECRET, DAYS)

async def read(chat):
    state = await store.load(chat, NOW)
    return None if state is None else state == state_of(chat)

async def act():
{body}
async def main():
    try:
        await act()
    finally:
        await store.close()

asyncio.run(main())
"""


def on_a_small_disk(folder: Path, body: str) -> tuple[str, list[bool | None], bool, list[str]]:
    """Run a program whose folder is a file system of its own, of 256 kB, which nobody else sees."""
    folder.mkdir()
    inner = 'mount -t tmpfs -o size=256k none "$1" && exec "$2" -c "$3" "$1"'
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", inner, "sh", folder, sys.executable,
         FRAME.format(body=body)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    failed, kept, healed, files = json.loads(done.stdout)
    return failed, kept, healed, files


def _may_mount() -> bool:
    """Whether this user may mount a file system in a namespace of its own."""
    try:
        probe = ["unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
        return subprocess.run(probe, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


mounts = pytest.mark.skipif(not _may_mount(), reason="this user may not mount a file system in a namespace of its own")


@mounts
def test_a_full_disk(tmp_path: Path) -> None:
    """On a disk without a free byte a save fails and says so, what was saved is read, and room on the disk heals it."""
    failed, kept, healed, files = on_a_small_disk(tmp_path / "disk", FULL_DISK)

    assert "the disk is full" in failed
    assert kept == [True] * (len(kept) - 1) + [None]
    assert healed
    assert [name for name in files if "corrupt" in name] == []


@mounts
def test_a_read_only_disk(tmp_path: Path) -> None:
    """On a disk that turns read-only a save fails with its remedy, and works again when the disk does."""
    failed, kept, healed, files = on_a_small_disk(tmp_path / "disk", READ_ONLY)

    assert "; " in failed
    assert kept == [True, None]
    assert healed
    assert [name for name in files if "corrupt" in name] == []


# --- killed -------------------------------------------------------------------------------------------------------

WRITER = """
import asyncio, sys
from pathlib import Path
from bot.store import Store
from tests.stored import DAYS, NOW, SECRET, state_of

async def main():
    store = Store(Path(sys.argv[1]), SECRET, DAYS)
    number = int(sys.argv[2])
    while True:
        await asyncio.gather(*(store.save(n, state_of(n), n, NOW) for n in range(number, number + 4)))
        print(number + 3, flush=True)
        number += 4
        if number % 40 == 0:
            await store.sweep(NOW)

asyncio.run(main())
"""


def test_killed_while_it_writes(path: Path) -> None:
    """Killed twenty times in the middle of writes, the database opens sound, with whole rows, and none lost."""
    chance, said = random.Random(_SEED), -1
    key = Store(path, SECRET, DAYS).key
    for round_ in range(ROUNDS):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(said // 4 * 4 + 4)], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        lines = chance.randint(1, 60)
        for _ in range(lines):
            said = int(process.stdout.readline())
        # At any moment between two lines, not always just after one.
        time.sleep(chance.uniform(0, 0.01))
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().split()
        said = int(rest[-1]) if rest else said
        process.stdout.close()

        assert process.wait() == -signal.SIGKILL
        assert sound(path), f"after the {round_ + 1}th time"
        stored: dict[object, object] = {key_: text for key_, text in rows(path, "SELECT key, state FROM conversation")}
        handled = [int(str(number)) for (number,) in rows(path, "SELECT update_id FROM handled ORDER BY update_id")]
        assert {number: stored.get(key(number)) for number in handled} == {n: encode(state_of(n)) for n in handled}
        assert len(stored) == len(handled)
        assert handled[: said + 1] == list(range(said + 1))
    assert set_aside(path) == []
