"""The reminder's own cards: what comes by itself, the setting up, and what can be changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from flows import clearance, places, reminders
from flows.cards.layout import card, paragraphs
from flows.cards.opening import COMMON_COUNTRIES
from flows.cards.screen import yes_no
from flows.conversation import Conversation, Reminder
from flows.effects import Button, Card, Look
from flows.pages import Book
from flows.phrases import until_words

HOURS = ("06:00", "07:00", "08:00", "09:00", "12:00", "13:00", "16:00", "17:00", "18:00", "19:00", "20:00", "21:00")
QUARTERS = ("00", "15", "30", "45")
QUIET = ("21:00-07:00", "22:00-07:00", "23:00-08:00")
PAUSES = (1, 3, 7, 14, 30)
Draw = Callable[[Conversation, Book, datetime], Card]


def rung(talk: Conversation, book: Book, now: datetime) -> Card:
    """Why it comes, and every way out (one cue a day, no shame); or the one question after silence."""
    held = talk.reminder
    when = _when(held, book) if held is not None else ""
    quit_it = Button(book.say("reminder.quit"), "reminder" if talk.ask == "reminder" else "still", "quit")
    if talk.ask == "still":
        choices = [Button(book.say(f"still.{choice}"), "still", choice) for choice in ("keep", "change")]
        return card(book, book.say("still.title"), book.say("still.text", when=when), [*choices, quit_it])
    buttons = [
        Button(book.say("reminder.now"), "reminder", "now", Look.GO),
        Button(book.say("reminder.later"), "reminder", "later"),
        Button(book.say("reminder.not_today"), "reminder", "not_today"),
        quit_it,
    ]
    line = reminders.line(talk, held, safe_names(talk, book, now), book) if held is not None else ""
    why = book.say("reminder.why", when=when)
    return card(book, book.say("reminder.title"), paragraphs(line, why), buttons)


def safe_names(talk: Conversation, book: Book, now: datetime) -> tuple[str, ...]:
    """Names of stretches that a reminder may mention: allowed by health, not hidden by the person, and never the press
    by another person."""
    safe = clearance.safe(talk, book, now) - {clearance.PARTNER, *talk.hidden}
    return tuple(stretch.name for stretch in book.stretches.values() if stretch.id in safe)


def reminding(talk: Conversation, book: Book, now: datetime) -> Card:
    return ASKS.get(talk.ask, _time)(talk, book, now)


def _leave(book: Book) -> Button:
    return Button(book.say("reminding.leave"), "reminding", "leave")


def _back(book: Book) -> Button:
    return Button(book.say("button.back"), "reminding", "menu")


def _time(talk: Conversation, book: Book, now: datetime) -> Card:
    buttons = [Button(at, "time", at) for at in HOURS]
    return card(book, book.say("reminding.title"), book.say("reminding.text"), [*buttons, _leave(book)], width=4)


def _quarter(talk: Conversation, book: Book, now: datetime) -> Card:
    hour = talk.draft_time[:2]
    buttons = [Button(f"{hour}:{minute}", "quarter", f"{hour}:{minute}") for minute in QUARTERS]
    return card(book, "", book.say("reminding.quarter"), [*buttons, _leave(book)], width=4)


def _echo(talk: Conversation, book: Book, now: datetime) -> Card:
    part = ("night", "morning", "afternoon", "evening")[int(talk.draft_time[:2]) // 6]
    words = book.say("reminding.echo", time=talk.draft_time, part=book.say(f"days.{part}"))
    return card(book, "", words, [*yes_no(book, "echo"), _leave(book)])


def _where(talk: Conversation, book: Book, now: datetime) -> Card:
    names = [(places.country_name(code, book.language), code) for code in COMMON_COUNTRIES]
    buttons = [Button(name, "where", code) for name, code in names]
    return card(book, book.say("reminding.where_title"), book.say("reminding.where"), [*buttons, _leave(book)])


def _place(talk: Conversation, book: Book, now: datetime) -> Card:
    found = places.zones_of(talk.draft_country)[: places.MOST_BUTTONS] or places.COMMON
    buttons = [Button(places.label(zone, now, book.language), "zone", zone) for zone in found]
    other = Button(book.say("reminding.other"), "zone", "other")
    text = book.say("reminding.place")
    return card(book, book.say("reminding.place_title"), text, [*buttons, other, _leave(book)], width=1)


def _clock(talk: Conversation, book: Book, now: datetime) -> Card:
    words = book.say("reminding.clock", clock=places.clock(talk.draft_zone, now))
    return card(book, "", words, [*yes_no(book, "clock"), _leave(book)])


def _days(talk: Conversation, book: Book, now: datetime) -> Card:
    days = talk.reminder.days if talk.reminder is not None else ()
    buttons = [
        Button(("☑ " if day in days else "☐ ") + reminders.day_name(day, book.language, "abbreviated"), "day", str(day))
        for day in reminders.EVERY_DAY
    ]
    done = Button(book.say("reminding.done"), "day", "done", Look.GO)
    text = paragraphs(_standing(talk, book, now), book.say("reminding.days"))
    shown = card(book, book.say("reminding.days_title"), text, [*buttons[:4]], width=4)
    rest = card(book, "", "", buttons[4:], width=3)
    return Card(text, shown.title, (shown.rows[0], rest.rows[0], (done,), shown.rows[-1]))


def _quiet(talk: Conversation, book: Book, now: datetime) -> Card:
    spans = [Button(book.say("reminding.span", **_span(words)), "quiet", words) for words in QUIET]
    none = Button(book.say("reminding.no_quiet_button"), "quiet", "none")
    text = book.say("reminding.quiet")
    return card(book, book.say("reminding.quiet_title"), text, [*spans, none, _back(book)], width=1)


def _pause(talk: Conversation, book: Book, now: datetime) -> Card:
    lengths = [Button(book.say("days.one" if n == 1 else "days.number", days=n), "pause", str(n)) for n in PAUSES]
    paused = talk.reminder is not None and talk.reminder.paused is not None and talk.reminder.paused > now
    goes_on = [Button(book.say("reminding.unpause"), "pause", "0")] if paused else []
    text = book.say("reminding.pause")
    return card(book, book.say("reminding.pause_title"), text, [*goes_on, *lengths, _back(book)], width=3)


def _menu(talk: Conversation, book: Book, now: datetime) -> Card:
    held = talk.reminder
    if held is None:
        return _time(talk, book, now)
    choices = ["time", "days"]
    choices += (["exact"] if held.shift else ["around"]) if talk.lot else []
    choices += ["sound" if held.silent else "silent", "pause", "quiet", "zone", "quit", "leave"]
    choices[:0] = ["resume"] if reminders.fell_silent(held) else []
    buttons = [
        Button(book.say(f"reminding.{choice}_button", time=held.time), "reminding", choice) for choice in choices
    ]
    return card(book, book.say("reminding.menu_title"), _summary(talk, held, book, now), buttons)


def _summary(talk: Conversation, held: Reminder, book: Book, now: datetime) -> str:
    """What is set, and when the next one comes, in the person's own time."""
    town = places.city(talk.zone, book.language)
    sound = book.say("reminding.is_silent" if held.silent else "reminding.is_loud")
    quiet = book.say("reminding.span", **_span("-".join(held.quiet))) if held.quiet else book.say("reminding.no_quiet")
    facts = book.say("reminding.facts", town=town, clock=places.clock(talk.zone, now), sound=sound, quiet=quiet)
    return paragraphs(_standing(talk, book, now), facts)


