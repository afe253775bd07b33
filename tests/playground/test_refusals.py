"""What Telegram refuses, refused for the right reason: one row for each kind of bad request.

The words are Telegram's (see the sources beside the rules), except where a row's text says "playground".
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from bot.playground.people import Message
from bot.playground.testing import Playground, Somebody
from tests.playground.conftest import GIF, Json, Raw, png


def keyboard(*buttons: Json, **more: Any) -> Json:
    return {"inline_keyboard": [list(buttons)], **more}


def media(kind: str, name: str = "a") -> Json:
    return {"type": kind, "media": f"attach://{name}"}


def button(text: str = "Yes", **action: Any) -> Json:
    return {"text": text, **(action or {"callback_data": "y"})}


@dataclass(frozen=True, slots=True)
class Scene:
    """What a bad request can point at."""

    anna: Somebody
    stranger: Somebody
    text: Message  # the bot's, with a button Yes
    photo: Message  # the bot's, with a caption
    written: Message  # Anna's own
    old_keys: Message  # the bot's, sent with a reply keyboard
    gone: Message  # the bot's, deleted

    @property
    def photo_id(self) -> str:
        return str(self.photo.content["photo"][-1]["file_id"])


Parameters = dict[str, Any]
Fill = Callable[[Scene], Parameters]


@dataclass(frozen=True, slots=True)
class Row:
    method: str
    parameters: Parameters | Fill
    words: str  # the description, or its beginning where it ends with "..."
    files: dict[str, bytes] = field(default_factory=dict, repr=False)

    def fill(self, scene: Scene) -> Parameters:
        return self.parameters(scene) if callable(self.parameters) else self.parameters


def api(method: str, words: str, **parameters: Any) -> Row:
    return Row(method, parameters, f"Bad Request: {words}")


def to(method: str, words: str, files: dict[str, bytes] | None = None, **more: Any) -> Row:
    """To Anna."""
    return Row(method, lambda scene: {"chat_id": scene.anna.id, **more}, f"Bad Request: {words}", files or {})


def say(text: str, words: str, **more: Any) -> Row:
    return to("sendMessage", words, text=text, **more)


def html(text: str, words: str) -> Row:
    return say(text, f"can't parse entities: {words}", parse_mode="HTML")


def marks(text: str, words: str) -> Row:
    return say(text, f"can't parse entities: {words}", parse_mode="MarkdownV2")


def entity(text: str, words: str, **fields: Any) -> Row:
    return say(text, words, entities=[{"type": "bold", **fields}])


def keys(markup: Any, words: str) -> Row:
    return say("?", words, reply_markup=markup)


def photo(data: bytes, words: str, **more: Any) -> Row:
    return to("sendPhoto", words, {"photo": data}, **more)


def album(words: str, *media: Json, **files: bytes) -> Row:
    return to("sendMediaGroup", words, files, media=list(media))


def at(method: str, words: str, of: str = "text", **more: Any) -> Row:
    """At one of the messages of the scene."""

    def fill(scene: Scene) -> Parameters:
        message: Message = getattr(scene, of)
        return {"chat_id": message.chat.id, "message_id": message.id, **more}

    return Row(method, fill, f"Bad Request: {words}")


def commands(words: str, number: int = 1, scope: str = "default", language: str = "", **command: str) -> Row:
    listed = [{"command": "start", "description": "Begin", **command}] * number
    return api("setMyCommands", words, commands=listed, scope={"type": scope}, language_code=language)


def hook(url: str, words: str, secret: str = "") -> Row:
    return api("setWebhook", words, url=url, secret_token=secret)


NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content"
    " and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
NO_ACTION = "Text buttons are unallowed in the inline keyboard"
BUTTON = "can't parse inline keyboard button"
FILE_ID = "wrong remote file identifier specified"
PARSE = "can't parse InputMedia"
BEYOND = "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset"
ARRAYS = 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
WRONG_KIND = "Bad Request: can't use file of type Photo as Document"
LOCAL = "http://127.0.0.1:1/"
HALF = "Text contains invalid Unicode characters after decoding HTML entities..."
DOUBLE = button(callback_data="x", url="https://example.com")

ROWS = (
    # texts
    say("", "message text is empty"),
    say(" \n ", "text must be non-empty"),
    say("x" * 4097, "message is too long"),
    say("🙂" * 2049, "message is too long"),
    say("x" * 32769, "text is too long"),
    say("x", "unsupported parse_mode", parse_mode="BBCode"),
    say("x", "unsupported parse_mode", parse_mode=None),
    # HTML
    html("<b>bold", 'Can\'t find end tag corresponding to start tag "b"'),
    html("<b", "Unclosed start tag at byte offset 0"),
    html("é <font>x</font>", 'Unsupported start tag "font" at byte offset 3'),
    html("1 < 2", 'Unsupported start tag "" at byte offset 2'),
    html("x</b>", "Unexpected end tag at byte offset 1"),
    html("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
    html("<b>x</b", "Unclosed end tag at byte offset 4"),
    html("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    html('<a href="x', "Unclosed start tag at byte offset 0"),
    html("<a =x>y</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
    html("<a href=x&y>z</a>", "Unexpected end of name token at byte offset 8"),
    html('<tg-emoji emoji-id="x">🙂</tg-emoji>', "Invalid custom emoji identifier specified"),
    html("&#xd83d; half", HALF),
    # MarkdownV2
    marks("Well done!", "Character '!' is reserved and must be escaped with the preceding '\\'"),
    marks("one. two", "Character '.' is reserved and must be escaped with the preceding '\\'"),
    marks("é *bold", "Can't find end of Bold entity at byte offset 3"),
    marks("`code", "Can't find end of Code entity at byte offset 0"),
    marks("[x](http://a.b", "Can't find end of a URL at byte offset 4"),
    # entities
    entity("hi", f"{BEYOND} 9", offset=0, length=9),
    entity("hi", "entity begins after the end of the text at UTF-16 offset 5", offset=5, length=1),
    entity("🙂!", "entity begins in a middle of a UTF-16 symbol at byte offset 4", offset=1, length=2),
    entity("hi", "can't parse MessageEntity: Unsupported type specified", type="blink", offset=0, length=1),
    entity("hi", 'can\'t parse MessageEntity: Can\'t find field "length"', offset=0),
    entity("hi", "receive an entity with incorrect offset -1", offset=-1, length=1),
    # keyboards
    keys(keyboard(button(callback_data="x" * 65)), "BUTTON_DATA_INVALID"),
    keys(keyboard(button(callback_data="é" * 33)), "BUTTON_DATA_INVALID"),
    keys(keyboard(button(callback_data="")), f"{BUTTON}: {NO_ACTION}"),
    keys(keyboard({"text": "nothing"}), f"{BUTTON}: {NO_ACTION}"),
    keys(keyboard(DOUBLE), f"{BUTTON}: exactly one action is allowed, found url and callback_data (playground..."),
    keys(keyboard(button("")), "inline keyboard button text must be non-empty"),
    keys(keyboard({"callback_data": "y"}), f'{BUTTON}: Can\'t find field "text"'),
    keys(keyboard(button(callback_data="y", style="purple")), f"{BUTTON}: invalid button style specified"),
    keys(keyboard(button(url="nonsense")), "inline keyboard button URL 'nonsense' is invalid: Wrong HTTP URL"),
    keys({"inline_keyboard": [button()]}, ARRAYS),
    keys("{broken", "can't parse reply keyboard markup JSON object"),
    keys(None, "object expected as reply markup"),
    keys({"inline_keyboard": [[button()]] * 101}, "reply markup is too long"),
    keys({"inline_keyboard": [[button("x" * 200)]] * 60}, "reply markup is too long"),
    keys(keyboard(*[button()] * 9), "a row of 9 buttons, more than 8 are not shown (playground: known limit)"),
    # chats
    api("sendMessage", "chat not found", chat_id=999, text="x"),
    api("sendMessage", "chat_id is empty", text="x"),
    api("sendMessage", "chat not found", chat_id="@anna_example", text="x"),
    Row("sendMessage", lambda scene: {"chat_id": scene.stranger.id, "text": "x"}, "Bad Request: chat not found"),
    to("leaveChat", "can't leave private chats"),
    say("x", "message to be replied not found", reply_parameters={"message_id": 999}),
    say("x", "message to be replied not found", reply_to_message_id=999),
    say("x", "message thread not found", message_thread_id=7),
    say("x", "can't parse link preview options JSON object", link_preview_options="{"),
    # edits
    at("editMessageText", NOT_MODIFIED, text="Question", reply_markup=keyboard(button())),
    at("editMessageReplyMarkup", NOT_MODIFIED, reply_markup=keyboard(button())),
    at("editMessageCaption", NOT_MODIFIED, of="photo", caption="Step 1"),
    at("editMessageText", "message to edit not found", of="gone", text="x"),
    at("editMessageText", "message can't be edited", of="written", text="x"),
    at("editMessageText", "message can't be edited", of="old_keys", text="x"),
    at("editMessageText", "there is no text in the message to edit", of="photo", text="x"),
    at("editMessageCaption", "there is no caption in the message to edit", caption="x"),
    at("editMessageText", "MESSAGE_TOO_LONG", text="x" * 4097),
    at("editMessageCaption", "MEDIA_CAPTION_TOO_LONG", of="photo", caption="x" * 1025),
    at("editMessageText", "message text is empty"),
    at("editMessageText", "inline keyboard expected", text="x", reply_markup={"keyboard": [["Yes"]]}),
    at("editMessageMedia", 'parameter "media" is required'),
    at("editMessageMedia", f"{PARSE}: media not found", media={"type": "photo", "media": "attach://no"}),
    at("editMessageMedia", f'{PARSE}: type "dance" is unsupported', media={"type": "dance", "media": "x"}),
    api("editMessageText", "message identifier is not specified", text="x"),
    # deleting, pinning, reacting
    at("deleteMessage", "message to delete not found", of="gone"),
    to("deleteMessage", "message identifier is not specified"),
    to("deleteMessages", "too many message identifiers specified", message_ids=list(range(1, 102))),
    to("deleteMessages", "message identifiers are not specified", message_ids=[]),
    at("pinChatMessage", "message to pin not found", of="gone"),
    to("unpinChatMessage", "message to unpin not found"),
    at("setMessageReaction", "REACTION_INVALID", reaction=[{"type": "emoji", "emoji": "🧘"}]),
    at("setMessageReaction", "REACTIONS_TOO_MANY", reaction=[{"type": "emoji", "emoji": "👍"}] * 2),
    to("sendChatAction", "wrong parameter action in request", action="dance"),
    # taps
    api("answerCallbackQuery", TOO_OLD, callback_query_id="1"),
    api("answerCallbackQuery", "MESSAGE_TOO_LONG", callback_query_id="1", text="x" * 201),
    api("answerCallbackQuery", "URL_INVALID", callback_query_id="1", url="https://example.com"),
    # pictures and files
    to("sendPhoto", "there is no photo in the request"),
    photo(b"no picture at all", "IMAGE_PROCESS_FAILED"),
    photo(png()[:-12], "IMAGE_PROCESS_FAILED"),
    photo(b"", "file must be non-empty"),
    photo(png(9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
    photo(png(210, 10), "PHOTO_INVALID_DIMENSIONS"),
    photo(png() + bytes(10 << 20), "file of size ..."),
    photo(png(), "message caption is too long", caption="x" * 1025),
    to("sendPhoto", f"{FILE_ID}: can't unserialize it. Wrong last symbol", photo="nonsense"),
    to("sendPhoto", f"{FILE_ID}: Wrong string length", photo="abcde"),
    to("sendPhoto", "failed to get HTTP URL content", photo="https://example.com/x.png"),
    Row("sendDocument", lambda scene: {"chat_id": scene.anna.id, "document": scene.photo_id}, WRONG_KIND),
    api("getFile", "invalid file_id", file_id="nonsense"),
    api("getFile", "file_id not specified"),
    album("there are no messages to send"),
    album(f'{PARSE}: type "animation" can\'t be used in sendMediaGroup', media("animation"), a=GIF),
    album("document can't be mixed with other media types", media("photo"), media("document", "b"), a=png(), b=b"x"),
    album("too many messages to send as an album", *[media("photo")] * 11, a=png()),
    # the bot's own profile
    commands("BOT_COMMAND_INVALID", command="Start"),
    commands("command length must not exceed 32", command="x" * 33),
    commands("command description length must not exceed 256", description="x" * 257),
    commands("command description must be non-empty", description=" "),
    api("setMyCommands", 'can\'t parse BotCommand: Can\'t find field "description"', commands=[{"command": "start"}]),
    commands("BOT_COMMANDS_TOO_MUCH", number=101),
    commands("invalid language code specified", language="deu"),
    commands("can't parse BotCommandScope: Unsupported type specified", scope="moon"),
    api("setMyDescription", "description is too long: 513 characters, at most 512 (...", description="x" * 513),
    api("setMyShortDescription", "short_description is too long...", short_description="x" * 121),
    api("setMyName", "name is too long...", name="x" * 65),
    api("setChatMenuButton", "can't parse menu button: MenuButton has unsupported type", menu_button={"type": "moon"}),
    # webhooks
    hook("http://example.com/hook", "bad webhook: An HTTPS URL must be provided for webhook"),
    hook("https://example.com:8444/", "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"),
    hook("https://example.com/hook", "bad webhook: Failed to resolve host: Name or service not known"),
    hook("ftp://127.0.0.1/", "invalid webhook URL specified"),
    hook(LOCAL, "secret token contains unallowed characters", secret="with blanks"),
    hook(LOCAL, "secret token is too long", secret="x" * 257),
)  # fmt: skip


@pytest.fixture
async def scene(playground: Playground, anna: Somebody, raw: Raw) -> Scene:
    async def sent(**more: Any) -> Message:
        answer = await raw("sendMessage", chat_id=anna.id, **more)
        return anna.chat.messages[answer["result"]["message_id"]]

    question = await sent(text="Question", reply_markup=keyboard(button()))
    old_keys = await sent(text="keys", reply_markup={"keyboard": [["Yes"]]})
    gone = await sent(text="gone")
    await raw("deleteMessage", chat_id=anna.id, message_id=gone.id)
    stored = playground.api.files.add("photo", "p.png", png(), None)
    answer = await raw("sendPhoto", chat_id=anna.id, photo=stored.file_id, caption="Step 1")
    shown = anna.chat.messages[answer["result"]["message_id"]]
    written = await anna.say("mine")
    return Scene(anna, playground.person("Stranger"), question, shown, written, old_keys, gone)


def test_there_are_many_kinds() -> None:
    assert len({row.words for row in ROWS}) >= 100


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method}: {row.words[:60]}")
async def test_refused_for_the_right_reason(
    row: Row, scene: Scene, playground: Playground, client: aiohttp.ClientSession
) -> None:
    before = scene.anna.screen()
    url = f"{playground.base_url}{playground.token}/{row.method}"
    async with client.post(url, **body_of(row, scene)) as answer:
        decoded = await answer.json()
    assert answer.status == decoded["error_code"] == 400
    assert decoded["ok"] is False
    if row.words.endswith("..."):
        assert decoded["description"].startswith(row.words.removesuffix("..."))
    else:
        assert decoded["description"] == row.words
    assert scene.anna.screen() == before
    assert playground.api.ledger.refusals()[-1].note == decoded["description"]


def body_of(row: Row, scene: Scene) -> dict[str, Any]:
    """JSON, or multipart where there are files."""
    parameters = row.fill(scene)
    if not row.files:
        return {"json": parameters}
    form = aiohttp.FormData()
    for name, value in parameters.items():
        form.add_field(name, value if isinstance(value, str) else json.dumps(value))
    for name, data in row.files.items():
        form.add_field(name, io.BytesIO(data), filename=f"{name}.png")
    return {"data": form}


async def test_a_tap_is_answered_once_and_soon(raw: Raw, scene: Scene, playground: Playground) -> None:
    tap = await scene.anna.tap("Yes")
    assert (await raw("answerCallbackQuery", callback_query_id=tap.id))["ok"]
    again = await raw("answerCallbackQuery", callback_query_id=tap.id, text="once more", show_alert=True)
    assert again["description"] == f"Bad Request: {TOO_OLD}"
    late = await scene.anna.tap("Yes")
    playground.clock.advance(16)
    assert (await raw("answerCallbackQuery", callback_query_id=late.id))["description"] == f"Bad Request: {TOO_OLD}"


async def test_two_days_old_messages_cannot_be_deleted(raw: Raw, scene: Scene, playground: Playground) -> None:
    playground.clock.advance(48 * 3600 + 1)
    answer = await raw("deleteMessage", chat_id=scene.anna.id, message_id=scene.text.id)
    assert answer["description"] == "Bad Request: message can't be deleted for everyone"


async def test_who_blocked_the_bot_is_not_written_to(raw: Raw, scene: Scene) -> None:
    await scene.anna.block()
    for method in ("sendMessage", "sendChatAction", "editMessageText"):
        answer = await raw(method, chat_id=scene.anna.id, message_id=scene.text.id, text="x", action="typing")
        assert (answer["error_code"], answer["description"]) == (403, "Forbidden: bot was blocked by the user")
    await scene.anna.unblock()
    assert (await raw("sendMessage", chat_id=scene.anna.id, text="welcome back"))["ok"]


async def test_bytes_that_are_no_utf8(playground: Playground, scene: Scene, client: aiohttp.ClientSession) -> None:
    url = f"{playground.base_url}{playground.token}/sendMessage?chat_id={scene.anna.id}"
    for mode, words in (
        ("", "strings must be encoded in UTF-8"),
        ("&parse_mode=HTML", "text must be encoded in UTF-8"),
    ):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        async with client.post(f"{url}{mode}", data=b"text=%ff%fe", headers=form) as answer:
            assert (await answer.json())["description"] == f"Bad Request: {words}"


async def test_paths_that_are_none(playground: Playground, client: aiohttp.ClientSession) -> None:
    root, token = playground.root, playground.token
    for path, code in ((f"bot{token}", 404), ("botnonsense/getMe", 404), ("bot12:playground/getMe", 401)):
        async with client.get(f"{root}/{path}") as answer:
            assert ((await answer.json())["error_code"], answer.status) == (code, code)
    async with client.get(f"{playground.base_file_url}{token}/photos/none.png") as answer:
        assert answer.status == 404
    async with client.get(f"{playground.base_file_url}12:playground/photos/none.png") as answer:
        assert answer.status == 401
