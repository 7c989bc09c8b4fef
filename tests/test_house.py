"""The house stands on its floors: imports point down only, and the pure rooms touch nothing but their arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[1] / "bot"

PURE = frozenset({"model", "dialogs", "understanding", "render"})
"""Rooms without files, network, database, clock or chance: the same arguments give the same answer."""

BELOW_APPLICATION = frozenset(
    {
        "checks",
        "content",
        "conversation",
        "database",
        "dialogs",
        "errors",
        "evaluation",
        "logs",
        "model",
        "posters",
        "render",
        "schools",
        "settings",
        "store",
        "understanding",
        "web",
    }
)
FLOORS: Mapping[str, frozenset[str]] = {
    "model": frozenset(),
    "errors": frozenset(),
    "content": frozenset({"model", "errors"}),
    "dialogs": frozenset({"model"}),
    "understanding": frozenset({"content", "model"}),
    "render": frozenset({"content", "dialogs", "schools", "model"}),
    "database": frozenset({"errors"}),
    "store": frozenset({"database", "model", "errors"}),
    "settings": frozenset({"errors"}),
    "logs": frozenset({"errors"}),
    "web": frozenset({"logs", "errors"}),
    "schools": frozenset({"content", "understanding", "model", "errors"}),
    "posters": frozenset({"content", "render", "schools", "errors", "model"}),
    "checks": frozenset({"content", "dialogs", "render", "schools", "understanding", "model"}),
    "conversation": frozenset({"dialogs", "render", "schools", "store", "understanding", "model", "errors"}),
    "evaluation": frozenset({"content", "dialogs", "render", "understanding", "model", "errors"}),
    "application": BELOW_APPLICATION,
    "channels": BELOW_APPLICATION | {"application"},
    "cli": BELOW_APPLICATION | {"application", "channels"},
    "__main__": frozenset({"cli"}),
}
"""Each room, and the rooms it may know. A room that is not here has no floor, and is a fault."""

ONLY_FOR_TYPES = {("errors", "content.faults")}
"""What may be imported under TYPE_CHECKING besides: (room, module)."""

FORBIDDEN = frozenset(
    {
        "aiohttp",
        "aiosqlite",
        "asyncio",
        "http",
        "logging",
        "os",
        "pathlib",
        "random",
        "secrets",
        "shutil",
        "socket",
        "sqlite3",
        "subprocess",
        "sys",
        "telegram",
        "tempfile",
        "threading",
        "time",
        "urllib.request",
    }
)
"""Modules that a pure room never imports."""

CLOCKS = frozenset({"now", "today", "utcnow"})
BUILTINS = frozenset({"open", "input", "print"})


@dataclass(frozen=True)
class Import:
    """One import: in which module (`dialogs.worry`), of what (`bot.model`, `os.path`), where, only for types."""

    module: str
    of: str
    place: str
    typing: bool


def modules(house: Path) -> Iterator[tuple[str, str, ast.Module]]:
    """Every module of the house: its dotted name below `bot`, its file, its syntax tree."""
    for file in sorted(house.rglob("*.py")):
        parts = file.relative_to(house).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        yield name, f"bot/{file.relative_to(house).as_posix()}", ast.parse(file.read_text("utf-8"))


def imports(name: str, file: str, tree: ast.Module) -> Iterator[Import]:
    """Every import of a module, those inside functions too."""
    for_types = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for statement in node.body
        for child in ast.walk(statement)
    }
    package = ["bot", *name.split(".")] if name else ["bot"]
    if not file.endswith("__init__.py"):
        package.pop()
    for node in ast.walk(tree):
        found: list[str] = []
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) - node.level + 1]] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            # `from package import module` means the module when there is one of that name.
            found = [f"{source}.{alias.name}" if _is_package(file, source) else source for alias in node.names]
        for of in dict.fromkeys(found):
            yield Import(name, of, f"{file}:{getattr(node, 'lineno', 1)}", id(node) in for_types)


def _is_package(file: str, source: str) -> bool:
    return source != "bot" and source.startswith("bot.") and (HOUSE.parent / source.replace(".", "/")).is_dir()


def room(module: str) -> str:
    """The room of a module: `dialogs` for `dialogs.worry`."""
    return module.split(".")[0]


def faults(house: Path) -> list[str]:
    """Everything in the house that breaks its floors or a pure room's promise."""
    found: list[str] = []
    for name, file, tree in modules(house):
        if not name:
            continue
        if room(name) not in FLOORS:
            found.append(f"{file}: the room `{room(name)}` has no floor")
            continue
        for one in imports(name, file, tree):
            found += _climbs(one)
            if room(name) in PURE and any(one.of == bad or one.of.startswith(f"{bad}.") for bad in FORBIDDEN):
                found.append(f"{one.place}: the pure room `{room(name)}` imports `{one.of}`")
        if room(name) in PURE:
            found += _impure(name, file, tree)
    return found


