"""The child's school and the family's district in words: where they are named, and what is shown instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.application import Application
from bot.content.schema import ContactModel, DistrictModel, ServiceModel
from bot.dialogs.flow import End, Ladder
from bot.dialogs.replay import way_to
from bot.model import (
    FORGET,
    LANGUAGES,
    LEVELS,
    UNKNOWN,
    Language,
    Level,
    NodeId,
    Press,
    Screen,
    State,
    View,
)
from bot.render.codec import LIMIT, decode, encode
from bot.render.message import Block, Button, Message, Span
from bot.render.opening import OSLO
from bot.render.screens import Renderer
from bot.schools.register import Register
from bot.schools.school import School, SchoolLevel, Status, code

both_languages = pytest.mark.parametrize("language", LANGUAGES)
both_levels = pytest.mark.parametrize("level", LEVELS)

NOW = datetime(2026, 11, 24, 12, tzinfo=OSLO)
LOCAL = "service.child_welfare"
"""A card about a service that every district has its own of."""
VIEWS: tuple[View, ...] = ("level", "options", "offer", "school", "district")


def school(
    id_: str,
    number: int,
    level: SchoolLevel = "primary",
    homepage: str = "",
    status: Status = "open",
    successor: str = "",
) -> School:
    """A school of our own."""
    name = f"{id_.capitalize()} skole"
    return School(id_, name, level, str(974589600 + number), "", homepage, "list", date(2026, 1, 2), status, successor)


PAGED = school("solvik", 1, homepage="https://solvik.osloskolen.no")
BARE = school("granli", 2)
UPPER = school("foss", 3, "upper", "https://foss.vgs.no")
BOTH = school("eik", 4, "combined", "https://eik.osloskolen.no")
SHUT = school("vang", 5, homepage="https://vang.gs.no", status="closed")
MERGED = school("nes", 6, status="closed", successor="vik")
TAKEN_OVER = school("vik", 7, status="closed", successor="solvik")
SCHOOLS = Register((PAGED, BARE, UPPER, BOTH, SHUT, MERGED, TAKEN_OVER))


def contact(value: str, hours: str = "") -> ContactModel:
    """A contact of our own, perhaps with opening hours on workdays."""
    days = {"mon-fri": hours} if hours else None
    return ContactModel(value=value, hours=days, source="list", seen="list", checked=date(2026, 11, 23))


DISTRICTS: Mapping[str, DistrictModel] = {
    "aas": DistrictModel(
        name="Ås",
        page=contact("https://www.oslo.kommune.no/bydeler/as/"),
        contacts={
            LOCAL: ServiceModel(
                phone=contact("22 00 11 22", "09:00-15:00"),
                sms=contact("41 00 11 22"),
                web=contact("https://www.barnevern.no/as/"),
                address=contact("Storgata 1, 0001 Oslo"),
            )
        },
    ),
    "bergen": DistrictModel(name="Berg", page=contact("https://www.berg.kommune.no/bydeler/berg/")),
    "dal": DistrictModel(name="Dal"),
    "old": DistrictModel(name="Gamlebydel", last=date(2027, 12, 31)),
    "new": DistrictModel(name="Nybydel", first=date(2028, 1, 1)),
}
"""One with a contact, one with a page alone, one with neither, one that ends, and one that begins the day after."""


@pytest.fixture(scope="session")
def renderer(application: Application) -> Renderer:
    """The real words, with schools and districts of our own."""
    catalogue = replace(application.catalogue, districts=DISTRICTS)
    return Renderer(catalogue, application.flows, SCHOOLS.by_code)


def known(one: School | None, language: Language = "nb", level: Level = "primary", district: str = "") -> State:
    """A parent whose child goes to that school, and who lives in that district."""
    return State(language, level, school=code(one) if one else None, district=district or None)


def spans(message: Message) -> list[Span]:
    """All runs of text on a screen."""
    return [span for block in message.blocks for span in block.spans]


def labels(message: Message, verb: str) -> list[str]:
    """The labels of the buttons that do that."""
    return [button.label for button in message.buttons if button.press.verb == verb]


def page(application: Application, service: str) -> str:
    """The city's page about its schools or its districts."""
    found = application.catalogue.facts.contact("web", service)
    assert found is not None
    return found.value


