"""One turn of a conversation over a real database: what is answered, in which language, and what is kept of it."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing, nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio
from telegram import Update

from bot.application import Application
from bot.channels.telegram.events import event as telegram_event
from bot.content.schema import UiModel
from bot.conversation import Conversation, Text, Turn
from bot.dialogs.flow import End, Flows, Ladder, Question
from bot.dialogs.replay import position, way_to
from bot.dialogs.respond import COMMANDS, current
from bot.model import (
    LANGUAGES,
    LEVELS,
    NONE,
    Answer,
    Command,
    Event,
    Language,
    Level,
    NodeId,
    Press,
    Screen,
    Started,
    State,
    Unreadable,
    Verb,
)
from bot.render.codec import decode as pressed
from bot.render.codec import payload
from bot.render.facts import long_date
from bot.render.message import Button, Message
from bot.store import Store
from bot.understanding.hear import Listener
from bot.understanding.normalise import tokens
from tests.breakages import BREAKAGES, full, locked
from tests.ears import ALONE, DANGER, DOUBT, EITHER, PHRASES, small_ears

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CHAT = 7_312_845_906_113
UPDATE = 918_273_645
SECRET = b"a secret of the tests"
DAYS = 30

OTHER: Mapping[Language, Language] = {"nb": "en", "en": "nb"}
both_languages = pytest.mark.parametrize("language", LANGUAGES)
any_app = pytest.mark.parametrize("app", LANGUAGES)
any_breakage = pytest.mark.parametrize("breakage", BREAKAGES)


class Chat:
    """A parent's chat: whatever is done is answered and then kept, as a channel does it."""

    def __init__(self, conversation: Conversation, app: Language = "nb") -> None:
        """Take the conversation, and the language that the parent's app is set to."""
        self.conversation = conversation
        self.app = app
        self.state: State | None = None
        self.message = conversation.emergency
        self._updates = UPDATE

    async def do(self, event: Event | Text) -> Message:
        """What the bot answers."""
        turn = await self.conversation.turn(CHAT, event, self.app)
        self._updates += 1
        await self.conversation.keep(CHAT, turn, self._updates)
        self.state = turn.state
        self.message = turn.replies[-1].message
        return self.message

    async def say(self, words: str) -> Message:
        """What the bot answers to something typed."""
        return await self.do(Text(words))

    async def press(self, verb: Verb, choice: str = "") -> Message:
        """What the bot answers to a button of its last message."""
        return await self.do(button(self.message, verb, choice).press)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A locked database is waited for only briefly, so that the tests are quick."""
    monkeypatch.setattr("bot.database.connection._BUSY_MS", 5)


@pytest.fixture(scope="module")
def ears(application: Application) -> Listener:
    """Ears that know few phrases and few dangers, so that these tests do not hang on the content."""
    return small_ears(application)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is to be."""
    return tmp_path / "data" / "bot.sqlite3"


@pytest_asyncio.fixture
async def conversation(application: Application, ears: Listener, path: Path) -> AsyncIterator[Conversation]:
    """The conversation over a real database, at a time that stands still."""
    store = Store(path, SECRET, DAYS)
    yield Conversation(application.flows, application.renderer, ears, application.register, store, lambda: NOW)
    await store.close()


def rows(path: Path, table: str = "conversation") -> int:
    """How many rows another program finds in the file."""
    with closing(sqlite3.connect(path)) as other:
        (count,) = other.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(count)


def button(message: Message, verb: Verb, choice: str = "") -> Button:
    """The button of a message that does that."""
    return next(b for b in message.buttons if (b.press.verb, b.press.choice) == (verb, choice))


def has(message: Message, verb: Verb, choice: str = "") -> bool:
    """Whether a message has a button that does that."""
    return any((b.press.verb, b.press.choice) == (verb, choice) for b in message.buttons)


def where(message: Message) -> NodeId:
    """The screen that a message shows: its way to the options says so."""
    return button(message, "options").press.node


def card(application: Application, node: NodeId, language: Language) -> Message:
    """A screen as it is without notes."""
    return application.renderer.message(Screen(node), State(language=language))


