"""Vaping and snus, alcohol, drugs."""

from __future__ import annotations

from bot.dialogs.flow import Node
from bot.dialogs.worries.parts import NURSE, TEACHER, both, end, home, pick, question

_SUSPECT = both("helpline.ivareta", "youth_clinic", "service.substance_advisor")
_OFTEN = both("gp", "helpline.rusinfo", "helpline.ivareta", "service.outreach", "service.child_welfare")

NODES: tuple[Node, ...] = (
    question(
        "worry.substance",
        pick("snus_vape", "worry.substance.snus_vape"),
        pick("alcohol", "worry.substance.alcohol"),
        pick("drugs", "worry.substance.drugs"),
        pick("ill_now", "crisis.medical"),
    ),
    *(
        question(
            f"worry.substance.{what}",
            pick("suspect", f"worry.substance.{what}_suspect"),
            pick("often", f"worry.substance.{what}_often"),
            text="worry.substance.how_much",
        )
        for what in ("alcohol", "drugs")
    ),
    *end(
        "worry.substance.snus_vape",
        first=both(NURSE),
        outside=both("youth_clinic", "helpline.rusinfo"),
        tried=both(TEACHER, "gp", "helpline.rusinfo"),
    ),
    *(
        node
        for what in ("alcohol", "drugs")
        for node in (
            *end(
                f"worry.substance.{what}_suspect",
                first=both("helpline.rusinfo"),
                outside=_SUSPECT,
                tried=both(NURSE, "helpline.ivareta", "gp"),
                text="worry.substance.suspect",
            ),
            *end(
                f"worry.substance.{what}_often",
                first=both("service.substance_advisor"),
                outside=_OFTEN,
                tried=both("gp", "helpline.rusinfo", "service.outreach"),
                text="worry.substance.often",
            ),
        )
    ),
    home("worry.substance"),
)
