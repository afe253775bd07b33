"""The clock that can be set, and the rounds that find who is due."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import rounds
from bot.clock import SetClock, SystemClock
from bot.engine import Engine
from flows.effects import Kind
from flows.events import Started
from storage.errors import Refusal, StoreRefused
from storage.sqlite import SqliteStore
from storage.store import Wake
from tests.bot.talks import ANN, BOB, MORNING, RINGS, end, put, reminders, ringing, settled, take_all, waiting

STEPS = st.timedeltas(min_value=timedelta(days=-400), max_value=timedelta(days=400))


def test_the_machines_clock_is_aware_and_in_utc() -> None:
    before, told, later = datetime.now(UTC), SystemClock().now(), datetime.now(UTC)
    assert before <= told <= later
    assert told.tzinfo is UTC


def test_a_set_clock_stands_still() -> None:
    clock = SetClock(MORNING)
    assert {clock.now() for _ in range(1000)} == {MORNING}


def test_a_running_clock_runs_on_from_where_it_was_set() -> None:
    begun = datetime.now(UTC)
    clock = SetClock(MORNING, runs=True)
    told = [clock.now() - MORNING for _ in range(1000)]
    assert told == sorted(told)
    assert timedelta() <= told[0] < told[-1] <= datetime.now(UTC) - begun


@pytest.mark.parametrize("runs", [False, True])
def test_a_moved_clock_goes_on_from_there(runs: bool) -> None:
    clock, target = SetClock(MORNING, runs=runs), MORNING + timedelta(days=3)
    begun = datetime.now(UTC)
    clock.move_to(target)
    assert timedelta() <= clock.now() - target <= datetime.now(UTC) - begun
    clock.move_by(timedelta(hours=-1))
    assert timedelta() <= clock.now() - target + timedelta(hours=1) <= datetime.now(UTC) - begun


@given(STEPS, st.integers(-14 * 60, 14 * 60))
def test_any_instant_is_told_in_utc(step: timedelta, minutes: int) -> None:
    at = (MORNING + step).astimezone(timezone(timedelta(minutes=minutes)))
    clock = SetClock(at)
    assert clock.now() == at
    assert clock.now().tzinfo is UTC
    clock.move_to(at)
    assert clock.now().tzinfo is UTC


async def test_nobody_is_woken_early_and_everybody_in_time(store: SqliteStore, engine: Engine, clock: SetClock) -> None:
    for number in range(250):  # more than are asked for at a time
        await put(store, f"telegram:{number}", ringing())
    clock.move_to(RINGS - timedelta(microseconds=1))
    assert await rounds.wake_due(store, engine, clock) == 0
    clock.move_to(RINGS)
    assert await rounds.wake_due(store, engine, clock) == 250
    assert await rounds.wake_due(store, engine, clock) == 0
    assert await store.next_wake() == RINGS + timedelta(days=1)


async def test_a_wake_up_that_cannot_be_handled_does_not_come_for_ever(
    store: SqliteStore, engine: Engine, clock: SetClock
) -> None:
    await put(store, ANN, ringing())
    await store._link.run(lambda db: db.execute("UPDATE people SET conversation = x'00'"))
    clock.move_to(RINGS)
    assert await rounds.wake_due(store, engine, clock) == 1
    assert await store.next_wake() is None


async def test_the_rounds_wake_at_once_who_is_due_when_they_begin(
    store: SqliteStore, engine: Engine, clock: SetClock
) -> None:
    await put(store, ANN, ringing())
    clock.move_to(RINGS)
    kept_something = engine.listen()
    going = asyncio.create_task(rounds.run(store, engine, clock))
    async with asyncio.timeout(5):
        await kept_something.wait()
    await end(going)
    assert [say.kind for say in await waiting(store, RINGS)] == [Kind.REMINDER]


async def test_the_rounds_notice_that_the_clock_was_moved(store: SqliteStore, engine: Engine, clock: SetClock) -> None:
    """They nap for many seconds; a moved clock ends the nap."""
    await put(store, ANN, ringing())
    going = asyncio.create_task(rounds.run(store, engine, clock))
    await settled(store)
    kept_something = engine.listen()
    clock.move_to(RINGS)
    async with asyncio.timeout(5):
        await kept_something.wait()
    await end(going)
    assert await store.due(RINGS + timedelta(days=1)) == [(ANN, Wake("reminder", RINGS + timedelta(days=1)))]


async def test_the_rounds_notice_a_wake_up_that_was_just_asked_for(
    store: SqliteStore, engine: Engine, clock: SetClock
) -> None:
    clock.move_to(RINGS)
    going = asyncio.create_task(rounds.run(store, engine, clock))
    await settled(store)
    await put(store, ANN, ringing())
    kept_something = engine.listen()
    await engine.handle(BOB, Started(), "any commit")
    kept_something.clear()
    async with asyncio.timeout(5):
        await kept_something.wait()
    await end(going)
    assert reminders(await take_all(store, ANN, RINGS)) == 1


@pytest.mark.parametrize("ticks", range(6))
async def test_the_rounds_end_whenever_they_are_cancelled(
    store: SqliteStore, engine: Engine, clock: SetClock, ticks: int
) -> None:
    """Also in the very moment in which something was kept."""
    going = asyncio.create_task(rounds.run(store, engine, clock))
    await settled(store)
    clock.move_by(timedelta(hours=1))
    for _ in range(ticks):
        await asyncio.sleep(0)
    await end(going)


async def test_a_database_that_turns_out_to_be_damaged_ends_the_rounds(
    store: SqliteStore, engine: Engine, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def damaged() -> None:
        raise StoreRefused(Refusal.DAMAGED, "damaged")

    monkeypatch.setattr(store, "examine", damaged)
    with pytest.raises(StoreRefused):
        async with asyncio.timeout(5):
            await rounds.run(store, engine, clock)
