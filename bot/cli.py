"""The command line: each command a few lines that call the room which does the work."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.application import build, learnt, load_content
from bot.channels.terminal import chat as talk
from bot.checks import phrases as phrase_check
from bot.checks.everything import check as check_everything
from bot.content import shipped
from bot.content.schema import FILES, file_schema
from bot.database import backup as copies
from bot.dialogs.flows import FLOWS
from bot.errors import BotError, SettingsError
from bot.evaluation.asking import ask_lines, explain
from bot.evaluation.scoring import judge, kept, read_messages, report
from bot.logs import set_up
from bot.render.codec import payload
from bot.render.opening import OSLO
from bot.schools import showing
from bot.schools.register import load as load_schools
from bot.settings import Settings, read_settings
from bot.store import key_file

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Er du bekymret?: the bot and its tools. Data goes to stdout, everything else to stderr.",
)
schools = typer.Typer(no_args_is_help=True, help="The school register: look at it, search it, bring in a new list.")
app.add_typer(schools, name="schools")


@app.command()
def run() -> None:
    """Start the bot: on Telegram when TELEGRAM_BOT_TOKEN is set, else in this terminal."""
    settings = read_settings()
    set_up(settings.log_level)
    if settings.telegram_bot_token is None:
        print("TELEGRAM_BOT_TOKEN is not set, so the conversation starts here in the terminal.", file=sys.stderr)
        _chat("nb", "")
        return
    from bot.channels.telegram.service import serve  # the library takes a third of a second to import

    asyncio.run(serve(settings))


@app.command()
def chat(
    lang: Annotated[Literal["nb", "en"], typer.Option(help="The language to begin in.")] = "nb",
    start: Annotated[str, typer.Option(help="The payload of a link or QR code: 1-x-nb-worry_bullying.")] = "",
    now: Annotated[
        datetime | None, typer.Option(help="Set the clock, in Oslo's time: what is open on 2026-12-24T20:00?")
    ] = None,
) -> None:
    """Talk to the bot in this terminal, or pipe in one message a line and read the transcript."""
    _chat(lang, start, now if now is None or now.tzinfo else now.replace(tzinfo=OSLO))


def _chat(lang: Literal["nb", "en"], start: str, now: datetime | None = None) -> None:
    asyncio.run(talk(build().conversation(None, now), lang, payload(start)))


@app.command()
def ask(
    text: Annotated[str | None, typer.Argument(help="What a parent writes.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Read one JSON object a line on stdin, write one a line.")
    ] = False,
) -> None:
    """Show how a message is understood, and which words decided."""
    if as_json:
        sys.exit(ask_lines(build().listener, sys.stdin, sys.stdout))
    if text is None:
        raise typer.BadParameter("Give a message in quotation marks, or --json with messages on stdin.")
    print(explain(build().listener, text))


@app.command("eval")
def evaluate(
    files: Annotated[list[Path], typer.Argument(help="YAML files of labelled messages.", exists=True, dir_okay=False)],
    html: Annotated[Path | None, typer.Option(help="Write all figures as one page, with pictures.")] = None,
    figures: Annotated[Path | None, typer.Option(help="Compare with the figures kept in this file.")] = None,
    keep: Annotated[bool, typer.Option(help="Keep the new figures in that file.")] = False,
) -> None:
    """Measure how well messages are understood."""
    from bot.evaluation.page import page

    listener = build().listener
    names = [file.name for file in files]
    sets = {
        file.name if names.count(file.name) == 1 else str(file): judge(listener, read_messages(file)) for file in files
    }
    before = json.loads(figures.read_text("utf-8")) if figures is not None and figures.is_file() else {}
    print(report(sets, before))
    if figures is not None and keep:
        _write(figures, json.dumps({**before, **kept(sets)}, indent=2, sort_keys=True) + "\n")
    if html is not None:
        _write(html, page(sets, lambda text: explain(listener, text)))


@app.command()
def check() -> None:
    """Look for faults in the content: each with its file, line, what is wrong and how to mend it."""
    catalogue, faults = check_everything(FLOWS, date.today())
    faults = tuple(sorted({*faults, *(phrase_check.check(catalogue) if catalogue is not None else ())}))
    for fault in faults:
        print(fault, file=sys.stderr)
    wrong = sum(not fault.warning for fault in faults)
    print(f"{wrong} faults, {len(faults) - wrong} warnings.", file=sys.stderr)
    raise typer.Exit(1 if wrong else 0)


@app.command()
def release() -> None:
    """Add the screens and choices there are now to the ledger of buttons that must work for ever."""
    new = shipped.add({node.id: frozenset(choice.id for choice in node.choices) for node in FLOWS.nodes.values()})
    print(f"{new} new screens and choices in content/shipped.txt.", file=sys.stderr)


@app.command()
def train() -> None:
    """Learn from the training phrases anew. Needed by nobody: a start does it when the phrases have changed."""
    model = learnt(load_content(), anew=True).model
    print(f"{len(model.topics)} topics, {len(model.vocabulary)} features.", file=sys.stderr)


@app.command()
def schema(name: Annotated[str, typer.Argument(help=f"The kind of file: {', '.join(FILES)}.")]) -> None:
    """Print the JSON Schema of a content file, for editors whose program checks while they type."""
    if name not in FILES:
        raise typer.BadParameter(f"There is no kind of file «{name}»; there are {', '.join(FILES)}.")
    print(json.dumps(file_schema(name), ensure_ascii=False, indent=2))


@app.command()
def flows(
    level: Annotated[Literal["primary", "upper"], typer.Option(help="The level to draw.")] = "primary",
    lang: Annotated[Literal["nb", "en"], typer.Option(help="The language of the labels.")] = "nb",
) -> None:
    """Draw the flows as a Mermaid diagram, with the answers on the arrows."""
    from bot.evaluation.drawing import mermaid

    print(mermaid(FLOWS, load_content(), level, lang))


@app.command()
def poster(
    school: Annotated[str, typer.Option(metavar="ID", help="The id of a school; `schools list` shows all.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Make the posters of all schools that are open.")] = False,
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder for the files.", file_okay=False)] = Path(
        "posters"
    ),
    kind: Annotated[Literal["pdf", "png", "svg"], typer.Option("--format", help="The kind of file.")] = "pdf",
) -> None:
    """Make a school's poster, with a code that brings a parent to the bot and names the school."""
    if bool(school) == every:
        raise typer.BadParameter("Give either --school ID or --all.")
    from bot.posters import making, sheet  # the libraries that draw and read codes are needed here only

    register = load_schools()
    chosen = [one for one in register.schools if one.status == "open"] if every else [making.wanted(register, school)]
    settings = read_settings()
    name = settings.telegram_bot_username or (None if settings.web_url else asyncio.run(_bot_name(settings)))
    catalogue, target, today = load_content(), sheet.Target(name, settings.web_url), date.today()
    sheets = [(one.id, sheet.sheet(catalogue, one, target, today)) for one in chosen]
    sys.exit(making.report(making.make(sheets, out, kind), len(sheets), sys.stdout, sys.stderr))