def ends_with(message: Message, screen: Message) -> bool:
    """Whether a message shows a screen, perhaps with notes above it."""
    return message.language == screen.language and message.blocks[-len(screen.blocks) :] == screen.blocks


def reaches(flows: Flows, level: Level, kind: type[object], topic: str = "worry.bullying") -> NodeId:
    """The first screen of a kind on a topic."""
    return next(
        node.id
        for node in flows.nodes.values()
        if isinstance(node, kind) and node.id.startswith(topic) and (node.id, level) in flows.paths
    )


# --- words go no further ------------------------------------------------------------------------------------------

MARK = "zebrafink"


def _everything_with_a_mark(language: Language) -> Iterator[Event | Text]:
    """Every way in which words can come in, each with the mark in it."""
    yield payload(f"1-{MARK}-{MARK}-{MARK}_{MARK}")
    yield Started(topic=MARK)
    for texts in PHRASES[language].values():
        yield Text(f"{texts[0]} {MARK}")
        yield Text(f"{MARK}\n{texts[1]}")
    yield Text(f"{EITHER[language]} {MARK}")
    yield Text(MARK)
    yield Text(f"{MARK} 1 {MARK}")
    yield Text(f"/{MARK} {MARK}")
    yield Text(f"{MARK} " * 400)
    yield Text(f"{DANGER[language]} {MARK}")
    yield Text(f"{DOUBT[language]}. {MARK}!")
    yield Command(MARK)
    yield Press("choose", MARK, MARK)
    yield Press("choose", "worries", MARK, "primary", language)
    yield Press("language", "start", MARK)
    yield Press("level", "worries", MARK)
    yield pressed(f"1c|{MARK}.{MARK}|{MARK}|xx") or Started()
    yield Unreadable("media")
    yield Text(MARK.upper())


@both_languages
@pytest.mark.parametrize("breakage", [None, *BREAKAGES])
async def test_words_are_kept_nowhere(
    conversation: Conversation,
    path: Path,
    caplog: pytest.LogCaptureFixture,
    breakage: str | None,
    language: Language,
) -> None:
    """What a parent writes reaches neither the state, nor a file of the database, nor the log at its most talkative."""
    caplog.set_level(logging.DEBUG)
    chat = Chat(conversation, language)
    states = []

    with BREAKAGES[breakage](path) if breakage else nullcontext():
        for event in _everything_with_a_mark(language):
            await chat.do(event)
            states.append(repr(chat.state))

    kept = b"".join(file.read_bytes() for file in path.parent.rglob("*") if file.is_file())
    assert [state for state in states if MARK in state.lower()] == []
    assert MARK.encode() not in kept.lower()
    assert MARK not in caplog.text.lower()
    assert str(CHAT) not in caplog.text
    assert breakage is not None or b'"language"' in kept
    assert caplog.records


# --- when the database is broken ----------------------------------------------------------------------------------


@any_app
@both_languages
@any_breakage
async def test_danger_is_answered_without_a_database(
    conversation: Conversation, application: Application, path: Path, breakage: str, language: Language, app: Language
) -> None:
    """Danger is answered with its card, in the language it was written in, whatever is wrong with the database."""
    with BREAKAGES[breakage](path):
        turn = await conversation.turn(CHAT, Text(DANGER[language]), app)
        await conversation.keep(CHAT, turn, UPDATE)

    [reply] = turn.replies
    assert reply.message == card(application, "crisis.suicide", language)


@any_app
@both_languages
async def test_danger_in_one_word(
    conversation: Conversation, application: Application, language: Language, app: Language
) -> None:
    """One word that means danger is answered at once; it says little of the language, so the app's will do."""
    turn = await conversation.turn(CHAT, Text(ALONE[language]), app)

    [reply] = turn.replies
    assert reply.message in [card(application, "crisis.suicide", spoken) for spoken in (language, app)]


