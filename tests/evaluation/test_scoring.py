"""`eval` counts as the rules of the sets say; the figures here were counted by hand."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.application import Application
from bot.evaluation.page import page
from bot.evaluation.scoring import Judged, Labelled, MessagesError, Share, figures, judge, read_messages, report

MESSAGES = Path(__file__).parents[1] / "messages.yaml"
NAMES = [
    "top-1",
    "top-3",
    "answered directly",
    "of those right",
    "out of scope, not answered",
    "danger found",
    "danger falsely raised",
    "language",
]


def result(
    meant: str, decision: str, taken: str = "", *, crisis: str | None = None, lang: str = "nb", language: str = "nb"
) -> Judged:
    """A message that meant some topics (best first, blanks between), and what it was taken for."""
    message = Labelled(id="m", text="x", lang=lang, topic=meant.split(), crisis=crisis)
    return Judged(message, decision, tuple(taken.split()), language)


RESULTS = [
    # right at once; right as the second meaning; right in third place; asked, and right; not understood
    result("worry.bullying", "answer", "worry.bullying worry.other"),
    result("worry.bullying worry.wellbeing", "answer", "worry.wellbeing"),
    result("worry.crime", "answer", "worry.substance none worry.crime"),
    result("worry.family", "ask", "worry.family worry.abuse", lang="en", language="en"),
    result("contact.who", "unknown", ""),
    # in fourth place, which is no place; taken for a danger, which it was not
    result("service.ppt", "ask", "service.bup worry.learning worry.other service.ppt"),
    result("worry.abuse", "crisis", "crisis.abuse worry.abuse", lang="nn"),
    # about nothing we know: held back, asked about, answered, taken for a danger
    result("none", "unknown", "none meta.bot", lang="other", language="en"),
    result("none", "ask", "worry.other none", lang="en", language="nb"),
    result("none", "answer", "meta.bot none"),
    result("none", "crisis", "crisis.medical none"),
    # a danger: found, found as another, and missed though its topic was ranked first
    result("crisis.suicide", "crisis", "crisis.suicide", crisis="crisis.suicide"),
    result("crisis.abuse", "crisis", "crisis.violence", crisis="crisis.abuse"),
    result("crisis.missing", "answer", "crisis.missing", crisis="crisis.missing"),
]


@pytest.mark.parametrize(
    ("name", "share"),
    [
        # first place: bullying, wellbeing, family, the first none, two dangers
        ("top-1", Share(6, 14)),
        # and crime, abuse, the other three none
        ("top-3", Share(11, 14)),
        # bullying, wellbeing, crime of the seven about something that we know
        ("answered directly", Share(3, 7)),
        ("of those right", Share(2, 3)),
        ("out of scope, not answered", Share(2, 4)),
        ("danger found", Share(2, 3)),
        # abuse and the last none of the eleven without danger
        ("danger falsely raised", Share(2, 11)),
        # all but «other» are told; the English message taken for Norwegian is the only mistake
        ("language", Share(12, 13)),
    ],
)
def test_figures(name: str, share: Share) -> None:
    """Each figure is the share that the rules of the sets ask for."""
    assert share == figures(RESULTS)[name]


def test_no_messages() -> None:
    """An empty set has all figures, each saying that there was nothing to count."""
    empty = figures([])

    assert list(empty) == NAMES
    assert {"none"} == {str(share) for share in empty.values()}


@pytest.mark.parametrize(
    ("share", "shown"),
    [(Share(1, 3), "33.3%"), (Share(0, 7), "0.0%"), (Share(7, 7), "100.0%"), (Share(2, 3), "66.7%")],
)
def test_share(share: Share, shown: str) -> None:
    """A share shows its percentage to one place, and both counts beside it."""
    text = str(share)

    assert text.replace(" ", "").startswith(shown)
    assert f"({share.part} of {share.whole})" in text


def test_perfect() -> None:
    """A set that is understood throughout has full marks, and no false alarm."""
    perfect = figures([result("worry.crime", "answer", "worry.crime"), result("none", "unknown", "none")])

    assert [Share(2, 2), Share(2, 2), Share(1, 1), Share(1, 1), Share(1, 1), Share(0, 0), Share(0, 2), Share(2, 2)] == [
        perfect[name] for name in NAMES
    ]


# --- files ------------------------------------------------------------------------------------------------------------


def test_read() -> None:
    """A file of messages is read whole, in order; keys that are not needed are passed over."""
    messages = read_messages(MESSAGES)

    assert [f"m-{number:02}" for number in range(1, 13)] == [message.id for message in messages]
    assert {"nb", "nn", "en", "other"} == {message.lang for message in messages}
    assert {None, "crisis.suicide", "crisis.violence"} == {message.crisis for message in messages}


@pytest.mark.parametrize(
    ("written", "named"),
    [
        (b"- {id: a, text: hei}\n", "message 1"),
        (b"- {id: a, text: hei, topic: [none]}\n- {id: b, text: 7, topic: [none]}\n", "message 2"),
        (b"- {id: a, text: hei, topic: 7}\n", "topic"),
        (b"- {id: a, text: hei, topic: []}\n", "topic"),
        (b"- hei\n", "message 1"),
        (b"id: a\n", "list"),
        (b"", "list"),
        (b"- {id: a\n", "YAML"),
        (b"- {id: a, text: hei, topic: [none], asked: 2026-13-45}\n", ""),
        (b"- {id: a, text: Caf\xe9, topic: [none]}\n", "YAML"),
    ],
    ids=["no topic", "text", "topic", "topics", "item", "mapping", "empty", "YAML", "date", "UTF-8"],
)
def test_wrong_file(written: bytes, named: str, tmp_path: Path) -> None:
    """A file that is no list of messages is refused in one line, which names the file and the message."""
    path = tmp_path / "wrong.yaml"
    path.write_bytes(written)

    with pytest.raises(MessagesError) as raised:
        read_messages(path)

    told = str(raised.value)
    assert told.startswith(str(path))
    assert named in told
    assert "\n" not in told


def test_one_topic(tmp_path: Path) -> None:
    """A single topic may stand alone, and a danger that is the topic is the message's danger."""
    path = tmp_path / "alone.yaml"
    path.write_text(
        "- {id: a, text: hei, topic: worry.crime}\n- {id: b, text: hei, topic: crisis.abuse}\n"
        "- {id: c, text: hei, topic: [worry.abuse, crisis.abuse]}\n",
        "utf-8",
    )

    messages = read_messages(path)

    assert [m.topic for m in messages] == [["worry.crime"], ["crisis.abuse"], ["worry.abuse", "crisis.abuse"]]
    assert [message.crisis for message in messages] == [None, "crisis.abuse", None]


