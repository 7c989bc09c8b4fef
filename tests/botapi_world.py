"""What the test server knows: the bot, the chats, the queue, the calls; and the loop in which all of it changes."""

from __future__ import annotations

import asyncio
import secrets
import string
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.botapi_chat import Chat
from tests.botapi_updates import Updates
from tests.botapi_webhook import Deliverer

T = TypeVar("T")
_TOKEN_LETTERS = string.ascii_letters + string.digits + "_-"


@dataclass(frozen=True, slots=True)
class Call:
    """A call that the bot made."""

    method: str
    params: dict[str, Any]
    at: float
    """When it was done, on the clock of `time.monotonic`."""
    result: Any
    """What it returned; for a refused call Telegram's description."""

    @property
    def chat_id(self) -> int | None:
        """The chat that it was about."""
        value = self.params.get("chat_id")
        return value if isinstance(value, int) else None


@dataclass(slots=True)
class Query:
    """A press of a button, until the bot answers it."""

    id: str
    chat: Chat
    data: str
    update_id: int = 0
    made: float = field(default_factory=time.monotonic)
    answer: dict[str, Any] | None = None
    """The parameters of answerCallbackQuery (text, show_alert), once it came."""


class World:
    """The state behind the server, changed in one thread only: that of the server's loop."""

    def __init__(self) -> None:
        """A bot with a made-up token that nobody has written to."""
        bot_id = 7_000_000_000 + secrets.randbelow(999_999_999)
        self.token = f"{bot_id}:AA" + "".join(secrets.choice(_TOKEN_LETTERS) for _ in range(33))
        self.me: dict[str, Any] = {
            "id": bot_id,
            "is_bot": True,
            "first_name": "Testbot",
            "username": "bekymret_test_bot",
        }
        self.chats: dict[int, Chat] = {}
        self.blocked: set[int] = set()
        self.unopened: set[int] = set()
        """Private chats that the person has not opened, so that the bot must not write first."""
        self.updates = Updates()
        self.queries: dict[str, Query] = {}
        self.query_lifetime = 60.0
        """Seconds in which a press can be answered."""
        self.calls: list[Call] = []
        self.refused: list[Call] = []
        self.webhook: dict[str, Any] = {}
        self.deliverer = Deliverer(self.updates, self.webhook)
        self.loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0

    def settle(self) -> None:
        """Make the running loop the one in which the state changes."""
        self.loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()

    def do(self, work: Callable[[], T]) -> T:
        """Run a short piece of work in the server's thread, from whichever thread this is."""
        if self.loop is None or threading.get_ident() == self._thread:
            return work()

        async def there() -> T:
            return work()

        return asyncio.run_coroutine_threadsafe(there(), self.loop).result(10)

    async def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Await something in the server's loop, from whichever loop this is."""
        if self.loop is None or threading.get_ident() == self._thread:
            return await work
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.loop))

    def full_me(self) -> dict[str, Any]:
        """The bot as getMe describes it."""
        return {
            **self.me,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }
