"""The child's school and the family's district: looked for, chosen and forgotten, wherever the parent is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.dialogs.flows import FLOWS
from bot.dialogs.replay import position, way_to
from bot.dialogs.respond import OFFERED, current, respond
from bot.model import (
    CRISES,
    FORGET,
    LANGUAGES,
    LEVELS,
    UNKNOWN,
    Answer,
    Command,
    DistrictId,
    Event,
    Forget,
    Heard,
    Language,
    Level,
    NodeId,
    Press,
    Ranked,
    SchoolCode,
    Screen,
    Show,
    Started,
    State,
    TopicId,
    Unreadable,
    Verb,
)

both_languages = pytest.mark.parametrize("language", LANGUAGES)
both_levels = pytest.mark.parametrize("level", LEVELS)

HERE: NodeId = "worry.bullying.pupils"
"""A screen in the middle of a flow, for both levels."""
ONE, TWO, THREE, FOUR = "g48q1c", "g48qab", "g48r5s", "g490zz"
"""Codes of schools, as the register makes them."""
DISTRICT: DistrictId = "01"
NOTHING = Heard("unknown", (Ranked("none", 0.8),))


def only(state: State, event: Event) -> tuple[State, Show]:
    """One step that shows one screen and does nothing else."""
    outcome = respond(FLOWS, state, event)
    (effect,) = outcome.effects
    assert isinstance(effect, Show)
    return outcome.state, effect


def standing(node: NodeId, level: Level | None = "primary", language: Language = "nb") -> State:
    """The state of a parent who took the shortest way to `node`, whose school and district are known."""
    trail = way_to(FLOWS, FLOWS.nodes[node], level)
    return State(language, level, trail, school=ONE, district=DISTRICT)


def walk(choices: str, level: Level) -> State:
    """The state of a parent who pressed these choices from the start on."""
    state = State("nb", level, district=DISTRICT)
    for choice in choices.split():
        state, _ = only(state, Press("choose", position(FLOWS, state).node.id, choice, level, "nb"))
    return state


def searching(node: NodeId = HERE, level: Level | None = "primary", *schools: SchoolCode) -> State:
    """A parent who looks for a school on a screen, perhaps with some to choose from already."""
    return replace(standing(node, level), view="school", offered=schools)


def named(*schools: SchoolCode, decision: str = "unknown", language: Language | None = None) -> Heard:
    """A message that may name these schools."""
    ranked = (Ranked("worry.family", 0.3),)
    return Heard("ask" if decision == "ask" else "unknown", ranked, language=language, schools=schools)


def chosen(code: SchoolCode, node: NodeId = HERE, level: Level | None = "primary") -> Press:
    """The button of a school that was found: it carries the level of the school."""
    return Press("school", node, code, level, "nb", ONE)


def about(topic: TopicId) -> Heard:
    """A message that is surely about a topic."""
    return Heard("answer", (Ranked(topic, 0.9),))


def at(state: State) -> NodeId:
    """The screen where a parent is."""
    return current(FLOWS, state).node


# --- the search ---


@both_levels
@pytest.mark.parametrize("by", ["command", "button"])
def test_every_screen_turns_to_the_search_and_back(by: str, level: Level) -> None:
    """/school and the button ask for the school on the very screen where the parent is, and back shows it again."""
    for node in FLOWS.nodes.values():
        if level not in node.levels or node.id == "meta.deleted":
            continue
        state = standing(node.id, level)
        event = Command("school") if by == "command" else Press("school", node.id, "", level, "nb", ONE)

        asked, search = only(state, event)
        left, back = only(asked, Press("goto", node.id, "", level, "nb", ONE))

        assert Screen(node.id, "school") == search.screen
        assert replace(state, view="school") == asked
        assert (Screen(node.id), state) == (back.screen, left)


def test_the_question_of_level_turns_to_the_search_and_back() -> None:
    """Who does not know what to answer to the level can name the school instead, or go back to the question."""
    state, question = only(State("nb"), Press("choose", "start", "worried"))

    asked, search = only(state, Command("school"))
    left, back = only(asked, Press("goto", "worries"))

    assert (Screen("worries", "level"), Screen("worries", "school")) == (question.screen, search.screen)
    assert (Screen("worries", "level"), state) == (back.screen, left)


def test_the_search_begins_empty() -> None:
    """Topics or schools that were offered before are gone when a school is asked for."""
    offer = replace(standing(HERE), view="offer", offered=("worry.family", "worry.abuse"))

    _, after_offer = only(offer, Command("school"))
    _, again = only(searching(HERE, "primary", TWO, THREE), Command("school"))

    assert [Screen(HERE, "school")] * 2 == [after_offer.screen, again.screen]


@pytest.mark.parametrize("decision", ["unknown", "ask"])
def test_at_most_three_schools_are_offered(decision: str) -> None:
    """The likeliest schools stand to be chosen from, best first, at the place where the parent is."""
    before = searching()

    state, show = only(before, named(TWO, THREE, FOUR, ONE, decision=decision))

    assert Screen(HERE, "school", schools=(TWO, THREE, FOUR)) == show.screen
    assert replace(before, offered=(TWO, THREE, FOUR)) == state
    assert (OFFERED, show.screen) == (len(state.offered), current(FLOWS, state))
    assert not show.edit


def test_another_name_brings_other_schools() -> None:
    """A name typed anew takes the place of the one before."""
    _, show = only(searching(HERE, "primary", TWO, THREE), named(FOUR))

    assert Screen(HERE, "school", schools=(FOUR,)) == show.screen


@pytest.mark.parametrize("typed", [True, False], ids=["typed", "pressed"])
def test_an_offered_school_is_chosen_by_its_number_its_label_or_its_button(typed: bool) -> None:
    """What was typed for a button does what the button does, but never takes the place of another message."""
    state = searching(HERE, "primary", TWO, THREE)
    button = chosen(THREE)

    after, show = only(state, Heard("answer", press=button) if typed else button)

    assert Screen(HERE, notes=("school_set",)) == show.screen
    assert replace(standing(HERE), school=THREE) == after
    assert show.edit is not typed


def test_a_name_that_no_school_has() -> None:
    """The parent is told, the search stays open, and nothing else changes: it counts as no misunderstanding."""
    before = searching(HERE, "primary", TWO, THREE)

    state, show = only(before, NOTHING)
    again, still = only(state, NOTHING)
    found, show_found = only(again, named(FOUR))

    assert [Screen(HERE, "school", ("school_not_found",))] * 2 == [show.screen, still.screen]
    assert (replace(before, offered=()), state) == (state, again)
    assert show_found.screen.schools == (FOUR,)
    assert found.misses == 0


def test_without_a_search_nothing_is_looked_for() -> None:
    """What is not understood elsewhere is not taken for the name of a school."""
    _, show = only(standing(HERE), NOTHING)

    assert Screen(HERE, notes=("not_understood",)) == show.screen


# --- anything else while searching ---


def test_a_question_typed_into_the_search_is_answered() -> None:
    """A message about a worry is answered as anywhere, and the place that it interrupts is kept."""
    state, show = only(searching(HERE, "primary", TWO), about("worry.absence"))

    assert Screen("worry.absence") == show.screen
    assert (standing(HERE).trail, ()) == (state.paused, state.offered)


def test_an_unclear_question_typed_into_the_search_is_asked_about() -> None:
    """A message that names no school but may be about a worry is asked about."""
    topics = (Ranked("worry.family", 0.3), Ranked("worry.abuse", 0.3))

    _, show = only(searching(HERE, "primary", TWO), Heard("ask", topics))

    assert Screen(HERE, "offer", ("did_you_mean",), ("worry.family", "worry.abuse")) == show.screen


@both_languages
@pytest.mark.parametrize("level", [*LEVELS, None])
@pytest.mark.parametrize("decision", ["crisis", "doubt"])
def test_danger_comes_before_the_search(decision: str, level: Level | None, language: Language) -> None:
    """On every screen, danger typed into the search shows its card at once, though a school has a name like it."""
    for node in FLOWS.nodes:
        for crisis in CRISES:
            heard = Heard("crisis" if decision == "crisis" else "doubt", crisis=crisis, language=language)

            state, show = only(searching(node, level, TWO), replace(heard, schools=(THREE,)))

            assert Screen(crisis if decision == "crisis" else f"{crisis}.doubt") == show.screen
            assert (language, level, ONE, ()) == (state.language, state.level, state.school, state.offered)


@both_languages
def test_a_change_of_language_leads_from_the_search_to_the_screen(language: Language) -> None:
    """A language chosen on an older message changes the words of its screen; the school is not touched."""
    other: Language = "en" if language == "nb" else "nb"
    before = replace(searching(HERE, "primary", TWO), language=language)

    state, show = only(before, Press("language", HERE, other, "primary", language, ONE))

    assert Screen(HERE) == show.screen
    assert replace(standing(HERE), language=other) == state


def test_the_options_can_be_opened_from_the_search() -> None:
    """/language shows the options of the same screen; the schools that were found are gone."""
    state, show = only(searching(HERE, "primary", TWO), Command("language"))

    assert (Screen(HERE, "options"), ()) == (show.screen, state.offered)


@both_languages
def test_the_name_of_a_school_changes_no_language(language: Language) -> None:
    """A name says nothing of the language that a parent speaks, found or not."""
    other: Language = "en" if language == "nb" else "nb"
    before = replace(searching(), language=language)

    found, show = only(before, named(TWO, language=other))
    lost, missing = only(before, replace(NOTHING, language=other))

    assert (language, language) == (found.language, lost.language)
    assert [show.screen.notes, missing.screen.notes] == [(), ("school_not_found",)]


@pytest.mark.parametrize("kind", ["media", "edited"])
def test_what_is_no_text_leads_from_the_search_to_the_screen(kind: str) -> None:
    """A voice message instead of a name says that only text is read, on the screen where the parent is."""
    event = Unreadable("media" if kind == "media" else "edited")

    state, show = only(searching(HERE, "primary", TWO), event)

    assert Screen(HERE, notes=(event.kind,)) == show.screen
    assert standing(HERE) == state


# --- a school is chosen, and forgotten ---


@pytest.mark.parametrize("before", [*LEVELS, None])
@both_levels
def test_a_school_brings_its_level(level: Level, before: Level | None) -> None:
    """The school's button carries its kind of school, which is not asked any more, on the screen where it was asked."""
    state = replace(searching("worries", before, TWO), district=None)

    after, show = only(state, chosen(TWO, "worries", level))

    assert Screen("worries", notes=("school_set",)) == show.screen
    assert (TWO, level, "node", ()) == (after.school, after.level, after.view, after.offered)


def test_a_school_of_both_kinds_leaves_the_level_to_be_asked() -> None:
    """A combined school's button carries no level: one that is known stays, one that is not is asked for."""
    known, shown = only(searching("worries", "upper", TWO), chosen(TWO, "worries", "upper"))
    asked, question = only(searching("worries", None, TWO), chosen(TWO, "worries", None))

    assert (Screen("worries", notes=("school_set",)), "upper") == (shown.screen, known.level)
    assert (Screen("worries", "level", ("school_set",)), None) == (question.screen, asked.level)
    assert (known.school, asked.school) == (TWO, TWO)


@both_levels
def test_a_school_of_the_same_level_keeps_every_place(level: Level) -> None:
    """On every screen, the school is chosen and everything else stays: the place, the interrupted place, the rest."""
    for node in FLOWS.nodes.values():
        if level not in node.levels or node.id == "meta.deleted":
            continue
        state = replace(standing(node.id, level), school=None)

        after, show = only(replace(state, view="school", offered=(TWO,)), chosen(TWO, node.id, level))

        assert Screen(node.id, notes=("school_set",)) == show.screen
        assert replace(state, school=TWO) == after


SWITCHES = [
    pytest.param("worried bullying pupils no", "primary", "upper", "worry.bullying.pupils"),
    pytest.param("services bup", "primary", "upper", "service.bup"),
    pytest.param("worried mental_health low_anxious", "upper", "primary", "worry.mental_health.low_age"),
    pytest.param(*("worried mental_health low_anxious under12", "primary", "upper", "worry.mental_health.low_older")),
    pytest.param("worried bullying aks no", "primary", "upper", "worry.bullying"),
    pytest.param("worried dropout out", "upper", "primary", "worries"),
    pytest.param("cooperate influence", "upper", "primary", "influence.overview"),
    pytest.param("contact grades", "upper", "primary", "contact.who"),
]
"""Answers, the level before and after, and the screen that is left of them: as when the level alone is changed."""


@pytest.mark.parametrize(("way", "before", "level", "node"), SWITCHES)
def test_a_school_of_the_other_level_keeps_the_answers_that_fit(
    way: str, before: Level, level: Level, node: NodeId
) -> None:
    """Where an answer does not exist at the school's level its question is asked again; those before it still stand."""
    state = walk(way, before)
    switched, _ = only(state, Press("level", at(state), level, before, "nb"))

    after, show = only(replace(state, view="school", offered=(TWO,)), chosen(TWO, at(state), level))

    assert Screen(node, notes=("school_set",)) == show.screen
    assert (state.trail[: len(after.trail)], level) == (after.trail, after.level)
    assert replace(switched, school=TWO) == after


@pytest.mark.parametrize("way", ["worried", "worried bullying pupils no", "contact"])
def test_the_interrupted_place_outlives_the_search(way: str) -> None:
    """Who was led away from a flow by a question, and then names the school, can still go on with the flow."""
    asked, _ = only(walk(way, "primary"), Command("privacy"))

    state, _ = only(replace(asked, view="school", offered=(TWO,)), chosen(TWO, at(asked)))
    _, show = only(state, Press("resume", at(state), "", "primary", "nb"))

    assert asked.paused == state.paused
    assert Screen(at(walk(way, "primary"))) == show.screen


