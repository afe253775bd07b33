"""Walking every conversation there can be, breadth first, and asking at every move what must hold (`walk_checks`).

A place is a conversation, an instant and what the person saw; places that no guard can tell apart are one
(`walk_key`). A walk ends when no move leads to a new place. It never ends early: past `most` places it fails, for a
walk that was cut off proves nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence
from datetime import UTC, datetime

from attrs import define, evolve, field, frozen

from flows import kept
from flows.conversation import Conversation
from flows.effects import Effect, Forget
from flows.events import Event, Started, Tapped
from flows.machine import step
from flows.pages import Book
from tests.flows.walk_checks import Turned, faults
from tests.flows.walk_key import key
from tests.flows.walk_ledger import Ledger, after
from tests.flows.walk_moves import TICK, WAITS, Alphabet, Move, moves

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)


class Fault(AssertionError):
    """A broken promise, with the way that led to it."""


@frozen(eq=False)
class Place:
    """Where a walk stands, and how it came there."""

    talk: Conversation = field(factory=Conversation)
    now: datetime = MONDAY
    ledger: Ledger = field(factory=Ledger)
    before: Place | None = None
    by: Move | None = None

    @property
    def way(self) -> list[str]:
        return [*(self.before.way if self.before else []), str(self.by)] if self.by else []

    @property
    def acts(self) -> list[Move]:
        return [*(self.before.acts if self.before else []), self.by] if self.by else []


def go(place: Place, move: Move, book: Book, *, another_book: bool = False) -> Place:
    """The place after a move, every promise asked on the way. Raises Fault."""
    __tracebackhide__ = True
    now = place.now + move.after
    if move.event is None:
        return Place(place.talk, now, place.ledger, place, move)
    talk, effects, ledger = _turn(place, move.event, book, now)
    there = Place(talk, now, ledger, place, move)
    wrong = faults(Turned(place.talk, place.ledger, move.event, now, book, talk, tuple(effects), ledger, another_book))
    if wrong:
        raise Fault(_told(there, wrong))
    forgotten = any(isinstance(effect, Forget) for effect in effects)
    return evolve(there, talk=Conversation()) if forgotten else there


def _turn(place: Place, event: Event, book: Book, now: datetime) -> tuple[Conversation, list[Effect], Ledger]:
    try:
        talk, effects = step(place.talk, event, book, now)
    except Exception as error:
        error.add_note(_told(place, [f"raised by {event} at {now}"]))
        raise
    return talk, effects, after(place.ledger, event, effects, now, talk)


def _told(place: Place, wrong: Sequence[str]) -> str:
    steps = "\n".join(f"  {number:3} {step}" for number, step in enumerate(place.way, 1))
    return "\n".join(("", *wrong, f"at {place.talk.stage}/{place.talk.ask}, after:", steps))


def play(book: Book, *said: str | Event, start: Place | None = None) -> Place:
    """A place that is reached by playing: `ask=choice` taps that button of the card shown, anything else happens."""
    place = start or Place()
    for each in said:
        event = _tap(place, each) if isinstance(each, str) else each
        place = go(place, Move(TICK, event), book)
    return place


def _tap(place: Place, said: str) -> Tapped:
    ask, _, choice = said.partition("=")
    if (ask, choice) not in place.ledger.shown.buttons:
        raise Fault(_told(place, [f"no button {said}, but {sorted(place.ledger.shown.buttons)}"]))
    return Tapped(place.ledger.shown.token, ask, choice)


@define
class Walk:
    """What a walk found: its places by their key."""

    book: Book
    alphabet: Alphabet
    places: dict[Hashable, Place] = field(factory=dict)
    moves: int = 0
    twins: dict[Hashable, Place] = field(factory=dict)
    """A second place of the same key, reached on another way."""

    def key(self, place: Place) -> Hashable:
        return key(place.talk, place.ledger, self.book, place.now)


def walk(book: Book, alphabet: Alphabet, starts: Sequence[Place], most: int) -> Walk:
    """Everything that can be reached. Fails past `most` places instead of stopping there."""
    found = Walk(book, alphabet)
    edge = [place for place in starts if _new(found, place)]
    while edge:
        following = []
        for place in edge:
            for there in _from(found, place):
                if _new(found, there):
                    following.append(there)
        edge = following
        if len(found.places) > most:
            raise Fault(f"more than {most} places: the walk would be cut off; the last one:\n{_told(edge[-1], [])}")
    return found


def _from(found: Walk, place: Place) -> Iterator[Place]:
    for move in moves(place.ledger, place.talk, found.alphabet):
        there = go(place, move, found.book)
        found.moves += 1
        yield there
        if isinstance(move.event, Tapped) and not move.name and move.event.ask not in UNASKED:
            found.moves += 1
            yield go(there, Move(TICK * 0, move.event, f"double tap {move.event}"), found.book)


UNASKED = ("stop", "hurt")
"""Buttons that answer no question and are heard from every card."""


def _new(found: Walk, place: Place) -> bool:
    name = found.key(place)
    if name in found.places:
        if found.places[name].talk != place.talk:
            found.twins.setdefault(name, place)
        return False
    found.places[name] = place
    if kept.read(kept.write(place.talk)) != evolve(place.talk, lot=0):
        raise Fault(_told(place, ["it cannot be kept and read back unchanged"]))
    return True


def way_to(good: Collection[str], start: Place, book: Book) -> Place | None:
    """A place in one of these stages that taps alone lead to (without stop and "it hurts"); None: a dead end."""
    seen: set[tuple[str, str]] = set()
    edge = [go(start, Move(TICK, Started()), book)]
    while edge:
        place = edge.pop(0)
        if place.talk.stage in good:
            return place
        if (place.talk.stage, place.talk.ask) in seen:
            continue
        seen.add((place.talk.stage, place.talk.ask))
        shown = place.ledger.shown
        wait = WAITS["11min"] if ("rested", "yes") in shown.buttons else TICK
        for ask, choice in sorted(shown.buttons):
            if ask not in UNASKED:
                edge.append(go(place, Move(wait, Tapped(shown.token, ask, choice)), book))
    return None
