"""The child's school and the family's district over a real database: from links, buttons and what is typed."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from bot.application import Application
from bot.conversation import Conversation, Text, Turn, typed
from bot.dialogs.replay import way_to
from bot.model import (
    FORGET,
    LANGUAGES,
    UNKNOWN,
    Command,
    Event,
    Language,
    Level,
    NodeId,
    Press,
    State,
    Unreadable,
    Verb,
)
from bot.render.message import Button, Message
from bot.render.screens import Renderer
from bot.schools.register import Register
from bot.schools.school import School, SchoolLevel, Status, code
from bot.store import Store
from tests.channels.telegram.helpers import BULLYING, DANGER

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 24, 11, tzinfo=UTC)
CHAT = 7_312_845_906_113
SECRET = b"a secret of the tests"
DAYS = 30
SITE = "https://solvik.osloskolen.no"

both_languages = pytest.mark.parametrize("language", LANGUAGES)


def school(
    name: str, org_number: str, level: SchoolLevel = "primary", status: Status = "open", successor: str = ""
) -> School:
    """A school of our own; its id is its name with hyphens, as in the register."""
    id_ = name.lower().replace(" videregående", "-vgs").removesuffix(" skole").replace("å", "a")
    homepage = f"https://{id_}.osloskolen.no"
    return School(id_, name, level, org_number, "", homepage, "list", date(2026, 1, 2), status, successor)


SOLVIK = school("Solvik skole", "974589648")
GRANLI = school("Granli skole", "974589656")
BJERKE = school("Bjerke videregående skole", "974591006", "upper")
BOTH = school("Eiklia skole", "974590670", "combined")
ULLEVAL = school("Ullevål skole", "974590433")
MERGED = school("Nes skole", "974590395", "primary", "closed", "solvik")
SHUT = school("Vang skole", "974590786", "primary", "closed")
SCHOOLS = Register((SOLVIK, GRANLI, BJERKE, BOTH, ULLEVAL, MERGED, SHUT))


class Chat:
    """A parent's chat: whatever is done is answered and then kept, as a channel does it."""

    def __init__(self, conversation: Conversation, app: Language = "nb") -> None:
        """Take the conversation, and the language that the parent's app is set to."""
        self.conversation = conversation
        self.app: Language = app
        self.turn: Turn | None = None

    async def do(self, event: Event | Text) -> Message:
        """What the bot answers."""
        self.turn = await self.conversation.turn(CHAT, event, self.app)
        await self.conversation.keep(CHAT, self.turn)
        return self.turn.replies[-1].message

    async def say(self, words: str) -> Message:
        """What the bot answers to a line that is typed, a command perhaps."""
        return await self.do(typed(words))

    async def press(self, verb: Verb, choice: str = "") -> Message:
        """What the bot answers to a button of its last message."""
        assert self.turn is not None
        presses = [button.press for button in self.turn.replies[-1].message.buttons]
        [press] = [one for one in presses if (one.verb, one.choice) == (verb, choice)]
        return await self.do(press)

    @property
    def state(self) -> State:
        """What is kept after the last turn."""
        assert self.turn is not None
        assert self.turn.state is not None
        return self.turn.state


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is to be."""
    return tmp_path / "bot.sqlite3"


def over(application: Application, path: Path, register: Register = SCHOOLS) -> Conversation:
    """The conversation over a real database, at a time that stands still, with schools of our own."""
    renderer = Renderer(application.catalogue, application.flows, register.by_code)
    return Conversation(
        application.flows, renderer, application.listener, register, Store(path, SECRET, DAYS), lambda: NOW
    )


@pytest_asyncio.fixture
async def conversation(application: Application, path: Path) -> AsyncIterator[Conversation]:
    """The conversation over a real database."""
    one = over(application, path)
    yield one
    await one.store.close()


@pytest.fixture
def chat(conversation: Conversation) -> Chat:
    """A parent with an app in Norwegian, of whom nothing is known."""
    return Chat(conversation)


async def remember(conversation: Conversation, state: State) -> None:
    """Keep a state for the parent."""
    await conversation.store.save(CHAT, state, None, NOW)


def at(application: Application, node: NodeId, level: Level = "primary", one: School | None = None) -> State:
    """The state of a parent on a screen."""
    return State(
        "nb", level, way_to(application.flows, application.flows.nodes[node], level), school=code(one) if one else None
    )


def schools_of(message: Message) -> list[str]:
    """The schools that a message offers, by their buttons."""
    return [b.label for b in message.buttons if b.press.verb == "school" and b.press.choice not in ("", FORGET)]


def asks_level(message: Message) -> bool:
    """Whether a message asks which kind of school it is."""
    return [b.press.verb for b in message.buttons][:2] == ["level", "level"]


def asks_school(application: Application, message: Message) -> bool:
    """Whether a message is the search for a school."""
    return application.catalogue.books[message.language].ui.screens["school_title"] in message.text


def note(application: Application, name: str, one: School | None = None, language: Language = "nb") -> str:
    """A short line above a screen."""
    return application.catalogue.books[language].ui.notes[name].replace("{school}", one.name if one else "").strip()


# --- links --------------------------------------------------------------------------------------------------------

LINKS: dict[str, tuple[str, School | None, Level | None]] = {
    "id": ("1-solvik-x-x", SOLVIK, "primary"),
    "id with a hyphen": ("1-bjerke-vgs-x-x", BJERKE, "upper"),
    "code": (f"1-{code(BJERKE)}-x-x", BJERKE, "upper"),
    "code in capitals": (f"1-{code(SOLVIK).upper()}-x-x", SOLVIK, "primary"),
    "combined": (f"1-{code(BOTH)}-x-x", BOTH, None),
    "closed, by id": ("1-nes-x-x", SOLVIK, "primary"),
    "closed, by code": (f"1-{code(MERGED)}-x-x", SOLVIK, "primary"),
    "closed for good": (f"1-{code(SHUT)}-x-x", SHUT, "primary"),
    "unknown id": ("1-nowhere-x-x", None, None),
    "unknown code": ("1-zzzzzz-x-x", None, None),
    "an organisation number": (f"1-{SOLVIK.org_number}-x-x", None, None),
    "none": ("1-x-x-x", None, None),
}
"""What a link holds, the school that it leads to, and the level that is known after it."""


@both_languages
@pytest.mark.parametrize("case", LINKS)
async def test_a_link_names_the_school(
    conversation: Conversation, application: Application, case: str, language: Language
) -> None:
    """The school of a link is greeted by its name and kept by its code; one that is not known is not spoken of."""
    payload, one, level = LINKS[case]
    chat = Chat(conversation, language)
    screens = application.catalogue.books[language].ui.screens

    message = await chat.say(f"/start {payload}")

    assert (code(one) if one else None, level) == (chat.state.school, chat.state.level)
    greeted = screens["school_greeting"].replace("{school}", one.name if one and one.status == "open" else "|")
    assert (greeted in message.text) == (one is not None and one.status == "open")
    assert (screens["school_closed"].strip() in message.text) == (one is SHUT)
    assert {b.press.school for b in message.buttons} == {code(one) if one else None}


@pytest.mark.parametrize("payload", ["1-solvik-x-x", f"1-{code(SOLVIK)}-x-x"], ids=["id", "code"])
async def test_a_school_that_was_renamed_has_its_new_name(application: Application, path: Path, payload: str) -> None:
    """Links and memories hold nothing of a school's name, so that all of them show the new one."""
    before, after = over(application, path), Register((replace(SOLVIK, name="Nye Solvik skole"), GRANLI))
    old = await Chat(before).say(f"/start {payload}")
    await before.store.close()
    now = over(application, path, after)

    remembered = await Chat(now).say("/start")
    linked = await Chat(now).say(f"/start {payload}")
    await now.store.close()

    assert "Nye Solvik skole" not in old.text
    assert all("Nye Solvik skole" in message.text for message in (remembered, linked))


