"""Messages that a parent can copy and send: every one, at every level, in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import pytest

from bot.application import Application
from bot.dialogs.flow import Draft
from bot.model import LANGUAGES, LEVELS, Language, Level, Screen, State, View
from bot.render.message import Block, Message, Span
from bot.render.opening import OSLO
from bot.render.prose import plain

both_languages = pytest.mark.parametrize("language", LANGUAGES)
both_levels = pytest.mark.parametrize("level", LEVELS)

NIGHT = datetime(2026, 11, 24, 23, 30, tzinfo=OSLO)
NOON = datetime(2026, 11, 24, 12, tzinfo=OSLO)
"""A Tuesday with school, and the night after it."""
COPIED = 256
"""Characters that Telegram's copy button takes."""
FILLED_IN: dict[Language, set[str]] = {
    "nb": {"[navn]", "[klasse]", "[navnet ditt]", "[dag]", "[språk]"},
    "en": {"[name]", "[class]", "[your name]", "[day]", "[language]"},
}
"""What a parent fills in, in the words of each language."""


def drafts(application: Application, level: Level) -> Iterator[Draft]:
    """Every message at a level."""
    for node in application.flows.nodes.values():
        if isinstance(node, Draft) and level in node.levels:
            yield node


def shown(application: Application, node: Draft, level: Level, language: Language, now: datetime = NOON) -> Message:
    """The screen of a message."""
    return application.renderer.message(Screen(node.id), State(language, level), now=now)


def copied(message: Message) -> str:
    """What the copy button copies."""
    assert message.copy is not None
    return message.copy.text


def words(application: Application, node: Draft, level: Level, language: Language) -> str:
    """The message as the content has it, on one line, with what it is about."""
    nodes = application.catalogue.books[language].nodes
    text = " ".join((nodes[node.words].parts["message"].at(level) or "").split())
    return text.replace("{matter}", nodes[node.matter].parts["matter"].at(level) or "") if node.matter else text


def interpreter(application: Application, language: Language) -> str:
    """The sentence that asks for an interpreter."""
    return application.catalogue.books[language].ui.screens["draft_interpreter"]


def texts(message: Message, kind: str) -> list[str]:
    """The texts of one kind of block, from top to bottom."""
    return [block.text for block in message.blocks if block.kind == kind]


# --- the message ---


@both_levels
def test_what_is_sent_is_norwegian_whatever_is_read(application: Application, level: Level) -> None:
    """The same Norwegian words are copied in both languages; who reads English asks for an interpreter besides."""
    wrong = []
    for node in drafts(application, level):
        sent = words(application, node, level, "nb")
        asking = f"{sent}\n{interpreter(application, 'nb')}"
        found = [copied(shown(application, node, level, language)) for language in ("nb", "en")]
        if found != [sent, asking]:
            wrong.append((node.id, found))

    assert wrong == []


@both_levels
def test_there_are_messages_enough(application: Application, level: Level) -> None:
    """No test here passes because there is nothing to look at."""
    kinds = {bool(node.matter) for node in drafts(application, level)}

    assert kinds == {True, False}
    assert len(list(drafts(application, level))) > 50


@both_languages
@both_levels
def test_a_message_fits_on_the_copy_button(application: Application, level: Level, language: Language) -> None:
    """With the matter filled in and the interpreter asked for, no message is longer than the button takes."""
    lengths = {node.id: len(copied(shown(application, node, level, language))) for node in drafts(application, level)}

    assert {name: length for name, length in lengths.items() if not 60 < length <= COPIED} == {}


@both_languages
@both_levels
def test_what_is_copied_is_what_is_seen(application: Application, level: Level, language: Language) -> None:
    """The one quote on the screen is word by word what the button copies, under a label that says so."""
    label = application.catalogue.books[language].ui.buttons["copy"]
    for node in drafts(application, level):
        message = shown(application, node, level, language)

        assert [copied(message)] == texts(message, "quote"), node.id
        assert message.copy is not None
        assert label == message.copy.label


@both_languages
@both_levels
def test_brackets_hold_only_what_a_parent_fills_in(application: Application, level: Level, language: Language) -> None:
    """Every bracket is one of a few words in the language of the text, and none is left open."""
    wrong = []
    for node in drafts(application, level):
        sent = copied(shown(application, node, level, language))
        for text, known in ((sent, FILLED_IN["nb"]), (words(application, node, level, language), FILLED_IN[language])):
            brackets = re.findall(r"\[[^\[\]]*\]", text)
            if not set(brackets) <= known or text.count("[") != len(brackets) or text.count("]") != len(brackets):
                wrong.append((node.id, text))
            if not {"[navn]", "[name]"} & set(brackets):
                wrong.append((node.id, "is about no child"))

    assert wrong == []


