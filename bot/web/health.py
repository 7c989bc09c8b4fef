"""Whether the bot is alive, and whether each part that it needs works now."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.errors import BotError

CONTACT_WITHIN = 120.0
"""Seconds after which the last contact with Telegram no longer counts."""
_PATIENCE = 5.0
"""Seconds that a part may take to say that it works."""

Part = Callable[[], Awaitable[None]]
"""Returns when a part works; raises BotError when it does not."""


class Contact:
    """When somebody outside was last heard of."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Take the clock; nobody was heard of yet."""
        self._clock = clock
        self.at = 0.0
        """Seconds since 1970; 0 for never."""

    def made(self) -> None:
        """Somebody was heard of now."""
        self.at = self._clock()

    async def recent(self) -> None:
        """Return when that is not long ago. Raises BotError."""
        if self._clock() - self.at > CONTACT_WITHIN:
            raise BotError("There was no contact for two minutes.")


def routes(parts: Mapping[str, Part]) -> list[Route]:
    """`/healthz`: the process answers. `/readyz`: 200 when all parts work, else 503; JSON says which."""

    async def alive(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def ready(_: Request) -> Response:
        works = dict(zip(parts, await asyncio.gather(*map(_works, parts.values())), strict=True))
        words = {name: "ok" if well else "failing" for name, well in works.items()}
        return JSONResponse({"ready": all(works.values()), "parts": words}, 200 if all(works.values()) else 503)

    return [Route("/healthz", alive), Route("/readyz", ready)]


async def _works(part: Part) -> bool:
    """Whether a part works; what it says otherwise may name files, and stays here."""
    try:
        async with asyncio.timeout(_PATIENCE):
            await part()
    except (BotError, TimeoutError):
        return False
    return True