@both_languages
async def test_a_link_with_everything(conversation: Conversation, language: Language) -> None:
    """School, language and topic of one link all count, whatever the app is set to."""
    chat = Chat(conversation, "en" if language == "nb" else "nb")

    message = await chat.say(f"/start 1-bjerke-vgs-{language}-worry_absence")

    assert message.language == language
    assert not asks_level(message)
    assert {b.press.node for b in message.buttons if b.press.verb == "choose"} == {"worry.absence"}
    assert (code(BJERKE), "upper") == (chat.state.school, chat.state.level)


async def test_another_link_brings_another_school(chat: Chat, conversation: Conversation) -> None:
    """The second link takes the place of the first, with its level, and leaves the district."""
    await chat.say("/start 1-solvik-x-x")
    await remember(conversation, replace(chat.state, district="03"))

    await chat.say("/start 1-bjerke-vgs-x-x")

    assert (code(BJERKE), "upper", "03") == (chat.state.school, chat.state.level, chat.state.district)


async def test_a_link_to_an_unknown_school_forgets_none(chat: Chat) -> None:
    """A link that cannot be read takes nothing away from what is known."""
    await chat.say("/start 1-solvik-x-x")

    message = await chat.say("/start 1-nowhere-x-x")

    assert (code(SOLVIK), "primary") == (chat.state.school, chat.state.level)
    assert SOLVIK.name in message.text


