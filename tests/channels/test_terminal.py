"""The conversation at a terminal and through a pipe, in real processes, from the first screen to a named door."""

from __future__ import annotations

import asyncio
import io
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count, pairwise

import pytest

from bot.application import Application
from bot.channels.terminal import chat
from bot.content.load import ROOT
from bot.conversation import Text
from bot.dialogs.flow import End
from bot.dialogs.respond import COMMANDS
from bot.errors import ChannelError
from bot.model import LANGUAGES, Event, Language, Level, NodeId, Screen, Started, State
from bot.render.message import Message
from bot.settings import Settings

LEVEL: Level = "primary"
TOPIC: NodeId = "worry.bullying"
WAYS = ("numbers", "labels", "sentence")
"""How a parent types: what stands before the buttons, what stands on them, or one sentence and then numbers."""
NOT_UTF8 = b"\xff\xfe hei\n"
PATIENCE = 60.0
"""Seconds after which a process that says nothing is given up."""

both_languages = pytest.mark.parametrize("language", LANGUAGES)


@dataclass(frozen=True, slots=True)
class Script:
    """What a parent types, line by line; for each way of typing, after which line the door is to be named."""

    lines: tuple[str, ...]
    doors: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a process."""

    code: int
    out: str
    err: str

    @property
    def turns(self) -> list[str]:
        """The first screen, then what each line was answered, the line itself first."""
        return re.split(r"(?m)^> ", self.out)


def end(application: Application) -> End:
    """An end of the flow that the scripts walk."""
    return next(
        node
        for node in application.flows.nodes.values()
        if isinstance(node, End) and node.id.startswith(f"{TOPIC}.") and (node.id, LEVEL) in application.flows.paths
    )


async def write(application: Application, language: Language) -> Script:
    """The way to the same end three times over, typed differently, found by looking at the screens as they come."""
    conversation = application.conversation(None)
    target = end(application)
    steps = dict(application.flows.paths[target.id, LEVEL])
    lines: list[str] = []
    doors = {}

    async def answer(event: Event | Text) -> Message:
        turn = await conversation.turn(0, event, language)
        await conversation.keep(0, turn)
        return turn.replies[-1].message

    for way in WAYS:
        if lines:
            lines.append("/start")
        message = await answer(Started(language=language))
        if way == "sentence":
            lines.append(sentence(application, language))
            message = await answer(Text(lines[-1]))
        while not any(button.press.choice == "tried" for button in message.buttons):
            number, button = next(
                (number, button)
                for number, button in enumerate(message.buttons, 1)
                if (button.press.verb, button.press.choice) == ("level", LEVEL)
                or (button.press.verb == "choose" and steps.get(button.press.node) == button.press.choice)
            )
            lines.append(button.label if way == "labels" else str(number))
            message = await answer(Text(lines[-1]))
        doors[way] = len(lines)
    await conversation.store.close()
    return Script(tuple(lines), doors)


def sentence(application: Application, language: Language) -> str:
    """A sentence about the topic that is answered without asking back."""
    for phrase in application.catalogue.books[language].phrases[TOPIC]:
        heard = application.listener.hear(phrase.text, (), language)
        if heard.decision == "answer" and heard.topics[0].topic == TOPIC and heard.language == language:
            return phrase.text
    raise AssertionError(f"no phrase about {TOPIC} is understood")


def environment(**more: str) -> dict[str, str]:
    """The environment without settings of ours and without anybody's taste in colours, then `more`."""
    ours = {name.upper() for name in Settings.model_fields}
    ours |= {"PYTHONPATH", "PYTHONIOENCODING", "PYTHONUTF8", "NO_COLOR", "FORCE_COLOR", "LANG", "LC_ALL", "LC_CTYPE"}
    return {name: value for name, value in os.environ.items() if name not in ours} | {"TELEGRAM_BOT_TOKEN": ""} | more


