"""What the database costs: the time of an update by how many conversations are stored, and what chats leave in memory.

`python -m tests.bench.stored`; `make bench` runs it with the others.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from bot.application import build
from bot.conversation import Conversation
from bot.model import Answer, Press, Started, State
from bot.settings import Settings
from bot.store import Store, encode

SIZES = (1_000, 10_000, 100_000, 1_000_000)
CHATS = (1_000, 100_000)
"""Chats after which the memory is looked at: the first number shows what the bot needs anyway."""
UPDATES = 1_000
_SECRET = b"a secret of the benches"
_DAYS = 30
_STATE = State(
    language="nb",
    level="primary",
    trail=(Answer("start", "worried"), Answer("worries", "bullying"), Answer("worry.bullying", "pupils")),
    paused=(Answer("start", "contact"),),
)
"""A state as it is in the middle of a conversation."""


def main() -> None:
    """Measure everything."""
    print(f"{'conversations stored':>20}{'load + save':>14}{'99th':>10}{'open':>10}{'sweep':>10}{'file':>10}")
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bench.sqlite3"
            asyncio.run(_fill(path, size))
            opened, spent, swept = asyncio.run(_updates(path, size))
            ninety_nine = statistics.quantiles(spent, n=100)[98]
            print(
                f"{size:20,}{statistics.median(spent) * 1e3:11.2f} ms{ninety_nine * 1e3:7.2f} ms{opened:8.2f} s"
                f"{swept:8.2f} s{path.stat().st_size / 1e6:7.1f} MB"
            )
    done = subprocess.run([sys.executable, "-m", __spec__.name, "chats"], check=True, capture_output=True, text=True)
    for chats, megabytes in json.loads(done.stdout):
        print(f"memory after {chats:8,} chats {megabytes:13.0f} MB")


async def _fill(path: Path, size: int) -> None:
    """A database of that many conversations, none of which has expired."""
    store = Store(path, _SECRET, _DAYS)
    await store.open()
    await store.close()
    expires = int((datetime.now(UTC) + timedelta(days=_DAYS - 1)).timestamp())
    text = encode(_STATE)
    with closing(sqlite3.connect(path)) as db:
        db.executemany("INSERT INTO conversation VALUES (?, ?, ?)", _rows(store, text, expires, size))
        db.commit()


def _rows(store: Store, text: str, expires: int, size: int) -> Iterator[tuple[bytes, str, int]]:
    for key in sorted(store.key(chat) for chat in range(size)):
        yield key, text, expires - int.from_bytes(key[:2], "big")


async def _updates(path: Path, size: int) -> tuple[float, list[float], float]:
    """Seconds to open the file, of each update from chats all over it, and to sweep it."""
    store = Store(path, _SECRET, _DAYS)
    began = time.perf_counter()
    await store.open()
    opened, spent = time.perf_counter() - began, []
    for number in range(UPDATES):
        now, chat = datetime.now(UTC), number * 7919 % size
        began = time.perf_counter()
        state = await store.load(chat, now)
        await store.save(chat, state, number, now)
        spent.append(time.perf_counter() - began)
    began = time.perf_counter()
    await store.sweep(datetime.now(UTC))
    swept = time.perf_counter() - began
    await store.close()
    return opened, spent, swept


async def _chats() -> list[tuple[int, float]]:
    """Megabytes of this process after so many chats, each of which opened the bot and pressed a button."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        path, secret = Path(folder) / "bench.sqlite3", SecretStr(_SECRET.decode())
        conversation = build().conversation(Settings(_env_file=None, database_path=path, secret_key=secret))
        done = 0
        for chats in CHATS:
            await _talk(conversation, range(done, chats))
            done = chats
            found.append((chats, _resident()))
        await conversation.store.close()
    return found


async def _talk(conversation: Conversation, chats: Iterable[int]) -> None:
    for chat in chats:
        for event in (Started(), Press("choose", "start", "worried", None, "nb")):
            turn = await conversation.turn(chat, event, "nb")
            await conversation.keep(chat, turn, chat)


def _resident() -> float:
    """Megabytes that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


if __name__ == "__main__":
    if sys.argv[1:] == ["chats"]:
        print(json.dumps(asyncio.run(_chats())))
    else:
        main()
