"""What may stand in a text: references that exist, and no raw number, web address or markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.checks.texts import Field, both
from bot.content.catalogue import Catalogue
from bot.content.faults import Fault
from bot.render.facts import KINDS, SCHOOL, fact
from bot.render.prose import REFERENCE, references

_NUMBER = re.compile(r"(?<![A-Za-z])\d[\d .:–-]*\d|(?<!Vg)\d")
_ADDRESS = re.compile(r"https?://|www\.|\b[a-zæøå-]+\.(?:no|com|org|net|eu)\b|\S+@\S+", re.IGNORECASE)
_MARKUP = re.compile(r"</?[a-z]+>|\*\*|__|[<>]", re.IGNORECASE)
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_FILLED_IN = ("stored", "notes", "screens", "facts", "times")
"""Sections of `ui.yaml` whose texts hold names in braces."""
_FORMAT = re.compile(r"\{[a-z_]+\}")


def check(catalogue: Catalogue) -> Iterator[Fault]:
    """Faults in the prose itself."""
    for field in both(catalogue):
        for text in field.texts:
            yield from _references(catalogue, field, text)
            yield from _raw(field, text)


def _references(catalogue: Catalogue, field: Field, text: str) -> Iterator[Fault]:
    for kind, fact_id in references(text):
        if kind not in KINDS:
            yield field.fault(
                f"`{{{kind}:{fact_id}}}` asks for an unknown kind of fact.", f"Use one of: {', '.join(KINDS)}."
            )
        elif fact(catalogue.facts, field.language, kind, fact_id) is None:
            file = "values.yaml" if kind == "value" else "services.yaml"
            mend = f"Add it to content/{file} with its source, or refer to another."
            if kind == "school":
                mend = f"Of the school a text may name: {', '.join(SCHOOL)}."
            yield field.fault(f"There is no fact `{{{kind}:{fact_id}}}`.", mend)
    rest = REFERENCE.sub("", text)
    if field.path[0] in _FILLED_IN or field.path[-1] == "message":
        rest = _FORMAT.sub("", rest)
    if "{" in rest or "}" in rest:
        yield field.fault("A brace stands alone.", "Write a reference as {phone:emergency.police}.")


def _raw(field: Field, text: str) -> Iterator[Fault]:
    rest = REFERENCE.sub(" ", text)
    number = _NUMBER.search(rest)
    if number:
        yield field.fault(
            f"A raw number: «{number[0].strip()}».",
            "Put it in services.yaml or values.yaml and refer to it, or write it in letters.",
        )
    address = _ADDRESS.search(rest)
    if address:
        yield field.fault(f"A raw address: «{address[0]}».", "Put it in services.yaml and refer to it as {web:...}.")
    if _MARKUP.search(rest):
        yield field.fault("Markup in the text.", "Write plain text; the program sets headings and links.")
    if _UNSEEN.search(text):
        yield field.fault("An invisible character.", "Delete the line and type it again.")
    if text.count("!"):
        yield field.fault("An exclamation mark.", "End the sentence with a full stop; calm helps.")
