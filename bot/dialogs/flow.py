"""What a flow is made of: screens, the choices on them, and a closed set of next steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from bot.model import LEVELS, ChoiceId, DoorId, Level, NodeId


@dataclass(frozen=True, slots=True)
class To:
    """The next screen, whatever the level."""

    node: NodeId


@dataclass(frozen=True, slots=True)
class ByLevel:
    """A next screen for each level."""

    primary: NodeId
    upper: NodeId


Next: TypeAlias = To | ByLevel


@dataclass(frozen=True, slots=True)
class Choice:
    """One way on from a screen. `hidden` ones have no button: typed text, a command or a link takes them."""

    id: ChoiceId
    next: Next
    levels: tuple[Level, ...] = LEVELS
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """A screen: words from the content, and choices.

    `text` is the id of its words, the node's own id if left out, so that questions which ask the same share them.
    `levels` are those it exists for. `asks_level`: the parent must have said which school before seeing it.
    `columns`: buttons side by side.
    """

    id: NodeId
    choices: tuple[Choice, ...] = ()
    text: NodeId = ""
    levels: tuple[Level, ...] = LEVELS
    asks_level: bool = False
    columns: int = 1

    @property
    def words(self) -> NodeId:
        """The id under which the content keeps this screen's words."""
        return self.text or self.id

    def choice(self, choice_id: ChoiceId, level: Level | None) -> Choice | None:
        """The choice with that id, if there is one for `level` (any level, when None)."""
        for choice in self.choices:
            if choice.id == choice_id and (level is None or level in choice.levels):
                return choice
        return None

    def visible(self, level: Level | None) -> tuple[Choice, ...]:
        """The choices that have a button at `level`; all levels' when it is None."""
        return tuple(c for c in self.choices if not c.hidden and (level is None or level in c.levels))


@dataclass(frozen=True, slots=True)
class Question(Node):
    """A screen that asks something; its choices are the answers."""


@dataclass(frozen=True, slots=True)
class Menu(Node):
    """A screen that only leads on."""


@dataclass(frozen=True, slots=True)
class Card(Node):
    """A screen that tells something. With `door`, the card is about that person or service."""

    door: DoorId | None = None


@dataclass(frozen=True, slots=True)
class Doors:
    """Whom to turn to, in order, for each level."""

    primary: tuple[DoorId, ...]
    upper: tuple[DoorId, ...]

    def at(self, level: Level) -> tuple[DoorId, ...]:
        """The doors for `level`, first one first."""
        return self.primary if level == "primary" else self.upper


@dataclass(frozen=True, slots=True)
class End(Node):
    """The end of a worry: who first, who else, what to say, and what if nobody answers.

    `first` is the first door (or two, when they are to be tried side by side), `outside` the services that fit, `tried`
    the ladder for those who have tried the first doors already. `because` is the id of a second set of words, added
    where an earlier answer changes the advice but not the first door.
    """

    first: Doors = field(default_factory=lambda: Doors((), ()))
    outside: Doors = field(default_factory=lambda: Doors((), ()))
    tried: Doors = field(default_factory=lambda: Doors((), ()))
    because: NodeId = ""


@dataclass(frozen=True, slots=True)
class Ladder(Node):
    """For a parent who has tried already: the doors above those."""

    doors: Doors = field(default_factory=lambda: Doors((), ()))


@dataclass(frozen=True, slots=True)
class Draft(Node):
    """A message that a parent can copy and send: its words, and for whom it is at each level.

    `matter` is the id of the words that say what it is about, for a message with `{matter}` in it.
    """

    to: Doors = field(default_factory=lambda: Doors((), ()))
    matter: NodeId = ""


class Flows:
    """All screens by id, with the way from the start to each."""

    def __init__(
        self,
        nodes: tuple[Node, ...],
        root: NodeId,
        renamed: Mapping[NodeId, NodeId] | None = None,
        moved: Mapping[str, NodeId] | None = None,
    ) -> None:
        """Take the screens, the id of the first one, old ids with the id that took their place, and old choices, as
        `screen choice`, with the screen that they lead to now.
        """
        self.nodes: Mapping[NodeId, Node] = MappingProxyType({node.id: node for node in nodes})
        if len(self.nodes) != len(nodes):
            twice = sorted(n.id for n in nodes if sum(m.id == n.id for m in nodes) > 1)
            raise ValueError(f"two screens share an id: {', '.join(dict.fromkeys(twice))}")
        self.root = root
        self.renamed: Mapping[NodeId, NodeId] = MappingProxyType(dict(renamed or {}))
        self.moved: Mapping[str, NodeId] = MappingProxyType(dict(moved or {}))
        self.paths: Mapping[tuple[NodeId, Level], tuple[tuple[NodeId, ChoiceId], ...]] = MappingProxyType(
            {(node, level): path for level in LEVELS for node, path in self._shortest(level)}
        )

    def _shortest(self, level: Level) -> Iterator[tuple[NodeId, tuple[tuple[NodeId, ChoiceId], ...]]]:
        """Breadth first: each screen that can be reached at `level`, with the fewest choices that lead to it."""
        found: dict[NodeId, tuple[tuple[NodeId, ChoiceId], ...]] = {self.root: ()}
        queue = [self.root]
        for node_id in queue:
            for choice in self.nodes[node_id].choices:
                target = self.target(choice, level)
                if level in choice.levels and target in self.nodes and target not in found:
                    if level not in self.nodes[target].levels:
                        continue
                    found[target] = (*found[node_id], (node_id, choice.id))
                    queue.append(target)
        yield from found.items()

    @staticmethod
    def target(choice: Choice, level: Level) -> NodeId:
        """The screen that a choice leads to at a level."""
        match choice.next:
            case To(node):
                return node
            case ByLevel(primary, upper):
                return primary if level == "primary" else upper

    def find(self, node_id: NodeId) -> Node | None:
        """The screen with that id, or the one that took its place; None when there is neither."""
        return self.nodes.get(self.renamed.get(node_id, node_id))
