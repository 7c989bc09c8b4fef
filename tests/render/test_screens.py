"""Screens in words: what stands on each kind of screen, which buttons, and what a parent is told is stored."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest

from bot.application import Application
from bot.content.catalogue import Book, Words
from bot.dialogs.flow import Card, Draft, Flows, Menu, Node, Question
from bot.dialogs.replay import way_to
from bot.dialogs.topics import TOPICS
from bot.model import CRISES, LANGUAGES, LEVELS, NONE, Answer, Language, Level, Note, Press, Screen, State, View
from bot.render.facts import long_date
from bot.render.keyboard import choice_label
from bot.render.message import Block, Button, Message, Span
from bot.render.prose import blocks, plain
from bot.render.screens import Renderer

both_languages = pytest.mark.parametrize("language", LANGUAGES)
both_levels = pytest.mark.parametrize("level", LEVELS)

NBSP = "\u00a0"
EMERGENCY = ("112", "113", f"116{NBSP}117", f"116{NBSP}111")
NOTES: tuple[Note, ...] = ("written_in", "level_upper")
TOLD: tuple[Answer, ...] = (
    Answer("start", "worried"),
    Answer("worries", "bullying"),
    Answer("worry.bullying", "pupils"),
    Answer("worry.bullying.told", "no"),
)


@pytest.fixture(scope="session")
def renderer(application: Application) -> Renderer:
    """What puts screens into words."""
    return application.renderer


def other(language: Language) -> Language:
    """The other language."""
    return "en" if language == "nb" else "nb"


def text(book: Book, words: Words, level: Level | None, application: Application, language: Language) -> str:
    """Words with their facts, in one line."""
    return plain(words.at(level) or words.at(None) or "", application.catalogue.facts, language)


def lines(message: Message, kind: str) -> list[str]:
    """The texts of one kind of block, from top to bottom."""
    return [block.text for block in message.blocks if block.kind == kind]


def pressed(message: Message) -> list[Press]:
    """What the buttons mean, in reading order."""
    return [button.press for button in message.buttons]


def labelled(message: Message, verb: str, choice: str = "") -> str:
    """The label of the first button with that meaning."""
    return next(b.label for b in message.buttons if b.press.verb == verb and choice in ("", b.press.choice))


def everything(flows: Flows) -> list[tuple[Screen, State]]:
    """Every side of every screen, at every level, in every language."""
    views: tuple[View, ...] = ("node", "level", "options", "offer")
    return [
        (
            Screen(node.id, view, topics=("worry.family", "service.bup") if view == "offer" else ()),
            State(language, level, way_to(flows, node, level)),
        )
        for language in LANGUAGES
        for level in LEVELS
        for node in flows.nodes.values()
        if level in node.levels
        for view in views
    ]


# --- the same every time ---


def test_messages_do_not_depend_on_what_was_shown_before(application: Application) -> None:
    """Two renderers, asked for all screens in different orders, give the same messages."""
    asked = everything(application.flows)
    mixed = random.Random(7).sample(range(len(asked)), len(asked))
    one, two = (Renderer(application.catalogue, application.flows) for _ in range(2))

    straight = [one.message(*pair) for pair in asked]
    crooked = {index: two.message(*asked[index]) for index in mixed}

    assert straight == [crooked[index] for index in range(len(asked))]


def test_the_buttons_alone_are_those_of_the_message(application: Application) -> None:
    """Who asks for the buttons of a screen gets those that stand on it."""
    asked = everything(application.flows)

    buttons = [application.renderer.buttons(*pair) for pair in asked]

    assert buttons == [tuple(application.renderer.message(*pair).buttons) for pair in asked]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("level", [None, *LEVELS])
def test_no_two_buttons_of_an_offer_read_the_same(
    application: Application, language: Language, level: Level | None
) -> None:
    """Whichever topics are offered together, each button says something that no other says."""
    topics = tuple(topic for topic in TOPICS if topic != NONE and topic not in CRISES)

    buttons = application.renderer.buttons(Screen("start", "offer", topics=topics), State(language, level))

    labels = Counter(button.label for button in buttons)
    assert [label for label, times in labels.items() if times > 1] == []
    assert len(buttons) > len(topics)


def test_messages_with_the_same_words_are_equal() -> None:
    """Messages compare by what they say, so that a channel can tell when nothing has changed."""
    made = [
        Message("nb", (Block("title", (Span("Hei"),)),), ((Button("Ja", Press("back", "start")),),)) for _ in range(2)
    ]

    assert made[0] == made[1]
    assert hash(made[0]) == hash(made[1])


def test_a_message_is_read_from_top_to_bottom() -> None:
    """The text has a line for each block, and buttons are counted row by row."""
    rows = ((Button("1", Press("back", "a")), Button("2", Press("back", "b"))), (Button("3", Press("back", "c")),))
    message = Message("nb", (Block("title", (Span("A"), Span("B", "https://c.no"))), Block("item", (Span("D"),))), rows)

    assert message.text == "AB\nD"
    assert [button.label for button in message.buttons] == ["1", "2", "3"]


# --- what stands on a screen ---


@both_languages
@both_levels
def test_every_screen_shows_its_own_title_and_words(
    application: Application, renderer: Renderer, level: Level, language: Language
) -> None:
    """Each screen says what the content has for it and its level, under the headings of its parts."""
    book, facts = application.catalogue.books[language], application.catalogue.facts
    wrong = []
    for node in application.flows.nodes.values():
        if level not in node.levels or isinstance(node, Draft):
            continue
        words = book.nodes[node.words]
        message = renderer.message(Screen(node.id), State(language, level))
        parts = [(name, part) for name, words_ in words.parts.items() if (part := words_.at(level))]
        expected = [block for _, part in parts for block in blocks(part, facts, language)]
        headings = [book.ui.headings[name] for name, _ in parts if name in book.ui.headings]
        if text(book, words.title, level, application, language) not in lines(message, "title"):
            wrong.append(f"{node.id} has another title")
        if set(expected) - set(message.blocks):
            wrong.append(f"{node.id} does not say all")
        if [heading for heading in lines(message, "heading") if heading in headings] != headings:
            wrong.append(f"{node.id} has other headings: {lines(message, 'heading')}")

    assert not wrong


@both_languages
@both_levels
def test_a_card_about_a_service_says_what_it_is_and_how_to_reach_it(
    application: Application, renderer: Renderer, level: Level, language: Language
) -> None:
    """The card of a door has the door's own words, with a heading above how to get in touch."""
    book, facts = application.catalogue.books[language], application.catalogue.facts
    cards = [n for n in application.flows.nodes.values() if isinstance(n, Card) and n.door and level in n.levels]
    assert len(cards) >= 10

    for node in cards:
        door = book.doors[node.door or ""]
        shown = renderer.message(Screen(node.id), State(language, level)).blocks
        how = shown.index(Block("heading", (Span(book.ui.headings["how"]),)))

        assert set(blocks(door.what.at(level) or "", facts, language)) <= set(shown[:how])
        assert set(blocks(door.how.at(level) or "", facts, language)) <= set(shown[how:])


