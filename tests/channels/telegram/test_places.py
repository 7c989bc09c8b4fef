"""The child's school and the family's district on Telegram: found by name, chosen, kept in buttons, and forgotten."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import pytest_asyncio

from bot.application import Application
from bot.model import FORGET, DistrictId, Language, Level, NodeId, Press, Verb
from bot.render.codec import encode
from bot.render.opening import OSLO
from bot.schools.school import School, code
from tests.botapi import BotApi
from tests.botapi_chat import Message
from tests.botapi_keyboard import Button
from tests.botapi_people import User
from tests.channels.telegram.helpers import (
    CODES,
    DANGER,
    NUMBERS,
    Running,
    Words,
    confirmed,
    numbers_in,
    place,
    press,
    press_from_long_ago,
    presses,
    start_service,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

AT = datetime(2026, 11, 24, 10, tzinfo=OSLO)
"""A Tuesday at which the clock of the bot stands: which districts there are depends on the day."""
SHOWN = 3
"""Schools that a search shows at most."""
MISSPELT = {
    "abildsoe": "abildso",
    "Abildso skoel": "abildso",
    "ulevål": "ulleval",
    "ULLEVÅL SKULE": "ulleval",
    "fos": "foss-vgs",
    "elvebaken": "elvebakken-vgs",
    "Bjerke vgs": "bjerke-vgs",
    "handelsgym": "oslo-handelsgym",
    "majorstua": "majorstuen",
    "Lonnebakken": "lonnebakken",
    "min skole er tåsen": "tasen",
}
"""Names of schools as a parent types them, and the id of the school that is meant."""
VAGUE = ("stovner", "nordstrand", "lambertseter", "bjørnhåll", "bjørn", "årvål")
"""What may be one of several schools."""
OFFICE_CARD = "contact.admin"
"""The screen that names the school's office."""
LOCAL_END: NodeId = "worry.crime.did"
"""An end on which some of the services are another in each district."""
LOCAL_CARD: NodeId = "service.bup"
"""A card of a service that is another in each district; in six of them its clinic is known."""
PAGE_CARD: NodeId = "service.youth_mentor"
"""A card of a service of which no district's contact is known: it shows the district's page."""


