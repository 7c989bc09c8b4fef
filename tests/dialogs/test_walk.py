"""Every flow, at every level, in every language, walked by machine: no wrong turn, no dead end, no screen too long."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import pytest

from bot.application import Application
from bot.dialogs.flow import Card, End, Flows, Ladder, Menu, Node, Question
from bot.dialogs.replay import position, way_to
from bot.dialogs.respond import COMMANDS, ERASED, current, respond
from bot.dialogs.topics import TOPICS
from bot.model import (
    CRISES,
    LANGUAGES,
    LEVELS,
    NONE,
    Answer,
    Language,
    Level,
    Outcome,
    Press,
    Screen,
    Show,
    State,
    View,
)
from bot.render.codec import LIMIT, decode, encode
from bot.render.message import Message
from bot.render.prose import blocks, plain
from bot.render.screens import END_PARTS, Renderer

MESSAGE = 4096 - 300
"""Characters of a screen: what Telegram takes, less room for the short lines that may stand above it."""
CHOICES = 6
"""Choices on a screen at most. Six is what one glance takes in and what a phone shows under a text without scrolling.

Back, start and options do not count, nor does "danger now", which is a way out and stands on many screens.
"""
LISTS = frozenset({"worries", "service.overview"})
"""Screens that are lists by their nature: eleven worries and eleven services, two a row."""
TAPS = 4
"""Taps from start to a named next step; one more when the level must be asked."""
VIEWS: tuple[View, ...] = ("node", "level", "options", "offer")

both_languages = pytest.mark.parametrize("language", LANGUAGES)
both_levels = pytest.mark.parametrize("level", LEVELS)


def nodes_at(flows: Flows, level: Level) -> list[Node]:
    """Every screen that exists at `level`."""
    return [node for node in flows.nodes.values() if level in node.levels]


def standing(flows: Flows, node: Node, level: Level | None, language: Language) -> State:
    """The state of a parent who took the shortest way to `node`."""
    return State(language, level, way_to(flows, node, level))


def shown(application: Application, state: State) -> Message:
    """What a parent in `state` sees."""
    return application.renderer.message(current(application.flows, state), state)


def screen(outcome: Outcome) -> Screen:
    """The screen that a step ends with."""
    return [effect.screen for effect in outcome.effects if isinstance(effect, Show)][-1]


def choices(message: Message) -> list[Press]:
    """The buttons that are choices of the screen itself."""
    return [button.press for button in message.buttons if button.press.verb == "choose"]


def every_view(application: Application, level: Level, language: Language) -> Iterator[tuple[str, Message]]:
    """Every side of every screen in words, with a name for it."""
    offered = tuple(topic for topic in TOPICS if topic != NONE)[:3]
    for node in nodes_at(application.flows, level):
        state = standing(application.flows, node, level, language)
        for view in VIEWS:
            topics = offered if view == "offer" else ()
            message = application.renderer.message(Screen(node.id, view, topics=topics), state)
            yield f"{node.id} ({view})", message


def sides(application: Application, view: View) -> Iterator[tuple[Node, Message]]:
    """One side of every screen, at every level, in every language."""
    for language in LANGUAGES:
        for level in LEVELS:
            for node in nodes_at(application.flows, level):
                state = standing(application.flows, node, None if view == "level" else level, language)
                topics = ("meta.human",) if view == "offer" else ()
                yield node, application.renderer.message(Screen(node.id, view, topics=topics), state)


def taps(application: Application, level: Level, language: Language, *, known: bool) -> dict[str, int]:
    """The fewest taps from start to every screen, by pressing the buttons that a parent sees."""
    flows = application.flows
    begin = State(language, level if known else None)
    fewest = {flows.root: 0}
    seen = {begin}
    queue = deque([(begin, 0)])
    while queue:
        state, count = queue.popleft()
        for button in shown(application, state).buttons:
            if button.press.verb not in ("choose", "level") or button.press.choice in set(LEVELS) - {level}:
                continue
            outcome = respond(flows, state, button.press)
            after = outcome.state
            here = screen(outcome)
            if here.view == "node" and after.level in (level, None):
                fewest.setdefault(here.node, count + 1)
            key = State(language, after.level, way_to(flows, flows.nodes[here.node], after.level), view=here.view)
            if key not in seen and after.level in (level, None):
                seen.add(key)
                queue.append((after, count + 1))
    return fewest


def endings(flows: Flows, node: Node, level: Level, so_far: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every path by visible choices from `node` to the first screen that asks and lists nothing."""
    path = (*so_far, node.id)
    if not isinstance(node, Question | Menu):
        yield path
        return
    if node.id in so_far:
        raise AssertionError(f"the questions go round: {path}")
    for choice in node.visible(level):
        yield from endings(flows, flows.nodes[flows.target(choice, level)], level, path)


