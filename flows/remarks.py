"""What is said on the edges of a reminder (set, put off, left out, ended) and at the end of a hold."""

from __future__ import annotations

from flows.cards.remind import coming
from flows.effects import Wake
from flows.reminders import days_words, time_words
from flows.turn import Turn


def set_reminder(turn: Turn) -> None:
    """What stands from now on, and when the next one comes."""
    held = turn.talk.reminder
    if held is not None and not held.days:
        turn.note("reminding.never")
    elif held is not None:
        when = f"{days_words(held.days, turn.book)} {time_words(held, turn.book)}"
        following = coming(turn.talk, held, turn.book, turn.now)
        turn.note("reminding.set", when=when, next=following)
    turn.ask("home")


def later(turn: Turn) -> None:
    """Put off by an hour, unless that hour is a quiet one."""
    asked = any(isinstance(effect, Wake) and effect.name == "later" for effect in turn.effects)
    turn.note("reminder.later_done" if asked else "reminder.later_quiet")
    turn.ask("home")


def skip_today(turn: Turn) -> None:
    turn.note("reminder.not_today_done")
    turn.ask("home")


def quit_reminder(turn: Turn) -> None:
    turn.note("reminder.quit_done")
    turn.ask("home")


def hold_over(turn: Turn) -> None:
    turn.note("referred.over")
    turn.ask("home")
