"""Everything that can happen between a reminder and /stop, walked to the end.

Three programs run at once, and any of them may be the next to take a step:

- the rounds: look who is due, then hand each wake-up in;
- the person: /stop, kept in one turn (in a group of its own, or in one with the wake-up, in either order);
- the post: look at each of its two lanes; then, for each person seen there, take a letter, send it, mark it. Looks may
  be long out of date when a letter is taken, and letters of two people fly at once.

A step of the wire may go wrong once (surely not sent, or of unknown fate), and the process may die once between any two
steps: what it had in its hands is lost, the store is opened again. Every state is looked at once; the steps are the
real functions of the stores, the turns are real turns.

`Limits` switches on what no store can rule out, to show that it and nothing else is left: a request that arrives after
its sender gave it up, and a process that sleeps through its own end and goes on sending.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from functools import cache
from itertools import count
from typing import Any

from attrs import evolve, field, frozen

from bot import letters
from bot.engine import decision
from flows import book
from flows.effects import Kind
from flows.events import Event, Stopped, Woke
from storage.store import Decision, Turn, Waiting, Wake
from tests.bot.stop_worlds import World
from tests.bot.talks import ANN, BOB, RINGS, ringing

KEYS = count()
CONFIRMED = "stopped"
REMINDER = "reminder"


@frozen
class Limits:
    """What may go wrong, and what no store can rule out."""

    faults: int = 1
    crashes: int = 1
    late_wire: bool = False
    """A request that was given up may still arrive."""
    sleeper: bool = False
    """A process that died for the others goes on sending."""


@frozen
class Sender:
    """A person whom the post has seen in a lane, and from then on a letter in its hands."""

    person: str
    once: bool
    """The lane: reminders, or answers."""
    letter: int = 0
    what: str = ""
    stage: str = "seen"
    """seen, claimed, sent, failed, doubtful; lost: on the wire, given up by everybody."""


@frozen
class Hands:
    """What the running process has in its hands, and what has happened outside it."""

    due: frozenset[tuple[str, Wake]] = frozenset()
    senders: frozenset[Sender] = frozenset()
    stopped: bool = False
    faults: int = 0
    crashes: int = 0
    arrived: tuple[tuple[str, str], ...] = ()
    """(person, what), in the order of arrival."""


@frozen
class Found:
    """What a walk found."""

    places: int
    ends: int
    """States in which nothing is left to do."""
    wrong: tuple[str, ...]
    orders: frozenset[tuple[tuple[str, str], ...]] = field(repr=False)
    """In which orders things arrived."""


def explore(world: World, limits: Limits, *, first: bool = False) -> Found:
    """Walk through every state; `first`: only until something is wrong."""
    _begin(world)
    edge: list[tuple[Any, Hashable, Hands, tuple[str, ...]]] = [(world.save(), world.picture(), Hands(), ())]
    seen: set[Hashable] = {(edge[0][1], edge[0][2])}
    wrong: list[str] = []
    orders: set[tuple[tuple[str, str], ...]] = set()
    ends = 0
    while edge and not (first and wrong):
        saved, picture, hands, way = edge.pop()
        if broken := list(_broken(hands)):
            wrong.append(f"{broken} after {' / '.join(way)}")
            continue
        moved = False
        for name, stored, then in _steps(world, saved, hands, limits):
            moved = True
            there = world.picture() if stored else picture
            if (there, then) not in seen:
                seen.add((there, then))
                edge.append((world.save() if stored else saved, there, then, (*way, name)))
        if not moved:
            ends += 1
            orders.add(hands.arrived)
            wrong += [f"{left} after {' / '.join(way)}" for left in _unfinished(hands)]
    return Found(len(seen), ends, tuple(wrong), frozenset(orders))


def _begin(world: World) -> None:
    """Two people whose reminders are due at one instant."""
    for person in (ANN, BOB):
        world.keep([Turn(person, f"put {person}")], lambda turn, text: ringing(), RINGS)


def _decide(turn: Turn, text: str | None) -> Decision:
    return _decided(text, Woke(turn.wake.name, turn.wake.at) if turn.wake is not None else Stopped())


@cache
def _decided(text: str | None, event: Event) -> Decision:
    """A turn is pure, so each is taken once."""
    return decision(text, event, book.load(), RINGS)


def _broken(hands: Hands) -> Iterator[str]:
    """Promise 5, and at most once."""
    told = [what for person, what in hands.arrived if person == ANN]
    if CONFIRMED in told and REMINDER in told[told.index(CONFIRMED) :]:
        yield "a reminder after the confirmation"
    for person in (ANN, BOB):
        if hands.arrived.count((person, REMINDER)) > 1:
            yield f"a reminder twice to {person}"


def _unfinished(hands: Hands) -> Iterator[str]:
    """Nothing is left to do: the confirmation must have arrived, and Bob's reminder if nothing went wrong."""
    if (ANN, CONFIRMED) not in hands.arrived:
        yield "the confirmation never came"
    if (BOB, REMINDER) not in hands.arrived and not hands.faults and not hands.crashes:
        yield "the reminder of the other person never came"


Step = tuple[str, bool, Hands]
"""What was done, whether it changed the store (which then stands as it is after that), what is in the hands."""


