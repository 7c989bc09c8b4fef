"""Facts in words: hours, numbers, ages, links and dates, as a parent in either language reads them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.application import Application
from bot.content.catalogue import Facts
from bot.content.schema import ContactModel, ServiceModel, ValueModel
from bot.model import LANGUAGES, Language
from bot.render.facts import KINDS, fact, hours, long_date
from bot.render.message import Span
from tests.words import fact_words

SOURCED = {"source": "https://example.org/", "seen": "live page", "checked": date(2026, 11, 23)}
NBSP = "\u00a0"
WORDS = fact_words()

both_languages = pytest.mark.parametrize("language", LANGUAGES)


def contact(value: str = "113", open_: object = None) -> ContactModel:
    """A contact with opening hours."""
    return ContactModel.model_validate({"value": value, "hours": open_, **SOURCED})


def service(**parts: dict[str, Any]) -> Facts:
    """Facts about one service, called `one`."""
    return Facts(
        {"one": ServiceModel.model_validate({name: {**part, **SOURCED} for name, part in parts.items()})}, {}, WORDS
    )


def value(kind: str, number: int | str) -> Facts:
    """Facts with one number, called `one`."""
    return Facts({}, {"one": ValueModel.model_validate({"value": number, "kind": kind, **SOURCED})}, WORDS)


@pytest.mark.parametrize(
    ("open_", "nb", "en"),
    [
        ("always", "hele døgnet", "day and night"),
        ({"mon-fri": "09:00-15:00"}, "hverdager kl. 9–15", "weekdays, 9:00 to 15:00"),
        ({"mon-fri": "08:15-15:30"}, "hverdager kl. 8.15–15.30", "weekdays, 8:15 to 15:30"),
        ({"mon-sun": "14:00-22:00"}, "hver dag kl. 14–22", "every day, 14:00 to 22:00"),
        ({"thu": "14:00-17:00"}, "torsdag kl. 14–17", "Thursday, 14:00 to 17:00"),
        ({"wed-fri": "09:05-15:00"}, "onsdag–fredag kl. 9.05–15", "Wednesday to Friday, 9:05 to 15:00"),
        (
            {"tue": "12:00-20:00", "fri": "12:00-15:00"},
            "tirsdag kl. 12–20, fredag kl. 12–15",
            "Tuesday, 12:00 to 20:00; Friday, 12:00 to 15:00",
        ),
        (
            {"mon-fri": "11:00-14:30 15:00-18:00"},
            "hverdager kl. 11–14.30 og 15–18",
            "weekdays, 11:00 to 14:30 and 15:00 to 18:00",
        ),
        (
            {"sat": "08:00-09:00 10:00-11:00 12:00-13:00"},
            "lørdag kl. 8–9, 10–11 og 12–13",
            "Saturday, 8:00 to 9:00, 10:00 to 11:00, and 12:00 to 13:00",
        ),
        ({"mon-thu": "08:00-24:00"}, "mandag–torsdag kl. 8–24", "Monday to Thursday, 8:00 to 24:00"),
        ({"sun": "00:00-04:30"}, "søndag kl. 0–4.30", "Sunday, 0:00 to 4:30"),
        ({"fri": "20:00-04:00"}, "fredag kl. 20–4", "Friday, 20:00 to 4:00"),
        (None, "", ""),
    ],
)
def test_hours_are_told_as_people_tell_them(open_: object, nb: str, en: str) -> None:
    """Days and times are words of the language: several spans, past midnight, to midnight, day and night."""
    told = {language: hours(contact(open_=open_), WORDS[language], language) for language in LANGUAGES}

    assert {"nb": nb, "en": en} == told


@pytest.mark.parametrize(("kind", "part"), [("hours", "phone"), ("chat_hours", "chat")])
@both_languages
def test_hours_are_those_of_the_contact_that_was_asked_for(kind: str, part: str, language: Language) -> None:
    """The phone's hours and the chat's are not mixed up, and unknown hours are nothing."""
    facts = service(phone={"value": "113", "hours": {"mon": "08:00-09:00"}}, chat={"value": "https://a.no/"})
    chats = service(chat={"value": "https://a.no/", "hours": {"mon": "08:00-09:00"}}, phone={"value": "113"})

    found = fact(facts if part == "phone" else chats, language, kind, "one")
    other = fact(chats if part == "phone" else facts, language, kind, "one")

    assert Span(hours(contact(open_={"mon": "08:00-09:00"}), WORDS[language], language)) == found
    assert other is None


@both_languages
@pytest.mark.parametrize(("kind", "number"), [("phone", "22 59 13 00"), ("phone", "116 117"), ("sms", "417 16 111")])
def test_numbers_to_call_never_break_over_two_lines(kind: str, number: str, language: Language) -> None:
    """Groups of digits are joined by a space that does not break."""
    shown = fact(service(**{kind: {"value": number}}), language, kind, "one")

    assert Span(number.replace(" ", NBSP)) == shown


@both_languages
def test_an_address_may_break(language: Language) -> None:
    """An address is shown as it is written, with its own spaces."""
    address = "Trondheimsveien 233, 0587 Oslo"

    shown = fact(service(address={"value": address}), language, "address", "one")

    assert Span(address) == shown


@both_languages
@pytest.mark.parametrize("kind", ["web", "chat"])
@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("https://www.helsenorge.no/legevakt/", "helsenorge.no"),
        ("https://sidetmedord.mentalhelse.no/", "sidetmedord.mentalhelse.no"),
        ("https://wwworld.no/a?b=1#c", "wwworld.no"),
    ],
)
def test_a_page_is_named_by_its_site_and_leads_to_the_page(kind: str, page: str, text: str, language: Language) -> None:
    """A link shows the site's name, short, and opens the very page."""
    shown = fact(service(**{kind: {"value": page}}), language, kind, "one")

    assert Span(text, page) == shown


