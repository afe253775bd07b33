"""What a reminder that has come due turns out to be: a reminder, a check-in, a question, or nothing.

Nothing here decides when the next one comes (`flows.reminders` does); whatever becomes of this one, the next is asked
for.
"""

from __future__ import annotations

from datetime import timedelta

from attrs import evolve

from flows import clearance, reminders, zones
from flows.conversation import Conversation, Reminder
from flows.effects import Kind
from flows.events import Woke
from flows.findings import Finding
from flows.schedule import MOST_LATE, ON_TIME
from flows.stages import STRANGE, Stage
from flows.turn import Turn
from flows.weighing import wishing

QUESTION_IS_FRESH = timedelta(hours=1)
"""A reminder does not push a question aside that was asked within this time. Design choice."""
CHECK_IN_AFTER = timedelta(hours=12)
"""So long after a red flag a reminder becomes a check-in; before that the advice speaks for itself. Design choice."""
MENUS = ("menu", "days", "quiet", "pause")
"""Of the setting up, what holds at once: nothing is torn when the person leaves it."""


def arm(turn: Turn, held: Reminder) -> None:
    """Keep a reminder, and ask to be woken for the next one; none comes: no wake-up either."""
    held = evolve(reminders.believed(held, turn.now), rules=zones.version())
    turn.talk = evolve(turn.talk, reminder=held)
    at = reminders.delivery(turn.talk, held, turn.now)
    if at is None:
        turn.hush("reminder")
    else:
        turn.wake("reminder", at - turn.now)


def end(turn: Turn) -> None:
    """No reminder from here on, and none that is already on its way (promise 5)."""
    turn.hush("reminder", "later")
    turn.talk = evolve(turn.talk, reminder=None)


def anew(turn: Turn) -> Finding:
    """The rules of zones changed, or a clock was set back: the kept instant is counted anew, and nothing is said."""
    if turn.talk.reminder is not None and not turn.talk.asleep:
        arm(turn, turn.talk.reminder)
    return Finding.NOTHING


def reminder(turn: Turn) -> Finding:
    """A reminder comes by only where it is welcome; the next one is always asked for."""
    held = turn.talk.reminder
    if held is None or turn.talk.asleep or reminders.fell_silent(held):
        return Finding.NOTHING
    at = reminders.occurrence(turn.talk, held, turn.now)
    shift = timedelta(seconds=held.shift)
    if at is None or at + shift > turn.now:
        arm(turn, held)
        return Finding.NOTHING
    turn.due = at + shift
    arm(turn, evolve(held, last=at))
    return _ring(turn)


def later(turn: Turn) -> Finding:
    """Put off by an hour; like any reminder it is dropped when it comes too late, or late into quiet hours."""
    event, held = turn.event, turn.talk.reminder
    turn.due = event.at if isinstance(event, Woke) and event.at is not None else turn.now
    late = turn.now - turn.due
    if held is None or reminders.fell_silent(held) or late > MOST_LATE:
        return Finding.NOTHING
    if late > ON_TIME and reminders.is_quiet(held, turn.talk.zone, turn.now):
        return Finding.NOTHING
    return _ring(turn)


def _ring(turn: Turn) -> Finding:
    held = turn.talk.reminder
    if held is None or not _is_welcome(turn):
        return Finding.NOTHING
    held = evolve(held, ignored=reminders.ignored(turn.talk, held), rung=turn.now)
    closed = _is_closed(turn)
    turn.talk = evolve(turn.talk, reminder=held, answering=None, rating=None, wish=False)
    if held.ignored == reminders.MOST_IGNORED:
        return _ask_once(turn, held)
    if closed:
        wishing.refer(turn)
        turn.hush("seen")
        turn.ask("checkin", Kind.REMINDER)
        return Finding.CHECK_IN
    turn.ask("reminder", Kind.REMINDER)
    return Finding.REMINDER


def _ask_once(turn: Turn, held: Reminder) -> Finding:
    """The one question after three that nobody answered; after it there is silence."""
    arm(turn, evolve(held, ignored=reminders.MOST_IGNORED + 1))
    turn.ask("still", Kind.REMINDER)
    return Finding.REMINDER


def _is_closed(turn: Turn) -> bool:
    """Whether only a check-in may come: under a hold, or while a professional must look first."""
    found = clearance.verdict(turn.talk, turn.book, turn.now)
    return bool(turn.talk.holds) or (found is not None and found.outcome not in clearance.OPEN)


def _is_welcome(turn: Turn) -> bool:
    """Not in a sitting, not while stretching rests, not over a fresh question, not just after a red flag."""
    talk = turn.talk
    if talk.sitting is not None or talk.asleep or clearance.resting(talk, turn.now) or turn.stage in STRANGE:
        return False
    if any(turn.now - hold.since < _spared(hold.kind) for hold in talk.holds):
        return False
    fresh = talk.heard_at is not None and abs(turn.now - talk.heard_at) < QUESTION_IS_FRESH  # a clock may go back
    return not fresh or _is_at_rest(talk)


def _spared(kind: str) -> timedelta:
    """How long after a red flag nothing comes: a day after words of despair, as their referral demands."""
    return timedelta(hours=24) if kind == "crisis" else CHECK_IN_AFTER


def _is_at_rest(talk: Conversation) -> bool:
    return talk.stage is Stage.HOME or (talk.stage is Stage.REMINDING and talk.ask in MENUS)