@both_languages
@both_levels
def test_nothing_is_left_to_fill_in_but_brackets(application: Application, level: Level, language: Language) -> None:
    """No number of a person or a law stands in a message, and no reference that the program should have filled in."""
    wrong = [
        (node.id, text)
        for node in drafts(application, level)
        for text in (copied(shown(application, node, level, language)), words(application, node, level, language))
        if re.search(r"[\d{}<>!]", text)
    ]

    assert wrong == []


@both_languages
@both_levels
def test_a_message_says_what_it_is_about(application: Application, level: Level, language: Language) -> None:
    """Whoever is written to second learns what the first message was about, in the words of that worry and level."""
    nodes = application.catalogue.books[language].nodes
    second = [node for node in drafts(application, level) if node.matter]

    for node in second:
        matter = nodes[node.matter].parts["matter"].at(level)

        assert matter
        assert matter in words(application, node, level, language)
        assert words(application, node, level, language) in shown(application, node, level, language).text, node.id
    assert len({words(application, node, level, language) for node in second}) > len(second) / 2


@both_levels
def test_parents_with_different_worries_send_different_messages(application: Application, level: Level) -> None:
    """No two first messages are the same, so a school does not think that somebody sent it twice."""
    first = [copied(shown(application, node, level, "nb")) for node in drafts(application, level) if not node.matter]

    assert len(set(first)) == len(first)


# --- around it ---


@both_levels
def test_who_reads_english_sees_what_they_send(application: Application, level: Level) -> None:
    """Below the Norwegian words stands what they mean, the sentence about the interpreter too, each under its name."""
    ui = application.catalogue.books["en"].ui
    for node in drafts(application, level):
        message = shown(application, node, level, "en")
        meaning = f"{words(application, node, level, 'en')}\n{interpreter(application, 'en')}"

        headings = [Block("heading", (Span(ui.screens[f"draft_{name}"]),)) for name in ("original", "meaning")]
        pairs = list(zip(message.blocks, message.blocks[1:], strict=False))
        assert (headings[0], Block("quote", (Span(copied(message)),))) in pairs, node.id
        assert (headings[1], Block("paragraph", (Span(meaning),))) in pairs, node.id
        assert headings == [block for block in message.blocks if block.kind == "heading"]


@both_levels
def test_who_reads_norwegian_sees_the_message_once(application: Application, level: Level) -> None:
    """There is nothing to explain: the message stands once, under no heading, and asks for no interpreter."""
    for node in drafts(application, level):
        message = shown(application, node, level, "nb")

        assert message.text.count(words(application, node, level, "nb")) == 1, node.id
        assert texts(message, "heading") == []
        assert interpreter(application, "nb") not in message.text


@both_languages
@both_levels
def test_a_message_says_who_it_is_for(application: Application, level: Level, language: Language) -> None:
    """Above the message stands whom it is for, who that is, and how it gets there."""
    book, facts = application.catalogue.books[language], application.catalogue.facts
    for node in drafts(application, level):
        (door,) = (book.doors[one] for one in node.to.at(level))
        message = shown(application, node, level, language)
        above = [block.text for block in message.blocks[: [b.kind for b in message.blocks].index("quote")]]

        named = plain(door.name.at(level) or "", facts, language)
        assert book.ui.screens["draft_to"].format(door=named) in above, node.id
        assert plain(f"{door.what.at(level)} {door.how.at(level)}", facts, language) in above, node.id
        assert book.ui.screens["draft_title"] == above[0]


@both_languages
@both_levels
def test_at_night_it_says_when_the_school_sees_it(application: Application, level: Level, language: Language) -> None:
    """While the school is closed a line says on which day the message is seen; while it is open there is none."""
    times = application.catalogue.books[language].ui.times
    day = "onsdag" if language == "nb" else "Wednesday"
    told = Block("paragraph", (Span(times["school_tomorrow"].format(day=day)),))
    for node in drafts(application, level):
        night, noon = (shown(application, node, level, language, now) for now in (NIGHT, NOON))

        assert told in night.blocks, node.id
        assert [block for block in night.blocks if block != told] == list(noon.blocks)
        assert night.copy == noon.copy


@both_languages
@pytest.mark.parametrize("view", ["level", "options", "school", "district"])
def test_only_the_message_itself_can_be_copied(application: Application, view: View, language: Language) -> None:
    """No other side of a message's screen, and no screen without a message, has the button that copies."""
    level: Level = "primary"
    for node in application.flows.nodes.values():
        side = application.renderer.message(Screen(node.id, view), State(language, level))
        itself = application.renderer.message(Screen(node.id), State(language, node.levels[0]))

        assert side.copy is None
        assert (itself.copy is not None) == isinstance(node, Draft), node.id


@both_languages
def test_the_level_is_asked_before_a_message_is_shown(application: Application, language: Language) -> None:
    """A button of a message works with an empty store, and asks for the level, since the words differ by it."""
    for level in LEVELS:
        for node in drafts(application, level):
            assert node.asks_level, node.id
    one = next(drafts(application, "primary"))

    asked = application.renderer.message(Screen(one.id, "level"), State(language))

    assert texts(asked, "quote") == []