# --- the level ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("one", "asked"), [(SOLVIK, False), (BJERKE, False), (BOTH, True), (None, True)])
async def test_the_level_is_asked_only_when_the_school_does_not_tell(
    chat: Chat, one: School | None, asked: bool
) -> None:
    """A school of one kind answers the question of the level; a combined one, or none, leaves it to be asked."""
    await chat.say(f"/start 1-{code(one)}-x-x" if one else "/start")

    message = await chat.press("choose", "worried")

    assert asks_level(message) == asked
    assert chat.state.level == (None if asked or one is None else one.level)


@pytest.mark.parametrize(
    ("one", "words", "asked"),
    [(GRANLI, "granli", False), (BJERKE, "bjerke vgs", False), (BOTH, "eiklia", True)],
    ids=["grunnskole", "videregående", "combined"],
)
async def test_a_school_that_is_found_answers_the_question_of_the_level(
    chat: Chat, application: Application, one: School, words: str, asked: bool
) -> None:
    """Who types /school in answer to the level, and finds the school, is where they wanted to be."""
    await chat.do(Press("choose", "start", "worried"))
    await chat.say("/school")
    await chat.say(words)

    message = await chat.press("school", code(one))

    assert note(application, "school_set", one) == message.blocks[0].text
    assert asks_level(message) == asked
    assert chat.state.school == code(one)


# --- buttons ------------------------------------------------------------------------------------------------------


@both_languages
@pytest.mark.parametrize("one", [SOLVIK, MERGED], ids=["open", "closed"])
async def test_an_old_button_brings_its_school_to_an_empty_memory(
    conversation: Conversation, one: School, language: Language
) -> None:
    """When nothing is remembered, the school of the button's screen is known again, and named where texts mean it."""
    chat = Chat(conversation, language)

    message = await chat.do(Press("choose", "contact.teacher", "write", "primary", language, code(one)))
    office = await chat.do(Press("goto", "contact.admin", "", "primary", language, code(one)))

    assert code(one) == chat.state.school
    assert {b.press.school for b in message.buttons} == {code(one)}
    assert any(span.href == SITE and SOLVIK.name in span.text for block in office.blocks for span in block.spans)


@pytest.mark.parametrize("kept", [None, GRANLI], ids=["forgotten", "another"])
@pytest.mark.parametrize("verb", ["choose", "goto", "back", "level", "options", "language"])
async def test_an_old_button_changes_no_school_that_is_remembered(
    chat: Chat, conversation: Conversation, application: Application, verb: Verb, kept: School | None
) -> None:
    """A parent who changed or forgot the school has done so for all buttons, also those from before."""
    await remember(conversation, at(application, "worries", "primary", kept))
    choice = {"choose": "absence", "level": "primary", "language": "en"}.get(verb, "")

    message = await chat.do(Press(verb, "worries", choice, "primary", "nb", code(SOLVIK)))

    assert chat.state.school == (code(kept) if kept else None)
    assert SOLVIK.name not in message.text


