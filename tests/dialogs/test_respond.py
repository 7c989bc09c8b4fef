"""Node by node: where each answer leads, and what a parent can do at any point of the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.dialogs.flow import Choice, End, Flows, Menu, Question, To
from bot.dialogs.flows import FLOWS, NODES
from bot.dialogs.replay import LIMIT, position, way_to
from bot.dialogs.respond import COMMANDS, OFFERED, answers, current, respond
from bot.model import (
    CRISES,
    LANGUAGES,
    LEVELS,
    Answer,
    Command,
    Effect,
    Event,
    Forget,
    Heard,
    Language,
    Level,
    NodeId,
    Note,
    Press,
    Ranked,
    Screen,
    Show,
    Started,
    State,
    TopicId,
    Unreadable,
    View,
)

both_languages = pytest.mark.parametrize("language", LANGUAGES)
both_levels = pytest.mark.parametrize("level", LEVELS)

G: tuple[Level, ...] = ("primary",)
V: tuple[Level, ...] = ("upper",)
GV: tuple[Level, ...] = LEVELS

TEACHER, HEAD, NURSE = "school.contact_teacher", "school.head", "service.school_nurse"
GOVERNOR, OMBUD = "authority.state_administrator", "authority.bullying_ombud"
POLICE, CHILD_LINE = "police.non_emergency", "helpline.alarm_116111"

WORRIES: list[tuple[tuple[Level, ...], str, NodeId, tuple[str, ...]]] = [
    (GV, "learning reading_maths", "worry.learning.reading_maths", (TEACHER,)),
    (GV, "learning focus", "worry.learning.focus", (TEACHER,)),
    (GV, "learning behind", "worry.learning.behind", (TEACHER,)),
    (G, "learning no_follow_up", "worry.learning.no_follow_up", (HEAD,)),
    (V, "learning no_follow_up", "worry.learning.no_follow_up", ("school.department_head",)),
    (GV, "wellbeing school", "worry.wellbeing.school", (TEACHER,)),
    (G, "wellbeing aks", "worry.wellbeing.aks", ("school.base_leader",)),
    (G, "wellbeing free_time", "worry.wellbeing.free_time", ("oslohjelpa",)),
    (V, "wellbeing free_time", "worry.wellbeing.free_time", ("service.ung_arena", "youth_clinic")),
    (GV, "wellbeing unsure", "worry.wellbeing.unsure", (TEACHER,)),
    (GV, "bullying pupils no", "worry.bullying.pupils", (TEACHER,)),
    (GV, "bullying pupils teacher", "worry.bullying.told_teacher", (HEAD,)),
    (GV, "bullying pupils principal", "worry.bullying.told_head", (GOVERNOR, OMBUD)),
    (G, "bullying aks no", "worry.bullying.aks", ("school.base_leader",)),
    (G, "bullying aks teacher", "worry.bullying.told_teacher", (HEAD,)),
    (G, "bullying aks principal", "worry.bullying.told_head", (GOVERNOR, OMBUD)),
    (GV, "bullying adult no", "worry.bullying.adult", (HEAD,)),
    (GV, "bullying adult principal", "worry.bullying.adult_told_head", (GOVERNOR, OMBUD)),
    (GV, "bullying mine", "worry.bullying.mine", (TEACHER,)),
    (GV, "absence starting school", "worry.absence.starting_school", (TEACHER,)),
    (GV, "absence starting feelings", "worry.absence.starting_feelings", (TEACHER,)),
    (GV, "absence starting home", "worry.absence.starting_home", (TEACHER,)),
    (GV, "absence starting unsure", "worry.absence.starting_unsure", (TEACHER,)),
    (GV, "absence often school", "worry.absence.often_school", (TEACHER,)),
    (GV, "absence often feelings", "worry.absence.often_feelings", (TEACHER,)),
    (GV, "absence often home", "worry.absence.often_home", (TEACHER,)),
    (GV, "absence often unsure", "worry.absence.often_unsure", (TEACHER,)),
    (GV, "absence weeks school", "worry.absence.weeks_school", (TEACHER, HEAD)),
    (GV, "absence weeks feelings", "worry.absence.weeks_feelings", (TEACHER, HEAD)),
    (GV, "absence weeks home", "worry.absence.weeks_home", (TEACHER, HEAD)),
    (GV, "absence weeks unsure", "worry.absence.weeks_unsure", (TEACHER, HEAD)),
    (GV, "absence skips", "worry.absence.skips", (TEACHER,)),
    (G, "mental_health low_anxious under12", "worry.mental_health.low_younger", (NURSE, TEACHER)),
    (G, "mental_health low_anxious over12", "worry.mental_health.low_older", (NURSE, TEACHER)),
    (V, "mental_health low_anxious", "worry.mental_health.low_older", (NURSE, TEACHER)),
    (GV, "mental_health harm_eating", "worry.mental_health.harm_eating", ("gp", NURSE)),
    (G, "mental_health grief_shock under12", "worry.mental_health.grief_younger", (NURSE, TEACHER)),
    (G, "mental_health grief_shock over12", "worry.mental_health.grief_older", (NURSE, TEACHER)),
    (V, "mental_health grief_shock", "worry.mental_health.grief_older", (NURSE, TEACHER)),
    (GV, "mental_health not_live", "crisis.suicide", ()),
    (GV, "substance snus_vape", "worry.substance.snus_vape", (NURSE,)),
    (GV, "substance alcohol suspect", "worry.substance.alcohol_suspect", ("helpline.rusinfo",)),
    (GV, "substance alcohol often", "worry.substance.alcohol_often", ("service.substance_advisor",)),
    (GV, "substance drugs suspect", "worry.substance.drugs_suspect", ("helpline.rusinfo",)),
    (GV, "substance drugs often", "worry.substance.drugs_often", ("service.substance_advisor",)),
    (GV, "substance ill_now", "crisis.medical", ()),
    (GV, "crime victim", "worry.crime.victim", (POLICE,)),
    (GV, "crime did", "worry.crime.did", (TEACHER,)),
    (GV, "crime company", "worry.crime.company", ("service.outreach",)),
    (GV, "crime now", "crisis.violence", ()),
    (GV, "family everyday", "worry.family.everyday", ("oslohjelpa",)),
    (GV, "family breakup", "worry.family.breakup", ("family_office",)),
    (GV, "family worn_out", "worry.family.worn_out", ("helpline.mental_helse", "gp")),
    (GV, "family afraid yes", "worry.abuse.home_unsafe", (CHILD_LINE, "service.child_welfare")),
    (GV, "family afraid no", "crisis.abuse", ()),
    (GV, "family afraid unsure", "crisis.abuse", ()),
    (GV, "abuse no", "crisis.abuse", ()),
    (GV, "abuse unsure", "crisis.abuse", ()),
    (GV, "abuse yes home", "worry.abuse.home_unsafe", (CHILD_LINE, "service.child_welfare")),
    (GV, "abuse yes school_adult", "worry.abuse.school_adult", (POLICE, CHILD_LINE)),
    (GV, "abuse yes other", "worry.abuse.other", (POLICE,)),
    (GV, "abuse yes control", "worry.abuse.control", (CHILD_LINE,)),
    (V, "dropout thinking", "worry.dropout.thinking", (TEACHER,)),
    (V, "dropout wrong_programme", "worry.dropout.wrong_programme", ("school.counsellor",)),
    (V, "dropout out", "worry.dropout.out", ("service.follow_up", "school.counsellor")),
    (GV, "other school_day", "worry.wellbeing.school", (TEACHER,)),
    (G, "other feelings under12", "worry.mental_health.low_younger", (NURSE, TEACHER)),
    (G, "other feelings over12", "worry.mental_health.low_older", (NURSE, TEACHER)),
    (V, "other feelings", "worry.mental_health.low_older", (NURSE, TEACHER)),
    (GV, "other home", "worry.family.everyday", ("oslohjelpa",)),
    (G, "other friends_free_time", "worry.wellbeing.free_time", ("oslohjelpa",)),
    (V, "other friends_free_time", "worry.wellbeing.free_time", ("service.ung_arena", "youth_clinic")),
    (GV, "other unsure", "worry.other.unsure", (TEACHER,)),
    (GV, "danger suicide", "crisis.suicide", ()),
    (GV, "danger violence", "crisis.violence", ()),
    (GV, "danger abuse", "crisis.abuse", ()),
    (GV, "danger medical", "crisis.medical", ()),
    (GV, "danger missing", "crisis.missing", ()),
]
"""Every way through the worries (guidance, sections 2 and 9): levels, answers, where they end, and the first doors."""

TAPS_LEVEL_KNOWN: dict[str, tuple[int, int]] = {
    "learning": (3, 3),
    "wellbeing": (3, 3),
    "bullying": (4, 4),
    "absence": (4, 4),
    "mental_health": (4, 3),
    "substance": (4, 4),
    "crime": (3, 3),
    "family": (4, 4),
    "abuse": (4, 4),
    "dropout": (0, 3),
    "other": (4, 3),
    "danger": (3, 3),
}
"""Taps from start to the furthest end of each worry, when the level is known: grunnskole, videregående."""

PLACES: list[tuple[tuple[Level, ...], str, NodeId]] = [
    (GV, "contact school_day", "contact.teacher"),
    (G, "contact aks", "contact.aks"),
    (V, "contact grades", "contact.grades"),
    (GV, "contact absence", "contact.absence"),
    (GV, "contact health", "contact.health"),
    (GV, "contact problem", "contact.problem"),
    (GV, "contact unsure", "contact.admin"),
    (GV, "contact school_day roles", "contact.roles"),
    (GV, "services school_nurse", "service.school_nurse"),
    (GV, "services ppt", "service.ppt"),
    (GV, "services ung_arena", "service.ung_arena"),
    (GV, "services bup", "service.bup"),
    (GV, "services child_welfare", "service.child_welfare"),
    (V, "services follow_up", "service.follow_up"),
    (GV, "services police", "service.police"),
    (GV, "services substance_advisor", "service.substance_advisor"),
    (GV, "services youth_mentor", "service.youth_mentor"),
    (GV, "services family_counsellor", "service.family_counsellor"),
    (GV, "services outreach", "service.outreach"),
    (GV, "cooperate contribute", "cooperate.contribute"),
    (GV, "cooperate contribute more", "cooperate.contribute_more"),
    (GV, "cooperate app", "cooperate.app"),
    (GV, "cooperate meetings", "cooperate.meetings"),
    (GV, "cooperate interpreter", "cooperate.interpreter"),
    (GV, "cooperate documents", "guide.documents"),
    (G, "cooperate influence class_contact", "influence.class_contact"),
    (G, "cooperate influence fau", "influence.fau"),
    (G, "cooperate influence smu", "influence.smu"),
    (G, "cooperate influence board", "influence.board"),
    (V, "cooperate influence", "influence.upper"),
    (V, "upper expect", "upper.expect"),
    (V, "upper absence_info", "upper.absence_info"),
    (V, "upper warnings", "upper.warnings"),
    (V, "upper consent18", "upper.consent18"),
    (GV, "about privacy delete", "meta.delete"),
    (GV, "about language", "meta.language"),
    (GV, "about human", "meta.human"),
]
"""Where the other doors of the first screen lead (guidance, sections 4 to 6)."""

TOLD = ("worried", "bullying", "pupils", "no")
"""Answers that end at `worry.bullying.pupils`."""


def only(state: State, event: Event, flows: Flows = FLOWS) -> tuple[State, Show]:
    """One step that shows one screen and does nothing else."""
    outcome = respond(flows, state, event)
    (effect,) = outcome.effects
    assert isinstance(effect, Show)
    return outcome.state, effect


def walk(choices: tuple[str, ...] | str, level: Level | None = "primary", language: Language = "nb") -> State:
    """The state of a parent who pressed these choices from the start on."""
    state = State(language, level)
    for choice in choices.split() if isinstance(choices, str) else choices:
        state, _ = only(state, Press("choose", position(FLOWS, state).node.id, choice, level, language))
    return state


def at(state: State) -> NodeId:
    """The screen where a parent is."""
    return current(FLOWS, state).node


def typed(topic: TopicId, language: Language | None = None) -> Heard:
    """A message that is surely about `topic`."""
    return Heard("answer", (Ranked(topic, 0.9),), language=language)


def unsure(*topics: TopicId, language: Language | None = None) -> Heard:
    """A message that may be about any of `topics`."""
    return Heard("ask", tuple(Ranked(topic, 0.3) for topic in topics), language=language)


UNKNOWN = Heard("unknown", (Ranked("none", 0.8),))


def standing(node: NodeId, level: Level | None, language: Language = "nb") -> State:
    """The state of a parent who took the shortest way to `node`."""
    return State(language, level, way_to(FLOWS, FLOWS.nodes[node], level))


# --- where answers lead ---


@pytest.mark.parametrize(
    ("level", "answered", "node", "first"),
    [(level, answered, node, first) for levels, answered, node, first in WORRIES for level in levels],
)
def test_answers_to_a_worry_lead_to_its_end(level: Level, answered: str, node: NodeId, first: tuple[str, ...]) -> None:
    """Each set of answers leads to its end, and the end names its first doors, the right one first."""
    state = walk(f"worried {answered}", level)

    end = FLOWS.nodes[at(state)]
    assert (node, first) == (end.id, end.first.at(level) if isinstance(end, End) else ())


@both_levels
def test_every_way_through_the_worries_is_known(level: Level) -> None:
    """The table of ways leaves none out: each question's answers all stand in it."""

    def ways(node: NodeId, answered: str = "") -> set[str]:
        here = FLOWS.nodes[node]
        if not isinstance(here, Question | Menu):
            return {answered.strip()}
        return {
            way
            for choice in here.visible(level)
            for way in ways(FLOWS.target(choice, level), f"{answered} {choice.id}")
        }

    found = ways("worries")

    assert {answered for levels, answered, _, _ in WORRIES if level in levels} == found


