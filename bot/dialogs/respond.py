"""One step of the conversation: a state and an event lead to a new state and to what is to be shown.

`respond` is total: any event on any state gives an answer. It does no I/O and knows no sentence in any language.
What comes first is the safety case: danger before everything else, then what was pressed or asked for.
"""

from __future__ import annotations

from dataclasses import replace

from bot.dialogs.flow import Draft, End, Flows, Ladder, Node, Question
from bot.dialogs.replay import LIMIT, nearest, position, trail_at, way_to
from bot.model import (
    FORGET,
    LANGUAGES,
    LEVELS,
    Answer,
    Command,
    Event,
    Forget,
    Heard,
    Note,
    Outcome,
    Press,
    Screen,
    Show,
    Started,
    State,
    Unreadable,
    View,
)

COMMANDS = {
    "worried": "worries",
    "contact": "contact.who",
    "help": "meta.bot",
    "privacy": "meta.privacy",
    "delete": "meta.delete",
}
"""Menu commands and the screens they open; `start` is an event of its own, `language` shows the options
and `school` the search for a school, both in place."""
IN_PLACE: dict[str, View] = {"language": "options", "school": "school"}
"""Menu commands that turn the screen where the parent is to another side."""

OFFERED = 3
"""Topics in a "did you mean" at most."""

_ERASE = Answer("meta.delete", "yes")
ERASED = "meta.deleted"
"""The screen that says so, after which nothing is remembered."""


def respond(flows: Flows, state: State, event: Event) -> Outcome:
    """The answer to `event`. The state given may be any; what does not fit the flows is dropped."""
    match event:
        case Heard(decision="crisis" | "doubt"):
            return _danger(flows, state, event)
        case Started():
            return _started(flows, state, event)
        case Press():
            return _pressed(flows, state, event)
        case Command(name="language" | "school"):
            return _show(flows, replace(state, view=IN_PLACE[event.name], offered=()))
        case Command():
            node = flows.find(COMMANDS.get(event.name, flows.root))
            return _jump(flows, state, node or flows.nodes[flows.root])
        case Heard():
            return _heard(flows, state, event)
        case Unreadable():
            return _show(flows, replace(state, view="node"), (event.kind,))


def current(flows: Flows, state: State) -> Screen:
    """The screen that `state` stands at, as it was shown last."""
    node = position(flows, state).node
    view = state.view
    offered = tuple(topic for topic in state.offered if topic in flows.nodes) if view == "offer" else ()
    if view == "offer" and not offered:
        view = "node"
    if view in ("node", "level"):
        view = "level" if node.asks_level and state.level is None else "node"
    notes: tuple[Note, ...] = ("written_in",) if state.switched else ()
    return Screen(node.id, view, notes, offered, state.offered[:OFFERED] if view == "school" else ())


def _show(flows: Flows, state: State, notes: tuple[Note, ...] = (), edit: bool = False) -> Outcome:
    """Show where the parent is; answers that no longer fit are dropped from the state here."""
    here = position(flows, state)
    state = replace(state, trail=here.trail, switched="written_in" in notes)
    screen = current(flows, state)
    state = replace(
        state,
        view=screen.view,
        offered=screen.topics or screen.schools,
        paused=() if isinstance(here.node, End) or here.node.id == flows.root else state.paused,
    )
    return Outcome(state, (Show(replace(screen, notes=notes), edit),))


def _started(flows: Flows, state: State, event: Started) -> Outcome:
    """Begin again, keeping what was said about the family; a link may name a school, a language and a topic.

    The level goes with the school: a link to a school that has both asks again.
    """
    fresh = State(
        language=event.language or state.language,
        level=event.level if event.school else state.level,
        school=event.school or state.school,
        district=state.district,
    )
    topic = flows.find(event.topic) if event.topic else None
    return _jump(flows, fresh, topic or flows.nodes[flows.root])


def _jump(
    flows: Flows, state: State, node: Node, notes: tuple[Note, ...] = (), *, pause: bool = True, edit: bool = False
) -> Outcome:
    """Go to `node` by the shortest way, and remember the place that this interrupts.

    A screen for one level only decides the level, and says so when that changes what the parent had said.
    """
    level = state.level
    if level not in node.levels and len(node.levels) == 1:
        if level is not None:
            notes = (*notes, "level_primary" if node.levels[0] == "primary" else "level_upper")
        level = node.levels[0]
    here = position(flows, state)
    flowing = isinstance(here.node, (Question, End, Ladder, Draft))
    about_the_bot = node.id.startswith("meta.") and here.node.id != flows.root
    interrupted = (flowing or about_the_bot) and here.node.id != node.id
    paused = state.paused or (here.trail if interrupted else ())
    moved = replace(
        state,
        level=level,
        trail=way_to(flows, node, level),
        paused=paused if pause else (),
        offered=(),
        view="node",
        misses=0,
    )
    return _show(flows, moved, notes, edit)


def _danger(flows: Flows, state: State, event: Heard) -> Outcome:
    """The numbers first; or, when it is not certain, the question whether it is danger, with the numbers on it."""
    card = event.crisis or "danger"
    node = flows.find(card if event.decision == "crisis" else f"{card}.doubt") or flows.nodes["danger"]
    return _jump(flows, replace(state, language=event.language or state.language), node)