@pytest.mark.parametrize("stranger", ["zzzzzz", "nes", "1", "forget"])
async def test_a_button_of_an_unknown_school_brings_none(chat: Chat, stranger: str) -> None:
    """A code that the register does not have is not kept, whatever button it stands on."""
    message = await chat.do(Press("choose", "start", "worried", "primary", "nb", stranger))

    assert chat.state.school is None
    assert {b.press.school for b in message.buttons} == {None}


@pytest.mark.parametrize("kept", [None, GRANLI], ids=["nothing known", "a school known"])
@pytest.mark.parametrize("choice", ["zzzzzz", "solvik"])
async def test_an_unknown_school_is_asked_for(
    chat: Chat, conversation: Conversation, application: Application, choice: str, kept: School | None
) -> None:
    """A button for a school that there is not opens the search, and changes nothing that is known."""
    await remember(conversation, at(application, "worries", "primary", kept))

    message = await chat.do(Press("school", "worries", choice, "primary", "nb"))

    assert asks_school(application, message)
    assert chat.state.school == (code(kept) if kept else None)


@pytest.mark.parametrize("choice", ["atlantis", "Alna", "zzzzzz", code(SOLVIK)])
async def test_an_unknown_district_is_asked_for(
    chat: Chat, conversation: Conversation, application: Application, choice: str
) -> None:
    """A button for a district that there is not asks for it again, and changes nothing that is known."""
    await remember(conversation, replace(at(application, "service.bup"), district="03"))

    message = await chat.do(Press("district", "service.bup", choice, "primary", "nb"))

    assert application.catalogue.books["nb"].ui.screens["district_title"] in message.text
    assert chat.state.district == "03"


@pytest.mark.parametrize("kept", ["03", UNKNOWN])
async def test_a_district_is_kept(chat: Chat, kept: str) -> None:
    """A district, or that it is not known, is kept instead of the one before."""
    await chat.do(Press("district", "service.bup", "12", "primary", "nb"))

    await chat.do(Press("district", "service.bup", kept, "primary", "nb"))

    assert chat.state.district == kept


@both_languages
async def test_a_district_is_chosen_on_a_card(
    conversation: Conversation, application: Application, language: Language
) -> None:
    """The card of a local service asks for the district; typed by number or name it is chosen, and its page shown."""
    for words in ("2", "Bjerke", "bjerke"):
        await remember(conversation, replace(at(application, "service.child_welfare"), language=language))
        chat = Chat(conversation, language)
        await chat.do(Command("language"))
        await chat.do(Press("goto", "service.child_welfare", "", "primary", language))
        await chat.press("district")

        message = await chat.say(words)

        page = application.catalogue.districts["09"].page
        assert page is not None
        assert page.value in [span.href for block in message.blocks for span in block.spans]
        assert chat.state.district == "09"
        assert not [b for b in message.buttons if b.press.verb == "district"]


# --- the search ---------------------------------------------------------------------------------------------------

TYPED: dict[str, School] = {
    "solvik": SOLVIK,
    "Solvik skole": SOLVIK,
    "sollvik": SOLVIK,
    "solvig skule": SOLVIK,
    "bjærke vgs": BJERKE,
    "bjerkevgs": BJERKE,
    "bjerke vidregående": BJERKE,
    "Bjerke upper secondary": BJERKE,
    "ulleval": ULLEVAL,
    "ullevoll skole": ULLEVAL,
    "ullevål skule": ULLEVAL,
    "Nes skole": MERGED,
    "974590433": ULLEVAL,
}
"""Names of schools as parents write them: with slips, without Norwegian letters, in dialect, in English."""


@pytest.mark.parametrize("words", TYPED)
async def test_a_name_with_slips_finds_the_school(
    chat: Chat, conversation: Conversation, application: Application, words: str
) -> None:
    """What is typed into the search offers the school as its first button; one press, and it is known."""
    one = SCHOOLS.answering(TYPED[words])
    await remember(conversation, at(application, "worry.absence.skips", "upper"))
    asked = await chat.say("/school")

    found = await chat.say(words)
    message = await chat.do(next(b.press for b in found.buttons if b.label == one.name))

    assert asks_school(application, asked)
    assert schools_of(found)[0] == one.name
    assert message.blocks[0].text == note(application, "school_set", one)
    assert (one, one.level) == (SCHOOLS.by_code[chat.state.school or ""], chat.state.level)


