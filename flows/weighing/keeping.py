"""Keep little: what is dropped when its time is over, without anybody tapping. Wake-ups lead here, as to all else.

- Answers to the safety questions stay while they count, which is as long as the screening is valid. Then they go, and
  the outcome stays. Those that still decide something stay with it: what a standing hold or the advice shown rests on,
  and what a professional's word was given for, while that word counts.
- Who says nothing for twelve months is deleted, and is told two weeks before. Any word ends the waiting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from attrs import evolve

from flows import clearance
from flows.conversation import NONE, Conversation
from flows.effects import Wake
from flows.findings import Finding
from flows.pages import Book
from flows.stages import Stage
from flows.turn import Turn

SILENT = timedelta(days=365)
"""After so long without a word everything is deleted."""
NOTICE = timedelta(days=14)
"""How long before the deletion it is announced."""
NOT_NOW = timedelta(hours=1)
"""Nobody is told of it in the middle of a step."""


def rearmed(before: Conversation, now: datetime) -> Iterator[Wake]:
    """The wake-up at the end of a silence that begins now. Once a day is often enough: it looks again when it comes."""
    if before.heard_at is None or before.heard_at.date() != now.date():
        yield Wake("idle", now + SILENT - NOTICE)


def idle(turn: Turn) -> Finding:
    """Nothing was heard for a long time: announce the deletion, or carry it out."""
    heard, warned = turn.talk.heard_at, turn.talk.warned_at
    if heard is None:
        return Finding.NOTHING
    if turn.stage is Stage.MOVING:
        turn.wake("idle", NOT_NOW)
        return Finding.NOTHING
    if turn.now - heard < SILENT - NOTICE:
        turn.wake("idle", heard + SILENT - NOTICE - turn.now)
        return Finding.NOTHING
    if warned is None:
        turn.talk = evolve(turn.talk, warned_at=turn.now)
        turn.wake("idle", NOTICE)
        return Finding.NOTHING if turn.talk.asleep else Finding.ANNOUNCE
    if turn.now - warned < NOTICE:
        turn.wake("idle", warned + NOTICE - turn.now)
        return Finding.NOTHING
    turn.talk = Conversation(turn=turn.talk.turn, asleep=turn.talk.asleep)
    return Finding.FORGET


def keep_answers(turn: Turn) -> None:
    """Answers are being given: they are looked at again when their time is over."""
    held = turn.talk.screened
    if held is None or not held.answers:
        turn.wake("stale", _valid(turn.book))


def stale(turn: Turn) -> Finding:
    """Drop the answers whose time is over."""
    held, going_on = turn.talk.screened, turn.talk.answering
    if held is not None and turn.now - held.at >= _valid(turn.book):
        turn.talk = evolve(turn.talk, screened=evolve(held, answers=_still_needed(turn, held.answers)))
    if going_on is not None and turn.now - going_on.since >= _valid(turn.book):
        turn.talk = evolve(turn.talk, answering=evolve(going_on, answers=NONE))
    following = min(_ends(turn), default=None)
    if following is not None:
        turn.wake("stale", following - turn.now)
    return Finding.NOTHING


def _still_needed(turn: Turn, answers: Mapping[str, str]) -> Mapping[str, str]:
    needed = {turn.talk.reason, *(hold.reason for hold in turn.talk.holds)}
    if clearance.is_cleared(turn.talk, turn.book, turn.now):
        for question in turn.book.screening.questions:
            effect = {"yes": question.yes, "not_sure": question.not_sure}.get(answers.get(question.id, ""))
            needed |= {question.id} if effect == "see_professional_first" else set()
    return {ask: answer for ask, answer in answers.items() if ask in needed}


def _ends(turn: Turn) -> Iterator[datetime]:
    """When answers that are kept now are to be looked at again: always ahead."""
    held, going_on, valid = turn.talk.screened, turn.talk.answering, _valid(turn.book)
    if held is not None and held.answers:
        yield held.at + valid if turn.now - held.at < valid else turn.now + valid
    if going_on is not None and going_on.answers:
        yield going_on.since + valid


def _valid(book: Book) -> timedelta:
    return timedelta(days=book.screening.repeat.full_every_days)
