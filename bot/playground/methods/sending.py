"""sendMessage, sendPhoto, sendAnimation, sendDocument, sendMediaGroup, sendChatAction."""

from __future__ import annotations

from typing import Any

from bot.playground.api import Api
from bot.playground.formatting import formatted, units
from bot.playground.keyboards import NONE, Markup, read_markup
from bot.playground.methods.media import read_content, read_input_media
from bot.playground.methods.method import Handler, method
from bot.playground.parameters import Call
from bot.playground.people import Chat
from bot.playground.refusals import Json, bad
from bot.playground.values import Wrong, optional_bool, required_number

LONGEST_TEXT = 4096  # docs, sendMessage.text. Counted in UTF-16 units: never fewer than Telegram counts
MOST_IN_ALBUM = 10
TYPING = 5  # seconds; docs, sendChatAction
# Client.cpp, get_chat_action.
ACTIONS = frozenset(
    "cancel typing upload_photo record_video upload_video record_voice upload_voice record_audio upload_audio"
    " upload_document choose_sticker find_location pick_up_location record_video_note upload_video_note".split()
)


def read_text(call: Call) -> Json:
    """Client.cpp, get_input_message_text."""
    if not call.text("text"):
        raise bad("Message text is empty")
    words = formatted(call.text("text"), call.text("parse_mode"), call.text("entities"))
    return {**words.fields(), **_link_preview(call)}


def _link_preview(call: Call) -> Json:
    if not call.text("link_preview_options"):
        return {"link_preview_options": {"is_disabled": True}} if call.truth("disable_web_page_preview") else {}
    options = call.decoded("link_preview_options", "Can't parse link preview options JSON object")
    if not isinstance(options, dict):
        raise bad("Object expected as link preview options")
    return {"link_preview_options": options} if options else {}


def send_message(api: Api, call: Call) -> Json:
    content = read_text(call)
    markup = read_markup(call)
    extra = _common(api, call)
    chat = api.people.writable(call.text("chat_id"))
    if units(content["text"]) > LONGEST_TEXT:
        raise bad("Message is too long")  # tdlib/td, MessagesManager.cpp, process_send_message_fail_error
    return _deliver(api, call, chat, {**content, **extra}, markup)


def _send(kind: str) -> Handler:
    def send(api: Api, call: Call) -> Json:
        content = read_content(api, call, kind)
        markup = read_markup(call)
        extra = _common(api, call)
        return _deliver(api, call, api.people.writable(call.text("chat_id")), {**content, **extra}, markup)

    return send


def send_media_group(api: Api, call: Call) -> list[Json]:
    """Docs: 2-10 items, documents not mixed with others; tdlib/td, MessageContent.cpp, check_message_group_..."""
    if not call.text("media"):
        raise bad('Parameter "media" is required')
    listed = call.decoded("media", "Can't parse media JSON object")
    if not isinstance(listed, list):
        raise bad("Expected an Array of InputMedia")
    contents = [read_input_media(api, call, thing, album=True) for thing in listed]
    _check_album(contents, call)
    extra = _common(api, call)
    chat = api.people.writable(call.text("chat_id"))
    group = {"media_group_id": str(api.counters.next("album"))} if len(contents) > 1 else {}
    return [_deliver(api, call, chat, {**group, **content, **extra}, NONE) for content in contents]


def _check_album(contents: list[Json], call: Call) -> None:
    if len(contents) > MOST_IN_ALBUM:
        raise bad("Too many messages to send as an album")
    if not contents:
        raise bad("There are no messages to send")
    if len(contents) == 1:
        call.odd.append("an album of one: the docs ask for 2-10 items")
    if len({"document" in content for content in contents}) > 1:
        raise bad("Document can't be mixed with other media types")


def send_chat_action(api: Api, call: Call) -> bool:
    action = call.text("action").lower()
    if action not in ACTIONS:
        raise bad("Wrong parameter action in request")
    chat = api.people.writable(call.text("chat_id"))
    chat.action = "" if action == "cancel" else action
    chat.typing_until = api.clock.now() + TYPING
    api.bell.ring()
    return True


def _common(api: Api, call: Call) -> Json:
    """What all messages have in common. Client.cpp, do_send_message."""
    if call.integer("message_thread_id"):
        raise bad("message thread not found")
    if call.text("business_connection_id"):
        raise bad("business connection not found")
    protected: Json = {"has_protected_content": True} if call.truth("protect_content") else {}
    return {**protected, **_reply(api, call)}


def _reply(api: Api, call: Call) -> Json:
    """Client.cpp, get_reply_parameters and check_reply_parameters."""
    number, optional = call.integer("reply_to_message_id"), call.truth("allow_sending_without_reply")
    if call.text("reply_parameters"):
        thing = call.decoded("reply_parameters", "Can't parse reply parameters JSON object")
        number, optional = _reply_parameters(thing)
    if number <= 0:
        return {}
    message = api.people.chat(call.text("chat_id")).messages.get(number)
    if message is None or message.gone:
        if optional:
            return {}
        raise bad("message to be replied not found")
    shown = message.json()
    shown.pop("reply_to_message", None)
    return {"reply_to_message": shown}


def _reply_parameters(thing: Any) -> tuple[int, bool]:
    if not isinstance(thing, dict):
        raise bad("Object expected as reply parameters")
    if not thing:
        return 0, False
    try:
        return required_number(thing, "message_id"), optional_bool(thing, "allow_sending_without_reply")
    except Wrong as wrong:
        raise bad(str(wrong)) from None


def _deliver(api: Api, call: Call, chat: Chat, content: Json, markup: Markup) -> Json:
    message = api.add_message(chat, content)
    message.markup, message.reply_keyboard = markup.json(), markup.other
    message.silent = call.truth("disable_notification")
    call.odd += api.pace.sent(chat.id, private=chat.private)
    api.touch(message)
    return message.json()


# Docs, and names that Client.cpp still reads from earlier versions.
COMMON = (
    " business_connection_id chat_id message_thread_id direct_messages_topic_id disable_notification protect_content"
    " allow_paid_broadcast message_effect_id suggested_post_parameters reply_parameters reply_markup"
    " reply_to_message_id allow_sending_without_reply"
)
WORDS = "text parse_mode entities link_preview_options disable_web_page_preview"
CAPTION = " caption parse_mode caption_entities show_caption_above_media has_spoiler" + COMMON

METHODS = (
    method("sendMessage", send_message, WORDS + COMMON),
    method("sendPhoto", _send("photo"), "photo" + CAPTION),
    method("sendAnimation", _send("animation"), "animation duration width height thumbnail" + CAPTION),
    method("sendDocument", _send("document"), "document thumbnail disable_content_type_detection" + CAPTION),
    method("sendMediaGroup", send_media_group, "media" + COMMON),
    method("sendChatAction", send_chat_action, "business_connection_id chat_id message_thread_id action"),
)
