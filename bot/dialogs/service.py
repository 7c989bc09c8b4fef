"""The outside services: an overview and a card for each of the eleven that the city's text names."""

from __future__ import annotations

from bot.dialogs.flow import Card, Choice, Menu, Node, To
from bot.model import LEVELS, Level

SERVICES: tuple[tuple[str, tuple[Level, ...]], ...] = (
    ("school_nurse", LEVELS),
    ("ppt", LEVELS),
    ("ung_arena", LEVELS),
    ("bup", LEVELS),
    ("child_welfare", LEVELS),
    ("follow_up", ("upper",)),
    ("police", LEVELS),
    ("substance_advisor", LEVELS),
    ("youth_mentor", LEVELS),
    ("family_counsellor", LEVELS),
    ("outreach", LEVELS),
)
"""Seven that the school works with, then four that every district has, in the order of the city's text."""

NODES: tuple[Node, ...] = (
    Menu(
        "service.overview",
        tuple(Choice(name, To(f"service.{name}"), levels) for name, levels in SERVICES),
        asks_level=True,
        columns=2,
    ),
    *(
        Card(
            f"service.{name}",
            (Choice("worries", To("worries")), Choice("danger", To("danger"))),
            levels=levels,
            asks_level=True,
            door=f"service.{name}",
        )
        for name, levels in SERVICES
    ),
)
