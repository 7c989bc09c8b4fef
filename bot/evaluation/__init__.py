"""How well the bot understands, measured and shown; and pictures of its flows."""
