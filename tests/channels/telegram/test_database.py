"""Parents while something is wrong with the database: all are answered, the log says it once, and it heals."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from bot.application import Application
from tests.botapi import BotApi
from tests.botapi_people import User
from tests.breakages import locked, newer
from tests.channels.telegram.helpers import ROOT, Log, Running, Start, answered, confirmed, place, press, start_service
from tests.channels.telegram.process import Process

PARENTS = 40


async def on_the_way(people: list[User]) -> list[str]:
    """Everybody opens the bot by a link and presses a button; the screens that they then see."""
    for person in people:
        await person.send("/start 1-x-nb-worry_bullying")
    for person in people:
        await person.reply()
    return [place(await press(person, "1c|worry.bullying|aks|pn")) for person in people]


def places_kept(database: Path) -> int:
    """How many conversations stand in the file."""
    with closing(sqlite3.connect(database)) as db:
        (count,) = db.execute("SELECT count(*) FROM conversation").fetchone()
    return int(count)


def spoil(database: Path) -> None:
    """Make the file no database."""
    database.write_bytes(b"This is no database. " * 400)


async def test_a_locked_database_holds_nobody_up(api: BotApi, start: Start, database: Path, log: Log) -> None:
    """While another program holds the database, forty parents get their answers.

    The database is waited for once, two seconds, and not again for every message: they would stand in a queue for
    minutes, and that is what the limit here would break off.
    """
    people = [api.user() for _ in range(PARENTS)]
    await start()

    with locked(database):
        async with asyncio.timeout(60):
            shown = await on_the_way(people)
            await confirmed(api)
    await people[0].send("/help")
    await people[0].reply()
    await confirmed(api)

    said = [line for line in log() if "database" in line]
    assert set(shown) == {"worry.bullying.aks_told"}
    assert ["ERROR" in said[0], "WARNING" in said[1], len(said)] == [True, True, 2]
    assert "another program holds it" in said[0]
    assert places_kept(database) == 1


async def test_a_damaged_database_holds_nobody_up(api: BotApi, start: Start, database: Path, log: Log) -> None:
    """A file that breaks under the running bot is set aside and said once; who then writes is remembered."""
    people = [api.user() for _ in range(PARENTS)]
    first = await start()
    await on_the_way(people)
    await confirmed(api)
    await first.stop()
    spoil(database)

    await start()
    shown = await on_the_way(people)
    await confirmed(api)

    [line] = [line for line in log() if "ERROR" in line or "WARNING" in line]
    [kept] = database.parent.glob("*.corrupt-*")
    assert str(kept) in line
    assert set(shown) == {"worry.bullying.aks_told"}
    assert places_kept(database) == PARENTS


async def test_a_newer_database_stops_the_start(api: BotApi, tmp_path: Path) -> None:
    """Over a database of a newer version the process ends with 1 and one sentence, before Telegram hears of it.

    To answer without it would lose parents their places, and to change it would lose them for the newer version too.
    """
    database = tmp_path / "bot.sqlite3"
    with newer(database):
        before = database.read_bytes()
        with Process(api.url, api.token, tmp_path) as bot:
            code, out, err = await asyncio.to_thread(bot.ended)

        assert (code, out, len(err.splitlines())) == (1, "", 1)
        assert str(database) in err
        assert "newer version" in err
        assert database.read_bytes() == before
    assert api.calls == []


async def test_a_broken_database_does_not_stop_the_start(application: Application, api: BotApi, tmp_path: Path) -> None:
    """A folder in the place of the database is no reason not to answer."""
    (tmp_path / "bot.sqlite3").mkdir()
    kari = api.user()

    bot: Running = await start_service(application, api, tmp_path / "bot.sqlite3")
    await kari.send("/start")
    [message] = await answered(kari, 1)
    await bot.stop()

    assert place(message) == "start"


async def test_restored_under_the_running_bot(api: BotApi, start: Start, database: Path, tmp_path: Path) -> None:
    """A parent goes on from the place that was backed up, once another process has restored it under the bot."""
    kari, copy = api.user(), tmp_path / "copy.sqlite3"
    await start()
    await kari.send("/start 1-x-nb-worry_bullying")
    before = place(await kari.reply())
    await confirmed(api)
    await command(database, "backup", copy)
    after = place(await press(kari, "1c|worry.bullying|aks|pn"))
    await confirmed(api)

    await command(database, "restore", copy)
    await kari.send("hva betyr qwrt zzz")
    here = place(await kari.reply())

    assert (before, after, here) == ("worry.bullying", "worry.bullying.aks_told", "worry.bullying")


async def command(database: Path, *args: str | Path) -> None:
    """Call `python -m bot`, as an operator does it while the bot runs."""
    called = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *map(str, args), cwd=ROOT, env={**os.environ, "DATABASE_PATH": str(database)}
    )
    assert await called.wait() == 0