def _steps(world: World, saved: Any, hands: Hands, limits: Limits) -> Iterator[Step]:
    yield from _rounds(world, saved, hands)
    yield from _person(world, saved, hands)
    yield from _look(world, saved, hands)
    for sender in sorted(hands.senders, key=repr):
        yield from _send(world, saved, hands, sender, limits)
    if world.survives and hands.crashes < limits.crashes:
        yield _crash(world, saved, hands, limits)


def _rounds(world: World, saved: Any, hands: Hands) -> Iterator[Step]:
    world.restore(saved)
    due = frozenset(world.due(RINGS))
    if not due <= hands.due:
        yield "look who is due", False, evolve(hands, due=hands.due | due)
    for person, wake in sorted(hands.due, key=repr):
        world.restore(saved)
        world.keep([_waking(person, wake)], _decide, RINGS)
        yield f"wake {person}", True, evolve(hands, due=hands.due - {(person, wake)})


def _waking(person: str, wake: Wake) -> Turn:
    """Each hand-in has a key of its own, as in the engine: that a wake-up counts once is for the store to see to."""
    return Turn(person, f"wake {next(KEYS)}", wake)


def _person(world: World, saved: Any, hands: Hands) -> Iterator[Step]:
    if hands.stopped:
        return
    stop = Turn(ANN, "stop")
    groups = [("stop", [stop], hands.due)]
    for person, wake in sorted(hands.due, key=repr):
        if person == ANN:
            left = hands.due - {(person, wake)}
            groups.append(("stop, wake", [stop, _waking(person, wake)], left))
            groups.append(("wake, stop", [_waking(person, wake), stop], left))
    for name, turns, left in groups:
        world.restore(saved)
        world.keep(turns, _decide, RINGS)
        yield name, True, evolve(hands, due=left, stopped=True)


def _look(world: World, saved: Any, hands: Hands) -> Iterator[Step]:
    for once in (False, True):
        world.restore(saved)
        seen = frozenset(Sender(person, once) for _, person in world.lane(once))
        if not seen <= hands.senders:
            yield f"look {once}", False, evolve(hands, senders=hands.senders | seen)


def _holding(sender: Sender, letter: Waiting) -> Sender:
    say = letters.read(letter.body)
    what = REMINDER if say.kind is Kind.REMINDER else CONFIRMED if say.kind is Kind.NOTE else "card"
    return evolve(sender, letter=letter.id, what=what, stage="claimed")


def _send(world: World, saved: Any, hands: Hands, sender: Sender, limits: Limits) -> Iterator[Step]:
    """The next step of one letter. What it does to the store it does in one transaction."""
    world.restore(saved)
    name = f"{sender.stage} {sender.what} of {sender.person}"
    match sender.stage:
        case "seen":
            letter = world.take(sender.person, sender.once)
            left = hands.senders - {sender}
            taken = left if letter is None else left | {_holding(sender, letter)}
            yield f"take {name}", True, evolve(hands, senders=taken)
        case "claimed":
            yield f"send {name}", False, _arrives(_moved(hands, sender, "sent"), sender)
            if hands.faults < limits.faults:
                slipped = evolve(hands, faults=hands.faults + 1)
                yield f"fail {name}", False, _moved(slipped, sender, "failed")
                yield f"doubt {name}", False, _moved(slipped, sender, "doubtful")
                yield f"doubt {name}, arrived", False, _arrives(_moved(slipped, sender, "doubtful"), sender)
                if limits.late_wire:
                    lost = evolve(sender, letter=-sender.letter, stage="lost")
                    late = _moved(slipped, sender, "doubtful")
                    yield f"late {name}", False, evolve(late, senders=late.senders | {lost})
        case "sent":
            world.sent(sender.letter)
            yield f"mark {name}", True, _moved(hands, sender, "")
        case "failed" | "doubtful":
            if sender.stage == "doubtful" and sender.once:
                world.bury(sender.letter)
            else:
                world.back(sender.letter)
            yield f"lay {name}", True, _moved(hands, sender, "")
        case "lost":
            yield f"arrive {name}", False, _arrives(_moved(hands, sender, ""), sender)


def _moved(hands: Hands, sender: Sender, stage: str) -> Hands:
    left = hands.senders - {sender}
    return evolve(hands, senders=left | {evolve(sender, stage=stage)} if stage else left)


def _arrives(hands: Hands, sender: Sender) -> Hands:
    if sender.what == "card":
        return hands
    return evolve(hands, arrived=(*hands.arrived, (sender.person, sender.what)))


def _crash(world: World, saved: Any, hands: Hands, limits: Limits) -> Step:
    """The process dies; only what stands in the store is left, and what was on the wire has arrived or not (both were
    walked as steps before this one). A sleeper still sends what it had claimed."""
    world.restore(saved)
    world.restart()
    asleep = frozenset(
        evolve(sender, letter=-sender.letter, stage="lost") for sender in hands.senders if sender.stage == "claimed"
    )
    kept = asleep if limits.sleeper else frozenset[Sender]()
    lost = frozenset(sender for sender in hands.senders if sender.stage == "lost")
    return "crash", True, evolve(hands, due=frozenset(), senders=kept | lost, crashes=hands.crashes + 1)
