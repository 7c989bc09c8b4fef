"""The Bot API server of the tests, driven by the real library: what it accepts, refuses, repeats and breaks."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Literal

import aiohttp
import pytest
import pytest_asyncio
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    MenuButtonCommands,
    ReplyParameters,
    Update,
)
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut
from telegram.ext import Application, CallbackQueryHandler, ContextTypes, MessageHandler, filters

from bot.channels.telegram.request import AiohttpRequest
from tests.botapi import BotApi
from tests.botapi_keyboard import Button

Context = ContextTypes.DEFAULT_TYPE


def keyboard(*buttons: InlineKeyboardButton) -> InlineKeyboardMarkup:
    """One row of buttons."""
    return InlineKeyboardMarkup([buttons])


def pressable(label: str, data: str | None = None) -> InlineKeyboardButton:
    """A button that tells the bot something."""
    return InlineKeyboardButton(label, callback_data=label if data is None else data)


def client(api: BotApi, token: str | None = None) -> Bot:
    """A library bot that talks to the server over the project's own HTTP."""
    return Bot(token or api.token, f"{api.url}/bot", request=AiohttpRequest(8), get_updates_request=AiohttpRequest(1))


@pytest_asyncio.fixture
async def api() -> AsyncIterator[BotApi]:
    """A server that runs."""
    async with BotApi() as server:
        yield server


@pytest_asyncio.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    """A bot that has called getMe."""
    async with client(api) as ready:
        yield ready


async def post(api: BotApi, method: str, body: dict[str, Any], token: str | None = None) -> tuple[int, dict[str, Any]]:
    """A call without the library, for what it would not send."""
    address = f"{api.url}/bot{token or api.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(address, json=body) as response:
        return response.status, json.loads(await response.read())


# --- sending ------------------------------------------------------------------------------------------------------


async def test_me(api: BotApi, bot: Bot) -> None:
    """The library's start-up call finds a bot with the token's id."""
    assert str(bot.id) == api.token.split(":")[0]
    assert bot.username == "bekymret_test_bot"


async def test_send_and_read(api: BotApi, bot: Bot) -> None:
    """What the bot sends stands in the person's chat as plain text with the HTML beside it."""
    kari = api.user()
    source = '<b>Hei</b> &amp; velkommen, <a href="https://oslo.kommune.no?a=1&copy=2">Oslo</a> 😀 <i>nå</i>'

    sent = await bot.send_message(kari.id, source, parse_mode="HTML")

    message = kari.chat.newest
    assert message.text == sent.text == "Hei & velkommen, Oslo 😀 nå"
    assert message.html == source
    assert message.from_bot
    assert [(e.type, sent.parse_entity(e)) for e in sent.entities] == [
        ("bold", "Hei"),
        ("text_link", "Oslo"),
        ("italic", "nå"),
    ]
    assert sent.entities[1].url == "https://oslo.kommune.no?a=1&copy=2"


async def test_every_tag(api: BotApi, bot: Bot) -> None:
    """All of Telegram's common tags are read, nested ones too, and `&` alone stands for itself."""
    kari = api.user()
    source = (
        "<b>b<i>i</i></b><u>u</u><s>s</s><code>c</code><pre>p</pre><blockquote>q</blockquote>"
        '<tg-spoiler>t</tg-spoiler><span class="tg-spoiler">w</span><blockquote expandable>x</blockquote> R&D &nbsp; >'
    )

    sent = await bot.send_message(kari.id, source, parse_mode="HTML")

    assert sent.text == "biuscpqtwx R&D &nbsp; >"
    assert [str(e.type) for e in sent.entities] == [
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "code",
        "pre",
        "blockquote",
        "spoiler",
        "spoiler",
        "expandable_blockquote",
    ]


async def test_buttons(api: BotApi, bot: Bot) -> None:
    """Buttons of all three kinds reach the person, row by row."""
    kari = api.user()
    rows = [
        [pressable("Ja", "v1:ja")],
        [
            InlineKeyboardButton("Les", url="https://oslo.kommune.no/"),
            InlineKeyboardButton("Kopier", copy_text=CopyTextButton("Hei!")),
        ],
    ]

    await bot.send_message(kari.id, "Valg", reply_markup=InlineKeyboardMarkup(rows))

    assert kari.chat.newest.buttons == (
        (Button("Ja", callback_data="v1:ja"),),
        (Button("Les", url="https://oslo.kommune.no/"), Button("Kopier", copy_text="Hei!")),
    )
    assert await kari.tap("Les") is None
    assert await kari.tap("Kopier") is None
    assert (kari.opened, kari.copied) == (["https://oslo.kommune.no/"], ["Hei!"])


