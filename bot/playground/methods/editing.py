"""editMessageText, editMessageCaption, editMessageMedia, editMessageReplyMarkup, deleteMessage, deleteMessages.

What surprises: an edit without reply_markup takes the keyboard away; a message that was sent with a reply keyboard can
never be edited; and "too long" has other words here than in sendMessage, because it comes from another server.
"""

from __future__ import annotations

from typing import Any

from bot.playground.api import Api
from bot.playground.formatting import units
from bot.playground.keyboards import Markup, read_markup
from bot.playground.methods.media import LONGEST_CAPTION, read_caption, read_input_media
from bot.playground.methods.method import method
from bot.playground.methods.sending import LONGEST_TEXT, WORDS, read_text
from bot.playground.parameters import Call
from bot.playground.people import Chat, Message
from bot.playground.refusals import Json, bad

# Client.cpp, fail_query_with_error: MESSAGE_NOT_MODIFIED.
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content"
    " and reply markup of the message"
)
# What an edit of text, caption or media leaves as it is.
KEPT = ("reply_to_message", "has_protected_content", "media_group_id")
CAPTION = ("caption", "caption_entities", "show_caption_above_media")
DELETABLE = 48 * 3600  # seconds; docs, deleteMessage
MOST_DELETED = 100


def edit_text(api: Api, call: Call) -> Json:
    content = read_text(call)
    markup = read_markup(call, inline_only=True)
    message = _editable(api, call)
    if "text" not in message.content:
        raise bad("There is no text in the message to edit")
    if units(content["text"]) > LONGEST_TEXT:
        raise bad("MESSAGE_TOO_LONG")  # not "message is too long": tdlib/td, EditMessageQuery passes it on as it is
    return _change(api, message, {**_kept(message), **content}, markup)


def edit_caption(api: Api, call: Call) -> Json:
    markup = read_markup(call, inline_only=True)
    caption = read_caption(call)
    message = _editable(api, call)
    if not any(kind in message.content for kind in ("photo", "animation", "document")):
        raise bad("There is no caption in the message to edit")
    if units(caption.text) > LONGEST_CAPTION:
        raise bad("MEDIA_CAPTION_TOO_LONG")
    content = {name: value for name, value in message.content.items() if name not in CAPTION}
    above: Json = {"show_caption_above_media": True} if call.truth("show_caption_above_media") else {}
    return _change(api, message, {**content, **caption.fields("caption", "caption_entities"), **above}, markup)


def edit_media(api: Api, call: Call) -> Json:
    """Also turns a text into a picture: docs, editMessageMedia."""
    markup = read_markup(call, inline_only=True)
    if not call.text("media"):
        raise bad('Parameter "media" is required')
    content = read_input_media(api, call, call.decoded("media", "Can't parse input media JSON object"))
    message = _editable(api, call)
    return _change(api, message, {**_kept(message), **content}, markup)


def edit_markup(api: Api, call: Call) -> Json:
    markup = read_markup(call, inline_only=True)
    message = _editable(api, call)
    return _change(api, message, message.content, markup)


def _editable(api: Api, call: Call) -> Message:
    """Client.cpp, check_message with AccessRights::Edit; tdlib/td, MessagesManager.cpp, can_edit_message.

    That a person who blocked the bot cannot be edited to is not documented; refusing it is the strict reading.
    """
    if not call.text("chat_id") and not call.integer("message_id"):
        if not call.text("inline_message_id"):
            raise bad("Message identifier is not specified")
        raise bad("MESSAGE_ID_INVALID")
    chat = api.people.writable(call.text("chat_id"))
    message = chat.find(call.integer("message_id"), "message to edit")
    if not message.mine or message.reply_keyboard is not None:
        raise bad("Message can't be edited")
    return message


def _kept(message: Message) -> Json:
    return {name: message.content[name] for name in KEPT if name in message.content}


def _change(api: Api, message: Message, content: Json, markup: Markup) -> Json:
    shown = markup.json()
    if content == message.content and shown == message.markup:
        raise bad(NOT_MODIFIED)
    message.only_markup_edited = message.only_markup_edited and content == message.content
    message.content, message.markup = content, shown
    message.edited_at = int(api.clock.now())
    api.touch(message)
    return message.json()


def delete_message(api: Api, call: Call) -> bool:
    """Client.cpp, process_delete_message_query."""
    if not call.text("chat_id"):
        raise bad("Chat identifier is not specified")
    if not call.integer("message_id"):
        raise bad("Message identifier is not specified")
    chat = api.people.chat(call.text("chat_id"))
    _delete(api, chat, [chat.find(call.integer("message_id"), "message to delete")])
    return True


def delete_messages(api: Api, call: Call) -> bool:
    """Those that are not there are passed over. Client.cpp, get_message_ids and process_delete_messages_query."""
    if not call.text("message_ids"):
        raise bad("Message identifiers are not specified")
    listed = call.decoded("message_ids", "Can't parse message_ids JSON object")
    if not isinstance(listed, list):
        raise bad("Expected an Array of message identifiers")
    if len(listed) > MOST_DELETED:
        raise bad("Too many message identifiers specified")
    if not listed:
        raise bad("Message identifiers are not specified")
    numbers = [_identifier(thing) for thing in listed]
    chat = api.people.chat(call.text("chat_id"))
    found = [chat.messages[number] for number in numbers if number in chat.messages]
    _delete(api, chat, [message for message in found if not message.gone])
    return True


def _identifier(thing: Any) -> int:
    if isinstance(thing, bool) or not isinstance(thing, int | str):
        raise bad("Message identifier must be a Number")
    if not str(thing).lstrip("-").isdecimal():
        raise bad("Can't parse message identifier as a Number")
    if int(thing) <= 0:
        raise bad("Invalid message identifier specified")
    return int(thing)


def _delete(api: Api, chat: Chat, messages: list[Message]) -> None:
    """All or none: tdlib/td, MessagesManager.cpp, delete_messages. Rights: docs, deleteMessage."""
    for message in messages:
        if not message.mine and not chat.private:
            raise bad("Message can't be deleted")
        if api.clock.now() > message.date + DELETABLE:
            raise bad("Message can't be deleted for everyone")
    for message in messages:
        message.gone = True
        if message.id in chat.pinned:
            chat.pinned.remove(message.id)
    api.bell.ring()


TARGET = " business_connection_id chat_id message_id inline_message_id reply_markup"
METHODS = (
    method("editMessageText", edit_text, WORDS + TARGET),
    method("editMessageCaption", edit_caption, "caption parse_mode caption_entities show_caption_above_media" + TARGET),
    method("editMessageMedia", edit_media, "media" + TARGET),
    method("editMessageReplyMarkup", edit_markup, TARGET),
    method("deleteMessage", delete_message, "chat_id message_id"),
    method("deleteMessages", delete_messages, "chat_id message_ids"),
)
