"""Conflict at home, separation, a worn-out parent."""

from __future__ import annotations

from bot.dialogs.flow import Node
from bot.dialogs.worries.parts import HELPLINE, NURSE, both, end, home, pick, question

NODES: tuple[Node, ...] = (
    question(
        "worry.family",
        pick("everyday", "worry.family.everyday"),
        pick("breakup", "worry.family.breakup"),
        pick("worn_out", "worry.family.worn_out"),
        pick("afraid", "worry.family.afraid"),
    ),
    question(
        "worry.family.afraid",
        pick("yes", "worry.abuse.home_unsafe"),
        pick("no", "crisis.abuse"),
        pick("unsure", "crisis.abuse"),
        text="worry.abuse",
    ),
    *end(
        "worry.family.everyday",
        first=both("oslohjelpa"),
        outside=both("service.family_counsellor", HELPLINE, "web.foreldrehverdag"),
        tried=both(NURSE, "family_office", HELPLINE),
    ),
    *end(
        "worry.family.breakup",
        first=both("family_office"),
        outside=both("oslohjelpa", NURSE),
        tried=both("oslohjelpa", NURSE, HELPLINE),
    ),
    *end(
        "worry.family.worn_out",
        first=both(HELPLINE, "gp"),
        outside=both("oslohjelpa", "service.child_welfare", "service.family_counsellor"),
        tried=both("oslohjelpa", NURSE, "service.child_welfare"),
    ),
    home("worry.family"),
)