def screens(application: Application) -> Iterator[tuple[NodeId, Level]]:
    """Every screen at every level."""
    for node in application.flows.nodes.values():
        for level in node.levels:
            yield node.id, level


# --- the school's name ---


@both_languages
def test_parents_of_a_school_are_greeted_on_the_first_screen_only(
    application: Application, renderer: Renderer, language: Language
) -> None:
    """The first screen greets the school's parents by its name, once; no other screen, and no other side, does."""
    words = application.catalogue.books[language].ui.screens["school_greeting"]
    greeting = Block("paragraph", (Span(words.replace("{school}", PAGED.name)),))

    found = [
        (node, view)
        for node, level in screens(application)
        for view in ("node", *VIEWS)
        for block in renderer.message(Screen(node, view), known(PAGED, language, level), now=NOW).blocks
        if block == greeting
    ]

    assert found == [("start", "node")] * len(LEVELS)


@both_languages
def test_nobody_is_greeted_whose_school_is_not_known(
    application: Application, renderer: Renderer, language: Language
) -> None:
    """Without a school, or with a code that the register does not have, all is as ever on the first screen."""
    plain = application.renderer.message(Screen("start"), State(language, "primary"), now=NOW)

    nobody = renderer.message(Screen("start"), known(None, language), now=NOW)
    stranger = renderer.message(Screen("start"), State(language, "primary", school="zzzzz"), now=NOW)

    assert (plain, plain) == (nobody, stranger)


@both_languages
def test_a_closed_school_greets_nobody(application: Application, renderer: Renderer, language: Language) -> None:
    """Where nobody took over, the parents read that the school is closed and how to find another."""
    screens_ = application.catalogue.books[language].ui.screens

    shown = renderer.message(Screen("start"), known(SHUT, language), now=NOW).text

    assert screens_["school_closed"].strip() in shown
    assert "/school" in shown
    assert screens_["school_greeting"].partition("{")[0] not in shown


@both_languages
@pytest.mark.parametrize("closed", [MERGED, TAKEN_OVER], ids=["two steps", "one step"])
def test_a_closed_school_answers_as_the_one_that_took_over(
    application: Application, renderer: Renderer, closed: School, language: Language
) -> None:
    """Every screen says what it says for the last of the schools that took over, and never names the closed one."""
    for node, level in screens(application):
        old, new = (
            renderer.message(Screen(node), known(one, language, level), now=NOW).blocks for one in (closed, PAGED)
        )

        assert new == old, node


@both_languages
def test_the_note_names_the_school(application: Application, renderer: Renderer, language: Language) -> None:
    """When a school was chosen, the line above the screen says which."""
    words = application.catalogue.books[language].ui.notes["school_set"]

    shown = renderer.message(Screen("worries", notes=("school_set",)), known(BARE, language), now=NOW)

    assert words.replace("{school}", BARE.name) == shown.blocks[0].text


# --- the school's office and homepage ---


def named(application: Application, language: Language, one: School | None, href: str | None) -> dict[str, Span]:
    """The school's office and homepage as they stand in a text."""
    words = application.catalogue.books[language].ui.facts
    if one is None:
        return {"office": Span(words.office), "page": Span(words.page)}
    return {
        "office": Span(words.office_at.format(school=one.name), href),
        "page": Span(words.page_at.format(school=one.name), href),
    }


@both_languages
@pytest.mark.parametrize("part", ["office", "page"])
@pytest.mark.parametrize("which", ["homepage", "no homepage", "no school", "closed"])
def test_the_schools_office_and_homepage(
    application: Application, renderer: Renderer, which: str, part: str, language: Language
) -> None:
    """On every screen whose text means them, the school's name stands there and leads to its homepage; to the city's
    page when it has none; and without a school that is open there are plain words that lead nowhere.
    """
    one = {"homepage": PAGED, "no homepage": BARE, "closed": SHUT}.get(which)
    href = {"homepage": PAGED.homepage, "no homepage": page(application, "oslo.schools")}.get(which)
    plain = named(application, language, None, None)[part]
    wanted = named(application, language, one if href else None, href)[part]
    meant = 0
    for node, level in screens(application):
        before = spans(renderer.message(Screen(node), known(None, language, level), now=NOW))
        after = spans(renderer.message(Screen(node), known(one, language, level), now=NOW))
        meant += before.count(plain)

        assert before.count(plain) == after.count(wanted), node
        assert (after.count(plain) == 0) or wanted == plain, node
    assert meant > 20