def pipe(language: Language, typed: bytes, env: dict[str, str]) -> Ran:
    """Pipe lines into `chat`."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "chat", "--lang", language],
        input=typed,
        capture_output=True,
        cwd=ROOT,
        env=env,
        timeout=PATIENCE,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


class Terminal:
    """`chat` at a real terminal; what is on the screen grows in `screen`."""

    def __init__(self) -> None:
        """Start it."""
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "chat"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=ROOT,
            env=environment(TERM="xterm-256color", COLUMNS="100", LINES="50", PYTHONIOENCODING="utf-8"),
        )
        os.close(theirs)
        self._seen = b""

    @property
    def raw(self) -> str:
        """What was written, with the terminal's control sequences."""
        return self._seen.decode("utf-8", "replace").replace("\r\n", "\n")

    @property
    def screen(self) -> str:
        """What a parent sees."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.raw)

    def until(self, prompt: str, times: int) -> None:
        """Read until a prompt stands on the screen for the nth time."""
        while len(re.findall(rf"(?m)^{re.escape(prompt)}", self.screen)) < times:
            assert self._read(), self.screen

    def keys(self, keys: bytes) -> None:
        """Type."""
        os.write(self._ours, keys)

    def exit_code(self, patience: float) -> int | None:
        """The exit code once the process has ended by itself; None when it does not end, and is ended."""
        give_up = time.monotonic() + patience
        while self.process.poll() is None and time.monotonic() < give_up:
            self._read(0.05)
        ended = self.process.poll()
        if ended is None:
            self.process.kill()
            self.process.wait()
        os.close(self._ours)
        return ended

    def _read(self, patience: float = PATIENCE) -> bool:
        """Read what there is; whether there was anything."""
        ready, _, _ = select.select([self._ours], [], [], patience)
        try:
            more = os.read(self._ours, 65536) if ready else b""
        except OSError:  # Linux says so when nobody has the other side open any more
            more = b""
        self._seen += more
        return bool(more)


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a session at a terminal: the screen at the end, with and without control sequences, and the code."""

    raw: str
    screen: str
    code: int | None


def session(prompt: str) -> Seen:
    """Look at the first screen, answer it with a number, and leave with Ctrl-D."""
    terminal = Terminal()
    try:
        terminal.until(prompt, 1)
        terminal.keys(b"1\n")
        terminal.until(prompt, 2)
        terminal.keys(b"\x04")
    finally:
        code = terminal.exit_code(PATIENCE)
    return Seen(terminal.raw, terminal.screen, code)


def interrupted(prompt: str) -> Seen:
    """Leave the first screen with Ctrl-C, which a terminal turns into this signal."""
    terminal = Terminal()
    try:
        terminal.until(prompt, 1)
        terminal.process.send_signal(signal.SIGINT)
    finally:
        code = terminal.exit_code(5)
    return Seen(terminal.raw, terminal.screen, code)


@pytest.fixture(scope="module")
def scripts(application: Application) -> Mapping[Language, Script]:
    """What is typed, in each language."""
    return {language: asyncio.run(write(application, language)) for language in LANGUAGES}


@dataclass(frozen=True, slots=True)
class All:
    """All processes of this file."""

    piped: Mapping[str, Ran]
    seen: Mapping[str, Seen]


@pytest.fixture(scope="module")
def ran(application: Application, scripts: Mapping[Language, Script]) -> All:
    """All processes, run side by side since each takes a second or two to start."""
    prompt = application.catalogue.books["nb"].ui.terminal["prompt"].strip()
    nb, en = ("".join(f"{line}\n" for line in scripts[language].lines).encode() for language in LANGUAGES)
    desktop = environment(PYTHONIOENCODING="utf-8")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        piped = {
            "nb": pool.submit(pipe, "nb", nb, desktop),
            "en": pool.submit(pipe, "en", en, desktop),
            # The locale of most containers, in which Python lets any byte in.
            "container": pool.submit(pipe, "nb", nb + NOT_UTF8, environment(LC_ALL="C.UTF-8")),
        }
        seen = {"session": pool.submit(session, prompt), "interrupted": pool.submit(interrupted, prompt)}
        return All(
            {name: future.result() for name, future in piped.items()},
            {name: future.result() for name, future in seen.items()},
        )


# --- through a pipe -----------------------------------------------------------------------------------------------


@both_languages
@pytest.mark.parametrize("way", WAYS)
def test_from_start_to_a_door(
    ran: All, scripts: Mapping[Language, Script], application: Application, way: str, language: Language
) -> None:
    """By numbers, by labels or by one sentence, a parent comes from /start to an end that names the first door."""
    book = application.catalogue.books[language]
    doors = [book.doors[door].name.at(LEVEL) for door in end(application).first.at(LEVEL)]

    turn = ran.piped[language].turns[scripts[language].doors[way]].splitlines()

    assert doors
    after = turn[turn.index(book.ui.headings["first"]) :]
    for door in doors:
        assert any(line.startswith(f"– {door}: ") for line in after)


@both_languages
def test_a_script_is_short(scripts: Mapping[Language, Script], language: Language) -> None:
    """It takes at most five lines by buttons, and no more than that with a sentence."""
    marks = [0, *scripts[language].doors.values()]

    # Each way but the first begins with /start.
    assert [after - before - (before > 0) <= 5 for before, after in pairwise(marks)] == [True] * 3


