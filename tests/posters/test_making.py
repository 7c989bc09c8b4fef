"""Sheets into files: whole or not at all, made once, and taken up again where somebody stopped."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import PosterError
from bot.posters import making
from bot.posters.making import Made, make, report, wanted
from bot.posters.sheet import Sheet
from bot.posters.typesetting import Format, is_whole, typeset
from bot.schools.register import Register

KINDS: tuple[Format, ...] = ("pdf", "png", "svg")


def some(example: Sheet, *names: str) -> Iterator[tuple[str, Sheet]]:
    """Sheets of made-up schools."""
    for name in names:
        yield name, replace(example, school=name, link=f"https://t.me/OsloForeldreBot?start=1-{name}-x-x")


@pytest.mark.parametrize("kind", KINDS)
def test_made_once(kind: Format, example: Sheet, tmp_path: Path) -> None:
    """A sheet is written under its school's id, and let be when nothing has changed, even on another day."""
    first = list(make([("abildso", example)], tmp_path / "new", kind))
    data = first[0].file.read_bytes()

    again = list(make([("abildso", replace(example, day=example.day.replace(year=2027)))], tmp_path / "new", kind))

    assert first == [Made(tmp_path / "new" / f"abildso.{kind}", new=True)]
    assert again == [Made(tmp_path / "new" / f"abildso.{kind}", new=False)]
    assert first[0].file.read_bytes() == data
    assert [path.name for path in (tmp_path / "new").iterdir()] == [f"abildso.{kind}"]


@pytest.mark.parametrize("kind", KINDS)
def test_made_anew(kind: Format, example: Sheet, tmp_path: Path) -> None:
    """Changed words, or a file that lost its end, are made anew."""
    (made,) = make([("abildso", example)], tmp_path, kind)
    whole = made.file.read_bytes()
    made.file.write_bytes(whole[: len(whole) * 9 // 10])

    (mended,) = make([("abildso", example)], tmp_path, kind)
    (changed,) = make([("abildso", replace(example, school="Abildsø"))], tmp_path, kind)

    assert mended.new
    assert changed.new
    assert is_whole(whole, example)
    assert not is_whole(made.file.read_bytes(), example)


def test_look_counts(example: Sheet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """When the look of the sheet changes, sheets made before are made anew."""
    list(make([("abildso", example)], tmp_path, "svg"))
    monkeypatch.setattr("bot.posters.typesetting._look", lambda: "another")

    (made,) = make([("abildso", example)], tmp_path, "svg")

    assert made.new


def test_interrupted(example: Sheet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Stopped in the middle of a file, the work leaves whole sheets only, and goes on where it was."""
    names, real = ("a", "b", "c", "d"), Path.replace

    def stop_at_c(self: Path, target: Path) -> Path:
        if target.name == "c.svg":
            raise KeyboardInterrupt
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", stop_at_c)
        with pytest.raises(KeyboardInterrupt):
            list(make(some(example, *names), tmp_path, "svg"))
    left = sorted(path.name for path in tmp_path.iterdir())
    (tmp_path / ".c.svg.part").write_bytes(b"half")  # as a kill or a power cut leaves it

    resumed = list(make(some(example, *names), tmp_path, "svg"))

    assert left == ["a.svg", "b.svg"]
    assert [one.new for one in resumed] == [False, False, True, True]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{name}.svg" for name in names]


def test_a_refused_sheet_is_not_there(example: Sheet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A sheet whose code does not read is not written; the others are."""

    def spoil(sheet: Sheet, kind: Format) -> bytes:
        return typeset(replace(sheet, link="https://elsewhere.example") if sheet.school == "b" else sheet, kind)

    monkeypatch.setattr(making, "typeset", spoil)

    made = list(make(some(example, "a", "b", "c"), tmp_path, "svg"))

    assert [bool(one.refused) for one in made] == [False, True, False]
    assert "elsewhere.example" in made[1].refused
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.svg", "c.svg"]


def test_a_folder_that_cannot_be(example: Sheet, tmp_path: Path) -> None:
    """A folder that cannot be made, or a file that cannot be written, is one sentence."""
    (tmp_path / "file").write_text("here", "utf-8")
    (tmp_path / "abildso.svg").mkdir()

    with pytest.raises(PosterError, match="cannot be made"):
        list(make([("abildso", example)], tmp_path / "file", "svg"))
    (made,) = make([("abildso", example)], tmp_path, "svg")

    assert "cannot be written" in made.refused


def test_unknown_school(register: Register) -> None:
    """An unknown school is one sentence with the nearest; one that is like none points to the list."""
    with pytest.raises(PosterError, match=r"«abildsoo»; the nearest: abildso \(Abildsø skole\)\.$"):
        wanted(register, "abildsoo")
    with pytest.raises(PosterError, match="`schools list`"):
        wanted(register, "qqqq\x1b[31m")

    assert wanted(register, "abildso").name == "Abildsø skole"


def test_closed_school(register: Register) -> None:
    """A closed school gets no sheet, and the sentence names the one that took over, if one did."""
    one, other, *rest = register.schools
    closed = replace(one, status="closed", successor=other.id)
    alone = replace(one, status="closed", successor="")

    with pytest.raises(PosterError, match=other.id):
        wanted(Register((closed, other, *rest)), one.id)
    with pytest.raises(PosterError, match="old codes still answer"):
        wanted(Register((alone, other, *rest)), one.id)


class Terminal(io.StringIO):
    """An output that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def test_report() -> None:
    """Files written are data; how far it has come, what was there and what was refused are told beside them."""
    made = [Made(Path(f"{n}.pdf"), new=n != 3, refused="No." if n == 7 else "") for n in range(1, 46)]
    out, err, terminal = io.StringIO(), io.StringIO(), Terminal()

    code = report(made, len(made), out, err)
    report(made, len(made), io.StringIO(), terminal)

    assert code == 1
    assert len(out.getvalue().splitlines()) == 43
    assert err.getvalue().splitlines() == [
        *("No.", "20 of 45", "40 of 45", "45 of 45"),
        "43 written, 1 there already, 1 refused.",
    ]
    assert terminal.getvalue().count("\r") == 45


def test_report_of_one() -> None:
    """One sheet is told without a count; nothing on stdout when nothing was written."""
    out, err = io.StringIO(), io.StringIO()

    codes = [report([Made(Path("a.pdf"), new=new)], 1, out, err) for new in (True, False)]

    assert codes == [0, 0]
    assert out.getvalue() == "a.pdf\n"
    assert err.getvalue() == "a.pdf is there already, and nothing has changed.\n"
