"""Settings from the environment and `.env`: the only reader of either."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import SettingsError

_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{20,}")
_USERNAME = re.compile(r"[A-Za-z0-9_]{5,32}")


class Settings(BaseSettings):
    """All settings, with the names of `.env.example` in lower case."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    telegram_bot_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    telegram_bot_username: str | None = None
    telegram_mode: Literal["polling"] = "polling"
    web_url: str | None = None
    database_path: Path = Path("data/bot.sqlite3")
    secret_key: SecretStr | None = None
    retention_days: Annotated[int, Field(ge=1, le=365)] = 30
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], NoDecode] = "INFO"

    @field_validator("telegram_bot_token", "telegram_bot_username", "web_url", "secret_key", mode="before")
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