@both_languages
def test_every_line_stands_in_the_transcript(ran: All, scripts: Mapping[Language, Script], language: Language) -> None:
    """The transcript shows each line before its answer, and every answer ends with its numbered buttons."""
    turns = ran.piped[language].turns

    lines = scripts[language].lines
    assert list(lines) == [turn.split("\n", 1)[0] for turn in turns[1 : len(lines) + 1]]
    for turn in turns[: len(lines) + 1]:
        numbers = [int(number) for number in re.findall(r"(?m)^  (\d+)\. \S", turn)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) > 2


@both_languages
def test_a_transcript_is_not_broken_into_lines(ran: All, application: Application, language: Language) -> None:
    """A paragraph stands on one line of a transcript however long it is, so that two transcripts can be compared."""
    first = ran.piped[language].turns[0].splitlines()

    for block in card(application, "start", language).blocks:
        assert block.text in first


def test_the_same_twice(ran: All) -> None:
    """The same lines give the same transcript, whatever the locale."""
    assert ran.piped["nb"].out == ran.piped["container"].out


@pytest.mark.parametrize("run", LANGUAGES)
def test_the_end_of_the_input_ends_well(ran: All, run: str) -> None:
    """When the lines are over the conversation ends well, with nothing on stderr."""
    assert (ran.piped[run].code, ran.piped[run].err) == (0, "")


def test_input_that_is_not_utf8(ran: All) -> None:
    """A line that is not UTF-8 ends the process with one sentence that says so; the lines before it were answered."""
    code, err = ran.piped["container"].code, ran.piped["container"].err

    assert code == 1
    assert "UTF-8" in err
    assert err.count("\n") == 1


# --- at a terminal ------------------------------------------------------------------------------------------------


def test_a_terminal_says_how(ran: All, application: Application) -> None:
    """Who sits at a terminal is told how to answer and how to leave, before the first screen."""
    ui = application.catalogue.books["nb"].ui

    before = ran.seen["session"].screen.split(card(application, "start").blocks[0].text)[0]

    assert ui.terminal["hint"] in " ".join(before.split())


def test_a_terminal_numbers_the_buttons(ran: All, application: Application) -> None:
    """Below each screen stand its buttons, numbered, then the prompt; a number answers."""
    prompt = application.catalogue.books["nb"].ui.terminal["prompt"].strip()
    start = card(application, "start")
    asked = application.renderer.message(Screen("worries", "level"), State(language="nb"))

    first, second, *_ = re.split(rf"(?m)^{re.escape(prompt)}", ran.seen["session"].screen)

    for screen, message in ((first, start), (second, asked)):
        assert [f"  {i}. {button.label}" for i, button in zip(count(1), message.buttons, strict=False)] == re.findall(
            r"(?m)^  \d+\. .*$", screen
        )
    assert second.strip().startswith("1\n")


def test_a_terminal_has_a_gap_after_the_prompt(ran: All, application: Application) -> None:
    """What is typed does not stick to the prompt."""
    prompt = application.catalogue.books["nb"].ui.terminal["prompt"].strip()

    assert f"\n{prompt} 1\n" in ran.seen["session"].screen


def test_a_terminal_has_colours(ran: All, application: Application) -> None:
    """At a terminal titles and buttons are styled; a pipe gets none of that."""
    start = card(application, "start")
    styled = [start.blocks[0].text, *(button.label for button in start.buttons)]

    assert [
        text for text in styled if not re.search(rf"\x1b\[[1-9][0-9;]*m{re.escape(text)}", ran.seen["session"].raw)
    ] == []
    assert "\x1b" not in "".join(run.out for run in ran.piped.values())


def test_ctrl_d_ends_well(ran: All) -> None:
    """Ctrl-D ends the conversation well, without a word about it."""
    assert ran.seen["session"].code == 0
    assert "Traceback" not in ran.seen["session"].screen


def test_ctrl_c_ends(ran: All) -> None:
    """Ctrl-C ends the conversation at once, without a traceback, and says by the exit code that it was broken off."""
    assert ran.seen["interrupted"].code in (0, 130)
    assert "Traceback" not in ran.seen["interrupted"].screen


# --- what may be typed --------------------------------------------------------------------------------------------


def card(application: Application, node: NodeId, language: Language = "nb") -> Message:
    """A screen as it is at first."""
    return application.renderer.message(Screen(node), State(language=language))


