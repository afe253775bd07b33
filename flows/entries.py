"""Typed entries: where a card wants something that no button lists, or a number beside its buttons."""

from __future__ import annotations

import re
from datetime import datetime

from flows import places
from flows.clocktime import clock_time
from flows.conversation import Conversation
from flows.events import Answered
from flows.pages import Book
from flows.stages import Stage
from flows.text import plain

SPAN = re.compile(r"-|\u2013|\bto\b|\band\b", re.IGNORECASE)
MOST_PAUSE = 90
"""Days of a pause."""
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def entry(talk: Conversation, text: str, book: Book, now: datetime) -> Answered | None:
    """What a typed text answers here; None: nothing."""
    match talk.stage, talk.ask:
        case Stage.RATING, "level":
            return _level(text)
        case Stage.REMINDING, _:
            return _of_reminder(talk.ask, text, book)
        case (Stage.COUNTRY, _) | (Stage.SETTINGS, "country"):
            code = places.country_named(text, book)
            return Answered("country", code) if code else None
        case Stage.CHOOSING, _:
            return _stretch(text, book)
    return None


def _of_reminder(ask: str, text: str, book: Book) -> Answered | None:
    """A time, a town or a country, a span of quiet hours, a number of days."""
    match ask:
        case "time" | "quarter" | "echo":
            at = clock_time(text)
            return Answered("time", at) if at else None
        case "place" | "where":
            zone, country = places.zone_named(text, book.language), places.territory_named(text, book.language)
            if zone:
                return Answered("zone", zone)
            return Answered("where", country) if country else None
        case "quiet":
            ends = [clock_time(words.strip()) for words in SPAN.split(text)]
            return Answered("quiet", "-".join(ends)) if len(ends) == 2 and all(ends) else None
        case "pause":
            days = plain(text).removesuffix(" days").removesuffix(" day")
            ok = days.isascii() and days.isdigit() and len(days) < 3 and 0 < int(days) <= MOST_PAUSE
            return Answered("pause", str(int(days))) if ok else None
    return None


def _level(text: str) -> Answered | None:
    words = [] if text.strip().startswith("-") else plain(text).split()
    if len(words) in (2, 4) and words[-1] == "10" and (len(words) == 2 or words[1:3] == ["out", "of"]):
        words = words[:1]
    if len(words) != 1:
        return None
    word = words[0]
    level = (
        WORDS.index(word) if word in WORDS else int(word) if word.isascii() and word.isdigit() and len(word) < 3 else -1
    )
    return Answered("level", str(level)) if 0 <= level <= 10 else None


def _stretch(text: str, book: Book) -> Answered | None:
    wanted = plain(text)
    for stretch in book.stretches.values():
        if wanted and wanted in {plain(name) for name in (stretch.name, *stretch.also_called)}:
            return Answered("choose", stretch.id)
    return None