def test_the_schools_name_stands_in_a_door(application: Application, renderer: Renderer) -> None:
    """How to reach the office, on a ladder, leads to the homepage of the very school."""
    node = "worry.learning.behind.tried"

    shown = renderer.message(Screen(node), known(PAGED), now=NOW)

    assert named(application, "nb", PAGED, PAGED.homepage)["page"] in spans(shown)


# --- the search ---


@both_languages
def test_the_search_says_what_is_known_and_offers_to_forget_it(
    application: Application, renderer: Renderer, language: Language
) -> None:
    """A known school is named with a button to forget it; without one there is only the question."""
    ui = application.catalogue.books[language].ui

    with_school = renderer.message(Screen("start", "school"), known(PAGED, language), now=NOW)
    without = renderer.message(Screen("start", "school"), known(None, language), now=NOW)

    told = ui.screens["school_known"].replace("{school}", PAGED.name)
    assert [told in message.text for message in (with_school, without)] == [True, False]
    assert [labels(message, "school") for message in (with_school, without)] == [[ui.buttons["forget_school"]], []]
    assert Press("school", "start", FORGET, "primary", language, code(PAGED)) == next(with_school.buttons).press
    assert all(ui.screens["school_text"] in message.text for message in (with_school, without))


@both_languages
@pytest.mark.parametrize("level", [*LEVELS, None])
def test_found_schools_are_buttons_that_carry_their_level(
    application: Application, renderer: Renderer, level: Level | None, language: Language
) -> None:
    """Each found school is a row with its name, in order; a combined one carries the level that is known already."""
    found = (code(UPPER), code(BOTH), code(PAGED), "zzzzz")
    screens_ = application.catalogue.books[language].ui.screens

    message = renderer.message(Screen("worries", "school", schools=found), State(language, level), now=NOW)

    assert message.rows[:3] == tuple(
        (Button(one.name, Press("school", "worries", code(one), carried, language)),)
        for one, carried in ((UPPER, "upper"), (BOTH, level), (PAGED, "primary"))
    )
    assert [button.press.verb for row in message.rows[3:] for button in row] == ["goto", "goto"]
    assert screens_["school_found"] in message.text
    assert screens_["school_text"] not in message.text


@both_languages
def test_a_closed_school_that_is_found_has_the_name_of_the_one_that_took_over(
    renderer: Renderer, language: Language
) -> None:
    """Who types the old name is offered the school where the children are now."""
    message = renderer.message(Screen("start", "school", schools=(code(MERGED),)), State(language), now=NOW)

    assert [PAGED.name] == labels(message, "school")


@both_languages
@pytest.mark.parametrize("district", ["", "dal", UNKNOWN])
@pytest.mark.parametrize("one", [None, PAGED], ids=["no school", "a school"])
def test_options_lead_to_the_school_and_the_district(
    application: Application, renderer: Renderer, one: School | None, district: str, language: Language
) -> None:
    """A school can be found or changed there, and a district once it was asked for."""
    buttons = application.catalogue.books[language].ui.buttons

    message = renderer.message(Screen("worries", "options"), known(one, language, "primary", district), now=NOW)

    assert [buttons["change_school" if one else "find_school"]] == labels(message, "school")
    assert ([buttons["change_district"]] if district else []) == labels(message, "district")


# --- the services of a district ---


def how_to_find(application: Application, language: Language) -> Block:
    """The line that says how to find the district, with the city's page."""
    before, _, after = (
        application.catalogue.books[language].ui.screens["district_how"].partition("{web:oslo.districts}")
    )
    return Block("paragraph", (Span(before), Span("oslo.kommune.no", page(application, "oslo.districts")), Span(after)))


