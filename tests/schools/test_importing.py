"""New lists brought into the register: what they would change, what is bad in them; all is written, or nothing."""

from __future__ import annotations

import json
import os
import stat
from datetime import date
from pathlib import Path

import pytest

from bot.errors import BotError, ContentError
from bot.schools.importing import Plan, apply, plan
from bot.schools.register import FILE, Register, load
from tests.schools.world import ASK, BERG, FOSS, NEW, OTHER, ROWS, VANG, answer, csv, lay_out, row, same, unit

TODAY = date(2026, 11, 23)


@pytest.fixture
def register(tmp_path: Path) -> Register:
    """The small register."""
    return lay_out(tmp_path)


def planned(register: Register, text: str, name: str = "list") -> Plan:
    """What a list with this text would change."""
    file = register.file.parent / name
    file.write_text(text, "utf-8")
    return plan(register, file, TODAY)


def changes(made: Plan) -> list[tuple[str, str, tuple[str, ...]]]:
    """Each change: its kind, the school's id, and its fields as `name: old -> new`."""
    return [
        (one.kind, one.school.id, tuple(f"{name}: {old} -> {new}" for name, old, new in one.fields))
        for one in made.changes
    ]


def faults(made: Plan) -> list[str]:
    """The bad rows as they are printed."""
    return [str(fault) for fault in made.faults]


# --- the national register --------------------------------------------------------------------------------------------


def test_the_same(register: Register) -> None:
    """A list that says what the register says changes nothing, and nothing is written."""
    before = register.file.stat()

    made = planned(register, answer(*same()))
    apply(made)

    assert (made.changes, made.faults, made.notes) == ((), (), ())
    assert made.schools == register.schools
    assert register.file.stat() == before


def test_each_kind_of_change(register: Register) -> None:
    """A list may add, rename, change and close schools; a renamed one keeps its id and its sources."""
    ask = unit(ASK, "Ask nye skole", SkoletrinnGSFra=1, SkoletrinnGSTil=10, SkoletrinnVGSFra=1, SkoletrinnVGSTil=3)
    berg = unit(BERG, "Berg skole", Internettadresse="http://www.Berg.osloskolen.no/ ")
    new = unit(NEW, "Nye Ås videregående skole", ErGrunnskole=False, ErVideregaaendeSkole=True, Url="as.vgs.no/")

    made = planned(register, answer(ask, berg, new, unit(VANG, "Vang skole", ErAktiv=False)))
    apply(made)

    assert changes(made) == [
        ("renamed", "ask", ("name: Ask skole -> Ask nye skole", "level: primary -> combined")),
        ("changed", "berg", ("homepage:  -> https://berg.osloskolen.no",)),
        ("added", "nye-as-vgs", ()),
        ("closed", "foss-vgs", ("status: open -> closed",)),
    ]
    assert made.faults == ()
    assert [line.split(" Write")[0] for line in made.notes] == [
        "`foss-vgs` is closed, and only its old homepage is left as a way on."
    ]
    after = load(register.file)
    assert after.schools == made.schools
    assert [one.id for one in after.schools] == ["ask", "berg", "foss-vgs", "vang", "nye-as-vgs"]
    assert after.by_id["ask"].source == "NSR 2026-11-23 (name, level); list"
    assert after.by_id["vang"] == register.by_id["vang"]
    assert after.by_id["nye-as-vgs"].homepage == "https://as.vgs.no"
    assert {one.checked for one in after.schools if one.id != "vang"} == {TODAY}


def test_marked_closed(register: Register) -> None:
    """A school that is not active any more is closed; an unknown one that is not active is nothing to us."""
    ask, *rest = same()

    made = planned(register, answer({**ask, "ErAktiv": False}, *rest, unit(NEW, "Gamle skole", ErAktiv=False)))

    assert changes(made) == [("closed", "ask", ("status: open -> closed",))]