@both_languages
@pytest.mark.parametrize(
    ("least", "most", "text"),
    [(12, 25, "12–25"), (0, 18, "0–18"), (18, None, "18"), (None, 17, "17"), (0, None, "0"), (None, None, None)],
)
def test_ages_show_the_limits_there_are(
    least: int | None, most: int | None, text: str | None, language: Language
) -> None:
    """Both limits with a dash, the one limit there is, or nothing."""
    shown = fact(service(ages={"min": least, "max": most}), language, "ages", "one")

    assert (Span(text) if text else None) == shown


@pytest.mark.parametrize(
    ("kind", "number", "nb", "en"),
    [
        ("number", 18, "18", "18"),
        ("percent", 10, f"10{NBSP}prosent", f"10{NBSP}per{NBSP}cent"),
        ("years", "1-4", f"1.–4.{NBSP}trinn", f"Years{NBSP}1–4"),
        ("years", "8-10", f"8.–10.{NBSP}trinn", f"Years{NBSP}8–10"),
        ("year", 10, f"10.{NBSP}trinn", f"Year{NBSP}10"),
    ],
)
def test_values_are_told_with_their_unit(kind: str, number: int | str, nb: str, en: str) -> None:
    """A number comes with per cent or school years in the language's own way."""
    shown = {language: fact(value(kind, number), language, "value", "one") for language in LANGUAGES}

    assert {"nb": Span(nb), "en": Span(en)} == shown


@both_languages
@pytest.mark.parametrize("kind", [*KINDS, "email", "services", ""])
@pytest.mark.parametrize("name", ["one", "gone", ""])
def test_what_is_not_known_is_nothing(kind: str, name: str, language: Language) -> None:
    """A fact that is not there, of any kind, is nothing rather than an error or an empty word."""
    shown = fact(service(), language, kind, name)

    assert shown is None


@pytest.mark.parametrize(
    ("day", "nb", "en"),
    [
        (date(2026, 11, 3), "3. november 2026", "3 November 2026"),
        (date(2027, 5, 17), "17. mai 2027", "17 May 2027"),
    ],
)
def test_dates_are_written_out(day: date, nb: str, en: str) -> None:
    """A date has the month's name in the language."""
    written = {language: long_date(day, language) for language in LANGUAGES}

    assert {"nb": nb, "en": en} == written


@both_languages
def test_every_fact_we_have_can_be_told(application: Application, language: Language) -> None:
    """Every contact, age and number of the content has words: no raw space in a number, no raw time or weekday."""
    facts = application.catalogue.facts
    wrong = []
    for name, known in facts.services.items():
        for kind in ("phone", "sms"):
            shown = fact(facts, language, kind, name)
            had = facts.contact(kind, name)
            if had and (shown is None or " " in shown.text or had.value != shown.text.replace(NBSP, " ")):
                wrong.append(f"{kind}:{name} is {shown}")
        for kind, part in (("hours", known.phone), ("chat_hours", known.chat)):
            told = fact(facts, language, kind, name)
            if (part is not None and part.hours is not None) != (told is not None and bool(told.text)):
                wrong.append(f"{kind}:{name} is {told}")
            if told is not None and ((language == "nb" and ":" in told.text) or ".00" in told.text):
                wrong.append(f"{kind}:{name} is {told}")
        for kind in ("web", "chat"):
            page, link = facts.contact(kind, name), fact(facts, language, kind, name)
            if page and (link is None or link.href != page.value or not link.href.startswith("https://")):
                wrong.append(f"{kind}:{name} is {link}")
    wrong += [f"value:{name}" for name in facts.values if not fact(facts, language, "value", name)]

    assert not wrong