def _standing(talk: Conversation, book: Book, now: datetime) -> str:
    """`I remind you every day around 08:00. The next one comes tomorrow at 08:07.`"""
    held = talk.reminder
    if held is None:
        return ""
    if not held.days:
        return coming(talk, held, book, now)
    parts = [book.say("reminding.stands", when=_when(held, book))]
    if held.paused is not None and held.paused > now:
        day = until_words(held.paused, talk, book, now).partition(" at ")[0]
        parts.append(book.say("reminding.paused", day=day))
    return " ".join([*parts, coming(talk, held, book, now)])


def coming(talk: Conversation, held: Reminder, book: Book, now: datetime) -> str:
    """When the next one comes, or why none does."""
    if reminders.fell_silent(held):
        return book.say("reminding.silenced")
    at = reminders.delivery(talk, held, now)
    if at is None:
        return book.say("reminding.never")
    return book.say("reminding.next", at=until_words(max(at, now), talk, book, now))


def _when(held: Reminder, book: Book) -> str:
    return f"{reminders.days_words(held.days, book)} {reminders.time_words(held, book)}"


def _span(words: str) -> dict[str, str]:
    start, _, end = words.partition("-")
    return {"start": start, "end": end}


ASKS: Mapping[str, Draw] = {
    "time": _time,
    "quarter": _quarter,
    "echo": _echo,
    "where": _where,
    "place": _place,
    "clock": _clock,
    "days": _days,
    "quiet": _quiet,
    "pause": _pause,
    "menu": _menu,
}
