"""The one door: groups, keys, turns that raise, disks that fail, callers that go away."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from attrs import evolve
from structlog.testing import capture_logs

from bot.clock import SetClock
from bot.engine import MOST_AT_ONCE, TRIES, Engine, running
from flows import book
from flows.conversation import Conversation
from flows.events import Asked, Event, Started, Wrote
from flows.pages import Book
from flows.stages import Stage
from storage.errors import StoreClosed, StoreError, StoreFull
from storage.sqlite import SqliteStore
from storage.store import Decision, Failed, Kept, Seen
from tests.bot.talks import (
    ANN,
    BOB,
    CARL,
    home,
    put,
    settled,
    take_all,
    talk_of,
    texts,
)

SORRY = book.load().say("sorry")


async def talk(store: SqliteStore, person: str) -> Conversation:
    return talk_of(Decision(await store.read(person)))


def count(path: Path, table: str, person: str = ANN) -> int:
    """Rows of a person, seen by a connection of its own: what is on disk."""
    with closing(sqlite3.connect(path)) as db:
        (number,) = db.execute(f"SELECT count(*) FROM {table} WHERE person = ?", (person,)).fetchone()  # noqa: S608
        return int(number)


# Groups


async def commits(store: SqliteStore) -> list[str]:
    """Filled with every COMMIT that SQLite carries out from now on."""
    seen: list[str] = []
    await store._link.set_trace_callback(lambda said: seen.append(said) if said == "COMMIT" else None)
    return seen


async def test_many_turns_share_a_few_transactions(store: SqliteStore, engine: Engine) -> None:
    seen = await commits(store)
    outcomes = await asyncio.gather(*(engine.handle(f"telegram:{n}", Started(), f"k{n}") for n in range(500)))
    assert outcomes == [Kept()] * 500
    assert 500 / MOST_AT_ONCE <= len(seen) <= 10
    assert {(await talk(store, f"telegram:{n}")).stage for n in range(500)} == {Stage.AGE}


async def test_one_turn_alone_is_one_transaction(store: SqliteStore, engine: Engine) -> None:
    seen = await commits(store)
    for number in range(5):
        assert await engine.handle(ANN, Started(), f"k{number}") == Kept()
    assert len(seen) == 5


async def test_turns_of_one_person_in_one_group_go_one_after_the_other(store: SqliteStore, engine: Engine) -> None:
    seen = await commits(store)
    events: list[Event] = [Started(), Wrote("18 to 64"), Wrote("I agree"), Wrote("Germany"), Wrote("No")]
    outcomes = await asyncio.gather(*(engine.handle(ANN, event, f"k{n}") for n, event in enumerate(events)))
    assert outcomes == [Kept()] * 5
    assert len(seen) == 1
    now = await talk(store, ANN)
    assert now.answering is not None
    assert (now.age, now.country, len(now.answering.answers)) == ("18_64", "DE", 1)
    told = [say.card.title for say in await take_all(store, ANN) if say.card.rows]
    assert told[0] == "How old are you?"
    assert told[-2:] == ["Safety question 1 of 12", "Safety question 2 of 12"]


async def test_a_listener_hears_of_every_commit(engine: Engine) -> None:
    first, second = engine.listen(), engine.listen()
    await engine.handle(ANN, Started(), "k")
    assert first.is_set()
    assert second.is_set()


# Promise 3


async def test_nothing_is_confirmed_before_it_is_on_disk(store: SqliteStore, engine: Engine, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # nobody can commit now
        handled = asyncio.create_task(engine.handle(ANN, Started(), "k"))
        for _ in range(1000):
            await asyncio.sleep(0)
        assert not handled.done()
        assert count(path, "people") == 0
        other.execute("ROLLBACK")
        assert await handled == Kept()
        assert count(path, "people") == 1


# A key counts once


async def test_a_key_seen_before_changes_and_says_nothing(store: SqliteStore, engine: Engine) -> None:
    await put(store, ANN, home())
    assert await engine.handle(ANN, Asked("settings"), "k") == Kept()
    kept = await store.read(ANN)
    assert len(await take_all(store, ANN)) == 1
    assert await engine.handle(ANN, Asked("settings"), "k") == Seen()
    assert await engine.handle(ANN, Wrote("something else"), "k") == Seen()
    assert await store.read(ANN) == kept
    assert await take_all(store, ANN) == []


async def test_a_key_twice_in_one_group_counts_once(store: SqliteStore, engine: Engine) -> None:
    outcomes = await asyncio.gather(*(engine.handle(ANN, Started(), "k") for _ in range(3)))
    assert outcomes == [Kept(), Seen(), Seen()]
    assert len(await take_all(store, ANN)) == 2  # hello and the first question


async def test_a_key_is_remembered_over_a_restart(store: SqliteStore, engine: Engine, clock: SetClock) -> None:
    await engine.handle(ANN, Started(), "k")
    async with running(store, book.load(), clock) as another:
        assert await another.handle(ANN, Started(), "k") == Seen()


# A turn that raises


class Faulty(dict[str, str]):
    """Messages of which one has a place that nobody fills, as often as it is told."""

    def __init__(self, messages: dict[str, str], key: str, times: int) -> None:
        super().__init__(messages)
        self._key = key
        self._left = times

    def __getitem__(self, key: str) -> str:
        if key != self._key or self._left == 0:
            return super().__getitem__(key)
        self._left -= 1
        raise KeyError(key)


def misprinted(key: str, times: int) -> Book:
    """The book; looking up this message fails so often."""
    read = book.load()
    return evolve(read, messages=Faulty(dict(read.messages), key, times))


@asynccontextmanager
async def at_work(store: SqliteStore, clock: SetClock, read: Book) -> AsyncIterator[Engine]:
    """An engine with this book. Turns that are tried for ever must not hang the test."""
    async with running(store, read, clock) as engine, asyncio.timeout(10):
        yield engine


async def test_a_turn_that_raises_is_undone_alone(store: SqliteStore, clock: SetClock, path: Path) -> None:
    for person in (ANN, BOB, CARL):
        await put(store, person, home())
    before = await store.read(BOB)
    async with at_work(store, clock, misprinted("kind.text", 99)) as engine:
        outcomes = await asyncio.gather(
            engine.handle(ANN, Asked("settings"), "1"),
            engine.handle(BOB, Wrote("tralala"), "2"),
            engine.handle(CARL, Asked("settings"), "3"),
        )
    assert [type(outcome) for outcome in outcomes] == [Kept, Failed, Kept]
    assert await store.read(BOB) == before
    assert {(await talk(store, person)).stage for person in (ANN, CARL)} == {Stage.SETTINGS}
    assert texts(await take_all(store, BOB)) == [SORRY]


async def test_it_is_tried_three_times_and_then_set_aside(store: SqliteStore, clock: SetClock) -> None:
    await put(store, ANN, home())
    async with at_work(store, clock, misprinted("kind.text", 99)) as engine:
        with capture_logs() as said:
            outcome = await engine.handle(ANN, Wrote("tralala"), "k")
        assert isinstance(outcome, Failed)
        assert isinstance(outcome.error, KeyError)
        assert [line["attempt"] for line in said if line["event"] == "turn failed"] == [1, 2, 3]
        assert await engine.handle(ANN, Wrote("tralala"), "k") == Seen()
    assert texts(await take_all(store, ANN)) == [SORRY]  # once, however often it is delivered


@pytest.mark.parametrize("times", range(1, TRIES))
async def test_what_goes_well_at_a_later_try_is_kept(store: SqliteStore, clock: SetClock, times: int) -> None:
    await put(store, ANN, home())
    async with at_work(store, clock, misprinted("kind.text", times)) as engine:
        assert await engine.handle(ANN, Wrote("tralala"), "k") == Kept()
    told = await take_all(store, ANN)
    assert SORRY not in texts(told)
    assert len(told) == 2


async def test_the_log_names_the_kind_of_error_and_no_word(store: SqliteStore, clock: SetClock, path: Path) -> None:
    await put(store, ANN, home())
    async with at_work(store, clock, misprinted("kind.text", 99)) as engine:
        with capture_logs() as said:
            await engine.handle(ANN, Wrote("tralala"), "k")
    assert "KeyError" in str(said)
    assert "tralala" not in str(said)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT reason FROM handled WHERE reason <> ''").fetchall() == [("KeyError",)]


NOT_A_TALK = ["", "null", "{}", '{"form":99}', '{"form":1,"stage":"flying"}', "[" * 5000]


@pytest.mark.parametrize("stored", NOT_A_TALK, ids=range(len(NOT_A_TALK)))
async def test_an_unreadable_conversation_stays_as_it_is_and_the_person_is_told(
    store: SqliteStore, engine: Engine, stored: str
) -> None:
    await put(store, ANN, Decision(stored))
    assert isinstance(await engine.handle(ANN, Started(), "k"), Failed)
    assert await store.read(ANN) == stored
    assert texts(await take_all(store, ANN)) == [SORRY]
    assert await engine.handle(BOB, Started(), "other") == Kept()


async def test_a_conversation_that_does_not_open_is_laid_aside_and_told(store: SqliteStore, engine: Engine) -> None:
    await put(store, ANN, home())
    await store._link.run(lambda db: db.execute("UPDATE people SET conversation = x'00'"))
    assert isinstance(await engine.handle(ANN, Started(), "k"), Failed)
    assert texts(await take_all(store, ANN)) == [book.load().say("unreadable")]
    assert await engine.handle(ANN, Started(), "anew") == Kept()
    assert talk_of(Decision(await store.read(ANN))).stage is Stage.AGE


# The disk


async def test_a_full_disk_fails_every_waiting_turn_and_keeps_nothing(store: SqliteStore, engine: Engine) -> None:
    await put(store, ANN, home())
    kept = await store.read(ANN)
    await store._link.ask(lambda db: db.execute("PRAGMA max_page_count = 1").fetchall())
    people = [ANN, *(f"telegram:{n}" for n in range(100, 160))]
    turns = [engine.handle(person, Asked("mydata"), f"k{person}") for person in people]
    outcomes = await asyncio.gather(*turns, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {StoreFull}
    assert await store.read(ANN) == kept
    assert await take_all(store, ANN) == []
    await store._link.ask(lambda db: db.execute("PRAGMA max_page_count = 100000").fetchall())
    again = await asyncio.gather(*(engine.handle(person, Asked("mydata"), f"k{person}") for person in people))
    assert again == [Kept()] * len(people)  # nothing was confirmed, so the same keys come again


async def test_a_closed_store_fails_every_waiting_turn(store: SqliteStore, engine: Engine) -> None:
    await store.close()
    turns = (engine.handle(f"telegram:{n}", Started(), f"k{n}") for n in range(100))
    outcomes = await asyncio.gather(*turns, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {StoreClosed}
    with pytest.raises(StoreError):
        await engine.handle(ANN, Started(), "the engine lives on")


# Callers that go away


async def test_a_caller_that_goes_away_loses_nothing(store: SqliteStore, clock: SetClock) -> None:
    engine = Engine(store, book.load(), clock)  # not yet at work
    handled = [asyncio.create_task(engine.handle(f"telegram:{n}", Started(), f"k{n}")) for n in range(3)]
    await asyncio.sleep(0)
    handled[1].cancel()
    working = asyncio.create_task(engine.run())
    outcomes = await asyncio.gather(*handled, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Kept, asyncio.CancelledError, Kept]
    assert await engine.handle("telegram:1", Started(), "k1") == Seen()
    assert (await talk(store, "telegram:1")).stage is Stage.AGE
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def test_a_caller_that_goes_away_during_the_commit_loses_nothing(
    store: SqliteStore, engine: Engine, path: Path
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        handled = [asyncio.create_task(engine.handle(f"telegram:{n}", Started(), f"k{n}")) for n in range(3)]
        for _ in range(100):
            await asyncio.sleep(0)
        handled[1].cancel()
        other.execute("ROLLBACK")
    outcomes = await asyncio.gather(*handled, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Kept, asyncio.CancelledError, Kept]
    assert [await engine.handle(f"telegram:{n}", Started(), f"k{n}") for n in range(3)] == [Seen()] * 3


async def test_an_engine_that_is_stopped_tells_everybody_who_waits(store: SqliteStore, clock: SetClock) -> None:
    async with running(store, book.load(), clock) as engine:
        turns = [engine.handle(f"telegram:{n}", Started(), f"k{n}") for n in range(3 * MOST_AT_ONCE)]
        handled = [asyncio.create_task(turn) for turn in turns]
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        outcomes = await asyncio.gather(*handled, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {StoreClosed}


async def test_an_engine_that_is_stopped_leaves_the_group_whole(store: SqliteStore, clock: SetClock) -> None:
    """What was being written is on disk or not, never by half, and the same keys may be handed in again."""
    async with running(store, book.load(), clock) as engine:
        handled = [asyncio.create_task(engine.handle(f"telegram:{n}", Started(), f"k{n}")) for n in range(20)]
        for _ in range(3):
            await asyncio.sleep(0)
    outcomes = await asyncio.gather(*handled, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {StoreClosed}
    await settled(store)
    stages = {(await talk(store, f"telegram:{n}")).stage for n in range(20)}
    assert len(stages) == 1
    async with running(store, book.load(), clock) as engine:
        again = await asyncio.gather(*(engine.handle(f"telegram:{n}", Started(), f"k{n}") for n in range(20)))
    assert set(again) == ({Seen()} if stages == {Stage.AGE} else {Kept()})
