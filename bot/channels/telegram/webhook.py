"""Updates from Telegram by webhook, acknowledged last: 200 only after the answer is sent and the state is saved.

Whatever else is answered, Telegram sends the update again, after `Retry-After` seconds if that is given. Meanwhile it
goes on with other chats, and keeps the order within one.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import math
from http import HTTPStatus
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.telegram.ordering import Ordering, number_of
from bot.web.health import Contact

PATH = "/telegram/webhook"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
LARGEST = 1 << 20
"""Bytes that a body may have."""
BODY_WITHIN = 10.0
"""Seconds in which a body must arrive."""
ANSWER_WITHIN = 50.0
"""Seconds that a call waits for its answer; Telegram gives up after sixty. The work goes on, and a
repetition joins it."""


class _Refused(Exception):
    """A call that is not one of Telegram's, or that cannot be read."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class Webhook:
    """What Telegram calls."""

    def __init__(self, ordering: Ordering, secret: bytes, contact: Contact) -> None:
        """Take what answers, what Telegram must show, and what notes that Telegram was heard of."""
        self._ordering = ordering
        self._secret = secret
        self._contact = contact

    def routes(self) -> list[Route]:
        """The one address, for POST alone."""
        return [Route(PATH, self._called, methods=["POST"])]

    async def _called(self, request: Request) -> Response:
        try:
            number, raw = await self._update(request)
        except _Refused as refused:
            return _said(refused.status)
        return await self._answered(number, raw)

    async def _update(self, request: Request) -> tuple[int, dict[str, Any]]:
        """The update that a call carries. Raises _Refused; nothing of what is refused is logged."""
        shown = request.headers.get(HEADER, "").encode("latin-1")
        if not hmac.compare_digest(shown, self._secret):
            raise _Refused(HTTPStatus.FORBIDDEN)
        self._contact.made()
        if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
            raise _Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        try:
            raw = json.loads(await _body(request))
        except (ValueError, RecursionError):
            raise _Refused(HTTPStatus.BAD_REQUEST) from None
        number = number_of(raw) if isinstance(raw, dict) else None
        if number is None:
            raise _Refused(HTTPStatus.BAD_REQUEST)
        return number, raw

    async def _answered(self, number: int, raw: dict[str, Any]) -> Response:
        """200 once the update is answered; 503 when it is to be sent again."""
        if self._ordering.known(number):
            return _said(HTTPStatus.OK)
        if self._ordering.stopping.is_set() and number not in self._ordering.under_way:
            return _again(1.0)
        work = self._ordering.take(number, raw)
        if work is None:
            return _said(HTTPStatus.OK)
        news = work.news
        await asyncio.wait([news], timeout=ANSWER_WITHIN)
        if not news.done():
            return _again(1.0)
        seconds = news.result()
        return _said(HTTPStatus.OK) if seconds is None else _again(seconds)


async def _body(request: Request) -> bytes:
    """The body, no larger and no slower than allowed. Raises _Refused."""
    declared = request.headers.get("Content-Length", "0")
    if declared.isdecimal() and int(declared[:20]) > LARGEST:
        raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN):
            async for part in request.stream():
                body += part
                if len(body) > LARGEST:
                    raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    except TimeoutError:
        raise _Refused(HTTPStatus.REQUEST_TIMEOUT) from None
    except ClientDisconnect:
        raise _Refused(HTTPStatus.BAD_REQUEST) from None
    return bytes(body)


def _said(status: HTTPStatus) -> Response:
    return PlainTextResponse(f"{status.phrase}\n", status)


def _again(seconds: float) -> Response:
    """Send it again after so many seconds."""
    headers = {"Retry-After": str(max(1, math.ceil(seconds)))}
    return PlainTextResponse("Service Unavailable\n", HTTPStatus.SERVICE_UNAVAILABLE, headers)