@dataclass(frozen=True, slots=True)
class Town:
    """The server with the bot at work, and its database."""

    api: BotApi
    bot: Running
    database: Path

    def empty(self, user: User) -> None:
        """Take a chat out of the database, as the end of its time does, or a lost disk."""
        key = self.bot.service.conversation.store.key(user.id)
        with closing(sqlite3.connect(self.database)) as db:
            assert db.execute("DELETE FROM conversation WHERE key = ?", (key,)).rowcount == 1
            db.commit()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(application: Application, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """The bot at work on a school day, shared by all tests of this file."""
    database = tmp_path_factory.mktemp("places") / "bot.sqlite3"
    async with BotApi() as server:
        bot = await start_service(application, server, database, now=AT)
        yield Town(server, bot, database)
        await bot.stop()


@pytest.fixture
def kari(town: Town, language: Language) -> User:
    """A parent whose app is set to the language."""
    return town.api.user(language_code=CODES[language])


# --- what a parent does, and what stands on a screen --------------------------------------------------------------


async def say(user: User, text: str) -> Message:
    """Type something, and read the answer."""
    await user.send(text)
    return await user.reply()


async def tap(user: User, button: str | Button, message: Message | None = None) -> Message:
    """Tap a button, and read the answer."""
    await user.tap(button, message)
    return await user.reply()


async def at(user: User, node: NodeId, school_id: str = "x") -> Message:
    """Scan the link of a school, or of none, and go to a screen; at grunnskole, unless the school has its own level."""
    (first, *_) = presses(await say(user, f"/start 1-{school_id}-x-x"))
    screen = await press(user, encode(Press("goto", node, "", first.level or "primary", first.language, first.school)))
    assert place(screen) == node
    return screen


def button(message: Message, verb: Verb, choice: str = "") -> Button:
    """The button under a message that does this."""
    every = [one for row in message.buttons for one in row if one.copy_text is None]
    return next(
        one for one, meant in zip(every, presses(message), strict=True) if (meant.verb, meant.choice) == (verb, choice)
    )


def asks_level(message: Message) -> bool:
    """Whether a screen asks which kind of school it is."""
    return any(one.verb == "level" for one in presses(message))


def schools(message: Message) -> list[str]:
    """The schools that the buttons under a message choose, in order."""
    chosen = [one.choice for one in presses(message) if one.verb == "school"]
    return [choice for choice in chosen if choice not in ("", FORGET)]


def school(message: Message) -> str | None:
    """The school that the buttons of a screen carry."""
    (found,) = {one.school for one in presses(message)}
    return found


def links(message: Message, below: str = "") -> dict[str, str]:
    """The links in a message, or below a heading of it: addresses by their words; Telegram's offsets count UTF-16."""
    text = message.text.encode("utf-16-le")
    begin = text.index(below.encode("utf-16-le"))
    return {
        text[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le"): e["url"]
        for e in message.entities
        if e["type"] == "text_link" and 2 * e["offset"] >= begin
    }


def office(words: Words, one: School) -> str:
    """How a screen names the office of a school."""
    return words.book.ui.facts.office_at.format(school=one.name)


# --- a school by its name -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("typed", "school_id"), MISSPELT.items())
async def test_misspelt_name(application: Application, kari: User, words: Words, typed: str, school_id: str) -> None:
    """A school is found by a name with slips in it; a tap on it is enough, and the level is known with it."""
    wanted = application.register.by_id[school_id]
    await say(kari, "/school")

    found = await say(kari, typed)
    chosen = await tap(kari, wanted.name, found)

    assert schools(found)[0] == code(wanted)
    assert len(schools(found)) <= SHOWN
    assert words.note("school_set").format(school=wanted.name) in chosen.text
    assert words.book.ui.screens["school_greeting"].format(school=wanted.name) in chosen.text
    assert (place(chosen), school(chosen)) == ("start", code(wanted))
    assert {None if wanted.level == "combined" else wanted.level} == {one.level for one in presses(chosen)}


@pytest.mark.parametrize("typed", VAGUE)
async def test_at_most_three_schools(application: Application, kari: User, words: Words, typed: str) -> None:
    """Where several schools may be meant, two or three are shown, each once and by its whole name; a number picks."""
    await say(kari, "/school")

    found = await say(kari, typed)
    picked = await say(kari, "2")

    assert 2 <= len(schools(found)) <= SHOWN
    assert len(set(schools(found))) == len(schools(found))
    assert [application.register.by_code[one].name for one in schools(found)] == found.labels[: len(schools(found))]
    assert schools(found)[1] == school(picked)
    assert words.note("school_set").format(school=found.labels[1]) in picked.text


async def test_every_school_is_found_by_its_name(application: Application, kari: User) -> None:
    """Whoever types the name of a school as it is written is shown that school, whatever else the name sounds like."""
    lost = []

    for one in application.register.schools:
        await say(kari, "/school")
        if code(one) not in schools(await say(kari, one.name)):
            lost.append(one.name)

    assert not lost


async def test_no_such_school(kari: User, words: Words) -> None:
    """A name that no school has is told of, and the next name is looked for without another command."""
    await say(kari, "/school")

    missed = await say(kari, "xyzzy")
    found = await say(kari, "abildsø")

    assert words.note("school_not_found") in missed.text
    assert schools(missed) == []
    assert len(schools(found)) == 1


async def test_school_in_the_middle(application: Application, kari: User, words: Words) -> None:
    """The search keeps the place: once the school is chosen, the same screen names its office and links to its page."""
    before = await at(kari, OFFICE_CARD)
    abildso = application.register.by_id["abildso"]

    searching = await say(kari, "/school")
    await say(kari, "abildsø")
    after = await tap(kari, abildso.name)

    assert words.book.ui.screens["school_title"] in searching.text
    assert office(words, abildso) not in before.text
    assert links(after)[office(words, abildso)] == abildso.homepage
    assert place(after) == OFFICE_CARD


async def test_left_without_a_school(kari: User, words: Words) -> None:
    """Whoever does not want to name a school goes back to where the search was begun."""
    before = await at(kari, OFFICE_CARD)
    await say(kari, "/school")

    after = await tap(kari, words.button("back"))

    assert (before.text, before.buttons) == (after.text, after.buttons)


@pytest.mark.parametrize("level", ["primary", "upper"])
async def test_a_school_with_both_levels(kari: User, words: Words, level: Level) -> None:
    """At a school that has grunnskole and videregående the level is asked once, and not again."""
    await say(kari, "/school")
    await say(kari, "stig")
    chosen = await say(kari, "1")

    asked = await say(kari, "/worried")
    answered = await tap(kari, words.button(f"level_{level}"))
    later = await say(kari, "/contact")

    assert {None} == {one.level for one in presses(chosen)}
    assert [asks_level(screen) for screen in (asked, answered, later)] == [True, False, False]
    assert {level} == {one.level for one in presses(later)}


async def test_forgotten(application: Application, kari: User, words: Words) -> None:
    """A school that was forgotten is named no more, and an old button that carries it does not bring it back."""
    abildso = application.register.by_id["abildso"]
    known = await at(kari, OFFICE_CARD, abildso.id)
    searching = await say(kari, "/school")

    forgotten = await tap(kari, words.button("forget_school"))
    again = await tap(kari, button(known, "choose", "roles"), known)
    searched = await say(kari, "/school")

    assert words.book.ui.screens["school_known"].format(school=abildso.name) in searching.text
    assert words.note("school_forgotten") in forgotten.text
    assert place(again) == "contact.roles"
    assert [school(screen) for screen in (known, forgotten, again, searched)] == [code(abildso), None, None, None]
    assert abildso.name not in forgotten.text + again.text + searched.text
    assert words.button("forget_school") not in searched.labels


@pytest.mark.parametrize("behind", ["", "@{bot}", "@{BOT}", " Abildsø", "@{bot} Abildsø"])
async def test_command_as_it_is_written(town: Town, kari: User, words: Words, behind: str) -> None:
    """/school opens the search also with the bot's name behind it, as a menu writes it in groups, and in capitals."""
    name = town.api.world.me["username"]

    for command in ("/school", "/SCHOOL"):
        screen = await say(kari, command + behind.format(bot=name, BOT=name.upper()))

        assert words.book.ui.screens["school_title"] in screen.text


@pytest.mark.parametrize("written", ["/school", "/school@{bot}", "/school Abildsø skole", "@{bot} Abildsø skole"])
async def test_nothing_personal_in_a_group(
    application: Application, town: Town, kari: User, words: Words, written: str
) -> None:
    """In a group /school names no school, whatever the bot knows of who asks, and offers to talk alone."""
    group, abildso = town.api.group(), application.register.by_id["abildso"]
    await at(kari, OFFICE_CARD, abildso.id)
    before = kari.chat.messages

    await kari.send(written.format(bot=town.api.world.me["username"]), chat=group)
    answer = await kari.reply(chat=group)
    await confirmed(town.api)

    assert words.telegram("group") == answer.text
    assert [words.telegram("group_button")] == answer.labels
    assert before == kari.chat.messages
    known = words.book.ui.screens["school_known"].format(school=abildso.name)
    assert known in (await say(kari, "/school")).text


@pytest.mark.parametrize("how", ["after", "behind"])
async def test_danger_in_the_search(kari: User, language: Language, how: str) -> None:
    """Danger that is typed where a school's name is asked for, or behind the command, is heard before all else."""
    if how == "after":
        await say(kari, "/school")

    answer = await say(kari, DANGER[language] if how == "after" else f"/school {DANGER[language]}")

    assert place(answer) == "crisis.suicide"
    assert NUMBERS & numbers_in(answer)


# --- buttons that carry a school ----------------------------------------------------------------------------------


@pytest.mark.parametrize("school_id", ["abildso", "bjerke-vgs", "stig"])
async def test_old_button_with_an_empty_store(
    application: Application, town: Town, kari: User, words: Words, school_id: str
) -> None:
    """When nothing is stored any more, a button from before still knows its school: the same screen, word for word."""
    one = application.register.by_id[school_id]
    card = await at(kari, OFFICE_CARD, one.id)
    old = button(card, "choose", "roles")
    known = await tap(kari, old, card)
    await tap(kari, button(known, "back"), known)
    await confirmed(town.api)
    town.empty(kari)

    fresh = await tap(kari, old, card)

    assert (known.text, known.buttons) == (fresh.text, fresh.buttons)
    assert office(words, one) in fresh.text
    assert school(fresh) == code(one)


async def test_old_button_remembered(application: Application, town: Town, kari: User, language: Language) -> None:
    """The school and the level that an old button brought back are known for what is typed afterwards."""
    one = application.register.by_id["bjerke-vgs"]
    press_from_long_ago(town.api, kari, f"1g|{OFFICE_CARD}||u{language[0]}{code(one)}")
    await kari.reply()

    typed = await say(kari, "/worried")

    assert {(code(one), "upper")} == {(each.school, each.level) for each in presses(typed)}


@pytest.mark.parametrize("named", ["zzzzzz", "0", "g48u6", ""])
async def test_old_button_of_an_unknown_school(town: Town, kari: User, language: Language, named: str) -> None:
    """A button with a school that nobody knows opens its screen as one without a school does."""
    press_from_long_ago(town.api, kari, f"1g|{OFFICE_CARD}||p{language[0]}{named}")
    screen = await kari.reply()

    assert place(screen) == OFFICE_CARD
    assert school(screen) is None


async def test_school_that_is_no_more(kari: User, words: Words, language: Language) -> None:
    """A button that chooses a school which is in no register opens the search again, and the known school stays."""
    known = await at(kari, OFFICE_CARD, "abildso")

    screen = await press(kari, f"1s|{OFFICE_CARD}|zzzzzz|p{language[0]}")

    assert words.book.ui.screens["school_title"] in screen.text
    assert school(known) == school(screen)


async def test_older_search(application: Application, kari: User) -> None:
    """The buttons of an older search still choose their school, also after another one was chosen."""
    register = application.register.by_id
    await say(kari, "/school")
    older = await say(kari, "abildsø")
    await say(kari, "/school")
    await say(kari, "bjerke vgs")
    bjerke = await say(kari, "1")

    abildso = await tap(kari, register["abildso"].name, older)

    assert [school(bjerke), school(abildso)] == [code(register["bjerke-vgs"]), code(register["abildso"])]
    assert {"primary"} == {one.level for one in presses(abildso)}


@pytest.mark.parametrize("first", ["abildso", "bjerke-vgs"])
async def test_two_schools_in_one_chat(application: Application, kari: User, words: Words, first: str) -> None:
    """With a child at each of two schools, a button leads to a screen for one of them: its office, and its level."""
    register = application.register
    second = next(one for one in ("abildso", "bjerke-vgs") if one != first)
    older, newer = await at(kari, OFFICE_CARD, first), await at(kari, OFFICE_CARD, second)

    shown = [await tap(kari, button(screen, "choose", "roles"), screen) for screen in (older, newer, older)]

    assert [school(older), school(newer)] == [code(register.by_id[one]) for one in (first, second)]
    for screen in shown:
        named = register.by_code[school(screen) or ""]
        assert office(words, named) in screen.text
        assert {named.level} == {one.level for one in presses(screen)}


# --- the district -------------------------------------------------------------------------------------------------


def called(application: Application, name: str) -> DistrictId:
    """The id of the district with that name."""
    return next(one for one, model in application.catalogue.districts.items() if model.name == name)


def page(application: Application, district: DistrictId) -> str:
    """The address of a district's own page; where it has none, or there is no such district, the city's about all."""
    known = application.catalogue.districts.get(district)
    own = known.page if known is not None else None
    found = own or application.catalogue.facts.contact("web", "oslo.districts")
    assert found is not None
    return found.value


@pytest.mark.parametrize("named", ["Gamle Oslo", "Søndre Nordstrand"])
async def test_district_from_an_end(application: Application, kari: User, words: Words, named: str) -> None:
    """From an end with services that each district has, the family's is chosen, and the end then links to its page."""
    end = await at(kari, LOCAL_END, "abildso")

    asked = await tap(kari, words.button("find_district"), end)
    chosen = await tap(kari, named)

    known = words.book.ui.screens["district_known"].partition("{page}")[0].format(district=named)
    assert words.book.ui.screens["district_title"] in asked.text
    assert place(chosen) == LOCAL_END
    assert known in chosen.text
    assert page(application, called(application, named)) in links(chosen).values()
    assert known not in end.text
    assert words.button("find_district") not in chosen.labels


async def test_every_district_has_a_button(application: Application, kari: User, words: Words) -> None:
    """All districts of the day stand there, three a row, with one for who does not know and a way back."""
    names = [
        one.name for one in application.catalogue.districts.values() if one.first is None or one.first <= AT.date()
    ]

    asked = await tap(kari, words.button("find_district"), await at(kari, LOCAL_END))

    others = [words.button(name) for name in ("district_unknown", "back", "start_over")]
    assert len(names) >= 8
    assert [*names, *others] == asked.labels
    assert {3} == {len(row) for row in asked.buttons[: len(names) // 3]}


async def test_district_from_a_card(application: Application, kari: User, words: Words) -> None:
    """A service's card shows its contact in the family's district, else the district's page, and changes with it."""
    districts = application.catalogue.districts
    card = await at(kari, LOCAL_CARD)
    screen, wrong = await tap(kari, words.button("find_district"), card), []

    for district, model in districts.items():
        shown = await tap(kari, model.name, screen)
        contacts = model.contacts.get(LOCAL_CARD)
        local = contacts.web.value if contacts is not None and contacts.web is not None else page(application, district)
        below = [*links(shown, words.heading("local")).values()]
        if place(shown) != LOCAL_CARD or below[:1] != [local]:
            wrong.append(district)
        screen = await tap(kari, words.button("change_district"), await tap(kari, words.button("options"), shown))

    assert not wrong
    assert {model.contacts.get(LOCAL_CARD) is None for model in districts.values()} == {True, False}
    assert page(application, "") == next(iter(links(card, words.heading("local")).values()))


async def test_district_stays(kari: User, words: Words) -> None:
    """The district is asked once: it is known on other screens, after /start, and when the school is forgotten."""
    await tap(kari, words.button("find_district"), await at(kari, LOCAL_END, "abildso"))
    await tap(kari, "Gamle Oslo")
    await say(kari, "/school")
    await tap(kari, words.button("forget_school"))

    screens = [await at(kari, node) for node in (LOCAL_END, PAGE_CARD, "worry.family.everyday")]

    assert ["Gamle Oslo" in screen.text for screen in screens] == [True] * 3
    assert not any(words.button("find_district") in screen.labels for screen in screens)


async def test_district_that_is_not_known(kari: User, words: Words) -> None:
    """Who does not know the district is not asked for it again, and is told where an address leads to it."""
    await tap(kari, words.button("find_district"), await at(kari, LOCAL_END))

    end = await tap(kari, words.button("district_unknown"))
    card = await at(kari, LOCAL_CARD)

    how = words.book.ui.screens["district_how"].partition("{")[0]
    assert place(end) == LOCAL_END
    assert how in card.text
    assert not any(words.button("find_district") in screen.labels for screen in (end, card))


async def test_district_by_its_name(kari: User, words: Words) -> None:
    """Where the district is asked for, its name can be typed, though a school has the same name."""
    await tap(kari, words.button("find_district"), await at(kari, LOCAL_END))

    chosen = await say(kari, "stovner")

    assert place(chosen) == LOCAL_END
    assert "Stovner" in chosen.text
    assert school(chosen) is None


async def test_left_without_a_district(kari: User, words: Words) -> None:
    """Whoever does not want to say the district goes back to the end, which is as it was."""
    before = await at(kari, LOCAL_END)
    await tap(kari, words.button("find_district"), before)

    after = await tap(kari, words.button("back"))

    assert (before.text, before.buttons) == (after.text, after.buttons)


@pytest.mark.parametrize("data", ["", "atlantis", "99", "g48u6o"])
async def test_old_button_of_a_district(
    application: Application, town: Town, kari: User, words: Words, language: Language, data: str
) -> None:
    """An old button chooses its district in a chat that is not stored; one that names none asks for the district."""
    district = called(application, "Gamle Oslo")

    press_from_long_ago(town.api, kari, f"1d|{PAGE_CARD}|{data or district}|p{language[0]}")
    screen = await kari.reply()

    assert place(screen) == ("" if data else PAGE_CARD)
    assert (words.book.ui.screens["district_title"] in screen.text) == bool(data)
    assert (page(application, district) in links(screen).values()) != bool(data)