async def talk(
    application: Application,
    monkeypatch: pytest.MonkeyPatch,
    lines: Sequence[str],
    language: Language = "nb",
    started: Started | None = None,
) -> None:
    """Pipe lines into a conversation in this process."""
    typed = "".join(f"{line}\n" for line in lines).encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed), "utf-8"))
    await chat(application.conversation(None), language, started or Started())


def answers(capsys: pytest.CaptureFixture[str]) -> Iterator[str]:
    """The first screen and the answers, without the lines that they answer."""
    for turn in re.split(r"(?m)^> .*$", capsys.readouterr().out):
        yield turn.strip()


@both_languages
async def test_commands_can_be_typed(
    application: Application,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: Language,
) -> None:
    """The commands of the menu work in a terminal as they do in Telegram."""
    ui = application.catalogue.books[language].ui

    await talk(application, monkeypatch, [f"/{name}" for name in COMMANDS] + ["/language", "/start"], language)

    start, *found, options, again = answers(capsys)
    for node, answer in zip(COMMANDS.values(), found, strict=True):
        screen = application.renderer.message(Screen(node), State(language=language))
        asked = application.renderer.message(Screen(node, "level"), State(language=language))
        assert answer.startswith((screen.blocks[0].text, asked.blocks[0].text))
    assert options.startswith(ui.screens["options_title"])
    assert again == start