def test_opened_again(register: Register) -> None:
    """A closed school that is active again has no successor any more."""
    *rest, vang = same()

    made = planned(register, answer(*rest, {**vang, "ErAktiv": True}))

    assert changes(made) == [("changed", "vang", ("status: closed -> open", "successor: ask -> "))]


def test_closing_without_a_way_on(register: Register) -> None:
    """A school that is gone, and would be left without a way on, is a bad row with its line in the register."""
    ask, _, *rest = same()

    made = planned(register, answer(ask, *rest))

    (fault,) = faults(made)
    assert fault.startswith(f"{register.file.as_posix()}:3: Not in the list: `berg` is closed without a way on. Write")
    assert not made.changes


@pytest.mark.parametrize(
    "other",
    [
        unit("999999999", "Bergen skole", Kommunenummer="4601"),
        unit(NEW, "Privat skole", ErPrivatskole=True),
        unit(NEW, "Statlig skole", Skolekategorier=[{"Id": "8"}]),
        unit(NEW, "Eieren", ErSkole=False),
        unit("U12345678", "Den norske skolen", Kommunenummer="2580"),
        unit("974589000", "Privat skole med feil nummer", ErOffentligSkole=False),
    ],
)
def test_not_ours(other: dict[str, object], register: Register) -> None:
    """Schools elsewhere, private ones, and what is no school are passed over in silence."""
    made = planned(register, answer(*same(), other))

    assert (made.changes, made.faults, made.notes) == ((), (), ())


def test_left_out(register: Register) -> None:
    """Schools for adults, and units known to be no schools, are left out and named."""
    adults = unit(NEW, "Oslo voksenopplæring", Skolekategorier=[{"Id": 5}, {"Id": "25"}])

    made = planned(register, answer(*same(), adults, unit("999178197", "Kuben Yrkesarena")))

    assert not made.changes
    assert [note.split(" is left")[0] for note in made.notes] == [
        "Unit 5, «Oslo voksenopplæring»,",
        "Unit 6, «Kuben Yrkesarena»,",
    ]


def test_flags_do_not_change_a_level(register: Register) -> None:
    """The two flags are wrong for some schools, so only the years that are taught change a level that we have."""
    ask, *rest = same()

    made = planned(register, answer({**ask, "ErVideregaaendeSkole": True}, *rest))

    assert not made.changes


