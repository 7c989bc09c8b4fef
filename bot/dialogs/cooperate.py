"""Working with the school, having a say, and where to read more."""

from __future__ import annotations

from bot.dialogs.flow import ByLevel, Card, Choice, Menu, Node, To

TEACHER = Choice("teacher", To("contact.teacher"))
FAU = Choice("fau", To("influence.fau"))

NODES: tuple[Node, ...] = (
    Menu(
        "cooperate",
        (
            Choice("contribute", To("cooperate.contribute")),
            Choice("app", To("cooperate.app")),
            Choice("meetings", To("cooperate.meetings")),
            Choice("influence", ByLevel("influence.overview", "influence.upper")),
            Choice("interpreter", To("cooperate.interpreter")),
            Choice("documents", To("guide.documents")),
        ),
        asks_level=True,
    ),
    Card("cooperate.contribute", (Choice("more", To("cooperate.contribute_more")), TEACHER), asks_level=True),
    Card("cooperate.contribute_more", (Choice("absence", To("worry.absence")), TEACHER), asks_level=True),
    Card("cooperate.app", (Choice("absence", To("worry.absence")), TEACHER), asks_level=True),
    Card("cooperate.meetings", (Choice("interpreter", To("cooperate.interpreter")), TEACHER), asks_level=True),
    Card("cooperate.interpreter", (TEACHER,)),
    Card("guide.documents", (TEACHER,), asks_level=True),
    Menu(
        "influence.overview",
        (
            Choice("class_contact", To("influence.class_contact")),
            FAU,
            Choice("smu", To("influence.smu")),
            Choice("board", To("influence.board")),
        ),
        levels=("primary",),
        asks_level=True,
    ),
    Card("influence.class_contact", (FAU,), levels=("primary",), asks_level=True),
    Card("influence.fau", (Choice("problem", To("contact.problem")),), levels=("primary",), asks_level=True),
    Card("influence.smu", (FAU,), levels=("primary",), asks_level=True),
    Card("influence.board", (FAU,), levels=("primary",), asks_level=True),
    Card("influence.upper", (TEACHER,), levels=("upper",), asks_level=True),
)
