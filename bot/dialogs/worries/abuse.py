"""Violence, neglect, sexual abuse or control, suspected or told of."""

from __future__ import annotations

from bot.dialogs.flow import Node
from bot.dialogs.worries.parts import (
    AGENCY,
    BULLYING_OMBUD,
    CHILD_LINE,
    HEAD,
    HELPLINE,
    NURSE,
    both,
    end,
    home,
    pick,
    question,
)

NODES: tuple[Node, ...] = (
    question(
        "worry.abuse",
        pick("yes", "worry.abuse.who"),
        pick("no", "crisis.abuse"),
        pick("unsure", "crisis.abuse"),
    ),
    question(
        "worry.abuse.who",
        pick("home", "worry.abuse.home_unsafe"),
        pick("school_adult", "worry.abuse.school_adult"),
        pick("other", "worry.abuse.other"),
        pick("control", "worry.abuse.control"),
    ),
    *end(
        "worry.abuse.home_unsafe",
        first=both(CHILD_LINE, "service.child_welfare"),
        outside=both("barnehus.oslo", "shelter.oslo", "police.non_emergency", "helpline.vo"),
        tried=both("police.non_emergency", "barnehus.oslo", "shelter.oslo"),
        more=(pick("me", "worry.abuse.me"),),
    ),
    *end(
        "worry.abuse.me",
        first=both("oslohjelpa", HELPLINE),
        outside=both("atv.oslo", "service.child_welfare", "service.family_counsellor"),
        tried=both("atv.oslo", "service.child_welfare", CHILD_LINE),
    ),
    *end(
        "worry.abuse.school_adult",
        first=both("police.non_emergency", CHILD_LINE),
        outside=both(HEAD, "barnehus.oslo", BULLYING_OMBUD),
        tried=both(HEAD, AGENCY, "barnehus.oslo"),
    ),
    *end(
        "worry.abuse.other",
        first=both("police.non_emergency"),
        outside=both("assault_centre.oslo", "barnehus.oslo", "support.nok_oslo", CHILD_LINE),
        tried=both(CHILD_LINE, "barnehus.oslo", NURSE),
    ),
    *end(
        "worry.abuse.control",
        first=both(CHILD_LINE),
        outside=both("school.minority_adviser", "honour.expert_team", "service.child_welfare", "chat.unge_relasjoner"),
        tried=both("service.child_welfare", "police.non_emergency", "school.minority_adviser"),
    ),
    home("worry.abuse"),
)
