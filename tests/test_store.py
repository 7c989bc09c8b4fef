"""The database: what it keeps, what it hides, what it forgets, and how it fails and heals."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import pytest_asyncio

from bot.database.schema import MIGRATIONS
from bot.errors import StoreError
from bot.model import Answer, State
from bot.store import HANDLED_FOR, Store, decode, encode, read_secret
from tests.breakages import BREAKAGES, Breakage, a_folder, full, locked, newer, powerless, remove, under_a_file
from tests.stored import bytes_in, rows

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRET = b"a secret of the tests"
DAYS = 30
CHAT = 7_312_845_906_113
UPDATE = 918_273_645
WHOLE = State(
    language="en",
    level="upper",
    trail=(Answer("start", "worried"), Answer("worries", "bullying")),
    paused=(Answer("start", "contact"),),
    offered=("worry.bullying", "worry.absence"),
    view="offer",
    switched=True,
    misses=1,
    school="g4a1x2",
    district="gamle-oslo",
)
"""A state with something in every field."""

Open = Callable[[Path], Store]
Operation = Callable[[Store], Awaitable[object]]
OPERATIONS: Mapping[str, Operation] = {
    "load": lambda store: store.load(CHAT, NOW),
    "save": lambda store: store.save(CHAT, WHOLE, UPDATE, NOW),
    "erase": lambda store: store.save(CHAT, None, UPDATE, NOW),
    "note": lambda store: store.note(UPDATE, NOW),
    "handled": lambda store: store.handled(UPDATE),
    "sweep": lambda store: store.sweep(NOW),
    "ready": lambda store: store.ready(),
}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A locked database is waited for only briefly, so that the tests are quick."""
    monkeypatch.setattr("bot.database.connection._BUSY_MS", 5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is to be; the folder is not there yet."""
    return tmp_path / "data" / "bot.sqlite3"


@pytest_asyncio.fixture
async def opened() -> AsyncIterator[Open]:
    """Stores over real files, closed at the end, also when a test fails: an open one keeps the process alive."""
    stores: list[Store] = []

    def over(path: Path) -> Store:
        stores.append(Store(path, SECRET, DAYS))
        return stores[-1]

    yield over
    for store in stores:
        await store.close()


@pytest.fixture
def store(path: Path, opened: Open) -> Store:
    """A store over a real file."""
    return opened(path)


@pytest.fixture
def nobodys_folder() -> Iterator[Path]:
    """A folder that everybody can reach, since a folder of pytest's is its owner's alone."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


async def reopened(path: Path) -> State | None:
    """What a new process finds about the chat."""
    again = Store(path, SECRET, DAYS)
    try:
        return await again.load(CHAT, NOW)
    finally:
        await again.close()


@contextmanager
def read_only(path: Path) -> Iterator[None]:
    """The database and its folder may be read and no more."""
    path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        with powerless():
            yield
    finally:
        path.parent.chmod(0o755)
        path.chmod(0o644)


def change(path: Path, statement: str, *values: object) -> None:
    """What another program does to the file."""
    with closing(sqlite3.connect(path)) as other:
        other.execute(statement, values)
        other.commit()


# --- what is kept -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [WHOLE, State(), State(language="nb", level="primary")])
async def test_state_comes_back_whole(path: Path, store: Store, state: State) -> None:
    """A state comes back as it was saved, at once and after a restart."""
    await store.save(CHAT, state, None, NOW)

    assert state == await store.load(CHAT, NOW)
    assert state == await reopened(path)


def test_the_whole_state_is_tried() -> None:
    """The state that these tests save has a value of its own in every field, so that none can be lost unseen."""
    assert [name for name in State.__slots__ if getattr(WHOLE, name) == getattr(State(), name)] == []


async def test_the_last_state_counts(store: Store) -> None:
    """A chat has one state, the one saved last."""
    await store.save(CHAT, State(language="nb"), None, NOW)

    await store.save(CHAT, WHOLE, None, NOW)

    assert await store.load(CHAT, NOW) == WHOLE
    assert rows(store.path, "SELECT count(*) FROM conversation") == [(1,)]


async def test_chats_are_apart(store: Store) -> None:
    """What one chat saved is not another's."""
    await store.save(CHAT, WHOLE, None, NOW)

    found = await store.load(CHAT + 1, NOW)

    assert found is None


async def test_only_the_state_is_kept(store: Store) -> None:
    """A conversation's row holds the fields of its state and nothing else."""
    await store.save(CHAT, WHOLE, UPDATE, NOW)

    [(text,)] = rows(store.path, "SELECT state FROM conversation")

    assert {"v", *State.__slots__} == set(json.loads(str(text)))


async def test_handled_updates_are_known(path: Path, store: Store, opened: Open) -> None:
    """An update is known as answered once it was noted, with a state or without, also after a restart."""
    await store.save(CHAT, WHOLE, 1, NOW)
    await store.note(2, NOW)
    await store.note(2, NOW)
    again = opened(path)

    known = [await again.handled(number) for number in (1, 2, 3)]

    assert known == [True, True, False]


async def test_many_chats_at_once(store: Store) -> None:
    """Chats that are saved at the same moment all keep their own state."""
    states = {chat: State(trail=(Answer("start", f"c{chat}"),)) for chat in range(200)}

    await asyncio.gather(*(store.save(chat, state, chat, NOW) for chat, state in states.items()))

    assert states == {chat: await store.load(chat, NOW) for chat in states}
    assert rows(store.path, "SELECT count(*) FROM handled") == [(200,)]


async def test_two_processes_share_the_file(
    path: Path, store: Store, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two stores over one file, as two processes have them, lose nothing of each other's."""
    monkeypatch.setattr("bot.database.connection._BUSY_MS", 10_000)
    other = opened(path)
    states = {chat: State(misses=chat) for chat in range(24)}
    await store.load(CHAT, NOW)

    await asyncio.gather(
        *((store, other)[chat % 2].save(chat, state, chat, NOW) for chat, state in states.items()),
    )

    assert states == {chat: await store.load(chat, NOW) for chat in states}


# --- what is hidden -----------------------------------------------------------------------------------------------


async def test_the_key_is_a_keyed_hash(store: Store) -> None:
    """A chat is stored under HMAC-SHA256 of its id, as RFC 2104 defines it."""
    block = SECRET.ljust(64, b"\0")
    inner = sha256(bytes(b ^ 0x36 for b in block) + b"7312845906113").digest()
    expected = sha256(bytes(b ^ 0x5C for b in block) + inner).digest()

    await store.save(CHAT, WHOLE, None, NOW)

    assert rows(store.path, "SELECT key FROM conversation") == [(expected,)]


def test_another_secret_gives_another_key(path: Path) -> None:
    """Who knows a chat's id but not the secret cannot find its row."""
    keys = {Store(path, secret, DAYS).key(CHAT) for secret in (SECRET, b"another secret of tests")}

    assert len(keys) == 2


async def test_the_chat_id_stands_nowhere(path: Path, store: Store) -> None:
    """No file in the folder, the log of changes included, holds the chat id in any form."""
    secret = read_secret(None, path)
    await store.save(CHAT, WHOLE, UPDATE, NOW)
    await store.save(CHAT, State(), UPDATE + 1, NOW)

    kept = bytes_in(path.parent)

    assert {"bot.sqlite3", "bot.sqlite3-wal", "secret.key"} <= {file.name for file in path.parent.iterdir()}
    assert store.key(CHAT) in kept
    assert secret in kept
    forms = [str(CHAT).encode(), f"{CHAT:x}".encode(), f"{CHAT:X}".encode()]
    forms += [CHAT.to_bytes(size, order) for size in (6, 8) for order in ("big", "little")]
    assert [form for form in forms if form in kept] == []


async def test_erased_is_gone_from_the_disk(path: Path, store: Store) -> None:
    """After a chat is erased and the file closed, neither its key nor its answers stand anywhere in the folder."""
    await store.save(CHAT, State(trail=(Answer("start", "marked_choice"),)), None, NOW)
    before = bytes_in(path.parent)

    await store.save(CHAT, None, None, NOW)
    await store.close()

    after = bytes_in(path.parent)
    assert store.key(CHAT) in before
    assert store.key(CHAT) not in after
    assert b"marked_choice" in before
    assert b"marked_choice" not in after


async def test_the_files_are_the_owners_alone(path: Path, store: Store) -> None:
    """Nobody else on the machine may read what is kept, nor the log of changes."""
    await store.save(CHAT, WHOLE, None, NOW)

    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


# --- what is forgotten --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("age", "there"), [(timedelta(days=DAYS, seconds=-1), True), (timedelta(days=DAYS), False)])
async def test_expiry(store: Store, age: timedelta, there: bool) -> None:
    """A conversation is remembered for the retention days and not a second longer."""
    await store.save(CHAT, WHOLE, None, NOW)

    found = await store.load(CHAT, NOW + age)

    assert (found is not None) == there


async def test_saving_renews(store: Store) -> None:
    """The days count from the last time that a parent wrote."""
    later = NOW + timedelta(days=DAYS - 1)
    await store.save(CHAT, WHOLE, None, NOW)

    await store.save(CHAT, WHOLE, None, later)

    assert await store.load(CHAT, later + timedelta(days=DAYS - 1)) == WHOLE


async def test_sweep_erases_expired_conversations(store: Store) -> None:
    """Sweeping erases the rows that have expired, and no others."""
    await store.save(CHAT, WHOLE, None, NOW)
    await store.save(CHAT + 1, WHOLE, None, NOW + timedelta(days=1))

    await store.sweep(NOW + timedelta(days=DAYS))

    assert rows(store.path, "SELECT key FROM conversation") == [(store.key(CHAT + 1),)]


async def test_sweep_forgets_handled_updates(store: Store) -> None:
    """An answered update is remembered for 25 hours, longer than Telegram repeats it."""
    await store.note(1, NOW)
    await store.note(2, NOW + timedelta(seconds=1))

    await store.sweep(NOW + timedelta(hours=25))

    assert timedelta(hours=25) == HANDLED_FOR
    assert [await store.handled(number) for number in (1, 2)] == [False, True]


async def test_erasing_leaves_no_row(store: Store) -> None:
    """Saving nothing erases the chat, leaves all others, and still notes the update."""
    await store.save(CHAT, WHOLE, None, NOW)
    await store.save(CHAT + 1, WHOLE, None, NOW)

    await store.save(CHAT, None, UPDATE, NOW)

    assert rows(store.path, "SELECT key FROM conversation") == [(store.key(CHAT + 1),)]
    assert await store.handled(UPDATE)


# --- all or nothing -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["conversation", "handled"])
async def test_a_failing_save_leaves_neither(store: Store, table: str) -> None:
    """When the state or the note cannot be written, neither is, and what was there before stays."""
    await store.save(CHAT, State(language="nb"), 1, NOW)
    change(store.path, f"CREATE TRIGGER no BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END")

    with pytest.raises(StoreError):
        await store.save(CHAT, WHOLE, UPDATE, NOW)

    assert await store.load(CHAT, NOW) == State(language="nb")
    assert not await store.handled(UPDATE)


async def test_a_save_after_a_failed_one(store: Store) -> None:
    """A save that failed half-way does not stand in the way of the next."""
    await store.load(CHAT, NOW)
    change(store.path, "CREATE TRIGGER no BEFORE INSERT ON handled BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(StoreError):
        await store.save(CHAT, WHOLE, UPDATE, NOW)
    change(store.path, "DROP TRIGGER no")

    await store.save(CHAT, WHOLE, UPDATE, NOW)

    assert await store.load(CHAT, NOW) == WHOLE


async def test_a_cancelled_save_stands_in_nobodys_way(store: Store) -> None:
    """A save that is broken off, as at a shutdown, does not make the next one fail."""
    await store.load(CHAT, NOW)
    saving = asyncio.create_task(store.save(CHAT, WHOLE, 1, NOW))
    await asyncio.sleep(0)
    saving.cancel()
    await asyncio.wait([saving])

    await store.save(CHAT + 1, WHOLE, 2, NOW)

    assert await store.load(CHAT + 1, NOW) == WHOLE


# --- versions -----------------------------------------------------------------------------------------------------


async def test_a_new_database_has_this_version(path: Path, store: Store) -> None:
    """A new file says which version of the schema it has, and writes ahead of itself so that readers never wait."""
    await store.load(CHAT, NOW)

    assert rows(path, "PRAGMA user_version") == [(len(MIGRATIONS),)]
    assert rows(path, "PRAGMA journal_mode") == [("wal",)]


async def test_a_second_open_migrates_nothing(path: Path, store: Store) -> None:
    """Opening a database of this version again changes neither its tables nor what is in them."""
    await store.save(CHAT, WHOLE, UPDATE, NOW)
    await store.close()
    before = rows(path, "PRAGMA schema_version"), rows(path, "SELECT sql FROM sqlite_master")

    found = await store.load(CHAT, NOW)

    assert found == WHOLE
    assert (rows(path, "PRAGMA schema_version"), rows(path, "SELECT sql FROM sqlite_master")) == before


async def test_a_newer_version_is_refused(path: Path, store: Store) -> None:
    """A database of a later version is left as it is, and refused in one sentence that names the file."""
    with newer(path):
        with pytest.raises(StoreError) as refused:
            await store.load(CHAT, NOW)

        assert rows(path, "PRAGMA user_version") == [(99,)]
    before, after = str(refused.value).split(str(path))
    assert "newer version" in after
    assert "\n" not in before + after


# --- when it is broken --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("breakage", BREAKAGES)
async def test_every_fault_is_a_store_error(path: Path, store: Store, breakage: str, operation: str) -> None:
    """Whatever is wrong with the database, every operation says so as a StoreError of one line with the file's name."""
    with BREAKAGES[breakage](path), pytest.raises(StoreError) as failed:
        await OPERATIONS[operation](store)

    assert str(path) in str(failed.value)
    assert "\n" not in str(failed.value)


@pytest.mark.parametrize("breakage", BREAKAGES)
async def test_it_heals(path: Path, store: Store, breakage: str) -> None:
    """When the cause is gone the same store works again, without a restart."""
    with BREAKAGES[breakage](path), suppress(StoreError):
        await store.save(CHAT, State(), UPDATE, NOW)

    await store.save(CHAT, WHOLE, UPDATE, NOW)

    assert await store.load(CHAT, NOW) == WHOLE
    assert await store.handled(UPDATE)


@pytest.mark.parametrize("breakage", [locked, full])
async def test_it_heals_with_what_was_kept(path: Path, store: Store, breakage: Breakage) -> None:
    """A database that can be read but not written fails to save, and keeps all that it had."""
    await store.save(CHAT, State(language="en"), 1, NOW)

    with breakage(path), pytest.raises(StoreError):
        await store.save(CHAT, WHOLE, UPDATE, NOW)

    assert await store.load(CHAT, NOW) == State(language="en")
    assert [await store.handled(number) for number in (1, UPDATE)] == [True, False]


async def test_the_cause_is_named(path: Path, store: Store) -> None:
    """An operator reads why a save failed, not what went wrong while cleaning up after it."""
    await store.save(CHAT, State(), 1, NOW)

    with full(path), pytest.raises(StoreError) as failed:
        await store.save(CHAT, WHOLE, UPDATE, NOW)

    assert "rollback" not in str(failed.value)


async def test_a_read_only_file(nobodys_folder: Path, opened: Open) -> None:
    """A file and folder that may only be read fail as a StoreError, and heal when they may be written."""
    path = nobodys_folder / "bot.sqlite3"
    store = opened(path)
    await store.save(CHAT, State(language="en"), None, NOW)
    await store.close()
    with read_only(path), pytest.raises(StoreError):
        await store.save(CHAT, WHOLE, UPDATE, NOW)

    found = await store.load(CHAT, NOW)
    await store.save(CHAT, WHOLE, UPDATE, NOW)

    assert found == State(language="en")
    assert await reopened(path) == WHOLE


async def test_a_missing_folder_is_made(path: Path, opened: Open) -> None:
    """The folder of the database is made, with the folders above it."""
    deep = opened(path.parent / "one" / "two" / "bot.sqlite3")

    await deep.save(CHAT, WHOLE, None, NOW)

    assert await reopened(deep.path) == WHOLE


def _delete(path: Path) -> None:
    remove(path)


def _delete_folder(path: Path) -> None:
    shutil.rmtree(path.parent)


def _overwrite(path: Path) -> None:
    for file in path.parent.iterdir():
        file.write_bytes(b"This is no database. " * 400)


def _empty(path: Path) -> None:
    for file in path.parent.iterdir():
        file.write_bytes(b"")


def _drop_tables(path: Path) -> None:
    change(path, "DROP TABLE conversation")
    change(path, "DROP TABLE handled")


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("harm", [_delete, _delete_folder, _overwrite, _drop_tables])
async def test_harm_between_calls(path: Path, store: Store, harm: Callable[[Path], None], operation: str) -> None:
    """What is done to the file while it is open leads to a StoreError or to nothing, never to another exception."""
    await store.save(CHAT, WHOLE, UPDATE, NOW)
    harm(path)

    failed = 0
    for _ in range(3):
        try:
            await OPERATIONS[operation](store)
        except StoreError:
            failed += 1

    assert 0 <= failed <= 3


@pytest.mark.parametrize("harm", [_delete, _delete_folder])
async def test_what_is_saved_after_a_deletion_is_on_the_disk(
    path: Path, store: Store, harm: Callable[[Path], None]
) -> None:
    """When the file is deleted under it, the store makes a new one, so that a restart finds what was saved since."""
    await store.save(CHAT, State(), 1, NOW)
    harm(path)

    for _ in range(2):
        with suppress(StoreError):
            await store.save(CHAT, WHOLE, UPDATE, NOW)

    assert await reopened(path) == WHOLE


async def test_it_works_again_after_closing(store: Store) -> None:
    """A closed store opens its file again, and closing twice is nothing."""
    await store.save(CHAT, WHOLE, None, NOW)
    await store.close()
    await store.close()

    found = await store.load(CHAT, NOW)

    assert found == WHOLE


# --- rows that cannot be read -------------------------------------------------------------------------------------

GOOD = json.loads(encode(WHOLE))
UNREADABLE = {
    "nothing": "",
    "not JSON": "{",
    "null": "null",
    "a number": "7",
    "a list": "[]",
    "an empty object": "{}",
    "a field missing": json.dumps({key: value for key, value in GOOD.items() if key != "trail"}),
    "a trail of numbers": json.dumps({**GOOD, "trail": [1, 2]}),
    "answers of three parts": json.dumps({**GOOD, "paused": [["start", "worried", "x"]]}),
    "offers that are null": json.dumps({**GOOD, "offered": None}),
    "misses in words": json.dumps({**GOOD, "misses": "many"}),
    "misses without end": json.dumps({**GOOD, "misses": float("inf")}),
    "a hundred thousand brackets": "[" * 100_000,
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_a_row_that_cannot_be_read(text: str) -> None:
    """A stored state that makes no sense gives a fresh one."""
    assert decode(text) == State()


@pytest.mark.parametrize("value", ["not JSON", 7, 1.5, b"\xff\xfe", b"{}"])
async def test_a_row_of_another_kind(store: Store, value: object) -> None:
    """A row in which something else stands gives a fresh state, and the next save mends it."""
    await store.save(CHAT, WHOLE, None, NOW)
    change(store.path, "UPDATE conversation SET state = ?", value)

    found = await store.load(CHAT, NOW)
    await store.save(CHAT, WHOLE, None, NOW)

    assert found == State()
    assert await store.load(CHAT, NOW) == WHOLE


@pytest.mark.parametrize(
    ("field", "value", "fresh"), [("language", "de", None), ("level", 3, None), ("view", "attic", "node")]
)
def test_a_value_of_no_meaning(field: str, value: object, fresh: object) -> None:
    """A language, level or view that we do not know is left out, and the rest is kept."""
    found = decode(json.dumps({**GOOD, field: value}))

    assert getattr(found, field) == fresh
    assert found.trail == WHOLE.trail


def test_a_row_from_before() -> None:
    """A row that was written before a state had all of its fields is still read."""
    older = {key: value for key, value in GOOD.items() if key != "switched"}

    assert decode(json.dumps(older)) == replace(WHOLE, switched=False)


# --- the secret ---------------------------------------------------------------------------------------------------


def test_a_given_secret_is_used(path: Path) -> None:
    """The secret from the settings is the key, and nothing is written."""
    key = read_secret("given in the settings", path)

    assert key == b"given in the settings"
    assert not path.parent.exists()


@pytest.mark.parametrize("given", [None, ""])
def test_a_secret_is_made_once(path: Path, given: str | None) -> None:
    """Without one in the settings, a secret is made beside the database, for its owner alone, and kept."""
    first = read_secret(given, path)
    second = read_secret(given, path)

    [file] = path.parent.iterdir()
    assert first == second
    assert len(first) >= 32
    assert file.name == "secret.key"
    assert file.stat().st_mode & 0o777 == 0o600


def test_secrets_for_two_uses_differ(path: Path) -> None:
    """Beside one database two secrets are kept, each under its own name, in letters that every header takes."""
    key, webhook = read_secret(None, path), read_secret(None, path, "webhook.secret")

    assert key != webhook
    assert webhook == read_secret(None, path, "webhook.secret")
    assert set(webhook.decode()) <= set("0123456789abcdef")


def test_secrets_differ(tmp_path: Path) -> None:
    """Two databases have two secrets."""
    keys = {read_secret(None, tmp_path / name / "bot.sqlite3") for name in ("one", "two")}

    assert len(keys) == 2


def _binary(file: Path) -> None:
    file.write_bytes(bytes(range(255, 0, -1)))


def _nothing(file: Path) -> None:
    file.write_bytes(b" \n")


def _folder(file: Path) -> None:
    file.mkdir()


@pytest.mark.parametrize("make", [_binary, _nothing, _folder])
def test_a_key_file_that_cannot_be_used(path: Path, make: Callable[[Path], None]) -> None:
    """A key file that is empty, not text or not a file gives a key all the same, so that parents are answered."""
    path.parent.mkdir()
    make(path.parent / "secret.key")

    key = read_secret(None, path)

    assert len(key) >= 32


def test_a_folder_that_cannot_be_made(path: Path) -> None:
    """Where no folder can be made there is a key all the same."""
    with under_a_file(path):
        key = read_secret(None, path)

    assert len(key) >= 32


def test_a_folder_that_cannot_be_written(nobodys_folder: Path) -> None:
    """In a folder that may only be read there is a key all the same, and no file."""
    nobodys_folder.chmod(0o555)

    with powerless():
        key = read_secret(None, nobodys_folder / "bot.sqlite3")

    assert len(key) >= 32
    assert os.listdir(nobodys_folder) == []


def test_without_a_secret_on_disk_every_start_has_its_own(path: Path) -> None:
    """A key that cannot be kept is not the same for everybody: each start has another."""
    with a_folder(path.parent / "secret.key"):
        keys = {read_secret(None, path) for _ in range(2)}

    assert len(keys) == 2
