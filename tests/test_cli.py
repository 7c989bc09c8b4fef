"""The command line as users meet it: real processes, their exit codes, what goes to stdout and what to stderr."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.application import Application
from bot.content.load import ROOT
from bot.dialogs.flow import End
from bot.dialogs.flows import FLOWS
from bot.dialogs.topics import TOPICS
from bot.evaluation.asking import ask_lines
from bot.evaluation.drawing import mermaid
from bot.model import LANGUAGES, LEVELS, Language, Level, Screen, State
from bot.settings import Settings

MESSAGES = ROOT / "tests" / "messages.yaml"
FAULT = "content/nb/start.yaml:"
PLAIN = (
    ("nb-1", "Sønnen min på 14 vil ikke gå på skolen, han blir liggende i senga"),
    ("nb-2", "Eg er uroleg for at ho vert mobba på skulen"),
    (3, "Who is the school nurse?"),
    ("ære", "Ææå øØ — «sitat» … ½ ﬁ"),
)
"""Messages that mean something, with ids of both kinds."""
ODD = {
    "empty": "",
    "blank": " \t\n ",
    "longest": ("Han vil ikke på skolen. " * 200)[:4096],
    "one word of 4,096": "å" * 4096,
    "control": "hei\x00\x01\x08\x1b[31m på\x7f deg\u0085",
    "zero width": "mo\u200bb\u200db\ufeffing\u2060",
    "right to left": "ابني لا يريد الذهاب إلى المدرسة \u202emobbing\u202c",
    "emoji": "😭😭🏫👨‍👩‍👧‍👦🇳🇴",
    "marks": "?!... «» -- %s {0} \\n",
    "combining": "mo\u0301b\u0308bi\u0302ng" + "\u0301" * 300,
    "lone surrogate": "mobbing \ud83d på skolen",
    "many lines": "hei\r\nhei\u2028hei\u2029hei",
}
"""What nobody means to write, and somebody does."""
BAD = ("not json", "[]", '"text"', "null", '{"id": "no text"}', '{"id": "n", "text": 7}', '{"id": "x", "text": null}')


@dataclass(frozen=True, slots=True)
class Call:
    """A call of `python -m bot`: what is typed, what is piped in, the settings, and the folder it is in."""

    args: tuple[str, ...]
    piped: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    folder: Path = ROOT


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a call."""

    code: int
    out: str
    err: str