@both_levels
@pytest.mark.parametrize("worry", TAPS_LEVEL_KNOWN)
def test_a_worry_takes_no_more_taps_than_promised(worry: str, level: Level) -> None:
    """The furthest end of each worry is as many taps away as the guidance says."""
    ways = [answered for levels, answered, _, _ in WORRIES if level in levels and answered.split()[0] == worry]

    furthest = max((1 + len(answered.split()) for answered in ways), default=0)

    assert TAPS_LEVEL_KNOWN[worry][LEVELS.index(level)] == furthest


@pytest.mark.parametrize(
    ("level", "answered", "node"),
    [(level, answered, node) for levels, answered, node in PLACES for level in levels],
)
def test_the_other_doors_lead_to_their_cards(level: Level, answered: str, node: NodeId) -> None:
    """Contact, services, cooperation, influence, upper secondary and "about" lead where they say."""
    state = walk(answered, level)

    assert node == at(state)


@both_levels
@pytest.mark.parametrize("way", ["worried bullying pupils no", "worried abuse yes home", "worried family worn_out"])
def test_every_end_leads_on(way: str, level: Level) -> None:
    """From an end, "at home", "I have tried this" and "danger" open what belongs to it."""
    end = walk(way, level)
    topic = ".".join(at(end).split(".")[:2])

    opened = [only(end, Press("choose", at(end), choice))[1].screen.node for choice in ("home", "tried", "danger")]

    assert [f"{topic}.home", f"{at(end)}.tried", "danger"] == opened


