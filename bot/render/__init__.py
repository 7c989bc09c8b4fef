"""Screens into words and buttons, in one language, for any channel."""
