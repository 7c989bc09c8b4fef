"""The library's own bot at its best: it sends back what it is sent, eight at once, over httpx (its webhook: tornado).
A yardstick for ours.
"""

from __future__ import annotations

import os
from typing import Any

from telegram import Update
from telegram.ext import ApplicationBuilder, CallbackContext, MessageHandler, filters

from bot.channels.telegram.webhook import PATH


async def echo(update: Update, _: CallbackContext[Any, Any, Any, Any]) -> None:
    """Send the text back."""
    if update.message is not None and update.message.text is not None:
        await update.message.reply_text(update.message.text)


def main() -> None:
    """Answer by polling or by webhook, as TELEGRAM_MODE says, on the server that TELEGRAM_API_URL names."""
    token, root = os.environ["TELEGRAM_BOT_TOKEN"], os.environ["TELEGRAM_API_URL"]
    application = ApplicationBuilder().token(token).base_url(f"{root}/bot").concurrent_updates(8).build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    if os.environ["TELEGRAM_MODE"] == "polling":
        application.run_polling()
        return
    host, port = os.environ["LISTEN"].split(":")
    url = os.environ["WEBHOOK_URL"] + PATH
    application.run_webhook(host, int(port), url_path=PATH, webhook_url=url, max_connections=100)


if __name__ == "__main__":
    main()