async def test_copy(api: BotApi, bot: Bot) -> None:
    """A copy button puts its text on the person's clipboard, line by line; the bot is told nothing and says nothing."""
    kari, words = api.user(), "Hei. «Å» & <b>\n[navn] 😀"
    row = keyboard(InlineKeyboardButton("Kopier", copy_text=CopyTextButton(words)), pressable("Ja"))
    sent = await bot.send_message(kari.id, "Valg", reply_markup=row)

    assert await kari.copy("Kopier") == words
    assert await kari.copy(kari.chat.newest.button("Kopier")) == words

    assert (api.pending, kari.queries) == ([], [])
    assert api.calls[-1].method == "sendMessage"
    assert kari.copied == [words, words]
    assert sent.reply_markup == row


async def test_copy_of_another_message(api: BotApi, bot: Bot) -> None:
    """A text is copied as it stands on the screen: that of an older message, or of one not yet refreshed."""
    kari, group = api.user(), api.group()
    rows = [keyboard(InlineKeyboardButton("Kopier", copy_text=CopyTextButton(text))) for text in "abc"]
    await bot.send_message(kari.id, "a", reply_markup=rows[0])
    first = kari.chat.newest
    second = await bot.send_message(kari.id, "b", reply_markup=rows[1])
    stale = kari.chat.newest
    await bot.send_message(group.id, "c", reply_markup=rows[2])

    await second.edit_reply_markup(rows[2])

    assert [await kari.copy("Kopier", one) for one in (first, stale, None)] == ["a", "b", "c"]
    assert await kari.copy("Kopier", chat=group) == "c"
    assert kari.chat.newest.edits == 1


async def test_nothing_to_copy(api: BotApi, bot: Bot) -> None:
    """Only a copy button copies: another one, or none, is a fault of the test, and then nothing is pressed."""
    kari = api.user()
    row = keyboard(pressable("Ja"), InlineKeyboardButton("Les", url="https://oslo.kommune.no/"))
    await bot.send_message(kari.id, "Valg", reply_markup=row)

    for label, reason in (("Ja", "copies nothing"), ("Les", "copies nothing"), ("Kopier", "has the button")):
        with pytest.raises(LookupError, match=reason):
            await kari.copy(label)

    assert (api.pending, kari.opened, kari.copied) == ([], [], [])


async def test_white_space_goes(api: BotApi, bot: Bot) -> None:
    """White space around a message goes, and the entities move with the text."""
    kari = api.user()

    sent = await bot.send_message(kari.id, "\n <b>Hei </b>\n\n", parse_mode="HTML")

    assert sent.text == "Hei"
    assert [(e.offset, e.length) for e in sent.entities] == [(0, 3)]


async def test_reply_and_preview(api: BotApi, bot: Bot) -> None:
    """A reply carries the message it answers, and the preview options come back."""
    kari = api.user()
    first = await kari.send("hei")

    sent = await bot.send_message(
        kari.id,
        "ja?",
        reply_parameters=ReplyParameters(first.id),
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )

    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "hei"
    assert sent.link_preview_options == LinkPreviewOptions(is_disabled=True)
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(kari.id, "ja?", reply_parameters=ReplyParameters(99))


async def test_message_ids_rise(api: BotApi, bot: Bot) -> None:
    """Message ids count both sides of one chat, and each chat for itself."""
    kari, ola = api.user(), api.user("Ola")

    ids = [(await kari.send("1")).id, (await bot.send_message(kari.id, "2")).id, (await kari.send("3")).id]

    assert ids == [1, 2, 3]
    assert (await ola.send("1")).id == 1
    assert [m.from_bot for m in kari.chat.messages] == [False, True, False]