@both_languages
@any_breakage
async def test_a_doubt_is_asked_about_without_a_database(
    conversation: Conversation, application: Application, path: Path, breakage: str, language: Language
) -> None:
    """What may be danger is asked about, with the numbers, whatever is wrong with the database."""
    with BREAKAGES[breakage](path):
        turn = await conversation.turn(CHAT, Text(DOUBT[language]), language)
        await conversation.keep(CHAT, turn, UPDATE)

    [reply] = turn.replies
    assert reply.message == card(application, "crisis.missing.doubt", language)


@both_languages
@pytest.mark.parametrize("breakage", [locked, full])
async def test_danger_is_answered_when_only_writing_fails(
    conversation: Conversation, application: Application, path: Path, breakage: object, language: Language
) -> None:
    """Danger in the middle of a conversation is answered also when the database breaks just then."""
    chat = Chat(conversation, language)
    await chat.do(Started())
    await chat.press("choose", "worried")

    with (locked if breakage is locked else full)(path):
        message = await chat.say(DANGER[language])

    assert message.blocks == card(application, "crisis.suicide", language).blocks


def test_the_emergency_card(conversation: Conversation, application: Application) -> None:
    """What is sent when everything else fails needs no database, and says what to do in every language."""
    blocks = conversation.emergency.blocks

    for language in LANGUAGES:
        danger = card(application, "danger", language).blocks
        assert danger in [blocks[i : i + len(danger)] for i in range(len(blocks))]


@both_languages
@any_breakage
async def test_everything_else_is_answered_without_a_database(
    conversation: Conversation, application: Application, path: Path, breakage: str, language: Language
) -> None:
    """Text, buttons, links and commands get their answers from a fresh start, whatever is wrong with the database."""
    chat = Chat(conversation, language)
    wanted: list[tuple[Event | Text, NodeId]] = [
        (Started(), "start"),
        (Started(topic="worry.bullying"), "worry.bullying"),
        (Text(PHRASES[language]["worry.bullying"][0]), "worry.bullying"),
        (Text(PHRASES[language][NONE][0]), "start"),
        (Press("choose", "worries", "absence", "upper", language), "worry.absence"),
        (Press("back", "worry.absence", "", "upper", language), "worries"),
        (Unreadable("media"), "start"),
        *((Command(name), node) for name, node in COMMANDS.items()),
        (Command("language"), "start"),
    ]

    with BREAKAGES[breakage](path):
        messages = [await chat.do(event) for event, _ in wanted]
        known = await conversation.handled(UPDATE)
        await conversation.note(UPDATE)

    assert [node for _, node in wanted[:-1]] == [where(message) for message in messages[:-1]]
    assert messages[-1].text.startswith(application.catalogue.books[language].ui.screens["options_title"])
    assert {message.language for message in messages} == {language}
    assert not known


@any_breakage
async def test_an_outage_is_logged_once(
    conversation: Conversation, path: Path, caplog: pytest.LogCaptureFixture, breakage: str
) -> None:
    """An outage is one line in the log, however many write meanwhile, and its end is another."""
    caplog.set_level(logging.INFO)
    chat = Chat(conversation)

    with BREAKAGES[breakage](path):
        for _ in range(3):
            await chat.do(Started())
            await conversation.handled(UPDATE)
            await conversation.note(UPDATE)
    for _ in range(3):
        await chat.do(Started())

    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


@pytest.mark.parametrize("breakage", ["locked", "full"])
async def test_an_outage_of_writing_is_logged_once(
    conversation: Conversation, path: Path, caplog: pytest.LogCaptureFixture, breakage: str
) -> None:
    """A database that can still be read but not written is one outage, not one for every message."""
    caplog.set_level(logging.INFO)
    chat = Chat(conversation)
    await chat.do(Started())

    with BREAKAGES[breakage](path):
        for _ in range(3):
            await chat.do(Started())
    for _ in range(3):
        await chat.do(Started())

    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


@any_breakage
async def test_it_remembers_again(conversation: Conversation, path: Path, breakage: str) -> None:
    """When the cause is gone conversations are remembered again, without a restart."""
    chat = Chat(conversation)
    with BREAKAGES[breakage](path):
        await chat.do(Started())

    await chat.do(Started())
    message = await chat.press("choose", "worried")

    assert rows(path) == 1
    assert await conversation.handled(UPDATE + 3)
    assert has(message, "level", "primary")