@pytest.mark.parametrize("shape", ["v1", "v3", "detail", "pages"])
def test_other_versions(shape: str, register: Register) -> None:
    """Older versions, a list of details and a list of pages are read as well."""
    units: list[dict[str, object]] = [dict(one) for one in same()]
    units[0]["Navn"] = "Ask nye skole"
    for one in units:
        org, place, primary = (one.pop(name) for name in ("Organisasjonsnummer", "Kommunenummer", "ErGrunnskole"))
        match shape:
            case "v1":
                one |= {"OrgNr": org, "KommuneNr": place, "ErGrunnSkole": primary, "LederNavn": "Kari Nordmann"}
            case "v3":
                one |= {"Orgnr": org, "Kommune": {"Navn": "Oslo"}, "ErGrunnskole": primary, "Telefon": "22 00 00 00"}
            case _:
                one |= {"Organisasjonsnummer": org, "Kommune": {"Kommunenummer": place}, "ErGrunnskole": primary}
    shapes: dict[str, object] = {
        "v1": units,
        "v3": {"AntallSider": 1, "Enheter": units},
        "detail": units,
        "pages": [{"Sidenummer": n, "AntallSider": 2, "EnhetListe": units[2 * n - 2 : 2 * n]} for n in (1, 2)],
    }

    made = planned(register, json.dumps(shapes[shape]))

    assert changes(made) == [("renamed", "ask", ("name: Ask skole -> Ask nye skole",))]
    assert made.faults == ()


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"Organisasjonsnummer": "974589649"}, "`org_number` has a wrong check digit: 974589649. Look it up"),
        ({"Organisasjonsnummer": None}, "`org_number` is not nine digits: «». Look it up"),
        ({"Internettadresse": "post@ask.no"}, "`homepage` is an e-mail address: «post@ask.no». Write it as"),
        ({"Internettadresse": "ask.gs.oslo.no"}, "`homepage` is on a host that was taken down"),
        ({"Navn": "Ask\ud800"}, "`name` holds characters that cannot be seen. Type it anew."),
        ({"ErAktiv": "nei"}, "`eraktiv` is «nei». Write true or false."),
        ({"Kommunenummer": None}, "`Kommunenummer` is missing. Add it; 0301 is Oslo."),
        ({"Kommunenummer": "3201"}, "it is ours, and does not lie in Oslo. Correct `Kommunenummer`, or close it by"),
        ({"ErPrivatskole": True}, "it is no public school of the city any more. Close it by hand, or correct"),
    ],
)
def test_bad_unit(fields: dict[str, object], what: str, register: Register) -> None:
    """A bad unit is told of with its number, what is wrong and how to mend it; its school is not taken for gone."""
    ask, *rest = same()

    made = planned(register, json.dumps({"EnhetListe": [*rest, {**ask, **fields}]}))

    (fault,) = faults(made)
    assert fault.startswith("list:4: ")
    assert what in fault
    assert not made.changes


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"ErGrunnskole": False}, "`level` cannot be «». Write primary, upper or combined."),
        ({"Skolekategorier": None}, "its owner cannot be told. Add `Skolekategorier`; 5 is the city."),
        ({"Navn": ""}, "`name` is empty. Fill it in."),
    ],
)
def test_bad_new_unit(fields: dict[str, object], what: str, register: Register) -> None:
    """A new school must say all that a school needs."""
    made = planned(register, answer(*same(), unit(NEW, "Ny skole", **fields)))

    assert [fault.endswith(what) for fault in faults(made)] == [True]


def test_unit_that_is_no_object(register: Register) -> None:
    """What is no unit at all is a bad row, and since it may be any school, none is closed."""
    made = planned(register, json.dumps({"EnhetListe": [*same()[:2], None, "x", 7]}))

    assert [fault.split(": ")[0] for fault in faults(made)] == ["list:3", "list:4", "list:5"]
    assert not made.changes
    assert made.notes == ("Left open though not in the list, since a bad row may be one of them: foss-vgs.",)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{", "list:1: This is not valid JSON."),
        ("[" * 100_000, "list:1: This is not valid JSON."),
        ("{}", "list:1: The file holds no units."),
        ('{"EnhetListe": []}', "list:1: The file holds no units."),
        ("[]", "list:1: The file holds no units."),
        ('{"AntallSider": 9, "Sidenummer": 1, "EnhetListe": [{}]}', "list:1: The file holds 1 of 9 pages. Put all"),
        (answer(unit("999999999", "Bergen skole", Kommunenummer="4601")), "list:1: There is no school of Oslo in"),
        ("", "list:1: The column `org_number` is missing."),
        ("name,org_number\n", "list:1: There is no school of Oslo in the list. Save the list anew, as a whole."),
        ("org_number,name,phone\n", "list:1: There is no column «phone»."),
    ],
)
def test_no_list(text: str, what: str, register: Register) -> None:
    """A file that is no list, an empty one, or one that lacks a page is refused."""
    with pytest.raises(ContentError) as caught:
        planned(register, text)

    assert what in str(caught.value)


def test_no_file(register: Register) -> None:
    """A file that cannot be read is one sentence."""
    with pytest.raises(BotError, match="cannot be read: No such file"):
        plan(register, register.file.parent / "none.json", TODAY)


