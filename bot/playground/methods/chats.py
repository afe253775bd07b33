"""getChat, leaveChat, pinChatMessage, unpinChatMessage, getFile."""

from __future__ import annotations

from bot.playground.api import Api
from bot.playground.methods.method import method
from bot.playground.parameters import Call
from bot.playground.refusals import Json, bad

LARGEST_DOWNLOAD = 20 << 20  # bytes; docs, getFile
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


def get_chat(api: Api, call: Call) -> Json:
    """ChatFullInfo; of its many fields those that are required, and the pinned message."""
    chat = api.people.chat(call.text("chat_id"))
    gifts = dict.fromkeys(GIFTS, False)
    full = {**chat.json(), "accent_color_id": 1, "max_reaction_count": 11, "accepted_gift_types": gifts}
    if chat.pinned:
        full["pinned_message"] = chat.messages[chat.pinned[-1]].json()
    return full


def leave_chat(api: Api, call: Call) -> bool:
    chat = api.people.chat(call.text("chat_id"))
    if chat.private:
        raise bad("Can't leave private chats")  # tdlib/td, DialogParticipantManager.cpp, leave_dialog
    chat.bot_inside = False
    api.bell.ring()
    return True


def pin(api: Api, call: Call) -> bool:
    chat = api.people.writable(call.text("chat_id"))
    message = chat.find(call.integer("message_id"), "message to pin")
    chat.pinned = [*(number for number in chat.pinned if number != message.id), message.id]
    api.bell.ring()
    return True


def unpin(api: Api, call: Call) -> bool:
    """Without a message: the one pinned last. Client.cpp, process_unpin_chat_message_query."""
    chat = api.people.writable(call.text("chat_id"))
    number = call.integer("message_id")
    if not number:
        if not chat.pinned:
            raise bad("Message to unpin not found")
        number = chat.pinned[-1]
    chat.find(number, "message to unpin")
    chat.pinned = [other for other in chat.pinned if other != number]
    api.bell.ring()
    return True


def get_file(api: Api, call: Call) -> Json:
    """Client.cpp, check_remote_file_id, TdOnCheckRemoteFileIdCallback and do_get_file."""
    if not call.text("file_id"):
        raise bad("file_id not specified")
    stored = api.files.known(call.text("file_id"))
    if stored is None:
        raise bad("invalid file_id")
    if len(stored.data) > LARGEST_DOWNLOAD:
        raise bad("file is too big")
    return {**stored.json(), "file_path": stored.path}


METHODS = (
    method("getChat", get_chat, "chat_id"),
    method("leaveChat", leave_chat, "chat_id"),
    method("pinChatMessage", pin, "business_connection_id chat_id message_id disable_notification"),
    method("unpinChatMessage", unpin, "business_connection_id chat_id message_id"),
    method("getFile", get_file, "file_id"),
)
