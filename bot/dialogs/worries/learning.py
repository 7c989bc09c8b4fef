"""Falls behind, reading and maths, concentration, help that does not come."""

from __future__ import annotations

from bot.dialogs.flow import Doors, Node
from bot.dialogs.worries.parts import (
    ABOVE_TEACHER,
    AGENCY,
    HEAD,
    OFFICE,
    PUPIL_OMBUD,
    TEACHER,
    both,
    end,
    home,
    pick,
    question,
)

NODES: tuple[Node, ...] = (
    question(
        "worry.learning",
        pick("reading_maths", "worry.learning.reading_maths"),
        pick("focus", "worry.learning.focus"),
        pick("behind", "worry.learning.behind"),
        pick("no_follow_up", "worry.learning.no_follow_up"),
    ),
    *end(
        "worry.learning.reading_maths",
        first=both(TEACHER),
        outside=both("service.ppt", "gp"),
        tried=ABOVE_TEACHER,
    ),
    *end(
        "worry.learning.focus",
        first=both(TEACHER),
        outside=both("gp", "service.ppt", "service.bup"),
        tried=ABOVE_TEACHER,
    ),
    *end("worry.learning.behind", first=both(TEACHER), outside=both("service.ppt"), tried=ABOVE_TEACHER),
    *end(
        "worry.learning.no_follow_up",
        first=Doors((HEAD,), ("school.department_head",)),
        outside=Doors(("service.ppt", "influence.fug"), ("service.ppt", PUPIL_OMBUD, "influence.fug")),
        tried=Doors((OFFICE, AGENCY), (OFFICE, HEAD, AGENCY)),
    ),
    home("worry.learning"),
)
