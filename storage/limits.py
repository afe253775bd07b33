"""How much a store takes. The same for every store, so that a move from one to another finds nothing too large.

The figures are far above what a conversation needs; they are there so that one runaway turn fails alone and by name.
"""

from __future__ import annotations

from datetime import UTC, datetime

from storage.errors import LimitBroken
from storage.store import Decision, Letter, Turn, Wake

NAME = 200  # persons, keys, names of wake-ups, reasons, references: characters
TEXT = 1_000_000  # a conversation, the body of a letter: characters
COUNT = 100  # letters, wake-ups, hushed names of one decision


def check_turn(turn: Turn) -> None:
    """LimitBroken if the turn cannot be kept by any store."""
    _name(turn.person, "person")
    _name(turn.key, "key")
    if turn.wake is not None:
        _wake(turn.wake)


def check_decision(decision: object) -> Decision:
    """The decision itself; LimitBroken if no store can keep it."""
    if not isinstance(decision, Decision):
        raise LimitBroken(f"decide returned {type(decision).__name__}; it must return a Decision")
    names = (*decision.hush, *decision.recall)
    for what, items in (("letters", decision.letters), ("wakes", decision.wakes), ("hush", names)):
        if len(items) > COUNT:
            raise LimitBroken(f"{len(items)} {what} in one decision; at most {COUNT} are kept")
    if decision.conversation is not None:
        _text(decision.conversation, "conversation")
    for letter in decision.letters:
        _letter(letter)
    for wake in decision.wakes:
        _wake(wake)
    for name in names:
        _name(name, "hushed name")
    if len(decision.counts) > COUNT:
        raise LimitBroken(f"{len(decision.counts)} counts in one decision; at most {COUNT} are kept")
    for body in decision.counts:
        _name(body, "count")
    return decision


def check_word(word: str, what: str) -> str:
    """The reason or reference itself, if it can be kept; it may be empty."""
    return _name(word, what) if word else word


def check_instant(at: object, what: str) -> datetime:
    """The instant in UTC; LimitBroken if it names no zone or lies outside the calendar in UTC."""
    if not isinstance(at, datetime) or at.utcoffset() is None:
        raise LimitBroken(f"the {what} has no time zone; give an aware datetime")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise LimitBroken(f"the {what} lies outside the calendar") from None


def _letter(letter: Letter) -> None:
    _text(letter.body, "letter")
    check_word(letter.cause, "cause")
    if letter.expires is not None:
        check_instant(letter.expires, "expiry of a letter")


def _wake(wake: Wake) -> None:
    _name(wake.name, "name of a wake-up")
    check_instant(wake.at, "instant of a wake-up")


def _name(name: object, what: str) -> str:
    if not isinstance(name, str) or not 0 < len(name) <= NAME:
        raise LimitBroken(f"the {what} must be text of 1 to {NAME} characters")
    try:
        name.encode()
    except UnicodeEncodeError:  # half of a surrogate pair: no database stores that as text
        raise LimitBroken(f"the {what} is not valid Unicode") from None
    return name


def _text(text: object, what: str) -> None:
    if not isinstance(text, str) or len(text) > TEXT:
        raise LimitBroken(f"the {what} must be text of at most {TEXT} characters")
