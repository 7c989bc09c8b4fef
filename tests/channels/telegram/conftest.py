"""The real service against the Bot API server of the tests, each on a fresh database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.application import Application
from bot.model import LANGUAGES, Language
from tests.botapi import BotApi
from tests.channels.telegram.helpers import (
    WEBHOOK,
    Log,
    Running,
    Serve,
    Served,
    Start,
    Words,
    logged,
    serve_service,
    start_service,
)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def town(application: Application, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BotApi]:
    """A server with the bot at work, shared by all tests that break nothing: each has people of its own in it."""
    async with BotApi() as server:
        bot = await start_service(application, server, tmp_path_factory.mktemp("town") / "bot.sqlite3")
        yield server
        await bot.stop()


@pytest_asyncio.fixture
async def api() -> AsyncIterator[BotApi]:
    """A Bot API server that runs."""
    async with BotApi() as server:
        yield server


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where the bot keeps its conversations; nothing is there yet."""
    return tmp_path / "bot.sqlite3"


@pytest_asyncio.fixture
async def start(application: Application, api: BotApi, database: Path) -> AsyncIterator[Start]:
    """Starts the service, as often as wanted; what still runs at the end is stopped."""
    services: list[Running] = []

    async def one(path: Path | None = None) -> Running:
        services.append(await start_service(application, api, path or database))
        return services[-1]

    yield one
    for service in services:
        if not service.ended:
            await service.stop()


@pytest_asyncio.fixture
async def serve(application: Application, api: BotApi, database: Path) -> AsyncIterator[Serve]:
    """Starts the service with its web server; what still runs at the end is stopped."""
    services: list[Served] = []

    async def one(**others: Any) -> Served:
        services.append(await serve_service(application, api, database, **others))
        return services[-1]

    yield one
    for service in services:
        if not service.ended:
            await service.stop()


@pytest_asyncio.fixture
async def hooked(serve: Serve) -> Served:
    """The service at work, called by webhook."""
    return await serve(**WEBHOOK)


@pytest.fixture
def log() -> Iterator[Log]:
    """What is logged during the test, as an operator gets it."""
    with logged() as lines:
        yield lines


@pytest_asyncio.fixture
async def bot(start: Start) -> Running:
    """The service at work on an empty database."""
    return await start()


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    """Each language in turn."""
    found: Language = request.param
    return found


@pytest.fixture
def words(application: Application, language: Language) -> Words:
    """The words of that language, for the level grunnskole."""
    return Words(application, language, "primary")
