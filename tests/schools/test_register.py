"""The register: what it holds, what is wrong with a row, and the codes of schools."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ContentError
from bot.schools.register import FILE, Register, load, read
from bot.schools.school import code
from tests.schools.world import ASK, BERG, HEADING, ROWS, csv, lay_out, row


@pytest.fixture(scope="module")
def register() -> Register:
    """The real register."""
    return load()


def told(path: Path) -> list[str]:
    """The faults of a register as they are printed, without the file."""
    _, faults = read(path, path.parent)
    return [str(fault).removeprefix(f"{path.name}:") for fault in faults]


def test_the_real_register(register: Register) -> None:
    """All 176 schools are there, open, without a warning, and none has a telephone number."""
    _, faults = read()

    assert len(register.schools) == 176
    assert not faults
    assert {"open"} == {one.status for one in register.schools}
    assert "phone" not in FILE.read_text("utf-8")


def test_by_id_and_number(register: Register) -> None:
    """A school is found by its id and by its organisation number."""
    stig = register.by_id["stig"]

    assert (stig.name, stig.level) == ("Stig skole", "combined")
    assert register.by_org_number[stig.org_number] is stig


def test_codes(register: Register) -> None:
    """Every school has a code of its own, fit for a link, that leads back to it."""
    codes = [code(one) for one in register.schools]

    assert len(set(codes)) == 176
    assert all(len(text) <= 6 and text.isascii() and text.isalnum() for text in codes)
    assert list(register.schools) == [register.by_code[text] for text in codes]


def test_a_code_is_stable(register: Register) -> None:
    """A code that is printed on a wall keeps its meaning."""
    assert code(register.by_id["abildso"]) == "g48u6o"


@pytest.mark.parametrize(
    "text", ["", " ", "g48u6", "0g48u6o", "g48u6o\n", "+g48u6o", "G48U6O", "æøå", "x" * 9999, "stig"]
)
def test_no_code(text: str, register: Register) -> None:
    """Any other text is the code of no school."""
    assert text not in register.by_code


def test_who_answers(tmp_path: Path) -> None:
    """A closed school is answered for by the last of those that took over; an open one by itself."""
    path = tmp_path / "schools.csv"
    path.write_text(csv(ROWS[0], row(1, status="closed", successor="vang"), *ROWS[2:]), "utf-8")
    small = load(path)

    answering = {one.id: small.answering(one).id for one in small.schools}

    assert answering == {"ask": "ask", "berg": "ask", "foss-vgs": "foss-vgs", "vang": "ask"}


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ({"id": ""}, "`id` is empty. Fill it in."),
        ({"id": "Åsk skole"}, "`id` cannot be «Åsk skole». Write an id of small letters a-z, digits and hyphens."),
        ({"id": "a" * 41}, "`id` has 41 characters; 40 fit. Make it shorter."),
        ({"name": ""}, "`name` is empty. Fill it in."),
        ({"name": "Ask\u202eskole"}, "`name` holds characters that cannot be seen. Type it anew."),
        ({"level": "lower"}, "`level` cannot be «lower». Write primary, upper or combined."),
        ({"org_number": "97458964"}, "`org_number` is not nine digits: «97458964». Look it up in Nasjonalt"),
        ({"org_number": "٩٧٤٥٨٩٦٤٨"}, "`org_number` is not nine digits: «٩٧٤٥٨٩٦٤٨»."),
        ({"org_number": "974589649"}, "`org_number` has a wrong check digit: 974589649. Look it up"),
        ({"org_number": "974589630"}, "`org_number` has a wrong check digit: 974589630. Look it up"),
        ({"district": "St. Hanshaugen"}, "`district` cannot be «St. Hanshaugen». Write an id"),
        ({"homepage": "ask.osloskolen.no"}, "`homepage` is no web address: «ask.osloskolen.no». Write it as https://"),
        ({"homepage": "http://ask.no"}, "`homepage` is no web address"),
        ({"homepage": "https://ask"}, "`homepage` is no web address"),
        ({"homepage": "https://[ask.no"}, "`homepage` is no web address"),
        ({"homepage": "https://ask.no/a b"}, "`homepage` is no web address"),
        ({"homepage": "javascript:alert(1)"}, "`homepage` is no web address"),
        ({"homepage": "post@ask.no"}, "`homepage` is an e-mail address: «post@ask.no»."),
        ({"homepage": "https://ask.gs.oslo.no"}, "`homepage` is on a host that was taken down: «https://ask.gs.os"),
        ({"source": ""}, "`source` is empty. Fill it in."),
        ({"checked": "2.1.2026"}, "`checked` is no date: «2.1.2026». Write a date as 2026-11-23."),
        ({"checked": "2026-02-30"}, "`checked` is no date: «2026-02-30»."),
        ({"checked": "20260102"}, "`checked` is no date: «20260102»."),
        ({"status": "shut"}, "`status` cannot be «shut». Write open or closed."),
        ({"successor": "foss-vgs"}, "`ask` is open, yet `foss-vgs` took over from it. Set `status` to closed, or"),
        ({"status": "closed", "successor": "nowhere"}, "`successor` is no school of the register: nowhere. Write the"),
        ({"status": "closed", "successor": "ask"}, "`ask` and the schools after it lead round in a ring. Write the"),
        (
            {"status": "closed", "homepage": ""},
            "`ask` is closed without a way on. Write the id of the school that took",
        ),
        ({"status": "closed"}, "warning: `ask` is closed, and only its old homepage is left as a way on. Write the id"),
    ],
)
def test_bad_row(cells: dict[str, str], what: str, tmp_path: Path) -> None:
    """What is wrong with a row is told with its line, what it is, and how to mend it, and nothing else is."""
    path = tmp_path / "schools.csv"
    path.write_text(csv(row(1), row(0, **cells), row(2)), "utf-8")

    (found,) = told(path)

    assert found.startswith(f"3: {what}")


def test_all_at_once(tmp_path: Path) -> None:
    """Every fault is found in one go and raised together; what stands twice is told of where it recurs."""
    path = tmp_path / "schools.csv"
    rows = (row(0), row(1, id="ask", level="x"), row(2, org_number=ASK), row(3, org_number=BERG, checked=""))
    path.write_text(csv(*rows), "utf-8")

    found = told(path)

    assert [line.split(" Keep")[0].split(" Write")[0] for line in found] == [
        "3: `id` stands twice (first on line 2): ask.",
        "3: `level` cannot be «x».",
        f"4: `org_number` stands twice (first on line 2): {ASK}.",
        "5: `checked` is no date: «».",
        f"5: `org_number` stands twice (first on line 3): {BERG}.",
    ]
    with pytest.raises(ContentError) as caught:
        load(path)
    assert len(caught.value.faults) == 5


def test_a_ring_of_two(tmp_path: Path) -> None:
    """Two closed schools that name each other are both told of."""
    path = tmp_path / "schools.csv"
    path.write_text(csv(row(0, status="closed", successor="vang"), *ROWS[1:]), "utf-8")

    assert [line.split(" and ")[0] for line in told(path)] == ["2: `ask`", "5: `vang`"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "1: The column `id` is missing. Add it."),
        (
            HEADING.replace("homepage", "hompage") + "\n",
            "1: There is no column «hompage». Take it out. The columns are",
        ),
        (f"{HEADING},id\n", "1: The column `id` stands twice."),
        (csv(ROWS[0][:-1]), "2: The row has 9 cells; the heading has 10."),
        (csv(ROWS[0], ('"ask', "b")), "3: The row cannot be read, nor the rest: unexpected end of data."),
    ],
)
def test_bad_table(text: str, what: str, tmp_path: Path) -> None:
    """A table that cannot be read as one is told of with the line."""
    path = tmp_path / "schools.csv"
    path.write_text(text, "utf-8")

    assert any(line.startswith(what) for line in told(path))


def test_bad_file(tmp_path: Path) -> None:
    """A file that is missing, a folder, or not UTF-8, is told of."""
    path = tmp_path / "latin.csv"
    path.write_bytes(csv(*ROWS).encode("latin-1"))

    assert told(tmp_path / "none.csv") == ["1: The file is missing. Put it back from the last version."]
    assert told(tmp_path)[0].endswith("The file cannot be read. Put it back from the last version.")
    assert told(path) == ["4: The file is not UTF-8. Save it as UTF-8."]


def test_as_a_spreadsheet_saves_it(tmp_path: Path) -> None:
    """A byte order mark, semicolons, other line ends, loose spaces and decomposed letters change nothing."""
    register = lay_out(tmp_path)
    path = tmp_path / "saved.csv"
    text = csv(*ROWS).replace(",", " ; ").replace("\n", "\r\n").replace("å", "a\u030a")
    path.write_bytes(text.encode("utf-8-sig"))

    assert load(path).schools == register.schools
