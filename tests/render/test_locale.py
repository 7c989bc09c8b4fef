"""Which language an app's setting gets: Norwegian for Scandinavians and the unknown, English for everybody else."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.model import LANGUAGES, Language
from bot.render.locale import negotiate


@pytest.mark.parametrize(
    ("code", "language"),
    [
        (None, "nb"),
        ("", "nb"),
        ("nb", "nb"),
        ("no", "nb"),
        ("nn", "nb"),
        ("nb-NO", "nb"),
        ("no-NO", "nb"),
        ("nn_NO", "nb"),
        ("NB", "nb"),
        ("da", "nb"),
        ("sv", "nb"),
        ("sv-SE", "nb"),
        ("en", "en"),
        ("en-GB", "en"),
        ("EN-us", "en"),
        ("ur", "en"),
        ("so", "en"),
        ("pl-PL", "en"),
        ("ar", "en"),
        ("zh-hans", "en"),
        ("pt-br", "en"),
        ("xx", "en"),
    ],
)
def test_an_app_gets_the_language_its_reader_knows_best(code: str | None, language: Language) -> None:
    """Each setting leads to the language that its reader is likelier to read with ease."""
    assert language == negotiate(code)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
@example("-")
@example("_")
@example("nb-NO-x-twain")
@example("\x00")
def test_any_setting_gets_a_language(code: str) -> None:
    """Whatever an app says it is set to, there is a language to answer in."""
    assert negotiate(code) in LANGUAGES