def test_an_adult_who_has_hit_finds_help_below_the_end() -> None:
    """Who is afraid of their own hands finds a way on below the end about an unsafe home."""
    state = walk("worried abuse yes home me")

    assert at(state) == "worry.abuse.me"


@pytest.mark.parametrize("crisis", CRISES)
def test_a_doubt_is_settled_by_one_question(crisis: TopicId) -> None:
    """Yes and "not sure" open the danger card; no leads on to a worry instead."""
    state = standing(f"{crisis}.doubt", None)

    opened = [only(state, Press("choose", f"{crisis}.doubt", choice))[1].screen.node for choice in ("yes", "unsure")]
    _, no = only(state, Press("choose", f"{crisis}.doubt", "no"))

    assert [crisis, crisis] == opened
    assert no.screen.node.startswith("worry.")


# --- the level ---


@both_levels
@pytest.mark.parametrize("topic", ["worry.bullying", "contact.who", "service.bup", "cooperate.app"])
@pytest.mark.parametrize("by", ["typed", "link"])
def test_the_question_of_level_keeps_its_target(by: str, topic: TopicId, level: Level) -> None:
    """A parent whose school is not known is asked about it, and then sees at once what was asked for."""
    event = typed(topic) if by == "typed" else Started("nb", topic)

    asked, question = only(State("nb"), event)
    told, answer = only(asked, Press("level", topic, level, None, "nb"))

    assert Screen(topic, "level") == question.screen
    assert (Screen(topic), level) == (answer.screen, told.level)


