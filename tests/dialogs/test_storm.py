"""A hundred thousand events of all kinds, one after another: each is answered, and what is kept stays small."""

from __future__ import annotations

import random
import string
from dataclasses import replace
from typing import get_args

import pytest

from bot.application import Application
from bot.dialogs.replay import LIMIT
from bot.dialogs.respond import COMMANDS, IN_PLACE, respond
from bot.dialogs.topics import TOPICS
from bot.model import (
    CRISES,
    FORGET,
    LANGUAGES,
    LEVELS,
    UNKNOWN,
    VIEWS,
    Command,
    Decision,
    Event,
    Heard,
    Language,
    Press,
    Ranked,
    Show,
    Started,
    State,
    Unreadable,
    Verb,
)
from bot.render.codec import decode, encode
from bot.store import decode as read_state
from bot.store import encode as write_state

EVENTS = 100_000
RENDERED = 10
"""One screen in so many is put into words: that takes ten times as long as the step itself."""


class Storm:
    """Events by chance, the same ones each time: mostly what a parent could do, some of it long out of date."""

    def __init__(self, application: Application, seed: int) -> None:
        """Take what there is to press and to say."""
        self.chance = random.Random(seed)
        self.nodes = [*application.flows.nodes, "worry.gone", "gone", "meta.gone.too"]
        self.choices = sorted({c.id for node in application.flows.nodes.values() for c in node.choices})
        self.schools = [*list(application.register.by_code)[:20], None]
        self.districts = [*application.catalogue.districts, UNKNOWN, FORGET, ""]
        self.flows = application.flows

    def event(self, state: State) -> Event:
        """The next event; half of the presses are buttons of the screen that was shown."""
        kind = self.chance.random()
        if kind < 0.6:
            return self._press(state)
        if kind < 0.75:
            return self._heard()
        if kind < 0.85:
            names = [*COMMANDS, *IN_PLACE]
            return Command(self.chance.choice(names))
        if kind < 0.95:
            level = self.chance.choice([None, *LEVELS])
            return Started(self._language(), self.chance.choice([None, *TOPICS, "gone"]), self._school(), level)
        return Unreadable(self.chance.choice(("media", "edited")))

    def _press(self, state: State) -> Press:
        verb: Verb = self.chance.choice(get_args(Verb))
        node_id = self.chance.choice(self.nodes)
        if state.trail and self.chance.random() < 0.5:
            node_id = state.trail[-1].node
        node = self.flows.find(node_id)
        own = [choice.id for choice in node.choices] if node is not None else []
        choice = {
            "choose": self.chance.choice(own or self.choices) if self.chance.random() < 0.8 else "gone",
            "language": self.chance.choice([*LANGUAGES, "fr"]),
            "level": self.chance.choice([*LEVELS, "middle"]),
            "school": self.chance.choice(["", FORGET, self._school() or ""]),
            "district": self.chance.choice(self.districts),
        }.get(verb, "")
        return Press(verb, node_id, choice, self.chance.choice([None, *LEVELS]), self._language(), self._school())

    def _heard(self) -> Heard:
        topics = tuple(Ranked(self.chance.choice([*TOPICS, "gone"]), 0.3) for _ in range(self.chance.randint(0, 3)))
        decision = self.chance.choice(get_args(Decision))
        schools = tuple(one for _ in range(self.chance.randint(0, 2)) if (one := self._school()))
        crisis = self.chance.choice(CRISES) if decision in ("crisis", "doubt") else None
        return Heard(decision, topics, crisis, self._language(), None, schools)

    def _language(self) -> Language | None:
        return self.chance.choice([None, *LANGUAGES])

    def _school(self) -> str | None:
        return self.chance.choice(self.schools)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_hundred_thousand_events_are_answered(application: Application, seed: int) -> None:
    """In twenty conversations at once: every event shows a screen that can be put into words; no state grows."""
    storm = Storm(application, seed)
    states = [State() for _ in range(20)]
    unanswered = []
    for number in range(EVENTS // 2):
        chat = storm.chance.randrange(len(states))
        event = storm.event(states[chat])
        outcome = respond(application.flows, states[chat], event)
        screens = [effect.screen for effect in outcome.effects if isinstance(effect, Show)]
        if len(screens) != 1 or screens[0].node not in application.flows.nodes or screens[0].view not in VIEWS:
            unanswered.append(repr(event))
        elif number % RENDERED == 0:
            message = application.renderer.message(screens[0], outcome.state)
            if not message.blocks or not message.rows:
                unanswered.append(repr(event))
        state = outcome.state
        assert len(state.trail) <= LIMIT
        assert len(state.paused) <= LIMIT
        assert len(state.offered) <= 3
        if number % 100 == 0:
            assert read_state(write_state(state)) == state
        # A store that is lost now and then, as it is for whoever presses after months.
        states[chat] = State() if storm.chance.random() < 0.01 else state

    assert not unanswered


def test_random_callback_data_is_refused_or_read_back(application: Application) -> None:
    """Fifty thousand strings near to ours: none is an error, and what is read as a button is the same when sent on."""
    chance = random.Random(5)
    letters = string.ascii_lowercase + string.digits + "|_.-pnux" + "AZæ \0"
    node_ids = list(application.flows.nodes)
    read = 0
    for _ in range(50_000):
        press = Press("choose", chance.choice(node_ids), "write", "primary", "nb", "g48u6o")
        data = list(encode(press))
        for _ in range(chance.randint(0, 3)):
            data[chance.randrange(len(data))] = chance.choice(letters)
        found = decode("".join(data))
        if found is not None:
            read += 1
            assert decode(encode(replace(found))) == found
            outcome = respond(application.flows, State(), found)
            assert any(isinstance(effect, Show) for effect in outcome.effects)

    assert 10_000 < read < 50_000
