"""Where a parent is: the answers given, replayed over the flow."""

from __future__ import annotations

from dataclasses import dataclass

from bot.dialogs.flow import Flows, Node
from bot.model import Answer, Level, NodeId, State

LIMIT = 24
"""Answers that a trail may hold. Wandering from card to card ends in the shortest way to the last one."""

_MENUS = {
    "worry": "worries",
    "contact": "contact.who",
    "service": "service.overview",
    "cooperate": "cooperate",
    "guide": "cooperate",
    "influence": "cooperate",
    "upper": "upper",
    "meta": "meta.bot",
    "crisis": "danger",
}
"""The menu for each kind of id, for buttons whose screen is gone."""


@dataclass(frozen=True, slots=True)
class Position:
    """A screen, and the answers that led to it (those that no longer fit are dropped)."""

    node: Node
    trail: tuple[Answer, ...]


def replay(flows: Flows, trail: tuple[Answer, ...], level: Level | None) -> Position:
    """Walk `trail` from the start; stop at the first answer whose screen or choice is gone or not for `level`."""
    node = flows.nodes[flows.root]
    kept: list[Answer] = []
    for answer in trail[:LIMIT]:
        known = flows.find(answer.node)
        choice = known.choice(answer.choice, level) if known is not None and known.id == node.id else None
        target = flows.find(flows.target(choice, level or choice.levels[0])) if choice is not None else None
        if target is None or (level is not None and level not in target.levels):
            break
        kept.append(Answer(node.id, answer.choice))
        node = target
    return Position(node, tuple(kept))


def position(flows: Flows, state: State) -> Position:
    """Where the parent is."""
    return replay(flows, state.trail, state.level)


def way_to(flows: Flows, node: Node, level: Level | None) -> tuple[Answer, ...]:
    """The fewest answers that lead to `node`; none (the start) when it cannot be reached at `level`."""
    path = flows.paths.get((node.id, level or node.levels[0]), ())
    return tuple(Answer(step, choice) for step, choice in path)


def trail_at(flows: Flows, state: State, node: Node) -> tuple[Answer, ...]:
    """The answers that put the parent at `node`: those given so far if it is on their way, else the shortest way."""
    here = position(flows, state)
    if here.node.id == node.id:
        return here.trail
    for index, answer in enumerate(here.trail):
        if answer.node == node.id:
            return here.trail[:index]
    return way_to(flows, node, state.level)


def nearest(flows: Flows, node_id: NodeId) -> Node:
    """The screen closest to one that is gone: an ancestor by id, else the menu of its kind, else the start."""
    parts = node_id.split(".")
    while parts:
        node = flows.find(".".join(parts))
        if node is not None:
            return node
        parts.pop()
    menu = flows.find(_MENUS.get(node_id.split(".")[0], flows.root))
    return menu or flows.nodes[flows.root]
