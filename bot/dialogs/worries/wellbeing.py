"""Unhappy or alone, at school, in AKS or in free time."""

from __future__ import annotations

from bot.dialogs.flow import Doors, Node
from bot.dialogs.worries.parts import (
    ABOVE_AKS,
    ABOVE_TEACHER_ENVIRONMENT,
    HELPLINE,
    NURSE,
    TEACHER,
    G,
    both,
    end,
    home,
    pick,
    question,
)

NODES: tuple[Node, ...] = (
    question(
        "worry.wellbeing",
        pick("school", "worry.wellbeing.school"),
        pick("aks", "worry.wellbeing.aks", G),
        pick("free_time", "worry.wellbeing.free_time"),
        pick("unsure", "worry.wellbeing.unsure"),
    ),
    *end(
        "worry.wellbeing.school",
        first=both(TEACHER),
        outside=Doors(
            (NURSE, "oslohjelpa", "service.ung_arena", "chat.kors_pa_halsen"),
            (NURSE, "oslohjelpa", "service.ung_arena", "chat.kors_pa_halsen"),
        ),
        tried=ABOVE_TEACHER_ENVIRONMENT,
    ),
    *end(
        "worry.wellbeing.aks",
        first=both("school.base_leader"),
        outside=both("oslohjelpa"),
        tried=ABOVE_AKS,
        levels=G,
    ),
    *end(
        "worry.wellbeing.free_time",
        first=Doors(("oslohjelpa",), ("service.ung_arena", "youth_clinic")),
        outside=Doors(
            ("youth_clinic", "service.ung_arena", "service.youth_mentor"),
            ("oslohjelpa", "service.youth_mentor", "chat.kors_pa_halsen"),
        ),
        tried=Doors((NURSE, HELPLINE, "service.family_counsellor"), (NURSE, HELPLINE, "service.family_counsellor")),
    ),
    *end(
        "worry.wellbeing.unsure",
        first=both(TEACHER),
        outside=both(NURSE, "oslohjelpa"),
        tried=ABOVE_TEACHER_ENVIRONMENT,
    ),
    home("worry.wellbeing"),
)