@pytest.mark.parametrize("how", ["number", "label", "label in small letters"])
async def test_a_school_that_was_found_can_be_typed(
    chat: Chat, conversation: Conversation, application: Application, how: str
) -> None:
    """The number and the label of a found school do what its button does."""
    await remember(conversation, at(application, "worries"))
    await chat.say("/school")
    found = await chat.say("solvik")
    (button,) = [b for b in found.buttons if b.press.choice == code(SOLVIK)]
    words = {"number": str([*found.buttons].index(button) + 1), "label": button.label}.get(how, button.label.lower())

    wanted = (await conversation.turn(CHAT, button.press, "nb")).state
    message = await chat.say(words)

    assert wanted == chat.state
    assert (code(SOLVIK), "node") == (chat.state.school, chat.state.view)
    assert message.blocks[0].text == note(application, "school_set", SOLVIK)


async def test_a_name_that_no_school_has_keeps_the_search_open(chat: Chat, application: Application) -> None:
    """The parent is told, however often, and never sent away: the next name is looked for."""
    await chat.say("/school")

    messages = [await chat.say(words) for words in ("xyzzy", "qwrtp", "xyzzy")]
    found = await chat.say("granli")

    assert [note(application, "school_not_found")] * 3 == [message.blocks[0].text for message in messages]
    assert schools_of(found) == [GRANLI.name]


async def test_the_school_can_be_forgotten(chat: Chat, application: Application) -> None:
    """The search of a parent whose school is known has a button that forgets it, on the screen and in the database."""
    await chat.say("/start 1-solvik-x-x")
    await chat.say("/school")

    message = await chat.press("school", FORGET)

    kept = await chat.conversation.store.load(CHAT, NOW)
    assert message.blocks[0].text == note(application, "school_forgotten")
    assert SOLVIK.name not in message.text
    assert kept is not None
    assert (kept.school, kept.level) == (None, "primary")


@both_languages
async def test_a_question_typed_into_the_search_is_answered(
    conversation: Conversation, application: Application, language: Language
) -> None:
    """A message about a worry is no name of a school: it is answered, and the search is over."""
    await remember(conversation, replace(at(application, "worries"), language=language))
    chat = Chat(conversation, language)
    await chat.say("/school")

    message = await chat.say(BULLYING[language])

    assert {b.press.node for b in message.buttons if b.press.verb == "choose"} == {"worry.bullying"}
    assert (chat.state.view, schools_of(message)) == ("node", [])


@both_languages
async def test_a_question_that_names_a_school_is_still_a_question(
    conversation: Conversation, application: Application, language: Language
) -> None:
    """A whole sentence about a worry is answered, also when the name of the school stands in it."""
    await remember(conversation, replace(at(application, "worries"), language=language))
    chat = Chat(conversation, language)
    await chat.say("/school")
    words = f"{BULLYING[language]} {'på' if language == 'nb' else 'at'} {SOLVIK.name}"

    message = await chat.say(words)

    assert SCHOOLS.find(words) == (SOLVIK,)
    assert {b.press.node for b in message.buttons if b.press.verb == "choose"} == {"worry.bullying"}
    assert chat.state.school is None


@both_languages
@pytest.mark.parametrize("with_name", [False, True], ids=["alone", "with a name"])
async def test_danger_typed_into_the_search_comes_first(
    conversation: Conversation, application: Application, with_name: bool, language: Language
) -> None:
    """Danger is answered with its card, in its language, though a school stands in the same message."""
    await remember(conversation, at(application, "worries"))
    chat = Chat(conversation, "nb")
    await chat.say("/school")

    message = await chat.say(f"{SOLVIK.name}. {DANGER[language]}" if with_name else DANGER[language])

    assert {b.press.node for b in message.buttons if b.press.verb == "choose"} == {"crisis.suicide"}
    assert (message.language, chat.state.view, chat.state.offered) == (language, "node", ())


async def test_a_photo_instead_of_a_name(chat: Chat, conversation: Conversation, application: Application) -> None:
    """What is no text is told so, on the screen where the parent was."""
    await remember(conversation, at(application, "worries"))
    await chat.say("/school")

    message = await chat.do(Unreadable("media"))

    assert message.blocks[0].text == note(application, "media")
    assert not asks_school(application, message)
    assert chat.state == at(application, "worries")


