"""Bullying by pupils or adults, and a child who hurts others."""

from __future__ import annotations

from bot.dialogs.flow import Doors, Node
from bot.dialogs.worries.parts import (
    AGENCY,
    BULLYING_OMBUD,
    CHILD_LINE,
    GOVERNOR,
    HEAD,
    HELPLINE,
    NURSE,
    OFFICE,
    PUPIL_OMBUD,
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
        "worry.bullying",
        pick("pupils", "worry.bullying.told"),
        pick("aks", "worry.bullying.aks_told", G),
        pick("adult", "worry.bullying.adult_told"),
        pick("mine", "worry.bullying.mine"),
    ),
    question(
        "worry.bullying.told",
        pick("no", "worry.bullying.pupils"),
        pick("teacher", "worry.bullying.told_teacher"),
        pick("principal", "worry.bullying.told_head"),
    ),
    question(
        "worry.bullying.aks_told",
        pick("no", "worry.bullying.aks"),
        pick("teacher", "worry.bullying.told_teacher"),
        pick("principal", "worry.bullying.told_head"),
        levels=G,
    ),
    question(
        "worry.bullying.adult_told",
        pick("no", "worry.bullying.adult"),
        pick("principal", "worry.bullying.adult_told_head"),
    ),
    *end(
        "worry.bullying.pupils",
        first=both(TEACHER),
        outside=both(NURSE, BULLYING_OMBUD, "chat.kors_pa_halsen", "service.police"),
        tried=Doors((HEAD, GOVERNOR, AGENCY), (HEAD, GOVERNOR, PUPIL_OMBUD)),
    ),
    *end(
        "worry.bullying.aks",
        first=both("school.base_leader"),
        outside=both(BULLYING_OMBUD, "chat.kors_pa_halsen"),
        tried=Doors(("school.aks_leader", HEAD, GOVERNOR), ()),
        levels=G,
    ),
    *end(
        "worry.bullying.told_teacher",
        first=both(HEAD),
        outside=both(BULLYING_OMBUD, NURSE, "chat.kors_pa_halsen"),
        tried=Doors((GOVERNOR, BULLYING_OMBUD, AGENCY), (GOVERNOR, BULLYING_OMBUD, PUPIL_OMBUD)),
    ),
    *end(
        "worry.bullying.told_head",
        first=both(GOVERNOR, BULLYING_OMBUD),
        outside=Doors(
            (NURSE, "chat.kors_pa_halsen", "service.police"),
            (PUPIL_OMBUD, NURSE, "chat.kors_pa_halsen", "service.police"),
        ),
        tried=both(AGENCY, "influence.fug", HELPLINE),
    ),
    *end(
        "worry.bullying.adult",
        first=both(HEAD),
        outside=both(BULLYING_OMBUD, "police.non_emergency", CHILD_LINE),
        tried=both(AGENCY, GOVERNOR, BULLYING_OMBUD),
    ),
    *end(
        "worry.bullying.adult_told_head",
        first=both(GOVERNOR, BULLYING_OMBUD),
        outside=both(AGENCY, "police.non_emergency", CHILD_LINE),
        tried=both(AGENCY, "influence.fug", HELPLINE),
    ),
    *end(
        "worry.bullying.mine",
        first=both(TEACHER),
        outside=both(NURSE, "oslohjelpa", "service.family_counsellor"),
        tried=Doors((OFFICE, HEAD, "helpline.mental_helse"), (OFFICE, HEAD, "helpline.mental_helse")),
    ),
    home("worry.bullying"),
)
