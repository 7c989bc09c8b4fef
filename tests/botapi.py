"""A small Bot API server for tests: a real HTTP peer that plays Telegram and the people who write to the bot."""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

from aiohttp import web

from tests.botapi_chat import Chat
from tests.botapi_faults import BAD_GATEWAY, Fault
from tests.botapi_methods import Methods
from tests.botapi_params import Params, read_params
from tests.botapi_people import User
from tests.botapi_profile import Profile
from tests.botapi_refusal import Refused
from tests.botapi_world import Call, World

T = TypeVar("T")


class BotApi:
    """The server, on 127.0.0.1 and a free port: `async with BotApi() as api:` or `with BotApi.in_thread() as api:`."""

    def __init__(self) -> None:
        """Nothing runs yet, but people can be made."""
        self.world = World()
        self.profile = Profile(self.world.me["first_name"])
        self.url = ""
        """The root, without a slash at its end; the library's base_url is `f"{api.url}/bot"`."""
        self._methods = Methods(self.world, self.profile)
        self._faults: list[Fault] = []
        self._runner: web.AppRunner | None = None
        self._delivering: asyncio.Task[None] | None = None
        self._last_person = 5_000_000_000
        self._last_group = -1_001_000_000_000

    # --- running ----------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin to serve, in the running loop."""
        self.world.settle()
        app = web.Application(client_max_size=64 << 20)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        # A client that gives up must end its long poll, as a closed connection does at Telegram.
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self._delivering = asyncio.create_task(self.world.deliverer.run())

    async def stop(self) -> None:
        """End every call under way and stop."""
        self.world.updates.close()
        if self._delivering is not None:
            self._delivering.cancel()
            await asyncio.wait([self._delivering])
        if self._runner is not None:
            await self._runner.cleanup()
        self.world.loop = None

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        await self.stop()

    @classmethod
    @contextmanager
    def in_thread(cls) -> Iterator[BotApi]:
        """Serve from a thread with its own loop; people and waits work from any other thread or loop."""
        api = cls()
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="botapi", daemon=True)
        thread.start()
        try:
            asyncio.run_coroutine_threadsafe(api.start(), loop).result(10)
            yield api
        finally:
            asyncio.run_coroutine_threadsafe(api.stop(), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)
            loop.close()

    def run(self, work: Coroutine[Any, Any, T], timeout: float | None = 30.0) -> T:
        """From code without a loop, with `in_thread`: `api.run(user.send("hei"))`."""
        if self.world.loop is None:
            raise RuntimeError("the server does not run")
        return asyncio.run_coroutine_threadsafe(work, self.world.loop).result(timeout)

    # --- people -----------------------------------------------------------------------------------------------------

    def user(
        self,
        first_name: str = "Kari",
        language_code: str | None = "nb",
        chat_id: int | None = None,
        *,
        last_name: str | None = None,
        username: str | None = None,
        opened: bool = True,
    ) -> User:
        """A new person; unless `opened`, the bot must not write before the person does."""
        self._last_person += 1
        number = chat_id if chat_id is not None else self._last_person
        if number in self.world.chats:
            raise ValueError(f"there is a chat {number} already")
        optional = {"last_name": last_name, "username": username, "language_code": language_code}
        profile = {"id": number, "is_bot": False, "first_name": first_name}
        profile |= {name: value for name, value in optional.items() if value is not None}
        chat = Chat(number, "private", first_name)
        self.world.chats[number] = chat
        if not opened:
            self.world.unopened.add(number)
        return User(self.world, profile, chat)

    def group(self, title: str = "Foreldre 5B", chat_id: int | None = None, *, privacy: bool = True) -> Chat:
        """A group with the bot in it: `await user.send("/start", chat=group)`."""
        self._last_group -= 1
        number = chat_id if chat_id is not None else self._last_group
        chat = Chat(number, "supergroup", title)
        chat.privacy = privacy
        self.world.chats[number] = chat
        return chat

    # --- the record -------------------------------------------------------------------------------------------------

    @property
    def token(self) -> str:
        """The bot's made-up token."""
        return self.world.token

    @property
    def calls(self) -> list[Call]:
        """Every accepted call, in the order they were done."""
        return self.world.calls

    @property
    def refused(self) -> list[Call]:
        """Every refused call, with Telegram's description as result."""
        return self.world.refused

    def called(self, method: str, chat_id: int | None = None) -> list[Call]:
        """The accepted calls of one method, of one chat if wanted."""
        return [c for c in list(self.calls) if c.method == method and chat_id in (None, c.chat_id)]

    # --- updates and faults -----------------------------------------------------------------------------------------

    def push(self, update: dict[str, Any]) -> int:
        """Queue a raw update; it gets an update_id unless it has one. Returns the id."""
        return self.world.do(lambda: self.world.updates.push(update))

    def redeliver(self, update_id: int) -> None:
        """Send an update again under its old id, confirmed or not."""
        self.world.do(lambda: self.world.updates.redeliver(update_id))

    @property
    def pending(self) -> list[dict[str, Any]]:
        """The updates that the bot has not confirmed."""
        return self.world.do(lambda: self.world.updates.pending)

    def fault(
        self,
        method: str,
        *,
        status: int | None = None,
        retry_after: int | None = None,
        migrate_to: int | None = None,
        description: str | None = None,
        drop: Literal["before", "after"] | None = None,
        delay: float = 0.0,
        late: float = 0.0,
        garbage: bool = False,
        odd: bool = False,
        chat_id: int | None = None,
        times: int | None = 1,
    ) -> Fault:
        """Let the next `times` calls of a method go wrong ("*" for any method, None for until `end`).

        `status` refuses without doing the work: 502 and other gateway codes with a page instead of JSON. `drop`
        closes the connection before or after the work is done. `delay` waits before the work, `late` does the work
        and answers so much later. `garbage` does the work and answers what is no JSON, `odd` a result of another kind.
        """
        fault = Fault(
            method,
            chat_id,
            times,
            status=status,
            retry_after=retry_after,
            migrate_to=migrate_to,
            description=description,
            drop=drop,
            delay=delay,
            late=late,
            garbage=garbage,
            odd=odd,
        )
        self._faults.append(fault)
        return fault

    # --- serving ----------------------------------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            return web.json_response(Refused(401, "Unauthorized").body(), status=401)
        params, name = Params(), request.match_info["method"]
        try:
            params = await read_params(request)
            name, method = self._methods.find(name)
            chat_id = params.integer("chat_id") or None
            fault = next((f for f in list(self._faults) if f.strikes(name, chat_id)), None)
            if fault is not None:
                broken = await _before(fault, request)
                if broken is not None:
                    return broken
            result = method(params)
            if inspect.isawaitable(result):
                result = await result
        except Refused as refusal:
            self.refused.append(Call(name, params, time.monotonic(), refusal.description))
            return web.json_response(refusal.body(), status=refusal.code)
        self.calls.append(Call(name, params, time.monotonic(), result))
        if fault is not None:
            broken = await _after(fault, request)
            if broken is not None:
                return broken
        return web.json_response({"ok": True, "result": result})


async def _before(fault: Fault, request: web.Request) -> web.Response | None:
    """What a fault does before the work; an answer if there is to be no work."""
    if fault.delay:
        await asyncio.sleep(fault.delay)
    if fault.drop == "before":
        return _dropped(request)
    refusal = fault.refusal()
    if refusal is not None:
        raise refusal
    if fault.status is not None:
        page = BAD_GATEWAY.format(status=fault.status)
        return web.Response(status=fault.status, text=page, content_type="text/html")
    return None


async def _after(fault: Fault, request: web.Request) -> web.Response | None:
    """What a fault does after the work; an answer in place of the true one."""
    if fault.late:
        await asyncio.sleep(fault.late)
    if fault.drop == "after":
        return _dropped(request)
    if fault.odd:
        return web.json_response({"ok": True, "result": ["odd"]})
    return web.Response(text='{"ok":tru', content_type="application/json") if fault.garbage else None


def _dropped(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
