"""What people do, told to the bot as updates. The page and the tests both act through these."""

from __future__ import annotations

from typing import Any

from bot.playground.api import Api
from bot.playground.files import Stored
from bot.playground.formatting import plain
from bot.playground.people import Chat, Message, Person
from bot.playground.pictures import look
from bot.playground.queue import DAY, TAP
from bot.playground.refusals import Json
from bot.playground.taps import Tap

# Lanes of the webhook: Client.cpp, webhook_queue_id.
TAPS = 3 << 33
MEMBERS = 5 << 33


def write(api: Api, person: Person, text: str, chat: Chat | None = None, *, reply_to: Message | None = None) -> Message:
    """Somebody types a text. ValueError for one that no client would send (empty, or over 4096 characters)."""
    words = plain(text)
    if len(words.text) > 4096:
        raise ValueError("nobody can send more than 4096 characters in one message")
    content = words.fields()
    if reply_to is not None:
        content["reply_to_message"] = reply_to.json()
    return send(api, person, content, chat)


def send(api: Api, person: Person, content: Json, chat: Chat | None = None) -> Message:
    """Somebody sends anything: `content` is what Message says of it. In a private chat this ends a block."""
    where = chat or api.people.chats[person.id]
    where.met = True
    if where.blocked:
        unblock(api, person)
    message = api.add_message(where, content, person.json())
    if where.private or _meant_for_bot(api, message):
        api.queue.push("message", message.json(), DAY, where.id)
    return message


def _meant_for_bot(api: Api, message: Message) -> bool:
    """Privacy mode in groups: commands and replies to the bot. Docs, bots/features, "Privacy mode"."""
    if not message.chat.bot_inside:
        return False
    first = (message.words.split() or [""])[0].lower()
    name = f"@{api.profile.username}".lower()
    replied = message.content.get("reply_to_message", {}).get("from", {}).get("id")
    return (first.startswith("/") and first.partition("@")[1:] in (("", ""), ("@", name[1:]))) or (
        replied == api.profile.id
    )


def edit(api: Api, person: Person, message: Message, text: str) -> None:
    """Somebody changes what they wrote."""
    message.content = plain(text).fields()
    message.edited_at = int(api.clock.now())
    api.touch(message)
    api.queue.push("edited_message", message.json(), DAY, message.chat.id)


def tap(api: Api, person: Person, message: Message, data: str) -> Tap:
    """Somebody taps a button; `data` may be forged, as any client can. A message that is gone arrives as a stub."""
    number = api.counters.next("tap")
    made = api.taps.add(Tap(str(number), person, message, data, api.clock.now()))
    shown = message.json()
    if message.gone:  # Client.cpp, JsonInaccessibleMessage: date 0
        shown = {"chat": message.chat.json(), "message_id": message.id, "date": 0}
    body = {
        "id": made.id,
        "from": person.json(),
        "message": shown,
        "chat_instance": str(message.chat.id * 7919 % (1 << 62)),
        "data": data,
    }
    api.bell.ring()
    api.queue.push("callback_query", body, TAP, person.id + TAPS)
    return made


def block(api: Api, person: Person) -> None:
    """Somebody stops the bot in their client."""
    _membership(api, person, api.people.chats[person.id], "member", "kicked")
    api.people.chats[person.id].blocked = True


def unblock(api: Api, person: Person) -> None:
    api.people.chats[person.id].blocked = False
    _membership(api, person, api.people.chats[person.id], "kicked", "member")


def invite(api: Api, person: Person, group: Chat) -> None:
    """Somebody puts the bot into a group."""
    group.met = group.bot_inside = True
    _membership(api, person, group, "left", "member")


def expel(api: Api, person: Person, group: Chat) -> None:
    """Somebody throws the bot out of a group."""
    group.bot_inside = False
    _membership(api, person, group, "member", "left")


def _membership(api: Api, person: Person, chat: Chat, old: str, new: str) -> None:
    api.bell.ring()
    body = {
        "chat": chat.json(),
        "from": person.json(),
        "date": int(api.clock.now()),
        "old_chat_member": _member(api, old),
        "new_chat_member": _member(api, new),
    }
    api.queue.push("my_chat_member", body, DAY, chat.id + MEMBERS)


def _member(api: Api, status: str) -> Json:
    until: Json = {"until_date": 0} if status == "kicked" else {}
    return {"user": api.profile.json(), "status": status, **until}


def photo(api: Api, data: bytes, caption: str = "") -> Json:
    stored = api.files.add("photo", "photo.jpg", data, look(data))
    words: Json = plain(caption).fields("caption", "caption_entities") if caption else {}
    return {"photo": api.files.sizes(stored), **words}


def voice(api: Api, seconds: int = 3) -> Json:
    stored = api.files.add("voice", "voice.oga", b"OggS" + bytes(60), None)
    return {"voice": {**stored.json(), "duration": seconds, "mime_type": "audio/ogg"}}


def sticker(api: Api, emoji: str) -> Json:
    stored: Stored = api.files.add("sticker", "sticker.webp", b"RIFF" + bytes(60), None)
    shape: dict[str, Any] = {"width": 512, "height": 512, "is_animated": False, "is_video": False, "type": "regular"}
    return {"sticker": {**stored.json(), **shape, "emoji": emoji}}


def document(api: Api, name: str, data: bytes) -> Json:
    stored = api.files.add("document", name, data, look(data))
    return {"document": {**stored.json(), "file_name": name, "mime_type": "application/octet-stream"}}


def location(latitude: float, longitude: float) -> Json:
    return {"location": {"latitude": latitude, "longitude": longitude}}


def contact(phone: str, first_name: str) -> Json:
    return {"contact": {"phone_number": phone, "first_name": first_name}}


def poll(api: Api, question: str, options: list[str]) -> Json:
    shown: Json = {
        "id": str(api.counters.next("album")),
        "question": question,
        "options": [
            {"persistent_id": str(number), "text": option, "voter_count": 0} for number, option in enumerate(options)
        ],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": True,
        "members_only": False,
    }
    return {"poll": shown}