def run(call: Call) -> Ran:
    """Make the call, without a token even where this computer has one, and with a desktop's encoding."""
    ours = {name.upper() for name in Settings.model_fields}
    kept = {name: value for name, value in os.environ.items() if name not in ours | {"PYTHONPATH", "FORCE_COLOR"}}
    environment = {**kept, "TELEGRAM_BOT_TOKEN": "", "PYTHONIOENCODING": "utf-8", **call.settings}
    done = subprocess.run(
        [sys.executable, "-m", "bot", *call.args],
        input=call.piped.encode("utf-8", "surrogateescape"),
        capture_output=True,
        cwd=call.folder,
        env=environment,
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def talk(language: Language, application: Application) -> list[str]:
    """What a parent types: labels and numbers, a command, something of their own, and nothing sensible."""
    ui = application.catalogue.books[language].ui
    screen = application.renderer.message(Screen("start"), State(language=language))
    worried = next(button.label for button in screen.buttons if button.press.choice == "worried")
    return [worried, ui.buttons["level_primary"], "2", "1", "/privacy", ui.buttons["back"], "BUP?", "", "qwrt zzz"]


@pytest.fixture(scope="module")
def ran(application: Application, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    """All calls, made side by side: each starts Python and reads the whole content, which takes a second or two."""
    folder = tmp_path_factory.mktemp("cli")
    broken = _broken_copy(folder / "broken")
    (folder / "wrong.yaml").write_text("- {id: a, text: hei}\n", "utf-8")
    few = folder / MESSAGES.name
    few.write_text("- {id: a, text: hei, topic: [meta.greeting]}\n", "utf-8")
    lines = [json.dumps({"id": name, "text": text}) for name, text in (*PLAIN, *ODD.items(), *PLAIN)]
    mixed = [*lines[:2], *BAD, "", *lines[2:]]
    nb, en = ("\n".join(talk(language, application)) + "\n" for language in LANGUAGES)
    calls = {
        "check": Call(("check",)),
        "check broken": Call(("check",), folder=broken),
        "run broken": Call(("run",), folder=broken),
        "ask": Call(("ask", PLAIN[0][1])),
        "ask json": Call(("ask", "--json"), "\n".join(mixed) + "\n"),
        "ask nothing": Call(("ask",)),
        "eval": Call(("eval", str(few), str(MESSAGES), "--html", str(folder / "page.html"))),
        "eval wrong": Call(("eval", str(folder / "wrong.yaml"))),
        "flows": Call(("flows",)),
        "chat": Call(("chat",), nb),
        "chat en": Call(("chat", "--lang", "en"), en),
        "run": Call(("run",), nb),
        "unknown option": Call(("run", "--nope")),
        "garbage token": Call(("run",), settings={"TELEGRAM_BOT_TOKEN": "garbage"}),
        "days": Call(("run",), settings={"RETENTION_DAYS": "abc"}),
    }
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = dict(zip(calls, pool.map(run, calls.values()), strict=True))
    found["page"] = Ran(0, (folder / "page.html").read_text("utf-8"), "")
    return found


def _broken_copy(folder: Path) -> Path:
    """The program in a folder of its own, with a fault in its content."""
    for name in ("bot", "content"):
        shutil.copytree(ROOT / name, folder / name)
    path = folder / "content" / "nb" / "start.yaml"
    path.write_text(path.read_text("utf-8") + "\nnowhere:\n  title: Ring 99 99 99 99\n", "utf-8")
    return folder


# --- check, run -------------------------------------------------------------------------------------------------------


def test_check(ran: dict[str, Ran]) -> None:
    """`check` finds nothing wrong with the content as it stands: exit 0, and the count on stderr."""
    check = ran["check"]

    assert (check.code, check.out) == (0, ""), check.err
    assert check.err.splitlines()[-1].startswith("0 faults")


def test_check_broken(ran: dict[str, Ran]) -> None:
    """`check` on broken content names each fault with file and line on stderr, counts them, and exits with 1."""
    check = ran["check broken"]

    *lines, count = check.err.splitlines()
    faults = [line for line in lines if ": warning: " not in line]
    assert (check.code, check.out) == (1, "")
    assert any(fault.startswith(FAULT) for fault in faults)
    assert count.startswith(f"{len(faults)} faults")


def test_no_start_on_a_fault(ran: dict[str, Ran]) -> None:
    """The bot does not start on broken content: the faults on stderr, no conversation, exit 1."""
    refused = ran["run broken"]

    assert (refused.code, refused.out) == (1, "")
    assert FAULT in refused.err
    assert "Traceback" not in refused.err


def test_run_without_a_token(ran: dict[str, Ran]) -> None:
    """`run` without a token says in one line on stderr that it goes on in the terminal, and starts the same talk."""
    started = ran["run"]

    assert started.code == 0
    assert len(started.err.splitlines()) == 1
    assert "TELEGRAM_BOT_TOKEN" in started.err
    assert ran["chat"].out == started.out


@pytest.mark.parametrize(("name", "setting"), [("garbage token", "TELEGRAM_BOT_TOKEN"), ("days", "RETENTION_DAYS")])
def test_wrong_setting(name: str, setting: str, ran: dict[str, Ran]) -> None:
    """A wrong setting is one sentence that names it, on stderr, and exit 2."""
    refused = ran[name]

    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(setting)
    assert len(refused.err.splitlines()) == 1


@pytest.mark.parametrize("name", ["unknown option", "ask nothing"])
def test_wrong_call(name: str, ran: dict[str, Ran]) -> None:
    """A call that cannot be meant exits with 2 and says how to call, on stderr."""
    refused = ran[name]

    assert (refused.code, refused.out) == (2, "")
    assert "Usage: python -m bot" in refused.err
    assert "Traceback" not in refused.err


# --- ask --------------------------------------------------------------------------------------------------------------


def test_ask(ran: dict[str, Ran]) -> None:
    """`ask` shows the decision, the language, the topics with their scores, and the words that decided."""
    asked = ran["ask"]

    lines = [line.split() for line in asked.out.splitlines()]
    shown = {words[0]: words[1:] for words in lines}
    assert (asked.code, asked.err) == (0, "")
    assert {"decision", "language", "topics", "words"} <= shown.keys()
    assert shown["decision"][0] in ("answer", "ask", "unknown", "crisis", "doubt")
    assert shown["topics"][1] in TOPICS


def test_ask_json(ran: dict[str, Ran]) -> None:
    """`ask --json` answers every message in the order given, whatever its text: a decision, and never an error."""
    answers = [json.loads(line) for line in ran["ask json"].out.splitlines()]

    assert [name for name, _ in (*PLAIN, *ODD.items(), *PLAIN)] == [answer["id"] for answer in answers]
    for answer in answers:
        assert {"id", "decision", "topics", "language"} == answer.keys()
        assert answer["decision"] in ("crisis", "answer", "ask", "unknown")
        assert answer["language"] in LANGUAGES
        assert len(answer["topics"]) <= 5
        assert set(answer["topics"]) <= set(TOPICS)


def test_ask_json_alone(ran: dict[str, Ran]) -> None:
    """Each message is judged alone: asked again after all the others, it gets the same answer."""
    answers = ran["ask json"].out.splitlines()

    assert answers[: len(PLAIN)] == answers[-len(PLAIN) :]


def test_ask_json_reads_through(ran: dict[str, Ran]) -> None:
    """Unicode goes in escaped and comes out as it is."""
    assert '"id": "ære"' in ran["ask json"].out


def test_ask_json_bad_lines(ran: dict[str, Ran]) -> None:
    """Lines that are no such object are named by number on stderr, and the exit code is 1; blank lines are let be."""
    asked = ran["ask json"]

    named = [int(number) for number in re.findall(r"(?m)^Line (\d+) ", asked.err)]
    assert asked.code == 1
    assert list(range(3, 3 + len(BAD))) == named
    assert len(BAD) == len(asked.err.splitlines())


def test_ask_json_well(application: Application) -> None:
    """Without a bad line the exit code is 0, also when there is no line at all."""
    out = io.StringIO()

    codes = [ask_lines(application.listener, lines, out) for lines in ([], ["\n"], ['{"id": 1, "text": "hei"}\n'])]

    assert codes == [0, 0, 0]
    assert len(out.getvalue().splitlines()) == 1


@pytest.mark.parametrize(
    "bad",
    [b'{"id": 2, "text": "Caf\xe9"}', b"[" * 100_000, b'{"id": 2, "text": ' + b"1" * 5000 + b"}", b"\xff\xfe"],
    ids=["another encoding", "too deep", "too large", "no text at all"],
)
def test_ask_json_hostile_lines(bad: bytes, application: Application, capsys: pytest.CaptureFixture[str]) -> None:
    """A line that cannot even be read as text or JSON is named, and the lines around it are still answered."""
    good = b'{"id": 1, "text": "hei"}'
    lines = io.TextIOWrapper(io.BytesIO(b"\n".join((good, bad, good))), "utf-8")
    out = io.StringIO()

    code = ask_lines(application.listener, lines, out)

    assert code == 1
    assert len(out.getvalue().splitlines()) == 2
    assert capsys.readouterr().err.startswith("Line 2 ")


def test_ask_json_odd_id(application: Application) -> None:
    """An id comes back as it was, even half a character, as UTF-8 that any program can read."""
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, "utf-8")
    lines = ['{"id": "\\ud83d", "text": "hei"}\n']

    code = ask_lines(application.listener, lines, out)

    out.flush()
    assert code == 0
    assert json.loads(raw.getvalue().decode("utf-8"))["id"] == "\ud83d"


# --- eval -------------------------------------------------------------------------------------------------------------


def test_eval(ran: dict[str, Ran]) -> None:
    """`eval` counts every message of a file and shows the figures on stdout."""
    measured = ran["eval"]

    assert (measured.code, measured.err) == (0, "")
    assert f"{MESSAGES.name}: 12 messages" in measured.out
    for figure in ("top-1", "top-3", "answered directly", "danger found", "danger falsely raised", "language"):
        assert re.search(rf"(?m)^  {figure} .*(?:\(\d+ of \d+\)|none)$", measured.out)


def test_eval_files_of_one_name(ran: dict[str, Ran]) -> None:
    """Two files of the same name in different folders are both measured."""
    assert [int(count) for count in re.findall(r"(?m): (\d+) messages$", ran["eval"].out)] == [1, 12]


def test_eval_page(ran: dict[str, Ran]) -> None:
    """`eval --html` writes the figures as a page too."""
    assert ran["page"].out.startswith("<!doctype html>")
    assert MESSAGES.name in ran["page"].out


def test_eval_wrong_file(ran: dict[str, Ran]) -> None:
    """A file that is no list of messages is one sentence on stderr, naming file and message, and exit 1."""
    refused = ran["eval wrong"]

    assert (refused.code, refused.out) == (1, "")
    assert len(refused.err.splitlines()) == 1
    assert "wrong.yaml, message 1" in refused.err


# --- flows ------------------------------------------------------------------------------------------------------------


def test_flows(ran: dict[str, Ran], application: Application) -> None:
    """`flows` prints the chart of grunnskole in Norwegian on stdout, unless asked for another."""
    drawn = ran["flows"]

    assert (drawn.code, drawn.err) == (0, "")
    assert mermaid(FLOWS, application.catalogue, "primary", "nb") == drawn.out.rstrip("\n")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_chart(level: Level, language: Language, application: Application) -> None:
    """The chart is sound Mermaid: each arrow has an answer on it and leads between boxes, and every end is drawn."""
    head, *lines = mermaid(FLOWS, application.catalogue, level, language).splitlines()

    boxes = [m[1] for line in lines if (m := re.fullmatch(r'  (\w+)(?:\{\{|\(\[|\[)"[^"]+"(?:\}\}|\]\)|\])', line))]
    arrows = [m for line in lines if (m := re.fullmatch(r'  (\w+) -->\|"([^"]+)"\| (\w+)', line))]
    ends = {node.id.replace(".", "_") + "_" for node in FLOWS.nodes.values() if isinstance(node, End)}
    here = {
        node.id.replace(".", "_") + "_"
        for node in FLOWS.nodes.values()
        if isinstance(node, End) and level in node.levels
    }
    assert head == "flowchart LR"
    assert len(boxes) + len(arrows) == len(lines)
    assert len(set(boxes)) == len(boxes)
    assert {arrow[1] for arrow in arrows} | {arrow[3] for arrow in arrows} <= set(boxes)
    assert here == ends & set(boxes)


# --- chat -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "language"), [("chat", "nb"), ("chat en", "en")])
def test_chat(name: str, language: Language, ran: dict[str, Ran], application: Application) -> None:
    """Lines piped into `chat` give a transcript in the language asked for: each line, and the screen that answers."""
    talked, lines = ran[name], talk(language, application)

    turns = re.split(r"(?m)^> ", talked.out)
    assert (talked.code, talked.err) == (0, "")
    assert lines == [turn.split("\n")[0] for turn in turns[1:]]
    for turn, node in ((turns[0], "start"), (turns[2], "worries"), (turns[5], "meta.privacy")):
        message = application.renderer.message(Screen(node), State(language=language, level="primary"))
        assert message.blocks[0].text in turn


@pytest.mark.parametrize(("name", "language"), [("chat", "nb"), ("chat en", "en")])
def test_chat_numbers_its_buttons(name: str, language: Language, ran: dict[str, Ran], application: Application) -> None:
    """The buttons of a screen stand below it, numbered from one, so that a number answers."""
    first = re.split(r"(?m)^> ", ran[name].out)[0]

    shown = application.renderer.message(Screen("start"), State(language=language))
    assert [f"{number}. {button.label}" for number, button in enumerate(shown.buttons, 1)] == re.findall(
        r"(?m)^  (\d+\. .+)$", first
    )


def test_chat_is_plain(ran: dict[str, Ran]) -> None:
    """A transcript has no colours and no other control characters, so that it can be compared."""
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", ran["chat"].out + ran["chat en"].out)


def test_chat_repeats(ran: dict[str, Ran]) -> None:
    """The same lines give the same transcript, word for word, and another in the other language."""
    assert ran["run"].out == ran["chat"].out
    assert ran["chat en"].out != ran["chat"].out