@both_languages
@both_levels
def test_a_question_says_what_it_is_about(
    application: Application, renderer: Renderer, level: Level, language: Language
) -> None:
    """A worry's first question shows the worry's name above it, so that a parent who typed sees it was understood."""
    book = application.catalogue.books[language]
    for name in ("worry.bullying", "worry.absence", "worry.mental_health", "worry.substance"):
        label = text(book, book.nodes[name].label, level, application, language)

        titles = lines(renderer.message(Screen(name), State(language, level)), "title")

        assert label == titles[0]
        assert len(titles) == 2


@both_languages
def test_the_question_of_level_says_what_it_is_about(
    application: Application, renderer: Renderer, language: Language
) -> None:
    """The question which school names the topic it is asked for, and nothing when it is asked for a list."""
    book = application.catalogue.books[language]
    for name in ("worry.bullying", "service.bup", "contact.who", "worries"):
        node = application.flows.nodes[name]
        label = text(book, book.nodes[node.words].label, None, application, language)

        titles = lines(renderer.message(Screen(name, "level"), State(language)), "title")

        named = [] if isinstance(node, Menu) else [label]
        assert [*named, book.ui.screens["level_title"]] == titles


@both_languages
def test_notes_stand_above_the_screen_in_order(
    application: Application, renderer: Renderer, language: Language
) -> None:
    """Short lines come first, in the order they were given, and the rest of the screen is as without them."""
    ui = application.catalogue.books[language].ui
    views: tuple[View, ...] = ("node", "level", "options", "offer")
    for view in views:
        screen = Screen("worry.bullying", view, topics=("worry.family",) if view == "offer" else ())
        without = renderer.message(screen, State(language, "upper"))

        message = renderer.message(replace(screen, notes=NOTES), State(language, "upper"))

        assert [ui.notes[note] for note in NOTES] == [block.text for block in message.blocks[:2]]
        assert without.blocks == message.blocks[2:]


