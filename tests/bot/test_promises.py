"""Promise 5, no reminder after a confirmed /stop: in the engine, on a real file."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest

from bot import post, rounds
from bot.clock import SetClock
from bot.engine import Engine, running
from bot.post import Doubtful, Limited, Post, Unsent
from flows import book
from flows.conversation import Conversation
from flows.effects import Kind, Say
from flows.events import Blocked, Event, Started, Stopped, Tapped, Wrote
from storage.seal import Seal
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Decision, Kept, Seen, Waiting, Wake
from tests.bot.talks import (
    ANN,
    BOB,
    KEY,
    LATEST,
    RINGS,
    end,
    put,
    reminders,
    ringing,
    settled,
    take_all,
    talk_of,
    tap,
    texts,
    waiting,
)

STOPPED = book.load().say("stop.reminder", time="13:00")
TICK = timedelta(microseconds=1)


async def talk(store: SqliteStore, person: str = ANN) -> Conversation:
    return talk_of(Decision(await store.read(person)))


async def ring(store: SqliteStore, engine: Engine, clock: SetClock, person: str = ANN) -> None:
    """The reminder comes due and is kept; it is not yet sent."""
    await put(store, person, ringing())
    clock.move_to(RINGS)
    await rounds.wake_due(store, engine, clock)


async def test_a_reminder_that_was_set_comes_when_it_is_due(
    store: SqliteStore, engine: Engine, clock: SetClock
) -> None:
    await ring(store, engine, clock)
    told = await take_all(store, ANN, RINGS)
    assert [(say.kind, say.cause) for say in told] == [(Kind.REMINDER, "reminder")]
    assert await store.next_wake() == RINGS + timedelta(days=1)


# Promise 5, in every order


class Gates:
    """Where others wait until they are let through, one at a time."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []
        self.open = False

    async def pass_by(self) -> None:
        if not self.open:
            self._waiting.append(asyncio.get_running_loop().create_future())
            await self._waiting[-1]

    def let_one_through(self) -> None:
        if self._waiting:
            self._waiting.pop(0).set_result(None)

    def stay_open(self) -> None:
        self.open = True
        while self._waiting:
            self.let_one_through()


class Gated(SqliteStore):
    """The real store; whoever asks it for the post's sake waits at a gate first."""

    def __init__(self, store: SqliteStore, gates: Gates) -> None:
        super().__init__(store._path, store._link, store._seal, store._lock, store._ballast)
        self._gates = gates

    async def take(self, person: str, now: datetime, *, once: bool) -> Waiting | None:
        await self._gates.pass_by()
        return await super().take(person, now, once=once)


class Wire:
    """A messenger that takes its time, and writes down what arrived."""

    def __init__(self, gates: Gates) -> None:
        self._gates = gates
        self.arrived: list[Say] = []

    async def deliver(self, person: str, say: Say) -> str:
        await self._gates.pass_by()
        self.arrived.append(say)
        return "message 1"


async def nobody_is_gone(person: str, letter: int) -> None:
    raise AssertionError(f"{person} is gone")


def orders() -> Iterator[str]:
    """All orders of: look who is due, hand it in (in this order), /stop, and six steps of the post."""
    length = 9
    for places in combinations(range(length), 3):
        for stop in range(3):
            order = ["post"] * length
            words = ["due", "hand in"]
            words.insert(stop, "stop")
            for place, word in zip(places, words, strict=True):
                order[place] = word
            yield ",".join(order)


async def play(order: str, store: SqliteStore, engine: Engine, clock: SetClock, person: str) -> Sequence[Say]:
    """What arrived, in its order. Everybody has come to rest before the next step is taken."""
    gates, due, handed = Gates(), list[Wake](), list[asyncio.Task[object]]()
    wire = Wire(gates)
    posting = asyncio.create_task(Post(Gated(store, gates), wire, clock, nobody_is_gone).run(engine))
    await settled(store)
    for step in order.split(","):
        match step:
            case "post":
                gates.let_one_through()
            case "due":
                due = [wake for who, wake in await store.due(clock.now()) if who == person]
            case "hand in":
                handed += [asyncio.create_task(engine.wake(person, wake)) for wake in due]
            case "stop":
                handed.append(asyncio.create_task(engine.handle(person, Stopped(), f"stop {person}")))
        await settled(store)
    gates.stay_open()
    await asyncio.gather(*handed)
    await rounds.wake_due(store, engine, clock)
    while await store.waiting(clock.now()):
        await settled(store)
    await end(posting)
    return wire.arrived


