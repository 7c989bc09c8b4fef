"""A school found by what parents type."""

from __future__ import annotations

import pytest

from bot.schools.register import Register, load
from tests.schools.world import ROWS, csv, row


@pytest.fixture(scope="module")
def register() -> Register:
    """The real register."""
    return load()


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("tåsen", ["tasen"]),
        ("TAASEN SKOLE", ["tasen"]),
        ("Tåsn skole", ["tasen"]),
        ("bjerke vgs", ["bjerke-vgs"]),
        ("bjerkevgs", ["bjerke-vgs"]),
        ("Bjerke videregåande", ["bjerke-vgs"]),
        ("hersleb vidregående skole", ["hersleb-vgs"]),
        ("Foss high school", ["foss-vgs"]),
        ("foss", ["foss-vgs"]),
        ("Stovner", ["stovner", "stovner-vgs"]),
        ("stovner skole", ["stovner"]),
        ("stovner vgs", ["stovner-vgs"]),
        ("nordstrand", ["nordstrand", "nordstrand-u"]),
        ("nordstrand ungdomskole", ["nordstrand", "nordstrand-u"]),
        ("Nordstrand ungdomsskole", ["nordstrand-u"]),
        ("nordstrand-u", ["nordstrand-u"]),
        ("Ulevål", ["ulleval"]),
        ("ullevålsveien", ["ullevalsveien"]),
        ("fernandanissen", ["fernanda-nissen"]),
        ("edvard munk", ["edvard-munch-vgs"]),
        ("oslo katedral", ["oslo-katedral"]),
        ("handelsgym", ["oslo-handelsgym"]),
        ("grynerløkka skole", ["grunerlokka"]),
        ("oestensjoe", ["ostensjo"]),
        ("majorstua skole", ["majorstuen"]),
        ("skøien", ["skoyen"]),
        ("voksen", ["voksen"]),
        ("ris", ["ris"]),
        ("Uranienborg skoel", ["uranienborg"]),
        ("hun går på manglerud skole i oslo", ["manglerud"]),
        ("bøler 5b", ["boler"]),
        ("974 589 648", ["abildso"]),
    ],
)
def test_find(typed: str, ids: list[str], register: Register) -> None:
    """What parents type finds the school alone when it is clear, else those it may be, best first."""
    assert ids == [one.id for one in register.find(typed)]


@pytest.mark.parametrize(
    "typed",
    ["", " ", "skole", "vgs", "på skolen", "qwrtz", "مدرسة", "😀", "he", "hei jeg trenger hjelp", "\x00", "1" * 9],
)
def test_find_nothing(typed: str, register: Register) -> None:
    """Text that names no school finds none."""
    assert register.find(typed) == ()


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_at_most(limit: int, register: Register) -> None:
    """No more are found than asked for; three when nothing is asked."""
    assert len(register.find("nord", limit)) == limit
    assert len(register.find("nord")) == 3


def test_every_school_by_its_name(register: Register) -> None:
    """Each school is found alone by its name, in capitals too, and first without the kind of school it is."""
    for one in register.schools:
        core = one.name.removesuffix(" skole").removesuffix(" videregående").removesuffix(" ungdomsskole")
        assert register.find(one.name) == (one,)
        assert register.find(one.name.upper()) == (one,)
        assert one in register.find(core)


def test_every_school_with_a_slip(register: Register) -> None:
    """A name of six letters or more with one letter left out is still found among the three, nearly always first."""
    typed = [(one, one.name[:3] + one.name[4:]) for one in register.schools if len(one.name.split()[0]) >= 6]

    first = [one for one, text in typed if register.find(text)[:1] == (one,)]

    assert all(one in register.find(text) for one, text in typed)
    assert len(first) >= 0.95 * len(typed)


def test_long_text(register: Register) -> None:
    """A long text is read only from its beginning, and takes no time."""
    assert register.find("Tåsen skole " + "og masse annet " * 1000)[:1] == (register.by_id["tasen"],)


def test_closed_schools(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A closed school is found by its name; of two that are as near, the open one comes first."""
    path = tmp_path_factory.mktemp("closed") / "schools.csv"
    rows = (
        row(3, id="ask-u", name="Ask ungdomsskole"),
        *ROWS[:3],
        row(3, id="lia", name="Lia", org_number="974590670"),
    )
    path.write_text(csv(*rows), "utf-8")
    register = load(path)

    assert [one.id for one in register.find("ask")] == ["ask", "ask-u"]
    assert [one.id for one in register.find("lia skole")] == ["lia"]
