"""Settings from the environment and `.env`: the only reader of either."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import SettingsError

_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{20,}")
_USERNAME = re.compile(r"[A-Za-z0-9_]{5,32}")
WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
"""What Telegram takes as a webhook's secret."""
_LISTEN = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]+):(\d{1,5})")


class Settings(BaseSettings):
    """All settings, with the names of `.env.example` in lower case."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    telegram_bot_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    telegram_bot_username: str | None = None
    telegram_mode: Literal["polling", "webhook"] = "polling"
    webhook_url: Annotated[str | None, Field(validate_default=True)] = None
    webhook_secret: SecretStr | None = None
    webhook_keep: bool = True
    listen: str = "127.0.0.1:8080"
    at_once: Annotated[int, Field(ge=1, le=64)] = 64
    web_url: str | None = None
    database_path: Path = Path("data/bot.sqlite3")
    secret_key: SecretStr | None = None
    retention_days: Annotated[int, Field(ge=1, le=365)] = 30
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], NoDecode] = "INFO"

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of LISTEN; port 0 stands for any free one."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @field_validator(
        "telegram_bot_token",
        "telegram_bot_username",
        "webhook_url",
        "webhook_secret",
        "web_url",
        "secret_key",
        mode="before",
    )
    @classmethod
    def _empty_is_absent(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("telegram_bot_token")
    @classmethod
    def _looks_like_a_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _TOKEN.fullmatch(value.get_secret_value().strip()):
            raise ValueError("it must look like 123456789:AA..., as BotFather gave it")
        return value

    @field_validator("telegram_bot_username")
    @classmethod
    def _looks_like_a_username(cls, value: str | None) -> str | None:
        name = value.strip() if value is not None else None
        if name is not None and not _USERNAME.fullmatch(name):
            raise ValueError("it must be 5 to 32 of A-Z, a-z, 0-9 and _, without the @")
        return name

    @field_validator("webhook_url")
    @classmethod
    def _is_the_root_of_a_webhook(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            if info.data.get("telegram_mode") == "webhook":
                raise ValueError("it must be set when TELEGRAM_MODE is webhook")
            return None
        if not re.fullmatch(r"https://[^\s/?#@]+(/[^\s?#]*)?", value.strip()):
            raise ValueError("it must be an https address without user, ? and #")
        return value.strip().rstrip("/")

    @field_validator("webhook_secret")
    @classmethod
    def _is_a_secret_of_a_webhook(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not WEBHOOK_SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("it must be 1 to 256 of A-Z, a-z, 0-9, _ and -")
        return value

    @field_validator("listen")
    @classmethod
    def _is_host_and_port(cls, value: str) -> str:
        found = _LISTEN.fullmatch(value.strip())
        if found is None or int(found[1]) > 65535:
            raise ValueError("it must be host:port, with a port up to 65535")
        return value.strip()

    @field_validator("web_url")
    @classmethod
    def _is_a_root(cls, value: str | None) -> str | None:
        address = value.strip() if value is not None else None
        if address is not None and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", address):
            raise ValueError("it must be an http or https address without ? and #")
        return address.rstrip("/") if address is not None else None

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 16:
            raise ValueError("it must have at least 16 characters")
        return value

    @field_validator("telegram_api_url")
    @classmethod
    def _is_http(cls, value: str) -> str:
        if not re.fullmatch(r"https?://[^\s/]+(/[^\s]*)?", value):
            raise ValueError("it must be an http or https address")
        return value.rstrip("/")

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value


def read_settings() -> Settings:
    """Read the settings. A wrong one raises SettingsError, in one sentence that names it and never shows its value."""
    try:
        return Settings()
    except UnicodeDecodeError:
        raise SettingsError("The file .env is not UTF-8; save it as UTF-8.") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "A setting"
        reason = str(first["msg"]).removeprefix("Value error, ")
        raise SettingsError(f"{name} is wrong: {reason[:1].lower()}{reason[1:]}. See .env.example.") from None