def test_the_level_is_asked_once_on_the_way() -> None:
    """Level unknown, the first screen that depends on it asks; after that nothing asks again."""
    state, views = State("nb"), []
    for press in (
        Press("choose", "start", "worried"),
        Press("level", "worries", "upper"),
        Press("choose", "worries", "absence"),
        Press("choose", "worry.absence", "skips"),
    ):
        state, show = only(state, press)
        views.append((show.screen.node, show.screen.view))

    expected = [("worries", "level"), ("worries", "node"), ("worry.absence", "node"), ("worry.absence.skips", "node")]
    assert expected == views


@pytest.mark.parametrize(("topic", "level"), [("worry.dropout", "upper"), ("contact.aks", "primary")])
@pytest.mark.parametrize("by", ["typed", "link", "button"])
def test_a_topic_of_one_level_decides_it(by: str, topic: TopicId, level: Level) -> None:
    """What exists at one level only is shown without asking, and settles the level."""
    events: dict[str, Event] = {
        "typed": typed(topic),
        "link": Started("nb", topic),
        "button": Press("goto", topic),
    }

    state, show = only(State("nb"), events[by])

    assert (Screen(topic), level) == (show.screen, state.level)


@pytest.mark.parametrize(
    ("topic", "before", "after"), [("worry.dropout", "primary", "upper"), ("contact.aks", "upper", "primary")]
)
def test_a_change_of_level_is_told(topic: TopicId, before: Level, after: Level) -> None:
    """A typed topic of the other level is answered for that level, and the parent is told."""
    state, show = only(State("nb", before), typed(topic))

    note: Note = "level_primary" if after == "primary" else "level_upper"
    assert (Screen(topic, notes=(note,)), after) == (show.screen, state.level)


@pytest.mark.parametrize(
    ("way", "before", "after", "node"),
    [
        ("worried bullying pupils no", "primary", "upper", "worry.bullying.pupils"),
        ("worried mental_health low_anxious under12", "primary", "upper", "worry.mental_health.low_older"),
        ("worried mental_health low_anxious", "upper", "primary", "worry.mental_health.low_age"),
        ("worried bullying aks no", "primary", "upper", "worry.bullying"),
        ("worried dropout out", "upper", "primary", "worries"),
        ("cooperate influence", "upper", "primary", "influence.overview"),
        ("contact grades", "upper", "primary", "contact.who"),
        ("services bup", "primary", "upper", "service.bup"),
    ],
)
def test_a_switch_of_level_keeps_the_place(way: str, before: Level, after: Level, node: NodeId) -> None:
    """The answers that fit the other level still stand; where one does not, its question is asked again."""
    state = walk(way, before)

    switched, show = only(state, Press("level", at(state), after, before, "nb"))

    assert (Screen(node), after) == (show.screen, switched.level)
    assert switched.trail == state.trail[: len(switched.trail)]


# --- language ---


@both_languages
@both_levels
@pytest.mark.parametrize("view", ["node", "options"])
def test_a_switch_of_language_keeps_the_place(view: View, level: Level, language: Language) -> None:
    """In every screen, another language changes the words and nothing else."""
    other: Language = "en" if language == "nb" else "nb"
    for node in FLOWS.nodes.values():
        if level not in node.levels or node.id in ("meta.language", "meta.deleted"):
            continue
        state = replace(standing(node.id, level, language), view=view)

        switched, show = only(state, Press("language", node.id, other, level, language))

        assert replace(state, language=other, view="node") == switched
        assert Screen(node.id) == show.screen


def test_a_switch_of_language_keeps_the_question_of_level() -> None:
    """Another language chosen before the level is known asks for the level again, for the same screen."""
    state, _ = only(State("nb"), typed("worry.bullying"))

    switched, show = only(state, Press("language", "worry.bullying", "en"))

    assert (Screen("worry.bullying", "level"), "en") == (show.screen, switched.language)


def test_a_switch_of_language_keeps_an_offer() -> None:
    """A parent who is asked what was meant, and stays in the new language, is still asked what was meant."""
    state, _ = only(walk(TOLD), unsure("worry.family", "worry.abuse", language="en"))

    stayed, show = only(state, Press("language", at(state), "en"))

    assert ("offer", state.offered) == (show.screen.view, stayed.offered)


def test_the_language_screen_leads_back_to_where_it_was_asked_for() -> None:
    """A parent who types for another language in the middle of a flow goes on there once it is chosen."""
    asked, show = only(walk(TOLD), typed("meta.language"))
    assert Screen("meta.language") == show.screen

    state, back = only(asked, Press("language", "meta.language", "en"))

    assert (Screen("worry.bullying.pupils"), "en", ()) == (back.screen, state.language, state.paused)


def test_the_answer_comes_in_the_language_that_was_written() -> None:
    """A message in another language is answered in it, and the parent is told; the first message needs no telling."""
    first, silent = only(State(), typed("meta.bot", "en"))
    again, told = only(first, typed("meta.bot", "nb"))
    _, same = only(again, typed("meta.bot", "nb"))

    assert [show.screen.notes for show in (silent, told, same)] == [(), ("written_in",), ()]
    assert (first.language, again.language) == ("en", "nb")


