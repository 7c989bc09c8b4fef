"""`.env.example` shows every setting, says what each is for, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.content.load import ROOT
from bot.settings import Settings, read_settings

EXAMPLE = ROOT / ".env.example"
_SETTING = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")


def _entries() -> Iterator[tuple[str, str]]:
    """Each setting of the example with the lines of explanation right above it."""
    above: list[str] = []
    for line in EXAMPLE.read_text("utf-8").splitlines():
        setting = _SETTING.fullmatch(line)
        if line.startswith("#"):
            above.append(line.lstrip("# "))
            continue
        if setting:
            yield setting[1], " ".join(above)
        else:
            assert not line.strip(), f"neither a setting nor a remark: {line}"
        above = []


def test_every_setting_once() -> None:
    """The example has every setting of the bot once, in the order of the code, and no other."""
    assert [name.upper() for name in Settings.model_fields] == [name for name, _ in _entries()]


def test_every_setting_is_explained() -> None:
    """Each setting has a whole sentence right above it that says what it is for."""
    bare = [name for name, text in _entries() if len(text.split()) < 4 or "." not in text]

    assert not bare


def test_example_is_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Copied to `.env` as it stands, the example changes nothing."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    without = read_settings()

    Path(".env").write_bytes(EXAMPLE.read_bytes())

    assert without == read_settings()


def test_no_secret() -> None:
    """The example holds no token and no key."""
    lines = EXAMPLE.read_text("utf-8").splitlines()

    assert {"TELEGRAM_BOT_TOKEN=", "SECRET_KEY=", "WEBHOOK_SECRET="} <= set(lines)
