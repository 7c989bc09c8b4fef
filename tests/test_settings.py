"""Settings come from the environment and `.env`; a wrong one is one sentence that names it and hides its value."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.errors import SettingsError
from bot.settings import Settings, read_settings

TOKEN = "123456789:AAHfiqksKZ8WmR2zSjiQ7_v4TMAKdiHm9T0"


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder without `.env`, and an environment without any of our settings."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_defaults() -> None:
    """Without any setting the bot has no token, keeps conversations for thirty days, and talks to Telegram itself."""
    settings = read_settings()

    assert settings.telegram_bot_token is None
    assert settings.secret_key is None
    assert (settings.webhook_url, settings.webhook_secret, settings.webhook_keep) == (None, None, True)
    assert (settings.address, settings.at_once) == (("127.0.0.1", 8080), 64)
    assert ("https://api.telegram.org", "polling", Path("data/bot.sqlite3"), 30, "INFO") == (
        settings.telegram_api_url,
        settings.telegram_mode,
        settings.database_path,
        settings.retention_days,
        settings.log_level,
    )


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every setting can be given in the environment, under its name in capitals."""
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("TELEGRAM_API_URL", "http://127.0.0.1:8081/telegram/")
    monkeypatch.setenv("TELEGRAM_MODE", "polling")
    monkeypatch.setenv("DATABASE_PATH", "/var/lib/bot/bot.sqlite3")
    monkeypatch.setenv("SECRET_KEY", "sixteen letters!")
    monkeypatch.setenv("RETENTION_DAYS", "7")
    monkeypatch.setenv("LOG_LEVEL", "warning")

    settings = read_settings()

    assert settings.telegram_bot_token is not None
    assert settings.telegram_bot_token.get_secret_value() == TOKEN
    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == "sixteen letters!"
    assert ("http://127.0.0.1:8081/telegram", "polling", Path("/var/lib/bot/bot.sqlite3"), 7, "WARNING") == (
        settings.telegram_api_url,
        settings.telegram_mode,
        settings.database_path,
        settings.retention_days,
        settings.log_level,
    )


def test_poster_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot's name and the root of its web page are taken as they are, without blanks and a last slash."""
    monkeypatch.setenv("TELEGRAM_BOT_USERNAME", " foreldre_bot ")
    monkeypatch.setenv("WEB_URL", "https://web.example/oslo/")

    settings = read_settings()

    assert (settings.telegram_bot_username, settings.web_url) == ("foreldre_bot", "https://web.example/oslo")


def test_webhook_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A webhook's root is taken without blanks and a last slash, its secret as it is."""
    monkeypatch.setenv("TELEGRAM_MODE", "webhook")
    monkeypatch.setenv("WEBHOOK_URL", " https://bot.example/oslo/ ")
    monkeypatch.setenv("WEBHOOK_SECRET", "a-Z_9")
    monkeypatch.setenv("WEBHOOK_KEEP", "false")
    monkeypatch.setenv("AT_ONCE", "64")

    settings = read_settings()

    assert settings.webhook_secret is not None
    assert settings.webhook_secret.get_secret_value() == "a-Z_9"
    assert (
        settings.telegram_mode,
        settings.webhook_url,
        settings.webhook_keep,
        settings.at_once,
    ) == ("webhook", "https://bot.example/oslo", False, 64)


