"""How the test server says no: Telegram's code and description, raised where the fault is found."""

from __future__ import annotations


class Refused(Exception):
    """A call that Telegram would refuse, with the code and words it uses."""

    def __init__(
        self, code: int, description: str, retry_after: int | None = None, migrate_to: int | None = None
    ) -> None:
        """Keep what the answer's body needs."""
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after
        self.migrate_to = migrate_to

    def body(self) -> dict[str, object]:
        """The JSON that goes over the wire."""
        answer: dict[str, object] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            answer["parameters"] = {"retry_after": self.retry_after}
        if self.migrate_to is not None:
            answer["parameters"] = {"migrate_to_chat_id": self.migrate_to}
        return answer


def bad_request(reason: str) -> Refused:
    """A 400 in Telegram's wording."""
    return Refused(400, f"Bad Request: {reason}")
