"""The least that a bot can be: aiohttp alone, which sends back what it is sent. The limit for all others.

`TELEGRAM_MODE` says how updates come, as for our bot. It knows nothing of order, repetitions and storage.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

import aiohttp
from aiohttp import web

from bot.channels.telegram.webhook import PATH


async def poll(session: aiohttp.ClientSession, root: str) -> None:
    """Fetch updates and answer each in a task of its own."""
    offset, tasks = 0, set[asyncio.Task[None]]()
    while True:
        async with session.post(f"{root}/getUpdates", data={"offset": offset, "timeout": 25}) as response:
            updates = (await response.json())["result"]
        for update in updates:
            offset = update["update_id"] + 1
            tasks.add(task := asyncio.create_task(echo(session, root, update)))
            task.add_done_callback(tasks.discard)


async def be_called(session: aiohttp.ClientSession, root: str) -> None:
    """Answer each call when the echo is sent."""

    async def called(request: web.Request) -> web.Response:
        await echo(session, root, await request.json())
        return web.Response()

    app = web.Application()
    app.router.add_post(PATH, called)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    host, port = os.environ["LISTEN"].split(":")
    await web.TCPSite(runner, host, int(port)).start()
    hook = {"url": os.environ["WEBHOOK_URL"] + PATH, "max_connections": 100}
    await (await session.post(f"{root}/setWebhook", data=hook)).read()
    await asyncio.Event().wait()


async def echo(session: aiohttp.ClientSession, root: str, update: dict[str, Any]) -> None:
    """Send the text back."""
    message = update["message"]
    body = {"chat_id": message["chat"]["id"], "text": message["text"]}
    async with session.post(f"{root}/sendMessage", data=body) as response:
        await response.read()


async def main() -> None:
    """Run until killed."""
    root = f"{os.environ['TELEGRAM_API_URL']}/bot{os.environ['TELEGRAM_BOT_TOKEN']}"
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100)) as session:
        await (be_called if os.environ["TELEGRAM_MODE"] == "webhook" else poll)(session, root)


if __name__ == "__main__":
    asyncio.run(main())
