"""All flows as one graph."""

from __future__ import annotations

from bot.dialogs import contact, cooperate, meta, service, start, upper
from bot.dialogs.flow import Flows, Node
from bot.dialogs.worries import menu as worries

NODES: tuple[Node, ...] = (
    *start.NODES,
    *worries.NODES,
    *contact.NODES,
    *service.NODES,
    *cooperate.NODES,
    *upper.NODES,
    *meta.NODES,
)

FLOWS = Flows(NODES, "start")