def where(application: Application, language: Language, name: str, shown: Span) -> Block:
    """The line that names the district and its page."""
    line = application.catalogue.books[language].ui.screens["district_known"].format(district=name, page="|")
    before, _, after = line.partition("|")
    return Block("paragraph", (Span(before), shown, Span(after)))


def below(application: Application, message: Message, language: Language) -> tuple[Block, ...]:
    """What stands below the heading about the family's district, as far as the next heading."""
    heading = Block("heading", (Span(application.catalogue.books[language].ui.headings["local"]),))
    rest = message.blocks[message.blocks.index(heading) + 1 :]
    ends = [index for index, block in enumerate(rest) if block.kind == "heading"]
    return rest[: ends[0]] if ends else rest


@both_languages
@pytest.mark.parametrize("district", ["", UNKNOWN], ids=["not asked", "not known"])
def test_without_a_district_the_card_says_how_to_find_it(
    application: Application, renderer: Renderer, district: str, language: Language
) -> None:
    """The card says how to find the service and the district; the button that asks stands there until it was asked."""
    book = application.catalogue.books[language]

    message = renderer.message(Screen(LOCAL), known(PAGED, language, "primary", district), now=NOW)

    assert [book.doors[LOCAL].local.primary, how_to_find(application, language).text] == [
        block.text for block in below(application, message, language)
    ]
    assert how_to_find(application, language) in message.blocks
    asked = [Button(book.ui.buttons["find_district"], Press("district", LOCAL, "", "primary", language, code(PAGED)))]
    assert (asked if not district else []) == [b for b in message.buttons if b.press.verb == "district"]


@both_languages
def test_a_districts_own_contact_is_shown(application: Application, renderer: Renderer, language: Language) -> None:
    """Phone with its hours, SMS, page and address stand as a list, in that order, and nothing is asked any more."""
    hours = "hverdager kl. 9–15" if language == "nb" else "weekdays, 9:00 to 15:00"
    links = "barnevern.no", "https://www.barnevern.no/as/"

    message = renderer.message(Screen(LOCAL), known(None, language, "primary", "aas"), now=NOW)

    assert below(application, message, language)[1:] == (
        Block("item", (Span("22\u00a000\u00a011\u00a022"), Span(f" ({hours})"))),
        Block("item", (Span("41\u00a000\u00a011\u00a022"),)),
        Block("item", (Span(*links),)),
        Block("item", (Span("Storgata 1, 0001 Oslo"),)),
    )
    assert labels(message, "district") == []


@both_languages
@pytest.mark.parametrize("district", ["bergen", "dal"], ids=["own page", "no page"])
def test_without_a_contact_the_districts_page_is_shown(
    application: Application, renderer: Renderer, district: str, language: Language
) -> None:
    """The line names the district and leads to its page; to the city's page about districts when it has none."""
    own = Span("berg.kommune.no", "https://www.berg.kommune.no/bydeler/berg/")
    city = Span("oslo.kommune.no", page(application, "oslo.districts"))

    message = renderer.message(Screen(LOCAL), known(None, language, "primary", district), now=NOW)

    line = where(application, language, DISTRICTS[district].name, own if district == "bergen" else city)
    assert (line,) == below(application, message, language)[1:]
    assert labels(message, "district") == []


def test_a_contact_is_for_its_service_alone(application: Application, renderer: Renderer) -> None:
    """A district that has a contact for one service shows its page for the others."""
    message = renderer.message(Screen("service.outreach"), known(None, "nb", "primary", "aas"), now=NOW)

    shown = Span("oslo.kommune.no", "https://www.oslo.kommune.no/bydeler/as/")
    assert (where(application, "nb", "Ås", shown),) == below(application, message, "nb")[1:]


def local_at(application: Application, node: NodeId, level: Level, language: Language) -> bool:
    """Whether a screen names a service that every district has its own of."""
    one = application.flows.nodes[node]
    doors = application.catalogue.books[language].doors
    shown = one.doors.at(level) if isinstance(one, Ladder) else ()
    shown = (*one.first.at(level), *one.outside.at(level)) if isinstance(one, End) else shown
    return any(doors[door].local.at(level) for door in shown)