async def test_record(api: BotApi, bot: Bot) -> None:
    """Accepted calls are recorded with parameters and result, refused ones apart."""
    kari = api.user()
    await bot.send_message(kari.id, "Hei", reply_markup=keyboard(pressable("Ja")))
    with pytest.raises(BadRequest):
        await bot.send_message(1, "Hei")

    (call,) = api.called("sendMessage", kari.id)

    assert call.params["reply_markup"] == {"inline_keyboard": [[{"text": "Ja", "callback_data": "Ja"}]]}
    assert call.result["message_id"] == 1
    assert call.at <= time.monotonic()
    assert [(c.method, c.result) for c in api.refused] == [("sendMessage", "Bad Request: chat not found")]


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "message text is empty"),
        (" \n ", "text must be non-empty"),
        ("<b></b>", "text must be non-empty"),
        ("x" * 4097, "message is too long"),
        ("<b>x", "can't parse entities: Can't find end tag corresponding to start tag b"),
        ("x</b>", "can't parse entities: Unexpected end tag at byte offset 1"),
        ("<b>å</i>", 'can\'t parse entities: Unmatched end tag at byte offset 5, expected "</b>", found "</i>"'),
        ("å <p>x</p>", 'can\'t parse entities: Unsupported start tag "p" at byte offset 3'),
        ("1 < 2", 'can\'t parse entities: Unsupported start tag "" at byte offset 2'),
        ("I <3 you", 'can\'t parse entities: Unsupported start tag "3" at byte offset 2'),
        ("x <", "can't parse entities: Unclosed start tag at byte offset 2"),
        ("<b", "can't parse entities: Unclosed start tag at byte offset 0"),
        ('<a href="x>y</a>', "can't parse entities: Unclosed start tag at byte offset 0"),
        ("<b>x</b", "can't parse entities: Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'can\'t parse entities: Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
async def test_refused_text(api: BotApi, text: str, reason: str) -> None:
    """Text that Telegram refuses is refused in its words, and nothing is sent."""
    kari = api.user()

    status, answer = await post(api, "sendMessage", {"chat_id": kari.id, "text": text, "parse_mode": "HTML"})

    assert (status, answer["description"]) == (400, f"Bad Request: {reason}")
    assert kari.chat.messages == []


async def test_longest_text(api: BotApi, bot: Bot) -> None:
    """The limit of 4096 counts characters after parsing, so tags, entities and emoji do not shorten it."""
    kari = api.user()

    await bot.send_message(kari.id, "<b>" + "😀" * 4095 + "&amp;</b>", parse_mode="HTML")

    assert len(kari.chat.newest.text) == 4096


@pytest.mark.parametrize(
    ("button", "reason"),
    [
        ({"text": "x", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": "å" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "", "callback_data": "x"}, "inline keyboard button text must be non-empty"),
        ({"callback_data": "x"}, "can't parse inline keyboard button: Can't find field \"text\""),
        ({"text": "x"}, "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ("x", "can't parse inline keyboard button: InlineKeyboardButton must be an Object"),
        ({"text": "x", "copy_text": {"text": ""}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"text": "x", "copy_text": {"text": "x" * 257}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"text": "x", "copy_text": {"text": "å\n" * 129}}, "BUTTON_COPY_TEXT_INVALID"),
        (
            {"text": "x", "copy_text": "x"},
            'can\'t parse inline keyboard button: Field "copy_text" must be of type Object',
        ),
        ({"text": "x", "copy_text": {}}, "can't parse inline keyboard button: Can't find field \"text\""),
        (
            {"text": "x", "copy_text": {"text": ["x"]}},
            'can\'t parse inline keyboard button: Field "text" must be of type String',
        ),
        (
            {"text": "x", "callback_data": "x", "copy_text": {"text": "x"}},
            "inline keyboard button has more than one kind: callback_data, copy_text",
        ),
        (
            {"text": "x", "url": "https://a.no", "copy_text": {"text": "x"}},
            "inline keyboard button has more than one kind: url, copy_text",
        ),
        (
            {"text": "x", "url": "ftp://a.no"},
            "inline keyboard button URL 'ftp://a.no' is invalid: Unsupported URL protocol",
        ),
        (
            {"text": "x", "url": "mailto:a@b.no"},
            "inline keyboard button URL 'mailto:a@b.no' is invalid: Unsupported URL protocol",
        ),
        ({"text": "x", "url": "not-a-url"}, "inline keyboard button URL 'not-a-url' is invalid: Wrong HTTP URL"),
        (
            {"text": "x", "url": "http://localhost/"},
            "inline keyboard button URL 'http://localhost/' is invalid: Wrong HTTP URL",
        ),
    ],
)
async def test_refused_button(api: BotApi, button: object, reason: str) -> None:
    """A button that Telegram refuses is refused in its words."""
    body = {"chat_id": api.user().id, "text": "x", "reply_markup": {"inline_keyboard": [[button]]}}

    assert await post(api, "sendMessage", body) == (
        400,
        {"ok": False, "error_code": 400, "description": f"Bad Request: {reason}"},
    )


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        ("{", "can't parse reply keyboard markup JSON object"),
        ([], "object expected as reply markup"),
        ({"inline_keyboard": {}}, 'field "inline_keyboard" must be of type Array'),
        ({"inline_keyboard": [{}]}, 'field "inline_keyboard" must be an Array of Arrays'),
        ({"inline_keyboard": [[{"text": "x", "callback_data": "x"}] * 101]}, "reply markup is too long"),
    ],
)
async def test_refused_keyboard(api: BotApi, markup: object, reason: str) -> None:
    """A keyboard that is no keyboard is refused in Telegram's words."""
    body = {"chat_id": api.user().id, "text": "x", "reply_markup": markup}

    _, answer = await post(api, "sendMessage", body)

    assert answer["description"] == f"Bad Request: {reason}"


async def test_largest_buttons(api: BotApi, bot: Bot) -> None:
    """64 bytes of data, 256 characters to copy and a tg address are fine."""
    kari = api.user()
    row = keyboard(
        pressable("x", "å" * 32),
        InlineKeyboardButton("y", copy_text=CopyTextButton("å" * 256)),
        InlineKeyboardButton("z", url="tg://resolve?domain=x"),
    )

    await bot.send_message(kari.id, "x", reply_markup=row)

    assert kari.labels == ["x", "y", "z"]


async def test_unreachable(api: BotApi, bot: Bot) -> None:
    """Unknown chats, people who never wrote and people who blocked the bot are refused each in its way."""
    kari, ola = api.user(), api.user("Ola", opened=False)
    kari.block()

    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(12345, "x")
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(ola.id, "x")
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(kari.id, "x")
    (update,) = await bot.get_updates()
    assert update.my_chat_member is not None
    assert update.my_chat_member.new_chat_member.status == "kicked"

    await ola.send("/start")
    kari.unblock()

    await bot.send_message(ola.id, "x")
    await bot.send_message(kari.id, "x")


async def test_wrong_token_and_method(api: BotApi) -> None:
    """A wrong token is a 401 and an unknown method a 404."""
    with pytest.raises(InvalidToken):
        async with client(api, "123:wrong"):
            pass

    assert await post(api, "getMe", {}, "123:wrong") == (
        401,
        {"ok": False, "error_code": 401, "description": "Unauthorized"},
    )
    assert (await post(api, "sendNonsense", {}))[0] == 404


# --- editing, deleting, answering -----------------------------------------------------------------------------------


async def test_edit(api: BotApi, bot: Bot) -> None:
    """An edit changes text and keyboard, counts, and takes the keyboard away when it names none."""
    kari = api.user()
    sent = await bot.send_message(kari.id, "a", reply_markup=keyboard(pressable("Ja")))
    before = kari.chat.newest

    await sent.edit_text("b", reply_markup=keyboard(pressable("Nei")))
    assert (kari.chat.newest.text, kari.labels, kari.chat.newest.edits) == ("b", ["Nei"], 1)
    assert before.text == "a"
    await sent.edit_text("c")

    assert (kari.chat.newest.text, kari.labels, kari.chat.newest.edits) == ("c", [], 2)
    assert len(kari.chat.messages) == 1


async def test_edit_markup(api: BotApi, bot: Bot) -> None:
    """A keyboard can be changed without its text."""
    kari = api.user()
    sent = await bot.send_message(kari.id, "a", reply_markup=keyboard(pressable("Ja")))

    await sent.edit_reply_markup(keyboard(pressable("Nei")))
    assert (kari.chat.newest.text, kari.labels) == ("a", ["Nei"])
    await sent.edit_reply_markup()

    assert kari.labels == []


async def test_refused_edits(api: BotApi, bot: Bot) -> None:
    """Edits that change nothing, of nothing, or of another's message are refused in Telegram's words."""
    kari = api.user()
    row = keyboard(pressable("Ja"))
    sent = await bot.send_message(kari.id, "<b>a</b>", parse_mode="HTML", reply_markup=row)
    hers = await kari.send("hei")
    unchanged = (
        "Message is not modified: specified new message content and reply markup are exactly the same "
        "as a current content and reply markup of the message"
    )

    with pytest.raises(BadRequest, match=f"^{unchanged}$"):
        await sent.edit_text("<b>a</b>", parse_mode="HTML", reply_markup=row)
    with pytest.raises(BadRequest, match=f"^{unchanged}$"):
        await sent.edit_reply_markup(row)
    with pytest.raises(BadRequest, match=r"^Message to edit not found$"):
        await bot.edit_message_text("b", kari.id, 99)
    with pytest.raises(BadRequest, match=r"^Message can't be edited$"):
        await bot.edit_message_text("b", kari.id, hers.id)
    await sent.edit_text("a", reply_markup=row)

    assert kari.chat.newest.entities == ()


async def test_delete(api: BotApi, bot: Bot) -> None:
    """A deleted message is gone for the person and cannot be deleted twice."""
    kari = api.user()
    sent = await bot.send_message(kari.id, "a")

    await sent.delete()

    assert kari.chat.messages == []
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await sent.delete()


async def test_tap_and_answer(api: BotApi, bot: Bot) -> None:
    """A press comes with the message under which the button stands, and is answered once."""
    kari = api.user(language_code="nn")
    sent = await bot.send_message(kari.id, "a", reply_markup=keyboard(pressable("Ja, gjerne", "v1:ja")))

    await kari.tap("gjerne")
    (update,) = await bot.get_updates()

    query = update.callback_query
    assert query is not None
    assert (query.data, query.from_user.language_code) == ("v1:ja", "nn")
    assert query.message is not None
    assert query.message.is_accessible
    assert (query.message.message_id, query.message.chat.id) == (sent.message_id, kari.id)
    assert query.message.to_dict()["reply_markup"] == sent.to_dict()["reply_markup"]
    await query.answer("Takk", show_alert=True)
    assert (await kari.answer())["text"] == "Takk"
    with pytest.raises(BadRequest, match="Query is too old and response timeout expired or query id is invalid"):
        await query.answer()


async def test_old_query(api: BotApi, bot: Bot) -> None:
    """A press cannot be answered when its time is over, and an unknown one never."""
    kari = api.user()
    await bot.send_message(kari.id, "a", reply_markup=keyboard(pressable("Ja")))
    query = await kari.tap("Ja")
    assert query is not None
    api.world.query_lifetime = 0.0

    for query_id in (query.id, "1"):
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_callback_query(query_id)


async def test_tap_older(api: BotApi, bot: Bot) -> None:
    """A screen not yet refreshed can still be pressed; a message gone or too old is named without its text."""
    kari = api.user()
    sent = await bot.send_message(kari.id, "a", reply_markup=keyboard(pressable("Ja")))
    screen = kari.chat.newest
    await sent.edit_text("b")

    with pytest.raises(LookupError, match="no message in chat"):
        await kari.tap("Ja")
    await kari.tap("Ja", screen)
    await kari.tap("Ja", screen, gone=True)
    first, second = [update.callback_query for update in await bot.get_updates()]

    assert first is not None
    assert first.message is not None
    assert first.message.to_dict()["text"] == "b"
    assert second is not None
    assert second.message is not None
    assert not second.message.is_accessible


# --- people -------------------------------------------------------------------------------------------------------


async def test_updates_of_all_kinds(api: BotApi, bot: Bot) -> None:
    """Commands, media, places and edits arrive as Telegram sends them."""
    kari = api.user("Kari", last_name="Nes", username="kari")
    text = await kari.send("😀 hei /start skole_42")
    await kari.send_sticker()
    await kari.send_voice()
    await kari.send_photo("se her")
    await kari.send_document()
    await kari.send_location()
    await kari.edit(text.id, "/start")

    updates = await bot.get_updates()

    messages = [update.message for update in updates[:6]]
    assert all(message is not None for message in messages)
    words, sticker, voice, photo, document, place = [m for m in messages if m is not None]
    assert words.parse_entities(["bot_command"]) == {words.entities[0]: "/start"}
    assert words.from_user is not None
    assert words.from_user.full_name == "Kari Nes"
    assert words.chat.type == "private"
    assert sticker.sticker is not None
    assert voice.voice is not None
    assert photo.photo
    assert (photo.caption, photo.text) == ("se her", None)
    assert document.document is not None
    assert place.location is not None
    edited = updates[6].edited_message
    assert edited is not None
    assert (edited.message_id, edited.text) == (text.id, "/start")
    assert edited.edit_date is not None


async def test_long_text_is_cut(api: BotApi, bot: Bot) -> None:
    """What a person writes beyond 4096 characters comes as several messages, as from an app."""
    kari = api.user()

    await kari.send("å" * 5000)

    assert [len(u.effective_message.text or "") for u in await bot.get_updates() if u.effective_message] == [4096, 904]


async def test_group(api: BotApi, bot: Bot) -> None:
    """In a group the bot hears only what is meant for it, and nobody once it has left."""
    group = api.group("Foreldre 5B")
    kari = api.user()
    for text in ("hei alle", "/start", "/start@noen_andre_bot", "hei @bekymret_test_bot"):
        await kari.send(text, chat=group)

    heard = [u.effective_message.text for u in await bot.get_updates() if u.effective_message]
    assert heard == ["/start", "hei @bekymret_test_bot"]
    await bot.send_message(group.id, "hei")
    assert group.newest.text == "hei"
    assert (await kari.reply(chat=group)).text == "hei"

    await bot.leave_chat(group.id)

    with pytest.raises(Forbidden):
        await bot.send_message(group.id, "hei")


# --- getUpdates -----------------------------------------------------------------------------------------------------


async def test_unconfirmed_updates_come_again(api: BotApi, bot: Bot) -> None:
    """Until a higher offset confirms them, updates are handed out again; then they are gone."""
    kari = api.user()
    for text in "abc":
        await kari.send(text)

    first = [u.update_id for u in await bot.get_updates()]
    assert [u.update_id for u in await bot.get_updates()] == first
    assert first == list(range(first[0], first[0] + 3))
    assert [u.update_id for u in await bot.get_updates(offset=first[1])] == first[1:]
    assert [u.update_id for u in await bot.get_updates(offset=0)] == first[1:]
    assert await bot.get_updates(offset=first[2] + 1) == ()

    assert api.pending == []


async def test_limit_and_negative_offset(api: BotApi, bot: Bot) -> None:
    """A limit cuts the batch; a negative offset takes the last ones and forgets those before."""
    kari = api.user()
    for text in "abcd":
        await kari.send(text)

    assert [u.message.text for u in await bot.get_updates(limit=2) if u.message] == ["a", "b"]
    assert [u.message.text for u in await bot.get_updates(offset=-2) if u.message] == ["c", "d"]
    assert [u.message.text for u in await bot.get_updates() if u.message] == ["c", "d"]


async def test_long_poll(api: BotApi, bot: Bot) -> None:
    """A long poll returns when something comes, holds up no other call, and ends empty when its time is over."""
    kari = api.user()
    poll = asyncio.create_task(bot.get_updates(timeout=10))
    await asyncio.sleep(0.1)
    await bot.send_message(kari.id, "imens")
    assert not poll.done()

    begin = time.monotonic()
    await kari.send("hei")
    (update,) = await poll

    assert time.monotonic() - begin < 1
    assert await bot.get_updates(offset=update.update_id + 1, timeout=1) == ()
    assert 0.9 < time.monotonic() - begin < 2


async def test_poll_outlasts_the_read_timeout(api: BotApi) -> None:
    """A long poll lasts as long as it asked although the read timeout is shorter."""
    quick = Bot(api.token, f"{api.url}/bot", get_updates_request=AiohttpRequest(1, read_timeout=0.3))
    async with quick:
        assert await quick.get_updates(timeout=1) == ()


async def test_allowed_updates(api: BotApi, bot: Bot) -> None:
    """Kinds not asked for are dropped from then on, and the choice is remembered."""
    kari = api.user()
    assert await bot.get_updates(allowed_updates=["callback_query"]) == ()
    await bot.send_message(kari.id, "a", reply_markup=keyboard(pressable("Ja")))
    await kari.send("hei")
    await kari.tap("Ja")

    (update,) = await bot.get_updates()

    assert update.callback_query is not None


async def test_raw_and_again(api: BotApi, bot: Bot) -> None:
    """A raw update can be queued, and one that was confirmed can come a second time, once."""
    update_id = api.push({"poll_answer": {"poll_id": "1", "option_ids": [], "option_persistent_ids": []}})
    (update,) = await bot.get_updates()
    assert update.update_id == update_id
    assert await bot.get_updates(offset=update_id + 1) == ()

    api.redeliver(update_id)

    assert [u.update_id for u in await bot.get_updates(offset=update_id + 1)] == [update_id]
    assert await bot.get_updates(offset=update_id + 1) == ()


async def test_conflicts(api: BotApi, bot: Bot) -> None:
    """A second poller ends the first, and a webhook forbids polling until it is deleted."""
    first = asyncio.create_task(bot.get_updates(timeout=10))
    await asyncio.sleep(0.1)
    async with client(api) as other:
        await other.get_updates()
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await first

    await bot.set_webhook("https://bot.example.no/hook")
    assert (await bot.get_webhook_info()).url == "https://bot.example.no/hook"
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await api.user().send("hei")
    await bot.delete_webhook(drop_pending_updates=True)

    assert await bot.get_updates() == ()


# --- the bot's card -------------------------------------------------------------------------------------------------


async def test_card(api: BotApi, bot: Bot) -> None:
    """Commands are kept by scope and language, names and descriptions by language."""
    everywhere = [BotCommand("start", "Begin")]
    private = [BotCommand("start", "Begynn"), BotCommand("slett_meg", "Glem meg")]
    scope = BotCommandScopeAllPrivateChats()
    await bot.set_my_commands(everywhere)
    await bot.set_my_commands(private, scope=scope, language_code="nb")
    await bot.set_my_commands(everywhere, scope=BotCommandScopeChat(7))
    await bot.set_my_name("Er du bekymret?", language_code="nb")
    await bot.set_my_description("Hjelp til foreldre")
    await bot.set_my_short_description("Hjelp", language_code="nn")
    await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    await bot.send_chat_action(api.user().id, "typing")

    assert list(await bot.get_my_commands()) == everywhere
    assert list(await bot.get_my_commands(scope=scope, language_code="nb")) == private
    assert api.profile.commands["all_private_chats", "nb"][1]["command"] == "slett_meg"
    assert (await bot.get_my_name("nb")).name == "Er du bekymret?"
    assert (await bot.get_my_name("en")).name == "Testbot"
    assert (await bot.get_my_description("nb")).description == "Hjelp til foreldre"
    assert api.profile.texts["short_description"] == {"nn": "Hjelp"}
    await bot.delete_my_commands(scope=scope, language_code="nb")
    assert await bot.get_my_commands(scope=scope, language_code="nb") == ()


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda bot: bot.set_my_commands([("Start", "x")]), "Bot_command_invalid"),
        (lambda bot: bot.set_my_commands([("slett-meg", "x")]), "Bot_command_invalid"),
        (lambda bot: bot.set_my_commands([("", "x")]), "Command must be non-empty"),
        (lambda bot: bot.set_my_commands([("x" * 33, "x")]), "Command length must not exceed 32"),
        (lambda bot: bot.set_my_commands([("x", "")]), "Command description must be non-empty"),
        (lambda bot: bot.set_my_commands([("x", "x" * 257)]), "Command description length must not exceed 256"),
        (lambda bot: bot.set_my_commands([("x", "x")], language_code="nb-NO"), "Invalid language code specified"),
        (lambda bot: bot.set_my_name("x" * 65), "too long"),
        (lambda bot: bot.set_my_description("x" * 513), "too long"),
        (lambda bot: bot.set_my_short_description("x" * 121), "too long"),
    ],
)
async def test_refused_card(bot: Bot, call: Callable[[Bot], Awaitable[object]], reason: str) -> None:
    """What Telegram takes for no command, name or description is refused."""
    with pytest.raises(BadRequest, match=f"(?i){reason}"):
        await call(bot)


