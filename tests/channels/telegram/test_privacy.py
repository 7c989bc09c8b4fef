"""Nobody leaves a trace: what is written to the bot, by any way, stands in no file and no log, nor who wrote it."""

from __future__ import annotations

import hmac
import os
import signal
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Literal

import pytest

from tests.botapi import BotApi
from tests.botapi_keyboard import Button
from tests.channels.telegram.helpers import SECRET, confirmed, press_from_long_ago
from tests.channels.telegram.process import Process

CHAT = 7_312_845_906
MARKS = {
    "typed text": "Kvernhusbakken",
    "typed about a worry": "Solbakkveien",
    "typed about danger": "Myrdalslia",
    "label typed": "Furulundtoppen",
    "caption": "Granholttunet",
    "document caption": "Elvebredden",
    "document name": "Bjerkelokka",
    "edited from": "Nordskrenten",
    "edited to": "Sorskrenten",
    "edited caption": "Vestskrenten",
    "unknown command": "Tjernsrudhagen",
    "behind a command": "Lindeberglia",
    "payload": "Ostmarkaporten",
    "callback data": "Haugerudtoppen",
    "old callback data": "Trosterudsvingen",
    "raw text": "Skullerudstua",
    "first name": "Guro-Mirjam",
    "last name": "Abrahamsdottir",
    "user name": "guro_mirjam_a",
}
"""A word of its own for every way in, none of which the bot knows."""


ORDERS: tuple[Literal["big", "little"], ...] = ("big", "little")


def _forms() -> dict[str, bytes]:
    """Everything that must stand nowhere, in lower case where it is text, by what it is."""
    numbers = {f"chat id, {size} bytes, {order}": CHAT.to_bytes(size, order) for size in (6, 8) for order in ORDERS}
    texts = {**MARKS, "chat id": str(CHAT), "chat id in hexadecimal": f"{CHAT:x}"}
    return {name: text.lower().encode() for name, text in texts.items()} | numbers


def traces(folder: Path) -> list[tuple[str, str]]:
    """What of it stands in a folder, as (what, file); names of files count as well."""
    found = []
    for file in sorted(folder.rglob("*")):
        data = file.name.encode() + b"\n" + (file.read_bytes() if file.is_file() else b"")
        found += [(name, file.name) for name, form in _forms().items() if form in data or form in data.lower()]
    return found


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two folders of a bot at LOG_LEVEL=DEBUG that was written to in every way: as it ran, and after it was stopped."""
    folder, running = tmp_path_factory.mktemp("lived"), tmp_path_factory.mktemp("running")
    with BotApi.in_thread() as api, Process(api.url, api.token, folder) as bot:
        api.run(_write(api), 120)
        for file in folder.rglob("*"):
            if file.is_file():
                (running / file.name).write_bytes(file.read_bytes())
        bot.process.send_signal(signal.SIGTERM)
        assert bot.ended()[0] == 0
    return folder, running


async def _write(api: BotApi) -> None:
    """One person writes in every way that there is, and is answered."""
    guro = api.user(
        MARKS["first name"], last_name=MARKS["last name"], username=MARKS["user name"], chat_id=CHAT, language_code="nb"
    )

    async def say(text: str) -> int:
        sent = await guro.send(text)
        await guro.reply(40)
        return sent.id

    await say(f"/start 1-{MARKS['payload']}-nb-worry_bullying")
    await say(f"{MARKS['typed text']} {MARKS['typed text']}")
    await say(f"Sønnen min blir mobbet på {MARKS['typed about a worry']}")
    await say(f"Datteren min på {MARKS['typed about danger']} vil ta livet sitt")
    await say(f"1 {MARKS['label typed']}")
    await say(f"/{MARKS['unknown command']} {MARKS['unknown command']}")
    await say(f"/help {MARKS['behind a command']}")
    await guro.send_photo(f"{MARKS['caption']} mobbing")
    await guro.reply()
    await guro.send_document(f"{MARKS['document name']}.pdf", MARKS["document caption"])
    await guro.reply()
    await guro.edit(await say(MARKS["edited from"]), MARKS["edited to"])
    await guro.reply()
    await guro.tap(Button("?", f"1c|{MARKS['callback data']}|x|pn"), guro.chat.newest)
    await guro.reply()
    press_from_long_ago(api, guro, MARKS["old callback data"])
    person = {**guro.profile, "is_premium": True}
    chat = {**guro.chat.wire(), "first_name": MARKS["first name"], "last_name": MARKS["last name"]}
    for message in (
        {"edited_message": {"edit_date": 1, "caption": MARKS["edited caption"], "photo": []}},
        {"message": {"text": MARKS["raw text"], "forward_origin": {"type": "hidden_user", "date": 0}}},
        {"message": {"text": MARKS["raw text"], "quote": {"text": MARKS["raw text"], "position": 0}}},
    ):
        [(kind, fields)] = message.items()
        api.push({kind: {"message_id": 900, "date": 0, "chat": chat, "from": person, **fields}})
    api.fault("sendMessage", chat_id=CHAT, status=400)
    await say(f"{MARKS['typed text']} mobbing")
    await say("/privacy")
    await confirmed(api)


def test_no_trace_while_it_runs(lived: tuple[Path, Path]) -> None:
    """The database, its log of changes, its index, what is logged and temporary files hold no word, name or chat."""
    _, running = lived

    assert {"bot.sqlite3", "bot.sqlite3-wal", "bot.sqlite3-shm", "err"} <= set(os.listdir(running))
    assert traces(running) == []


def test_no_trace_after_it_was_stopped(lived: tuple[Path, Path]) -> None:
    """Nor does anything hold it after the bot was stopped; and the conversation was really stored, under its key."""
    folder, _ = lived
    key = hmac.new(SECRET.encode(), str(CHAT).encode(), sha256).digest()

    assert traces(folder) == []
    assert key in (folder / "bot.sqlite3").read_bytes()
    assert "The bot has stopped." in (folder / "err").read_text("utf-8")


PLANTED: Mapping[str, tuple[str, str, object]] = {
    "a word in a state": ("typed text", "UPDATE conversation SET state = ?", f'{{"said": "{MARKS["typed text"]}"}}'),
    "a name in a state": ("first name", "UPDATE conversation SET state = ?", f'{{"who": "{MARKS["first name"]}"}}'),
    "the chat id as text": ("chat id", "UPDATE conversation SET state = ?", str(CHAT)),
    "the chat id as a number": ("chat id, 6 bytes, big", "INSERT INTO handled VALUES (?, 0)", CHAT),
    "the chat id as bytes": (
        "chat id, 8 bytes, little",
        "UPDATE conversation SET key = ?",
        CHAT.to_bytes(8, "little"),
    ),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_trace_is_found(lived: tuple[Path, Path], tmp_path: Path, planted: str) -> None:
    """The search finds what is planted in the database, so that finding nothing means something."""
    what, statement, value = PLANTED[planted]
    (tmp_path / "bot.sqlite3").write_bytes((lived[0] / "bot.sqlite3").read_bytes())
    with closing(sqlite3.connect(tmp_path / "bot.sqlite3")) as db:
        db.execute(statement, (value,))
        db.commit()

    assert what in {name for name, _ in traces(tmp_path)}


def test_a_trace_in_a_log_is_found(tmp_path: Path) -> None:
    """The search finds a word in a log and in the name of a temporary file, however it is written."""
    (tmp_path / "err").write_text(f"INFO {MARKS['caption'].upper()}\n", "utf-8")
    (tmp_path / f"{MARKS['document name']}.tmp").touch()

    assert {name for name, _ in traces(tmp_path)} == {"caption", "document name"}
