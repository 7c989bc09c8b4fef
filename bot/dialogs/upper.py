"""Upper secondary until the pupil turns 18, and after."""

from __future__ import annotations

from bot.dialogs.flow import Card, Choice, Menu, Node, To

CONSENT = Choice("consent18", To("upper.consent18"))
TEACHER = Choice("teacher", To("contact.teacher"))

NODES: tuple[Node, ...] = (
    Menu(
        "upper",
        (
            Choice("expect", To("upper.expect")),
            Choice("absence_info", To("upper.absence_info")),
            Choice("warnings", To("upper.warnings")),
            CONSENT,
        ),
        levels=("upper",),
        asks_level=True,
    ),
    Card("upper.expect", (CONSENT, TEACHER), levels=("upper",), asks_level=True),
    Card("upper.absence_info", (Choice("worry", To("worry.absence")), CONSENT), levels=("upper",), asks_level=True),
    Card("upper.warnings", (Choice("worry", To("worry.absence")), TEACHER), levels=("upper",), asks_level=True),
    Card("upper.consent18", (Choice("expect", To("upper.expect")), TEACHER), levels=("upper",), asks_level=True),
)