def test_the_school_can_be_forgotten() -> None:
    """The school goes, and is told to be gone; the level, the district and the place stay."""
    state, show = only(searching(), Press("school", HERE, FORGET, "primary", "nb", ONE))

    assert Screen(HERE, notes=("school_forgotten",)) == show.screen
    assert replace(standing(HERE), school=None) == state


# --- links ---


def test_a_link_with_a_school_takes_the_place_of_the_school_before() -> None:
    """Another school's code brings that school and its level; the way is begun anew, the district is the family's."""
    before = replace(standing(HERE, "primary"), paused=(Answer("start", "contact"),), misses=1)

    state, show = only(before, Started(school=TWO, level="upper"))

    assert Screen("start") == show.screen
    assert State("nb", "upper", school=TWO, district=DISTRICT) == state


def test_a_link_with_a_school_of_both_kinds_asks_the_level_again() -> None:
    """The level was the other school's: which of its two kinds the child goes to is not known."""
    state, _ = only(standing(HERE, "upper"), Started(school=TWO))
    _, question = only(state, Press("choose", "start", "worried", None, "nb", TWO))

    assert (state.school, state.level) == (TWO, None)
    assert Screen("worries", "level") == question.screen


@pytest.mark.parametrize("started", [Started(), Started("en"), Started(topic="worry.absence")])
def test_a_link_without_a_school_keeps_what_is_known(started: Started) -> None:
    """Starting again forgets neither the school, nor its level, nor the district."""
    state, _ = only(searching(HERE, "upper", TWO), started)

    assert (state.school, state.level, state.district) == (ONE, "upper", DISTRICT)


