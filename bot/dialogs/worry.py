"""The worry flows: one or two narrowing questions each, then an end. Order and first doors follow docs/guidance.md."""

from __future__ import annotations

from bot.dialogs.flow import ByLevel, Card, Choice, Doors, Draft, End, Menu, Next, Node, Question, To
from bot.dialogs.ladder import DANGER, TRIED, ladder, writes
from bot.model import LEVELS, DoorId, Level, NodeId

TEACHER = "school.contact_teacher"
HEAD = "school.head"
OFFICE = "school.office"
NURSE = "service.school_nurse"
AGENCY = "authority.education_agency"
GOVERNOR = "authority.state_administrator"
BULLYING_OMBUD = "authority.bullying_ombud"
PUPIL_OMBUD = "authority.pupil_ombud"
HELPLINE = "helpline.mental_helse"
CHILD_LINE = "helpline.alarm_116111"


def both(*doors: DoorId) -> Doors:
    """The same doors at both levels."""
    return Doors(doors, doors)


# The ladders for a parent who has tried the first door: one step above it, then on (guidance 1.5).
ABOVE_TEACHER = Doors((OFFICE, HEAD, AGENCY, "influence.fug"), (OFFICE, HEAD, AGENCY, PUPIL_OMBUD))
ABOVE_TEACHER_ENVIRONMENT = Doors((HEAD, GOVERNOR, BULLYING_OMBUD), (HEAD, GOVERNOR, BULLYING_OMBUD, PUPIL_OMBUD))
ABOVE_AKS = Doors(("school.aks_leader", HEAD, GOVERNOR, BULLYING_OMBUD), ())


def end(
    node_id: NodeId,
    *,
    first: Doors,
    outside: Doors,
    tried: Doors,
    text: NodeId = "",
    because: NodeId = "",
    levels: tuple[Level, ...] = LEVELS,
    more: tuple[Choice, ...] = (),
) -> tuple[Node, ...]:
    """An end and its ladder, with the ways on that every end has: at home meanwhile, tried already, danger.

    Where the first door is a person at school, a message to them comes first.
    """
    topic = ".".join(node_id.split(".")[:2])
    above = tuple(ladder(node_id, first, tried, levels))
    write = (writes(node_id),) if isinstance(above[0], Draft) else ()
    home, help_ = Choice("home", To(f"{topic}.home")), Choice(TRIED, To(f"{node_id}.{TRIED}"))
    return (
        End(
            node_id,
            (*write, *more, home, help_, DANGER),
            text=text,
            levels=levels,
            asks_level=True,
            first=first,
            outside=outside,
            tried=tried,
            because=because,
        ),
        *above,
    )


def question(node_id: NodeId, *choices: Choice, text: NodeId = "", levels: tuple[Level, ...] = LEVELS) -> Question:
    """A narrowing question; the level must be known, since words and people differ by it."""
    return Question(node_id, choices, text=text, levels=levels, asks_level=True)


def pick(choice_id: str, target: NodeId | Next, levels: tuple[Level, ...] = LEVELS) -> Choice:
    """A choice that leads to a screen."""
    return Choice(choice_id, To(target) if isinstance(target, str) else target, levels)


def home(topic: NodeId, levels: tuple[Level, ...] = LEVELS) -> Card:
    """The card on what to do at home meanwhile, one for each worry."""
    return Card(f"{topic}.home", (DANGER,), levels=levels, asks_level=True)


G: tuple[Level, ...] = ("primary",)
V: tuple[Level, ...] = ("upper",)

WORRIES = Menu(
    "worries",
    (
        pick("absence", "worry.absence"),
        pick("bullying", "worry.bullying"),
        pick("wellbeing", "worry.wellbeing"),
        pick("learning", "worry.learning"),
        pick("mental_health", "worry.mental_health"),
        pick("substance", "worry.substance"),
        pick("crime", "worry.crime"),
        pick("family", "worry.family"),
        pick("abuse", "worry.abuse"),
        pick("dropout", "worry.dropout", V),
        pick("other", "worry.other"),
        DANGER,
    ),
    asks_level=True,
    columns=2,
)

