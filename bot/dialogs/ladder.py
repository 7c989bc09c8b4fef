"""From door to door: a message for the first one, and for whoever got no answer the next one up."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogs.flow import Choice, Doors, Draft, Ladder, Node, To
from bot.model import LEVELS, DoorId, Level, NodeId

WRITTEN_TO: tuple[DoorId, ...] = (
    "school.contact_teacher",
    "school.base_leader",
    "school.counsellor",
    "school.department_head",
    "school.aks_leader",
    "school.office",
    "school.head",
    "service.school_nurse",
)
"""People at school, to whom a parent can send a message; the other doors are phoned, or reached through these."""

WRITE, SILENT, TRIED = "write", "silent", "tried"
DANGER = Choice("danger", To("danger"))
A_PERSON: NodeId = "meta.human"
"""Where a parent is led who has written to all."""


def person(doors: tuple[DoorId, ...]) -> DoorId | None:
    """The first of these doors that a message can be sent to."""
    return next((door for door in doors if door in WRITTEN_TO), None)


def draft_of(node_id: NodeId) -> NodeId:
    """The id of the message that a screen offers."""
    return f"{node_id}.{WRITE}"


def writes(node_id: NodeId) -> Choice:
    """The choice that opens the message of a screen."""
    return Choice(WRITE, To(draft_of(node_id)))


def draft(node_id: NodeId, to: Doors, silent: NodeId, levels: tuple[Level, ...] = LEVELS) -> Draft:
    """The message that the screen `node_id` offers; `silent` is where a parent goes on whom nobody answered."""
    return Draft(draft_of(node_id), (Choice(SILENT, To(silent)),), levels=levels, asks_level=True, to=to)


def ladder(end: NodeId, first: Doors, tried: Doors, levels: tuple[Level, ...]) -> Iterator[Node]:
    """What follows an end: messages to its first doors, then step by step the doors above, each with its message.

    A step never shows a door that was written to on the steps before it.
    """
    step, left = f"{end}.{TRIED}", tried
    begun = _people(first, levels)
    if begun is not None:
        second = _one_person(_without(first, begun), levels)
        yield draft(end, begun, f"{draft_of(end)}2" if second else step, levels)
        if second:
            yield _next_draft(f"{draft_of(end)}2", end, second, step, levels)
    for number in range(2, 2 + len(WRITTEN_TO)):
        at = tuple(level for level in levels if person(left.at(level))) if begun is not None else ()
        name = _one_person(left, at)
        ways = (DANGER,) if name is None else (Choice(WRITE, To(draft_of(step)), at), DANGER)
        yield Ladder(step, ways, text="ladder", levels=levels, asks_level=True, doors=left)
        if name is None:
            return
        levels, left = at, _without(left, at_levels(name, at))
        above = f"{end}.{TRIED}{number}" if all(left.at(level) for level in levels) else A_PERSON
        yield _next_draft(draft_of(step), end, name, above, levels)
        if above == A_PERSON:
            return
        step = above


def _next_draft(node_id: NodeId, end: NodeId, to: DoorId, silent: NodeId, levels: tuple[Level, ...]) -> Draft:
    """A message to somebody after the first: its words are the same for all ends but for what it is about."""
    return Draft(
        node_id,
        (Choice(SILENT, To(silent)),),
        text=f"message.{to}",
        levels=levels,
        asks_level=True,
        to=at_levels(to, levels),
        matter=draft_of(end),
    )


def at_levels(door: DoorId, levels: tuple[Level, ...]) -> Doors:
    """One door, at the levels given."""
    return Doors(*(((door,) if level in levels else ()) for level in LEVELS))


def _without(doors: Doors, written: Doors) -> Doors:
    return Doors(*(tuple(door for door in doors.at(level) if door not in written.at(level)) for level in LEVELS))


def _people(doors: Doors, levels: tuple[Level, ...]) -> Doors | None:
    """The person to write to at each level; None when one of `levels` has none."""
    found = {level: person(doors.at(level)) for level in levels}
    if None in found.values():
        return None
    return Doors(*((one,) if (one := found.get(level)) else () for level in LEVELS))


def _one_person(doors: Doors, levels: tuple[Level, ...]) -> DoorId | None:
    """The next person to write to, if it is the same one at all levels: the words of the message are for one."""
    found = {person(doors.at(level)) for level in levels}
    return found.pop() if len(found) == 1 else None