@both_languages
def test_every_note_has_words(application: Application, renderer: Renderer, language: Language) -> None:
    """Whatever a step wants to say above a screen, the language has a line for it."""
    notes: tuple[Note, ...] = (
        "not_understood",
        "did_you_mean",
        "media",
        "edited",
        "old_button",
        "written_in",
        "level_primary",
        "level_upper",
        "person",
    )

    message = renderer.message(Screen("meta.human", notes=notes), State(language, "primary"))

    assert len({block.text for block in message.blocks[: len(notes)]}) == len(notes)


def test_an_unknown_language_is_norwegian(renderer: Renderer) -> None:
    """Before the parent's language is known, the words are Norwegian."""
    message = renderer.message(Screen("start"), State())

    assert renderer.message(Screen("start"), State("nb")).blocks == message.blocks
    assert message.language == "nb"


@both_languages
def test_words_fit_the_level(application: Application, renderer: Renderer, language: Language) -> None:
    """Where the content has words of its own for a level, that level gets them; before it is known, grunnskole's."""
    book = application.catalogue.books[language]
    part = next(iter(book.nodes["worries"].parts.values()))
    assert part.primary != part.upper

    shown = {level: renderer.message(Screen("worries"), State(language, level)).text for level in (*LEVELS, None)}

    facts = application.catalogue.facts
    assert plain(part.primary or "", facts, language) in shown["primary"]
    assert plain(part.upper or "", facts, language) in shown["upper"]
    assert plain(part.primary or "", facts, language) in shown[None]


# --- buttons ---


@both_languages
@pytest.mark.parametrize("level", [*LEVELS, None])
def test_the_first_screen_has_doors_language_and_options(
    renderer: Renderer, application: Application, level: Level | None, language: Language
) -> None:
    """The start shows its choices one a row, then the other language by its own name and the options; no back."""
    message = renderer.message(Screen("start"), State(language, level))
    node = application.flows.nodes["start"]
    there = other(language)

    choices = [Press("choose", "start", choice.id, level, language) for choice in node.visible(level)]
    last = [Press("language", "start", there, level, language), Press("options", "start", "", level, language)]

    assert [[choice] for choice in choices] + [last] == [[b.press for b in row] for row in message.rows]
    assert application.catalogue.books[there].ui.buttons[f"language_{there}"] == labelled(message, "language")


@both_languages
@both_levels
def test_other_screens_end_with_back_start_and_options(renderer: Renderer, level: Level, language: Language) -> None:
    """Below its choices every screen has back and start side by side, then the options."""
    for name in ("worries", "worry.bullying", "worry.bullying.pupils", "service.bup", "crisis.suicide", "meta.bot"):
        message = renderer.message(Screen(name), State(language, level))

        assert [
            [Press("back", name, "", level, language), Press("goto", "start", "", level, language)],
            [Press("options", name, "", level, language)],
        ] == [[button.press for button in row] for row in message.rows[-2:]]


@both_languages
def test_going_on_is_offered_when_something_was_interrupted(renderer: Renderer, language: Language) -> None:
    """The button to go on stands above back, and only when there is a place to go on to."""
    paused = renderer.message(Screen("service.bup"), State(language, "primary", paused=TOLD))
    plain_ = renderer.message(Screen("service.bup"), State(language, "primary"))

    assert Press("resume", "service.bup", "", "primary", language) == paused.rows[-3][0].press
    assert [press for press in pressed(paused) if press.verb != "resume"] == pressed(plain_)


@both_languages
@pytest.mark.parametrize("view", ["node", "offer"])
def test_an_answer_in_another_language_offers_to_stay_or_to_go_back(
    application: Application, renderer: Renderer, view: View, language: Language
) -> None:
    """After a change of language, one row has a button for each language in its own words, the present one first."""
    screen = Screen("meta.bot", view, notes=("written_in",), topics=("worry.family",) if view == "offer" else ())
    message = renderer.message(screen, State(language, "primary"))

    rows = [row for row in message.rows if [button.press.verb for button in row] == ["language", "language"]]

    assert len(rows) == 1
    assert [language, other(language)] == [button.press.choice for button in rows[0]]
    books = application.catalogue.books
    assert [books[x].ui.buttons["stay"] for x in (language, other(language))] == [b.label for b in rows[0]]


@both_languages
def test_the_question_of_level_has_a_button_for_each(renderer: Renderer, language: Language) -> None:
    """The two kinds of school stand first, one a row, and belong to the screen that is asked for."""
    message = renderer.message(Screen("worry.bullying", "level"), State(language))

    first = [[button.press for button in row] for row in message.rows[:2]]

    assert [[Press("level", "worry.bullying", level, None, language)] for level in LEVELS] == first