LEARNING = (
    question(
        "worry.learning",
        pick("reading_maths", "worry.learning.reading_maths"),
        pick("focus", "worry.learning.focus"),
        pick("behind", "worry.learning.behind"),
        pick("no_follow_up", "worry.learning.no_follow_up"),
    ),
    *end(
        "worry.learning.reading_maths",
        first=both(TEACHER),
        outside=both("service.ppt", "gp"),
        tried=ABOVE_TEACHER,
    ),
    *end(
        "worry.learning.focus",
        first=both(TEACHER),
        outside=both("gp", "service.ppt", "service.bup"),
        tried=ABOVE_TEACHER,
    ),
    *end("worry.learning.behind", first=both(TEACHER), outside=both("service.ppt"), tried=ABOVE_TEACHER),
    *end(
        "worry.learning.no_follow_up",
        first=Doors((HEAD,), ("school.department_head",)),
        outside=Doors(("service.ppt", "influence.fug"), ("service.ppt", PUPIL_OMBUD, "influence.fug")),
        tried=Doors((OFFICE, AGENCY), (OFFICE, HEAD, AGENCY)),
    ),
    home("worry.learning"),
)

WELLBEING = (
    question(
        "worry.wellbeing",
        pick("school", "worry.wellbeing.school"),
        pick("aks", "worry.wellbeing.aks", G),
        pick("free_time", "worry.wellbeing.free_time"),
        pick("unsure", "worry.wellbeing.unsure"),
    ),
    *end(
        "worry.wellbeing.school",
        first=both(TEACHER),
        outside=Doors(
            (NURSE, "oslohjelpa", "service.ung_arena", "chat.kors_pa_halsen"),
            (NURSE, "oslohjelpa", "service.ung_arena", "chat.kors_pa_halsen"),
        ),
        tried=ABOVE_TEACHER_ENVIRONMENT,
    ),
    *end(
        "worry.wellbeing.aks",
        first=both("school.base_leader"),
        outside=both("oslohjelpa"),
        tried=ABOVE_AKS,
        levels=G,
    ),
    *end(
        "worry.wellbeing.free_time",
        first=Doors(("oslohjelpa",), ("service.ung_arena", "youth_clinic")),
        outside=Doors(
            ("youth_clinic", "service.ung_arena", "service.youth_mentor"),
            ("oslohjelpa", "service.youth_mentor", "chat.kors_pa_halsen"),
        ),
        tried=Doors((NURSE, HELPLINE, "service.family_counsellor"), (NURSE, HELPLINE, "service.family_counsellor")),
    ),
    *end(
        "worry.wellbeing.unsure",
        first=both(TEACHER),
        outside=both(NURSE, "oslohjelpa"),
        tried=ABOVE_TEACHER_ENVIRONMENT,
    ),
    home("worry.wellbeing"),
)

BULLYING = (
    question(
        "worry.bullying",
        pick("pupils", "worry.bullying.told"),
        pick("aks", "worry.bullying.aks_told", G),
        pick("adult", "worry.bullying.adult_told"),
        pick("mine", "worry.bullying.mine"),
    ),
    question(
        "worry.bullying.told",
        pick("no", "worry.bullying.pupils"),
        pick("teacher", "worry.bullying.told_teacher"),
        pick("principal", "worry.bullying.told_head"),
    ),
    question(
        "worry.bullying.aks_told",
        pick("no", "worry.bullying.aks"),
        pick("teacher", "worry.bullying.told_teacher"),
        pick("principal", "worry.bullying.told_head"),
        levels=G,
    ),
    question(
        "worry.bullying.adult_told",
        pick("no", "worry.bullying.adult"),
        pick("principal", "worry.bullying.adult_told_head"),
    ),
    *end(
        "worry.bullying.pupils",
        first=both(TEACHER),
        outside=both(NURSE, BULLYING_OMBUD, "chat.kors_pa_halsen", "service.police"),
        tried=Doors((HEAD, GOVERNOR, AGENCY), (HEAD, GOVERNOR, PUPIL_OMBUD)),
    ),
    *end(
        "worry.bullying.aks",
        first=both("school.base_leader"),
        outside=both(BULLYING_OMBUD, "chat.kors_pa_halsen"),
        tried=Doors(("school.aks_leader", HEAD, GOVERNOR), ()),
        levels=G,
    ),
    *end(
        "worry.bullying.told_teacher",
        first=both(HEAD),
        outside=both(BULLYING_OMBUD, NURSE, "chat.kors_pa_halsen"),
        tried=Doors((GOVERNOR, BULLYING_OMBUD, AGENCY), (GOVERNOR, BULLYING_OMBUD, PUPIL_OMBUD)),
    ),
    *end(
        "worry.bullying.told_head",
        first=both(GOVERNOR, BULLYING_OMBUD),
        outside=Doors(
            (NURSE, "chat.kors_pa_halsen", "service.police"),
            (PUPIL_OMBUD, NURSE, "chat.kors_pa_halsen", "service.police"),
        ),
        tried=both(AGENCY, "influence.fug", HELPLINE),
    ),
    *end(
        "worry.bullying.adult",
        first=both(HEAD),
        outside=both(BULLYING_OMBUD, "police.non_emergency", CHILD_LINE),
        tried=both(AGENCY, GOVERNOR, BULLYING_OMBUD),
    ),
    *end(
        "worry.bullying.adult_told_head",
        first=both(GOVERNOR, BULLYING_OMBUD),
        outside=both(AGENCY, "police.non_emergency", CHILD_LINE),
        tried=both(AGENCY, "influence.fug", HELPLINE),
    ),
    *end(
        "worry.bullying.mine",
        first=both(TEACHER),
        outside=both(NURSE, "oslohjelpa", "service.family_counsellor"),
        tried=Doors((OFFICE, HEAD, "helpline.mental_helse"), (OFFICE, HEAD, "helpline.mental_helse")),
    ),
    home("worry.bullying"),
)


