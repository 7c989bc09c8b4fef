"""Content files become one frozen catalogue, or every fault at once."""

from __future__ import annotations

import logging
import shutil
from dataclasses import FrozenInstanceError
from datetime import date
from pathlib import Path

import pytest

from bot.application import load_content
from bot.checks.everything import check
from bot.content.catalogue import Catalogue, NodeText
from bot.content.faults import Fault
from bot.content.load import ROOT, load
from bot.dialogs.flows import FLOWS
from bot.errors import ContentError
from tests.broken_content.world import flows, lay_out

TODAY = date(2026, 11, 23)
"""A day on which no fact is too old."""
YEARS_LATER = date(2029, 1, 1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The small world without a fault, free to be changed."""
    return lay_out(tmp_path)


def put(root: Path, file: str, find: str, text: str) -> None:
    """Change one place of a content file."""
    path = root / "content" / file
    before = path.read_text("utf-8")
    assert before.count(find) == 1
    path.write_text(before.replace(find, text), "utf-8")


def loaded(root: Path) -> Catalogue:
    """The catalogue of content that has no fault."""
    catalogue, faults = load(root)
    assert not faults
    assert catalogue is not None
    return catalogue


def absence(root: Path) -> NodeText:
    """The Norwegian words of the end of the small world's worry."""
    return loaded(root).books["nb"].nodes["worry.absence.days"]


# --- what is read -----------------------------------------------------------------------------------------------------


def test_words_by_level(root: Path) -> None:
    """A text may differ by level; before the level is known, the words for grunnskole stand."""
    title = absence(root).title

    assert "Skriv til læreren til barnet" == title.at("primary") == title.at(None)
    assert title.at("upper") == "Skriv til læreren til ungdommen"


def test_words_for_both_levels(root: Path) -> None:
    """A text written once holds at every level."""
    first = absence(root).parts["first"]

    assert {"Skriv i dag, og be om et møte."} == {first.at(level) for level in ("primary", "upper", None)}


def test_words_for_one_level(root: Path) -> None:
    """A text written for one level only is missing at the other, and stands while the level is not known."""
    put(root, "nb/worry/absence.yaml", "say: «Barnet mitt vil ikke på skolen.»", "say: {upper: Hei.}")

    say = absence(root).parts["say"]

    assert (say.at("primary"), say.at("upper"), say.at(None)) == (None, "Hei.", "Hei.")


def test_parts_keep_their_order(root: Path) -> None:
    """Parts come in the order in which the editor wrote them."""
    assert list(absence(root).parts) == ["first", "school", "say", "next_door", "not_wait"]


@pytest.mark.parametrize("key", ["no", "yes", "on", "off", "n", "y"])
def test_yes_and_no_are_words(key: str, root: Path) -> None:
    """YAML's other names for true and false are plain words to an editor."""
    put(root, "nb/worry/absence.yaml", "    days: Noen dager", f"    {key}: {key}\n    days: Noen dager")

    choices = loaded(root).books["nb"].nodes["worry.absence"].choices

    assert key == choices[key].at(None)


def test_phrases_know_their_place(root: Path) -> None:
    """A training phrase knows how it is written and on which line it stands."""
    put(root, "nb/phrases/worry.absence.yaml", "plain:\n", "# Fravær.\ndialect:\n  - Vil ikkje på skulen\nplain:\n")

    phrases = loaded(root).books["nb"].phrases["worry.absence"]

    assert [(phrase.text, phrase.style, phrase.line) for phrase in phrases] == [
        ("nb worry absence", "plain", 5),
        ("Vil ikkje på skulen", "dialect", 3),
    ]


def test_place(root: Path) -> None:
    """Every piece of content knows its file and the lines of its keys; an unknown key gets the line above it."""
    place = absence(root).place

    assert place.file == "content/nb/worry/absence.yaml"
    assert (
        place.line(),
        place.line("parts"),
        place.line("parts", "first"),
        place.line("parts", "unknown"),
    ) == (7, 11, 12, 11)


def test_facts(root: Path) -> None:
    """A fact is found by kind and service; what a service does not have is None, not an error."""
    facts = loaded(root).facts

    phone, ages = facts.contact("phone", "service.bup"), facts.ages("service.bup")

    assert phone is not None
    assert phone.value == "22 00 00 00"
    assert ages is not None
    assert (ages.min, ages.max) == (0, 17)
    assert facts.contact("chat", "service.bup") is None
    assert facts.contact("ages", "service.bup") is None
    assert facts.contact("phone", "service.unknown") is None
    assert facts.ages("emergency.police") is None


def test_renamed(root: Path) -> None:
    """Old screen ids lead to the new ones."""
    put(root, "ids.yaml", "renamed: {}", "renamed:\n  absence: worry.absence")

    assert dict(loaded(root).renamed) == {"absence": "worry.absence"}


def test_nothing_can_be_changed(root: Path) -> None:
    """The catalogue is frozen, down to its mappings."""
    catalogue = loaded(root)

    with pytest.raises(FrozenInstanceError):
        catalogue.renamed = {}  # type: ignore[misc]
    with pytest.raises(TypeError):
        catalogue.books["nb"].nodes["start"] = absence(root)  # type: ignore[index]
    with pytest.raises(TypeError):
        del catalogue.books["nb"].nodes["start"].parts["danger"]  # type: ignore[attr-defined]


def test_glossary_is_lower_case(root: Path) -> None:
    """A term counts however the editor wrote it; abbreviations stay as they are written."""
    put(root, "nb/glossary.yaml", "læreren, poliklinikk", "Læreren, poliklinikk")

    glossary = loaded(root).books["nb"].glossary

    assert "læreren" in glossary.terms
    assert {"BUP"} == set(glossary.abbreviations)


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"\xef\xbb\xbf", b"\n"), (b"", b"\r\n"), (b"", b"\r"), (b"---\n", b"\n"), (b"# \xf0\x9f\x99\x82\n", b"\n")],
    ids=["byte order mark", "Windows lines", "old Mac lines", "document mark", "emoji"],
)
def test_editors_programs(before: bytes, after: bytes, root: Path) -> None:
    """A file is read alike whichever program saved it."""
    path = root / "content" / "nb" / "service.yaml"
    path.write_bytes(before + path.read_bytes().replace(b"\n", after))

    assert "service.bup" in loaded(root).books["nb"].nodes


