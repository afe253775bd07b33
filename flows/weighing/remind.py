"""Setting up a reminder, changing it, and answering one.

The way of a new one: an hour, its quarter (or a typed time, said back for a yes), the place if it is not known, the
clock there, the days. It counts from the clock on: who leaves at the days has it every day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from attrs import evolve

from flows import places, reminders
from flows.conversation import Reminder
from flows.findings import Finding
from flows.turn import Turn
from flows.weighing import ring, wishing
from flows.weighing.said import answered

SNOOZE = timedelta(hours=1)


def begin(turn: Turn) -> Finding:
    """Show the reminder that is set, or ask for a time."""
    turn.talk = evolve(turn.talk, draft_time="", draft_zone="", draft_country="")
    turn.ask("menu" if turn.talk.reminder is not None else "time")
    return Finding.REMIND


def rung(turn: Turn) -> Finding:
    """An answer to a reminder."""
    turn.hush("later")
    match answered(turn).choice:
        case "now":
            return wishing.wish(turn)
        case "later":
            held = turn.talk.reminder
            if held is None or not reminders.is_quiet(held, turn.talk.zone, turn.now + SNOOZE):
                turn.wake("later", SNOOZE)
            return Finding.LATER
        case "quit":
            ring.end(turn)
            return Finding.QUIT
    return Finding.NOT_TODAY


def still(turn: Turn) -> Finding:
    """An answer to "keep, change or stop?"."""
    choice = answered(turn).choice
    if choice == "quit" or turn.talk.reminder is None:
        ring.end(turn)
        return Finding.QUIT
    _change(turn, armed=turn.now)
    return begin(turn) if choice == "change" else Finding.KEPT


def reminding(turn: Turn) -> Finding:
    said = answered(turn)
    return ANSWERS[said.ask](turn, said.choice)


def _change(turn: Turn, **changed: object) -> None:
    """The reminder with something else about it. Who changes it wants it: it is not silent any more."""
    if turn.talk.reminder is not None:
        ring.arm(turn, evolve(turn.talk.reminder, ignored=0, **changed))  # type: ignore[arg-type]


def _more(turn: Turn, ask: str) -> Finding:
    turn.ask(ask)
    return Finding.MORE


def _time(turn: Turn, at: str) -> Finding:
    """An hour that was tapped has quarters; a time that was typed is said back."""
    turn.talk = evolve(turn.talk, draft_time=at)
    return _more(turn, "echo" if answered(turn).typed else "quarter")


def _quarter(turn: Turn, at: str) -> Finding:
    turn.talk = evolve(turn.talk, draft_time=at)
    return _timed(turn)


def _echo(turn: Turn, choice: str) -> Finding:
    return _timed(turn) if choice == "yes" else _more(turn, "time")


def _timed(turn: Turn) -> Finding:
    """The time stands. Of a reminder that is set it was all; for a new one the zone must be sure."""
    if turn.talk.reminder is not None:
        _change(turn, time=turn.talk.draft_time, armed=turn.now)
        turn.talk = evolve(turn.talk, draft_time="")
        return Finding.SET
    return _guess(turn, turn.talk.zone)


def _guess(turn: Turn, zone: str) -> Finding:
    """The zone that is likely, to be confirmed by the clock; else the places of the country, else the countries."""
    talk = turn.talk
    country = talk.draft_country or talk.country or places.country_of(talk.language)
    found = places.zones_of(country)
    turn.talk = evolve(talk, draft_country=country if found else "", draft_zone=zone)
    if zone:
        return _more(turn, "clock")
    if len(found) == 1:
        turn.talk = evolve(turn.talk, draft_zone=found[0])
        return _more(turn, "clock")
    return _more(turn, "place" if found else "where")


def _where(turn: Turn, country: str) -> Finding:
    turn.talk = evolve(turn.talk, draft_country=country)
    return _guess(turn, "")


def _zone(turn: Turn, zone: str) -> Finding:
    if zone == "other":
        return _more(turn, "where")
    turn.talk = evolve(turn.talk, draft_zone=zone)
    return _more(turn, "clock")


def _clock(turn: Turn, choice: str) -> Finding:
    if choice != "yes":
        several = len(places.zones_of(turn.talk.draft_country)) > 1
        turn.talk = evolve(turn.talk, draft_zone="")
        return _more(turn, "place" if several else "where")
    at = turn.talk.draft_time
    turn.talk = evolve(
        turn.talk, zone=turn.talk.draft_zone, draft_time="", draft_zone="", draft_country="", kept_reminder=None
    )
    if turn.talk.reminder is not None:
        _change(turn, armed=turn.now)
        return Finding.SET
    ring.arm(turn, Reminder(at, reminders.EVERY_DAY, turn.now, shift=turn.talk.lot))
    return _more(turn, "days")


def _day(turn: Turn, choice: str) -> Finding:
    held = turn.talk.reminder
    if held is None or choice == "done":
        return Finding.SET
    day = int(choice)
    _change(turn, days=tuple(sorted({*held.days} ^ {day})), armed=turn.now)
    return _more(turn, "days")


def _quiet(turn: Turn, choice: str) -> Finding:
    _change(turn, quiet=() if choice == "none" else tuple(choice.split("-")))
    return _more(turn, "menu")


def _pause(turn: Turn, choice: str) -> Finding:
    days = int(choice)
    turn.hush("later")
    paused = reminders.pause_end(turn.talk.zone, days, turn.now) if days else None
    _change(turn, paused=paused, armed=turn.now)
    return _more(turn, "menu")


def _menu(turn: Turn, choice: str) -> Finding:
    match choice:
        case "time" | "days" | "quiet" | "pause" | "menu":
            return _more(turn, choice)
        case "zone":
            several = len(places.zones_of(turn.talk.country)) > 1
            turn.talk = evolve(turn.talk, draft_country=turn.talk.country if several else "")
            return _more(turn, "place" if several else "where")
        case "exact" | "around":
            _change(turn, shift=turn.talk.lot if choice == "around" else 0)
            return _more(turn, "menu")
        case "silent" | "sound":
            _change(turn, silent=choice == "silent")
            return _more(turn, "menu")
        case "resume":
            _change(turn, armed=turn.now)
            return Finding.SET
        case "quit":
            ring.end(turn)
            return Finding.QUIT
    return Finding.HOME


ANSWERS: Mapping[str, Callable[[Turn, str], Finding]] = {
    "time": _time,
    "quarter": _quarter,
    "echo": _echo,
    "where": _where,
    "zone": _zone,
    "clock": _clock,
    "day": _day,
    "quiet": _quiet,
    "pause": _pause,
    "reminding": _menu,
}