# --- back, answers, options ---


@both_levels
@pytest.mark.parametrize("way", ["worried bullying pupils no", "worried absence weeks unsure tried", "contact health"])
def test_back_undoes_one_answer_at_a_time(way: str, level: Level) -> None:
    """Pressed again and again, back goes through every screen in turn to the start, and stays there."""
    state = walk(way, level)
    screens = [answer.node for answer in reversed(state.trail)]

    seen = []
    for _ in range(len(screens) + 1):
        state, show = only(state, Press("back", at(state), "", level, "nb"))
        seen.append(show.screen.node)

    assert [*screens, "start"] == seen


def test_back_from_the_question_of_level_leads_to_the_screen_before() -> None:
    """A parent who will not say which school goes back to where the question came from."""
    state, _ = only(State("nb"), Press("choose", "start", "worried"))

    back, show = only(state, Press("back", "worries"))

    assert (Screen("start"), None) == (show.screen, back.level)


def test_an_old_button_changes_its_answer() -> None:
    """A choice pressed on a question further up replaces that answer and those after it, and keeps those before."""
    state = walk(TOLD)

    changed, show = only(state, Press("choose", "worry.bullying", "adult", "primary", "nb"))

    assert Screen("worry.bullying.adult_told") == show.screen
    assert (*state.trail[:2], Answer("worry.bullying", "adult")) == changed.trail


def test_a_button_works_without_any_memory() -> None:
    """A button pressed on an empty store opens its screen, with its own level and language."""
    state, show = only(State(), Press("choose", "worry.bullying.told", "teacher", "upper", "en"))

    assert Screen("worry.bullying.told_teacher") == show.screen
    assert (state.language, state.level) == ("en", "upper")
    assert "worry.bullying" in [answer.node for answer in state.trail]


def test_options_list_the_answers_and_lead_back_to_their_questions() -> None:
    """The options show each answer to a question; one of them asks its question again, earlier answers kept."""
    state, options = only(walk(TOLD), Press("options", "worry.bullying.pupils"))
    given = answers(FLOWS, state)

    changed, show = only(state, Press("goto", given[1].node))

    assert Screen("worry.bullying.pupils", "options") == options.screen
    assert [answer.node for answer in given] == ["worries", "worry.bullying", "worry.bullying.told"]
    assert (Screen("worry.bullying"), state.trail[:2]) == (show.screen, changed.trail)


def test_an_answer_is_asked_again_on_the_way_that_was_taken() -> None:
    """Who came by a longer way keeps it when a question on it is asked again, and has interrupted nothing."""
    state = walk("worried other feelings over12")

    changed, show = only(state, Press("goto", "worry.mental_health.low_age", "", "primary", "nb"))

    assert Screen("worry.mental_health.low_age") == show.screen
    assert (state.trail[:3], ()) == (changed.trail, changed.paused)


@both_levels
def test_options_can_be_left_for_the_same_place(level: Level) -> None:
    """From the options of any screen, back shows that screen as it was."""
    for node in FLOWS.nodes.values():
        if level not in node.levels or node.id == "meta.deleted":
            continue
        state = standing(node.id, level)

        options, _ = only(state, Press("options", node.id, "", level, "nb"))
        left, show = only(options, Press("goto", node.id, "", level, "nb"))

        assert (Screen(node.id), state) == (show.screen, left)


def test_start_over_forgets_the_way_but_not_the_school() -> None:
    """The start button drops answers and interrupted places, and keeps language and level."""
    state, _ = only(walk(TOLD), typed("service.bup"))

    over, show = only(state, Press("goto", "start", "", "primary", "nb"))

    assert (Screen("start"), State("nb", "primary")) == (show.screen, over)


def test_wandering_in_a_ring_never_ends_the_conversation() -> None:
    """However long a parent goes round, the next screen is the right one and the memory stays small."""
    state = walk("worried")
    for _ in range(LIMIT):
        for node, choice, target in (
            ("worries", "danger", "danger"),
            ("danger", "abuse", "crisis.abuse"),
            ("crisis.abuse", "child_welfare", "service.child_welfare"),
            ("service.child_welfare", "worries", "worries"),
        ):
            state, show = only(state, Press("choose", node, choice, "primary", "nb"))
            assert (Screen(target), True) == (show.screen, len(state.trail) <= LIMIT)


# --- typed in between ---


@pytest.mark.parametrize(
    "way", ["worried bullying", "worried bullying pupils no", "worried absence skips tried", "contact"]
)
def test_a_typed_question_can_be_followed_by_going_on(way: str) -> None:
    """A question typed in the middle of a flow is answered, and the place is kept to go on from."""
    state = walk(way)

    asked, answer = only(state, typed("service.bup"))
    resumed, show = only(asked, Press("resume", "service.bup", "", "primary", "nb"))

    assert Screen("service.bup") == answer.screen
    assert (Screen(at(state)), state) == (show.screen, resumed)


def test_the_first_interrupted_place_is_the_one_kept() -> None:
    """Two questions typed in a row lead back to the flow that the first of them interrupted."""
    state = walk(TOLD)
    for topic in ("service.bup", "contact.who", "service.ppt"):
        state, _ = only(state, typed(topic))

    _, show = only(state, Press("resume", "service.ppt"))

    assert Screen("worry.bullying.pupils") == show.screen


