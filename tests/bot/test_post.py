"""The post: what becomes of a letter that was not sent, may have been sent, or cannot be written down."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from bot import post
from bot.clock import SetClock
from bot.engine import Engine
from bot.pacing import UNPACED
from bot.post import Doubtful, Gone, Limited, Post, Undeliverable, Unsent
from flows.effects import Kind, Say
from flows.events import Started, Woke
from storage.errors import StoreFull
from storage.sqlite import SqliteStore
from storage.store import Waiting
from tests.bot.talks import ANN, BOB, RINGS, end, put, ringing, settled, take_all


class Channel:
    """Says the same of every letter to ANN; all others arrive."""

    def __init__(self, says: Exception | None = None) -> None:
        self.says = says
        self.tried: list[tuple[str, Kind]] = []
        self.gone: list[str] = []

    async def deliver(self, person: str, say: Say) -> str:
        self.tried.append((person, say.kind))
        if self.says is not None and person == ANN:
            raise self.says
        return "message 1"

    async def leave(self, person: str, letter: int) -> None:
        self.gone.append(person)


async def deliver(store: SqliteStore, engine: Engine, clock: SetClock, channel: Channel) -> None:
    """The post at work until there is nothing it could do at once."""
    posting = asyncio.create_task(Post(store, channel, clock, channel.leave).run(engine))
    await settled(store)
    await settled(store)
    await end(posting)


def fates(path: Path, person: str = ANN) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return [fate for (fate,) in db.execute("SELECT fate FROM posted WHERE person = ? ORDER BY id", (person,))]


async def keep_a_reminder(store: SqliteStore, engine: Engine, clock: SetClock) -> None:
    await put(store, ANN, ringing())
    clock.move_to(RINGS)
    await engine.handle(ANN, Woke("reminder"), "ring")


@pytest.mark.parametrize(
    ("says", "fate", "waits"),
    [
        (None, ["sent"], 0),
        (Limited(30.0), [], 1),
        (Doubtful(), ["unknown"], 0),
        (RuntimeError("a fault of the channel"), ["unknown"], 0),
        (Undeliverable("refused"), ["refused"], 0),
        (Gone("gone"), ["gone"], 0),
    ],
    ids=repr,
)
async def test_what_becomes_of_a_reminder(
    store: SqliteStore, engine: Engine, clock: SetClock, path: Path, says: Exception | None, fate: list[str], waits: int
) -> None:
    """One that may have arrived is never sent again."""
    await keep_a_reminder(store, engine, clock)
    channel = Channel(says)
    await deliver(store, engine, clock, channel)
    assert channel.tried == [(ANN, Kind.REMINDER)]
    assert fates(path) == fate
    assert len(await take_all(store, ANN, RINGS)) == waits
    assert channel.gone == ([ANN] if isinstance(says, Gone) else [])


@pytest.mark.parametrize("says", [Unsent(), Doubtful(), RuntimeError("a fault of the channel")], ids=repr)
async def test_an_answer_that_did_not_surely_arrive_waits_at_its_place(
    store: SqliteStore, engine: Engine, clock: SetClock, path: Path, says: Exception
) -> None:
    """And holds nobody else up."""
    await engine.handle(ANN, Started(), "1")
    await engine.handle(BOB, Started(), "2")
    channel = Channel(says)
    await deliver(store, engine, clock, channel)
    assert channel.tried.count((ANN, Kind.NOTE)) == 1
    assert (fates(path), fates(path, BOB)) == ([], ["sent", "sent"])
    assert [say.kind for say in await take_all(store, ANN)] == [Kind.NOTE, Kind.CARD]


async def test_a_letter_is_claimed_on_disk_before_anybody_hears_of_it(
    store: SqliteStore, engine: Engine, clock: SetClock, path: Path
) -> None:
    """Else a crash, or a second look, would send it twice."""
    claimed: list[int] = []

    class Looking(Channel):
        async def deliver(self, person: str, say: Say) -> str:
            with closing(sqlite3.connect(path)) as db:
                claimed.extend(flying for (flying,) in db.execute("SELECT flying FROM letters ORDER BY id LIMIT 1"))
            return await super().deliver(person, say)

    await engine.handle(ANN, Started(), "1")
    await deliver(store, engine, clock, Looking())
    assert claimed == [1, 1]


@pytest.mark.parametrize("step", ["lane", "take", "sent"])
async def test_a_full_disk_delays_a_letter_and_neither_loses_nor_repeats_it(
    store: SqliteStore, engine: Engine, clock: SetClock, path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "AFTER_TROUBLE", 0.0)
    carry_out: Callable[..., object] = getattr(store, step)
    troubles = 3

    async def fail_at_first(*given: object, **named: object) -> object:
        nonlocal troubles
        troubles -= 1
        if troubles >= 0:
            raise StoreFull("no room")
        return await carry_out(*given, **named)  # type: ignore[misc]

    monkeypatch.setattr(store, step, fail_at_first)
    await engine.handle(ANN, Started(), "1")
    channel = Channel()
    await deliver(store, engine, clock, channel)
    assert troubles < 0
    assert channel.tried == [(ANN, Kind.NOTE), (ANN, Kind.CARD)]
    assert fates(path) == ["sent", "sent"]


@pytest.mark.parametrize("ticks", range(6))
async def test_the_post_ends_whenever_it_is_cancelled(
    store: SqliteStore, engine: Engine, clock: SetClock, ticks: int
) -> None:
    """Also in the very moment in which something was kept."""
    posting = asyncio.create_task(Post(store, Channel(), clock, Channel().leave).run(engine))
    await settled(store)
    engine._tell([])
    for _ in range(ticks):
        await asyncio.sleep(0)
    await end(posting)


async def test_what_was_surely_not_sent_is_no_doubt_however_often(
    store: SqliteStore, engine: Engine, clock: SetClock, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "BACK_OFF", (0.0,))
    monkeypatch.setattr(post, "DOUBTFUL", (0.0,))
    says: list[Exception | None] = [*[Unsent() for _ in range(20)], Doubtful(), None]

    class Outage(Channel):
        async def deliver(self, person: str, say: Say) -> str:
            if (now := says.pop(0)) is not None:
                raise now
            return "message 1"

    channel = Outage()
    await engine.handle(ANN, Started(), "start")
    posting = asyncio.create_task(Post(store, channel, clock, channel.leave, UNPACED).run(engine))
    async with asyncio.timeout(10):
        while says:
            await settled(store)
    await settled(store)
    await end(posting)
    assert fates(path)[0] == "sent"


async def test_a_gate_that_closes_while_a_letter_is_claimed_holds_it(
    store: SqliteStore, engine: Engine, clock: SetClock
) -> None:
    """Nobody is told before the wait is over, not even the one whose letter was just taken from the store."""
    channel = Channel()
    posted = Post(store, channel, clock, channel.leave, UNPACED)
    take = store.take

    async def slowly(person: str, now: datetime, *, once: bool) -> Waiting | None:
        letter = await take(person, now, once=once)
        posted._pacing.limit(BOB, asyncio.get_running_loop().time(), 3600.0)
        posted._pacing.limit(person, asyncio.get_running_loop().time(), 3600.0)
        return letter

    store.take = slowly  # type: ignore[method-assign]
    await engine.handle(ANN, Started(), "start")
    posting = asyncio.create_task(posted.run(engine))
    await settled(store)
    await settled(store)
    await end(posting)
    assert channel.tried == []
    assert await store.claim((await store.waiting(clock.now()))[0].id)  # it waits as before
