"""What stands on a sheet: the link, both languages, the numbers; and what comes of a link that somebody changed."""

from __future__ import annotations

import random
import re
import string
from dataclasses import replace
from datetime import date

import pytest

from bot.application import Application
from bot.content.catalogue import Catalogue
from bot.model import LANGUAGES
from bot.posters.sheet import Sheet, Target, payload, sheet
from bot.render.codec import LIMIT
from bot.render.codec import payload as read_payload
from bot.schools.register import Register
from bot.schools.school import code
from tests.posters.conftest import DAY, TELEGRAM

MARK = "zqj"
"""Letters that no id and no word of ours holds together, planted in payloads."""


def test_link_to_telegram(example: Sheet) -> None:
    """Without a web page the code opens the bot and names the school."""
    assert example.link == "https://t.me/OsloForeldreBot?start=1-abildso-x-x"


def test_link_to_the_web(catalogue: Catalogue, register: Register) -> None:
    """With a web page the code leads to the school's page there, and says so in the steps."""
    target = Target(None, "https://bekymret.example/oslo")

    made = sheet(catalogue, register.by_id["abildso"], target, DAY)

    assert made.link == "https://bekymret.example/oslo/s/abildso"
    assert [way.value for way in made.ways] == ["bekymret.example/oslo/s/abildso"]
    assert catalogue.books["en"].poster.opens_web in [step["en"] for step in made.steps]


def test_ways_without_scanning(example: Sheet, catalogue: Catalogue, register: Register) -> None:
    """The address and the bot's name stand in letters, the name beside a web page too when it is known."""
    both = sheet(catalogue, register.by_id["abildso"], Target("OsloForeldreBot", "http://web.example"), DAY)

    assert [way.value for way in example.ways] == ["t.me/OsloForeldreBot", "@OsloForeldreBot"]
    assert [way.value for way in both.ways] == ["http://web.example/s/abildso", "@OsloForeldreBot"]


def test_numbers_come_from_facts(example: Sheet, catalogue: Catalogue) -> None:
    """The line about danger holds the numbers of the facts, marked as numbers, in both languages."""
    facts = catalogue.facts
    known = [facts.contact("phone", name) for name in ("emergency.medical", "emergency.police")]

    for language in LANGUAGES:
        assert [run.text for run in example.danger[language] if run.strong] == [one.value for one in known if one]


def test_every_school_has_a_payload(register: Register) -> None:
    """The payload of every school fits, and leaves language and topic open."""
    for school in register.schools:
        text = payload(school.id)
        assert len(text) <= LIMIT
        assert re.fullmatch(r"[A-Za-z0-9_-]+", text)
        assert (read_payload(text).language, read_payload(text).topic) == (None, None)


def test_fingerprint(example: Sheet) -> None:
    """The fingerprint is that of the words: another day changes nothing, another word or link does."""
    later = replace(example, day=date(2027, 1, 1), made={"nb": "Laget i går", "en": "Made yesterday"})
    changed = (replace(example, school="Abildsø"), replace(example, link="https://t.me/x"), replace(example, ways=()))

    assert later.fingerprint == example.fingerprint
    assert len({example.fingerprint, *(one.fingerprint for one in changed)}) == 4


def _payloads(count: int) -> list[str]:
    """Payloads of all kinds: nearly right, of the right letters, of any letters, too long; the same ones each time."""
    chance = random.Random(4)
    right = string.ascii_letters + string.digits + "_-"
    any_letters = right + " \t\n\0<>&\"'/\\{}|%æøåابن😀\u202e\ud83d"
    parts = ["1", "2", "x", "nb", "en", "abildso", MARK, "worry_bullying", f"{MARK}_{MARK}", "_", "", "-", "none"]

    def one(kind: int) -> str:
        if kind < 2:
            return "-".join(chance.choice(parts) for _ in range(chance.randint(0, 7)))
        letters, longest = (right, 64) if kind == 2 else (any_letters, 90)
        text = "".join(chance.choice(letters) for _ in range(chance.randint(0, longest)))
        return chance.choice(("", "1-")) + text.replace("q", MARK)

    return [one(number % 4) for number in range(count)]


@pytest.mark.asyncio
async def test_payload_fuzz(application: Application) -> None:
    """Ten thousand payloads crash nothing, and nothing of what came in is said or kept: only what we have is."""
    conversation = application.conversation(None)
    schools = set()
    for number, text in enumerate(_payloads(10_000)):
        started = read_payload(text)
        assert started.language in (None, *LANGUAGES)
        turn = await conversation.turn(number, started, "nb")
        assert turn.replies
        assert turn.state is not None
        assert MARK not in repr(turn)
        schools.add(turn.state.school)

    assert schools == {None, code(application.register.by_id["abildso"])}
    await conversation.store.close()


@pytest.mark.parametrize("text", ["1-abildso-nb-worry_bullying", "1-sykehusskolen-i-oslo-nb-worry_bullying"])
def test_a_school_takes_nothing_from_the_rest(text: str) -> None:
    """A payload that names a school, with hyphens or not, still names language and topic."""
    started = read_payload(text)

    assert (started.language, started.topic) == ("nb", "worry.bullying")


def test_target_prefers_the_web() -> None:
    """With both known, the code leads to the web page."""
    assert Target("OsloForeldreBot", "https://web.example").link("a") == "https://web.example/s/a"
    assert TELEGRAM.link("a") == "https://t.me/OsloForeldreBot?start=1-a-x-x"