async def test_only_the_search_looks_for_schools(chat: Chat, conversation: Conversation) -> None:
    """A name of a school that is typed elsewhere offers no school."""
    await chat.say("/start")

    message = await chat.say("solvik")

    assert schools_of(message) == []
    assert chat.state.school is None


@both_languages
async def test_every_school_of_oslo_is_found_by_its_own_name(application: Application, language: Language) -> None:
    """With the real ears and the real register, the name of each open school leads to that school, and to no advice."""
    conversation = application.conversation(None, NOW)
    start = State(language, view="school")
    lost = []
    for one in application.register.schools:
        if one.status == "open":
            await remember(conversation, start)
            turn = await conversation.turn(CHAT, Text(one.name), language)
            if one.name not in schools_of(turn.replies[-1].message):
                lost.append(one.name)
    await conversation.store.close()

    assert lost == []


def test_no_school_has_a_code_that_means_something_else(application: Application) -> None:
    """No code of a school is one of the words that its button can carry instead."""
    assert {FORGET, UNKNOWN, ""} & set(application.register.by_code) == set()


# --- what is kept -------------------------------------------------------------------------------------------------


@both_languages
async def test_delete_forgets_school_and_district(conversation: Conversation, language: Language) -> None:
    """After /delete and a yes nothing is left of either, and the next start greets nobody."""
    chat = Chat(conversation, language)
    await chat.say("/start 1-solvik-x-x")
    await chat.do(Press("district", "service.bup", "03", "primary", language, code(SOLVIK)))
    await chat.say("/delete")

    erased = await chat.press("choose", "yes")
    kept = await conversation.store.load(CHAT, NOW)
    again = await chat.say("/start")

    assert kept is None
    assert SOLVIK.name not in erased.text + again.text
    assert {b.press.school for b in erased.buttons} == {None}
    assert (chat.state.school, chat.state.district) == (None, None)


READ = """
import asyncio, sys
from datetime import datetime
from pathlib import Path
from bot.store import Store, encode

async def main():
    store = Store(Path(sys.argv[1]), sys.argv[2].encode(), 30)
    state = await store.load(int(sys.argv[3]), datetime.fromisoformat(sys.argv[4]))
    await store.close()
    print(state.school, state.district, state.level, state.view, *state.offered)

asyncio.run(main())
"""
"""A program of its own that reads what is kept about the parent."""


async def test_school_and_district_are_read_back_by_a_new_process(application: Application, path: Path) -> None:
    """What was chosen, and the search that stands open, are known after a restart, and a number still chooses."""
    before = over(application, path)
    chat = Chat(before)
    await chat.say("/start 1-solvik-x-x")
    await chat.do(Press("district", "service.bup", "03", "primary", "nb", code(SOLVIK)))
    await chat.say("/school")
    found = await chat.say("bjærke vgs")
    await before.store.close()

    arguments = [str(path), SECRET.decode(), str(CHAT), NOW.isoformat()]
    read = await asyncio.create_subprocess_exec(sys.executable, "-c", READ, *arguments, cwd=ROOT, stdout=PIPE)
    printed, _ = await read.communicate()
    after = over(application, path)
    again = Chat(after)
    message = await again.say("1")
    await after.store.close()

    assert schools_of(found) == [BJERKE.name]
    assert printed.decode().split() == [code(SOLVIK), "03", "primary", "school", code(BJERKE)]
    assert message.blocks[0].text == note(application, "school_set", BJERKE)
    assert (again.state.school, again.state.district, again.state.level) == (code(BJERKE), "03", "upper")


async def test_the_buttons_of_the_search_say_the_same(chat: Chat) -> None:
    """A button for a school works when the memory is gone: it carries the school and its level."""
    await chat.say("/school")
    found = await chat.say("bjerke vgs")
    button: Button = next(b for b in found.buttons if b.press.verb == "school")
    await chat.conversation.store.save(CHAT, None, None, NOW)

    await chat.do(button.press)

    assert (code(BJERKE), "upper") == (chat.state.school, chat.state.level)
