"""YAML files with the line of every key, so that a fault can say where it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from bot.content.faults import Fault

KeyPath: TypeAlias = tuple[str | int, ...]


# libyaml parses ten times faster; without it the same files are read, only more slowly.
_Base: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc,valid-type]
    """YAML where only true and false are truth values, so that an editor's `no:` is the word no, and dates are text."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] not in ("bool", "timestamp")]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed file: `data` as plain Python values, `lines` from the path of a key to its line (from 1)."""

    file: str
    data: Mapping[str, Any]
    lines: Mapping[KeyPath, int]

    def line(self, path: KeyPath) -> int:
        """The line of the key at `path`, or of the nearest key above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(path: Path, root: Path, faults: list[Fault]) -> Source:
    """Read one YAML file whose top level is a mapping; faults are added to `faults`, and the rest is still returned."""
    file = path.relative_to(root).as_posix()
    try:
        text = path.read_text("utf-8")
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            data = loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except UnicodeDecodeError:
        faults.append(Fault(file, 1, "The file is not UTF-8.", "Save it as UTF-8."))
        return Source(file, {}, {})
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be read"
        line = mark.line + 1 if mark else 1
        mend = "Look at the indentation, colons and quotation marks there."
        faults.append(Fault(file, line, f"This is not valid YAML: {problem}.", mend))
        return Source(file, {}, {})
    if data is None:
        data, node = {}, None
    if not isinstance(data, dict):
        faults.append(Fault(file, 1, "The file must hold keys with values.", "Begin each entry with `key:`."))
        return Source(file, {}, {})
    lines: dict[KeyPath, int] = {}
    if node is not None:
        _walk(node, (), lines, file, faults)
    return Source(file, data, lines)


def _walk(node: yaml.Node, path: KeyPath, lines: dict[KeyPath, int], file: str, faults: list[Fault]) -> None:
    """Note the line of every key and list item, and find keys that stand twice (YAML keeps the last in silence)."""
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            key = (*path, str(key_node.value))
            line = key_node.start_mark.line + 1
            if key in lines:
                mend = "Keep one of them and delete the other."
                faults.append(Fault(file, line, f"`{key_node.value}` stands twice (first on line {lines[key]}).", mend))
            lines[key] = line
            _walk(value_node, key, lines, file, faults)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines[*path, index] = item.start_mark.line + 1
            _walk(item, (*path, index), lines, file, faults)
