"""The sittings of the last year, one short line each: what /progress is drawn from.

    2026-03-02 5>3 stopped cat_cow:5>4 seated_twist:4>3!

A day, pain before and after the sitting (`-`: not told), whether it was stopped, and each stretch with the pain before
and after it; `!`: this stretch was stopped. Lines instead of pages, because every turn reads and writes the whole
conversation: text that nobody looks at costs nothing. Ids and whole numbers only, never a person's words.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from attrs import evolve, frozen

from flows.conversation import Conversation, Past
from flows.zones import zone_of

MOST = 200
"""Sittings kept; older ones go. At two a day, the most there can be, it is a bit more than three months."""
LIVES = timedelta(days=365)
"""What is older than a year is dropped, whether anybody comes back or not: the wake-up "fade" sees to it."""
STOPPED = "stopped"
_LEVEL = r"(?:-|10|\d)"
_LINE = re.compile(rf"\d{{4}}-\d\d-\d\d {_LEVEL}>{_LEVEL}(?: {STOPPED})?(?: [a-z0-9_]+:{_LEVEL}>{_LEVEL}!?)*", re.ASCII)


@frozen
class Went:
    """A stretch of one sitting: pain just before it and after it; None: not told, or not to be told honestly."""

    stretch: str
    before: int | None = None
    after: int | None = None
    stopped: bool = False


@frozen
class Sat:
    """A sitting that is over, by the person's own day."""

    day: date
    before: int | None = None
    after: int | None = None
    stopped: bool = False
    went: tuple[Went, ...] = ()


def line(sat: Sat) -> str:
    """A sitting as it is kept."""
    went = (f"{each.stretch}:{_levels(each)}{'!' if each.stopped else ''}" for each in sat.went)
    return " ".join([sat.day.isoformat(), _levels(sat), *([STOPPED] if sat.stopped else []), *went])


def _levels(of: Sat | Went) -> str:
    before, after = ("-" if level is None else str(level) for level in (of.before, of.after))
    return f"{before}>{after}"


def read(kept: str) -> Sat:
    """What `line` wrote. ValueError: anything else."""
    if not _LINE.fullmatch(kept):
        raise ValueError("a line of the history is none")
    day, levels, *rest = kept.split(" ")
    stopped = rest[:1] == [STOPPED]
    went = tuple(_went(each) for each in rest[stopped:])
    return Sat(date.fromisoformat(day), *_read_levels(levels), stopped, went)


def _went(kept: str) -> Went:
    stretch, _, levels = kept.partition(":")
    return Went(stretch, *_read_levels(levels.removesuffix("!")), levels.endswith("!"))


def _read_levels(kept: str) -> tuple[int | None, int | None]:
    before, _, after = kept.partition(">")
    return _level(before), _level(after)


def _level(kept: str) -> int | None:
    return None if kept == "-" else int(kept)


def day_of(at: datetime, zone: str) -> date:
    """The day of an instant as the person counts days; without a zone by UTC."""
    return at.astimezone(zone_of(zone or "UTC")).date()


def sat(past: Past, zone: str) -> Sat:
    """A past sitting, as the history keeps it."""
    went = tuple(Went(done.stretch, done.before, done.level, done.stopped) for done in past.done)
    return Sat(day_of(past.begun, zone), past.baseline, past.after, past.stopped, went)


def add(talk: Conversation, past: Past) -> Conversation:
    """Write a sitting into the history that has just been added to `past`. The first line brings those of before
    along."""
    newest = [past] if talk.history else list(talk.past)
    lines = (line(sat(each, talk.zone)) for each in newest)
    return evolve(talk, history=(*talk.history, *lines)[-MOST:])


def level_before(talk: Conversation, stretch: str) -> int | None:
    """The pain just before a stretch that begins now; None where its change could not be told honestly.

    Done right after itself it is still one go, counted from its first level. Done again after another stretch nobody
    can say which of them changed what.
    """
    sitting = talk.sitting
    if sitting is None:
        return None
    earlier = next((done for done in sitting.done if done.stretch == stretch), None)
    if earlier is None:
        return sitting.told
    return earlier.before if earlier is sitting.done[-1] else None


def fade(talk: Conversation, now: datetime) -> Conversation:
    """The conversation without what is older than a year: sittings, and what happened in them."""
    first = (now - LIVES).date().isoformat()
    return evolve(
        talk,
        history=tuple(each for each in talk.history if each >= first),
        past=tuple(past for past in talk.past if now - past.ended < LIVES),
        marks=tuple(mark for mark in talk.marks if now - mark.at < LIVES),
    )


def next_fade(talk: Conversation, now: datetime) -> timedelta | None:
    """In how long the oldest of it is a year old; None: nothing is kept."""
    oldest = min([*(past.ended for past in talk.past), *(mark.at for mark in talk.marks)], default=None)
    days = [timedelta(days=(read(talk.history[0]).day - now.date()).days)] if talk.history else []
    ages = [*days, *([oldest - now] if oldest is not None else [])]
    return max(min(ages) + LIVES, timedelta()) + timedelta(days=1) if ages else None
