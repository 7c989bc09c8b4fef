"""The first screen, and acute danger: the screens that must never be far away."""

from __future__ import annotations

from bot.dialogs.flow import Card, Choice, Menu, Node, Question, To
from bot.model import CRISES, TopicId

AFTER: dict[TopicId, tuple[str, ...]] = {
    "crisis.suicide": ("worry.mental_health", "worry.abuse"),
    "crisis.violence": ("worry.abuse", "worry.crime"),
    "crisis.abuse": ("worry.abuse.home_unsafe", "service.child_welfare"),
    "crisis.medical": ("worry.substance", "worry.mental_health"),
    "crisis.missing": ("worry.family", "worry.abuse"),
}
"""Where a parent may go on when help is on its way, best first (guidance 3, "afterwards")."""


def _short(topic: str) -> str:
    """The last part of an id: `suicide`."""
    return topic.rsplit(".", 1)[-1]


START = Menu(
    "start",
    (
        Choice("worried", To("worries")),
        Choice("contact", To("contact.who")),
        Choice("services", To("service.overview")),
        Choice("cooperate", To("cooperate")),
        Choice("upper", To("upper"), ("upper",)),
        Choice("danger", To("danger")),
        Choice("about", To("meta.bot")),
        Choice("greeting", To("meta.greeting"), hidden=True),
        Choice("thanks", To("meta.thanks"), hidden=True),
    ),
)

DANGER = Question(
    "danger",
    (
        *(Choice(_short(crisis), To(crisis)) for crisis in CRISES),
        *(Choice(f"doubt_{_short(crisis)}", To(f"{crisis}.doubt"), hidden=True) for crisis in CRISES),
    ),
)


def _crisis(topic: TopicId) -> tuple[Node, ...]:
    """The card for one danger, and the question asked when a message may or may not mean it."""
    after = tuple(Choice(_short(node), To(node)) for node in AFTER[topic])
    return (
        Card(topic, after),
        Question(
            f"{topic}.doubt",
            (Choice("yes", To(topic)), Choice("unsure", To(topic)), Choice("no", To(AFTER[topic][0]))),
            text="crisis.doubt",
        ),
    )


NODES: tuple[Node, ...] = (START, DANGER, *(node for crisis in CRISES for node in _crisis(crisis)))