def test_a_place_picked_from_an_offer_can_be_followed_by_going_on() -> None:
    """A parent who was asked what they meant in the middle of a flow can go on there afterwards too."""
    offered, _ = only(walk("worried bullying"), unsure("service.bup", "service.ppt"))

    picked, _ = only(offered, Press("goto", "service.bup", "", "primary", "nb"))
    _, show = only(picked, Press("resume", "service.bup", "", "primary", "nb"))

    assert Screen("worry.bullying") == show.screen


def test_going_on_after_a_change_of_level_leads_as_far_as_it_fits() -> None:
    """When a typed topic has changed the level, "go on" keeps those interrupted answers that exist at the new one."""
    shared, _ = only(walk("worried bullying", "upper"), typed("contact.aks"))
    upper, _ = only(walk("worried dropout", "upper"), typed("contact.aks"))

    shown = [only(state, Press("resume", "contact.aks", "", state.level))[1].screen for state in (shared, upper)]

    assert [Screen("worry.bullying"), Screen("worries")] == shown


@pytest.mark.parametrize("way", ["", "worried", "services bup"])
def test_menus_and_cards_are_not_kept_to_go_on_from(way: str) -> None:
    """A question typed on a list or a card interrupts nothing."""
    asked, _ = only(walk(way), typed("service.ppt"))

    assert not asked.paused


@pytest.mark.parametrize("name", ["help", "privacy", "delete"])
@pytest.mark.parametrize("way", ["worried", "services bup"])
def test_a_question_about_the_bot_never_costs_the_place(way: str, name: str) -> None:
    """What the bot is and what it keeps can be looked up from a list or a card too, and left for it again."""
    asked, _ = only(walk(way), Command(name))

    _, show = only(asked, Press("resume", at(asked), "", "primary", "nb"))

    assert Screen(at(walk(way))) == show.screen


def test_an_end_that_is_reached_takes_the_place_of_the_one_interrupted() -> None:
    """Who goes on to the end of another worry is no longer offered the old place."""
    asked, _ = only(walk(TOLD), typed("worry.absence"))

    reached, _ = only(asked, Press("choose", "worry.absence", "skips", "primary", "nb"))

    assert asked.paused
    assert not reached.paused


def test_going_on_with_nothing_interrupted_stays_here() -> None:
    """An old "go on" button after a restart shows the screen it stands on."""
    _, show = only(State("nb", "primary"), Press("resume", "service.bup", "", "primary", "nb"))

    assert Screen("service.bup") == show.screen


# --- did you mean, misses ---


def test_an_uncertain_message_is_asked_about() -> None:
    """At most three likely topics are offered, best first, at the place where the parent is."""
    state = walk(TOLD)

    asked, show = only(state, unsure("worry.family", "worry.abuse", "service.bup", "service.ppt"))

    topics = ("worry.family", "worry.abuse", "service.bup")
    assert Screen("worry.bullying.pupils", "offer", ("did_you_mean",), topics) == show.screen
    assert (topics, state.trail, OFFERED) == (asked.offered, asked.trail, len(topics))
    assert replace(show.screen, notes=()) == current(FLOWS, asked)


def test_an_offer_is_over_once_it_is_answered() -> None:
    """A topic picked from the offer opens it, and the offer is gone."""
    asked, _ = only(walk(TOLD), unsure("worry.family", "worry.abuse"))

    picked, show = only(asked, Press("goto", "worry.abuse", "", "primary", "nb"))

    assert Screen("worry.abuse") == show.screen
    assert (picked.offered, picked.view, picked.misses) == ((), "node", 0)


def test_topics_without_a_screen_are_not_offered() -> None:
    """An offer names only what the bot can show; with nothing left it was not understood."""
    _, some = only(State("nb", "primary"), unsure("gone", "worry.family", "none"))
    _, none = only(State("nb", "primary"), unsure("gone", "none"))

    assert some.screen.topics == ("worry.family",)
    assert none.screen.notes == ("not_understood",)


@pytest.mark.parametrize("way", ["", "worried", "worried bullying pupils no", "services"])
def test_two_misses_lead_to_a_person(way: str) -> None:
    """What is not understood once shows the same screen again; twice in a row, a person to talk to."""
    state = walk(way)

    once, again = only(state, UNKNOWN)
    twice, person = only(once, UNKNOWN)

    assert Screen(at(state), notes=("not_understood",)) == again.screen
    assert Screen("meta.human", notes=("person",)) == person.screen
    assert twice.misses == 2


@pytest.mark.parametrize(
    "messages",
    [
        (UNKNOWN, UNKNOWN),
        (unsure("worry.family"), UNKNOWN, UNKNOWN),
        (UNKNOWN, unsure("worry.family"), UNKNOWN),
        (unsure("worry.family"), unsure("worry.abuse"), unsure("worry.other")),
        (UNKNOWN, unsure("worry.family"), unsure("worry.family")),
    ],
)
def test_nobody_is_misunderstood_three_times(messages: tuple[Heard, ...]) -> None:
    """Whatever the mix of misses and offers, a person comes by the third, after one "not understood" at most."""
    state, notes = State("nb", "primary"), list[Note]()
    for message in messages:
        state, show = only(state, message)
        notes += show.screen.notes
        if show.screen.node == "meta.human":
            break

    assert notes[-1] == "person"
    assert notes.count("not_understood") <= 1


@pytest.mark.parametrize("between", [typed("meta.thanks"), Press("choose", "start", "worried"), Command("help")])
def test_misses_count_only_in_a_row(between: Event) -> None:
    """An answer in between starts the count anew."""
    once, _ = only(State("nb", "primary"), UNKNOWN)
    answered, _ = only(once, between)

    _, show = only(answered, UNKNOWN)

    assert show.screen.notes == ("not_understood",)