@both_languages
@pytest.mark.parametrize(
    "kind",
    [
        End,
        Ladder,
    ],
)
def test_screens_with_local_services_name_the_district(
    application: Application, renderer: Renderer, kind: type[End | Ladder], language: Language
) -> None:
    """They ask for the district, and once it is known show its page, once; screens without such services do neither."""
    shown = Span("berg.kommune.no", "https://www.berg.kommune.no/bydeler/berg/")
    line, wrong, seen = where(application, language, "Berg", shown), [], set[bool]()
    for node, level in screens(application):
        if not isinstance(application.flows.nodes[node], kind):
            continue
        local = local_at(application, node, level, language)
        seen.add(local)
        before = renderer.message(Screen(node), known(None, language, level), now=NOW)
        after = renderer.message(Screen(node), known(None, language, level, "bergen"), now=NOW)
        if (len(labels(before, "district")), before.blocks.count(line)) != (local, 0):
            wrong.append((node, level, "before"))
        if (len(labels(after, "district")), after.blocks.count(line)) != (0, local):
            wrong.append((node, level, "after"))

    assert seen == {True, False}
    assert wrong == []


def test_every_contact_of_a_district_is_shown_somewhere(application: Application) -> None:
    """What editors keep up to date for a district, some screen shows to the families who live there."""
    never = set()
    for one, district in application.catalogue.districts.items():
        shown = {
            span
            for node, level in screens(application)
            for span in spans(application.renderer.message(Screen(node), known(None, "nb", level, one), now=NOW))
        }
        hrefs = {span.href for span in shown}
        for service, contacts in district.contacts.items():
            if contacts.web is not None and contacts.web.value not in hrefs:
                never.add(service)

    assert never == set()


# --- which districts there are ---

LAST_DAY = datetime(2027, 12, 31, 12, tzinfo=OSLO)
FIRST_DAY = datetime(2028, 1, 1, 12, tzinfo=OSLO)
KEPT = ("Ås", "Berg", "Dal")


@both_languages
@pytest.mark.parametrize(
    ("moment", "there", "gone"),
    [(NOW, "old", "new"), (LAST_DAY, "old", "new"), (FIRST_DAY, "new", "old")],
    ids=["long before", "last day", "first day"],
)
def test_a_district_is_there_from_its_first_to_its_last_day(
    application: Application, renderer: Renderer, moment: datetime, there: str, gone: str, language: Language
) -> None:
    """One that has ended or not begun is no button; a family that chose it is asked again, and shown how to find it."""
    names = labels(renderer.message(Screen(LOCAL, "district"), State(language, "primary"), now=moment), "district")
    living = renderer.message(Screen(LOCAL), known(None, language, "primary", there), now=moment)
    moved = renderer.message(Screen(LOCAL), known(None, language, "primary", gone), now=moment)

    unknown = application.catalogue.books[language].ui.buttons["district_unknown"]
    assert names == [*KEPT, DISTRICTS[there].name, unknown]
    assert DISTRICTS[there].name in living.text
    assert labels(living, "district") == []
    assert DISTRICTS[gone].name not in moved.text
    assert how_to_find(application, language) in moved.blocks
    assert len(labels(moved, "district")) == 1


def test_a_districts_days_begin_and_end_in_oslo(renderer: Renderer) -> None:
    """Half past midnight in Oslo is the new day, though it is still the old one in UTC."""
    moment = datetime(2028, 1, 1, 0, 30, tzinfo=OSLO)

    oslo, utc = (
        labels(renderer.message(Screen(LOCAL, "district"), State("nb", "primary"), now=now), "district")
        for now in (moment, moment.astimezone(UTC))
    )

    assert "Nybydel" in oslo
    assert oslo == utc


def alphabetical(name: str) -> list[int]:
    """A key that sorts as Norwegian does: æ, ø and å come last."""
    order = "abcdefghijklmnopqrstuvwxyzæøå"
    return [order.index(letter) + 1 if letter in order else 0 for letter in name.lower().replace("ü", "y")]


