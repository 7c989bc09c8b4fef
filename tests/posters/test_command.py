"""`poster` as somebody types it: files on stdout, all else on stderr, exit codes, where the bot's name comes from."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from bot import cli
from bot.application import load_content
from bot.content.load import ROOT
from bot.posters.decoding import verify
from bot.schools.register import Register
from tests.botapi import BotApi

NAMED = {"TELEGRAM_BOT_USERNAME": "OsloForeldreBot"}


load_once = cache(load_content)
"""The real content, checked once."""


@dataclass(frozen=True)
class Ran:
    """What came of a call."""

    code: int
    out: str
    err: str


SETTINGS = ("TELEGRAM_BOT_TOKEN", "TELEGRAM_BOT_USERNAME", "TELEGRAM_API_URL", "WEB_URL")


def run(args: tuple[str, ...], settings: Mapping[str, str], folder: Path) -> Ran:
    """Call `poster` in this process, from a folder without `.env`, with these settings only."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["bot", "poster", *args])
        patch.setattr(cli, "load_content", load_once)
        for name in SETTINGS:
            patch.delenv(name, raising=False)
        for name, value in settings.items():
            patch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            cli.main()
    return Ran(int(ended.value.code or 0), out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the calls put their files."""
    return tmp_path_factory.mktemp("posters")


@pytest.fixture(scope="module")
def ran(folder: Path) -> Mapping[str, Ran]:
    """All calls, made once."""
    with BotApi.in_thread() as api:
        told = {"TELEGRAM_API_URL": api.url}
        calls: dict[str, tuple[tuple[str, ...], Mapping[str, str]]] = {
            "one": (("--school", "abildso", "--out", str(folder / "one")), NAMED),
            "png": (("--school", "arvoll", "--format", "png", "--out", str(folder / "png")), NAMED),
            "web": (
                ("--school", "abildso", "--format", "svg", "--out", str(folder / "web")),
                {"WEB_URL": "https://web.example/oslo/"},
            ),
            "asked": (
                ("--school", "abildso", "--format", "svg", "--out", str(folder / "asked")),
                {**told, "TELEGRAM_BOT_TOKEN": api.world.token},
            ),
            "wrong token": (("--school", "abildso"), {**told, "TELEGRAM_BOT_TOKEN": f"1:{'a' * 30}"}),
            "no network": (
                ("--school", "abildso"),
                {"TELEGRAM_API_URL": "http://127.0.0.1:9", "TELEGRAM_BOT_TOKEN": api.world.token},
            ),
            "no name": (("--school", "abildso"), {}),
            "bad name": (("--school", "abildso"), {"TELEGRAM_BOT_USERNAME": "@OsloForeldreBot"}),
            "unknown": (("--school", "abildsoo"), NAMED),
            "neither": ((), NAMED),
            "both": (("--all", "--school", "abildso"), NAMED),
            "format": (("--school", "abildso", "--format", "gif"), NAMED),
        }
        return {name: run(args, settings, folder) for name, (args, settings) in calls.items()}


def test_one(ran: Mapping[str, Ran], folder: Path) -> None:
    """`--school` writes that school's PDF and names it on stdout."""
    file = folder / "one" / "abildso.pdf"

    assert ran["one"] == Ran(0, f"{file}\n", "")
    verify(file.read_bytes(), "pdf", "https://t.me/OsloForeldreBot?start=1-abildso-x-x")


def test_format(ran: Mapping[str, Ran], folder: Path) -> None:
    """`--format` chooses the kind of file."""
    assert (ran["png"].code, ran["png"].out) == (0, f"{folder / 'png' / 'arvoll.png'}\n")
    verify((folder / "png" / "arvoll.png").read_bytes(), "png", "https://t.me/OsloForeldreBot?start=1-arvoll-x-x")


def test_web(ran: Mapping[str, Ran], folder: Path) -> None:
    """With WEB_URL the code leads to the school's page there, and the bot's name is not needed."""
    assert ran["web"].code == 0
    verify((folder / "web" / "abildso.svg").read_bytes(), "svg", "https://web.example/oslo/s/abildso")


def test_name_asked_of_telegram(ran: Mapping[str, Ran], folder: Path) -> None:
    """Without the name in the settings Telegram is asked for it, with the token."""
    assert ran["asked"].code == 0, ran["asked"].err
    link = "https://t.me/bekymret_test_bot?start=1-abildso-x-x"
    verify((folder / "asked" / "abildso.svg").read_bytes(), "svg", link)


@pytest.mark.parametrize("name", ["wrong token", "no network", "no name", "bad name"])
def test_no_name(name: str, ran: Mapping[str, Ran]) -> None:
    """When the bot's name is not known, one sentence names the setting, without the token, and the exit code is 2."""
    refused = ran[name]

    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("TELEGRAM_BOT_USERNAME is ")
    assert len(refused.err.splitlines()) == 1
    assert ":A" not in refused.err


def test_unknown(ran: Mapping[str, Ran]) -> None:
    """An unknown school is one sentence with the nearest names, and exit 1."""
    assert ran["unknown"] == Ran(1, "", "There is no school «abildsoo»; the nearest: abildso (Abildsø skole).\n")


@pytest.mark.parametrize("name", ["neither", "both", "format"])
def test_wrong_call(name: str, ran: Mapping[str, Ran]) -> None:
    """One school or all, as one of the three kinds; else the exit code is 2."""
    assert (ran[name].code, ran[name].out) == (2, "")
    assert ran[name].err.startswith("Usage: ")


def test_all_interrupted_and_resumed(folder: Path, register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--all`, interrupted, leaves whole sheets only; called again, it makes the rest and tells how far it has come."""
    out = folder / "all"
    args = ("--all", "--format", "svg", "--out", str(out))
    started = subprocess.Popen(
        [sys.executable, "-m", "bot", "poster", *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, **dict.fromkeys(("TELEGRAM_BOT_TOKEN", "WEB_URL"), ""), **NAMED},
    )
    deadline = time.monotonic() + 30
    while len(list(out.glob("*.svg"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    started.send_signal(signal.SIGINT)
    _, told = started.communicate(timeout=20)
    there = {path: path.stat().st_mtime_ns for path in out.iterdir()}
    few = Register(register.schools[: len(there) + 20 - len(there) % 20 + 3])
    monkeypatch.setattr(cli, "load_schools", lambda: few)

    resumed = run(args, NAMED, folder)

    written, count = {Path(line) for line in resumed.out.splitlines()}, len(few.schools)
    assert started.returncode == 130
    assert b"Traceback" not in told
    assert len(there) >= 3
    assert resumed.code == 0, resumed.err
    assert resumed.err.splitlines()[-2:] == [
        f"{count} of {count}",
        f"{len(written)} written, {len(there)} there already, 0 refused.",
    ]
    assert sorted(path.stem for path in out.iterdir()) == sorted(school.id for school in few.schools)
    assert all(path.stat().st_mtime_ns == then for path, then in there.items())
    assert written == set(out.iterdir()) - set(there)


def test_start_loads_none_of_it() -> None:
    """The bot starts without the libraries that draw and read codes."""
    libraries = ("segno", "typst", "zxingcpp", "pypdfium2")
    code = f"import sys, bot.cli; print([name for name in {libraries} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, text=True, check=True)

    assert done.stdout == "[]\n"