def test_empty_file(root: Path) -> None:
    """A file with nothing but a remark holds nothing, and is no fault of shape."""
    (root / "content" / "nb" / "later.yaml").write_text("# Kommer senere.\n", "utf-8")

    assert loaded(root).books["nb"].nodes


# --- faults -----------------------------------------------------------------------------------------------------------


def test_fault_on_one_line() -> None:
    """A fault prints as file, line, what is wrong and how to mend it; a warning says that it is one."""
    fault = Fault("content/nb/start.yaml", 7, "A raw number: «112».", "Refer to it.")
    warning = Fault("content/values.yaml", 6, "It is old.", "Compare it.", warning=True)

    assert str(fault) == "content/nb/start.yaml:7: A raw number: «112». Refer to it."
    assert str(warning) == "content/values.yaml:6: warning: It is old. Compare it."


def test_three_kinds_at_once(root: Path) -> None:
    """A file that is no UTF-8, one that is no YAML and one with an unknown key are all told of, sorted by file."""
    content = root / "content"
    (content / "en" / "service.yaml").write_bytes(b"service.bup:\n  title: Caf\xe9\n")
    (content / "nb" / "crisis.yaml").write_text("crisis.suicide:\n\ttitle: Hei\n", "utf-8")
    put(root, "nb/start.yaml", "  label: Fare nå", "  lable: Fare nå")

    _, faults = load(root)

    assert [f.file for f in faults] == ["content/en/service.yaml", "content/nb/crisis.yaml", "content/nb/start.yaml"]
    assert [fault.line for fault in faults] == [1, 2, 9]


def test_no_catalogue(root: Path) -> None:
    """Without the bot's own words there is no catalogue, and the faults say why."""
    (root / "content" / "en" / "ui.yaml").unlink()

    catalogue, faults = load(root)

    assert catalogue is None
    assert {"content/en/ui.yaml"} == {fault.file for fault in faults}


def test_no_content(tmp_path: Path) -> None:
    """An empty folder is told of as missing files, one by one."""
    catalogue, faults = load(tmp_path)

    assert catalogue is None
    assert {
        f"content/{folder}/{name}.yaml" for folder in ("nb", "en") for name in ("ui", "glossary", "doors", "patterns")
    } < {fault.file for fault in faults}


# --- the real content -------------------------------------------------------------------------------------------------


def test_real_content() -> None:
    """The content that ships has no fault on the day it was checked."""
    catalogue, faults = check(FLOWS, TODAY)

    assert not [str(fault) for fault in faults if not fault.warning]
    assert catalogue is not None


def test_content_error(tmp_path: Path) -> None:
    """The bot does not start on a fault: ContentError names every one, of whatever kind, and asks for exit code 1."""
    shutil.copytree(ROOT / "content", tmp_path / "content")
    broken = tmp_path / "content" / "nb" / "broken.yaml"
    broken.write_text(
        "nowhere:\n  title: Ring 99 99 99 99 nå\n  colour: red\nnobody:\n  title: Ring 99 99 99 99 nå!\n", "utf-8"
    )

    with pytest.raises(ContentError) as raised:
        load_content(tmp_path, TODAY)

    told = [str(fault) for fault in raised.value.faults if fault.file == "content/nb/broken.yaml"]
    assert raised.value.exit_code == 1
    assert [int(line.split(":")[1]) for line in told] == [3, 4, 5, 5, 5]
    assert set(told) <= set(str(raised.value).splitlines())


def test_stale_facts_stop_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Facts that are too old alone are told of in one log line, and the bot starts: an old number beats no answer."""
    with caplog.at_level(logging.WARNING):
        catalogue = load_content(ROOT, YEARS_LATER)

    assert catalogue.facts.services
    assert len(caplog.records) == 1
    assert "python -m bot check" in caplog.text


def test_stale_facts_fail_the_check(root: Path) -> None:
    """What the bot starts with, `check` still calls a fault, and no mere warning."""
    _, faults = check(flows(), YEARS_LATER, root)

    wrong = [fault for fault in faults if not fault.warning]
    assert wrong
    assert all(fault.stale for fault in wrong)
