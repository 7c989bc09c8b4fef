"""Telegram: updates become events, and what the bot says becomes calls to the Bot API."""