def _pressed(flows: Flows, state: State, press: Press, edit: bool = True) -> Outcome:
    """A button, from any time: it carries all that is needed to answer it."""
    before = state
    # A button from before another school was chosen does not bring that one's level back; and one that chooses a school
    # leads to the place at the level before it.
    older = state.school not in (None, press.school) and state.level is not None
    state = replace(
        state,
        level=state.level if older or press.verb == "school" else press.level or state.level,
        language=state.language or press.language,
        offered=(),
        view="node",
        misses=0,
    )
    node = flows.find(press.node)
    if node is None:
        return _jump(flows, state, nearest(flows, press.node), ("old_button",), pause=False, edit=edit)
    if state.level is not None and state.level not in node.levels and press.verb in ("choose", "goto"):
        state = replace(state, level=node.levels[0])
    here = trail_at(flows, state, node)
    match press.verb:
        case "choose":
            return _chosen(flows, state, node, here, press, edit)
        case "goto":
            if node.id == flows.root:
                return _jump(flows, state, node, pause=False, edit=edit)
            if node.id in before.offered:
                # What was meant: the place where it was typed can be gone on with.
                return _jump(flows, state, node, edit=edit)
            return _arrive(flows, replace(state, trail=here), node, edit)
        case "back":
            return _show(flows, replace(state, trail=here[:-1]), edit=edit)
        case "language":
            language = next((x for x in LANGUAGES if x == press.choice), state.language)
            state = replace(state, language=language, trail=here)
            if before.view == "offer":
                state = replace(state, view="offer", offered=before.offered)
            if node.id == "meta.language":
                state = replace(state, trail=state.paused, paused=())
            return _show(flows, state, edit=edit)
        case "level":
            level = next((x for x in LEVELS if x == press.choice), state.level)
            return _show(flows, replace(state, level=level, trail=here), edit=edit)
        case "options":
            return _show(flows, replace(state, trail=here, view="options"), edit=edit)
        case "resume":
            return _show(flows, replace(state, trail=state.paused or here, paused=()), edit=edit)
        case "school" | "district":
            return _placed(flows, replace(state, trail=here), press, edit)


def _placed(flows: Flows, state: State, press: Press, edit: bool) -> Outcome:
    """The school or the district: asked for, chosen, or forgotten."""
    if not press.choice:
        return _show(flows, replace(state, view="school" if press.verb == "school" else "district"), edit=edit)
    if press.verb == "district":
        return _show(flows, replace(state, district=press.choice), edit=edit)
    chosen = None if press.choice == FORGET else press.choice
    note: Note = "school_set" if chosen else "school_forgotten"
    level = press.level if chosen else None
    return _show(flows, replace(state, school=chosen, level=level or state.level), (note,), edit)


def _chosen(flows: Flows, state: State, node: Node, here: tuple[Answer, ...], press: Press, edit: bool) -> Outcome:
    """A choice on a screen; one that is gone shows the screen again and says so."""
    choice = node.choice(press.choice, state.level)
    moved = flows.find(flows.moved.get(f"{press.node} {press.choice}", "")) if choice is None else None
    if moved is not None:
        return _jump(flows, state, moved, pause=False, edit=edit)
    if choice is None:
        return _show(flows, replace(state, trail=here), ("old_button",), edit)
    answer = Answer(node.id, choice.id)
    if answer == _ERASE:
        erased = _show(
            flows, State(language=state.language, trail=(*way_to(flows, node, state.level), answer)), edit=edit
        )
        return Outcome(State(language=state.language), (Forget(), *erased.effects))
    trail = (*here, answer)
    if len(trail) > LIMIT:
        trail = (*way_to(flows, node, state.level), answer)
    target = flows.find(flows.target(choice, state.level or choice.levels[0])) or flows.nodes[flows.root]
    return _arrive(flows, replace(state, trail=trail), target, edit)


def _arrive(flows: Flows, state: State, node: Node, edit: bool) -> Outcome:
    """Show `node` at the end of the state's trail; a screen for one level only decides the level."""
    if state.level is None and len(node.levels) == 1:
        state = replace(state, level=node.levels[0])
    return _show(flows, state, edit=edit)


def _heard(flows: Flows, state: State, event: Heard) -> Outcome:
    """A typed message that is not about danger."""
    if event.press is not None:
        return _pressed(flows, state, event.press, edit=False)
    if event.schools:
        return _show(flows, replace(state, view="school", offered=event.schools[:OFFERED], misses=0))
    if state.view == "school" and event.decision == "unknown":
        return _show(flows, replace(state, offered=()), ("school_not_found",))
    notes: tuple[Note, ...] = ()
    if event.language is not None and event.language != state.language:
        notes = ("written_in",) if state.language is not None else ()
        state = replace(state, language=event.language)
    known = tuple(node.id for ranked in event.topics if (node := flows.find(ranked.topic)) is not None)
    if event.decision == "answer" and known:
        return _jump(flows, state, flows.nodes[known[0]], notes)
    if event.decision == "ask" and known:
        # A second "did you mean" in a row is a miss: the first one did not help.
        misses = state.misses + (state.view == "offer")
        if misses < 2:
            asked = replace(state, offered=known[:OFFERED], view="offer", misses=misses)
            return _show(flows, asked, (*notes, "did_you_mean"))
    return _missed(flows, state, notes)


def _missed(flows: Flows, state: State, notes: tuple[Note, ...]) -> Outcome:
    """Not understood: once the doors again, the second time a person to talk to."""
    if state.misses >= 1:
        person = _jump(flows, state, flows.nodes["meta.human"], (*notes, "person"))
        # Still counted: the next message that is not understood leads to the person again.
        return replace(person, state=replace(person.state, misses=state.misses + 1))
    return _show(flows, replace(state, misses=state.misses + 1, offered=(), view="node"), (*notes, "not_understood"))


def answers(flows: Flows, state: State) -> tuple[Answer, ...]:
    """The answers given that a parent may want to change: those to questions, and the worry that was picked."""
    kept = position(flows, state).trail
    return tuple(
        a
        for a in kept
        if (isinstance(flows.nodes[a.node], Question) or a.node == "worries")
        and any(choice.id == a.choice for choice in flows.nodes[a.node].visible(state.level))
    )
