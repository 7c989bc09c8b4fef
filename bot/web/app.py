"""The routes of this process as one application, with nothing of a request in the log."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.logs import describe

log = logging.getLogger(__name__)


def web_app(routes: Sequence[Route]) -> Starlette:
    """An application of these routes. Other paths are 404, other methods 405, and a fault of ours is 500."""
    app = Starlette(routes=list(routes), exception_handlers={Exception: _failed})
    # Who calls a path that is almost right is told so, not sent elsewhere with what it carries.
    app.router.redirect_slashes = False
    return app


async def _failed(_: Request, error: Exception) -> Response:
    log.error("A web request failed: %s.", describe(error))
    return PlainTextResponse("Internal Server Error\n", 500)