def test_hardly_whole(tmp_path: Path) -> None:
    """A list that lacks more than one school in twenty closes none of them; one that lacks fewer closes them."""
    path = tmp_path / "schools.csv"
    path.write_bytes(FILE.read_bytes())
    register = load(path)
    known = [unit(one.org_number, one.name, ErGrunnskole=None) for one in register.schools if one.homepage]
    rest = [unit(one.org_number, one.name) for one in register.schools if not one.homepage]

    nine, eight = (planned(register, answer(*known[lacking:], *rest)) for lacking in (9, 8))

    assert [fault.split(", so")[0] for fault in faults(nine)] == ["list:1: 9 of 176 open schools are not in the list"]
    assert not nine.changes
    assert [(one.kind, one.gone) for one in eight.changes] == [("closed", True)] * 8


# --- a CSV ------------------------------------------------------------------------------------------------------------


def test_csv_of_ours(register: Register) -> None:
    """The register itself, brought in, changes nothing; one cell changed is one field changed."""
    made = planned(register, csv(row(0, district="bjerke"), *ROWS[1:]))

    assert not planned(register, csv(*ROWS)).changes
    assert changes(made) == [("changed", "ask", ("district: alna -> bjerke",))]


def test_csv_of_two_columns(register: Register) -> None:
    """A CSV may have only the number and the name, in any order, with semicolons; nothing else is touched."""
    rows = ((name, org[:3] + " " + org[3:]) for _, name, _, org, *_ in ROWS)
    text = csv(*rows, heading="name,org_number").replace("Ask skole", "Ask nye skole").replace(",", ";")

    made = planned(register, text)

    assert changes(made) == [("renamed", "ask", ("name: Ask skole -> Ask nye skole",))]
    assert made.schools[1:] == register.schools[1:]


def test_csv_adds(register: Register) -> None:
    """A new school gets an id from its name, or the one that is given; without a level it is a bad row."""
    heading = "id,org_number,name,level"
    known = tuple((one[0], one[3], one[1], one[2]) for one in ROWS)
    news = (("", NEW, "Ask skole", "primary"), ("lia-u", OTHER, "Lia ungdomsskole", "primary"))

    made = planned(register, csv(*known, *news, heading=heading))
    bad = planned(register, csv(*known, ("", NEW, "Ny skole", ""), heading=heading))

    assert changes(made) == [("added", "ask-2", ()), ("added", "lia-u", ())]
    assert made.schools[-1].source == "list 2026-11-23"
    assert faults(bad) == ["list:6: «Ny skole»: `level` cannot be «». Write primary, upper or combined."]


def test_csv_closes_with_a_successor(register: Register) -> None:
    """A CSV may close a school and say who took over, also a school that it adds itself."""
    rows = (row(0), row(1, status="closed", successor="lia"), *ROWS[2:])
    made = planned(register, csv(*rows, row(0, id="lia", name="Lia skole", org_number=NEW)))
    apply(made)

    after = load(register.file)
    assert after.answering(after.by_id["berg"]).name == "Lia skole"


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        (row(0, id="other"), f"«Ask skole»: {ASK} has the id `ask`, which stands in printed codes and stays. Write"),
        (row(0, successor="berg"), "`ask` is open, yet `berg` took over from it."),
        (row(0, status="closed", successor="nowhere"), "`successor` is no school of the register: nowhere."),
        (row(0, status="closed", successor="vang"), "`ask` and the schools after it lead round in a ring."),
        (row(0, org_number=""), "«Ask skole»: `org_number` is not nine digits: «». Look it up"),
        (row(0, checked="i dag"), "«Ask skole»: `checked` is no date: «i dag»."),
        (row(0)[:-1], "The row has 9 cells; the heading has 10."),
        (row(1, name="Berg nye skole"), f"«Berg nye skole»: `org_number` stands twice (first at 3): {BERG}. Keep one"),
        (row(0, org_number=NEW), "«Ask skole»: `id` is that of another school: ask. Choose another"),
    ],
)
def test_bad_csv_row(bad: tuple[str, ...], what: str, register: Register) -> None:
    """A bad row is told of with its line, and leaves its school as it is; the other rows count."""
    made = planned(register, csv(row(2, district="grorud"), row(1), row(3), bad))

    (fault,) = faults(made)
    assert fault.startswith(f"list:5: {what}")
    assert ("changed", "foss-vgs", ("district: sagene -> grorud",)) in changes(made)
    assert {kind for kind, school, _ in changes(made) if school == "berg"} == set()