# --- what is kept, and when ---------------------------------------------------------------------------------------


async def test_nothing_is_kept_before_it_was_sent(conversation: Conversation, path: Path) -> None:
    """A turn changes nothing until its answer was sent: a crash in between leads to the same answer again."""
    await conversation.keep(CHAT, await conversation.turn(CHAT, Started(), "nb"), UPDATE)
    before = await conversation.store.load(CHAT, NOW)

    first = await conversation.turn(CHAT, Press("choose", "start", "worried"), "nb")
    second = await conversation.turn(CHAT, Press("choose", "start", "worried"), "nb")

    assert first == second
    assert before == await conversation.store.load(CHAT, NOW)
    assert not await conversation.handled(UPDATE + 1)


async def test_the_first_turn_leaves_no_row(conversation: Conversation, path: Path) -> None:
    """A chat that was never answered has no row."""
    await conversation.turn(CHAT, Text(PHRASES["nb"]["worry.bullying"][0]), "nb")

    assert (rows(path), rows(path, "handled")) == (0, 0)


async def test_what_was_kept_is_gone_on_with(conversation: Conversation) -> None:
    """After an answer is kept the chat is where it was, and the update is known as answered."""
    turn = await conversation.turn(CHAT, Started(topic="worry.bullying"), "en")
    before = await conversation.handled(UPDATE)

    await conversation.keep(CHAT, turn, UPDATE)

    assert turn.state == await conversation.store.load(CHAT, NOW)
    assert (before, await conversation.handled(UPDATE)) == (False, True)


async def test_an_update_without_an_answer_is_noted(conversation: Conversation, path: Path) -> None:
    """An update that needs no answer is known as handled, and leaves no row about a chat."""
    await conversation.note(UPDATE)

    assert await conversation.handled(UPDATE)
    assert rows(path) == 0


async def test_an_expired_conversation_starts_afresh(conversation: Conversation) -> None:
    """When the days are over nothing is known any more, and the app's language counts again."""
    chat = Chat(conversation, "nb")
    await chat.do(Started(language="en", topic="worry.bullying"))
    conversation.clock = lambda: NOW + timedelta(days=DAYS)

    message = await chat.do(Command("privacy"))

    assert message.language == "nb"
    assert chat.state is not None
    assert (chat.state.level, chat.state.paused) == (None, ())


@both_languages
@pytest.mark.parametrize("typed", ["pressed", "number", "label"])
async def test_delete(
    conversation: Conversation, application: Application, path: Path, typed: str, language: Language
) -> None:
    """/delete asks once, and a yes by button, number or label leaves no row and says so."""
    chat = Chat(conversation, language)
    await chat.do(Started(topic="worry.bullying"))
    asked = await chat.do(Command("delete"))
    yes = button(asked, "choose", "yes")
    before = rows(path)

    if typed == "pressed":
        message = await chat.do(yes.press)
    else:
        number = [*asked.buttons].index(yes) + 1
        message = await chat.say(str(number) if typed == "number" else yes.label)

    assert where(asked) == "meta.delete"
    assert (before, rows(path)) == (1, 0)
    assert message == card(application, "meta.deleted", language)
    assert await conversation.handled(UPDATE + 3)


async def test_delete_can_be_refused(conversation: Conversation, path: Path) -> None:
    """A no, or anything else, after /delete erases nothing."""
    chat = Chat(conversation)
    await chat.do(Started(topic="worry.bullying"))
    await chat.do(Command("delete"))

    await chat.press("choose", "no")

    assert rows(path) == 1
    assert chat.state is not None
    assert chat.state.paused