async def test_after_stop_is_confirmed_no_reminder_arrives(
    store: SqliteStore, engine: Engine, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever way the wake-up, the post and /stop fall between one another."""
    monkeypatch.setattr(post, "SHORTEST_LOOK", 0.0)
    clock.move_to(RINGS)
    came, tried = 0, 0
    for number, order in enumerate(orders()):
        person = f"telegram:{number}"
        await put(store, person, ringing())
        arrived = await play(order, store, engine, clock, person)
        told = texts(arrived)
        assert told.count(STOPPED) == 1, order
        assert reminders(arrived[told.index(STOPPED) :]) == 0, order
        assert reminders(arrived) <= 1, order
        assert [wake for who, wake in await store.due(RINGS + timedelta(days=400)) if who == person] == [], order
        came, tried = came + reminders(arrived), tried + 1
    assert tried == 252
    assert 0 < came < tried  # both happen: it was on its way already, and it was recalled


async def test_a_reminder_that_is_kept_and_not_yet_claimed_is_recalled(
    store: SqliteStore, engine: Engine, clock: SetClock
) -> None:
    await ring(store, engine, clock)
    assert reminders(await waiting(store, RINGS)) == 1
    await engine.handle(ANN, Stopped(), "stop")
    told = await take_all(store, ANN, RINGS)
    assert reminders(told) == 0
    assert texts(told)[0] == STOPPED


@pytest.mark.parametrize(
    "says", [Unsent(), Limited(30.0), Doubtful(), RuntimeError("a fault of the channel")], ids=repr
)
async def test_a_reminder_that_failed_on_the_wire_is_recalled_as_well(
    store: SqliteStore, engine: Engine, clock: SetClock, says: Exception
) -> None:
    """/stop comes while it is in flight; then the messenger says that it was not sent, or does not know."""
    await ring(store, engine, clock)
    gates = Gates()

    class Failing(Wire):
        async def deliver(self, person: str, say: Say) -> str:
            await super().deliver(person, say)
            raise says

    wire = Failing(gates)
    posting = asyncio.create_task(Post(store, wire, clock, nobody_is_gone).run(engine))
    await settled(store)
    await engine.handle(ANN, Stopped(), "stop")
    gates.stay_open()
    await end(posting)
    assert reminders(wire.arrived) == 1  # it was tried once
    told = await take_all(store, ANN, RINGS)
    assert texts(told)[0] == STOPPED
    assert reminders(told) == 0


@pytest.mark.parametrize("last", [Stopped(), Wrote("stop"), Blocked(), Tapped(1, "stop", "stop")], ids=repr)
async def test_everything_that_ends_reminders_recalls_them(
    store: SqliteStore, engine: Engine, clock: SetClock, last: Event
) -> None:
    await ring(store, engine, clock)
    await engine.handle(ANN, last, "last")
    clock.move_by(timedelta(days=3))
    await rounds.wake_due(store, engine, clock)
    assert reminders(await take_all(store, ANN, RINGS)) == 0


async def test_a_snoozed_reminder_is_ended_as_well(store: SqliteStore, engine: Engine, clock: SetClock) -> None:
    await ring(store, engine, clock)
    await take_all(store, ANN, RINGS)
    await engine.handle(ANN, tap(Decision(await store.read(ANN)), "reminder", "later"), "later")
    assert [wake.name for _, wake in await store.due(RINGS + timedelta(hours=1))] == ["later"]
    await engine.handle(ANN, Stopped(), "stop")
    clock.move_by(timedelta(hours=1))
    await rounds.wake_due(store, engine, clock)
    assert reminders(await take_all(store, ANN, RINGS)) == 0


async def test_a_reminder_asked_for_again_comes_again(store: SqliteStore, engine: Engine, clock: SetClock) -> None:
    await put(store, ANN, ringing())
    await engine.handle(ANN, Stopped(), "stop")
    await engine.handle(ANN, tap(Decision(await store.read(ANN)), "offer", "keep_reminder"), "keep")
    clock.move_to(RINGS)
    await rounds.wake_due(store, engine, clock)
    assert reminders(await take_all(store, ANN, RINGS)) == 1


# Late


async def test_a_reminder_that_waited_two_hours_is_not_sent(
    store: SqliteStore, engine: Engine, clock: SetClock
) -> None:
    await ring(store, engine, clock)
    assert reminders(await waiting(store, RINGS + LATEST - TICK)) == 1
    assert await waiting(store, RINGS + LATEST) == []
    assert await waiting(store, RINGS) == []  # nor when the clock goes back


@pytest.mark.parametrize(
    "late", [LATEST + timedelta(seconds=1), timedelta(hours=9), timedelta(days=40, hours=5)], ids=str
)
async def test_a_bot_that_was_away_too_long_sends_no_late_reminder(
    store: SqliteStore, engine: Engine, clock: SetClock, late: timedelta
) -> None:
    await put(store, ANN, ringing())
    clock.move_to(RINGS + late)
    await rounds.wake_due(store, engine, clock)
    assert await take_all(store, ANN, clock.now()) == []
    following = await store.next_wake()
    assert following is not None
    assert clock.now() < following <= clock.now() + timedelta(days=1)


async def test_a_bot_that_was_away_for_days_sends_one_reminder_and_not_five(
    store: SqliteStore, engine: Engine, clock: SetClock
) -> None:
    await put(store, ANN, ringing())
    clock.move_to(RINGS + timedelta(days=5, minutes=30))
    await rounds.wake_due(store, engine, clock)
    assert reminders(await take_all(store, ANN, clock.now())) == 1


async def test_a_snoozed_reminder_is_not_sent_in_the_night(store: SqliteStore, engine: Engine, clock: SetClock) -> None:
    await ring(store, engine, clock)
    await take_all(store, ANN, RINGS)
    await engine.handle(ANN, tap(Decision(await store.read(ANN)), "reminder", "later"), "later")
    clock.move_to(RINGS + timedelta(hours=15))
    await rounds.wake_due(store, engine, clock)
    assert reminders(await take_all(store, ANN, clock.now())) == 0


# A crash


@asynccontextmanager
async def crashed(path: Path, folder: Path) -> AsyncIterator[SqliteStore]:
    """The store as it would stand after a crash at this moment: a copy of its files, opened anew."""
    copy = folder / "copy.sqlite"
    for ending in ("", "-wal"):
        shutil.copy(f"{path}{ending}", f"{copy}{ending}")
    again = await open_sqlite(copy, Seal([KEY]), now=RINGS)
    try:
        yield again
    finally:
        await again.close()


async def test_a_crash_between_claim_and_sent_repeats_an_answer_and_no_reminder(
    store: SqliteStore, engine: Engine, clock: SetClock, path: Path, tmp_path: Path
) -> None:
    await ring(store, engine, clock)
    await engine.handle(BOB, Started(), "k")
    for letter in await store.waiting(RINGS):
        assert await store.claim(letter.id)
    async with crashed(path, tmp_path) as again:
        assert await take_all(again, ANN, RINGS) == []
        assert book.load().say("start.hello") in texts(await take_all(again, BOB, RINGS))
        assert await again.next_wake() == RINGS + timedelta(days=1)  # tomorrow's still comes


async def test_a_crash_before_the_claim_loses_no_reminder(
    store: SqliteStore, engine: Engine, clock: SetClock, path: Path, tmp_path: Path
) -> None:
    await ring(store, engine, clock)
    async with crashed(path, tmp_path) as again:
        assert reminders(await take_all(again, ANN, RINGS)) == 1


async def test_a_crash_does_not_undo_a_confirmed_stop(
    store: SqliteStore, engine: Engine, clock: SetClock, path: Path, tmp_path: Path
) -> None:
    await ring(store, engine, clock)
    (letter,) = await store.waiting(RINGS)
    assert await store.claim(letter.id)
    await engine.handle(ANN, Stopped(), "stop")
    async with crashed(path, tmp_path) as again, running(again, book.load(), clock) as engine_again:
        told = await take_all(again, ANN, clock.now())
        clock.move_by(timedelta(days=2))
        await rounds.wake_due(again, engine_again, clock)
        told += await take_all(again, ANN, clock.now())
    assert reminders(told) == 0
    assert texts(told)[0] == STOPPED


async def test_a_wake_up_found_due_before_the_clock_went_back_waits_for_its_time(
    store: SqliteStore, engine: Engine, clock: SetClock
) -> None:
    await put(store, ANN, ringing())
    assert await engine.wake(ANN, Wake("reminder", RINGS)) == Seen()  # it is still morning
    assert await store.due(RINGS) == [(ANN, Wake("reminder", RINGS))]
    clock.move_to(RINGS)
    assert await engine.wake(ANN, Wake("reminder", RINGS)) == Kept()
    assert await store.next_wake() == RINGS + timedelta(days=1)
