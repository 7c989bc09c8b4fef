"""Health and counts over real HTTP: what is asked of a bot at work, and of one whose parts fail."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.application import Application
from bot.channels.telegram.answering import Answering
from bot.errors import ChannelError
from bot.web.app import web_app
from bot.web.health import CONTACT_WITHIN, Contact
from bot.web.server import WebServer
from tests.botapi import BotApi
from tests.channels.telegram.helpers import WEBHOOK, Served, confirmed, logged, press, serve_service

MARK = "Solbakken"


@pytest_asyncio.fixture
async def api() -> Any:
    """A Bot API server that runs."""
    async with BotApi() as server:
        yield server


@pytest_asyncio.fixture(params=["polling", "webhook"])
async def bot(request: pytest.FixtureRequest, application: Application, api: BotApi, tmp_path: Path) -> Any:
    """The service at work with its web server, whichever way updates come."""
    others = WEBHOOK if request.param == "webhook" else {}
    running = await serve_service(application, api, tmp_path / "data" / "bot.sqlite3", **others)
    yield running
    await running.stop()


async def get(bot: Served, path: str) -> tuple[int, str]:
    """Status and text of an answer."""
    async with aiohttp.ClientSession() as session, session.get(bot.web.url + path) as answer:
        return answer.status, await answer.text()


async def counts(bot: Served) -> dict[str, float]:
    """What is counted, by name and label."""
    _, text = await get(bot, "/metrics")
    lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


async def test_alive_and_ready(bot: Served) -> None:
    """A bot at work is alive, and ready with all its parts."""
    alive, ready = await get(bot, "/healthz"), await get(bot, "/readyz")

    assert alive == (200, "alive\n")
    assert ready == (200, '{"ready":true,"parts":{"content":"ok","database":"ok","telegram":"ok"}}')


async def test_database_that_cannot_be_written(bot: Served, tmp_path: Path) -> None:
    """Without a database the bot lives but is not ready, says which part fails, and is ready when it is mended."""
    folder = tmp_path / "data"
    folder.rename(tmp_path / "gone")
    folder.write_text("a file where the folder was")

    ready, alive = await get(bot, "/readyz"), await get(bot, "/healthz")
    folder.unlink()
    (tmp_path / "gone").rename(folder)
    again = await get(bot, "/readyz")

    assert ready == (503, '{"ready":false,"parts":{"content":"ok","database":"failing","telegram":"ok"}}')
    assert (alive[0], again[0]) == (200, 200)


async def test_telegram_that_is_silent(bot: Served) -> None:
    """When Telegram was not heard of for two minutes, the bot is not ready."""
    bot.service.reach.contact.at -= CONTACT_WITHIN + 60

    status, text = await get(bot, "/readyz")

    assert (status, '"telegram":"failing"' in text) == (503, True)


async def test_contact() -> None:
    """Contact counts for two minutes, and there is none before the first."""
    now = 1000.0
    contact = Contact(lambda: now)
    found = []
    for made, later in ((False, 0.0), (True, 0.0), (False, CONTACT_WITHIN), (False, 1.0)):
        if made:
            contact.made()
        now += later
        try:
            await contact.recent()
        except Exception as error:
            found.append(type(error).__name__)
        else:
            found.append("recent")

    assert found == ["BotError", "recent", "recent", "BotError"]


async def test_counts(api: BotApi, bot: Served) -> None:
    """Updates, answers and sends are counted by their kind, and each answer's time is taken."""
    kari = api.user()
    said = await kari.send("/start")
    await kari.reply()
    await press(kari, "1g|contact.who||pn")
    await kari.send("Datteren min sier at hun skal ta livet sitt i natt")
    await kari.reply()
    await kari.send_photo()
    await kari.reply()
    await kari.edit(said.id, "hei")
    await kari.reply()
    await confirmed(api)

    found = await counts(bot)

    updates = {kind: found[f'bot_updates_total{{kind="{kind}"}}'] for kind in ("message", "button", "edited", "other")}
    assert updates == {"message": 3, "button": 1, "edited": 1, "other": 0}
    kinds = ("start", "button", "crisis", "media", "edited")
    assert [found[f'bot_answers_total{{kind="{kind}"}}'] for kind in kinds] == [1] * 5
    assert {outcome: found[f'bot_sends_total{{outcome="{outcome}"}}'] for outcome in ("sent", "edited")} == {
        "sent": 4,
        "edited": 1,
    }
    assert (found["bot_answer_seconds_count"], found["bot_updates_in_flight"]) == (5, 0)
    assert found["bot_telegram_contact_timestamp_seconds"] > 0
    assert found["bot_store_faults_total"] == 0