@both_languages
def test_the_fifteen_districts_stand_three_a_row_in_order(application: Application, language: Language) -> None:
    """The city's districts of 2026 are buttons in alphabetical order, then "I don't know", then the ways back."""
    buttons = application.catalogue.books[language].ui.buttons

    message = application.renderer.message(Screen(LOCAL, "district"), State(language, "primary"), now=NOW)

    *rows, unknown, back = message.rows
    names = [button.label for row in rows for button in row]
    assert [len(row) for row in rows] == [3] * 5
    assert names == sorted(names, key=alphabetical)
    assert len(set(names)) == 15
    assert [(button.label, button.press.choice) for button in unknown] == [(buttons["district_unknown"], UNKNOWN)]
    assert [button.press for button in back] == [
        Press("goto", LOCAL, "", "primary", language),
        Press("goto", "start", "", "primary", language),
    ]
    districts = application.catalogue.districts
    chosen = [button.press for row in rows for button in row]
    assert chosen == [Press("district", LOCAL, one, "primary", language) for one in districts]
    assert names == [district.name for district in districts.values()]


@both_languages
@pytest.mark.parametrize(
    "view",
    [
        "node",
        "options",
        "offer",
        "school",
        "district",
    ],
)
def test_every_button_fits_with_school_and_district(application: Application, view: View, language: Language) -> None:
    """Callback data takes at most 64 bytes on every side of every screen, also with a school and a district."""
    flows, long = application.flows, []
    # A code of the register: a button carries no other. Nine digits have six letters in base 36, all of them.
    carried = max(application.register.by_code, key=len)
    for name, level in screens(application):
        trail = way_to(flows, flows.nodes[name], level)
        state = State(language, level, trail, school=carried, district=next(iter(application.catalogue.districts)))
        screen = Screen(
            name,
            view,
            topics=("service.substance_advisor",) if view == "offer" else (),
            schools=tuple(application.register.by_code)[:3] if view == "school" else (),
        )
        for button in application.renderer.message(screen, state, now=NOW).buttons:
            data = encode(button.press)
            if len(data.encode()) > LIMIT or decode(data) != button.press or not data.endswith(carried):
                long.append(data)

    assert long == []


# --- privacy ---


def stored(application: Application, message: Message, language: Language) -> list[str]:
    """What the privacy screen says is stored: the list under its heading."""
    texts = [block.text for block in message.blocks]
    start = texts.index(application.catalogue.books[language].ui.headings["stored"])
    return [block.text for block in message.blocks[start + 1 :] if block.kind == "item"]


@both_languages
def test_privacy_tells_school_and_district(application: Application, renderer: Renderer, language: Language) -> None:
    """Both stand by name among what is stored, between the level and the answers, and only when they are stored."""
    ui = application.catalogue.books[language].ui
    state = known(PAGED, language, "primary", "aas")

    with_both = stored(application, renderer.message(Screen("meta.privacy"), state, now=NOW), language)
    without = stored(application, renderer.message(Screen("meta.privacy"), State(language), now=NOW), language)

    assert with_both == [
        ui.stored["language"].format(language=ui.buttons[f"language_{language}"]),
        ui.stored["level"].format(level=ui.buttons["level_primary"]),
        ui.stored["school"].format(school=PAGED.name),
        ui.stored["district"].format(district="Ås"),
    ]
    assert without == with_both[:1]


@both_languages
def test_privacy_tells_what_has_no_name(application: Application, renderer: Renderer, language: Language) -> None:
    """That the district is not known is stored and told; a school that left the register is told by its code."""
    ui = application.catalogue.books[language].ui
    state = State(language, school="zzzzz", district=UNKNOWN)

    lines = stored(application, renderer.message(Screen("meta.privacy"), state, now=NOW), language)

    assert lines[1:] == [
        ui.stored["school"].format(school="zzzzz"),
        ui.stored["district"].format(district=ui.buttons["district_unknown"]),
    ]


@both_languages
def test_privacy_tells_a_district_that_has_ended(
    application: Application, renderer: Renderer, language: Language
) -> None:
    """What is stored is told as it is stored, though no screen shows that district any more."""
    state = known(None, language, "primary", "old")

    lines = stored(application, renderer.message(Screen("meta.privacy"), state, now=FIRST_DAY), language)

    told = application.catalogue.books[language].ui.stored["district"]
    assert told.format(district="Gamlebydel") in lines