@both_languages
@both_levels
def test_options_show_what_can_be_changed(
    application: Application, renderer: Renderer, level: Level, language: Language
) -> None:
    """The options have the other language, the other level, each answer by its label, and privacy."""
    book = application.catalogue.books[language]
    message = renderer.message(Screen("worry.bullying.pupils", "options"), State(language, level, TOLD))

    choices = {
        (b.press.verb, b.press.choice or b.press.node): b.label
        for b in message.buttons
        if b.press.verb != "goto" or b.press.node not in ("start", "worry.bullying.pupils")
    }

    expected = {
        ("language", other(language)): application.catalogue.books[other(language)].ui.buttons[
            f"language_{other(language)}"
        ],
        ("school", "worry.bullying.pupils"): book.ui.buttons["find_school"],
        ("goto", "meta.privacy"): book.ui.buttons["privacy"],
    }
    expected |= {("level", x): book.ui.buttons[f"level_{x}"] for x in LEVELS if x != level}
    for answer in TOLD[1:]:
        node = application.flows.nodes[answer.node]
        expected["goto", answer.node] = own(application, book, node, answer, level, language)
    assert expected == choices


def own(application: Application, book: Book, node: Node, answer: Answer, level: Level, language: Language) -> str:
    """The label of an answer, as the content has it."""
    choice = node.choice(answer.choice, level)
    assert choice is not None
    label = choice_label(book, application.flows, node, choice, level)
    return plain(label or "", application.catalogue.facts, language)


@both_languages
@both_levels
def test_an_offer_has_the_topics_then_something_else_and_danger(
    application: Application, renderer: Renderer, level: Level, language: Language
) -> None:
    """The topics stand first in their order, by name; then "something else", which opens the worries, and danger."""
    topics = ("worry.family", "service.bup", "meta.human")
    book = application.catalogue.books[language]

    message = renderer.message(Screen("worry.bullying", "offer", topics=topics), State(language, level))

    labels = [text(book, book.nodes[topic].label, level, application, language) for topic in topics]
    assert labels == [button.label for button in list(message.buttons)[:3]]
    opened = [press.node for press in pressed(message) if press.verb == "goto"]
    assert [*topics, "worries", "danger"] == opened[:5]


@both_languages
def test_the_language_screen_has_every_language_by_its_own_name(
    application: Application, renderer: Renderer, language: Language
) -> None:
    """Somebody who cannot read the screen can still find their own language on it."""
    message = renderer.message(Screen("meta.language"), State(language, "primary"))

    names = {b.press.choice: b.label for b in message.buttons if b.press.verb == "language"}

    assert {x: application.catalogue.books[x].ui.buttons[f"language_{x}"] for x in LANGUAGES} == names


@both_languages
def test_buttons_two_a_row_where_the_screen_says_so(
    application: Application, renderer: Renderer, language: Language
) -> None:
    """The lists stand two a row, all other choices one a row."""
    for node in application.flows.nodes.values():
        message = renderer.message(Screen(node.id), State(language, node.levels[0]))
        rows = [len(row) for row in message.rows if row[0].press.verb == "choose"]

        assert set(rows[:-1]) <= {node.columns}
        assert all(0 < row <= node.columns for row in rows)


@both_languages
def test_a_label_is_the_choice_its_own_the_common_or_the_screen_it_opens(
    application: Application, language: Language
) -> None:
    """A choice is named by its screen's words, else by the common word for it, else by the screen that it opens."""
    book, flows = application.catalogue.books[language], application.flows
    bullying, start, end = (flows.nodes[name] for name in ("worry.bullying", "start", "worry.bullying.pupils"))
    assert isinstance(bullying, Question)

    found = [
        choice_label(book, flows, node, choice, "primary")
        for node, choice_id in ((bullying, "pupils"), (end, "home"), (start, "worried"))
        for choice in node.choices
        if choice.id == choice_id
    ]

    expected = [
        book.nodes["worry.bullying"].choices["pupils"].at("primary"),
        book.ui.choices["home"],
        book.nodes["worries"].label.at("primary"),
    ]
    assert expected == found


# --- privacy ---


def stored(message: Message, book: Book) -> list[str]:
    """What the privacy screen says is stored: the list under its heading."""
    texts = [block.text for block in message.blocks]
    below = message.blocks[texts.index(book.ui.headings["stored"]) + 1 :]
    return [block.text for block in below if block.kind == "item"]


def told(application: Application, answers: Iterable[Answer], level: Level, language: Language) -> str:
    """Answers as the privacy screen puts them."""
    book, flows = application.catalogue.books[language], application.flows
    return " – ".join(own(application, book, flows.nodes[a.node], a, level, language) for a in answers)


