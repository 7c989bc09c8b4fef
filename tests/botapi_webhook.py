"""Updates brought to the bot by POST, as Telegram does: chats side by side, one chat's in order, again until it is 2xx.

After the source of Telegram's own server: each chat is a queue of which only the first update is under way; twice as
many chats as connections are looked at; the first failure is tried again at once, later ones after a delay that
doubles, unless the answer names one in Retry-After.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.botapi_updates import Updates, Waiting


@dataclass(frozen=True, slots=True)
class Delivery:
    """One call of the webhook. `status` is 0 when the connection broke or was given up."""

    update_id: int
    status: int
    began: float
    ended: float


class Deliverer:
    """Calls the webhook that is set, through a proxy of which nothing is left but where it leads to."""

    def __init__(self, updates: Updates, webhook: dict[str, Any]) -> None:
        """Take the queue, and the parameters of setWebhook as they change."""
        self.behind = ""
        """The root to which the host of the webhook's address leads; nothing is delivered while it is empty."""
        self.prefix = ""
        """What the proxy takes away from the beginning of the address's path."""
        self.give_up = 60.0
        """Seconds after which a call counts as failed."""
        self.hurry = 1.0
        """Waits between tries are multiplied by this, for tests that need not wait."""
        self.deliveries: list[Delivery] = []
        self._updates = updates
        self._webhook = webhook
        self._busy: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Deliver until cancelled."""
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
            try:
                while True:
                    # Taken before looking, so that nothing rings unheard in between.
                    rung = self._updates.bell.next()
                    pause = self._begin(session) if self._webhook.get("url") and self.behind else 1.0
                    with suppress(TimeoutError):
                        # Not wait_for, which may swallow the cancellation when it is rung at the same moment.
                        async with asyncio.timeout(pause):
                            await rung.wait()
            finally:
                for task in self._busy.values():
                    task.cancel()
                await asyncio.gather(*self._busy.values(), return_exceptions=True)

    def _begin(self, session: aiohttp.ClientSession) -> float:
        """Begin every delivery that may begin; seconds until there may be another."""
        connections = int(self._webhook.get("max_connections", 40))
        now, pause = time.monotonic(), 1.0
        for waiting in self._updates.first_of_each_chat(2 * connections):
            if len(self._busy) >= connections:
                break
            if waiting.chat in self._busy:
                continue
            if waiting.wake > now:
                pause = min(pause, waiting.wake - now)
                continue
            task = asyncio.create_task(self._deliver(session, waiting))
            self._busy[waiting.chat] = task
            task.add_done_callback(lambda done, chat=waiting.chat: self._ended(chat))  # type: ignore[misc]
        return pause

    def _ended(self, chat: int) -> None:
        self._busy.pop(chat, None)
        self._updates.bell.ring()

    async def _deliver(self, session: aiohttp.ClientSession, waiting: Waiting) -> None:
        headers = {}
        if secret := self._webhook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        url = self.behind + urlsplit(self._webhook["url"]).path.removeprefix(self.prefix)
        status, retry, began = 0, 0.0, time.monotonic()
        self._updates.reaches(waiting)
        try:
            async with (
                asyncio.timeout(self.give_up),
                session.post(url, json=waiting.update, headers=headers) as response,
            ):
                await response.read()
                status, retry = response.status, float(response.headers.get("Retry-After", 0))
        except (aiohttp.ClientError, TimeoutError, OSError):
            pass
        now = time.monotonic()
        self.deliveries.append(Delivery(waiting.update["update_id"], status, began, now))
        if 200 <= status <= 299:
            self._updates.answered(waiting)
            return
        waiting.fails += 1
        waiting.wake = now + self.hurry * (retry or (0.0 if waiting.fails == 1 else float(2 ** (waiting.fails - 1))))