# --- faults -------------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
async def test_too_many_requests(api: BotApi, bot: Bot) -> None:
    """A 429 carries its waiting time, strikes the given chat only, and so many times."""
    kari, ola = api.user(), api.user("Ola")
    fault = api.fault("sendMessage", status=429, retry_after=3, chat_id=kari.id, times=2)

    await bot.send_message(ola.id, "x")
    for _ in range(2):
        with pytest.raises(RetryAfter) as caught:
            await bot.send_message(kari.id, "x")
        assert caught.value.message.startswith("Flood control exceeded. Retry in 3")
    await bot.send_message(kari.id, "x")

    assert fault.hits == 2
    assert len(kari.chat.messages) == 1


async def test_bad_gateway_and_garbage(api: BotApi, bot: Bot) -> None:
    """A page in place of JSON is a network error; after garbage the work is done all the same."""
    kari = api.user()
    api.fault("sendMessage", status=502)
    with pytest.raises(NetworkError, match=r"Bad Gateway \(502\)"):
        await bot.send_message(kari.id, "x")
    assert kari.chat.messages == []

    api.fault("sendMessage", garbage=True)
    with pytest.raises(Exception, match="Invalid server response"):
        await bot.send_message(kari.id, "x")

    assert len(kari.chat.messages) == 1