@both_languages
@both_levels
def test_privacy_shows_exactly_what_is_stored(
    application: Application, renderer: Renderer, level: Level, language: Language
) -> None:
    """Language, level, answers and the interrupted place: each that is stored has its line, and nothing else has."""
    ui = application.catalogue.books[language].ui
    here = way_to(application.flows, application.flows.nodes["meta.privacy"], level)
    state = State(language, level, here, paused=TOLD)

    message = renderer.message(Screen("meta.privacy"), state)

    assert [
        ui.stored["language"].format(language=ui.buttons[f"language_{language}"]),
        ui.stored["level"].format(level=ui.buttons[f"level_{level}"]),
        ui.stored["here"].format(answers=told(application, here, level, language)),
        ui.stored["paused"].format(answers=told(application, TOLD, level, language)),
    ] == stored(message, application.catalogue.books[language])


@both_languages
def test_privacy_shows_nothing_that_is_not_stored(
    application: Application, renderer: Renderer, language: Language
) -> None:
    """With nothing but a language remembered, the list has that one line."""
    book = application.catalogue.books[language]

    message = renderer.message(Screen("meta.privacy"), State(language))

    assert [book.ui.stored["language"].format(language=book.ui.buttons[f"language_{language}"])] == stored(
        message, book
    )


@pytest.mark.parametrize(("part", "name"), [("trail", "here"), ("paused", "paused")])
def test_no_answer_that_is_stored_is_left_out(
    application: Application, renderer: Renderer, part: str, name: str
) -> None:
    """Wherever a parent is or was, every answer on the way stands on the privacy screen in words."""
    flows, silent = application.flows, []
    for language in LANGUAGES:
        book = application.catalogue.books[language]
        begins = book.ui.stored[name].split("{")[0]
        for level in LEVELS:
            for node in flows.nodes.values():
                way = way_to(flows, node, level)
                if level not in node.levels or not way:
                    continue
                state = State(language, level, way) if part == "trail" else State(language, level, paused=way)

                said = stored(renderer.message(Screen("meta.privacy"), state), book)[-1]

                words = said.removeprefix(begins).split(" – ")
                if not said.startswith(begins) or len(words) != len(way) or not all(words):
                    silent.append(f"{node.id} ({level}, {language}): {said}")

    assert not silent


@both_languages
def test_privacy_tells_when_it_is_erased(application: Application, renderer: Renderer, language: Language) -> None:
    """The day on which everything is erased stands last on the privacy screen, and on no other screen."""
    ui, day = application.catalogue.books[language].ui, date(2026, 12, 23)

    message = renderer.message(Screen("meta.privacy"), State(language), day)
    elsewhere = renderer.message(Screen("meta.bot"), State(language), day)

    assert ui.stored["expires"].format(date=long_date(day, language)) == message.blocks[-1].text
    assert renderer.message(Screen("meta.bot"), State(language)) == elsewhere


def test_answers_to_screens_that_are_gone_are_no_riddle(renderer: Renderer) -> None:
    """An answer that has no words any more is left out, and the rest is shown."""
    gone = (*TOLD[:1], Answer("worry.gone", "yes"))

    message = renderer.message(Screen("meta.privacy"), State("nb", "primary", paused=gone))

    assert "worry.gone" not in message.text
    assert " – " not in lines(message, "item")[-1]


# --- danger ---


@both_languages
@pytest.mark.parametrize("level", [*LEVELS, None])
def test_the_danger_screen_has_the_four_numbers(renderer: Renderer, level: Level | None, language: Language) -> None:
    """112, 113, 116 117 and 116 111 stand in the text of the danger screen, each as one word."""
    shown = {
        span.text for block in renderer.message(Screen("danger"), State(language, level)).blocks for span in block.spans
    }

    assert set(EMERGENCY) <= shown


def test_the_emergency_card_speaks_both_languages(application: Application, renderer: Renderer) -> None:
    """The card for when all else fails is the danger screen in Norwegian, then in English, all numbers in each."""
    card = renderer.emergency()
    halves = [renderer.message(Screen("danger"), State(language)).blocks for language in LANGUAGES]

    assert (*halves[0], *halves[1]) == card.blocks
    for half in halves:
        assert set(EMERGENCY) <= {span.text for block in half for span in block.spans}
    assert len("\n\n".join(block.text for block in card.blocks)) <= 4096


def test_the_emergency_card_leads_on(application: Application, renderer: Renderer) -> None:
    """Its buttons work with an empty store: each names a screen that exists."""
    card = renderer.emergency()

    assert list(card.buttons)
    assert all(button.press.node in application.flows.nodes and button.label for button in card.buttons)
