"""Both languages say the same: same files, same keys, same levels, same facts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from bot.checks.texts import Field, fields
from bot.content.catalogue import Catalogue
from bot.content.faults import Fault
from bot.model import LANGUAGES, LEVELS

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def check(catalogue: Catalogue) -> Iterator[Fault]:
    """Texts that one language has and the other lacks, or that differ in what they refer to."""
    first, second = ({field.key: field for field in fields(catalogue, language)} for language in LANGUAGES)
    for here, there, other in ((first, second, LANGUAGES[1]), (second, first, LANGUAGES[0])):
        for key, field in here.items():
            twin = there.get(key)
            if twin is None:
                yield field.fault(
                    f"`{'.'.join(key)}` has no twin in `{other}`.", f"Add it to content/{other}, or delete it here."
                )
            elif PurePosixPath(field.source.file).relative_to(f"content/{field.language}") != PurePosixPath(
                twin.source.file
            ).relative_to(f"content/{twin.language}"):
                yield field.fault(
                    f"`{key[0]}` stands in {twin.source.file} there.", "Move one of them, so that both files match."
                )
    for key, field in first.items():
        if key in second:
            yield from _compare(field, second[key])


def _compare(field: Field, twin: Field) -> Iterator[Fault]:
    name = ".".join(twin.key)
    for level in LEVELS:
        here, there = field.words.at(level), twin.words.at(level)
        if (here is None) != (there is None):
            yield twin.fault(f"`{name}` has a text for `{level}` in one language only.", "Add it, or delete the other.")
        elif here is not None and there is not None:
            one, two = set(_PLACEHOLDER.findall(here)), set(_PLACEHOLDER.findall(there))
            if one != two:
                odd = ", ".join(sorted(one ^ two))
                yield twin.fault(
                    f"`{name}` does not refer to the same as its twin: {odd}.", "Use the same references in both."
                )
                return
