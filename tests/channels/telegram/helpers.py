"""What the tests of Telegram share: the real service on a real server, and how screens are told apart."""

from __future__ import annotations

import asyncio
import io
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from bot.application import Application
from bot.channels.telegram.markup import html
from bot.channels.telegram.pacing import UNLIMITED, Limits
from bot.channels.telegram.service import Service
from bot.content.catalogue import Book
from bot.errors import StoreError
from bot.logs import set_up
from bot.model import Language, Level, NodeId, Press, Screen, State
from bot.render.codec import decode
from bot.render.prose import plain
from bot.settings import Settings
from bot.web.app import web_app
from bot.web.server import WebServer
from tests.botapi import BotApi
from tests.botapi_chat import Message
from tests.botapi_keyboard import Button
from tests.botapi_people import User

ROOT = Path(__file__).parents[3]
SECRET = "a secret key for tests only"
DANGER: dict[Language, str] = {
    "nb": "Datteren min sier at hun skal ta livet sitt i natt",
    "en": "My daughter says she wants to kill herself tonight",
}
"""A message that speaks of danger, in each language."""
BULLYING: dict[Language, str] = {"nb": "sønnen min blir mobbet", "en": "my son is being bullied"}
"""A message about one worry, in each language."""
NUMBERS = {"112", "113"}
"""What every answer to danger must hold, whatever becomes of the words."""
CODES: dict[Language, str] = {"nb": "nb", "en": "en"}
"""What an app in each language says that it is set to."""


class Running:
    """The service at work in the test's loop."""

    def __init__(self, service: Service) -> None:
        """Let it answer from now on."""
        self.service = service
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            await self.service.begin()
            await self.service.run(self._stop)
        finally:
            await self.service.close()

    async def stop(self) -> None:
        """End it as SIGTERM does; whatever it raised is raised here, TimeoutError if it does not end."""
        self._stop.set()
        await asyncio.wait_for(self._task, 5)

    @property
    def ended(self) -> bool:
        """Whether it is no longer at work."""
        return self._task.done()


Log = Callable[[], list[str]]
"""The lines that were logged so far."""


class Start(Protocol):
    """Starts a service, on the test's database unless another is given."""

    def __call__(self, path: Path | None = None) -> Awaitable[Running]:
        """Return it once it answers."""


class Serve(Protocol):
    """Starts a service with its web server, with these settings besides the usual ones."""

    def __call__(self, **others: Any) -> Awaitable[Served]:
        """Return it once it answers."""


def settings_of(api: BotApi, database: Path, url: str = "", **others: Any) -> Settings:
    """The settings of a bot on this server, reached at `url` if that is another address than its own."""
    return Settings(
        _env_file=None,
        telegram_bot_token=api.token,
        telegram_api_url=url or api.url,
        database_path=database,
        secret_key=SECRET,
        listen="127.0.0.1:0",
        **others,
    )


async def start_service(
    application: Application,
    api: BotApi,
    database: Path,
    *,
    wait: bool = True,
    limits: Limits = UNLIMITED,
    now: datetime | None = None,
) -> Running:
    """The real Application over HTTP; unless `wait` is false, with its profile set. With `now` its clock stands."""
    settings = settings_of(api, database)
    service = Service(application, application.conversation(settings, now), settings, limits)
    await service.start()
    running = Running(service)
    if wait:
        await settled(service)
    return running


WEBHOOK: dict[str, Any] = {
    "telegram_mode": "webhook",
    "webhook_url": "https://bot.example/oslo",
    "webhook_secret": "a_secret-of-the-webhook",
}
"""The settings of a bot that Telegram calls; a proxy is thought before it that takes away /oslo."""


class Served(Running):
    """The service at work with its web server, as `python -m bot run` has them."""

    web: WebServer

    async def stop(self) -> None:
        """End it as SIGTERM does."""
        try:
            await super().stop()
        finally:
            await self.web.stop()


async def serve_service(
    application: Application, api: BotApi, database: Path, *, limits: Limits = UNLIMITED, **others: Any
) -> Served:
    """The service and its web server, and if it is called by webhook, Telegram's way to it."""
    settings = settings_of(api, database, **others)
    service = Service(application, application.conversation(settings), settings, limits)
    await service.start()
    web = WebServer(web_app(service.routes), *settings.address)
    await web.start()
    api.world.deliverer.behind, api.world.deliverer.prefix = web.url, "/oslo"
    await settled(service)
    running = Served(service)
    running.web = web
    return running


async def settled(service: Service) -> None:
    """Return once the bot has opened its database and told Telegram what it is called; it answers already before."""
    setting = [task for task in asyncio.all_tasks() if getattr(task.get_coro(), "__name__", "") == "publish"]
    if setting:
        await asyncio.wait(setting)
    with suppress(StoreError):
        await service.conversation.store.handled(0)


