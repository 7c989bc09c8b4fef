"""The bot on Telegram: in contact, answering, and stopped without losing anything."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any

from starlette.routing import Route
from telegram import Bot
from telegram.error import TelegramError
from telegram.ext import Application as PtbApplication
from telegram.ext import ApplicationBuilder

from bot.application import Application, build
from bot.channels.telegram.answering import Answering
from bot.channels.telegram.hooking import Hooking, webhook_secret
from bot.channels.telegram.ordering import Ordering
from bot.channels.telegram.pacing import TELEGRAM, Limits, Pace
from bot.channels.telegram.polling import Polling
from bot.channels.telegram.profile import publish
from bot.channels.telegram.reach import Reach, why
from bot.channels.telegram.request import AiohttpRequest
from bot.channels.telegram.sending import Sender
from bot.channels.telegram.slots import KEPT
from bot.channels.telegram.webhook import Webhook
from bot.conversation import Conversation
from bot.errors import ChannelError, StoreError
from bot.settings import Settings
from bot.web import health
from bot.web.app import web_app
from bot.web.metrics import Metrics
from bot.web.server import WebServer

log = logging.getLogger(__name__)

_SWEEP = timedelta(days=1)
_LONG_POLL = 30.0
_YOUNG = 10_000
"""New objects after which those that refer to each other are looked for; Python's own 700 is less than one answer."""


class Service:
    """Answers Telegram's updates through one conversation."""

    def __init__(
        self,
        application: Application,
        conversation: Conversation,
        settings: Settings,
        limits: Limits = TELEGRAM,
    ) -> None:
        """Build PTB's application and what takes updates to it. Raises ChannelError when a setting is missing."""
        if settings.telegram_bot_token is None:
            raise ChannelError("TELEGRAM_BOT_TOKEN is not set.")
        self.application = application
        self.conversation = conversation
        # A press takes two connections: its answer, and the screen that it leads to.
        connections = (settings.at_once + KEPT) * 2
        self._requests = (AiohttpRequest(connections), AiohttpRequest(2, read_timeout=_LONG_POLL))
        self.ptb: PtbApplication[Any, Any, Any, Any, Any, Any] = (
            ApplicationBuilder()
            .token(settings.telegram_bot_token.get_secret_value().strip())
            .base_url(f"{settings.telegram_api_url}/bot")
            .request(self._requests[0])
            .get_updates_request(self._requests[1])
            .updater(None)
            .build()
        )
        self.metrics, self.reach = Metrics(), Reach()
        pace = Pace(limits, lambda chat: self.ordering.in_danger(chat))
        sender = Sender(self.bot, pace, lambda outcome: self.metrics.sends.labels(outcome).inc())
        answering = Answering(self.ptb, sender, conversation, application.catalogue, self.metrics)
        self.ordering = Ordering(
            self.bot,
            answering.handle,
            conversation.handled,
            answering.urgent,
            settings.at_once,
            self.reach,
            self.metrics,
        )
        self.metrics.watch(
            in_flight=lambda: len(self.ordering.under_way),
            contact=lambda: self.reach.contact.at,
            store_faults=lambda: conversation.faults,
        )
        parts = {"content": _loaded, "database": conversation.store.ready, "telegram": self.reach.contact.recent}
        self.routes: list[Route] = [*health.routes(parts), *self.metrics.routes()]
        """What this process is to serve over HTTP."""
        self._intake: Polling | Hooking
        if settings.telegram_mode == "polling":
            self._intake = Polling(self.bot, self._requests[1], self.ordering, self.reach)
        else:
            secret = webhook_secret(settings)
            self._intake = Hooking(self.bot, self.ordering, self.reach, settings, secret)
            self.routes += Webhook(self.ordering, secret, self.reach.contact).routes()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def bot(self) -> Bot:
        """PTB's bot."""
        bot: Bot = self.ptb.bot
        return bot

    async def start(self) -> None:
        """Open the database and make contact with Telegram.

        Raises NewerDatabaseError, or ChannelError when the token or the network is wrong, each in one sentence.
        """
        await self.conversation.open()
        try:
            await self.ptb.initialize()
        except TelegramError as error:
            for request in self._requests:
                await request.shutdown()
            await self.conversation.store.close()
            raise ChannelError(why(error)) from None
        self.reach.works()
        self._background(publish(self.bot, self.application.catalogue))

    async def begin(self) -> None:
        """Let updates come; whoever is called by Telegram is to listen by now. Raises ChannelError in one sentence."""
        await self._intake.begin()

    async def run(self, stop: asyncio.Event) -> None:
        """Answer until `stop` is set, then finish what is under way."""
        self._background(self._sweeping())
        self._background(asyncio.to_thread(self.application.listener.prepare))
        await self._intake.run(stop)

    async def close(self) -> None:
        """Let go of the network and the database."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.ptb.shutdown()
        await self.conversation.store.close()

    async def _sweeping(self) -> None:
        """Erase what has expired, at the start and every day."""
        while True:
            with suppress(StoreError):
                await self.conversation.store.sweep(self.conversation.clock())
            await asyncio.sleep(_SWEEP.total_seconds())

    def _background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _loaded() -> None:
    """The content is loaded: without it there is no service."""


async def serve(settings: Settings, limits: Limits = TELEGRAM) -> None:
    """Run the bot until SIGTERM or SIGINT. Raises ContentError, NewerDatabaseError or ChannelError at the start."""
    application = build()
    service = Service(application, application.conversation(settings), settings, limits)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    await service.start()
    # Content, model and patterns stay as long as the process. To look through them for garbage again and again would
    # take a tenth of the time, and all parents would wait for it at once.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG)
    web = WebServer(web_app(service.routes), *settings.address)
    try:
        await _listen(web, needed=settings.telegram_mode == "webhook")
        await service.begin()
        log.info("The bot answers.")
        await service.run(stop)
    finally:
        # First nobody may ask any more: a question about health would open the database again.
        await web.stop()
        await service.close()
    log.info("The bot has stopped.")


async def _listen(web: WebServer, *, needed: bool) -> None:
    """Serve over HTTP. Where that is not needed, parents are answered without it too. Raises ChannelError."""
    try:
        await web.start()
    except ChannelError as error:
        if needed:
            raise
        log.error("Health and counts are not served. %s", error)