async def test_delay(api: BotApi) -> None:
    """A slow answer times out; `delay` comes before the work and `late` after it."""
    kari = api.user()
    async with Bot(api.token, f"{api.url}/bot", request=AiohttpRequest(2, read_timeout=0.2)) as bot:
        api.fault("sendMessage", delay=2)
        with pytest.raises(TimedOut):
            await bot.send_message(kari.id, "x")
        assert kari.chat.messages == []

        api.fault("sendMessage", late=2)
        with pytest.raises(TimedOut):
            await bot.send_message(kari.id, "x")
        assert len(kari.chat.messages) == 1

        await bot.send_message(kari.id, "y", read_timeout=5)

    assert len(kari.chat.messages) == 2


@pytest.mark.parametrize(("drop", "left"), [("before", 0), ("after", 1)])
async def test_drop(api: BotApi, bot: Bot, drop: Literal["before", "after"], left: int) -> None:
    """A connection that closes before the work leaves nothing; one that closes after it leaves the message."""
    kari = api.user()
    api.fault("sendMessage", drop=drop)

    with pytest.raises(NetworkError):
        await bot.send_message(kari.id, "x")

    assert len(kari.chat.messages) == left


# --- the project's HTTP ---------------------------------------------------------------------------------------------


def told(error: BaseException) -> str:
    """Everything that an error could print: itself, its chain, even a context that is not shown."""
    seen: BaseException | None = error
    parts: list[str] = []
    while seen is not None:
        parts += [str(seen), repr(seen), *map(repr, seen.args), *traceback.format_exception(seen)]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(parts)


