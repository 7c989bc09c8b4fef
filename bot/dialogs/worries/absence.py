"""School refusal and absence: how long, and what seems to be behind it."""

from __future__ import annotations

from bot.dialogs.flow import Doors, Node
from bot.dialogs.worries.parts import (
    ABOVE_TEACHER,
    AGENCY,
    BULLYING_OMBUD,
    HEAD,
    NURSE,
    PUPIL_OMBUD,
    TEACHER,
    both,
    end,
    home,
    pick,
    question,
)
from bot.model import LEVELS


def _absence(how: str, base: Doors) -> tuple[Node, ...]:
    """The question why, and one end for each answer: how long decides who meets, why decides the second door."""
    first_door = {
        "school": BULLYING_OMBUD,
        "feelings": NURSE,
        "home": "oslohjelpa",
        "unsure": NURSE,
    }
    second = {
        "school": (),
        "feelings": ("gp", "service.ung_arena"),
        "home": ("service.family_counsellor",),
        "unsure": ("gp",),
    }
    first = both(TEACHER, HEAD) if how == "weeks" else both(TEACHER)
    nodes: list[Node] = [
        question(
            f"worry.absence.{how}",
            *(pick(why, f"worry.absence.{how}_{why}") for why in first_door),
            text="worry.absence.why",
        )
    ]
    for why, door in first_door.items():
        fit = [door, *(second[why] if how == "starting" else ())]
        primary, upper = (tuple(dict.fromkeys([*fit, *base.at(level)])) for level in LEVELS)
        nodes += end(
            f"worry.absence.{how}_{why}",
            first=first,
            outside=Doors(primary, upper),
            tried=Doors((AGENCY, "service.ppt", "gp"), (AGENCY, PUPIL_OMBUD, "gp"))
            if how == "weeks"
            else ABOVE_TEACHER,
            text=f"worry.absence.{how}_end",
            because=f"worry.absence.because_{why}",
        )
    return tuple(nodes)


NODES: tuple[Node, ...] = (
    question(
        "worry.absence",
        pick("starting", "worry.absence.starting"),
        pick("often", "worry.absence.often"),
        pick("weeks", "worry.absence.weeks"),
        pick("skips", "worry.absence.skips"),
    ),
    *_absence("starting", Doors((), ())),
    *_absence("often", both("service.ppt", "gp", "service.youth_mentor")),
    *_absence(
        "weeks",
        Doors(
            ("gp", "service.ppt", "service.youth_mentor", "service.child_welfare"),
            ("gp", "service.ppt", "service.youth_mentor", "service.follow_up"),
        ),
    ),
    *end(
        "worry.absence.skips",
        first=both(TEACHER),
        outside=both("service.youth_mentor", "service.outreach", "helpline.rusinfo"),
        tried=ABOVE_TEACHER,
    ),
    home("worry.absence"),
)