def reachable(application: Application, message: Message) -> bool:
    """Whether a message names a phone number or a page."""
    phones = {
        contact.value.replace(" ", "\u00a0")
        for service in application.catalogue.facts.services.values()
        for contact in (service.phone, service.sms)
        if contact is not None
    }
    return any(span.href or span.text in phones for block in message.blocks for span in block.spans)


@both_languages
@both_levels
def test_every_screen_can_be_walked_to(application: Application, level: Level, language: Language) -> None:
    """The way that the flows know to a screen leads there, press by press."""
    flows = application.flows
    lost = []
    for node in nodes_at(flows, level):
        state = State(language, level)
        for answer in way_to(flows, node, level):
            if Answer("meta.delete", "yes") == answer:
                break
            state = respond(flows, state, Press("choose", answer.node, answer.choice)).state
        else:
            if position(flows, state).node is not node:
                lost.append(node.id)

    assert not lost


@both_languages
@both_levels
def test_every_visible_choice_leads_on(application: Application, level: Level, language: Language) -> None:
    """Each button of a screen opens the screen that the flow names, and says nothing of old buttons."""
    flows = application.flows
    wrong = []
    for node in nodes_at(flows, level):
        state = standing(flows, node, level, language)
        pressed = choices(shown(application, state))
        if [press.choice for press in pressed] != [choice.id for choice in node.visible(level)]:
            wrong.append(f"{node.id} shows other choices than it has")
        for press in pressed:
            choice = node.choice(press.choice, level)
            target = flows.target(choice, level) if choice else ""
            outcome = respond(flows, state, press)
            if screen(outcome) != Screen(target) or target == node.id:
                wrong.append(f"{node.id} {press.choice} -> {screen(outcome)}")

    assert not wrong


@both_languages
@both_levels
def test_every_choice_of_a_screen_has_its_own_label(application: Application, level: Level, language: Language) -> None:
    """No screen has two buttons with the same words, or one with none."""
    alike = []
    for node in nodes_at(application.flows, level):
        labels = [b.label for b in shown(application, standing(application.flows, node, level, language)).buttons]
        if len(set(labels)) < len(labels) or "" in labels:
            alike.append((node.id, labels))

    assert not alike


@both_languages
@both_levels
def test_every_screen_fits_in_a_message(application: Application, level: Level, language: Language) -> None:
    """Every side of every screen has words, all facts filled in, within what Telegram takes."""
    wrong = []
    for name, message in every_view(application, level, language):
        length = len("\n\n".join(block.text for block in message.blocks))
        length += 2 * sum(block.kind == "item" for block in message.blocks)
        if not 0 < length <= MESSAGE:
            wrong.append(f"{name} has {length} characters")
        if any(not block.text.strip() or "{" in block.text or "}" in block.text for block in message.blocks):
            wrong.append(f"{name} has an empty line or a fact that is not filled in")
        if language != message.language or message.blocks[0].kind != "title":
            wrong.append(f"{name} does not begin with a title in its language")

    assert not wrong


