"""What holds for any event on any state, sense or nonsense: an answer, a sound memory, and no word that was typed."""

from __future__ import annotations

import json
from typing import TypeVar, get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.application import Application
from bot.dialogs.flow import Flows
from bot.dialogs.flows import FLOWS, NODES
from bot.dialogs.replay import LIMIT, position, replay, way_to
from bot.dialogs.respond import COMMANDS, current, respond
from bot.dialogs.topics import TOPICS
from bot.model import (
    CRISES,
    LANGUAGES,
    LEVELS,
    NONE,
    Answer,
    Command,
    Decision,
    Event,
    Forget,
    Heard,
    Language,
    Level,
    Outcome,
    Press,
    Ranked,
    Show,
    Started,
    State,
    Unreadable,
    Verb,
    View,
)
from bot.render.codec import decode, encode, payload
from bot.render.message import Message
from bot.render.screens import Renderer
from bot.store import decode as read
from bot.store import encode as write
from bot.understanding.hear import Listener

many = settings(max_examples=200, deadline=None)
few = settings(max_examples=60, deadline=None)

T = TypeVar("T")
RENAMED = Flows(NODES, "start", {"worry.teasing": "worry.bullying", "old": "meta.bot"})
"""The flows as they are after some ids were renamed: stored states and buttons may still hold the old ones."""


