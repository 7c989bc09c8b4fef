"""The bot's own words: every heading, button and note that the program asks for is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from bot.content.catalogue import Catalogue
from bot.content.faults import Fault
from bot.dialogs.respond import COMMANDS, IN_PLACE
from bot.model import LANGUAGES, LEVELS, VIEWS, Note

NEEDED: dict[str, tuple[str, ...]] = {
    "headings": ("first", "school", "outside", "say", "next_door", "not_wait", "how", "stored", "local"),
    "buttons": (
        *("back", "start_over", "options", "resume", "stay", "none_of_these", "privacy", "copy"),
        *("find_school", "change_school", "forget_school", "find_district", "change_district", "district_unknown"),
        *(f"level_{level}" for level in LEVELS),
        *(f"language_{language}" for language in LANGUAGES),
    ),
    "choices": ("danger", "home", "tried", "write", "silent"),
    "notes": get_args(Note),
    "screens": (
        *(f"{view}_{part}" for view in VIEWS if view != "node" for part in ("title", "text")),
        *("interpreter", "school_found", "school_known", "school_greeting", "school_closed"),
        *("district_known", "district_how"),
        *("draft_title", "draft_text", "draft_to", "draft_interpreter", "draft_original", "draft_meaning"),
    ),
    "stored": ("language", "level", "school", "district", "here", "paused", "expires"),
    "telegram": ("name", "short_description", "description", "group", "group_button"),
    "commands": ("start", *IN_PLACE, *COMMANDS),
    "terminal": ("prompt", "hint"),
    "times": (
        *("open", "today", "tomorrow", "day", "now"),
        *("school_today", "school_tomorrow", "school_day", "school_break"),
    ),
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
