"""`python -m tests.bench.burst [2000]`: first starts within ten seconds, ten in danger among them, at Telegram's pace.

The server enforces nothing; the bot keeps the limits. Two runs, by polling and by webhook; each lasts a second for
every thirty starts. Telegram hands out a hundred updates at most before the first of them are answered, so in a burst a
message waits there first. What the bot has in its hands is the time from when a message reached it.
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
    for mode in ("polling", "webhook"):
        with BotApi.in_thread() as api, running(api, "bot", mode, ("run",)):
            first = api.user()
            api.run(first.send("/start"))
            api.run(first.reply(timeout=60), 60)
            acute, everybody, began = api.run(_write(api, starts), None)
            answered = [api.run(_answered(user), None) for user, _ in acute]
            last = max(api.run(_answered(user), None) for user in everybody)
            reached = [api.world.updates.reached[user.id] for user, _ in acute]
        print(f"{mode}: danger answered {_spread(answered, reached)} after it reached the bot,")
        print(f"  {_spread(answered, [at for _, at in acute])} after it was written; all after {last - began:.1f} s")


def _spread(ends: list[float], begins: list[float]) -> str:
    """The shortest, middle and longest of some waits."""
    waits = sorted(end - begin for end, begin in zip(ends, begins, strict=True))
    return f"{waits[0]:.2f} to {waits[-1]:.2f} s (median {statistics.median(waits):.2f})"


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
