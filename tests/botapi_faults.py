"""Faults on request: what goes wrong between the bot and Telegram, for so many calls and, if wanted, one chat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.botapi_refusal import Refused

_WORDS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    429: "Too Many Requests",
    500: "Internal Server Error",
}
BAD_GATEWAY = "<html>\r\n<head><title>{status}</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong, until `times` is used up or `end` is called."""

    method: str
    chat_id: int | None
    times: int | None
    status: int | None = None
    retry_after: int | None = None
    migrate_to: int | None = None
    description: str | None = None
    drop: Literal["before", "after"] | None = None
    delay: float = 0.0
    late: float = 0.0
    garbage: bool = False
    odd: bool = False
    hits: int = 0
    """How many calls it has struck."""

    def strikes(self, method: str, chat_id: int | None) -> bool:
        """Whether it strikes this call; if so, that is counted."""
        over = self.times is not None and self.hits >= self.times
        if over or self.method not in ("*", method) or self.chat_id not in (None, chat_id):
            return False
        self.hits += 1
        return True

    def end(self) -> None:
        """Let it strike no more."""
        self.times = self.hits

    def refusal(self) -> Refused | None:
        """The error that it answers with, if that is one of Telegram's own."""
        if self.status not in _WORDS:
            return None
        words = _WORDS[self.status]
        retry = self.retry_after or 1 if self.status == 429 else None
        default = f"{words}: retry after {retry}" if retry else words
        return Refused(self.status, self.description or default, retry, self.migrate_to)
