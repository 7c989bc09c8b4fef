"""The web server, inside the loop in which the bot runs: it starts and stops with it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from bot.errors import ChannelError

_CONNECTIONS = 512
"""Connections at most; what is more gets 503. Telegram opens a hundred at most."""
_KEEP_ALIVE = 75
"""Seconds that an idle connection is kept: longer than proxies do, so that they never write to a closed one."""


class _Quiet(uvicorn.Server):
    """Leaves the signals to the bot."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class WebServer:
    """Serves an application on one address."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        """Take the application and where to listen; port 0 is any free one."""
        self._app = app
        self._host = host
        self._port = port
        self._server: _Quiet | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The root under which this machine reaches it."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    async def start(self) -> None:
        """Begin to serve. Raises ChannelError when the address cannot be listened on."""
        listening = self._listen()
        # No access log: addresses may hold what nobody should read. The library's other lines are silenced in logs.py.
        config = uvicorn.Config(
            self._app,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=_CONNECTIONS,
            timeout_keep_alive=_KEEP_ALIVE,
            timeout_graceful_shutdown=2,
        )
        self._server = _Quiet(config)
        # Who calls from here on waits in the socket's queue until the loop comes to it.
        self._task = asyncio.create_task(self._server.serve([listening]))

    async def stop(self) -> None:
        """End what is under way, two seconds at most, and stop."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task

    def _listen(self) -> socket.socket:
        try:
            family, _, _, _, address = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)[0]
            listening = socket.create_server(address[:2], family=family)
        except OSError as error:
            where, reason = f"{self._host}:{self._port}", (error.strerror or "unknown").partition(" (")[0]
            raise ChannelError(f"LISTEN is wrong: nothing can listen on {where} ({reason}).") from None
        self._port = listening.getsockname()[1]
        return listening