def _absence(how: str, base: Doors) -> tuple[Node, ...]:
    """The question why, and one end for each answer: how long decides who meets, why decides the second door."""
    first_door = {
        "school": BULLYING_OMBUD,
        "feelings": NURSE,
        "home": "oslohjelpa",
        "unsure": NURSE,
    }
    second = {
        "school": (),
        "feelings": ("gp", "service.ung_arena"),
        "home": ("service.family_counsellor",),
        "unsure": ("gp",),
    }
    first = both(TEACHER, HEAD) if how == "weeks" else both(TEACHER)
    nodes: list[Node] = [
        question(
            f"worry.absence.{how}",
            *(pick(why, f"worry.absence.{how}_{why}") for why in first_door),
            text="worry.absence.why",
        )
    ]
    for why, door in first_door.items():
        fit = [door, *(second[why] if how == "starting" else ())]
        primary, upper = (tuple(dict.fromkeys([*fit, *base.at(level)])) for level in LEVELS)
        nodes += end(
            f"worry.absence.{how}_{why}",
            first=first,
            outside=Doors(primary, upper),
            tried=Doors((AGENCY, "service.ppt", "gp"), (AGENCY, PUPIL_OMBUD, "gp"))
            if how == "weeks"
            else ABOVE_TEACHER,
            text=f"worry.absence.{how}_end",
            because=f"worry.absence.because_{why}",
        )
    return tuple(nodes)


ABSENCE = (
    question(
        "worry.absence",
        pick("starting", "worry.absence.starting"),
        pick("often", "worry.absence.often"),
        pick("weeks", "worry.absence.weeks"),
        pick("skips", "worry.absence.skips"),
    ),
    *_absence("starting", Doors((), ())),
    *_absence("often", both("service.ppt", "gp", "service.youth_mentor")),
    *_absence(
        "weeks",
        Doors(
            ("gp", "service.ppt", "service.youth_mentor", "service.child_welfare"),
            ("gp", "service.ppt", "service.youth_mentor", "service.follow_up"),
        ),
    ),
    *end(
        "worry.absence.skips",
        first=both(TEACHER),
        outside=both("service.youth_mentor", "service.outreach", "helpline.rusinfo"),
        tried=ABOVE_TEACHER,
    ),
    home("worry.absence"),
)

MENTAL_HEALTH = (
    question(
        "worry.mental_health",
        pick("low_anxious", ByLevel("worry.mental_health.low_age", "worry.mental_health.low_older")),
        pick("harm_eating", "worry.mental_health.harm_eating"),
        pick("grief_shock", ByLevel("worry.mental_health.grief_age", "worry.mental_health.grief_older")),
        pick("not_live", "crisis.suicide"),
    ),
    question(
        "worry.mental_health.low_age",
        pick("under12", "worry.mental_health.low_younger"),
        pick("over12", "worry.mental_health.low_older"),
        text="worry.mental_health.age",
        levels=G,
    ),
    question(
        "worry.mental_health.grief_age",
        pick("under12", "worry.mental_health.grief_younger"),
        pick("over12", "worry.mental_health.grief_older"),
        text="worry.mental_health.age",
        levels=G,
    ),
    *end(
        "worry.mental_health.low_younger",
        first=both(NURSE, TEACHER),
        outside=both("gp", "oslohjelpa", HELPLINE, "service.bup"),
        tried=both("gp", HELPLINE, "legevakt.national"),
        text="worry.mental_health.low",
        levels=G,
    ),
    *end(
        "worry.mental_health.low_older",
        first=both(NURSE, TEACHER),
        outside=both("service.ung_arena", "youth_clinic", "gp", "service.bup", HELPLINE),
        tried=both("gp", HELPLINE, "legevakt.national"),
        text="worry.mental_health.low",
    ),
    *end(
        "worry.mental_health.harm_eating",
        first=both("gp", NURSE),
        outside=both("service.bup", "support.ros", HELPLINE, "legevakt.national"),
        tried=both("legevakt.national", "youth_clinic", HELPLINE),
    ),
    *end(
        "worry.mental_health.grief_younger",
        first=both(NURSE, TEACHER),
        outside=both("crisis_team.oslo", "gp", "oslohjelpa", HELPLINE),
        tried=both("gp", "crisis_team.oslo", HELPLINE),
        text="worry.mental_health.grief",
        levels=G,
    ),
    *end(
        "worry.mental_health.grief_older",
        first=both(NURSE, TEACHER),
        outside=both("crisis_team.oslo", "gp", "service.ung_arena", HELPLINE),
        tried=both("gp", "crisis_team.oslo", HELPLINE),
        text="worry.mental_health.grief",
    ),
    home("worry.mental_health"),
)