# --- danger ---


@both_languages
@pytest.mark.parametrize("level", [*LEVELS, None])
@pytest.mark.parametrize("decision", ["crisis", "doubt"])
def test_danger_comes_first_from_every_state(decision: str, level: Level | None, language: Language) -> None:
    """From every side of every screen, level known or not, danger shows its card at once, in the language written."""
    views: tuple[View, ...] = ("node", "level", "options", "offer")
    for node in FLOWS.nodes:
        for number, view in enumerate(views):
            crisis = CRISES[(number + len(node)) % len(CRISES)]
            trail = way_to(FLOWS, FLOWS.nodes[node], level)
            state = State("nb", level, trail, view=view, offered=("worry.family",), misses=number)
            event = Heard("crisis" if decision == "crisis" else "doubt", crisis=crisis, language=language)

            after, show = only(state, event)

            assert Screen(crisis if decision == "crisis" else f"{crisis}.doubt") == show.screen
            assert (language, level, False) == (after.language, after.level, show.edit)


@pytest.mark.parametrize("crisis", [None, "crisis.gone", "crisis.suicide.gone"])
@pytest.mark.parametrize("decision", ["crisis", "doubt"])
def test_a_danger_without_a_card_shows_the_general_one(decision: str, crisis: TopicId | None) -> None:
    """A danger that has no card of its own still shows the numbers."""
    _, show = only(State("nb"), Heard("crisis" if decision == "crisis" else "doubt", crisis=crisis))

    assert show.screen.node in ("danger", "crisis.suicide")
    assert (show.screen.view, show.screen.notes) == ("node", ())


def test_the_place_that_danger_interrupted_is_kept() -> None:
    """When the danger is over, the parent can go on where the conversation was."""
    endangered, _ = only(walk("worried bullying"), Heard("crisis", crisis="crisis.violence", language="nb"))

    _, show = only(endangered, Press("resume", "crisis.violence"))

    assert Screen("worry.bullying") == show.screen


# --- commands, links, what is not text ---


@pytest.mark.parametrize(("name", "node"), COMMANDS.items())
def test_commands_open_their_screens(name: str, node: NodeId) -> None:
    """Each command of the menu opens its screen as a new message, and the place it interrupts is kept."""
    asked, show = only(walk("worried bullying"), Command(name))

    assert (Screen(node), False) == (show.screen, show.edit)
    assert only(asked, Press("resume", node))[1].screen.node == "worry.bullying"


@both_levels
def test_the_language_command_shows_the_options_in_place(level: Level) -> None:
    """The language command lets the parent change it without leaving the screen."""
    state = walk(TOLD, level)

    after, show = only(state, Command("language"))

    assert (Screen("worry.bullying.pupils", "options"), state.trail) == (show.screen, after.trail)


def test_a_start_begins_anew_and_knows_the_school_still() -> None:
    """Start drops answers, offers and interrupted places; language and level stay, a link's language wins."""
    state = replace(walk(TOLD, "upper"), paused=walk("worried absence", "upper").trail, misses=1)

    plain, show = only(state, Started())
    linked, _ = only(state, Started("en"))

    assert (Screen("start"), State("nb", "upper")) == (show.screen, plain)
    assert State("en", "upper") == linked


@pytest.mark.parametrize("topic", ["gone", "worry.gone", "none", ""])
def test_a_link_to_nothing_opens_the_start(topic: str) -> None:
    """A link whose topic is unknown opens the first screen in its language."""
    state, show = only(State(), Started("en", topic))

    assert (Screen("start"), State("en")) == (show.screen, state)


@pytest.mark.parametrize("kind", ["media", "edited"])
@pytest.mark.parametrize("way", ["", "worried bullying pupils no", "services bup"])
def test_what_cannot_be_read_gets_one_line_and_the_doors(way: str, kind: str) -> None:
    """A voice message or an edited one is answered by a line above the screen where the parent is."""
    state = walk(way)

    after, show = only(state, Unreadable("media" if kind == "media" else "edited"))

    assert (at(state), "node", (kind,)) == (show.screen.node, show.screen.view, show.screen.notes)
    assert state == after


def test_pressing_edits_and_typing_does_not() -> None:
    """A pressed button's screen gives way to the next; a typed number, label or word gets a new message."""
    press = Press("choose", "start", "danger")

    _, pressed = only(State("nb"), press)
    _, said = only(State("nb"), Heard("answer", press=press))

    assert (pressed.edit, said.edit) == (True, False)
    assert pressed.screen == said.screen


# --- erase ---


def test_delete_asks_once_and_then_forgets() -> None:
    """The command asks; only "yes" erases, and nothing but the language is left for the last screen."""
    state = replace(walk(TOLD), paused=walk("worried absence").trail, misses=1)

    asked, question = only(state, Command("delete"))
    outcome = respond(FLOWS, asked, Press("choose", "meta.delete", "yes", "primary", "nb"))

    assert Screen("meta.delete") == question.screen
    expected: tuple[Effect, ...] = (Forget(), Show(Screen("meta.deleted"), edit=True))
    assert (State("nb"), expected) == (outcome.state, outcome.effects)


def test_who_does_not_delete_keeps_everything() -> None:
    """A "no" shows what is stored, and the interrupted place is still there."""
    asked, _ = only(walk(TOLD), Command("delete"))

    kept, show = only(asked, Press("choose", "meta.delete", "no", "primary", "nb"))

    assert Screen("meta.privacy") == show.screen
    assert only(kept, Press("resume", "meta.privacy"))[1].screen.node == "worry.bullying.pupils"


