"""The log: no token, no message and nobody's chat is in it, whatever fails and however much is logged."""

from __future__ import annotations

import asyncio
import gc
import io
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from telegram import Bot
from telegram.error import TelegramError

from bot.channels.telegram.request import AiohttpRequest
from bot.content.schema import PatternsModel
from bot.errors import SettingsError
from bot.logs import describe, set_up
from bot.model import State
from bot.settings import read_settings
from bot.store import Store
from bot.understanding.crisis import Compiler, PatternError
from tests.botapi import BotApi

TOKEN = "1234567890:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_-x"
WORDS = "zebrafink"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LIBRARIES = (
    "telegram",
    "telegram.ext.Application",
    "telegram.Bot",
    "aiohttp.client",
    "aiohttp.access",
    "aiosqlite",
    "asyncio",
    "httpx",
    "httpcore.http11",
)

log = logging.getLogger("bot.somewhere")


@dataclass
class Logged:
    """A log that begins when it is entered; `text` is what it holds when it is left."""

    level: str
    capsys: pytest.CaptureFixture[str]
    text: str = ""

    def __enter__(self) -> Logged:
        # Not in a fixture: pytest gives each phase of a test another stderr.
        set_up(self.level)
        return self

    def __exit__(self, *_: object) -> None:
        self.text = self.capsys.readouterr().err


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Logging is as it was when a test is over: it belongs to the whole process."""
    loggers = [logging.getLogger(name) for name in ("", *logging.root.manager.loggerDict)]
    before = [(logger, logger.level, logger.handlers[:]) for logger in loggers]
    yield
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers
    for name in set(logging.root.manager.loggerDict) - {logger.name for logger in loggers}:
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture(params=["DEBUG", "INFO"])
def logged(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Logged:
    """What is logged, at the most talkative level and at the usual one."""
    return Logged(str(request.param), capsys)


# --- the token ----------------------------------------------------------------------------------------------------


def _in_the_message() -> None:
    log.error("before https://api.telegram.org/bot%s/getMe after" % TOKEN)  # noqa: UP031


def _in_an_argument() -> None:
    log.error("before %s after", f"bot{TOKEN}")


def _in_a_dictionary() -> None:
    log.error("before %s after", {"token": TOKEN, "other": [TOKEN]})


def _in_an_exception() -> None:
    log.error("before %s after", ValueError(f"the token {TOKEN} was rejected"))


def _in_a_traceback() -> None:
    try:
        raise ValueError(f"the token {TOKEN} was rejected")
    except ValueError:
        log.exception("before after")


def _in_the_cause_of_a_traceback() -> None:
    try:
        try:
            raise ValueError(TOKEN)
        except ValueError as error:
            raise RuntimeError("something else") from error
    except RuntimeError:
        log.exception("before after")


def _twice() -> None:
    log.error("before %s, %s after\n%s", TOKEN, TOKEN, TOKEN)


def _at_the_lowest_level_that_is_shown() -> None:
    log.log(logging.getLogger().level, "before %s after", TOKEN)


@pytest.mark.parametrize(
    "act",
    [
        _in_the_message,
        _in_an_argument,
        _in_a_dictionary,
        _in_an_exception,
        _in_a_traceback,
        _in_the_cause_of_a_traceback,
        _twice,
        _at_the_lowest_level_that_is_shown,
    ],
)
def test_no_token(logged: Logged, act: Callable[[], None]) -> None:
    """A token never reaches the log, wherever it stands, and the rest of the line does."""
    with logged:
        act()

    assert "before" in logged.text
    assert "after" in logged.text
    assert TOKEN not in logged.text
    assert TOKEN.split(":")[1] not in logged.text


@pytest.mark.parametrize("token", [TOKEN, f"1:{'A' * 20}", f"12345:{'-_' * 20}", f"{'9' * 20}:{'a0' * 30}"])
def test_every_token_that_can_be_set(
    logged: Logged, token: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whatever the settings take for a token, the log takes for one too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", token)
    given = read_settings().telegram_bot_token
    assert given is not None

    with logged:
        log.error("before bot%s/getMe after", given.get_secret_value())
        log.error("%s %r", given, read_settings())

    assert "before" in logged.text
    assert token.split(":")[1] not in logged.text


def test_a_wrong_token_is_not_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A setting that is refused is named, and its value is not shown, not even in the traceback's causes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", f"almost-{TOKEN}")

    with pytest.raises(SettingsError) as refused:
        read_settings()

    assert "TELEGRAM_BOT_TOKEN" in str(refused.value)
    assert TOKEN not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


async def test_no_token_from_the_network(logged: Logged) -> None:
    """Calls to Telegram that succeed, are refused, or find nobody leave no token, no chat and no text in the log."""
    async with BotApi() as api:
        parent = api.user(language_code="nb")
        await parent.send("/start")
        with logged:
            for token in (api.token, TOKEN):
                await _call(api.url, token, parent.id)
            async with aiohttp.ClientSession() as session:
                await session.get(f"{api.url}/bot{TOKEN}/getMe")
    nowhere = Logged(logged.level, logged.capsys)
    with nowhere:
        await _call(api.url, TOKEN, parent.id)

    found = logged.text + nowhere.text
    assert found.count("after") == 2
    for secret in (TOKEN, api.token):
        assert secret.split(":")[1] not in found
    assert WORDS not in found
    assert str(parent.id) not in found


async def _call(url: str, token: str, chat: int) -> None:
    """A message to a chat, through the library and our own requests; what goes wrong is logged with all it says."""
    bot = Bot(token, f"{url}/bot", request=AiohttpRequest(2), get_updates_request=AiohttpRequest(1))
    try:
        await bot.initialize()
        await bot.send_message(chat, f"{WORDS} {WORDS}")
    except TelegramError as error:
        log.exception("before %s after", error)
    finally:
        await bot.shutdown()


# --- what others log ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", LIBRARIES)
def test_libraries_are_quiet(name: str, level: str) -> None:
    """Libraries log addresses, updates and queries below WARNING: none of that is ever let through."""
    set_up(level)

    assert not logging.getLogger(name).isEnabledFor(logging.INFO)


async def test_a_database_at_work_is_quiet(logged: Logged, tmp_path: Path) -> None:
    """What is saved and asked of the database stands in no log."""
    store = Store(tmp_path / "bot.sqlite3", b"a secret of the tests", 30)
    now = datetime(2026, 11, 23, tzinfo=UTC)

    with logged:
        await store.save(7_312_845_906_113, State(language="en"), 1, now)
        await store.load(7_312_845_906_113, now)
        await store.close()

    assert logged.text == ""


# --- exceptions ---------------------------------------------------------------------------------------------------


def test_no_exception_message(logged: Logged) -> None:
    """What an exception says may be what a parent wrote: only the line that we wrote ourselves is logged."""
    with logged:
        _fail()

    assert logged.text.endswith("ERROR An update failed.\n")
    assert logged.text.count("\n") == 1


def _fail() -> None:
    try:
        raise ValueError(f"could not read «{WORDS}»")
    except ValueError:
        log.exception("An update failed.")


def test_no_exception_message_that_another_has_formatted(logged: Logged) -> None:
    """A handler of somebody else's that writes tracebacks does not bring them into our log."""
    theirs = io.StringIO()
    log.addHandler(logging.StreamHandler(theirs))

    with logged:
        _fail()

    assert WORDS in theirs.getvalue()
    assert "An update failed." in logged.text
    assert WORDS not in logged.text