async def test_errors_keep_the_token(api: BotApi, caplog: pytest.LogCaptureFixture) -> None:
    """No error of the HTTP layer prints the token or the address: dropped, refused, late, or no address at all."""
    caplog.set_level(logging.DEBUG)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    secret = api.token.split(":")[1]
    api.fault("getMe", drop="before")
    api.fault("getUpdates", delay=5)
    errors = []
    async with AiohttpRequest(1, read_timeout=0.2) as request:
        for url in (
            f"{api.url}/bot{api.token}/getMe",
            f"{api.url}/bot{api.token}/getUpdates",
            f"{nobody}/bot{api.token}/getMe",
            f"http://127.0.0.1:99999/bot{api.token}/getMe",
            f"gopher://{api.token}/",
            f"no address {api.token}",
        ):
            with pytest.raises(NetworkError) as caught:
                await request.post(url)
            errors.append(caught.value)

    assert isinstance(errors[1], TimedOut)
    for error in errors:
        assert error.__cause__ is None
        assert error.__context__ is None
        assert secret not in told(error)
        assert api.url not in told(error)
    assert secret not in "\n".join(r.getMessage() for r in caplog.records if r.name.startswith(("aiohttp", "telegram")))
    assert [str(error) for error in errors[2:4]] == ["ClientConnectorError", "InvalidUrlClientError"]


