"""Facts in words: phone numbers, opening hours, ages and other numbers, as voice.md section 2 (10) writes them."""

from __future__ import annotations

from datetime import date, time
from urllib.parse import urlsplit

from babel.dates import format_date, format_time, get_day_names
from babel.lists import format_list

from bot.content.catalogue import Facts
from bot.content.schema import ContactModel, FactWordsModel
from bot.model import Language
from bot.render.message import Span

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LINKS = ("web", "chat")
KINDS = ("phone", "sms", "chat", "web", "address", "hours", "chat_hours", "ages", "value", "school")
"""What a reference in a text may ask for: `{phone:service.bup}`."""
SCHOOL = ("office", "page")
"""What a text may name of the child's school: `{school:office}`."""


def fact(facts: Facts, language: Language, kind: str, fact_id: str) -> Span | None:
    """The fact that `{kind:fact_id}` stands for, in words; None when there is none."""
    if kind == "school":
        return _school(facts, language, fact_id) if fact_id in SCHOOL else None
    if kind == "value":
        value = _value(facts, language, fact_id)
        return Span(value) if value is not None else None
    if kind == "ages":
        ages = _ages(facts, fact_id)
        return Span(ages) if ages is not None else None
    if kind in ("hours", "chat_hours"):
        contact = facts.contact("phone" if kind == "hours" else "chat", fact_id)
        return (
            Span(hours(contact, facts.words[language], language))
            if contact is not None and contact.hours is not None
            else None
        )
    contact = facts.contact(kind, fact_id) if kind in KINDS else None
    if contact is None:
        return None
    if kind in _LINKS:
        return Span((urlsplit(contact.value).hostname or contact.value).removeprefix("www."), contact.value)
    return Span(contact.value.replace(" ", "\u00a0") if kind != "address" else contact.value)


def _school(facts: Facts, language: Language, part: str) -> Span:
    """The school's office or homepage: of this school, leading to its homepage, when the school is known."""
    words, school = facts.words[language], facts.school
    if school is None:
        return Span(getattr(words, part))
    named: str = getattr(words, f"{part}_at")
    return Span(named.format(school=school.name), school.homepage or None)


def hours(contact: ContactModel, words: FactWordsModel, language: Language) -> str:
    """When it is open: «hele døgnet», «hverdager kl. 9–15», 'Monday to Thursday, 8:00 to 24:00'."""
    if contact.hours is None:
        return ""
    if contact.hours == "always":
        return words.always
    parts = []
    for days, spans in contact.hours.items():
        times = format_list([_span(span, language) for span in spans.split()], locale=language)
        separator = " kl. " if language == "nb" else ", "
        parts.append(_days(days, words, language) + separator + times)
    return (", " if language == "nb" else "; ").join(parts)


def long_date(day: date, language: Language) -> str:
    """«3. november 2026», '3 November 2026'."""
    return format_date(day, "d. MMMM y" if language == "nb" else "d MMMM y", locale=language)


def weekday_and_date(day: date, language: Language) -> str:
    """«mandag 4. januar», 'Monday 4 January'."""
    return format_date(day, "EEEE d. MMMM" if language == "nb" else "EEEE d MMMM", locale=language)


def clock(at: time, language: Language) -> str:
    """A time of day: «8», «15.30», '15:30'. Babel's Norwegian pattern writes a colon, Norwegian usage a full stop."""
    pattern = ("H" if at.minute == 0 else "H.mm") if language == "nb" else "H:mm"
    return format_time(at, pattern, locale=language)


def _days(days: str, words: FactWordsModel, language: Language) -> str:
    """Weekdays in words: `mon-fri`, `tue`."""
    if days == "mon-fri":
        return words.workdays
    if days == "mon-sun":
        return words.every_day
    names = get_day_names("wide", locale=language)
    return ("–" if language == "nb" else " to ").join(names[WEEKDAYS.index(day)] for day in days.split("-"))


def _span(span: str, language: Language) -> str:
    """«8–15.30», '8:00 to 15:30'."""
    start, end = span.split("-")
    if language == "nb":
        return f"{_clock(start, language)}–{_clock(end, language)}"
    return f"{_clock(start, language)} to {_clock(end, language)}"


def _clock(text: str, language: Language) -> str:
    """An hour and minute; 24:00 is midnight at the end of the day, which no clock shows."""
    hour, minute = (int(part) for part in text.split(":"))
    if hour == 24:
        return "24" if language == "nb" else "24:00"
    return clock(time(hour, minute), language)


def _ages(facts: Facts, service_id: str) -> str | None:
    """«12–25», or the one limit there is."""
    ages = facts.ages(service_id)
    if ages is None or (ages.min is None and ages.max is None):
        return None
    if ages.min is None or ages.max is None:
        return str(ages.min if ages.max is None else ages.max)
    return f"{ages.min}–{ages.max}"


def _value(facts: Facts, language: Language, value_id: str) -> str | None:
    """A number in words: «10 prosent», «1.–4. trinn», '18'."""
    value = facts.values.get(value_id)
    if value is None:
        return None
    if value.kind == "number":
        return str(value.value)
    # Norwegian writes each number of a row of years with a full stop: «1.–4. trinn».
    number = str(value.value).replace("-", ".–" if language == "nb" else "–")
    words: str = getattr(facts.words[language], value.kind)
    return words.format(number=number).replace(" ", "\u00a0")