@both_languages
def test_notes_fit_above_any_screen(application: Application, language: Language) -> None:
    """The two longest short lines together take no more room than screens leave for them."""
    notes = sorted(application.catalogue.books[language].ui.notes.values(), key=len)

    room = 4096 - MESSAGE

    assert room >= len("\n\n".join([*notes[-2:], ""]))


@both_languages
@both_levels
def test_every_button_carries_all_it_needs(application: Application, level: Level, language: Language) -> None:
    """Callback data takes at most 64 bytes of ASCII and decodes to the very button it was made from."""
    wrong = []
    for name, message in every_view(application, level, language):
        for button in message.buttons:
            data = encode(button.press)
            fits = data.isascii() and len(data.encode()) <= LIMIT == 64
            if not fits or decode(data) != button.press or not button.label.strip():
                wrong.append(f"{name}: {button}")
            if (button.press.level, button.press.language) != (level, language):
                wrong.append(f"{name}: {button.label} does not know its level and language")

    assert not wrong


@both_languages
@both_levels
def test_every_keyboard_fits_a_phone(application: Application, level: Level, language: Language) -> None:
    """Rows have at most two buttons, and labels of two a row are as short as any."""
    wrong = [
        f"{name}: {[button.label for button in row]}"
        for name, message in every_view(application, level, language)
        for row in message.rows
        if not 1 <= len(row) <= 2 or any(len(button.label) > 28 for button in row)
    ]

    assert not wrong


@both_languages
@both_levels
def test_no_screen_asks_too_much_at_once(application: Application, level: Level, language: Language) -> None:
    """A screen offers at most six choices besides danger; only the lists of worries and services are longer."""
    flows = application.flows
    many = {}
    for node in nodes_at(flows, level):
        pressed = choices(shown(application, standing(flows, node, level, language)))
        counted = [press.choice for press in pressed if press.choice != "danger"]
        if len(counted) > CHOICES and node.id not in LISTS:
            many[node.id] = counted

    assert not many


@both_levels
def test_the_lists_hold_everything(application: Application, level: Level) -> None:
    """The two long lists show every worry and every service of the level, two a row."""
    flows = application.flows

    for name, prefix in (("worries", "worry."), ("service.overview", "service.")):
        topics = {t for t in TOPICS if t.startswith(prefix) and t != name and level in flows.nodes[t].levels}
        targets = {flows.target(choice, level) for choice in flows.nodes[name].visible(level)}
        assert topics == targets - {"danger"}
        assert max(len(row) for row in shown(application, standing(flows, flows.nodes[name], level, "nb")).rows) == 2


@both_languages
@both_levels
@pytest.mark.parametrize("known", [True, False], ids=["level known", "level asked"])
def test_every_end_is_near(application: Application, level: Level, language: Language, known: bool) -> None:
    """From start to any end by its buttons takes four taps at most; five when the level must be asked."""
    limit = TAPS if known else TAPS + 1
    ends = [node.id for node in nodes_at(application.flows, level) if isinstance(node, End)]

    fewest = taps(application, level, language, known=known)

    far = {end: fewest.get(end) for end in ends if fewest.get(end, limit + 1) > limit}
    assert not far


@both_languages
@both_levels
def test_help_in_danger_is_nearest(application: Application, level: Level, language: Language) -> None:
    """Every danger card is two taps from the start, and its numbers one, whether or not the level is known."""
    for known in (True, False):
        fewest = taps(application, level, language, known=known)

        assert {"danger": 1} | {crisis: 2 for crisis in CRISES} == {node: fewest[node] for node in ("danger", *CRISES)}


