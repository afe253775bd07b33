"""/mydata: everything that is held of a person, to read and as data. Made when it is sent, from the store itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from attrs import evolve

from bot import letters
from flows import kept
from flows.mine import known_words, mine, when
from flows.pages import Book
from flows.sheet import Part, Sheet, as_text
from storage.store import Held


def text_of(held: Held, book: Book, now: datetime) -> str:
    """All of it in words."""
    return as_text(sheet_of(held, book, now))


def sheet_of(held: Held, book: Book, now: datetime) -> Sheet:
    """What the conversation says, and what stands beside it: messages and wake-ups."""
    talk = kept.read(held.conversation)
    sheet = mine(talk, book, now)
    words = known_words(book)
    waiting = tuple(_words_of(letter.body) for letter in held.letters)
    wakes = tuple(
        book.say("mydata.wake", at=when(wake.at, talk), name=words.get(wake.name, wake.name)) for wake in held.wakes
    )
    posted = tuple(
        book.say("mydata.posted", at=when(each.kept, talk), fate=words.get(each.fate, each.fate))
        for each in held.posted
    )
    beside = {"wakes": wakes, "letters": waiting, "posted": posted}
    parts = [Part(book.say(f"mydata.part.{key}"), lines) for key, lines in beside.items() if lines]
    if held.aside is not None:
        parts.append(Part(book.say("mydata.part.aside"), (book.say("mydata.aside", at=when(held.aside, talk)),)))
    foot = book.say("mydata.id", person=held.person.rpartition(":")[2])
    return evolve(sheet, parts=(*sheet.parts, *parts), foot=foot)


def _words_of(body: str) -> str:
    card = letters.read(body).card
    return " ".join(f"{card.title} {card.text}".split())


def json_of(held: Held, now: datetime) -> str:
    """All of it as data: every field as it is stored, opened."""
    page: dict[str, Any] = {
        "made": _instant(now),
        "person": held.person,
        "conversation": None if held.conversation is None else json.loads(held.conversation),
        "waiting_messages": [
            {
                "cause": each.cause,
                "once": each.once,
                "expires": _instant(each.expires),
                "message": json.loads(each.body),
            }
            for each in held.letters
        ],
        "wake_ups": [{"name": each.name, "at": _instant(each.at)} for each in held.wakes],
        "sent_messages": [
            {"fate": each.fate, "reference": each.reference, "kept": _instant(each.kept)} for each in held.posted
        ],
    }
    if held.aside is not None:
        page["conversation_that_did_not_open_laid_aside"] = _instant(held.aside)
    return json.dumps(page, indent=2, ensure_ascii=False, sort_keys=False) + "\n"


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()
