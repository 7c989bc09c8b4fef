"""The flows as a Mermaid diagram: screens as boxes, answers on the arrows."""

from __future__ import annotations

from bot.content.catalogue import Catalogue
from bot.dialogs.flow import End, Flows, Ladder, Question
from bot.model import Language, Level
from bot.render.keyboard import choice_label
from bot.render.prose import plain


def mermaid(flows: Flows, catalogue: Catalogue, level: Level, language: Language) -> str:
    """The diagram in Mermaid's language, without what hangs on every end: ladder, home card and danger."""
    book = catalogue.books[language]
    lines = ["flowchart LR"]
    for node in flows.nodes.values():
        if level not in node.levels or _everywhere(node.id, node):
            continue
        text = book.nodes[node.words]
        title = plain(text.title.at(level) or node.id, catalogue.facts, language).replace('"', "'")
        match node:
            case Question():
                lines.append(f'  {_name(node.id)}{{{{"{title}"}}}}')
            case End():
                lines.append(f'  {_name(node.id)}(["{title}"])')
            case _:
                lines.append(f'  {_name(node.id)}["{title}"]')
        for choice in node.choices:
            target = flows.nodes[flows.target(choice, level)] if level in choice.levels else None
            if target is None or choice.hidden or target.id == "danger" or _everywhere(target.id, target):
                continue
            label = plain(choice_label(book, flows, node, choice, level) or "", catalogue.facts, language)
            lines.append(f'  {_name(node.id)} -->|"{label}"| {_name(target.id)}')
    return "\n".join(lines)


def _everywhere(node_id: str, node: object) -> bool:
    return isinstance(node, Ladder) or (node_id.startswith("worry.") and node_id.endswith(".home"))


def _name(node_id: str) -> str:
    return node_id.replace(".", "_") + "_"