@pytest.mark.parametrize("breakage", ["locked", "full"])
@both_languages
async def test_delete_that_fails(
    conversation: Conversation, application: Application, path: Path, breakage: str, language: Language
) -> None:
    """When erasing fails nobody is told that it was done, and it can be tried again."""
    chat = Chat(conversation, language)
    await chat.do(Started(topic="worry.bullying"))
    await chat.do(Command("delete"))

    with BREAKAGES[breakage](path):
        failed = await chat.press("choose", "yes")
    still = rows(path)
    done = await chat.press("choose", "yes")

    assert application.catalogue.books[language].ui.notes["not_erased"] in failed.text
    assert where(failed) == "meta.delete"
    assert done == card(application, "meta.deleted", language)
    assert (still, rows(path)) == (1, 0)


async def test_after_delete_nothing_is_known(conversation: Conversation) -> None:
    """Who writes after erasing is a stranger again: no level, no answers, the app's language."""
    chat = Chat(conversation, "nb")
    await chat.do(Started(language="en", topic="worry.bullying"))
    await chat.press("level", "upper")
    await chat.do(Command("delete"))
    await chat.press("choose", "yes")

    await chat.do(Started())

    assert chat.state == State(language="nb")


# --- what is stored, in words -------------------------------------------------------------------------------------


def stored(message: Message, ui: UiModel) -> list[str]:
    """The lines below the heading about what is stored."""
    texts = [block.text for block in message.blocks]
    return texts[texts.index(ui.headings["stored"]) + 1 :]


@both_languages
@pytest.mark.parametrize("level", LEVELS)
async def test_privacy_shows_what_is_stored(
    conversation: Conversation, application: Application, language: Language, level: Level
) -> None:
    """/privacy shows language, school, every answer by the label that was pressed, and the day when all is erased."""
    ui = application.catalogue.books[language].ui
    chat = Chat(conversation, language)
    start = await chat.do(Started())
    labels = [button(start, "choose", "worried").label]
    await chat.press("choose", "worried")
    worries = await chat.press("level", level)
    labels.append(button(worries, "choose", "bullying").label)
    question = await chat.press("choose", "bullying")
    choice = next(b for b in question.buttons if b.press.verb == "choose")
    labels.append(choice.label)
    await chat.do(choice.press)

    lines = stored(await chat.do(Command("privacy")), ui)

    assert chat.state == await conversation.store.load(CHAT, NOW)
    assert chat.state is not None
    about = button(start, "choose", "about").label
    privacy = button(card(application, "meta.bot", language), "choose", "privacy").label
    assert [answer.choice for answer in chat.state.paused] == ["worried", "bullying", choice.press.choice]
    assert lines == [
        ui.stored["language"].format(language=ui.buttons[f"language_{language}"]),
        ui.stored["level"].format(level=ui.buttons[f"level_{level}"]),
        ui.stored["here"].format(answers=f"{about} – {privacy}"),
        ui.stored["paused"].format(answers=" – ".join(labels)),
        ui.stored["expires"].format(date=long_date(date(2026, 12, 23), language)),
    ]


@both_languages
async def test_privacy_of_a_stranger(conversation: Conversation, application: Application, language: Language) -> None:
    """Who has said nothing yet sees the language and the place, and no level or answers that were never given."""
    ui = application.catalogue.books[language].ui

    lines = stored(await Chat(conversation, language).do(Command("privacy")), ui)

    assert lines[0] == ui.stored["language"].format(language=ui.buttons[f"language_{language}"])
    assert lines[1].startswith(ui.stored["here"].split("{")[0])
    assert len(lines) == 3


@both_languages
@pytest.mark.parametrize("level", LEVELS)
async def test_privacy_leaves_no_answer_out(
    conversation: Conversation, application: Application, language: Language, level: Level
) -> None:
    """Wherever a parent is, /privacy shows as many answers as are stored, none without words."""
    ui = application.catalogue.books[language].ui
    flows = application.flows
    wrong = []

    for node_id in [node for node, at in flows.paths if at == level]:
        state = State(language=language, level=level, trail=way_to(flows, flows.nodes[node_id], level))
        await conversation.store.save(CHAT, state, None, NOW)
        turn = await conversation.turn(CHAT, Command("privacy"), language)
        assert turn.state is not None
        lines = stored(turn.replies[0].message, ui)
        for name, trail in (("here", turn.state.trail), ("paused", turn.state.paused)):
            head = ui.stored[name].split("{")[0]
            shown = [line.removeprefix(head).split(" – ") for line in lines if line.startswith(head)]
            labels = [label for line in shown for label in line]
            if len(labels) != len(trail) or "" in labels:
                wrong.append((node_id, name, shown))

    assert wrong == []


