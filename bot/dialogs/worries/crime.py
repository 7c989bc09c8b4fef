"""A child who was robbed or threatened, who did something, or who is in bad company."""

from __future__ import annotations

from bot.dialogs.flow import Node
from bot.dialogs.worries.parts import CHILD_LINE, HEAD, HELPLINE, TEACHER, both, end, home, pick, question

NODES: tuple[Node, ...] = (
    question(
        "worry.crime",
        pick("victim", "worry.crime.victim"),
        pick("did", "worry.crime.did"),
        pick("company", "worry.crime.company"),
        pick("now", "crisis.violence"),
    ),
    *end(
        "worry.crime.victim",
        first=both("police.non_emergency"),
        outside=both("crisis_team.oslo", "service.outreach"),
        tried=both(HEAD, "crisis_team.oslo", HELPLINE),
    ),
    *end(
        "worry.crime.did",
        first=both(TEACHER),
        outside=both("service.police", "service.outreach", "service.youth_mentor", "service.child_welfare"),
        tried=both(HEAD, "police.non_emergency", "service.outreach"),
    ),
    *end(
        "worry.crime.company",
        first=both("service.outreach"),
        outside=both("service.police", "extremism", "service.youth_mentor", "oslohjelpa", "service.child_welfare"),
        tried=both(TEACHER, "police.non_emergency", CHILD_LINE),
    ),
    home("worry.crime"),
)
