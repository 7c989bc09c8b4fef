"""From the poster on the school's wall to a message on the clipboard: whole conversations, as a parent has them."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
import pytest_asyncio

from bot.application import Application
from bot.dialogs.ladder import WRITTEN_TO
from bot.model import LANGUAGES, DoorId, Language, Level, NodeId
from bot.posters.decoding import codes, pixels
from bot.posters.sheet import Target, payload, sheet
from bot.posters.typesetting import typeset
from bot.render.opening import OSLO
from bot.schools.school import School, code
from tests.botapi import BotApi
from tests.botapi_chat import Message
from tests.botapi_keyboard import MAX_COPY
from tests.botapi_people import User
from tests.channels.telegram.helpers import (
    BULLYING,
    CODES,
    DANGER,
    NUMBERS,
    Running,
    Words,
    confirmed,
    numbers_in,
    place,
    presses,
    start_service,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

AT = datetime(2026, 11, 24, 10, tzinfo=OSLO)
"""A Tuesday at which the clock of the bot stands: what is open, and which districts there are, is then always the same.
"""
PRIMARY, UPPER, COMBINED = "abildso", "bjerke-vgs", "stig"
"""A school of each kind, by its id."""
ALONE = "tasen"
"""A school that only the test of what is stored scans, so that its code stands in no other row."""

TEACHER, HEAD, OFFICE = "school.contact_teacher", "school.head", "school.office"
NURSE, COUNSELLOR = "service.school_nurse", "school.counsellor"


@dataclass(frozen=True, slots=True)
class Journey:
    """A way from the poster, by the ids of the choices, to a screen with a message, and who is written to in turn."""

    school: str
    level: Level
    way: str
    node: NodeId
    to: tuple[DoorId, ...]


JOURNEYS = (
    Journey(PRIMARY, "primary", "worried learning behind", "worry.learning.behind", (TEACHER, OFFICE, HEAD)),
    Journey(
        PRIMARY,
        "primary",
        "worried bullying aks no",
        "worry.bullying.aks",
        ("school.base_leader", "school.aks_leader", HEAD),
    ),
    Journey(PRIMARY, "primary", "worried bullying pupils teacher", "worry.bullying.told_teacher", (HEAD,)),
    Journey(PRIMARY, "primary", "worried absence often home", "worry.absence.often_home", (TEACHER, OFFICE, HEAD)),
    Journey(PRIMARY, "primary", "worried mental_health harm_eating", "worry.mental_health.harm_eating", (NURSE,)),
    Journey(PRIMARY, "primary", "worried substance snus_vape", "worry.substance.snus_vape", (NURSE, TEACHER)),
    Journey(PRIMARY, "primary", "worried crime did", "worry.crime.did", (TEACHER, HEAD)),
    Journey(PRIMARY, "primary", "contact aks", "contact.aks", ("school.base_leader", HEAD)),
    Journey(PRIMARY, "primary", "contact school_day", "contact.teacher", (TEACHER, OFFICE, HEAD)),
    Journey(UPPER, "upper", "worried dropout thinking", "worry.dropout.thinking", (TEACHER, COUNSELLOR, HEAD)),
    Journey(
        UPPER,
        "upper",
        "worried dropout wrong_programme",
        "worry.dropout.wrong_programme",
        (COUNSELLOR, TEACHER, HEAD),
    ),
    Journey(
        UPPER,
        "upper",
        "worried learning no_follow_up",
        "worry.learning.no_follow_up",
        ("school.department_head", OFFICE, HEAD),
    ),
    Journey(UPPER, "upper", "worried bullying adult no", "worry.bullying.adult", (HEAD,)),
    Journey(UPPER, "upper", "contact grades", "contact.grades", (COUNSELLOR, OFFICE, HEAD)),
    Journey(UPPER, "upper", "contact health", "contact.health", (NURSE, OFFICE, HEAD)),
    Journey(
        COMBINED,
        "primary",
        "worried wellbeing aks",
        "worry.wellbeing.aks",
        ("school.base_leader", "school.aks_leader", HEAD),
    ),
    Journey(COMBINED, "upper", "worried other unsure", "worry.other.unsure", (TEACHER, OFFICE, HEAD)),
    Journey(COMBINED, "upper", "contact absence", "contact.absence", (TEACHER, OFFICE, HEAD)),
)
"""Twelve worries and six contact cards. Whom to write to first, and whom after, follows guidance 1.5 and 2."""


@dataclass(frozen=True, slots=True)
class Town:
    """The server with the bot at work, and its database."""

    api: BotApi
    bot: Running
    database: Path

    def row(self, user: User) -> str | None:
        """What is stored about a person's chat, as JSON."""
        key = self.bot.service.conversation.store.key(user.id)
        with closing(sqlite3.connect(self.database)) as db:
            found = db.execute("SELECT state FROM conversation WHERE key = ?", (key,)).fetchone()
        return str(found[0]) if found else None

    def files(self) -> bytes:
        """Everything that stands in the files of the database."""
        return b"".join(file.read_bytes() for file in self.database.parent.iterdir())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(application: Application, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """The bot at work on a school day, shared by all tests of this file."""
    database = tmp_path_factory.mktemp("posters") / "bot.sqlite3"
    async with BotApi() as server:
        bot = await start_service(application, server, database, now=AT)
        yield Town(server, bot, database)
        await bot.stop()


@pytest.fixture(scope="module")
def poster(application: Application, town: Town) -> Callable[[str], str]:
    """What the code on the poster of a school says, read off the page as it is printed."""
    target = Target(town.api.world.me["username"], None)

    @cache
    def read(school_id: str) -> str:
        drawn = sheet(application.catalogue, application.register.by_id[school_id], target, AT.date())
        (said,) = codes(pixels(typeset(drawn, "pdf")))
        return said

    return read


class Parent:
    """A parent with the poster of a school in front of them, and the words that they read."""

    def __init__(
        self, application: Application, town: Town, school_id: str, language: Language, level: Level | None = None
    ) -> None:
        """Take the school, the language of the parent's app, and the level that the child is at."""
        self.school: School = application.register.by_id[school_id]
        self.words = Words(application, language, level)
        self.user = town.api.user(language_code=CODES[language])
        self.api = town.api
        self.level = level

    async def scan(self, link: str) -> Message:
        """Open the link of a poster in Telegram, which sends what stands behind `?start=`."""
        address, _, started = link.partition("?start=")
        assert f"https://t.me/{self.api.world.me['username']}" == address
        return await self.say(f"/start {started}")

    async def say(self, text: str) -> Message:
        """Type something, and read the answer."""
        await self.user.send(text)
        return await self.user.reply()

    async def tap(self, label: str) -> Message:
        """Tap a button, and read the answer."""
        await self.user.tap(label)
        return await self.user.reply()

    async def choose(self, choice: str) -> Message:
        """Tap a choice of the screen that stands there."""
        return await self.tap(self.words.choice(place(self.user.chat.newest), choice))

    async def walk(self, way: str) -> list[Message]:
        """Tap several choices one after the other, and say which school it is when that is asked; every screen shown.

        A choice's label is the content's.
        """
        shown = []
        for choice in way.split():
            shown.append(await self.choose(choice))
            if asks_level(shown[-1]):
                shown.append(await self.tap(self.words.button(f"level_{self.level}")))
        return shown


# --- what is read off a screen ------------------------------------------------------------------------------------


def asks_level(message: Message) -> bool:
    """Whether a screen asks which kind of school it is."""
    return any(press.verb == "level" for press in presses(message))


def can(message: Message, choice: str) -> bool:
    """Whether a screen has this choice."""
    return any((press.verb, press.choice) == ("choose", choice) for press in presses(message))


def marked(message: Message, kind: str) -> list[str]:
    """The parts of a message that Telegram marks so; its offsets count UTF-16."""
    text = message.text.encode("utf-16-le")
    spans = [(2 * e["offset"], 2 * (e["offset"] + e["length"])) for e in message.entities if e["type"] == kind]
    return [text[start:end].decode("utf-16-le") for start, end in spans]


def addressee(message: Message, words: Words) -> DoorId:
    """For whom the message on a screen is: it says so on a line of its own."""
    line = words.book.ui.screens["draft_to"]
    (found,) = [door for door in WRITTEN_TO if line.format(door=words.door(door)) in message.text.splitlines()]
    return found


def language_of(application: Application, text: str, other: Language) -> Language | None:
    """The language of a text when it is clear even to somebody who takes it for the other one."""
    guess = application.listener.explain(text, other).guess
    return guess.language if guess.clear else None


async def copied(application: Application, parent: Parent, message: Message) -> str:
    """What the copy button of a message puts on the clipboard, once all that holds for every such message is seen."""
    text = await parent.user.copy(parent.words.button("copy"), message)
    interpreter = {one: application.catalogue.books[one].ui.screens["draft_interpreter"] for one in LANGUAGES}
    assert [text] == marked(message, "pre")
    assert 1 <= len(text) <= MAX_COPY
    assert language_of(application, text, "en") == "nb"
    if parent.words.language == "nb":
        assert interpreter["nb"] not in message.text
        return text
    screens = parent.words.book.ui.screens
    assert [screens["draft_original"], screens["draft_meaning"]] == marked(message, "bold")[-2:]
    beside = message.text.partition(f"{screens['draft_meaning']}\n")[2].partition("\n\n")[0]
    assert language_of(application, beside, "nb") == "en"
    assert [text.splitlines()[-1], beside.splitlines()[-1]] == [interpreter["nb"], interpreter["en"]]
    assert text.count("[") == beside.count("[")
    assert screens["interpreter"] in message.text
    return text


# --- by taps ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("school_id", [PRIMARY, UPPER, COMBINED])
async def test_greeted_by_the_schools_name(
    application: Application, town: Town, poster: Callable[[str], str], school_id: str, language: Language
) -> None:
    """Whoever scans the poster of a school is greeted by its name, and every button knows the school from then on."""
    parent = Parent(application, town, school_id, language)

    greeting = await parent.scan(poster(school_id))

    assert place(greeting) == "start"
    assert parent.words.book.ui.screens["school_greeting"].format(school=parent.school.name) in greeting.text
    assert {code(parent.school)} == {press.school for press in presses(greeting)}


async def test_every_schools_poster_is_understood(application: Application, town: Town) -> None:
    """The payload on every school's poster is greeted by that school's name, also when another was scanned before."""
    parent = Parent(application, town, PRIMARY, "nb")
    lost = []

    for school in application.register.schools:
        if school.status == "open":
            greeting = await parent.say(f"/start {payload(school.id)}")
            if school.name not in greeting.text or {code(school)} != {press.school for press in presses(greeting)}:
                lost.append(school.id)

    assert not lost


@pytest.mark.parametrize("journey", JOURNEYS, ids=[f"{one.school} {one.level} {one.way}" for one in JOURNEYS])
async def test_from_the_poster_to_the_last_door(
    application: Application, town: Town, poster: Callable[[str], str], journey: Journey
) -> None:
    """Taps lead from the poster to a message for the right person, and silence to the next door, never to one again.

    The level is asked only where the school has both. English readers send the same Norwegian words as others, with the
    sentence that asks for an interpreter.
    """
    sent: dict[Language, list[str]] = {}
    for language in LANGUAGES:
        parent = Parent(application, town, journey.school, language, journey.level)
        await parent.scan(poster(journey.school))
        shown = await parent.walk(journey.way)
        assert [asks_level(screen) for screen in shown] == [journey.school == COMBINED, *[False] * (len(shown) - 1)]
        assert place(shown[-1]) == journey.node

        written: list[DoorId] = []
        sent[language] = []
        step = shown[-1]
        while can(step, "write") and len(written) < len(WRITTEN_TO):
            draft = await parent.choose("write")
            sent[language].append(await copied(application, parent, draft))
            written.append(addressee(draft, parent.words))
            step = await parent.choose("silent")
            listed = [door for door in written if f"• {parent.words.door(door)}: " in step.text]
            assert not listed, f"{place(step)} names whom the parent has written to"

        assert journey.to == tuple(written)
        assert can(step, "danger")
        assert not step.has(parent.words.button("copy"))

    interpreter = application.catalogue.books["nb"].ui.screens["draft_interpreter"]
    assert [f"{text}\n{interpreter}" for text in sent["nb"]] == sent["en"]
    assert len(set(sent["nb"])) == len(sent["nb"])


@pytest.mark.parametrize("school_id", [PRIMARY, UPPER])
async def test_the_office_is_the_schools_own(
    application: Application, town: Town, poster: Callable[[str], str], school_id: str, language: Language
) -> None:
    """A message to the office says how to reach the office of the very school, with a link to its page."""
    level: Level = "primary" if school_id == PRIMARY else "upper"
    parent = Parent(application, town, school_id, language, level)
    await parent.scan(poster(school_id))
    await parent.walk("contact unsure")

    draft = await parent.choose("write")

    assert addressee(draft, parent.words) == OFFICE
    assert parent.words.book.ui.facts.page_at.format(school=parent.school.name) in marked(draft, "text_link")
    assert {parent.school.homepage} == {one["url"] for one in draft.entities if one["type"] == "text_link"}


@pytest.mark.parametrize(
    "way", ["worried family everyday", "worried abuse yes other", "worried bullying adult principal"]
)
async def test_no_message_where_nobody_at_school_comes_first(
    application: Application, town: Town, poster: Callable[[str], str], way: str, language: Language
) -> None:
    """An end that begins with a service or an authority offers no message to the school."""
    parent = Parent(application, town, PRIMARY, language, "primary")
    await parent.scan(poster(PRIMARY))

    end = (await parent.walk(way))[-1]
    tried = await parent.choose("tried")

    assert not can(end, "write")
    assert not can(tried, "write")


# --- by typing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("school_id", "level"), [(PRIMARY, "primary"), (UPPER, "upper")])
async def test_typed_from_the_poster_to_the_message(
    application: Application, town: Town, poster: Callable[[str], str], school_id: str, level: Level, language: Language
) -> None:
    """One typed sentence after the poster leads to the questions, without one for the level; labels do the rest."""
    parent = Parent(application, town, school_id, language, level)
    await parent.scan(poster(school_id))

    question = await parent.say(BULLYING[language])
    typed = [
        await parent.say(parent.words.choice(node, choice).lower())
        for node, choice in (("worry.bullying", "pupils"), ("worry.bullying.told", "no"))
    ]
    draft = await parent.say(parent.words.choice("worry.bullying.pupils", "write").lower())
    text = await copied(application, parent, draft)
    step = await parent.say(parent.words.choice("worry.bullying.pupils.write", "silent"))

    assert (place(question), asks_level(question)) == ("worry.bullying", False)
    assert [place(message) for message in typed] == ["worry.bullying.told", "worry.bullying.pupils"]
    assert (addressee(draft, parent.words), place(step)) == (TEACHER, "worry.bullying.pupils.tried")
    assert [message.edits for message in parent.user.chat.bot_messages] == [0] * 6
    assert [text] == parent.user.copied


@pytest.mark.parametrize("where", ["end", "draft", "step", "search", "district"])
async def test_danger_typed_on_the_way(
    application: Application, town: Town, poster: Callable[[str], str], where: str, language: Language
) -> None:
    """Danger that is typed anywhere on the way gets the number at once; afterwards the parent goes on where it was.

    The school is known still, and the message is the same.
    """
    parent = Parent(application, town, PRIMARY, language, "primary")
    await parent.scan(poster(PRIMARY))
    await parent.walk("worried crime did")
    match where:
        case "draft":
            await parent.choose("write")
        case "step":
            await parent.walk("write silent")
        case "search":
            await parent.say("/school")
        case "district":
            await parent.tap(parent.words.button("find_district"))
    before = parent.user.chat.newest

    card = await parent.say(DANGER[language])
    resumed = await parent.tap(parent.words.button("resume"))

    assert place(card) == "crisis.suicide"
    assert NUMBERS & numbers_in(card)
    assert {"draft": "worry.crime.did.write", "step": "worry.crime.did.tried"}.get(where, "worry.crime.did") == place(
        resumed
    )
    assert {code(parent.school)} == {press.school for press in presses(resumed)}
    if where == "draft":
        assert marked(before, "pre") == [await copied(application, parent, resumed)]


# --- what is kept -------------------------------------------------------------------------------------------------


async def test_forgotten_shown_and_erased(
    application: Application, town: Town, poster: Callable[[str], str], language: Language
) -> None:
    """What is stored of school and district is shown by name, the school can be forgotten, and /delete leaves nothing.

    Neither the school's code nor the district stands anywhere in the files of the database afterwards.
    """
    parent, ui = Parent(application, town, ALONE, language, "primary"), application.catalogue.books[language].ui
    districts = application.catalogue.districts
    named = "Søndre Nordstrand"
    traces = [
        f'"school":"{code(parent.school)}"',
        *(f'"district":"{one}"' for one, model in districts.items() if model.name == named),
    ]
    await parent.scan(poster(ALONE))
    await parent.walk("worried crime did")
    await parent.tap(ui.buttons["find_district"])
    end = await parent.tap(named)
    await parent.choose("write")

    shown = (await parent.say("/privacy")).text.splitlines()
    await confirmed(town.api)
    kept = town.row(parent.user) or ""
    await parent.say("/school")
    forgotten = await parent.tap(ui.buttons["forget_school"])
    after = (await parent.say("/privacy")).text.splitlines()
    await confirmed(town.api)
    less = town.row(parent.user) or ""
    await parent.say("/delete")
    done = await parent.choose("yes")
    await confirmed(town.api)
    files = town.files()

    lines = [f"• {ui.stored['school'].format(school=parent.school.name)}"]
    lines += [f"• {ui.stored['district'].format(district=named)}"]
    assert named in end.text
    assert [line in shown for line in lines] == [True, True]
    assert [trace in kept for trace in traces] == [True, True]
    assert ui.notes["school_forgotten"] in forgotten.text
    assert [line in after for line in lines] == [False, True]
    assert [trace in less for trace in traces] == [False, True]
    assert place(done) == "meta.deleted"
    assert town.row(parent.user) is None
    assert [trace for trace in traces if trace.encode() in files] == []


async def test_nothing_typed_or_copied_is_kept(
    application: Application, town: Town, poster: Callable[[str], str], language: Language
) -> None:
    """Of a message that was shown and copied no word is stored: only which buttons led to it."""
    parent = Parent(application, town, PRIMARY, language, "primary")
    await parent.scan(poster(PRIMARY))
    await parent.walk("worried crime did")

    text = await copied(application, parent, await parent.choose("write"))
    await confirmed(town.api)
    kept, files = town.row(parent.user) or "", town.files()

    assert "worry.crime.did" in kept
    assert [word for word in text.split() if len(word) > 6 and word.encode() in files] == []
    assert parent.school.name.encode() not in files