def test_judged_alone(application: Application) -> None:
    """Each message is judged alone: the same whatever stands before it."""
    messages = read_messages(MESSAGES)

    forwards = judge(application.listener, messages)
    backwards = judge(application.listener, messages[::-1])

    assert forwards == backwards[::-1]


def test_report() -> None:
    """The report has a part for each set, with every figure, and the confusions with the most frequent first."""
    again = [
        result("worry.crime", "unknown"),
        result("worry.crime", "answer", "none"),
        result("worry.crime", "unknown"),
    ]

    first, second = report({"dev.yaml": RESULTS, "mine.yaml": again}).split("\n\n")

    assert [part.splitlines()[0] for part in (first, second)] == ["dev.yaml: 14 messages", "mine.yaml: 3 messages"]
    for part, results in ((first, RESULTS), (second, again)):
        shown = {line[2:30].strip(): line[31:] for line in part.splitlines()[1:9]}
        assert {name: str(share) for name, share in figures(results).items()} == shown
    assert [line.strip() for line in second.splitlines()[10:]] == [
        "2  worry.crime taken for nothing",
        "1  worry.crime taken for none",
    ]


def test_report_keeps_to_ten() -> None:
    """Of many confusions only the ten most frequent are told."""
    many = [result(f"worry.number_{i}", "answer", "none") for i in range(12)]

    assert len(report({"many.yaml": many}).splitlines()) == 1 + len(NAMES) + 1 + 10


# --- the page ---------------------------------------------------------------------------------------------------------


class Tags(HTMLParser):
    """Notes what a page holds; tags that do not match fail."""

    def __init__(self) -> None:
        """Nothing read yet."""
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag."""
        self.seen.append(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that was opened last."""
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        """Note the words."""
        self.words.append(data.strip())


def read_page(html: str) -> Tags:
    """A page taken apart."""
    tags = Tags()
    tags.feed(html)
    tags.close()
    return tags


def test_page() -> None:
    """The page is sound HTML with a part for each set, and holds every figure of the report."""
    tags = read_page(page({"dev.yaml": RESULTS, "empty.yaml": []}, lambda text: "because"))

    assert not tags.open
    assert tags.seen.count("h1") == 2
    assert {str(share).strip() for share in figures(RESULTS).values()} <= set(tags.words)


def test_page_is_safe() -> None:
    """What a message or a reason says is shown as it is, and never becomes a tag."""
    spoilt = [Judged(Labelled(id="<b>", text="<script>x</script>", topic=["worry.crime"]), "answer", ("none",), "nb")]

    tags = read_page(page({"<i>": spoilt}, lambda text: f"<u>{text}</u>"))

    assert not {"b", "script", "i", "u"} & set(tags.seen)
    assert {"<script>x</script>", "<u><script>x</script></u>", "<i>"} <= set(tags.words)


def test_worst_misses() -> None:
    """The misses that the bot was surest of come first, with the reasons asked for each; what was right is left out."""
    asked: list[str] = []

    def why(text: str) -> str:
        asked.append(text)
        return ""

    def sure(score: float, taken: str) -> Judged:
        message = Labelled(id="m", text=f"{taken} {score}", topic=["worry.crime"])
        return Judged(message, "answer", (taken,), "nb", score)

    page({"x": [sure(0.2, "none"), sure(0.9, "none"), sure(0.95, "worry.crime"), sure(1.0, "worry.other")]}, why)

    assert asked == ["worry.other 1.0", "none 0.9", "none 0.2"]
