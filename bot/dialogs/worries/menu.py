"""The menu of worries, and all that follows it. Order and first doors follow docs/guidance.md."""

from __future__ import annotations

from bot.dialogs.flow import Menu, Node
from bot.dialogs.ladder import DANGER
from bot.dialogs.worries import (
    absence,
    abuse,
    bullying,
    crime,
    dropout,
    family,
    learning,
    mental_health,
    other,
    substance,
    wellbeing,
)
from bot.dialogs.worries.parts import V, pick

WORRIES = Menu(
    "worries",
    (
        pick("absence", "worry.absence"),
        pick("bullying", "worry.bullying"),
        pick("wellbeing", "worry.wellbeing"),
        pick("learning", "worry.learning"),
        pick("mental_health", "worry.mental_health"),
        pick("substance", "worry.substance"),
        pick("crime", "worry.crime"),
        pick("family", "worry.family"),
        pick("abuse", "worry.abuse"),
        pick("dropout", "worry.dropout", V),
        pick("other", "worry.other"),
        DANGER,
    ),
    asks_level=True,
    columns=2,
)

NODES: tuple[Node, ...] = (
    WORRIES,
    *learning.NODES,
    *wellbeing.NODES,
    *bullying.NODES,
    *absence.NODES,
    *mental_health.NODES,
    *substance.NODES,
    *crime.NODES,
    *family.NODES,
    *abuse.NODES,
    *dropout.NODES,
    *other.NODES,
)