_SUSPECT = both("helpline.ivareta", "youth_clinic", "service.substance_advisor")
_OFTEN = both("gp", "helpline.rusinfo", "helpline.ivareta", "service.outreach", "service.child_welfare")

SUBSTANCE = (
    question(
        "worry.substance",
        pick("snus_vape", "worry.substance.snus_vape"),
        pick("alcohol", "worry.substance.alcohol"),
        pick("drugs", "worry.substance.drugs"),
        pick("ill_now", "crisis.medical"),
    ),
    *(
        question(
            f"worry.substance.{what}",
            pick("suspect", f"worry.substance.{what}_suspect"),
            pick("often", f"worry.substance.{what}_often"),
            text="worry.substance.how_much",
        )
        for what in ("alcohol", "drugs")
    ),
    *end(
        "worry.substance.snus_vape",
        first=both(NURSE),
        outside=both("youth_clinic", "helpline.rusinfo"),
        tried=both(TEACHER, "gp", "helpline.rusinfo"),
    ),
    *(
        node
        for what in ("alcohol", "drugs")
        for node in (
            *end(
                f"worry.substance.{what}_suspect",
                first=both("helpline.rusinfo"),
                outside=_SUSPECT,
                tried=both(NURSE, "helpline.ivareta", "gp"),
                text="worry.substance.suspect",
            ),
            *end(
                f"worry.substance.{what}_often",
                first=both("service.substance_advisor"),
                outside=_OFTEN,
                tried=both("gp", "helpline.rusinfo", "service.outreach"),
                text="worry.substance.often",
            ),
        )
    ),
    home("worry.substance"),
)

CRIME = (
    question(
        "worry.crime",
        pick("victim", "worry.crime.victim"),
        pick("did", "worry.crime.did"),
        pick("company", "worry.crime.company"),
        pick("now", "crisis.violence"),
    ),
    *end(
        "worry.crime.victim",
        first=both("police.non_emergency"),
        outside=both("crisis_team.oslo", "service.outreach"),
        tried=both(HEAD, "crisis_team.oslo", HELPLINE),
    ),
    *end(
        "worry.crime.did",
        first=both(TEACHER),
        outside=both("service.police", "service.outreach", "service.youth_mentor", "service.child_welfare"),
        tried=both(HEAD, "police.non_emergency", "service.outreach"),
    ),
    *end(
        "worry.crime.company",
        first=both("service.outreach"),
        outside=both("service.police", "extremism", "service.youth_mentor", "oslohjelpa", "service.child_welfare"),
        tried=both(TEACHER, "police.non_emergency", CHILD_LINE),
    ),
    home("worry.crime"),
)

FAMILY = (
    question(
        "worry.family",
        pick("everyday", "worry.family.everyday"),
        pick("breakup", "worry.family.breakup"),
        pick("worn_out", "worry.family.worn_out"),
        pick("afraid", "worry.family.afraid"),
    ),
    question(
        "worry.family.afraid",
        pick("yes", "worry.abuse.home_unsafe"),
        pick("no", "crisis.abuse"),
        pick("unsure", "crisis.abuse"),
        text="worry.abuse",
    ),
    *end(
        "worry.family.everyday",
        first=both("oslohjelpa"),
        outside=both("service.family_counsellor", HELPLINE, "web.foreldrehverdag"),
        tried=both(NURSE, "family_office", HELPLINE),
    ),
    *end(
        "worry.family.breakup",
        first=both("family_office"),
        outside=both("oslohjelpa", NURSE),
        tried=both("oslohjelpa", NURSE, HELPLINE),
    ),
    *end(
        "worry.family.worn_out",
        first=both(HELPLINE, "gp"),
        outside=both("oslohjelpa", "service.child_welfare", "service.family_counsellor"),
        tried=both("oslohjelpa", NURSE, "service.child_welfare"),
    ),
    home("worry.family"),
)

