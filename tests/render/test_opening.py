"""What is open when: twenty moments of Oslo's year, and what a parent is told at each."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.application import Application
from bot.model import LANGUAGES, Language, Screen, State
from bot.render.message import Message
from bot.render.opening import OSLO, is_open, is_workday, next_opening, next_workday, office_time

OFFICE = {"mon-fri": "09:00-15:00"}
EVERY_EVENING = {"mon-sun": "14:00-22:00"}
STREETS = {"mon-thu": "08:00-24:00", "fri": "08:00-04:00", "sat": "10:00-04:00", "sun": "16:00-24:00"}

TEACHER_END = "worry.learning.reading_maths"
"""An end whose first door is the contact teacher."""


def oslo(text: str) -> datetime:
    """A moment in Oslo's time."""
    return datetime.fromisoformat(text).replace(tzinfo=OSLO)


MOMENTS = [
    # moment in Oslo, open: office, every evening, streets; next opening of the office; what a parent reads in Norwegian
    ("2026-11-24T10:00", (True, False, True), "2026-11-25T09:00", ""),
    ("2026-11-24T08:59", (False, False, True), "2026-11-24T09:00", ""),
    ("2026-11-24T15:00", (False, True, True), "2026-11-25T09:00", ""),
    ("2026-11-24T07:30", (False, False, False), "2026-11-24T09:00", "i løpet av dagen"),
    ("2026-11-24T16:00", (False, True, True), "2026-11-25T09:00", "i morgen, onsdag"),
    ("2026-11-24T23:30", (False, False, True), "2026-11-25T09:00", "i morgen, onsdag"),
    ("2026-11-27T23:00", (False, False, True), "2026-11-30T09:00", "meldingen mandag"),
    ("2026-11-28T03:30", (False, False, True), "2026-11-30T09:00", "meldingen mandag"),
    ("2026-11-28T09:00", (False, False, False), "2026-11-30T09:00", "meldingen mandag"),
    ("2026-11-29T17:00", (False, True, True), "2026-11-30T09:00", "i morgen, mandag"),
    ("2026-12-24T20:00", (False, True, False), "2026-12-28T09:00", "De ser nok ikke meldingen før mandag 4. januar"),
    ("2026-12-25T12:00", (False, False, False), "2026-12-28T09:00", "før mandag 4. januar"),
    ("2026-12-31T10:00", (False, False, False), "2027-01-04T09:00", "meldingen mandag"),
    ("2027-03-25T12:00", (False, False, False), "2027-03-30T09:00", "før onsdag"),
    ("2027-03-28T03:30", (False, False, True), "2027-03-30T09:00", "meldingen onsdag"),
    ("2026-10-25T02:30", (False, False, True), "2026-10-26T09:00", "i morgen, mandag"),
    ("2027-05-17T10:00", (False, False, False), "2027-05-18T09:00", "i morgen, tirsdag"),
    ("2027-05-05T17:00", (False, True, True), "2027-05-07T09:00", "ikke meldingen før mandag"),
    ("2027-07-07T12:00", (True, False, True), "2027-07-08T09:00", "ikke meldingen før mandag 16. august"),
    ("2026-09-29T12:00", (True, False, True), "2026-09-30T09:00", "ikke meldingen før mandag"),
]
"""Weekdays, an evening, nights after Friday, Christmas Eve and Day, New Year's Eve, Maundy Thursday, both changes of
the clock, 17 May, the eve of Ascension Day and the day off after it, July and the autumn break."""


@pytest.mark.parametrize(("moment", "open_", "opens", "told"), MOMENTS, ids=[one[0] for one in MOMENTS])
def test_twenty_moments(
    moment: str, open_: tuple[bool, bool, bool], opens: str, told: str, application: Application
) -> None:
    """What is open, when an office opens next, and when a parent is told that the school sees a message."""
    now = oslo(moment)

    found = tuple(is_open(hours, now) for hours in (OFFICE, EVERY_EVENING, STREETS))
    text = shown(application, TEACHER_END, "nb", now).text

    assert open_ == found
    assert next_opening(OFFICE, now) == oslo(opens)
    assert (told in text) if told else ("De ser nok" not in text)
    assert is_open("always", now)


