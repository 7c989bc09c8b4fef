"""Buttons in the world keep working: what was ever sent is there, or is renamed to something that is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.content.catalogue import Catalogue
from bot.content.faults import Fault
from bot.content.shipped import read
from bot.dialogs.flow import Flows, Node
from bot.model import LEVELS

_FILE = "content/shipped.txt"


def check(catalogue: Catalogue, flows: Flows, root: Path) -> Iterator[Fault]:
    """Screens and choices of the ledger that are gone without an entry in `ids.yaml`."""
    shipped, faults = read(root / _FILE, root)
    yield from faults
    for node_id, sent in shipped.items():
        node = flows.nodes.get(catalogue.renamed.get(node_id, node_id))
        if node is None:
            what = f"Sent buttons carry the screen `{node_id}`, which is gone."
            yield Fault(_FILE, sent.line, what, "Name the screen that took its place under `renamed` in ids.yaml.")
            continue
        for choice in sorted(sent.choices):
            if not _leads(node, choice) and f"{node_id} {choice}" not in catalogue.moved:
                what = f"Sent buttons carry the choice `{choice}` of `{node_id}`, which is gone."
                mend = f"Name the screen it leads to as `{node_id} {choice}:` under `moved` in ids.yaml."
                yield Fault(_FILE, sent.line, what, mend)


def _leads(node: Node, choice: str) -> bool:
    return any(node.choice(choice, level) is not None for level in LEVELS)
