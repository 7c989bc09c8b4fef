"""HTTP to the Bot API over aiohttp, whose errors never carry the address, because the address holds the bot's token."""

from __future__ import annotations

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData


class AiohttpRequest(BaseRequest):
    """The library's one door to the network, several times faster under load than its own on httpx.

    Give long polling an instance of its own: a getUpdates that waits holds one connection of its pool.
    """

    __slots__ = (
        "_connect_timeout",
        "_media_write_timeout",
        "_pool_size",
        "_pool_timeout",
        "_proxy",
        "_read_timeout",
        "_session",
        "_write_timeout",
    )

    def __init__(
        self,
        pool_size: int = 16,
        *,
        read_timeout: float | None = 5.0,
        write_timeout: float | None = 5.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 1.0,
        media_write_timeout: float | None = 20.0,
        proxy: str | None = None,
    ) -> None:
        """Keep the settings; the connections are made in `initialize`, where a loop runs."""
        self._pool_size = pool_size
        self._read_timeout = read_timeout
        self._write_timeout = write_timeout
        self._connect_timeout = connect_timeout
        self._pool_timeout = pool_timeout
        self._media_write_timeout = media_write_timeout
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Seconds to wait for an answer when a call does not say otherwise."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Open the pool; a second call changes nothing, a call after `shutdown` opens a new one."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._pool_size),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        """Close the pool with every connection in it."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make one request and return status and body; the timeouts are those of this call only."""
        if self._session is None or self._session.closed:
            raise RuntimeError("AiohttpRequest is not initialized")
        uploads = request_data is not None and request_data.contains_files
        body, kind = _body(request_data)
        timeout = _timeout(
            read=_seconds(read_timeout, self._read_timeout),
            write=_seconds(write_timeout, self._media_write_timeout if uploads else self._write_timeout),
            connect=_seconds(connect_timeout, self._connect_timeout),
            pool=_seconds(pool_timeout, self._pool_timeout),
        )
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                headers=kind,
                timeout=timeout,
                proxy=self._proxy,
                allow_redirects=False,  # a redirect would carry the token to another host
            ) as response:
                return response.status, await response.read()
        except TimeoutError as fault:
            error: TelegramError = TimedOut(f"Timed out ({type(fault).__name__})")
        except Exception as fault:  # any class may have the address in its text, so no other may pass
            error = NetworkError(type(fault).__name__)
        # Raised out here, so that not even __context__ leads back to a text with the token in it.
        raise error from None


def _seconds(value: object, default: float | None) -> float | None:
    """A call's own timeout, None for no limit, or the default when the library passes its marker for "not given"."""
    if value is None:
        return None
    return float(value) if isinstance(value, int | float) else default


def _timeout(
    *, read: float | None, write: float | None, connect: float | None, pool: float | None
) -> aiohttp.ClientTimeout:
    """The four limits in aiohttp's terms.

    aiohttp counts the wait for a free connection into `connect`, and has no limit for writing: a write that hangs
    is ended by the total. The total is no stricter than the four together, so a long poll lasts as long as it asked.
    """
    acquire = None if pool is None or connect is None else pool + connect
    total = None if acquire is None or read is None or write is None else acquire + write + read
    return aiohttp.ClientTimeout(total=total, connect=acquire, sock_connect=connect, sock_read=read)


def _body(request_data: RequestData | None) -> tuple[aiohttp.FormData | bytes | None, dict[str, str]]:
    """What is sent, and the header that says what it is: JSON, or a multipart form when there are files to upload.

    JSON, because to quote a long text of many signs for a form takes as long as to send it.
    """
    if request_data is None:
        return None, {}
    if not request_data.contains_files:
        return request_data.json_payload, {"Content-Type": "application/json"}
    # Unquoted, because Telegram shows a percent-encoded file name as it came.
    form = aiohttp.FormData(quote_fields=False)
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mimetype) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mimetype)
    return form, {}