def _climbs(one: Import) -> Iterator[str]:
    """What is wrong with an import of ours, if anything."""
    if one.of == "bot":
        yield f"{one.place}: imports from `bot` itself"
        return
    if not one.of.startswith("bot."):
        return
    here, there = room(one.module), one.of.removeprefix("bot.")
    if one.typing and (here, there) in ONLY_FOR_TYPES:
        return
    if here == "channels" == room(there):
        mine, other = one.module.split(".")[1:2], there.split(".")[1:2]
        if mine != other:
            yield f"{one.place}: the channel `{''.join(mine)}` knows `{''.join(other)}`"
    elif here != room(there) and room(there) not in FLOORS[here]:
        yield f"{one.place}: `{here}` imports `{there}`"


def _impure(name: str, file: str, tree: ast.Module) -> Iterator[str]:
    """Reads of the clock, waits, and the built-in doors to the world."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            yield f"{file}:{node.lineno}: the pure room `{room(name)}` waits"
        elif isinstance(node, ast.Attribute) and node.attr in CLOCKS:
            yield f"{file}:{node.lineno}: the pure room `{room(name)}` reads the clock"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BUILTINS:
            yield f"{file}:{node.lineno}: the pure room `{room(name)}` calls `{node.func.id}`"


def ring(house: Path) -> list[str]:
    """Modules that import each other in a ring, imports for types aside; empty when there is no ring."""
    names = {name for name, _, _ in modules(house)}
    needs = {
        name: {one.of.removeprefix("bot.") for one in imports(name, file, tree) if not one.typing} & names
        for name, file, tree in modules(house)
    }
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def plant(tmp_path: Path, file: str, source: str) -> Path:
    """A house with one more module in it."""
    house = tmp_path / "bot"
    planted = house / file
    planted.parent.mkdir(parents=True)
    planted.write_text(source, "utf-8")
    return house


def test_imports_point_down_only() -> None:
    """Every room knows only the rooms below it, and the pure rooms touch nothing but their arguments."""
    found = faults(HOUSE)

    assert not found


def test_no_modules_import_each_other_in_a_ring() -> None:
    """Any module can be read without first reading one that needs it."""
    found = ring(HOUSE)

    assert not found


def test_every_floor_belongs_to_a_room() -> None:
    """The list of floors names no room that is gone."""
    rooms = {room(name) for name, _, _ in modules(HOUSE) if name}

    gone = sorted(set(FLOORS) - rooms)

    assert not gone


def test_the_reader_sees_the_whole_house() -> None:
    """The reader finds our own imports in every room that has any, so that silence means peace."""
    seen = {
        room(name)
        for name, file, tree in modules(HOUSE)
        for one in imports(name, file, tree)
        if one.of.startswith("bot.") and not one.typing
    }

    assert set(FLOORS) - {"model", "errors"} == seen | {"logs"}


@pytest.mark.parametrize(
    ("file", "source", "fault"),
    [
        ("dialogs/new.py", "from bot.understanding.hear import Listener", "bot/dialogs/new.py:1: `dialogs` imports"),
        ("dialogs/new.py", "def f():\n    import bot.content.load", "bot/dialogs/new.py:2: `dialogs` imports"),
        ("dialogs/deep/new.py", "from ...store import Store", "bot/dialogs/deep/new.py:1: `dialogs` imports `store`"),
        ("model.py", "from bot.errors import BotError", "bot/model.py:1: `model` imports `errors`"),
        ("errors.py", "from bot.content.faults import Fault", "bot/errors.py:1: `errors` imports `content.faults`"),
        (
            "errors.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from bot.content.load import load",
            "bot/errors.py:3: `errors` imports `content.load`",
        ),
        ("content/new.py", "from bot.render.prose import plain", "bot/content/new.py:1: `content` imports `render"),
        (
            "understanding/new.py",
            "from bot.dialogs import topics",
            "bot/understanding/new.py:1: `understanding` imports",
        ),
        ("render/new.py", "from bot.store import Store", "bot/render/new.py:1: `render` imports `store`"),
        ("store.py", "from bot.dialogs.flow import Flows", "bot/store.py:1: `store` imports `dialogs.flow`"),
        ("settings.py", "from bot.model import State", "bot/settings.py:1: `settings` imports `model`"),
        ("checks/new.py", "from bot.store import Store", "bot/checks/new.py:1: `checks` imports `store`"),
        ("evaluation/new.py", "from bot.conversation import Text", "bot/evaluation/new.py:1: `evaluation` imports"),
        ("application.py", "from bot.channels.terminal import chat", "bot/application.py:1: `application` imports"),
        ("channels/web/new.py", "from bot.cli import main", "bot/channels/web/new.py:1: `channels` imports `cli`"),
        (
            "channels/terminal.py",
            "from bot.channels.telegram.sending import Sender",
            "bot/channels/terminal.py:1: the channel `terminal` knows `telegram`",
        ),
        ("cli.py", "from bot import model", "bot/cli.py:1: imports from `bot` itself"),
        ("cli.py", "import bot", "bot/cli.py:1: imports from `bot` itself"),
        ("cli.py", "from . import model", "bot/cli.py:1: imports from `bot` itself"),
        ("attic/new.py", "x = 1", "bot/attic/new.py: the room `attic` has no floor"),
        ("dialogs/new.py", "import asyncio", "bot/dialogs/new.py:1: the pure room `dialogs` imports `asyncio`"),
        ("understanding/new.py", "from os.path import join", "the pure room `understanding` imports `os.path`"),
        ("render/new.py", "import random as r", "the pure room `render` imports `random`"),
        ("model.py", "import time", "the pure room `model` imports `time`"),
        (
            "render/new.py",
            "import datetime\nx = datetime.datetime.now()",
            "bot/render/new.py:2: the pure room `render` reads",
        ),
        ("dialogs/new.py", "from datetime import date\nx = date.today()", "the pure room `dialogs` reads the clock"),
        ("understanding/new.py", "x = open('words.txt')", "the pure room `understanding` calls `open`"),
        ("dialogs/new.py", "async def f() -> None: ...", "bot/dialogs/new.py:1: the pure room `dialogs` waits"),
    ],
)
def test_a_planted_violation_is_caught(tmp_path: Path, file: str, source: str, fault: str) -> None:
    """The reader names file, line and fault of anything that breaks the floors."""
    house = plant(tmp_path, file, source)

    (found,) = faults(house)

    assert fault in found


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("dialogs/new.py", "from bot.model import State\nfrom bot.dialogs.flow import Node"),
        ("errors.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from bot.content.faults import Fault"),
        ("channels/telegram/new.py", "from bot.channels.telegram.markup import html\nimport asyncio, os"),
        (
            "render/new.py",
            "from datetime import date, time\nfrom urllib.parse import urlsplit\nfrom bot.dialogs import flow",
        ),
        ("store.py", "import sqlite3, time, os\nfrom bot.errors import StoreError"),
    ],
)
def test_what_is_allowed_is_left_alone(tmp_path: Path, file: str, source: str) -> None:
    """The reader complains of nothing that the floors allow."""
    house = plant(tmp_path, file, source)

    found = faults(house)

    assert not found


def test_a_planted_ring_is_caught(tmp_path: Path) -> None:
    """Two modules that import each other are named."""
    house = plant(tmp_path, "dialogs/one.py", "from bot.dialogs.two import b")
    (house / "dialogs" / "two.py").write_text("from bot.dialogs.one import a", "utf-8")
    (house / "dialogs" / "three.py").write_text("from bot.dialogs.one import a", "utf-8")

    found = ring(house)

    assert {"dialogs.one", "dialogs.two"} == set(found)
