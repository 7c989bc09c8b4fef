"""Buttons and links as short ASCII: complete in themselves, read back as they were made, and refused when not ours."""

from __future__ import annotations

from typing import get_args

import pytest

from bot.dialogs.flows import FLOWS
from bot.dialogs.topics import TOPICS
from bot.model import LANGUAGES, LEVELS, NONE, Language, Level, Press, Started, Verb
from bot.render.codec import LIMIT, VERSION, decode, encode, payload


@pytest.mark.parametrize(
    ("press", "data"),
    [
        (Press("choose", "worry.bullying", "pupils", "primary", "nb"), "1c|worry.bullying|pupils|pn"),
        (Press("choose", "start", "upper", "upper", "en"), "1c|start|upper|ue"),
        (Press("goto", "meta.privacy"), "1g|meta.privacy||xx"),
        (Press("back", "worries", "", "upper", None), "1b|worries||ux"),
        (Press("language", "start", "en", None, "nb"), "1l|start|en|xn"),
        (Press("level", "worries", "primary"), "1v|worries|primary|xx"),
        (Press("options", "danger"), "1o|danger||xx"),
        (Press("school", "start", "g4a1x2", "upper", "en"), "1s|start|g4a1x2|ue"),
        (
            Press("district", "service.bup", "gamle-oslo", "primary", "nb", "g4a1x2"),
            "1d|service.bup|gamle-oslo|png4a1x2",
        ),
        (Press("resume", "service.bup", "", "primary", "en"), "1r|service.bup||pe"),
    ],
)
def test_buttons_in_the_world_keep_their_meaning(press: Press, data: str) -> None:
    """Buttons that were sent months ago are written so; the way they are written may grow but not change."""
    assert (data, press) == (encode(press), decode(data))


@pytest.mark.parametrize("language", [*LANGUAGES, None])
@pytest.mark.parametrize("level", [*LEVELS, None])
@pytest.mark.parametrize("verb", get_args(Verb))
def test_every_button_there_can_be_fits_and_comes_back(
    verb: Verb, level: Level | None, language: Language | None
) -> None:
    """Every choice of every screen, with any verb, takes at most 64 bytes and is read back unchanged."""
    wrong = []
    for node in FLOWS.nodes.values():
        for choice in ["", *LANGUAGES, *LEVELS, *(choice.id for choice in node.choices)]:
            press = Press(verb, node.id, choice, level, language, "g4a1x2")
            data = encode(press)
            if len(data.encode("ascii")) > LIMIT or decode(data) != press:
                wrong.append(data)

    assert not wrong


def test_a_button_of_a_later_version_with_more_in_it_is_still_read() -> None:
    """What is added at the end after a capital letter does not stop an older bot from reading the button."""
    press = decode("1c|worry.bullying|pupils|png4a1x2Zmore1")

    assert Press("choose", "worry.bullying", "pupils", "primary", "nb", "g4a1x2") == press


@pytest.mark.parametrize(
    "data",
    [
        "",
        "1",
        "c|start|worried|pn",
        "2c|start|worried|pn",
        "1z|start|worried|pn",
        "1C|start|worried|pn",
        "1c|start|worried",
        "1c|start|worried|p",
        "1c|start|worried|nn",
        "1c|start|worried|px|",
        "1c||worried|pn",
        "1c|Start|worried|pn",
        "1c|start|worried or not|pn",
        "1c|start|worried|pn ",
        "1c|start|worried|pn\n",
        " 1c|start|worried|pn",
        "1c|st\u0430rt|worried|pn",
        "1c|start|<b>|pn",
        "1c|start|../../etc|pn",
        f"1c|{'a' * 65}|worried|pn",
        f"1c|start|{'a' * 65}|pn",
        "😀",
        "\x00",
        "{}",
        "x" * 4096,
    ],
)
def test_data_that_was_never_ours_is_refused(data: str) -> None:
    """Whatever is not written as our buttons are is no button."""
    assert decode(data) is None


@pytest.mark.parametrize(
    ("text", "started"),
    [
        ("1-x-nb-worry_bullying", Started("nb", "worry.bullying")),
        ("1-0127-en-x", Started("en", school="0127")),
        ("1-0127-x-service_bup", Started(None, "service.bup", "0127")),
        ("1-x-x-x", Started()),
        ("1-nordre-aker-skole-en-worry_absence", Started("en", "worry.absence", "nordre-aker-skole")),
        ("1-x-nb-worry_mental_health", Started("nb", "worry.mental_health")),
        ("1-x-fr-worry_bullying", Started(None, "worry.bullying")),
        ("1-x-nb-gone", Started("nb")),
        ("1-x-nb", Started("nb")),
        ("1-x", Started()),
        ("1", Started()),
        ("1---", Started()),
        ("2-x-nb-worry_bullying", Started()),
        ("x-x-nb-worry_bullying", Started()),
        ("", Started()),
        ("1-x-nb-worry.bullying", Started()),
        ("1-x-nb-worry_bullying ", Started()),
        ("1-x-nb-worry_bullying\n", Started()),
        ("1-æ-nb-worry_bullying", Started()),
        ("1-" + "x" * 60 + "-nb-worry_bullying", Started()),
    ],
)
def test_a_link_is_read_part_by_part(text: str, started: Started) -> None:
    """Each part that is known counts, each that is not is passed over, and what is no link of ours just starts."""
    assert started == payload(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_can_name_every_topic(language: Language) -> None:
    """A poster can lead to any topic, with room for a school's id."""
    wrong = []
    for topic in TOPICS:
        text = f"{VERSION}-school-of-some-length-{language}-{topic.replace('.', '_')}"
        if topic != NONE and (payload(text) != Started(language, topic, "school-of-some-length") or len(text) > LIMIT):
            wrong.append(text)

    assert not wrong
