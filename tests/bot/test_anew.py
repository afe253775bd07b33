"""Reminders are counted anew when the rules of zones changed or the clock went back, and only then."""

from __future__ import annotations

from datetime import timedelta

from bot import anew, rounds
from bot.anew import MARK, Seen, look
from bot.clock import SetClock
from bot.engine import Engine
from flows import kept, zones
from flows.events import Asked, Started, Wrote
from storage.sqlite import SqliteStore
from storage.store import Decision, Wake
from tests.bot.talks import ANN, MORNING, RINGS, put, reminders, ringing, take_all

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STALE = RINGS + HOUR
"""Where a reminder of RINGS was counted to be by rules that are out of date."""
OLD_RULES = f"1999a {MORNING.isoformat()}"


def stale() -> Decision:
    return Decision(ringing().conversation, wakes=(Wake("reminder", STALE),))


async def test_new_rules_move_every_reminder_to_its_new_instant(
    store: SqliteStore, engine: Engine, clock: SetClock
) -> None:
    people = [f"telegram:{number}" for number in range(120)]  # more than two pages
    for person in people:
        await put(store, person, stale())
    await store.set_mark(MARK, OLD_RULES)
    seen = await look(store, engine, clock, Seen.of(OLD_RULES))
    assert seen == Seen(zones.version(), MORNING)
    assert await store.mark(MARK) == str(seen)
    assert sorted(await store.due(RINGS, 200)) == sorted((person, Wake("reminder", RINGS)) for person in people)
    assert kept.read(await store.read(ANN)).reminder.rules == zones.version()  # type: ignore[union-attr]


async def test_nothing_is_counted_anew_without_need(store: SqliteStore, engine: Engine, clock: SetClock) -> None:
    await put(store, ANN, stale())
    seen = Seen(zones.version(), MORNING - DAY)
    await store.set_mark(MARK, str(seen))
    for _ in range(3):
        clock.move_by(timedelta(minutes=20))
        seen = await look(store, engine, clock, seen)
    clock.move_by(-timedelta(minutes=9))
    await look(store, engine, clock, seen)
    assert await store.next_wake() == STALE


async def test_a_round_that_was_cut_off_begins_again(store: SqliteStore, engine: Engine, clock: SetClock) -> None:
    """The note is written at the end; what was counted twice stands once."""
    await put(store, ANN, stale())
    await store.set_mark(MARK, OLD_RULES)
    await anew.count_anew(store, engine, "a first time, then the process dies")
    assert Seen.of(await store.mark(MARK)).rules != zones.version()
    await look(store, engine, clock, Seen.of(await store.mark(MARK)))
    assert await store.due(RINGS + 9 * DAY) == [(ANN, Wake("reminder", RINGS))]


async def test_what_was_set_under_a_clock_years_ahead_comes_within_a_day(
    store: SqliteStore, engine: Engine, clock: SetClock
) -> None:
    """The clock is years wrong, a reminder is set and rings; then the clock is set right."""
    await put(store, ANN, ringing())
    seen = await look(store, engine, clock, Seen(zones.version(), MORNING))
    clock.move_to(RINGS + 1461 * DAY)
    seen = await look(store, engine, clock, seen)
    await rounds.wake_due(store, engine, clock)
    assert reminders(await take_all(store, ANN, clock.now())) == 1
    await engine.handle(ANN, Asked("reminder"), "here")
    clock.move_to(MORNING)
    seen = await look(store, engine, clock, seen)
    assert await store.next_wake() == RINGS
    clock.move_to(RINGS)
    await rounds.wake_due(store, engine, clock)
    assert reminders(await take_all(store, ANN, RINGS)) == 1


async def test_a_clock_that_went_back_while_the_bot_was_away_is_noticed(
    store: SqliteStore, engine: Engine, clock: SetClock
) -> None:
    clock.move_to(MORNING + 1461 * DAY)
    await look(store, engine, clock, Seen.of(await store.mark(MARK)))
    await put(store, ANN, Decision(ringing().conversation, wakes=(Wake("reminder", RINGS + 1461 * DAY),)))
    clock.move_to(MORNING)
    await look(store, engine, clock, Seen.of(await store.mark(MARK)))
    assert await store.next_wake() == RINGS


async def test_counting_anew_says_nothing_and_wakes_nobody_without_a_reminder(
    store: SqliteStore, engine: Engine, clock: SetClock
) -> None:
    await engine.handle(ANN, Started(), "k1")
    await engine.handle(ANN, Wrote("18 to 64"), "k2")
    await put(store, "telegram:2", stale())
    before = len(await take_all(store, ANN))
    await anew.count_anew(store, engine, "why")
    assert before
    assert await store.waiting(MORNING) == []


def test_a_note_that_cannot_be_read_counts_as_never_looked() -> None:
    assert Seen.of("") == Seen.of("2026a yesterday") == Seen()
    assert Seen().is_over(zones.version(), MORNING)
    assert Seen.of(str(Seen("2026a", MORNING))) == Seen("2026a", MORNING)
