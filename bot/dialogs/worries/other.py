"""A worry without a name yet."""

from __future__ import annotations

from bot.dialogs.flow import ByLevel, Doors, Node
from bot.dialogs.worries.parts import HEAD, HELPLINE, NURSE, OFFICE, TEACHER, both, end, home, pick, question

NODES: tuple[Node, ...] = (
    question(
        "worry.other",
        pick("school_day", "worry.wellbeing.school"),
        pick("feelings", ByLevel("worry.mental_health.low_age", "worry.mental_health.low_older")),
        pick("home", "worry.family.everyday"),
        pick("friends_free_time", "worry.wellbeing.free_time"),
        pick("unsure", "worry.other.unsure"),
    ),
    *end(
        "worry.other.unsure",
        first=both(TEACHER),
        outside=Doors((NURSE, "oslohjelpa", HELPLINE, "gp"), (NURSE, "service.ung_arena", HELPLINE, "gp")),
        tried=Doors((OFFICE, HEAD, HELPLINE), (OFFICE, HEAD, HELPLINE)),
    ),
    home("worry.other"),
)
