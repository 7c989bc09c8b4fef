"""Whom do I contact at school: one question, then a named door, and a message to it."""

from __future__ import annotations

from bot.dialogs.flow import Card, Choice, Node, Question, To
from bot.dialogs.ladder import A_PERSON, at_levels, draft, writes
from bot.model import LEVELS, DoorId, Level, NodeId

ROLES = Choice("roles", To("contact.roles"))
ADMIN = Choice("admin", To("contact.admin"))
WORRIES = Choice("worries", To("worries"))
PROBLEM = Choice("problem", To("contact.problem"))
NURSE = Choice("nurse", To("service.school_nurse"))


def _card(name: str, *ways: Choice, to: DoorId, silent: NodeId, levels: tuple[Level, ...] = LEVELS) -> tuple[Node, ...]:
    """A card about a person at school, and the message to them; `silent`: where one goes on whom nobody answered."""
    card = f"contact.{name}"
    return (
        Card(card, (writes(card), *ways), levels=levels, asks_level=True),
        draft(card, at_levels(to, levels), silent, levels),
    )


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
    *_card("teacher", ROLES, PROBLEM, WORRIES, to="school.contact_teacher", silent="contact.admin"),
    *_card("aks", PROBLEM, WORRIES, to="school.base_leader", silent="contact.problem", levels=("primary",)),
    *_card(
        "grades",
        Choice("warnings", To("upper.warnings")),
        ROLES,
        to="school.counsellor",
        silent="contact.admin",
        levels=("upper",),
    ),
    *_card(
        "absence",
        Choice("app", To("cooperate.app")),
        Choice("worry", To("worry.absence")),
        to="school.contact_teacher",
        silent="contact.admin",
    ),
    *_card(
        "health",
        NURSE,
        Choice("worry", To("worry.mental_health")),
        to="service.school_nurse",
        silent="contact.admin",
    ),
    *_card("problem", Choice("bullying", To("worry.bullying")), ADMIN, to="school.head", silent=A_PERSON),
    *_card("admin", ROLES, Choice("human", To("meta.human")), WORRIES, to="school.office", silent="contact.problem"),
    Card("contact.roles", (NURSE, WORRIES), asks_level=True),
)