async def _bot_name(settings: Settings) -> str:
    """The bot's name, as Telegram tells it. Raises SettingsError when it cannot be asked."""
    missing = "TELEGRAM_BOT_USERNAME is not set"
    if settings.telegram_bot_token is None:
        raise SettingsError(f"{missing}, and without TELEGRAM_BOT_TOKEN Telegram cannot be asked for it.")
    from telegram import Bot
    from telegram.error import InvalidToken, TelegramError

    from bot.channels.telegram.request import AiohttpRequest

    token = settings.telegram_bot_token.get_secret_value().strip()
    request = AiohttpRequest(1)
    try:
        await request.initialize()
        me = await Bot(token, base_url=f"{settings.telegram_api_url}/bot", request=request).get_me()
    except TelegramError as error:
        why = "does not know this TELEGRAM_BOT_TOKEN" if isinstance(error, InvalidToken) else "does not answer"
        raise SettingsError(f"{missing}, and Telegram {why}.") from None
    finally:
        await request.shutdown()
    return me.username or ""


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="A file that does not exist yet.")]) -> None:
    """Copy the database to a file, while the bot runs or not."""
    settings = read_settings()
    count = copies.back_up(settings.database_path, file)
    print(f"{file} holds {count} conversations. {_needs_the_key(settings)}", file=sys.stderr)


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="A file that `backup` made.")]) -> None:
    """Put a copy in the place of what stands in the database, while the bot runs or not."""
    settings = read_settings()
    set_up(settings.log_level)
    count, kept = copies.restore(settings.database_path, file)
    before = f" What stood there before is kept as {kept}." if kept is not None else ""
    print(f"{settings.database_path} holds {count} conversations now.{before}", file=sys.stderr)
    print(_needs_the_key(settings), file=sys.stderr)


def _needs_the_key(settings: Settings) -> str:
    """What an operator must know about every copy of the database."""
    key = "SECRET_KEY" if settings.secret_key else str(key_file(settings.database_path))
    return f"They are found only with the {key} of the bot that stored them: keep that too, in another place."


@schools.command("list")
def list_schools() -> None:
    """Print all schools, one a line: id, name, level, status, organisation number, district, homepage."""
    print(showing.listing(load_schools().schools))


@schools.command("show")
def show_school(
    school_id: Annotated[str, typer.Argument(metavar="ID", help="The id of a school: bjerke-vgs.")],
) -> None:
    """Print all that is known of one school, and its code."""
    print(showing.card(load_schools(), school_id))


@schools.command("find")
def find_school(text: Annotated[str, typer.Argument(help="A name as somebody may type it.")]) -> None:
    """Print the schools that a text may mean, at most three, the likeliest first."""
    print(showing.found(load_schools(), text))


@schools.command("import")
def import_schools(
    file: Annotated[
        Path, typer.Argument(help="Nasjonalt skoleregister's JSON, or a CSV.", exists=True, dir_okay=False)
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Change the register without asking.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave bad rows out.")] = False,
) -> None:
    """Show what a new list would change in the register, and change it when you say so."""
    sys.exit(showing.bring_in(load_schools(), file, yes=yes, skip_bad=skip_bad))


def _write(file: Path, text: str) -> None:
    """Write a file that was asked for."""
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise BotError(f"{file} cannot be written: {error.strerror}.") from None


def main() -> None:
    """Run the command line; an error that is ours is one sentence on stderr, and an exit code."""
    try:
        app()
    except BotError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)