async def test_upload(api: BotApi, bot: Bot) -> None:
    """Files go as multipart beside the form's parameters, whatever letters are in them."""
    certificate = InputFile(b"-- \r\n \xff --", filename="blåbær.pem")

    await bot.set_webhook("https://bot.example.no/å", certificate=certificate, allowed_updates=["message"])

    assert api.calls[-1].params == {
        "url": "https://bot.example.no/å",
        "certificate": b"-- \r\n \xff --",
        "allowed_updates": ["message"],
    }


async def test_pool(api: BotApi) -> None:
    """When all connections are taken, a call ends with TimedOut after the pool's own timeout."""
    kari = api.user()
    request = AiohttpRequest(1, pool_timeout=0.1, connect_timeout=0.1)
    api.fault("sendMessage", delay=1)
    async with Bot(api.token, f"{api.url}/bot", request=request) as bot:
        slow = asyncio.create_task(bot.send_message(kari.id, "first"))
        await asyncio.sleep(0.05)
        with pytest.raises(TimedOut):
            await bot.send_message(kari.id, "second")
        await slow

    assert [m.text for m in kari.chat.messages] == ["first"]


async def test_closed_request(api: BotApi) -> None:
    """A request that was shut down says so, can be shut down twice, and opens again."""
    request = AiohttpRequest()
    await request.initialize()
    await request.shutdown()
    await request.shutdown()
    with pytest.raises(NetworkError, match="not initialized"):
        await request.post(f"{api.url}/bot{api.token}/getMe")

    async with request:
        assert await request.post(f"{api.url}/bot{api.token}/getMe")