@both_languages
def test_nothing_else_forgets(language: Language) -> None:
    """No other choice on any screen erases what is stored."""
    for level in LEVELS:
        for node in FLOWS.nodes.values():
            for choice in node.choices:
                if (node.id, choice.id) != ("meta.delete", "yes") and level in node.levels:
                    outcome = respond(
                        FLOWS, standing(node.id, level, language), Press("choose", node.id, choice.id, level, language)
                    )

                    assert Forget() not in outcome.effects


# --- old and unknown buttons ---


@pytest.mark.parametrize(
    ("gone", "node"),
    [
        ("worry.gone", "worries"),
        ("worry.bullying.gone", "worry.bullying"),
        ("worry.bullying.gone.tried", "worry.bullying"),
        ("worry.bullying.pupils.gone", "worry.bullying.pupils"),
        ("contact.gone", "contact.who"),
        ("service.gone", "service.overview"),
        ("cooperate.gone", "cooperate"),
        ("guide.gone", "cooperate"),
        ("influence.gone", "cooperate"),
        ("meta.gone", "meta.bot"),
        ("crisis.gone", "danger"),
        ("gone", "start"),
        ("school.gone", "start"),
        ("...", "start"),
        ("", "start"),
    ],
)
@pytest.mark.parametrize("verb", ["choose", "goto", "back", "language", "level", "options", "resume"])
def test_a_button_whose_screen_is_gone_opens_the_nearest(verb: str, gone: NodeId, node: NodeId) -> None:
    """An old button of whatever kind opens the menu it belonged to, and says kindly that it was old."""
    button = next(v for v in ("choose", "goto", "back", "language", "level", "options", "resume") if v == verb)

    _, show = only(walk(TOLD), Press(button, gone, "gone", "primary", "nb"))

    assert Screen(node, notes=("old_button",)) == show.screen


def test_a_button_of_upper_secondary_that_is_gone_opens_its_menu() -> None:
    """An old button about upper secondary opens the menu for it."""
    _, show = only(State("nb", "upper"), Press("choose", "upper.gone", "gone", "upper", "nb"))

    assert Screen("upper", notes=("old_button",)) == show.screen


@both_levels
def test_a_choice_that_is_gone_shows_its_screen_again(level: Level) -> None:
    """An old choice on a screen that still exists asks again, says so, and keeps the answers before it."""
    for node in FLOWS.nodes.values():
        if level not in node.levels or node.id == "meta.deleted":
            continue
        state = standing(node.id, level)

        after, show = only(state, Press("choose", node.id, "gone", level, "nb"))

        assert (Screen(node.id, notes=("old_button",)), state) == (show.screen, after)


def test_a_choice_of_the_other_level_is_gone() -> None:
    """An answer that does not exist at the button's level is not taken."""
    _, show = only(State("nb", "upper"), Press("choose", "worry.bullying", "aks", "upper", "nb"))

    assert Screen("worry.bullying", notes=("old_button",)) == show.screen


# --- flows that have changed since ---

RENAMED = Flows(
    (*NODES, Menu("attic", (Choice("up", To("worry.bullying")),))),
    "start",
    {"worry.teasing": "worry.bullying", "worry.teasing.told": "worry.bullying.told"},
)


def test_a_renamed_screen_answers_to_its_old_name() -> None:
    """Buttons, links and answers with an old id lead to the screen that took its place, without a word about it."""
    trail = (Answer("start", "worried"), Answer("worries", "bullying"), Answer("worry.teasing", "pupils"))

    _, pressed = only(State("nb", "primary"), Press("choose", "worry.teasing.told", "teacher"), RENAMED)
    _, linked = only(State("nb", "primary"), Started(topic="worry.teasing"), RENAMED)
    kept, back = only(State("nb", "primary", trail), Unreadable("media"), RENAMED)

    assert [Screen("worry.bullying.told_teacher"), Screen("worry.bullying")] == [pressed.screen, linked.screen]
    assert back.screen.node == "worry.bullying.told"
    assert Answer("worry.bullying", "pupils") == kept.trail[-1]


def test_a_renamed_topic_is_answered() -> None:
    """A message understood under a topic's old id opens the screen that took its place."""
    _, show = only(State("nb", "primary"), typed("worry.teasing"), RENAMED)

    assert Screen("worry.bullying") == show.screen


def test_answers_that_no_longer_fit_are_dropped() -> None:
    """A trail from before a change leads as far as it still makes sense, and no further."""
    trail = (*walk(TOLD).trail[:3], Answer("worry.bullying.told", "gone"), Answer("worry.bullying.pupils", "home"))

    state, show = only(State("nb", "primary", trail), Unreadable("media"))

    assert show.screen.node == "worry.bullying.told"
    assert trail[:3] == state.trail


def test_an_answer_to_a_screen_of_the_other_level_is_dropped() -> None:
    """A way that leads to a screen which the level does not have ends before it."""
    flows = Flows(
        (
            Menu("start", (Choice("on", To("asked")),)),
            Question("asked", (Choice("upper", To("later")),)),
            Menu("later", (), levels=("upper",)),
        ),
        "start",
    )
    trail = (Answer("start", "on"), Answer("asked", "upper"))

    kept = {level: position(flows, State("nb", level, trail)).trail for level in LEVELS}

    assert {"primary": trail[:1], "upper": trail} == kept
