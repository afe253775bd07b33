"""What the page is told: everything when it comes, then only what has changed.

    {"real": 1763888400.2, "messages": [...], "gone": [17], "log": [...], "toasts": [...],
     "people": [...], "chats": {...}, "bot": {...}, "clock": {...}, "faults": {...}, "profile": {...}}

Nothing here is HTML: texts travel with their entities, and the page builds elements from them.
"""

from __future__ import annotations

import json
import time

from bot.playground.desk import Desk
from bot.playground.ledger import Entry
from bot.playground.people import Chat, Message
from bot.playground.refusals import Json
from bot.playground.taps import ANSWER_WITHIN

FIRST_LOG = 200  # entries that a page is told when it comes
LONGEST_SHOWN = 1200  # characters of an answer in the log
KINDS = ("photo", "animation", "document", "voice", "sticker", "location", "contact", "poll")


class News:
    """For one page. take() gives what it has not been told yet, and takes it for told."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._touched = 0
        self._shown: set[int] = set()
        self._number = max(0, desk.api.ledger.last - FIRST_LOG)
        self._told: dict[str, str] = {}
        self._answered = {tap.id for tap in desk.api.taps.all.values() if tap.answered}

    def take(self) -> Json | None:
        """None when nothing is new."""
        api = self._desk.api
        news = {**self._messages(), **self._log(), **self._toasts()}
        parts: Json = {
            "people": [self._person(chat) for chat in api.people.chats.values() if chat.private],
            "chats": {str(chat.id): self._chat(chat) for chat in api.people.chats.values() if chat.private},
            "bot": self._desk.child.json(),
            "clock": self._desk.moving.json(),
            "faults": self._desk.switches.json(),
            "profile": self._profile(),
        }
        for name, part in parts.items():
            written = json.dumps(part)
            if self._told.get(name) != written:
                self._told[name] = written
                news[name] = part
        return {"real": time.time(), **news} if news else None

    def _messages(self) -> Json:
        messages = [message for chat in self._desk.api.people.chats.values() for message in chat.messages.values()]
        changed = [message for message in messages if message.touched > self._touched and not message.gone]
        gone = [message.id for message in messages if message.gone and message.id in self._shown]
        self._touched = self._desk.api.touches
        self._shown = (self._shown | {message.id for message in changed}) - set(gone)
        found: Json = {"messages": [shown(message) for message in changed]} if changed else {}
        return {**found, "gone": gone} if gone else found

    def _log(self) -> Json:
        entries = self._desk.api.ledger.since(self._number)
        self._number = self._desk.api.ledger.last
        return {"log": [line(entry) for entry in entries]} if entries else {}

    def _toasts(self) -> Json:
        taps = [tap for tap in self._desk.api.taps.all.values() if tap.answered and tap.id not in self._answered]
        self._answered |= {tap.id for tap in taps}
        toasts = [{"chat": tap.person.id, "text": tap.toast, "alert": tap.alert} for tap in taps if tap.toast]
        return {"toasts": toasts} if toasts else {}

    def _person(self, chat: Chat) -> Json:
        assert chat.person is not None
        person = chat.person
        return {"id": person.id, "name": person.first_name, "language": person.language_code, "met": chat.met}

    def _chat(self, chat: Chat) -> Json:
        """`spinning`: taps without an answer; `waiting`: messages that the bot has not confirmed."""
        api = self._desk.api
        spinning = [
            {"message": tap.message.id, "data": tap.data, "until": tap.at + ANSWER_WITHIN}
            for tap in api.taps.all.values()
            if tap.spinning and tap.message.chat is chat
        ]
        bodies = (update.body for update in api.queue.pending() if update.kind == "message")
        waiting = [body["message_id"] for body in bodies if body["chat"]["id"] == chat.id]
        typing = {"typing": chat.typing_until} if chat.typing_until > api.clock.now() else {}
        return {"blocked": chat.blocked, "spinning": spinning, "waiting": waiting, **typing}

    def _profile(self) -> Json:
        profile = self._desk.api.profile
        chats = [chat for chat in self._desk.api.people.chats.values() if chat.person is not None]
        spoken = {chat.id: chat.person.language_code for chat in chats if chat.person is not None}
        return {
            "name": profile.in_language(profile.names, ""),
            "username": profile.username,
            "description": profile.in_language(profile.descriptions, ""),
            "commands": {str(chat): profile.commands_for(chat, language) for chat, language in spoken.items()},
        }


def shown(message: Message) -> Json:
    """A message as the page draws it."""
    content = message.content
    return {
        "id": message.id,
        "chat": message.chat.id,
        "mine": message.mine,
        "at": message.date,
        "edited": bool(message.edited_at and not message.only_markup_edited),
        "text": content.get("text") or content.get("caption") or "",
        "entities": content.get("entities") or content.get("caption_entities") or [],
        "above": bool(content.get("show_caption_above_media")),
        "media": _media(content),
        "rows": (message.markup or {}).get("inline_keyboard", []),
        "silent": message.silent,
        "reactions": message.reactions,
    }


def _media(content: Json) -> Json | None:
    kind = next((kind for kind in KINDS if kind in content), None)
    if kind is None:
        return None
    thing = content[kind][-1] if kind == "photo" else content[kind]
    shape = {name: thing[name] for name in ("width", "height", "file_name", "mime_type", "emoji") if name in thing}
    address = {"url": f"media/{thing['file_id']}"} if "file_id" in thing else {}
    return {"kind": kind, "spoiler": bool(content.get("has_media_spoiler")), **shape, **address}


def line(entry: Entry) -> Json:
    """An entry of the log, shortened."""
    answer = "" if entry.answer is None else json.dumps(entry.answer, ensure_ascii=False)
    return {
        "number": entry.number,
        "at": entry.at,
        "kind": entry.kind,
        "method": entry.method,
        "parameters": {name: value[:LONGEST_SHOWN] for name, value in entry.parameters.items()},
        "answer": answer if len(answer) <= LONGEST_SHOWN else f"{answer[:LONGEST_SHOWN]}…",
        "code": entry.code,
        "note": entry.note,
    }
