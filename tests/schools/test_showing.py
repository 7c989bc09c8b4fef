"""`schools` on the command line, as users meet it: real processes, what goes to stdout and what to stderr."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.content.load import ROOT
from bot.schools.register import Register, load
from bot.schools.showing import bring_in
from tests.schools.world import ROWS, answer, csv, lay_out, row, same, unit


def run(*args: str, folder: Path = ROOT) -> tuple[int, list[str], list[str]]:
    """What `python -m bot schools` does: its exit code, and the lines on stdout and stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "schools", *args],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout.decode("utf-8").splitlines(), done.stderr.decode("utf-8").splitlines()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Path]:
    """The program in a folder of its own, with the small register."""
    for name in ("bot", "content"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "content" / "schools.csv").write_text(csv(*ROWS), "utf-8")
    yield tmp_path
    shutil.rmtree(tmp_path / "bot")


@pytest.fixture
def register(tmp_path: Path) -> Register:
    """The small register."""
    return lay_out(tmp_path)


def test_list() -> None:
    """`list` prints one school a line between tabs, its id first."""
    code, out, err = run("list")

    assert (code, err) == (0, [])
    assert [line.split("\t")[0] for line in out] == [one.id for one in load().schools]
    assert {line.count("\t") for line in out} == {6}


def test_show() -> None:
    """`show` prints every fact of a school, and its code."""
    code, out, err = run("show", "abildso")

    facts = dict(line.split("\t") for line in out)
    assert (code, err) == (0, [])
    assert (facts["name"], facts["org_number"], facts["code"]) == ("Abildsø skole", "974589648", "g48u6o")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("bjerke", "There is no school «bjerke»; the nearest: bjerke-vgs (Bjerke videregående skole)."),
        ("\x1b[31m", "There is no school «?[31m»; `schools list` shows all."),
    ],
)
def test_show_unknown(typed: str, sentence: str) -> None:
    """An unknown id is one sentence with the nearest names, and exit 1."""
    assert run("show", typed) == (1, [], [sentence])


def test_find() -> None:
    """`find` prints the schools that were meant as `list` does; when there is none, one sentence and exit 1."""
    code, out, err = run("find", "stovner")

    assert (code, err) == (0, [])
    assert [line.split("\t")[0] for line in out] == ["stovner", "stovner-vgs"]
    assert run("find", "qwrtz") == (1, [], ["No school is called anything like «qwrtz»."])


def test_import(house: Path) -> None:
    """`import` shows what would change and changes nothing; with --yes it changes that; then nothing is left."""
    file = house / "nsr.json"
    ask, *rest = same()
    file.write_text(answer({**ask, "Navn": "Ask nye skole"}, *rest), "utf-8")
    path = house / "content" / "schools.csv"
    before = path.read_bytes()

    shown = run("import", file.name, folder=house)
    between = path.read_bytes()
    done = run("import", file.name, "--yes", folder=house)
    again = run("import", file.name, "--yes", folder=house)

    line = "renamed\task\tname: Ask skole -> Ask nye skole"
    assert shown[:2] == done[:2] == (0, [line])
    assert shown[2][0] == "0 added, 1 renamed, 0 changed, 0 closed, 3 as before; 0 bad rows."
    assert shown[2][-1] == "Nothing is changed; --yes does it."
    assert between == before
    assert done[2][-1] == "content/schools.csv is changed."
    assert load(path).by_id["ask"].name == "Ask nye skole"
    assert again == (0, [], ["0 added, 0 renamed, 0 changed, 0 closed, 4 as before; 0 bad rows."])


def test_import_bad_rows(house: Path) -> None:
    """A bad row is told of and stops the import with exit 1, even with --yes; --skip-bad goes on without it."""
    (house / "new.csv").write_text(csv(row(0, org_number="1"), row(1, name="Berg nye skole"), *ROWS[2:]), "utf-8")
    path = house / "content" / "schools.csv"
    before = path.read_bytes()

    code, out, err = run("import", "new.csv", "--yes", folder=house)
    between = path.read_bytes()
    skipped = run("import", "new.csv", "--yes", "--skip-bad", folder=house)

    assert (code, out) == (1, ["renamed\tberg\tname: Berg skole -> Berg nye skole"])
    assert err[0].startswith("new.csv:2: «Ask skole»: `org_number` is not nine digits: «1». Look it up")
    assert err[-1] == "Nothing is changed. Mend the bad rows, or leave them out with --skip-bad."
    assert between == before
    assert skipped[0] == 0
    assert [one.name for one in load(path).schools] == [*("Ask skole", "Berg nye skole"), *(one[1] for one in ROWS[2:])]


@pytest.mark.parametrize(("answered", "name"), [("j\n", "Ask nye skole"), ("\n", "Ask skole"), ("n\n", "Ask skole")])
def test_import_asks(answered: str, name: str, house: Path) -> None:
    """At a terminal `import` asks, and changes the register only when told yes."""
    (house / "new.csv").write_text(csv(row(0, name="Ask nye skole"), *ROWS[1:]), "utf-8")
    terminal, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "schools", "import", "new.csv"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        cwd=house,
    ) as process:
        os.write(terminal, answered.encode())
        process.communicate(timeout=60)
        said = os.read(terminal, 10_000).decode()
    os.close(terminal)
    os.close(theirs)

    assert process.returncode == 0
    assert "Change content/schools.csv so? [y/N]" in said
    assert load(house / "content" / "schools.csv").by_id["ask"].name == name


def test_import_no_file() -> None:
    """A file that is not there is a wrong call."""
    code, out, err = run("import", "none.json")

    assert (code, out) == (2, [])
    assert "Traceback" not in "".join(err)


def test_faulty_register(house: Path) -> None:
    """A faulty register is told of by every command, with file and line, and by `check`."""
    path = house / "content" / "schools.csv"
    path.write_text(csv(row(0, level="x"), *ROWS[1:]), "utf-8")
    fault = "content/schools.csv:2: `level` cannot be «x». Write primary, upper or combined."

    checked = subprocess.run([sys.executable, "-m", "bot", "check"], cwd=house, capture_output=True, check=False)

    assert run("list", folder=house) == (1, [], [fault])
    assert checked.returncode == 1
    told = [line for line in checked.stderr.decode("utf-8").splitlines() if ": warning: " not in line]
    assert told[0] == fault
    assert told[1].startswith("1 faults, ")


def test_all_kinds_of_lines(register: Register, capsys: pytest.CaptureFixture[str]) -> None:
    """What would change is one field a line; schools that are added or gone are one line each."""
    file = register.file.parent / "nsr.json"
    ask, berg, _, vang = same()
    berg = {**berg, "Internettadresse": "berg.osloskolen.no"}
    file.write_text(answer(ask, berg, {**vang, "ErAktiv": True}, unit("974590433", "Ny skole")), "utf-8")

    code = bring_in(register, file, yes=False, skip_bad=False)

    shown = capsys.readouterr()
    assert code == 0
    assert shown.out.splitlines() == [
        "changed\tberg\thomepage: (empty) -> https://berg.osloskolen.no",
        "changed\tvang\tstatus: closed -> open",
        "changed\tvang\tsuccessor: ask -> (empty)",
        "added\tny\tNy skole, primary, 974590433",
        "closed\tfoss-vgs\tFoss videregående skole is not in the list",
    ]
    assert "More than one school in 20 would change: look at all of them first." in shown.err
    assert "`foss-vgs` is closed, and only its old homepage is left as a way on." in shown.err