def test_a_bad_row_takes_others_with_it(register: Register) -> None:
    """A row that leads to a school whose own row is bad is bad as well, and what is left is sound."""
    heir = row(0, id="lia", name="Lia skole", org_number=NEW, level="x")

    made = planned(register, csv(row(0, status="closed", successor="lia"), *ROWS[1:], heir))
    apply(made, skip_bad=True)

    assert [fault.split(":")[1] for fault in faults(made)] == ["2", "6"]
    assert load(register.file).schools == register.schools


# --- all or nothing ---------------------------------------------------------------------------------------------------


def test_refused(register: Register) -> None:
    """With a bad row nothing is written; when such rows are skipped on purpose, all the others are."""
    before = register.file.read_bytes()
    made = planned(register, csv(row(0, level="x"), row(1, district="alna"), *ROWS[2:]))

    with pytest.raises(ContentError, match="`level` cannot be «x»"):
        apply(made)

    assert register.file.read_bytes() == before
    apply(made, skip_bad=True)
    after = load(register.file)
    assert (after.by_id["berg"].district, after.by_id["ask"]) == ("alna", register.by_id["ask"])


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_failing_write(step: str, register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full, or the file cannot be replaced, the old file stands and nothing is left beside it."""
    made = planned(register, csv(row(0, name="Ask nye skole"), *ROWS[1:]))
    before, beside = register.file.read_bytes(), sorted(os.listdir(register.file.parent))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full) if step == "fsync" else monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(BotError, match=r"could not be written \(No space left on device\); it is as it was"):
        apply(made)

    assert register.file.read_bytes() == before
    assert sorted(os.listdir(register.file.parent)) == beside


def test_changed_meanwhile(register: Register) -> None:
    """A register that somebody changed after the plan was made is not written over."""
    made = planned(register, csv(row(0, name="Ask nye skole"), *ROWS[1:]))
    register.file.write_text(csv(*ROWS[:3], row(3, name="Vang gamle skole")), "utf-8")
    before = register.file.read_bytes()

    with pytest.raises(BotError, match="has changed meanwhile"):
        apply(made)

    assert register.file.read_bytes() == before


def test_the_file_stays_the_same_kind_of_file(register: Register) -> None:
    """Permissions are kept, a link stays a link, and rows that do not change stay as they are, to the letter."""
    link = register.file.parent / "link.csv"
    link.symlink_to(register.file)
    register.file.chmod(0o640)

    made = planned(load(link), csv(row(0), row(1), row(2, district="grorud"), row(3)))
    apply(made)

    lines = register.file.read_text("utf-8").splitlines()
    assert link.is_symlink()
    assert stat.S_IMODE(register.file.stat().st_mode) == 0o640
    assert [lines[n] for n in (0, 1, 2, 4)] == [csv(*ROWS).splitlines()[n] for n in (0, 1, 2, 4)]
    assert f"foss-vgs,Foss videregående skole,upper,{FOSS},grorud," in lines[3]


def test_the_real_register_is_written_as_it_is(tmp_path: Path) -> None:
    """Writing the real register changes no letter of the rows that stay."""
    copy = tmp_path / "schools.csv"
    copy.write_bytes(FILE.read_bytes())
    register = load(copy)
    text = FILE.read_text("utf-8").replace("Abildsø skole", "Abildsø nye skole")

    apply(planned(register, text))

    before, after = (path.read_text("utf-8").splitlines() for path in (FILE, copy))
    assert [n for n, (old, new) in enumerate(zip(before, after, strict=True)) if old != new] == [1]
