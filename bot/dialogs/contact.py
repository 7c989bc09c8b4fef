"""Whom do I contact at school: one question, then a named door."""

from __future__ import annotations

from bot.dialogs.flow import Card, Choice, Node, Question, To

ROLES = Choice("roles", To("contact.roles"))
ADMIN = Choice("admin", To("contact.admin"))
WORRIES = Choice("worries", To("worries"))

NODES: tuple[Node, ...] = (
    Question(
        "contact.who",
        (
            Choice("school_day", To("contact.teacher")),
            Choice("aks", To("contact.aks"), ("primary",)),
            Choice("grades", To("contact.grades"), ("upper",)),
            Choice("absence", To("contact.absence")),
            Choice("health", To("contact.health")),
            Choice("problem", To("contact.problem")),
            Choice("unsure", To("contact.admin")),
        ),
        asks_level=True,
    ),
    Card("contact.teacher", (ROLES, Choice("problem", To("contact.problem")), WORRIES), asks_level=True),
    Card("contact.aks", (Choice("problem", To("contact.problem")), WORRIES), levels=("primary",), asks_level=True),
    Card("contact.grades", (Choice("warnings", To("upper.warnings")), ROLES), levels=("upper",), asks_level=True),
    Card(
        "contact.absence",
        (Choice("app", To("cooperate.app")), Choice("worry", To("worry.absence"))),
        asks_level=True,
    ),
    Card(
        "contact.health",
        (Choice("nurse", To("service.school_nurse")), Choice("worry", To("worry.mental_health"))),
        asks_level=True,
    ),
    Card("contact.problem", (Choice("bullying", To("worry.bullying")), ADMIN), asks_level=True),
    Card("contact.admin", (ROLES, Choice("human", To("meta.human")), WORRIES), asks_level=True),
    Card("contact.roles", (Choice("nurse", To("service.school_nurse")), WORRIES), asks_level=True),
)