async def test_no_exception_of_a_forgotten_task(logged: Logged) -> None:
    """A task that failed and was not asked why tells the log nothing of what it said."""

    async def fail() -> None:
        raise ValueError(f"could not read «{WORDS}» with {TOKEN}")

    with logged:
        task = asyncio.create_task(fail())
        await asyncio.wait([task])
        del task
        gc.collect()

    assert WORDS not in logged.text
    assert TOKEN not in logged.text


def test_an_error_is_described_by_kind_and_place() -> None:
    """An unexpected error is described by its kind and the line of ours where it rose, never by what it says."""
    written = PatternsModel(patterns={"crisis.suicide": [f"{WORDS}-{WORDS}"]})

    with pytest.raises(PatternError, match=WORDS) as failed:
        Compiler(written).patterns()

    said = describe(failed.value)
    assert re.fullmatch(r"PatternError at bot/understanding/crisis\.py:\d+", said)


def test_an_error_from_elsewhere_is_described() -> None:
    """An error that did not pass through our code, or was never raised, is described too."""
    with pytest.raises(ValueError, match=WORDS) as failed:
        int(WORDS)

    described = [describe(failed.value), describe(KeyError(WORDS))]

    assert [text.split(" ")[0] for text in described] == ["ValueError", "KeyError"]
    assert WORDS not in "".join(described)


def test_a_described_error_hides_its_cause() -> None:
    """The cause of an error is not described either."""
    error = RuntimeError(WORDS)
    error.__cause__ = ValueError(WORDS)

    assert describe(error).startswith("RuntimeError")
    assert WORDS not in describe(error)


# --- our own lines ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", LEVELS)
def test_our_own_lines(level: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Our own lines are logged from the chosen level up, each once, however often logging is set up."""
    set_up("DEBUG")
    set_up(level)

    for name in LEVELS:
        log.log(logging.getLevelNamesMapping()[name], "said")

    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" ")[2] for line in lines] == list(LEVELS[LEVELS.index(level) :])


def test_the_log_is_not_data(capsys: pytest.CaptureFixture[str]) -> None:
    """The log goes to stderr, so that stdout holds data alone."""
    set_up("DEBUG")

    log.error("said")

    assert capsys.readouterr().out == ""