# --- language -----------------------------------------------------------------------------------------------------


@any_app
async def test_the_apps_language_at_first(conversation: Conversation, app: Language) -> None:
    """Until a parent shows another language, the one of the app is spoken, whatever comes first."""
    first: list[Event | Text] = [
        Started(),
        Command("worried"),
        Text("113"),
        Text("BUP"),
        Unreadable("media"),
        Press("goto", "gone"),
    ]
    turns = [await conversation.turn(CHAT, event, app) for event in first]

    assert {reply.message.language for turn in turns for reply in turn.replies} == {app}
    assert {turn.state.language for turn in turns if turn.state} == {app}


@both_languages
async def test_a_link_names_the_language(conversation: Conversation, language: Language) -> None:
    """A link in a language counts more than the app."""
    message = await Chat(conversation, OTHER[language]).do(Started(language=language))

    assert message.language == language


async def test_the_language_shown_lasts(conversation: Conversation) -> None:
    """A language that was chosen stays when the app says otherwise later, or a message says nothing about it."""
    chat = Chat(conversation, "nb")
    await chat.do(Started())
    await chat.press("language", "en")
    chat.app = "nb"

    messages = [await chat.say("BUP"), await chat.do(Command("help")), await chat.do(Started())]

    assert [message.language for message in messages] == ["en", "en", "en"]


@both_languages
async def test_a_button_answers_in_the_language_of_its_screen(conversation: Conversation, language: Language) -> None:
    """A button says which language its screen was in, so it is answered in that when nothing is stored any more."""
    message = await Chat(conversation, OTHER[language]).do(Press("choose", "start", "worried", "primary", language))

    assert message.language == language


def _stays(application: Application, message: Message) -> list[Button]:
    """The buttons that offer to stay in a language."""
    labels = {book.ui.buttons["stay"] for book in application.catalogue.books.values()}
    return [b for b in message.buttons if b.label in labels]


SAID: Mapping[str, tuple[str, Level | None]] = {
    "known": ("worry.bullying", "primary"),
    "school not known": ("worry.bullying", None),
    "unclear": ("", "primary"),
    "not understood": (NONE, "primary"),
}
"""Messages that are answered, asked about or not understood: their topic, and the level known before."""


def _said(case: str, language: Language) -> str:
    topic = SAID[case][0]
    return PHRASES[language][topic][0] if topic else EITHER[language]


@both_languages
@pytest.mark.parametrize("case", SAID)
async def test_the_messages_language_is_answered(
    conversation: Conversation, application: Application, case: str, language: Language
) -> None:
    """A message in the other language is answered in it, says so, and offers to stay in it or to go back."""
    chat = Chat(conversation, OTHER[language])
    await conversation.store.save(CHAT, State(language=OTHER[language], level=SAID[case][1]), None, NOW)

    message = await chat.say(_said(case, language))

    assert message.language == language
    assert application.catalogue.books[language].ui.notes["written_in"] in message.text
    assert [b.press.choice for b in _stays(application, message)] == [language, OTHER[language]]


@both_languages
@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("case", [case for case in SAID if case != "school not known"])
async def test_the_offer_to_stay(
    conversation: Conversation, application: Application, case: str, keep: bool, language: Language
) -> None:
    """Staying keeps the new language and going back brings the old one, both without leaving the place."""
    chat = Chat(conversation, OTHER[language])
    await conversation.store.save(CHAT, State(language=OTHER[language], level=SAID[case][1]), None, NOW)
    before = await chat.say(_said(case, language))
    wanted = language if keep else OTHER[language]
    offer = next(b for b in _stays(application, before) if b.press.choice == wanted)

    message = await chat.do(offer.press)
    after = await chat.say("xyzzy")

    assert [message.language, after.language] == [wanted, wanted]
    assert where(message) == where(before)
    assert [b.press.verb for b in message.buttons][:3] == [b.press.verb for b in before.buttons][:3]
    assert _stays(application, message) == []


