"""Reminders of very many people: who is due, what a tap waits for meanwhile, and the usual way beside ours.

`UNKINK_BENCH_PEOPLE=1000000` is the long form.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger

from bot import letters
from bot.clock import SetClock
from bot.engine import Engine, running
from bot.pacing import Pace
from bot.post import Post
from flows import book
from flows.effects import Card, Kind, Say
from flows.events import Started
from flows.schedule import next_reminder
from storage import ledger
from storage.seal import Seal
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Decision, Letter, Turn
from tests.bot.talks import KEY, MORNING

pytestmark = pytest.mark.benchmark
PEOPLE = int(os.environ.get("UNKINK_BENCH_PEOPLE", "30000"))
WAITING = min(PEOPLE, 100_000) // 10 if PEOPLE < 100_000 else 100_000
BATCH_WITHIN = 0.005
"""Seconds to find the next hundred who are due."""
TAP_WITHIN = 0.05
"""Seconds from a tap to its answer, the middle one, while everybody is being reminded."""


@pytest.fixture
async def store(tmp_path: Path) -> SqliteStore:
    return await open_sqlite(tmp_path / "people.sqlite", Seal([KEY]), now=MORNING)


def wake_everybody(db: sqlite3.Connection) -> None:
    at = ledger.ticks(MORNING)
    rows = ({"person": f"telegram:{number}", "name": "reminder", "at": at} for number in range(PEOPLE))
    db.executemany(ledger.SQL["wake"], rows)


async def test_who_is_due_is_found_at_once_however_many_there_are(store: SqliteStore) -> None:
    """Nothing is held for them in memory either."""
    await store._link.run(wake_everybody)
    times = []
    tracemalloc.start()
    for _ in range(20):
        begun = time.perf_counter()
        found = await store.due(MORNING)
        times.append(time.perf_counter() - begun)
        assert len(found) == 100
        await store.keep(
            [Turn(person, f"{person} {wake.at}", wake) for person, wake in found],
            lambda turn, text: Decision(None),
            MORNING,
        )
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert await store.due(MORNING - timedelta(seconds=1)) == []
    await store.close()
    took = statistics.median(times)
    print(f"{PEOPLE} people due at once: 100 of them found in {took * 1000:.2f} ms, {peak >> 10} KiB at most")
    assert took < BATCH_WITHIN
    assert peak < 4 << 20


class Channel:
    """Brings everything at once, and tells when an answer left."""

    def __init__(self) -> None:
        self.answered: dict[str, asyncio.Event] = {}
        self.reminded = 0

    async def deliver(self, person: str, say: Say) -> str:
        self.reminded += say.kind is Kind.REMINDER
        if person in self.answered and say.kind is Kind.CARD:
            self.answered[person].set()
        return "message 1"


async def nobody(person: str, letter: int) -> None:
    raise AssertionError(f"{person} is gone")


async def fill(store: SqliteStore) -> None:
    body = letters.write(Say(Card("Time to stretch"), Kind.REMINDER))
    for start in range(0, WAITING, 1000):
        turns = [Turn(f"telegram:{number}", f"k{number}") for number in range(start, min(WAITING, start + 1000))]
        await store.keep(turns, lambda turn, text: Decision(None, (Letter(body, "reminder", True),)), MORNING)


async def tap(engine: Engine, channel: Channel, person: str) -> float:
    """Seconds until the answer to a first message left."""
    channel.answered[person] = asyncio.Event()
    begun = time.perf_counter()
    await engine.handle(person, Started(), f"tap {person}")
    async with asyncio.timeout(10):
        await channel.answered[person].wait()
    return time.perf_counter() - begun


async def test_a_tap_is_answered_at_once_while_everybody_is_reminded(store: SqliteStore) -> None:
    await fill(store)
    channel, clock = Channel(), SetClock(MORNING)
    async with running(store, book.load(), clock) as engine:
        posting = asyncio.create_task(Post(store, channel, clock, nobody, Pace()).run(engine))
        times = [await tap(engine, channel, f"telegram:{10_000_000 + number}") for number in range(40)]
        posting.cancel()
        await asyncio.gather(posting, return_exceptions=True)
    await store.close()
    took = statistics.median(times)
    print(f"{WAITING} reminders wait, {channel.reminded} left: a tap answered in {took * 1000:.1f} ms (median)")
    assert channel.reminded < WAITING
    assert took < 3 * TAP_WITHIN  # others are at work on the machine that runs tests


# The usual way: a job in memory for every person


def scheduled(scheduler: BaseScheduler, people: int) -> None:
    trigger = CronTrigger(hour=8, minute=0, timezone=ZoneInfo("Europe/Berlin"))
    for number in range(people):
        scheduler.add_job(print, trigger, id=f"{number}")


def taken(work: Callable[[], object]) -> tuple[float, int]:
    """Seconds, and bytes that stay."""
    tracemalloc.start()
    begun = time.perf_counter()
    kept = work()
    seconds = time.perf_counter() - begun
    stays, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return seconds, stays


async def test_nothing_is_loaded_for_a_person_at_the_start(store: SqliteStore, tmp_path: Path) -> None:
    """The usual way holds a job for each of them, and makes them anew at every start."""
    people = min(PEOPLE, 3000)
    await store._link.run(wake_everybody)
    await store.close()

    def the_usual_way() -> object:
        scheduler = BlockingScheduler()
        scheduled(scheduler, people)
        return scheduler

    usual, usual_bytes = await asyncio.to_thread(taken, the_usual_way)
    tracemalloc.start()
    begun = time.perf_counter()
    again = await open_sqlite(tmp_path / "people.sqlite", Seal([KEY]), now=MORNING)
    assert await again.due(MORNING, 1)
    ours, ours_bytes = time.perf_counter() - begun, tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    await again.close()
    a_person = usual / people, usual_bytes / people
    print(
        f"a start: {ours * 1000:.0f} ms and {ours_bytes >> 10} KiB with {PEOPLE} people;"
        f" the usual way: {a_person[0] * 1000:.2f} ms and {a_person[1] / 1024:.1f} KiB for each of {people}"
    )
    assert ours * 2 < a_person[0] * PEOPLE
    assert ours_bytes * 10 < a_person[1] * PEOPLE


ZONES = ("Europe/Berlin", "Africa/Cairo", "Asia/Beirut", "America/Santiago", "Australia/Lord_Howe")
TIMES = ("00:00", "00:30", "02:30", "08:00")


def usual_days(zone: str, at: str) -> Iterator[date]:
    hour, minute = at.split(":")
    trigger = CronTrigger(hour=int(hour), minute=int(minute), timezone=ZoneInfo(zone))
    now = datetime(2026, 1, 1, tzinfo=ZoneInfo(zone))
    last: datetime | None = None
    for _ in range(2 * 366):  # it may stand still for ever where the clocks go back
        found = trigger.get_next_fire_time(last, now)
        if found is None or found.year > 2026:
            return
        yield found.date()
        last, now = found, (found.astimezone(UTC) + timedelta(seconds=1)).astimezone(ZoneInfo(zone))


def our_days(zone: str, at: str) -> Iterator[date]:
    armed = now = datetime(2025, 12, 31, 23, 59, 59, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    last: datetime | None = None
    while True:
        found = next_reminder(zone, at, range(1, 8), now, last, armed=armed)
        if found is None or found.astimezone(ZoneInfo(zone)).year > 2026:
            return
        last, now = found, found + timedelta(seconds=1)
        yield found.astimezone(ZoneInfo(zone)).date()


def wrong(days: Callable[[str, str], Iterator[date]]) -> int:
    """Days without a reminder, or with two."""
    count = 0
    for zone in ZONES:
        for at in TIMES:
            found = list(days(zone, at))
            year = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
            count += sum(found.count(day) != 1 for day in year)
    return count


def test_wrong_days() -> None:
    ours, usual = wrong(our_days), wrong(usual_days)
    print(f"wrong days of {365 * len(ZONES) * len(TIMES)}: {ours}, the usual way {usual}")
    assert ours == 0
