"""All flows as one graph."""

from __future__ import annotations

from bot.dialogs import contact, cooperate, meta, service, start, upper, worry
from bot.dialogs.flow import Flows, Node

NODES: tuple[Node, ...] = (
    *start.NODES,
    *worry.NODES,
    *contact.NODES,
    *service.NODES,
    *cooperate.NODES,
    *upper.NODES,
    *meta.NODES,
)

FLOWS = Flows(NODES, "start")