@both_levels
def test_every_path_ends_in_advice(application: Application, level: Level) -> None:
    """From whatever question or menu, every way on ends in an end or a card, soon, and never goes round."""
    flows = application.flows
    for node in nodes_at(flows, level):
        if isinstance(node, Question | Menu):
            for path in endings(flows, node, level):
                assert isinstance(flows.nodes[path[-1]], End | Card), path

    longest = max(endings(flows, flows.nodes[flows.root], level), key=len)

    assert len(longest) - 1 <= TAPS, longest


@both_levels
def test_worries_end_in_an_end_or_in_danger(application: Application, level: Level) -> None:
    """Every answer to a worry's questions leads to an end with its doors, or to a danger card."""
    flows = application.flows

    last = {path[-1] for path in endings(flows, flows.nodes["worries"], level)}

    assert not {node for node in last if not isinstance(flows.nodes[node], End) and not node.startswith("crisis.")} - {
        "danger"
    }


@both_languages
@both_levels
def test_every_end_says_all_it_must(application: Application, level: Level, language: Language) -> None:
    """An end shows every part under its heading, in order, every door by name, and at least one phone or link."""
    flows, facts = application.flows, application.catalogue.facts
    book = application.catalogue.books[language]
    wrong = []
    for node in nodes_at(flows, level):
        if not isinstance(node, End):
            continue
        message = shown(application, standing(flows, node, level, language))
        lines = [block.text for block in message.blocks]
        headings = [block.text for block in message.blocks if block.kind == "heading"]
        words = book.nodes[node.words]
        if node.because:
            reason = book.nodes[node.because].parts["because"].at(level) or ""
            if not reason or not {block.text for block in blocks(reason, facts, language)} <= set(lines):
                wrong.append(f"{node.id} does not say why")
        for name in END_PARTS:
            part = words.parts[name].at(level)
            said = [block.text for block in blocks(part or "", facts, language)]
            if not said or not set(said) <= set(lines) or book.ui.headings[name] not in headings:
                wrong.append(f"{node.id} does not say {name}")
        order = [book.ui.headings[name] for name in ("first", "school", "outside", "say", "next_door", "not_wait")]
        if [heading for heading in headings if heading in order] != order:
            wrong.append(f"{node.id} has its parts in another order: {headings}")
        for door in (*node.first.at(level), *node.outside.at(level)):
            name = plain(book.doors[door].name.at(level) or "", facts, language)
            if not name or not any(line.startswith(f"{name}: ") for line in lines):
                wrong.append(f"{node.id} does not name {door}")
        if not node.first.at(level) or not node.outside.at(level):
            wrong.append(f"{node.id} has no first or no outside door")
        if not reachable(application, message):
            wrong.append(f"{node.id} has neither phone nor link")

    assert not wrong


@both_languages
@both_levels
def test_no_end_is_a_dead_end(application: Application, level: Level, language: Language) -> None:
    """From every end a parent can go on: at home meanwhile, "I have tried this", danger, back, start and options."""
    flows = application.flows
    stuck = []
    for node in nodes_at(flows, level):
        if not isinstance(node, End):
            continue
        message = shown(application, standing(flows, node, level, language))
        targets = {
            screen(respond(flows, standing(flows, node, level, language), press)).node for press in choices(message)
        }
        topic = ".".join(node.id.split(".")[:2])
        if not {f"{topic}.home", f"{node.id}.tried", "danger"} <= targets:
            stuck.append(f"{node.id} leads to {sorted(targets)}")

    assert not stuck


@pytest.mark.parametrize("view", VIEWS)
def test_back_and_start_are_always_there(application: Application, view: View) -> None:
    """Every side of every screen has a way back and a way to the start, where it is not itself a first screen."""
    missing, first = [], {application.flows.root, ERASED}
    for node, message in sides(application, view):
        ways = {(b.press.verb, b.press.node) for b in message.buttons}
        back = {("back", node.id), ("goto", node.id), ("resume", node.id)}
        if node.id not in first and (("goto", application.flows.root) not in ways or not ways & back):
            missing.append(node.id)

    assert not missing