def shown(application: Application, node: str, language: Language, now: datetime, level: str = "primary") -> Message:
    """A screen at a moment."""
    state = State(language=language, level="primary" if level == "primary" else "upper")
    return application.renderer.message(Screen(node), state, now=now)


def test_the_clock_is_oslos_wherever_the_machine_is() -> None:
    """The same moment in UTC is the same answer: nine in Oslo is eight UTC in winter and seven in summer."""
    assert is_open(OFFICE, datetime(2026, 11, 24, 8, 0, tzinfo=UTC))
    assert not is_open(OFFICE, datetime(2026, 11, 24, 7, 59, tzinfo=UTC))
    assert is_open(OFFICE, datetime(2027, 6, 1, 7, 0, tzinfo=UTC))


def test_the_hour_that_comes_twice_and_the_one_that_never_comes() -> None:
    """At both changes of the clock every minute of the night is judged, and none of them is an error."""
    for day in (date(2026, 10, 25), date(2027, 3, 28)):
        start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=3)
        for minute in range(0, 8 * 60, 10):
            now = start + timedelta(minutes=minute)
            here = now.astimezone(OSLO)

            # Open since Saturday until four in the morning, by the clock on the wall.
            assert is_open(STREETS, now) == (here.hour < 4 or here.date() < day)


def test_public_holidays_and_eves_are_no_workdays() -> None:
    """The days on which Norwegian offices are shut, those that move with Easter among them."""
    shut = ("2026-01-01", "2026-04-02", "2026-05-01", "2026-05-14", "2026-05-25", "2026-12-24", "2026-12-31")

    assert not any(is_workday(date.fromisoformat(day)) for day in shut)
    assert is_workday(date(2026, 12, 23))


@pytest.mark.parametrize(
    ("moment", "day"),
    [("2026-11-24T15:59", "2026-11-24"), ("2026-11-24T16:00", "2026-11-25"), ("2026-12-23T17:00", "2026-12-28")],
)
def test_the_next_workday(moment: str, day: str) -> None:
    """What is sent before the end of a workday is read on it, and over Christmas after the holidays."""
    assert next_workday(oslo(moment)) == date.fromisoformat(day)
    assert office_time(oslo(moment)) == (moment == "2026-11-24T15:59")


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_answers_now_comes_first(application: Application, language: Language) -> None:
    """At night the helplines that answer stand before the offices, by name above and first in the list."""
    night, day = oslo("2026-11-24T23:30"), oslo("2026-11-24T11:00")
    door = application.catalogue.books[language].doors["helpline.mental_helse"].name.primary
    node = "worry.other.unsure"

    late, early = (shown(application, node, language, at) for at in (night, day))

    assert door is not None
    items = [block.text for block in late.blocks if block.kind == "item"]
    names = [item.split(":")[0] for item in items]
    others = [application.catalogue.books[language].doors[one].name.primary for one in ("service.school_nurse", "gp")]
    assert all(names.index(door) < names.index(other) for other in others if other is not None)
    told = application.catalogue.books[language].ui.times["now"].partition("{")[0]
    assert any(block.text.startswith(told) and door in block.text for block in late.blocks)
    assert not any(block.text.startswith(told) for block in early.blocks)


def test_when_the_others_open(application: Application) -> None:
    """A door that is closed says when it opens, one that is open that it is; one that never closes says neither."""
    texts = [
        next(
            block.text
            for block in shown(application, "worry.abuse.me", "nb", oslo(at)).blocks
            if "Alternativ" in block.text
        )
        for at in ("2026-11-27T23:30", "2026-11-30T08:00", "2026-11-30T10:00", "2026-12-24T10:00")
    ]

    ends = ("Åpner mandag kl. 9.", "Åpner i dag kl. 9.", "Åpent nå.", "Åpner mandag kl. 9.")
    assert [text.endswith(end) for text, end in zip(texts, ends, strict=True)] == [True] * 4