@pytest.mark.parametrize(
    ("outcome", "fault"),
    [
        ("limited", {"status": 429, "retry_after": 1}),
        ("failed", {"status": 502}),
        ("refused", {"status": 400}),
        ("blocked", {"status": 403}),
        ("gone", {"status": 400, "description": "Bad Request: chat not found"}),
        ("gone", {"status": 400, "migrate_to": -1_009_999_999_999}),
    ],
)
@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
async def test_sends_that_fail_are_counted(api: BotApi, bot: Served, outcome: str, fault: dict[str, Any]) -> None:
    """A call that Telegram refuses or does not answer is counted by the reason."""
    kari = api.user()
    api.fault("sendMessage", **fault)

    await kari.send("/start")
    await confirmed(api)

    assert (await counts(bot))[f'bot_sends_total{{outcome="{outcome}"}}'] == 1


async def test_store_faults_and_emergencies_are_counted(
    api: BotApi, bot: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Faults of the database and emergency cards are counted, since both are reasons to look at once."""
    (tmp_path / "data").rename(tmp_path / "gone")
    (tmp_path / "data").write_text("")
    kari = api.user()
    await kari.send("/start")
    await kari.reply()
    monkeypatch.setattr(Answering, "_answer", lambda *_: 1 / 0)
    await kari.send("/start")
    await kari.reply()

    found = await counts(bot)

    assert found["bot_store_faults_total"] > 0
    assert found['bot_answers_total{kind="emergency"}'] == 1


async def test_counts_name_nobody(api: BotApi, bot: Served) -> None:
    """No count holds a chat, a name, a word, the token or the webhook's secret."""
    kari = api.user(MARK, username=MARK)
    await kari.send(f"/start 1-{MARK}-nb-{MARK}")
    await kari.reply()
    await kari.send(f"{MARK} mobbing")
    await kari.reply()
    await press(kari, f"1c|{MARK}|x|pn")
    await confirmed(api)

    _, text = await get(bot, "/metrics")

    for secret in (MARK, str(kari.id), api.token, WEBHOOK["webhook_secret"]):
        assert secret not in text
    assert set(re.findall(r"(\w+)=\"", text)) == {"kind", "outcome", "le"}


@pytest.mark.parametrize("path", ["/", "/metrics/", "/healthz/x", "/docs", "/openapi.json", "/.env"])
async def test_other_paths(bot: Served, path: str) -> None:
    """There is nothing else to be seen."""
    assert (await get(bot, path))[0] == 404


async def test_busy_port(bot: Served) -> None:
    """An address that is taken is one sentence that names the setting."""
    host, port = bot.web.url.removeprefix("http://").split(":")

    with pytest.raises(ChannelError, match=rf"^LISTEN is wrong: nothing can listen on {host}:{port} \(.+\)\.$"):
        await WebServer(web_app([]), host, int(port)).start()


async def test_fault_of_a_page(bot: Served) -> None:
    """A page that fails is 500, and the log names the kind of fault and the place, with nothing of the request."""
    server = WebServer(web_app(bot.service.routes), "127.0.0.1", 0)

    with logged() as log:
        bot.service.metrics.registry.collect = lambda: 1 / 0  # type: ignore
        await server.start()
        async with aiohttp.ClientSession() as session, session.get(f"{server.url}/metrics?{MARK}") as answer:
            status = answer.status
        await server.stop()

    assert status == 500
    assert ["A web request failed: ZeroDivisionError" in line for line in log()] == [True]
    assert MARK not in "".join(log())
