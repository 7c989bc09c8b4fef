"""`python -m tests.bench.burst [2000]`: first starts within ten seconds, ten in danger among them, at Telegram's pace.

The server enforces nothing; the bot keeps the limits. Three runs: by polling, by webhook, and by webhook with only as
many calls at once as updates are answered side by side. Each lasts a second for every thirty starts.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time

from tests.bench.updates import running
from tests.botapi import BotApi
from tests.botapi_people import User

SECONDS, ACUTE = 10.0, 10
WORDS = "Datteren min sier at hun skal ta livet sitt i natt"


def main() -> None:
    """Print when those in danger were answered, and when all were."""
    starts = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print(f"{starts} first starts within {SECONDS:.0f} s, {ACUTE} in danger among them")
    for name, mode, calls in (
        ("polling", "polling", 0),
        ("webhook", "webhook", 0),
        ("webhook, 16 calls", "webhook", 16),
    ):
        with BotApi.in_thread() as api, running(api, "bot", mode, ("run",)):
            first = api.user()
            api.run(first.send("/start"))
            api.run(first.reply(timeout=60), 60)
            if calls:
                api.world.webhook["max_connections"] = calls
            acute, everybody, began = api.run(_write(api, starts), None)
            waits = sorted(api.run(_answered(user), None) - at for user, at in acute)
            last = max(api.run(_answered(user), None) for user in everybody)
        name = f"{mode}, {calls} calls at once" if calls else mode
        print(f"{name:28} danger answered after {waits[0]:.2f} to {waits[-1]:.2f} s, ", end="")
        print(f"median {statistics.median(waits):.2f} s; all after {last - began:.1f} s")


async def _write(api: BotApi, starts: int) -> tuple[list[tuple[User, float]], list[User], float]:
    """Everybody writes; those in danger with the time when they did; all; and when it began."""
    began, everybody, acute = time.monotonic(), list[User](), list[tuple[User, float]]()
    every = starts // ACUTE
    for number in range(starts):
        user = api.user()
        everybody.append(user)
        await asyncio.sleep(max(0.0, began + SECONDS * number / starts - time.monotonic()))
        await user.send("/start")
        if number % every == every // 2:
            other = api.user()
            acute.append((other, time.monotonic()))
            everybody.append(other)
            await other.send(WORDS)
    return acute, everybody, began


async def _answered(user: User) -> float:
    """When somebody was answered."""
    await user.reply(timeout=300)
    return user.chat.said_at


if __name__ == "__main__":
    main()
