"""Which of our languages fits what an app is set to."""

from __future__ import annotations

from babel.core import negotiate_locale

from bot.model import LANGUAGES, Language

_NORDIC = {"no": "nb", "nn": "nb", "da": "nb", "sv": "nb"}
"""Locales whose readers read bokmål more easily than English."""


def negotiate(code: str | None) -> Language:
    """The language for an app set to `code` (`nb`, `no-NO`, `ur`). Norwegian when unknown, English for all others."""
    if not code:
        return "nb"
    found = negotiate_locale([code.replace("-", "_")], [*LANGUAGES, *_NORDIC], sep="_", aliases={})
    base = (found or code).split("_")[0].split("-")[0].lower()
    base = _NORDIC.get(base, base)
    return next((language for language in LANGUAGES if language == base), "en")
