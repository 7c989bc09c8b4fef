"""Low mood, fear, self-harm, eating, grief."""

from __future__ import annotations

from bot.dialogs.flow import ByLevel, Node
from bot.dialogs.worries.parts import HELPLINE, NURSE, TEACHER, G, both, end, home, pick, question

NODES: tuple[Node, ...] = (
    question(
        "worry.mental_health",
        pick("low_anxious", ByLevel("worry.mental_health.low_age", "worry.mental_health.low_older")),
        pick("harm_eating", "worry.mental_health.harm_eating"),
        pick("grief_shock", ByLevel("worry.mental_health.grief_age", "worry.mental_health.grief_older")),
        pick("not_live", "crisis.suicide"),
    ),
    question(
        "worry.mental_health.low_age",
        pick("under12", "worry.mental_health.low_younger"),
        pick("over12", "worry.mental_health.low_older"),
        text="worry.mental_health.age",
        levels=G,
    ),
    question(
        "worry.mental_health.grief_age",
        pick("under12", "worry.mental_health.grief_younger"),
        pick("over12", "worry.mental_health.grief_older"),
        text="worry.mental_health.age",
        levels=G,
    ),
    *end(
        "worry.mental_health.low_younger",
        first=both(NURSE, TEACHER),
        outside=both("gp", "oslohjelpa", HELPLINE, "service.bup"),
        tried=both("gp", HELPLINE, "legevakt.national"),
        text="worry.mental_health.low",
        levels=G,
    ),
    *end(
        "worry.mental_health.low_older",
        first=both(NURSE, TEACHER),
        outside=both("service.ung_arena", "youth_clinic", "gp", "service.bup", HELPLINE),
        tried=both("gp", HELPLINE, "legevakt.national"),
        text="worry.mental_health.low",
    ),
    *end(
        "worry.mental_health.harm_eating",
        first=both("gp", NURSE),
        outside=both("service.bup", "support.ros", HELPLINE, "legevakt.national"),
        tried=both("legevakt.national", "youth_clinic", HELPLINE),
    ),
    *end(
        "worry.mental_health.grief_younger",
        first=both(NURSE, TEACHER),
        outside=both("crisis_team.oslo", "gp", "oslohjelpa", HELPLINE),
        tried=both("gp", "crisis_team.oslo", HELPLINE),
        text="worry.mental_health.grief",
        levels=G,
    ),
    *end(
        "worry.mental_health.grief_older",
        first=both(NURSE, TEACHER),
        outside=both("crisis_team.oslo", "gp", "service.ung_arena", HELPLINE),
        tried=both("gp", "crisis_team.oslo", HELPLINE),
        text="worry.mental_health.grief",
    ),
    home("worry.mental_health"),
)
