"""The daily reminder as a value: when it comes next, when it is quiet, and how that is said.

Three things are kept apart. The *occurrence* is the instant that zone, wall time and weekdays give. The *delivery* is
what the person gets: a few minutes later for "around 8", an hour later when it was put off. A *sound* is neither: it
belongs to the message. Twelve hours, "today" and "the last one" are measured on occurrences alone, so neither a shift
nor "in an hour" ever moves or swallows the next one.

The instant that is kept with the wake-up is only a copy. It is counted anew whenever the wake-up fires: if by the rules
of today it is too early (the zone changed its rules, a clock was set back, stretching rests), the wake-up is asked for
again and nothing is sent.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from attrs import evolve
from babel import Locale

from flows.conversation import Conversation, Reminder
from flows.pages import Book
from flows.phrases import listing
from flows.schedule import next_reminder, wall_time, within
from flows.zones import zone_of

MOST_IGNORED = 3
"""So many in a row without an answer, then one question, then silence (issue: it backs off when ignored)."""
WRONG_CLOCK = timedelta(hours=24)
"""A last one further ahead than this was sent under a wrong clock. It is not believed, so that a clock that is set
back by years silences nobody for longer than a day. Design choice."""
LONGEST_PAUSE = timedelta(days=91)
"""A pause that ends further ahead was set under a wrong clock."""
TICK = timedelta(microseconds=1)
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
LINES, STRETCH_LINES = 6, 3
"""How many lines the book has: those that hold for everybody, and those that name a stretch."""


def occurrence(talk: Conversation, held: Reminder, now: datetime) -> datetime | None:
    """The next instant by zone, wall time and days (UTC); one that lies in the past is due. None: no day is chosen."""
    held = believed(held, now)
    waits = max([now, *(at for at in (held.paused, talk.rest_until) if at is not None)])
    armed = waits - TICK if waits > now else held.armed
    quiet = (held.quiet[0], held.quiet[1]) if held.quiet else None
    return next_reminder(
        talk.zone, held.time, held.days, waits, held.last, armed=armed, quiet=quiet, shift=timedelta(seconds=held.shift)
    )


def believed(held: Reminder, now: datetime) -> Reminder:
    """The reminder without what only a wrong clock can have put there: it was set, sent or paused in the far future."""
    if held.last is not None and held.last - now > WRONG_CLOCK:
        held = evolve(held, last=None, armed=now)
    if held.paused is not None and held.paused - now > LONGEST_PAUSE:
        held = evolve(held, paused=None)
    return evolve(held, armed=min(held.armed, now))


def delivery(talk: Conversation, held: Reminder, now: datetime) -> datetime | None:
    """When the next one is to be sent; None: none is."""
    at = None if fell_silent(held) else occurrence(talk, held, now)
    return None if at is None else at + timedelta(seconds=held.shift)


def fell_silent(held: Reminder) -> bool:
    """Whether it asked "keep, change or stop?" and got no answer: then none comes until the person wishes it."""
    return held.ignored > MOST_IGNORED


def ignored(talk: Conversation, held: Reminder) -> int:
    """How many in a row got no answer, the last one sent included. Whatever the person did since then is an answer."""
    if held.rung is None or (talk.heard_at is not None and talk.heard_at > held.rung):
        return 0
    return held.ignored + 1


def is_quiet(held: Reminder, zone: str, at: datetime) -> bool:
    """Whether an instant lies in the quiet hours."""
    if not held.quiet:
        return False
    start, end = (wall_time(words) for words in held.quiet)
    return within(at.astimezone(zone_of(zone)).time(), start, end)


def pause_end(zone: str, days: int, now: datetime) -> datetime:
    """The local midnight that ends a pause of so many days; today is the first of them."""
    tz = zone_of(zone)
    back = now.astimezone(tz).date() + timedelta(days=days)
    return datetime(back.year, back.month, back.day, tzinfo=tz).astimezone(now.tzinfo)


@cache
def day_name(day: int, language: str, width: str = "wide") -> str:
    """A weekday (1 is Monday) in the book's language."""
    return str(Locale.parse(language).days["format"][width][day - 1])


def days_words(days: tuple[int, ...], book: Book) -> str:
    """`every day`, `from Monday to Friday`, `on Monday, Wednesday and Friday`."""
    chosen = tuple(sorted(days))
    if not chosen:
        return book.say("days.none")
    if chosen == EVERY_DAY:
        return book.say("days.every")
    if len(chosen) > 2 and chosen == tuple(range(chosen[0], chosen[-1] + 1)):
        return book.say("days.span", first=day_name(chosen[0], book.language), last=day_name(chosen[-1], book.language))
    return book.say("days.some", days=listing(day_name(day, book.language) for day in chosen))


def time_words(held: Reminder, book: Book) -> str:
    """`at 08:00` or `around 08:00`."""
    return book.say("days.around" if held.shift else "days.at", time=held.time)


def line(talk: Conversation, held: Reminder, safe: tuple[str, ...], book: Book) -> str:
    """The line of the day: another one each day, always the same for one person and day. A stretch is named only if
    health allows it; `safe` holds the names of those."""
    number = (held.last or held.armed).astimezone(zone_of(talk.zone)).toordinal() + talk.lot
    pool = [book.say(f"reminder.line_{n}") for n in range(1, LINES + 1)]
    if safe:
        name = safe[number // (LINES + STRETCH_LINES) % len(safe)]
        pool += [book.say(f"reminder.line_with_{n}", stretch=name) for n in range(1, STRETCH_LINES + 1)]
    return pool[number % len(pool)]
