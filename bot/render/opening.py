"""What is open at a moment: opening hours, weekends and Norwegian public holidays, in Oslo's time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from holidays import country_holidays

OSLO = ZoneInfo("Europe/Oslo")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Hours: TypeAlias = Literal["always"] | Mapping[str, str]
"""As content/services.yaml writes them: `always`, or spans of the clock by days, `mon-fri: 09:00-15:00`."""

_EVERY_DAY = "mon-sun"
_EVES = ((12, 24), (12, 31))
"""Days on which offices close early or do not open, though the law makes them no holidays."""
_OFFICE = (time(8), time(16))
_LOOKED_AHEAD = 21
"""Days; no public holidays keep an office closed for longer."""


def is_open(hours: Hours, now: datetime) -> bool:
    """Whether something with these hours is open at `now` (any time zone)."""
    here = now.astimezone(OSLO)
    if hours == "always":
        return True
    # What opened yesterday may still be open after midnight.
    days = (here.date() - timedelta(days=1), here.date())
    return any(start <= here < end for day in days for start, end in _spans(hours, day))


def next_opening(hours: Hours, now: datetime) -> datetime | None:
    """When it opens next, in Oslo's time; None when it never closes, or does not open within three weeks."""
    here = now.astimezone(OSLO)
    if hours == "always":
        return None
    for ahead in range(_LOOKED_AHEAD):
        for start, _ in _spans(hours, here.date() + timedelta(days=ahead)):
            if start > here:
                return start
    return None


def is_workday(day: date) -> bool:
    """Whether offices are open on a day: Monday to Friday, no public holiday, no eve of one that empties offices."""
    return day.weekday() < 5 and (day.month, day.day) not in _EVES and day not in _holidays(day.year)


def office_time(now: datetime) -> bool:
    """Whether people in offices and schools may be expected at work."""
    here = now.astimezone(OSLO)
    return is_workday(here.date()) and _OFFICE[0] <= here.time() < _OFFICE[1]


def next_workday(now: datetime) -> date:
    """The next day on which somebody at work reads what is sent at `now`: today, before the day's end."""
    here = now.astimezone(OSLO)
    day = here.date()
    if is_workday(day) and here.time() < _OFFICE[1]:
        return day
    day += timedelta(days=1)
    while not is_workday(day):
        day += timedelta(days=1)
    return day


def _spans(hours: Mapping[str, str], day: date) -> Iterator[tuple[datetime, datetime]]:
    """The spans of one day. On a holiday only what is open every day of the week is known to be open."""
    working = is_workday(day)
    for days, spans in hours.items():
        first, _, last = days.partition("-")
        within = WEEKDAYS.index(first) <= day.weekday() <= WEEKDAYS.index(last or first)
        holiday = not working and (day.weekday() < 5 or day in _holidays(day.year) or (day.month, day.day) in _EVES)
        if not within or (holiday and days != _EVERY_DAY):
            continue
        for span in spans.split():
            start, end = (_at(day, clock) for clock in span.split("-"))
            yield start, end if end > start else end + timedelta(days=1)


def _at(day: date, clock: str) -> datetime:
    """A time of day in Oslo; 24:00 is the midnight that ends the day."""
    hour, minute = (int(part) for part in clock.split(":"))
    return datetime.combine(day + timedelta(days=hour // 24), time(hour % 24, minute), OSLO)


@lru_cache(maxsize=8)
def _holidays(year: int) -> frozenset[date]:
    return frozenset(country_holidays("NO", years=[year]))