def maybe(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    """One of these, or nothing."""
    return st.none() | strategy


AROUND = (
    Answer("start", "worried"),
    *(
        Answer("worries", "danger"),
        Answer("danger", "abuse"),
        Answer("crisis.abuse", "child_welfare"),
        Answer("service.child_welfare", "worries"),
    )
    * LIMIT,
)
"""A way that goes round many times: each answer fits, but no parent needs so many."""
NODE_IDS = sorted(FLOWS.nodes)
CHOICE_IDS = sorted({choice.id for node in NODES for choice in node.choices})
nonsense = st.text("abcdeworuy_.|-{}æ😀\u202e\x00 ", max_size=60)
node_ids = st.sampled_from(NODE_IDS) | st.sampled_from(["worry.teasing", "old", "worry.gone", "none"]) | nonsense
choice_ids = st.sampled_from(CHOICE_IDS) | st.sampled_from(["gone", *LEVELS, *LANGUAGES]) | nonsense
topics = st.sampled_from([*TOPICS, "worry.teasing", "worry.gone"]) | nonsense
languages = maybe(st.sampled_from(LANGUAGES))
levels = maybe(st.sampled_from(LEVELS))
some_answers = st.builds(Answer, node_ids, choice_ids)


@st.composite
def wanderings(draw: st.DrawFn) -> tuple[Answer, ...]:
    """A trail that could have been walked, perhaps much longer than one that is kept, perhaps broken in the middle."""
    level = draw(st.sampled_from(LEVELS))
    node, trail = FLOWS.nodes[FLOWS.root], list[Answer]()
    turns: list[int] = draw(st.lists(st.integers(0, 11), max_size=2 * LIMIT))
    for turn in turns:
        here = node.visible(level)
        if not here:
            break
        choice = here[turn % len(here)]
        trail.append(Answer(node.id, choice.id))
        node = FLOWS.nodes[FLOWS.target(choice, level)]
    broken: bool = draw(st.booleans())
    if broken and trail:
        trail[draw(st.integers(0, len(trail) - 1))] = draw(some_answers)
    return tuple(trail)


trails = st.just(()) | wanderings() | st.lists(some_answers, max_size=3 * LIMIT).map(tuple)
states = st.builds(
    State,
    language=languages,
    level=levels,
    trail=trails,
    paused=trails,
    offered=st.lists(topics, max_size=6).map(tuple),
    view=st.sampled_from(get_args(View)),
    misses=st.integers(-3, 10),
)
presses = st.builds(Press, st.sampled_from(get_args(Verb)), node_ids, choice_ids, levels, languages)
ranked = st.builds(Ranked, topics, st.floats(0, 1))
heard = st.builds(
    Heard,
    decision=st.sampled_from(get_args(Decision)),
    topics=st.lists(ranked, max_size=5).map(tuple),
    crisis=maybe(st.sampled_from(CRISES)),
    language=languages,
    press=maybe(presses),
)
events: st.SearchStrategy[Event] = (
    presses
    | heard
    | st.builds(Started, languages, maybe(topics))
    | st.builds(Command, st.sampled_from([*COMMANDS, "start", "language"]) | nonsense)
    | st.builds(Unreadable, st.sampled_from(["media", "edited"]))
)
buttons = st.builds(
    Press,
    st.sampled_from(get_args(Verb)),
    st.sampled_from(NODE_IDS),
    st.just("") | st.sampled_from([*CHOICE_IDS, *LEVELS, *LANGUAGES]),
    levels,
    languages,
)


def shows(outcome: Outcome) -> list[Show]:
    """The screens that a step shows."""
    return [effect for effect in outcome.effects if isinstance(effect, Show)]


def known_ids(state: State) -> bool:
    """Whether every id in a state is one of the flows'."""
    given_ids = [(answer.node, answer.choice) for answer in state.trail]
    return all(
        node in RENAMED.nodes and RENAMED.nodes[node].choice(choice, None) is not None for node, choice in given_ids
    ) and all(topic in TOPICS for topic in state.offered)


def sound(flows: Flows, outcome: Outcome) -> bool:
    """Whether a step shows at least one screen, and everything it shows exists."""
    screens = [show.screen for show in shows(outcome)]
    return (
        bool(screens)
        and all(screen.node in flows.nodes for screen in screens)
        and all(flows.find(topic) for screen in screens for topic in screen.topics)
        and all(bool(screen.topics) == (screen.view == "offer") for screen in screens)
    )


@pytest.fixture(scope="session")
def renderer(application: Application) -> Renderer:
    """What puts screens into words; unlike the whole application it is short to print when a property fails."""
    return application.renderer


@pytest.fixture(scope="session")
def listener(application: Application) -> Listener:
    """What understands typed text."""
    return application.listener


# --- any event on any state ---


@many
@given(states, events)
@example(State("nb", "primary"), Heard("ask", (Ranked("none", 0.9),)))
@example(State(trail=(Answer("start", "worried"),) * 1000), Unreadable("media"))
def test_any_event_on_any_state_is_answered(state: State, event: Event) -> None:
    """Whatever comes, on whatever is remembered, there is at least one screen to show, and it exists."""
    outcome = respond(FLOWS, state, event)

    assert sound(FLOWS, outcome)


@many
@given(states, events)
@example(State("nb", "primary"), Heard("answer", (Ranked("worry.teasing", 0.9),)))
def test_any_event_is_answered_after_screens_were_renamed(state: State, event: Event) -> None:
    """Old ids, in the memory, on a button or as a topic, are answered like the new ones."""
    outcome = respond(RENAMED, state, event)

    assert sound(RENAMED, outcome)


@many
@given(states, events)
@example(State("nb", "primary", AROUND), Unreadable("media"))
@example(State("nb", "primary", AROUND), Press("choose", "worries", "bullying"))
@example(State("nb", "primary", paused=AROUND), Press("resume", "start"))
def test_the_state_after_is_where_the_parent_is(state: State, event: Event) -> None:
    """The answers kept lead to the very screen shown, so that replaying them again changes nothing."""
    outcome = respond(FLOWS, state, event)
    after = outcome.state
    if Forget() in outcome.effects:
        assert State(after.language) == after
        return
    last = shows(outcome)[-1].screen

    again = replay(FLOWS, after.trail, after.level)

    assert (last.node, after.trail) == (again.node.id, again.trail)
    assert (last.node, last.view, last.topics) == (
        current(FLOWS, after).node,
        current(FLOWS, after).view,
        current(FLOWS, after).topics,
    )
    assert after.level is None or after.level in again.node.levels
    assert len(after.trail) <= LIMIT


@few
@given(states, events)
def test_any_answer_can_be_put_into_words(renderer: Renderer, state: State, event: Event) -> None:
    """Every screen that any event leads to can be shown, with a label on every button."""
    outcome = respond(FLOWS, state, event)

    messages = [renderer.message(show.screen, outcome.state) for show in shows(outcome)]

    assert all(message.text.strip() and message.rows for message in messages)
    assert all(len(encode(button.press).encode()) <= 64 for message in messages for button in message.buttons)
    assert all(decode(encode(button.press)) == button.press for message in messages for button in message.buttons)


@few
@given(st.sampled_from(CRISES), st.lists(events, max_size=6))
def test_every_button_has_a_label_after_any_conversation(renderer: Renderer, crisis: str, after: list[Event]) -> None:
    """However a conversation goes on after a doubtful danger, no button is left without words."""
    state = State("nb", "primary")
    for event in (Heard("doubt", crisis=crisis), *after, Press("options", f"{crisis}.doubt")):
        outcome = respond(FLOWS, state, event)
        state = outcome.state

        messages = [renderer.message(show.screen, state) for show in shows(outcome)]

        assert not [button.press for message in messages for button in message.buttons if not button.label.strip()]


@many
@given(states)
@example(State("nb", "primary", offered=("worry.gone",), view="offer"))
def test_any_state_can_be_shown_again(renderer: Renderer, state: State) -> None:
    """What was stored under older flows can be put into words, as is done before a typed number is understood."""
    message = renderer.message(current(FLOWS, state), state)

    assert message.text.strip()


@few
@given(states, st.lists(events, max_size=8))
def test_a_conversation_never_gets_stuck(state: State, happened: list[Event]) -> None:
    """After any conversation, start leads to the first screen and danger to its card."""
    for event in happened:
        state = respond(FLOWS, state, event).state

    started = shows(respond(FLOWS, state, Press("goto", FLOWS.root)))[-1].screen
    endangered = shows(respond(FLOWS, state, Heard("crisis", crisis="crisis.medical")))[-1].screen

    assert FLOWS.root == started.node
    assert endangered.node == "crisis.medical"


@many
@given(states, events)
def test_a_step_is_the_same_every_time(state: State, event: Event) -> None:
    """The same event on the same state gives the same answer."""
    first = respond(FLOWS, state, event)

    assert first == respond(FLOWS, state, event)


# --- what is stored ---


@many
@given(states)
def test_a_state_survives_storage(state: State) -> None:
    """What is written down is read back as it was."""
    again = read(write(state))

    assert state == again


@many
@given(states, events)
def test_the_state_after_any_event_survives_storage(state: State, event: Event) -> None:
    """A conversation goes on after a restart as if there had been none."""
    after = respond(FLOWS, state, event).state

    again = read(write(after))

    assert after == again


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(NODE_IDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
stored = st.fixed_dictionaries(
    {},
    optional={name: values for name in ("v", "language", "level", "trail", "paused", "offered", "view", "misses")},
)


def damaged(**wrong: object) -> str:
    """A stored state with one part replaced."""
    return json.dumps({**json.loads(write(State("nb", "primary"))), **wrong})


@many
@given(st.text() | values.map(json.dumps) | stored.map(json.dumps))
@example("")
@example("null")
@example("{}")
@example("[]")
@example(damaged(trail=[["a"]]))
@example(damaged(trail=None))
@example(damaged(misses="many"))
@example(damaged(misses=[]))
@example(damaged(misses=float("nan")))
@example(damaged(misses=float("inf")))
@example(damaged(view="attic"))
@example(damaged(language=["nb"]))
@example("[" * 100_000)
@example("9" * 10_000)
def test_any_stored_text_gives_a_state(text: str) -> None:
    """A damaged row never stops the conversation: it gives a state that any event can be answered on."""
    state = read(text)

    outcome = respond(FLOWS, state, Unreadable("media"))

    assert shows(outcome)
    assert state.language in (None, *LANGUAGES)
    assert state.level in (None, *LEVELS)
    assert state.view in get_args(View)


# --- buttons and links from anywhere ---


@many
@given(st.text() | nonsense | st.from_regex(r"1[a-z]\|[a-z_.]{0,60}\|[a-z_]{0,30}\|[pux][nex].{0,9}"))
@example("1c|worry.bullying|pupils|pn\n")
@example("1c|start|worried|xx" + "x" * 4096)
@example("\ud800")
def test_any_button_data_is_read_or_refused(text: str) -> None:
    """Whatever a button carries, it is one of ours or none; what is unknown in it reaches neither memory nor screen."""
    press = decode(text)

    outcome = respond(FLOWS, State(), press or Press("goto", "gone"))

    assert shows(outcome)
    assert known_ids(outcome.state)
    assert all(show.screen.node in FLOWS.nodes for show in shows(outcome))


@many
@given(st.text() | nonsense | st.from_regex(r"1-[a-z0-9-]{0,20}-(nb|en|x|fr)-[a-z_]{0,20}", fullmatch=True))
@example("1-x-nb-worry_bullying")
@example("1-x-nb-none")
@example("1---")
@example("1-" + "x" * 62)
@example("1-x-nb-worry_bullying\n")
def test_any_link_starts_a_conversation(text: str) -> None:
    """Whatever a link carries, there is a first screen; what is unknown in it reaches neither memory nor screen."""
    started = payload(text)

    outcome = respond(FLOWS, State(), started)

    assert started.language in (None, *LANGUAGES)
    assert known_ids(outcome.state)
    assert all(show.screen.node in FLOWS.nodes for show in shows(outcome))


@many
@given(buttons)
def test_a_button_is_read_as_it_was_made(press: Press) -> None:
    """Any button of a screen comes back from its data unchanged."""
    data = encode(press)

    assert press == decode(data)


# --- typed instead of pressed ---


def typed_like_pressed(listener: Listener, message: Message, state: State) -> list[str]:
    """What typing the number or the label of each button does otherwise than pressing it."""
    wrong = []
    shown = [(button.label, button.press) for button in message.buttons]
    language: Language = state.language or "nb"
    for number, (label, press) in enumerate(shown, 1):
        expected = respond(FLOWS, state, press)
        for text in (str(number), f" {number}. ", label, label.upper(), f"{label}!"):
            heard_as = listener.hear(text, shown, language)
            done = respond(FLOWS, state, heard_as)
            same = done.state == expected.state and [s.screen for s in shows(done)] == [
                s.screen for s in shows(expected)
            ]
            # A label that speaks of danger is taken for danger first, whatever is on the screen.
            if not same and heard_as.crisis is None:
                wrong.append(f"«{text}» on {current(FLOWS, state)}: {heard_as}")
    return wrong


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_typing_a_button_equals_pressing_it(
    renderer: Renderer, listener: Listener, language: Language, level: Level
) -> None:
    """On every screen, the number or the label of a button does what the button does."""
    wrong: list[str] = []
    for node in FLOWS.nodes.values():
        if level not in node.levels:
            continue
        state = State(language, level, way_to(FLOWS, node, level))
        message = renderer.message(current(FLOWS, state), state)
        wrong += typed_like_pressed(listener, message, state)

    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("view", ["level", "options", "offer"])
def test_typing_a_button_equals_pressing_it_on_every_side(
    renderer: Renderer, listener: Listener, view: View, language: Language
) -> None:
    """The same holds for the question of level, the options and an offer, in the middle of a flow."""
    wrong: list[str] = []
    level: Level | None = None if view == "level" else "primary"
    for name in ("worries", "worry.bullying", "worry.bullying.pupils", "worry.absence.weeks_home", "contact.who"):
        trail = way_to(FLOWS, FLOWS.nodes[name], level)
        offered = ("worry.family", "service.bup", "meta.human") if view == "offer" else ()
        state = State(language, level, trail, view=view, offered=offered)
        message = renderer.message(current(FLOWS, state), state)
        assert view == current(FLOWS, state).view or position(FLOWS, state).node.id != name
        wrong += typed_like_pressed(listener, message, state)

    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("level", [*LEVELS, None])
def test_typing_works_after_everything_was_erased(
    renderer: Renderer, listener: Listener, level: Level | None, language: Language
) -> None:
    """The screen after erasing can be answered by number and label, though nothing is remembered of it."""
    erased = respond(FLOWS, State(language, level), Press("choose", "meta.delete", "yes", level, language))
    seen = renderer.message(shows(erased)[-1].screen, erased.state)
    remembered = renderer.message(current(FLOWS, State()), State(language))
    known = [(button.label, button.press) for button in remembered.buttons]

    for number, button in enumerate(seen.buttons, 1):
        expected = shows(respond(FLOWS, erased.state, button.press))[-1].screen
        for text in (str(number), button.label):
            understood = listener.hear(text, known, language)
            opened = shows(respond(FLOWS, State(language), understood))[-1].screen
            if understood.crisis is None:
                assert (expected.node, expected.view) == (opened.node, opened.view), text


@few
@given(st.text(max_size=200) | nonsense)
@example("")
@example("\u200b\u202e")
@example("😀")
@example("مرحبا")
@example("a" * 4096)
@example("9" * 4096)
@example("²")
@example("١")
@example("{phone:emergency.medical}")
def test_any_text_is_answered(renderer: Renderer, listener: Listener, text: str) -> None:
    """Whatever is typed on whatever screen has an answer, and nothing of it is remembered."""
    state = State("nb", "primary")
    shown = [(button.label, button.press) for button in renderer.message(current(FLOWS, state), state).buttons]

    outcome = respond(FLOWS, state, listener.hear(text, shown))

    assert shows(outcome)
    assert known_ids(outcome.state)
    assert NONE not in outcome.state.offered
