"""An editor's text as blocks: one a line, lists as items, facts in place of their references."""

from __future__ import annotations

from datetime import date

import pytest

from bot.content.catalogue import Facts
from bot.content.schema import ServiceModel, ValueModel
from bot.model import LANGUAGES, Language
from bot.render.message import Block, Span
from bot.render.prose import blocks, plain, references, spans
from tests.words import fact_words

SOURCED = {"source": "https://example.org/", "seen": "live page", "checked": date(2026, 11, 23)}
FACTS = Facts(
    {
        "legevakt.oslo": ServiceModel.model_validate(
            {
                "phone": {"value": "116 117", **SOURCED},
                "web": {"value": "https://www.oslo.kommune.no/legevakt/", **SOURCED},
            }
        )
    },
    {"health_12": ValueModel.model_validate({"value": 12, "kind": "number", **SOURCED})},
    fact_words(),
)

both_languages = pytest.mark.parametrize("language", LANGUAGES)


@both_languages
def test_each_line_is_a_block(language: Language) -> None:
    """Lines are paragraphs, lines with a dash are items of a list, empty lines are nothing."""
    text = "Hei.\n\n  Ring når du kan.  \n- Ett råd\n  -   Et til\n-uten rom\n"

    found = list(blocks(text, FACTS, language))

    expected = [
        Block("paragraph", (Span("Hei."),)),
        Block("paragraph", (Span("Ring når du kan."),)),
        Block("item", (Span("Ett råd"),)),
        Block("item", (Span("Et til"),)),
        Block("paragraph", (Span("-uten rom"),)),
    ]
    assert expected == found


@both_languages
@pytest.mark.parametrize("text", ["", "\n", "  \n \t\n"])
def test_an_empty_text_is_no_block(text: str, language: Language) -> None:
    """Nothing to say gives nothing to show."""
    found = list(blocks(text, FACTS, language))

    assert not found


@both_languages
def test_facts_stand_where_they_are_referred_to(language: Language) -> None:
    """A reference becomes the fact, a page becomes a link, and the words around them stay as they are."""
    text = "Ring {phone:legevakt.oslo}, se {web:legevakt.oslo} (fra {value:health_12})."

    found = spans(text, FACTS, language)

    expected = (
        Span("Ring "),
        Span("116\u00a0117"),
        Span(", se "),
        Span("oslo.kommune.no", "https://www.oslo.kommune.no/legevakt/"),
        Span(" (fra "),
        Span("12"),
        Span(")."),
    )
    assert expected == found


@both_languages
def test_a_label_has_the_words_alone(language: Language) -> None:
    """For a button, facts are words without links."""
    label = plain("Fare: {phone:legevakt.oslo} {web:legevakt.oslo}", FACTS, language)

    assert label == "Fare: 116\u00a0117 oslo.kommune.no"


@both_languages
@pytest.mark.parametrize("text", ["{phone:gone}", "{sms:legevakt.oslo}", "{nonsense:legevakt.oslo}", "{value:gone}"])
def test_a_reference_to_nothing_is_left_out(text: str, language: Language) -> None:
    """A parent never sees a reference, not even one that no fact answers to."""
    shown = plain(f"Ring {text}nå", FACTS, language)

    assert shown == "Ring nå"


def test_references_are_found_in_order() -> None:
    """Every reference of a text is found, by kind and id, and nothing else in braces is one."""
    text = "{phone:a.b} {web:c} {} {phone:} {Phone:a} {phone:a b} { phone:a}{value:x_1}"

    found = list(references(text))

    assert found == [("phone", "a.b"), ("web", "c"), ("value", "x_1")]
