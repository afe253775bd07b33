"""The short checks before a sitting, in their order, and the pain check in their midst."""

from __future__ import annotations

from attrs import evolve

from flows.conversation import Sitting
from flows.findings import Finding
from flows.times import end_of_day
from flows.turn import Turn
from flows.weighing import screen
from flows.weighing.said import answered, sitting_of

CHECKS = ("quick_check", "changes", "baseline", "drink", "early", "props")
"""quick_check and changes: the screening still holds [protocol B]; baseline: the pain check; then the gates of the
sitting."""
FRESH_MINUTES = 15
"""Right after a full screening its questions are not asked over again in other words. Design choice."""


def open_sitting(turn: Turn) -> Finding:
    """Open a sitting at its first check."""
    held = turn.talk.screened
    fresh = held is not None and (turn.now - held.at).total_seconds() < FRESH_MINUTES * 60 and not _sat_since(turn)
    checks = CHECKS[:2] if fresh else ()
    turn.talk = evolve(
        turn.talk,
        sitting=Sitting(turn.now, checks=checks, gentle=turn.talk.gentle_next, props=turn.talk.last_props),
        wish=True,
    )
    return advance(turn)


def _sat_since(turn: Turn) -> bool:
    held = turn.talk.screened
    return held is not None and any(past.ended >= held.at for past in turn.talk.past)


def advance(turn: Turn) -> Finding:
    """Ask the next open check."""
    sitting = sitting_of(turn)
    following = next((check for check in CHECKS if check not in sitting.checks), None)
    if following is None:
        return Finding.READY
    if following == "baseline":
        return Finding.RATE
    turn.ask(following)
    return Finding.MORE


def passed(turn: Turn, check: str) -> None:
    sitting = sitting_of(turn)
    turn.talk = evolve(turn.talk, sitting=evolve(sitting, checks=(*sitting.checks, check)))


def answer(turn: Turn) -> Finding:
    said = answered(turn)
    if said.ask == "seen":
        return _seen(turn, said.choice)
    if said.ask == "prop":
        return _toggle(turn, said.choice)
    if said.ask in ("quick_check", "changes") and said.choice != "no":
        turn.talk = evolve(turn.talk, due=said.ask, sitting=None, cleared_at=None)
        screen.begin(turn, said.ask)
        return Finding.SCREEN
    if said.ask == "drink" and said.choice != "no":
        until = end_of_day(turn.now, turn.talk.zone)
        turn.talk = evolve(turn.talk, sitting=None, wish=False, rest_until=max(until, turn.talk.rest_until or until))
        return Finding.NOT_TODAY
    if said.ask == "early":
        turn.talk = evolve(turn.talk, sitting=evolve(sitting_of(turn), early=said.choice != "no"))
    passed(turn, said.ask)
    return advance(turn)


def _seen(turn: Turn, choice: str) -> Finding:
    """After the time of a hold: seen by a professional, then a full screening; not seen, then the advice again."""
    if choice != "yes":
        return Finding.REFER
    screen.begin(turn, "seen")
    return Finding.SCREEN


def _toggle(turn: Turn, prop: str) -> Finding:
    sitting = sitting_of(turn)
    have = {prop} ^ set(sitting.props)
    props = tuple(each for each in turn.book.props_asked if each in have)
    turn.talk = evolve(turn.talk, sitting=evolve(sitting, props=props))
    turn.ask("props")
    return Finding.MORE
