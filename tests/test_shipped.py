"""Buttons for ever: everything that was ever sent, pressed as if months later, with nothing remembered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.application import Application
from bot.content import shipped
from bot.dialogs.flow import Flows
from bot.dialogs.flows import NODES
from bot.dialogs.respond import respond
from bot.errors import ContentError
from bot.model import LANGUAGES, LEVELS, ChoiceId, Language, Level, NodeId, Press, Show, State, Verb
from bot.render.codec import decode, encode

PLAIN: tuple[Verb, ...] = ("goto", "back", "options", "resume", "school", "district")
"""Verbs whose buttons stand on every screen, without a choice."""


def presses(flows: Flows, language: Language) -> Iterator[Press]:
    """Every button of the ledger, at every level at which it may have stood."""
    ledger, faults = shipped.read()
    assert not faults
    levels: tuple[Level | None, ...] = (None, *LEVELS)
    for node_id, sent in ledger.items():
        for level in levels:
            yield from (Press(verb, node_id, "", level, language) for verb in PLAIN)
            yield from (Press("language", node_id, other, level, language) for other in LANGUAGES)
            yield from (Press("level", node_id, other, level, language) for other in LEVELS)
            for choice in sorted(sent.choices):
                if level is None or _stood(flows, node_id, choice, level):
                    yield Press("choose", node_id, choice, level, language)


def _stood(flows: Flows, node_id: NodeId, choice: ChoiceId, level: Level) -> bool:
    """Whether the choice may have stood on the screen at that level; one that is gone may have."""
    node = flows.find(node_id)
    known = node.choice(choice, None) if node is not None else None
    return known is None or level in known.levels


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_that_was_ever_sent_is_answered(application: Application, language: Language) -> None:
    """With an empty store each reaches a screen with words and ways on, in its language, and none is called old."""
    wrong, seen = [], 0
    for press in presses(application.flows, language):
        read = decode(encode(press))
        assert read == press
        outcome = respond(application.flows, State(language=press.language), read)
        shown = [effect.screen for effect in outcome.effects if isinstance(effect, Show)]
        messages = [application.renderer.message(screen, outcome.state) for screen in shown]
        seen += 1
        if not messages or any("old_button" in screen.notes for screen in shown):
            wrong.append(encode(press))
        elif not all(message.blocks and message.rows for message in messages):
            wrong.append(f"{encode(press)} says nothing")

    assert not wrong
    assert seen > 10_000


def test_a_button_of_a_screen_that_is_gone_is_noticed(application: Application) -> None:
    """The look above can fail: without the screen the press is answered, but as an old button."""
    flows = Flows(tuple(node for node in NODES if node.id != "worry.bullying.pupils"), "start")

    outcome = respond(flows, State(language="nb"), Press("choose", "worry.bullying.pupils", "write", "primary", "nb"))

    assert [effect.screen.notes for effect in outcome.effects if isinstance(effect, Show)] == [("old_button",)]


def test_a_choice_that_moved_leads_to_its_new_screen() -> None:
    """A choice that is gone, with an entry in `ids.yaml`, opens the screen named there, and is not called old."""
    flows = Flows(NODES, "start", moved={"worry.bullying gone": "worry.bullying.pupils"})

    outcome = respond(flows, State(language="nb"), Press("choose", "worry.bullying", "gone", "primary", "nb"))

    assert next(effect.screen for effect in outcome.effects if isinstance(effect, Show)).node == "worry.bullying.pupils"
    assert "old_button" not in repr(outcome)


def test_a_release_only_adds(tmp_path: Path) -> None:
    """What was sent stays, what is new is added and counted, and a second release finds nothing new."""
    path = tmp_path / "shipped.txt"
    first = shipped.add({"start": frozenset({"a", "b"})}, path)
    second = shipped.add({"start": frozenset({"b", "c"}), "new": frozenset()}, path)
    third = shipped.add({"start": frozenset({"b", "c"}), "new": frozenset()}, path)

    ledger, faults = shipped.read(path)

    assert (first, second, third) == (3, 2, 0)
    assert {node: sorted(sent.choices) for node, sent in ledger.items()} == {"start": ["a", "b", "c"], "new": []}
    assert not faults


def test_a_garbled_ledger_stops_a_release(tmp_path: Path) -> None:
    """Nothing is written over a ledger that cannot be read: what was sent would be forgotten."""
    path = tmp_path / "shipped.txt"
    path.write_text("start: a\nnot a line\n", "utf-8")

    with pytest.raises(ContentError, match=r"shipped\.txt:2: The line cannot be read\."):
        shipped.add({"start": frozenset({"b"})}, path)

    assert path.read_text("utf-8") == "start: a\nnot a line\n"
