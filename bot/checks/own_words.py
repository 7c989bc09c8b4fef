"""The bot's own words: every heading, button and note that the program asks for is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from bot.content.catalogue import Catalogue
from bot.content.faults import Fault
from bot.dialogs.respond import COMMANDS
from bot.model import LANGUAGES, LEVELS, Note

NEEDED: dict[str, tuple[str, ...]] = {
    "headings": ("first", "school", "outside", "say", "next_door", "not_wait", "how", "stored"),
    "buttons": (
        *("back", "start_over", "options", "resume", "stay", "none_of_these", "privacy"),
        *(f"level_{level}" for level in LEVELS),
        *(f"language_{language}" for language in LANGUAGES),
    ),
    "choices": ("danger", "home", "tried"),
    "notes": get_args(Note),
    "screens": (
        *(f"{view}_{part}" for view in ("level", "options", "offer") for part in ("title", "text")),
        "interpreter",
    ),
    "stored": ("language", "level", "here", "paused", "expires"),
    "telegram": ("name", "short_description", "description", "group", "group_button"),
    "commands": ("start", "language", *COMMANDS),
    "terminal": ("prompt", "hint"),
}
"""The keys of each section of `ui.yaml`. Headings may hold more: one for each part that is to have a heading."""


def check(catalogue: Catalogue) -> Iterator[Fault]:
    """Words that the program asks for and `ui.yaml` lacks, and words that nobody asks for."""
    for language in LANGUAGES:
        file = f"content/{language}/ui.yaml"
        source, ui = catalogue.sources[file], catalogue.books[language].ui
        for section, keys in NEEDED.items():
            there = getattr(ui, section)
            for key in keys:
                if key not in there:
                    what = f"`{section}.{key}` is missing."
                    yield Fault(
                        file, source.line((section,)), what, "Add the key; the other language shows what it is."
                    )
            for key in there:
                if key not in keys and section != "headings":
                    line = source.line((section, key))
                    yield Fault(file, line, f"`{section}.{key}` is not used.", "Delete it, or mend its name.")