async def test_nonsense_can_be_typed(
    application: Application, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Blank lines, unknown commands, tags and control characters get an answer with buttons."""
    lines = [
        "",
        "   ",
        "/",
        "/nothing",
        "/ start",
        "[bold]x[/bold]",
        "[/]",
        "\x1b[31m",
        "😭",
        "9999",
        "\u202eabc",
        "\x00",
    ]

    await talk(application, monkeypatch, lines)

    found = list(answers(capsys))
    assert len(found) == len(lines) + 1
    assert all("\n  1. " in answer for answer in found)


class _Closed(io.StringIO):
    """A pipe whose reader has gone after the first screen, as `| head` does."""

    def write(self, text: str) -> int:
        if "> " in text:
            raise BrokenPipeError
        return super().write(text)


async def test_nobody_reads_any_more(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the transcript's reader goes away the conversation ends, and does not wait for ever."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"1\n"), "utf-8"))
    monkeypatch.setattr("sys.stdout", _Closed())

    async with asyncio.timeout(5):
        with pytest.raises(BrokenPipeError):
            await chat(application.conversation(None), "nb", Started())


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
async def test_bytes_that_are_no_text(application: Application, monkeypatch: pytest.MonkeyPatch, errors: str) -> None:
    """Input that is not UTF-8 is refused, whether or not Python would let it in, as it does in a container's locale."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(NOT_UTF8), "utf-8", errors))

    with pytest.raises(ChannelError, match=r"^[^\n]*UTF-8[^\n]*$"):
        await chat(application.conversation(None), "nb", Started())


@both_languages
async def test_a_link_can_be_tried(
    application: Application,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: Language,
) -> None:
    """A link's language and topic decide the first screen, as when its QR code is scanned."""
    other: Language = "en" if language == "nb" else "nb"

    await talk(application, monkeypatch, [], other, Started(language=language, topic="contact.admin"))

    [first] = answers(capsys)
    screens = [
        application.renderer.message(Screen("contact.admin", view), State(language=language))
        for view in ("node", "level")
    ]
    assert first.startswith(tuple(screen.blocks[0].text for screen in screens))


async def test_a_conversation_in_a_terminal_leaves_nothing(
    application: Application,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """What is said in a terminal is remembered until it ends, and in no file."""
    folder = tmp_path_factory.mktemp("empty")
    monkeypatch.chdir(folder)

    await talk(application, monkeypatch, ["1", "1"])

    assert list(folder.iterdir()) == []


# --- at another time ----------------------------------------------------------------------------------------------

EVE, AFTERNOON = "2026-12-24T20:00", "2026-11-24T14:30"
"""Christmas Eve after the bells, when only what never closes answers; and a Tuesday on which all are at work still."""
AWAKE, ASLEEP = "helpline.mental_helse", "atv.oslo"
"""A service that never closes, and one that answers on workdays until three."""
ENDS: Mapping[NodeId, str] = {"worry.other": "unsure", "worry.abuse": "yes home me"}
"""Topics, and the choices from there to an end: one that begins at school, one that names both services."""
SCHOOL_DAY: Mapping[Language, str] = {"nb": "mandag 4. januar", "en": "Monday 4 January"}
WORKDAY: Mapping[Language, str] = {"nb": "mandag", "en": "Monday"}
"""The first day of school after Christmas 2026, and the first workday, four days after the eve."""
NO_TIMES = ("i-morgen", "2026-13-40T20:00", "2026-12-24T25:00", "")
"""What is no moment."""


def chat_at(now: str, language: Language, lines: Sequence[str]) -> Ran:
    """Pipe lines into `chat`, its clock set."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "chat", "--lang", language, "--now", now],
        input="".join(f"{line}\n" for line in lines).encode(),
        capture_output=True,
        cwd=ROOT,
        env=environment(PYTHONIOENCODING="utf-8", COLUMNS="200"),
        timeout=PATIENCE,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


def to_the_ends(application: Application, language: Language) -> Iterator[str]:
    """What is typed to come from the link of each topic to its end, the labels as they stand on the screens."""
    flows, state = application.flows, State(language=language, level=LEVEL)
    for node, way in ENDS.items():
        yield f"/start 1-x-{language}-{node.replace('.', '_')}"
        if node == next(iter(ENDS)):
            yield application.catalogue.books[language].ui.buttons[f"level_{LEVEL}"]
        for choice in way.split():
            buttons = application.renderer.message(Screen(node), state).buttons
            yield next(one.label for one in buttons if (one.press.verb, one.press.choice) == ("choose", choice))
            found = flows.nodes[node].choice(choice, LEVEL)
            assert found is not None
            node = flows.target(found, LEVEL)


@pytest.fixture(scope="module")
def clocks(application: Application) -> Mapping[tuple[str, Language], Ran]:
    """Conversations on the eve in both languages, one on the workday, and calls with what is no time, side by side."""
    lines = {language: list(to_the_ends(application, language)) for language in LANGUAGES}
    calls: list[tuple[str, Language]] = [
        (EVE, "nb"),
        (EVE, "en"),
        (AFTERNOON, "nb"),
        *((now, "nb") for now in NO_TIMES),
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        talks = {(now, language): pool.submit(chat_at, now, language, lines[language]) for now, language in calls}
        return {call: future.result() for call, future in talks.items()}


def service(ran: Ran, application: Application, language: Language, door: str) -> str:
    """The line about a service at the last end."""
    name = application.catalogue.books[language].doors[door].name.at(LEVEL)
    return next(line for line in ran.turns[-1].splitlines() if line.startswith(f"– {name}: "))


@both_languages
def test_christmas_eve(
    clocks: Mapping[tuple[str, Language], Ran], application: Application, language: Language
) -> None:
    """On Christmas Eve a parent is told who answers now, when the others open, and when the school sees a message."""
    ran, ui = clocks[EVE, language], application.catalogue.books[language].ui
    school = next(turn for turn in ran.turns if ui.headings["say"] in turn)

    awake = application.catalogue.books[language].doors[AWAKE].name.at(LEVEL) or ""
    now = [line for line in school.splitlines() if line.startswith(ui.times["now"].partition("{")[0])]
    opens = ui.times["day"].partition("{time}")[0].format(day=WORKDAY[language])
    assert (ran.code, ran.err) == (0, "")
    assert ui.times["school_break"].format(day=SCHOOL_DAY[language]) in school.splitlines()
    assert [awake in line for line in now] == [True]
    assert opens in service(ran, application, language, ASLEEP)
    assert not service(ran, application, language, AWAKE).endswith(ui.times["open"])
    assert ui.times["open"] not in ran.out


def test_a_workday(clocks: Mapping[tuple[str, Language], Ran], application: Application) -> None:
    """Half an hour before it closes in Oslo a service is said to be open, and nothing of a school that is closed."""
    ran, ui = clocks[AFTERNOON, "nb"], application.catalogue.books["nb"].ui

    assert (ran.code, ran.err) == (0, "")
    assert service(ran, application, "nb", ASLEEP).endswith(ui.times["open"])
    for name in ("school_break", "school_day", "school_tomorrow", "school_today", "now"):
        assert ui.times[name].partition("{")[0] not in ran.out


@pytest.mark.parametrize("now", NO_TIMES)
def test_what_is_no_time(clocks: Mapping[tuple[str, Language], Ran], now: str) -> None:
    """A time that is none is one sentence that names the option, and exit 2; no conversation is begun."""
    ran = clocks[now, "nb"]

    said = [line for line in ran.err.splitlines() if "--now" in line]
    assert (ran.code, ran.out) == (2, "")
    assert len(said) == 1
    assert "Traceback" not in ran.err
    assert len(ran.err.splitlines()) <= 5
