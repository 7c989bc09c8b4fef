"""A pupil in upper secondary who wants to quit, chose wrong, or is out."""

from __future__ import annotations

from bot.dialogs.flow import Node
from bot.dialogs.worries.parts import HEAD, OFFICE, PUPIL_OMBUD, TEACHER, V, both, end, home, pick, question

NODES: tuple[Node, ...] = (
    question(
        "worry.dropout",
        pick("thinking", "worry.dropout.thinking"),
        pick("wrong_programme", "worry.dropout.wrong_programme"),
        pick("out", "worry.dropout.out"),
        levels=V,
    ),
    *end(
        "worry.dropout.thinking",
        first=both(TEACHER),
        outside=both("service.youth_mentor", "service.ung_arena", "service.follow_up", PUPIL_OMBUD),
        tried=both("school.counsellor", HEAD, PUPIL_OMBUD),
        levels=V,
        more=(pick("absence", "worry.absence"), pick("warnings", "upper.warnings")),
    ),
    *end(
        "worry.dropout.wrong_programme",
        first=both("school.counsellor"),
        outside=both(PUPIL_OMBUD, "service.follow_up"),
        tried=both(TEACHER, HEAD, PUPIL_OMBUD),
        levels=V,
    ),
    *end(
        "worry.dropout.out",
        first=both("service.follow_up", "school.counsellor"),
        outside=both("service.youth_mentor", "nav", "service.ung_arena"),
        tried=both(OFFICE, PUPIL_OMBUD, "nav"),
        levels=V,
    ),
    home("worry.dropout", V),
)