@both_languages
async def test_no_offer_in_the_same_language(
    conversation: Conversation, application: Application, language: Language
) -> None:
    """Who writes in the language that is spoken is not asked about it."""
    chat = Chat(conversation, language)
    await chat.do(Started())

    message = await chat.say(PHRASES[language]["worry.bullying"][0])

    assert message.language == language
    assert _stays(application, message) == []


@both_languages
async def test_danger_is_answered_in_its_language(
    conversation: Conversation, application: Application, language: Language
) -> None:
    """Danger is answered in the language of the message, whatever was spoken before."""
    chat = Chat(conversation, OTHER[language])
    await chat.do(Started())

    message = await chat.say(DANGER[language])

    assert message == card(application, "crisis.suicide", language)


# --- typed choices ------------------------------------------------------------------------------------------------


def _places(flows: Flows, language: Language) -> Mapping[str, State]:
    """Screens of every kind, as they are stored."""
    at = State(language=language, level="primary")

    def on(node: NodeId) -> State:
        return replace(at, trail=way_to(flows, flows.nodes[node], "primary"))

    end = on(reaches(flows, "primary", End))
    return {
        "start": State(language=language),
        "school": State(language=language, trail=(Answer("start", "worried"),)),
        "worries": on("worries"),
        "question": on(reaches(flows, "primary", Question)),
        "end": end,
        "ladder": on(reaches(flows, "primary", Ladder)),
        "card": on("contact.teacher"),
        "options": replace(end, view="options"),
        "offer": replace(at, view="offer", offered=("worry.bullying", "worry.absence")),
        "paused": replace(on("meta.privacy"), paused=end.trail),
        "delete": on("meta.delete"),
        "danger": on("danger"),
    }


PLACES = (
    "start",
    "school",
    "worries",
    "question",
    "end",
    "ladder",
    "card",
    "options",
    "offer",
    "paused",
    "delete",
    "danger",
)


def _what(turn: Turn) -> tuple[State | None, tuple[Message, ...]]:
    """What came of a turn, whether its message takes the place of another or not."""
    return turn.state, tuple(reply.message for reply in turn.replies)


@both_languages
@pytest.mark.parametrize("place", PLACES)
async def test_choices_can_be_typed(
    conversation: Conversation, application: Application, place: str, language: Language
) -> None:
    """On every kind of screen, a button's number and its label do what the button does."""
    state = _places(application.flows, language)[place]
    shown = application.renderer.message(current(application.flows, state), state)
    folded = [" ".join(tokens(b.label)) for b in shown.buttons]
    wrong = []

    async def outcome(event: Event | Text) -> tuple[State | None, tuple[Message, ...]]:
        await conversation.store.save(CHAT, state, None, NOW)
        return _what(await conversation.turn(CHAT, event, language))

    for number, one in enumerate(shown.buttons, 1):
        ways = [str(number)]
        # A label that speaks of danger is heard as danger, which leads to the same card.
        if folded.count(folded[number - 1]) == 1 and conversation.listener.danger(one.label) is None:
            ways += [one.label, one.label.upper()]
        wanted = await outcome(one.press)
        wrong += [words for words in ways if wanted != await outcome(Text(words))]

    assert len(folded) > 2
    assert wrong == []


def test_places_are_all_there(application: Application) -> None:
    """Each kind of screen is really the one that it is called."""
    places = _places(application.flows, "nb")

    assert set(PLACES) == set(places)
    for name, kind in (("question", Question), ("end", End), ("ladder", Ladder)):
        assert isinstance(position(application.flows, places[name]).node, kind)
    for name, view in (("school", "level"), ("options", "options"), ("offer", "offer")):
        assert current(application.flows, places[name]).view == view
    assert has(application.renderer.message(current(application.flows, places["paused"]), places["paused"]), "resume")