ABUSE = (
    question(
        "worry.abuse",
        pick("yes", "worry.abuse.who"),
        pick("no", "crisis.abuse"),
        pick("unsure", "crisis.abuse"),
    ),
    question(
        "worry.abuse.who",
        pick("home", "worry.abuse.home_unsafe"),
        pick("school_adult", "worry.abuse.school_adult"),
        pick("other", "worry.abuse.other"),
        pick("control", "worry.abuse.control"),
    ),
    *end(
        "worry.abuse.home_unsafe",
        first=both(CHILD_LINE, "service.child_welfare"),
        outside=both("barnehus.oslo", "shelter.oslo", "police.non_emergency", "helpline.vo"),
        tried=both("police.non_emergency", "barnehus.oslo", "shelter.oslo"),
        more=(pick("me", "worry.abuse.me"),),
    ),
    *end(
        "worry.abuse.me",
        first=both("oslohjelpa", HELPLINE),
        outside=both("atv.oslo", "service.child_welfare", "service.family_counsellor"),
        tried=both("atv.oslo", "service.child_welfare", CHILD_LINE),
    ),
    *end(
        "worry.abuse.school_adult",
        first=both("police.non_emergency", CHILD_LINE),
        outside=both(HEAD, "barnehus.oslo", BULLYING_OMBUD),
        tried=both(HEAD, AGENCY, "barnehus.oslo"),
    ),
    *end(
        "worry.abuse.other",
        first=both("police.non_emergency"),
        outside=both("assault_centre.oslo", "barnehus.oslo", "support.nok_oslo", CHILD_LINE),
        tried=both(CHILD_LINE, "barnehus.oslo", NURSE),
    ),
    *end(
        "worry.abuse.control",
        first=both(CHILD_LINE),
        outside=both("school.minority_adviser", "honour.expert_team", "service.child_welfare", "chat.unge_relasjoner"),
        tried=both("service.child_welfare", "police.non_emergency", "school.minority_adviser"),
    ),
    home("worry.abuse"),
)

DROPOUT = (
    question(
        "worry.dropout",
        pick("thinking", "worry.dropout.thinking"),
        pick("wrong_programme", "worry.dropout.wrong_programme"),
        pick("out", "worry.dropout.out"),
        levels=V,
    ),
    *end(
        "worry.dropout.thinking",
        first=both(TEACHER),
        outside=both("service.youth_mentor", "service.ung_arena", "service.follow_up", PUPIL_OMBUD),
        tried=both("school.counsellor", HEAD, PUPIL_OMBUD),
        levels=V,
        more=(pick("absence", "worry.absence"), pick("warnings", "upper.warnings")),
    ),
    *end(
        "worry.dropout.wrong_programme",
        first=both("school.counsellor"),
        outside=both(PUPIL_OMBUD, "service.follow_up"),
        tried=both(TEACHER, HEAD, PUPIL_OMBUD),
        levels=V,
    ),
    *end(
        "worry.dropout.out",
        first=both("service.follow_up", "school.counsellor"),
        outside=both("service.youth_mentor", "nav", "service.ung_arena"),
        tried=both(OFFICE, PUPIL_OMBUD, "nav"),
        levels=V,
    ),
    home("worry.dropout", V),
)

OTHER = (
    question(
        "worry.other",
        pick("school_day", "worry.wellbeing.school"),
        pick("feelings", ByLevel("worry.mental_health.low_age", "worry.mental_health.low_older")),
        pick("home", "worry.family.everyday"),
        pick("friends_free_time", "worry.wellbeing.free_time"),
        pick("unsure", "worry.other.unsure"),
    ),
    *end(
        "worry.other.unsure",
        first=both(TEACHER),
        outside=Doors((NURSE, "oslohjelpa", HELPLINE, "gp"), (NURSE, "service.ung_arena", HELPLINE, "gp")),
        tried=Doors((OFFICE, HEAD, HELPLINE), (OFFICE, HEAD, HELPLINE)),
    ),
    home("worry.other"),
)

NODES: tuple[Node, ...] = (
    WORRIES,
    *LEARNING,
    *WELLBEING,
    *BULLYING,
    *ABSENCE,
    *MENTAL_HEALTH,
    *SUBSTANCE,
    *CRIME,
    *FAMILY,
    *ABUSE,
    *DROPOUT,
    *OTHER,
)