@pytest.mark.parametrize("view", ["node", "level", "offer"])
def test_language_can_be_changed_anywhere(application: Application, view: View) -> None:
    """Every side of every screen leads to the other language by one button, or by the options."""
    missing = [
        node.id
        for node, message in sides(application, view)
        if not {"options", "language"} & {button.press.verb for button in message.buttons}
    ]

    assert not missing


@both_levels
def test_no_ladder_sends_a_parent_back(application: Application, level: Level) -> None:
    """Who has tried the doors of an end is never sent to its first ones again, and always to somebody."""
    flows = application.flows
    wrong = []
    for node in nodes_at(flows, level):
        if isinstance(node, Ladder):
            end = flows.nodes[node.id.partition(".tried")[0]]
            assert isinstance(end, End)
            if set(end.first.at(level)) & set(node.doors.at(level)) or not node.doors.at(level):
                wrong.append(node.id)

    assert not wrong


@both_languages
@both_levels
def test_every_ladder_names_its_steps(application: Application, level: Level, language: Language) -> None:
    """A ladder shows each of its doors."""
    flows, facts = application.flows, application.catalogue.facts
    book = application.catalogue.books[language]
    wrong = []
    for node in nodes_at(flows, level):
        if not isinstance(node, Ladder):
            continue
        message = shown(application, standing(flows, node, level, language))
        items = [block.text for block in message.blocks if block.kind == "item"]
        names = [plain(book.doors[door].name.at(level) or "", facts, language) for door in node.doors.at(level)]
        steps = [item for item in items if any(item.startswith(f"{name}: ") for name in names)]
        if len(steps) != len(names) or not all(map(str.startswith, sorted(steps), sorted(names))):
            wrong.append(f"{node.id}: {items}")

    assert not wrong


@both_languages
@both_levels
def test_danger_shows_its_numbers_at_once(application: Application, level: Level, language: Language) -> None:
    """The danger screen, every danger card and every question whether it is danger show numbers to call."""
    flows = application.flows
    emergency = {"112", "113"}
    silent = []
    for name in ("danger", *CRISES, *(f"{crisis}.doubt" for crisis in CRISES)):
        message = shown(application, standing(flows, flows.nodes[name], level, language))
        if not any(emergency & {span.text for span in block.spans} for block in message.blocks):
            silent.append(name)

    assert not silent


@both_languages
@both_levels
def test_the_level_is_asked_once_and_leads_on(application: Application, level: Level, language: Language) -> None:
    """A screen that depends on the level asks for it first, and shows itself when it is told."""
    flows = application.flows
    wrong = []
    for node in nodes_at(flows, level):
        state = State(language, None, way_to(flows, node, level))
        here = current(flows, state)
        first = next((a.node for a in state.trail if flows.nodes[a.node].asks_level), node.id)
        if (here.view == "level") != node.asks_level and position(flows, state).node is node:
            wrong.append(f"{node.id} ({here.view}), first asked at {first}")
            continue
        if here.view == "level" and here.node == node.id:
            outcome = respond(flows, state, Press("level", node.id, level, None, language))
            if screen(outcome) != Screen(node.id) or outcome.state.level != level:
                wrong.append(f"{node.id} {screen(outcome)}")

    assert not wrong


def test_every_topic_and_command_has_a_screen(application: Application) -> None:
    """Whatever a message, a link or a command is about has a screen that can be reached."""
    flows = application.flows

    gone = [name for name in (*TOPICS, *COMMANDS.values()) if name != NONE and name not in flows.nodes]

    assert not gone


def test_renderers_agree(application: Application) -> None:
    """Walking with another renderer over the same content shows the same screens."""
    other = Renderer(application.catalogue, application.flows)
    state = standing(application.flows, application.flows.nodes["worry.bullying.pupils"], "primary", "en")

    again = other.message(current(application.flows, state), state)

    assert shown(application, state) == again