@both_languages
async def test_a_choice_typed_as_the_very_first_message(
    conversation: Conversation, application: Application, language: Language
) -> None:
    """Numbers and labels of the first screen work before anything is stored, in the app's language."""
    start = card(application, "start", language)

    for number, one in enumerate(start.buttons, 1):
        wanted = _what(await conversation.turn(CHAT, one.press, language))
        assert wanted == _what(await conversation.turn(CHAT, Text(one.label), language)), one.label
        assert wanted == _what(await conversation.turn(CHAT, Text(str(number)), language)), one.label


@both_languages
@pytest.mark.parametrize("case", [case for case in SAID if case != "school not known"])
async def test_the_offer_to_stay_can_be_typed(
    conversation: Conversation, application: Application, case: str, language: Language
) -> None:
    """Also the buttons that offer a language can be typed, by label and by number, as a terminal needs it."""
    chat = Chat(conversation, OTHER[language])
    await conversation.store.save(CHAT, State(language=OTHER[language], level=SAID[case][1]), None, NOW)
    shown = await chat.say(_said(case, language))

    for number, one in enumerate(shown.buttons, 1):
        wanted = _what(await conversation.turn(CHAT, one.press, language))
        assert wanted == _what(await conversation.turn(CHAT, Text(str(number)), language)), one.label
    for one in _stays(application, shown):
        wanted = _what(await conversation.turn(CHAT, one.press, language))
        assert wanted == _what(await conversation.turn(CHAT, Text(one.label), language)), one.label


@both_languages
async def test_choices_after_erasing_can_be_typed(conversation: Conversation, language: Language) -> None:
    """Also on the screen that says that all is erased, a number means the button that is shown with it."""
    chat = Chat(conversation, language)
    await chat.do(Started())
    await chat.do(Command("delete"))
    shown = await chat.press("choose", "yes")

    for number, one in enumerate(shown.buttons, 1):
        _, wanted = _what(await conversation.turn(CHAT, one.press, language))
        _, found = _what(await conversation.turn(CHAT, Text(str(number)), language))
        assert [message.blocks for message in wanted] == [message.blocks for message in found], one.label


# --- from Telegram ------------------------------------------------------------------------------------------------


def _update(kind: str, text: str) -> Update:
    """An update as Telegram sends it."""
    message = {
        "message_id": 7,
        "date": 1_790_000_000,
        "chat": {"id": CHAT, "type": "private", "first_name": "A"},
        "from": {"id": CHAT, "is_bot": False, "first_name": "A", "language_code": "nb"},
        "text": text,
    }
    if kind == "edited_message":
        message["edit_date"] = 1_790_000_060
    update = Update.de_json({"update_id": UPDATE, kind: message}, None)
    assert update is not None
    return update


@both_languages
async def test_danger_in_an_edited_message(
    conversation: Conversation, application: Application, language: Language
) -> None:
    """Danger that is written into an older message is answered like any other."""
    chat = Chat(conversation, "nb")
    await chat.do(Started())
    happened = telegram_event(_update("edited_message", DANGER[language]))
    assert happened is not None

    message = await chat.do(happened)

    assert message == card(application, "crisis.suicide", language)


@both_languages
@pytest.mark.parametrize("command", ["/help", "/worried", "/contact", "/delete", "/language", "/start"])
async def test_danger_behind_a_command(
    conversation: Conversation, application: Application, command: str, language: Language
) -> None:
    """Danger that is written behind a command is heard too."""
    happened = telegram_event(_update("message", f"{command} {DANGER[language]}"))
    assert happened is not None

    message = await Chat(conversation, language).do(happened)

    assert message == card(application, "crisis.suicide", language)


@both_languages
async def test_one_chat_after_another(conversation: Conversation, language: Language) -> None:
    """What one parent does changes nothing for another."""
    mine = Chat(conversation, language)
    await mine.do(Started(topic="worry.bullying"))
    other = await conversation.turn(CHAT + 1, Text("1"), language)
    await conversation.keep(CHAT + 1, other, UPDATE + 50)

    found = [await conversation.store.load(chat, NOW) for chat in (CHAT, CHAT + 1)]

    assert found == [mine.state, other.state]
    assert all(one != two for one, two in pairwise(found))
