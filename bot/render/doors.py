"""Persons and services on a screen: who they are, how to reach them, and whether they answer now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from babel.dates import format_date
from babel.lists import format_list

from bot.dialogs.ladder import WRITTEN_TO
from bot.model import DoorId
from bot.render.facts import clock, weekday_and_date
from bot.render.message import Block, Span
from bot.render.opening import OSLO, Hours, is_open, is_workday, next_opening, office_time
from bot.render.places import in_district
from bot.render.prose import references
from bot.render.scene import Scene

_SPOKEN = ("phone", "sms", "chat")
_WEEK = 7
_LONG = 4
"""Days without school from which a parent is told of a break, and not of a weekend with a holiday."""


def first(scene: Scene, doors: Iterable[DoorId]) -> Iterator[Block]:
    """The doors to begin with: name and how to reach them, and when they are closed now, when they open."""
    for door_id in doors:
        door = scene.book.doors[door_id]
        yield _item(scene, door_id, f"{scene.at(door.name)}: {scene.at(door.how)}")


def awake_first(scene: Scene, doors: Iterable[DoorId]) -> list[DoorId]:
    """The doors, those that answer now first, in their order otherwise."""
    return sorted(doors, key=lambda one: not answers_now(scene, one))


def listed(scene: Scene, doors: Iterable[DoorId]) -> Iterator[Block]:
    """Doors as a list: name, what it is, how to reach it, also in the family's district."""
    for door_id in doors:
        door = scene.book.doors[door_id]
        yield _item(scene, door_id, f"{scene.at(door.name)}: {scene.at(door.what)} {scene.at(door.how)}")


def answers_now(scene: Scene, door: DoorId) -> bool:
    """Whether a door answers now, by its hours; one without known hours does while offices, or the school, are open."""
    if door in WRITTEN_TO:
        return office_time(scene.moment) and _has_school(scene, scene.moment.astimezone(OSLO).date())
    hours = _hours(scene, door)
    return any(is_open(one, scene.moment) for one in hours) if hours else office_time(scene.moment)


def meanwhile(scene: Scene, begin_with: Iterable[DoorId], others: Iterable[DoorId]) -> Iterator[Block]:
    """When all of the first doors are known to be closed: when the school sees a message, and who else answers now."""
    begin_with = tuple(begin_with)
    if not all(_closed(scene, door) for door in begin_with):
        return
    if any(door in WRITTEN_TO for door in begin_with):
        yield from school_sees(scene)
    known = [door for door in others if _hours(scene, door) and answers_now(scene, door)]
    awake = [scene.at(scene.book.doors[door].name) for door in known]
    if awake:
        text = scene.ui.times["now"].format(doors=format_list(awake, locale=scene.language))
        yield Block("paragraph", (Span(text),))


def _closed(scene: Scene, door: DoorId) -> bool:
    """Whether a door is known not to answer now; the police, say, may, though no hours are known."""
    return not answers_now(scene, door) and (door in WRITTEN_TO or bool(_hours(scene, door)))


def school_sees(scene: Scene) -> Iterator[Block]:
    """When somebody at school will see a message that is sent now; nothing while the school is at work."""
    here = scene.moment.astimezone(OSLO)
    day = _school_day(scene, here)
    ahead = (day - here.date()).days
    if ahead == 0 and here.hour >= 8:
        return
    name = "school_today" if ahead == 0 else "school_tomorrow" if ahead == 1 else "school_day"
    if ahead > _LONG:
        name = "school_break"
    yield Block("paragraph", (Span(scene.ui.times[name].format(day=_day(scene, day))),))


def _school_day(scene: Scene, here: datetime) -> date:
    """The next day with school on which a message sent now is read."""
    day = here.date()
    while not _has_school(scene, day) or (day == here.date() and here.hour >= 16):
        day += timedelta(days=1)
    return day


def _has_school(scene: Scene, day: date) -> bool:
    return is_workday(day) and not any(one.first <= day <= one.last for one in scene.catalogue.breaks.values())


def _item(scene: Scene, door: DoorId, line: str) -> Block:
    when = _opening(scene, door)
    local = in_district(scene, door)
    return Block("item", (*scene.spans(line), *((Span(f" {when}"),) if when else ()), *local))


def _opening(scene: Scene, door: DoorId) -> str:
    """Whether a door answers now, or when it opens; empty when that is not known, or when it never closes."""
    hours, times = _hours(scene, door), scene.ui.times
    if not hours or "always" in hours:
        return ""
    if answers_now(scene, door):
        return times["open"]
    openings = [at for one in hours if (at := next_opening(one, scene.moment)) is not None]
    if not openings:
        return ""
    at = min(openings)
    ahead = (at.date() - scene.moment.astimezone(OSLO).date()).days
    name = "today" if ahead == 0 else "tomorrow" if ahead == 1 else "day"
    return times[name].format(day=_day(scene, at.date()), time=clock(at.time(), scene.language))


def _day(scene: Scene, day: date) -> str:
    """A weekday, with the date when it is a week away or more."""
    if (day - scene.moment.astimezone(OSLO).date()).days < _WEEK:
        return format_date(day, "EEEE", locale=scene.language)
    return weekday_and_date(day, scene.language)


def _hours(scene: Scene, door: DoorId) -> list[Hours]:
    """The opening hours of a door's own phone and chat, as far as its text names them and they are known."""
    text = scene.at(scene.book.doors[door].how)
    named = {kind for kind, fact_id in references(text) if fact_id == door and kind in _SPOKEN}
    contacts = (scene.facts.contact(kind, door) for kind in sorted(named))
    return [contact.hours for contact in contacts if contact is not None and contact.hours is not None]