@contextmanager
def logged() -> Iterator[Log]:
    """The log as an operator gets it at its most talkative, from now on; what it yields gives its lines."""
    root, lines = logging.getLogger(), io.StringIO()
    loggers = [root, *(logging.getLogger(name) for name in logging.root.manager.loggerDict)]
    handlers, levels = root.handlers[:], {logger: logger.level for logger in loggers}
    with redirect_stderr(lines):
        set_up("DEBUG")
    try:
        yield lambda: lines.getvalue().splitlines()
    finally:
        root.handlers[:] = handlers
        for logger, level in levels.items():
            logger.setLevel(level)


# --- telling screens apart ----------------------------------------------------------------------------------------


def presses(message: Message) -> Iterator[Press]:
    """What the buttons under a message mean; one that copies tells the bot nothing."""
    for row in message.buttons:
        for button in row:
            if button.copy_text is not None:
                continue
            press = decode(button.callback_data or "")
            assert press is not None, f"the bot does not know its own button {button.text!r}"
            yield press


def place(message: Message) -> NodeId:
    """The id of the screen that a message shows, read off the buttons which belong to it; the offer has none."""
    for verb in ("choose", "back", "options", "level", "language"):
        found = {press.node for press in presses(message) if press.verb == verb}
        if found:
            assert len(found) == 1, f"the buttons belong to several screens: {sorted(found)}"
            return found.pop()
    return ""


def places(messages: list[Message]) -> list[NodeId]:
    """The screens of several messages; one sent twice in a row counts once, since a lost answer is sent again."""
    found = [place(message) for message in messages]
    return [node for i, node in enumerate(found) if i == 0 or found[i - 1] != node]


def emergency(application: Application) -> str:
    """The card that is sent when something inside went wrong, as it stands in a chat."""
    return html(application.renderer.emergency())


def numbers_in(message: Message) -> set[str]:
    """Which of the emergency numbers a message holds."""
    return {number for number in NUMBERS if number in message.text}


class Words:
    """The words of one language, as the catalogue has them."""

    def __init__(self, application: Application, language: Language, level: Level | None = None) -> None:
        """Take the language, and the level that words may differ by."""
        self.book: Book = application.catalogue.books[language]
        self.language: Language = language
        self._application = application
        self._level = level

    def button(self, name: str) -> str:
        """The label of one of the bot's own buttons."""
        return self.book.ui.buttons[name]

    def note(self, name: str) -> str:
        """A short line above a screen."""
        return self.book.ui.notes[name]

    def heading(self, name: str) -> str:
        """A heading between the parts of a screen."""
        return self.book.ui.headings[name]

    def door(self, door_id: str) -> str:
        """The name of a person or service."""
        return self.book.doors[door_id].name.at(self._level) or ""

    def title(self, node: NodeId) -> str:
        """The title of a screen."""
        title = self.book.nodes[node].title.at(self._level) or ""
        return plain(title, self._application.catalogue.facts, self.language)

    def choice(self, node: NodeId, choice: str) -> str:
        """The label of a choice on a screen."""
        shown = self._application.renderer.message(Screen(node), State(self.language, self._level))
        return next(b.label for b in shown.buttons if (b.press.verb, b.press.choice) == ("choose", choice))

    def telegram(self, name: str) -> str:
        """A text that Telegram shows about the bot, or that the bot says in groups."""
        return plain(self.book.ui.telegram[name], self._application.catalogue.facts, self.language)


# --- waiting ------------------------------------------------------------------------------------------------------


async def confirmed(api: BotApi, timeout: float = 8.0) -> None:
    """Return once the bot has confirmed every update; TimeoutError if it does not."""
    await until(api, lambda: not api.pending, timeout)


async def until(api: BotApi, true: Callable[[], bool], timeout: float = 8.0) -> None:
    """Return once something is true, looking whenever the bot asks for updates."""
    end = time.monotonic() + timeout
    while not true():
        if time.monotonic() >= end:
            raise TimeoutError("what was waited for did not come")
        await api.world.updates.bell.wait(min(0.05, end - time.monotonic()))


async def answered(user: User, messages: int, timeout: float = 8.0) -> list[Message]:
    """Return the bot's messages once there are at least so many in the person's chat, or when the time is over."""
    end = time.monotonic() + timeout
    while len(user.chat.bot_messages) < messages and time.monotonic() < end:
        await user.chat.bell.wait(end - time.monotonic())
    return user.chat.bot_messages


async def reply_or_none(user: User, timeout: float = 5.0) -> Message | None:
    """The bot's answer, or None when there is none, for tables of many cases at once."""
    with suppress(TimeoutError):
        return await user.reply(timeout)
    return None


async def press(user: User, data: str, message: Message | None = None, *, gone: bool = False) -> Message:
    """Press a button with this data, which may never have stood under the message."""
    await user.tap(Button("?", data), message or user.chat.newest, gone=gone)
    return await user.reply()


def press_from_long_ago(api: BotApi, user: User, data: str) -> None:
    """Press a button under a message so old that Telegram tells only that there was one."""
    api.push(
        {
            "callback_query": {
                "id": f"long ago {user.id}",
                "from": user.profile,
                "message": {"chat": user.chat.wire(), "message_id": 77, "date": 0},
                "chat_instance": "1",
                "data": data,
            }
        }
    )