@pytest.mark.parametrize("value", [None, "", "  "])
def test_webhook_without_an_address(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A webhook needs an address that Telegram can call: without one the bot stops and names the setting."""
    monkeypatch.setenv("TELEGRAM_MODE", "webhook")
    if value is not None:
        monkeypatch.setenv("WEBHOOK_URL", value)

    with pytest.raises(SettingsError, match=r"^WEBHOOK_URL is wrong: it must be set when TELEGRAM_MODE is webhook\."):
        read_settings()


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        (" localhost:0 ", ("localhost", 0)),
        ("0.0.0.0:65535", ("0.0.0.0", 65535)),
        ("[::1]:80", ("::1", 80)),
    ],
)
def test_listen(value: str, address: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Host and port are taken apart, for names and for addresses of both kinds."""
    monkeypatch.setenv("LISTEN", value)

    assert read_settings().address == address


def test_env_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings are read from `.env` where the bot starts; the environment wins over it, other keys are passed over."""
    Path(".env").write_text("RETENTION_DAYS=7\nLOG_LEVEL=ERROR\nSOMETHING_ELSE=1\n", "utf-8")
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")

    settings = read_settings()

    assert (settings.retention_days, settings.log_level) == (7, "DEBUG")


@pytest.mark.parametrize(
    "name",
    ["TELEGRAM_BOT_TOKEN", "TELEGRAM_BOT_USERNAME", "WEBHOOK_URL", "WEBHOOK_SECRET", "WEB_URL", "SECRET_KEY"],
)
@pytest.mark.parametrize("value", ["", "   "])
def test_empty_is_absent(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting left empty, as in `.env.example`, counts as not given."""
    monkeypatch.setenv(name, value)

    assert getattr(read_settings(), name.lower()) is None


@pytest.mark.parametrize("token", [TOKEN, f" {TOKEN} ", "1:" + "a" * 20, "12345678901234567890:" + "-_" * 20])
def test_token(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever has the shape that BotFather gives is taken as a token, with blanks around it or not."""
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", token)

    assert read_settings().telegram_bot_token is not None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_BOT_TOKEN", "garbage-token"),
        ("TELEGRAM_BOT_TOKEN", "987654321"),
        ("TELEGRAM_BOT_TOKEN", "987654321:kortkort"),
        ("TELEGRAM_BOT_TOKEN", "bot123456789:AAHfiqksKZ8WmR2zSjiQ7"),
        ("TELEGRAM_BOT_TOKEN", "123456789:AAHfiqksKZ8WmR2zSjiQ7/getMe"),
        ("TELEGRAM_API_URL", "api.telegram.example"),
        ("TELEGRAM_API_URL", "ftp://api.telegram.example"),
        ("TELEGRAM_API_URL", "https://"),
        ("TELEGRAM_API_URL", "https://api telegram"),
        ("TELEGRAM_BOT_USERNAME", "@foreldre_bot"),
        ("TELEGRAM_BOT_USERNAME", "fire"),
        ("TELEGRAM_BOT_USERNAME", "b" * 33),
        ("TELEGRAM_BOT_USERNAME", "forældre_bot"),
        ("TELEGRAM_MODE", "pigeon"),
        ("WEBHOOK_URL", "http://bot.example"),
        ("WEBHOOK_URL", "bot.example"),
        ("WEBHOOK_URL", "https://bot.example/?secret=1"),
        ("WEBHOOK_URL", "https://user:word@bot.example"),
        ("WEBHOOK_SECRET", "with blank"),
        ("WEBHOOK_SECRET", "æøå"),
        ("WEBHOOK_SECRET", "x" * 257),
        ("WEBHOOK_KEEP", "perhaps"),
        ("WEBHOOK_KEEP", ""),
        ("LISTEN", ""),
        ("LISTEN", "8080"),
        ("LISTEN", "127.0.0.1"),
        ("LISTEN", "127.0.0.1:65536"),
        ("LISTEN", "http://127.0.0.1:8080"),
        ("LISTEN", "::1:8080"),
        ("AT_ONCE", "0"),
        ("AT_ONCE", "65"),
        ("AT_ONCE", "many"),
        ("WEB_URL", "web.example"),
        ("WEB_URL", "ftp://web.example"),
        ("WEB_URL", "https://web.example/?school="),
        ("WEB_URL", "https://web example"),
        ("SECRET_KEY", "fifteen-letters"),
        ("RETENTION_DAYS", "abc"),
        ("RETENTION_DAYS", "0"),
        ("RETENTION_DAYS", "366"),
        ("RETENTION_DAYS", "7.5"),
        ("RETENTION_DAYS", ""),
        ("LOG_LEVEL", "chatty"),
        ("LOG_LEVEL", ""),
    ],
)
def test_wrong(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong setting stops the bot with exit code 2 and one sentence: its name, the reason, and never its value."""
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as raised:
        read_settings()

    told = str(raised.value)
    assert raised.value.exit_code == 2
    assert told.startswith(f"{name} ")
    assert told.endswith(".env.example.")
    assert "\n" not in told
    assert not value or value not in told.split(" See ")[0]


def test_several_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """With several wrong settings there is still one sentence, about one of them."""
    monkeypatch.setenv("RETENTION_DAYS", "abc")
    monkeypatch.setenv("LOG_LEVEL", "chatty")

    with pytest.raises(SettingsError) as raised:
        read_settings()

    assert len([name for name in ("RETENTION_DAYS", "LOG_LEVEL") if name in str(raised.value)]) == 1


def test_env_file_in_another_encoding() -> None:
    """A `.env` that is not UTF-8 stops the bot in one sentence too."""
    Path(".env").write_bytes(b"# N\xf8kkelen\nLOG_LEVEL=INFO\n")

    with pytest.raises(SettingsError):
        read_settings()


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that are printed, in a log or a traceback, show neither the token nor the key."""
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("SECRET_KEY", "sixteen letters!")
    monkeypatch.setenv("WEBHOOK_SECRET", "seventeen_letters")

    settings = read_settings()

    shown = f"{settings} {settings!r} {settings.model_dump()}"
    assert "AAHfiqksKZ8WmR2zSjiQ7" not in shown
    assert "sixteen letters!" not in shown
    assert "seventeen_letters" not in shown


def test_frozen() -> None:
    """Settings cannot be changed once they are read."""
    settings = read_settings()

    with pytest.raises(ValidationError):
        settings.retention_days = 1  # type: ignore[misc]