@both_levels
def test_a_link_with_a_school_and_a_topic_asks_no_level(level: Level) -> None:
    """The topic is shown at once, for the school's level."""
    state, show = only(State(), Started("nb", "worry.bullying", TWO, level))

    assert Screen("worry.bullying") == show.screen
    assert (TWO, level) == (state.school, state.level)


# --- the district ---


@both_levels
def test_every_screen_asks_for_the_district_and_goes_back(level: Level) -> None:
    """The button asks on the very screen where the parent is, and back shows it again with nothing changed."""
    for node in FLOWS.nodes.values():
        if level not in node.levels or node.id == "meta.deleted":
            continue
        state = standing(node.id, level)

        asked, question = only(state, Press("district", node.id, "", level, "nb", ONE))
        left, back = only(asked, Press("goto", node.id, "", level, "nb", ONE))

        assert Screen(node.id, "district") == question.screen
        assert (Screen(node.id), state) == (back.screen, left)


@pytest.mark.parametrize("choice", ["03", UNKNOWN], ids=["chosen", "unknown"])
def test_a_district_is_chosen_or_not_known(choice: str) -> None:
    """The answer is kept, also that it is not known; the screen is shown again, and the school is not touched."""
    state, show = only(replace(standing(HERE), view="district"), Press("district", HERE, choice, "primary", "nb", ONE))

    assert Screen(HERE) == show.screen
    assert replace(standing(HERE), district=choice) == state


def test_a_name_typed_for_a_district_is_no_school() -> None:
    """What is not understood in answer to the district is told as anywhere else."""
    _, show = only(replace(standing(HERE), view="district"), NOTHING)

    assert Screen(HERE, notes=("not_understood",)) == show.screen


# --- how long they are known ---


@pytest.mark.parametrize(
    "event",
    [
        Press("goto", "start", "", "primary", "nb"),
        Press("level", HERE, "upper", "primary", "nb"),
        Press("back", HERE, "", "primary", "nb", TWO),
        Press("goto", "gone", "", "primary", "nb", TWO),
        Command("help"),
        Command("delete"),
        about("service.bup"),
        NOTHING,
        Heard("crisis", crisis="crisis.suicide"),
        Unreadable("media"),
    ],
    ids=lambda event: f"{type(event).__name__} {getattr(event, 'verb', getattr(event, 'name', ''))}".strip(),
)
def test_school_and_district_outlive_everything_else(event: Event) -> None:
    """Nothing but choosing, forgetting or erasing changes them, an old button of another school neither."""
    state, _ = only(standing(HERE), event)

    assert (state.school, state.district) == (ONE, DISTRICT)


@pytest.mark.parametrize("old", [None, TWO], ids=["before any school", "before another"])
@pytest.mark.parametrize("verb", ["choose", "goto", "options"])
def test_an_old_button_brings_no_level_back(verb: str, old: SchoolCode | None) -> None:
    """Once a school is known its level counts, whatever the level was when the button was shown."""
    verbs: dict[str, Verb] = {"choose": "choose", "goto": "goto", "options": "options"}
    choice = "absence" if verb == "choose" else ""

    state, _ = only(standing("worries", "upper"), Press(verbs[verb], "worries", choice, "primary", "nb", old))

    assert (state.school, state.level) == (ONE, "upper")


def test_erasing_forgets_both() -> None:
    """After /delete and a yes nothing is left but the language."""
    asked, _ = only(standing(HERE), Command("delete"))

    outcome = respond(FLOWS, asked, Press("choose", "meta.delete", "yes", "primary", "nb", ONE))

    assert State("nb") == outcome.state
    assert Forget() in outcome.effects