# --- a whole bot ----------------------------------------------------------------------------------------------------


async def on_text(update: Update, context: Context) -> None:
    """Answer a text with a question."""
    assert update.effective_message is not None
    await update.effective_message.reply_text("Hvor?", reply_markup=keyboard(pressable("Hjemme"), pressable("Skolen")))


async def on_press(update: Update, context: Context) -> None:
    """Answer a press by editing the question."""
    assert update.callback_query is not None
    await update.callback_query.answer()
    await update.callback_query.edit_message_text(f"Du valgte {update.callback_query.data}.")


def application(api: BotApi) -> Application[Any, Any, Any, Any, Any, Any]:
    """A bot as the library builds it."""
    builder = Application.builder().token(api.token).base_url(f"{api.url}/bot")
    app = builder.request(AiohttpRequest(8)).get_updates_request(AiohttpRequest(1)).build()
    app.add_handler(MessageHandler(filters.TEXT, on_text))
    app.add_handler(CallbackQueryHandler(on_press))
    return app


async def test_conversation(api: BotApi) -> None:
    """A real application polls, is written to, tapped, and answers in the person's chat."""
    kari, app = api.user(), application(api)
    async with app:
        await app.start()
        assert app.updater is not None
        await app.updater.start_polling(poll_interval=0)
        await kari.send("/start x")
        assert (await kari.reply()).labels == ["Hjemme", "Skolen"]
        await kari.tap("Skolen")
        answer = await kari.reply()
        await kari.silence(0.1)
        await app.updater.stop()
        await app.stop()

    assert answer.text == "Du valgte Skolen."
    assert (answer.edits, answer.labels) == (1, [])
    assert api.pending == []
    assert api.called("answerCallbackQuery")


async def test_silence(api: BotApi, bot: Bot) -> None:
    """Silence fails when the bot has said something since one's last action that was not read."""
    kari = api.user()
    await kari.send("hei")
    await kari.silence(0.01)
    with pytest.raises(TimeoutError):
        await kari.reply(timeout=0.01)
    await bot.send_message(kari.id, "a")

    with pytest.raises(AssertionError, match="'a'"):
        await kari.silence(0.01)
    await kari.reply()

    await kari.silence(0.01)


async def test_settle(api: BotApi, bot: Bot) -> None:
    """With `settle`, an answer of several messages is waited out; taking a keyboard away is no answer."""
    kari = api.user()
    asked = await bot.send_message(kari.id, "?", reply_markup=keyboard(pressable("Ja")))
    await kari.tap("Ja")

    async def speak() -> None:
        await asked.edit_reply_markup()
        for text in "abc":
            await asyncio.sleep(0.05)
            await bot.send_message(kari.id, text)

    speaking = asyncio.create_task(speak())

    assert (await kari.reply()).text == "a"
    assert (await kari.reply(settle=0.3)).text == "c"
    await speaking


def test_in_thread() -> None:
    """In a thread the server works from code without a loop and from another loop."""
    with BotApi.in_thread() as api:
        kari = api.user()

        async def talk() -> str:
            async with client(api) as bot:
                await kari.send("hei")
                (update,) = await bot.get_updates()
                assert update.effective_message is not None
                waiting = asyncio.create_task(kari.reply())
                await asyncio.sleep(0.05)
                await update.effective_message.reply_text("hallo")
                return (await waiting).text

        assert asyncio.run(talk()) == "hallo"
        api.run(kari.send("ha det"))
        assert kari.chat.messages[-1].text == "ha det"
        assert len(api.pending) == 2
