"""Whether the training phrases teach enough, and that none of them is taken from the sets that measure us."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
import yaml
from rapidfuzz import fuzz, process

from bot.application import Application
from bot.checks import phrases
from bot.content.catalogue import Catalogue, Phrase
from bot.understanding.learnt import phrases_of
from bot.understanding.normalise import tokens

MEASURING = Path(__file__).resolve().parents[2].parent / "shared" / "questions"
LIKE, WORDS = 90, 4


def _with(catalogue: Catalogue, topic: str, *more: Phrase) -> Catalogue:
    """The catalogue with other Norwegian phrases for one topic."""
    book = catalogue.books["nb"]
    changed = replace(book, phrases=MappingProxyType({**book.phrases, topic: more}))
    return replace(catalogue, books=MappingProxyType({**catalogue.books, "nb": changed}))


def test_our_phrases_are_enough(application: Application) -> None:
    """Every topic has the phrases it should have, in each way of writing, and none is almost another."""
    assert [str(fault) for fault in phrases.check(application.catalogue)] == []


def test_thin_topics_are_told(application: Application) -> None:
    """A topic with too few phrases is named, for each way of writing that is lacking."""
    poor = _with(application.catalogue, "service.bup", Phrase("hva er bup", "plain", 3))

    told = [str(fault) for fault in phrases.check(poor)]

    assert [
        style for style in ("all", "dialect", "learner", "misspelt") if any(f"({style})" in one for one in told)
    ] == [
        "all",
        "dialect",
        "learner",
        "misspelt",
    ]
    assert all(one.startswith("content/nb/phrases/service.bup.yaml:1: warning: ") for one in told)


@pytest.mark.parametrize(("style", "told"), [("plain", 1), ("misspelt", 0)])
def test_phrases_that_add_nothing_are_told(application: Application, style: str, told: int) -> None:
    """Almost the same phrase twice is named with its line; a misspelt twin of a plain one is meant."""
    twins = Phrase("hvordan får vi time hos bup", "plain", 3), Phrase("Hvordan får vi time hos BUP?", style, 9)
    same = _with(application.catalogue, "service.bup", *twins)

    found = [fault for fault in phrases.check(same) if "almost" in fault.what]

    assert [fault.line for fault in found] == [9] * told


@pytest.mark.skipif(not MEASURING.is_dir(), reason="the sets that measure us are not beside the project")
@pytest.mark.parametrize("name", ["dev.yaml", "real.yaml"])
def test_no_phrase_is_taken_from_a_measuring_set(application: Application, name: str) -> None:
    """No phrase of more than four words is closer than 90 to a message of more than four words that measures us."""
    ours = [text for _, text in phrases_of(application.catalogue)]
    ours = [spelt for text in ours if len((spelt := " ".join(tokens(text))).split()) > WORDS]
    lines = yaml.safe_load((MEASURING / name).read_text("utf-8"))
    theirs = [spelt for one in lines if len((spelt := " ".join(tokens(one["text"]))).split()) > WORDS]

    close = process.cdist(ours, theirs, scorer=fuzz.token_set_ratio, score_cutoff=LIKE, workers=2)

    assert [ours[i] for i in range(len(ours)) if close[i].any()] == []
