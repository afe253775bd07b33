"""The post's two lanes: an answer never waits behind reminders, nor behind somebody else's trouble."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot import letters, post
from bot.clock import SetClock
from bot.engine import Engine
from bot.pacing import UNPACED, Pace
from bot.post import Barred, Limited, Post, Unknown
from flows.effects import Card, Kind, Say
from flows.events import Blocked, Started
from storage.sqlite import SqliteStore
from storage.store import Decision, Letter, Turn
from tests.bot.talks import ANN, BOB, CARL, MORNING, end, settled

MANY = 300


class Channel:
    """Brings everything at once, but to the people in `says`."""

    def __init__(self, says: dict[str, Exception] | None = None) -> None:
        self.says = says or {}
        self.brought: list[tuple[str, Kind]] = []
        self.tried: list[str] = []
        self.told = asyncio.Event()

    async def deliver(self, person: str, say: Say) -> str:
        self.tried.append(person)
        self.told.set()
        if person in self.says:
            raise self.says[person]
        self.brought.append((person, say.kind))
        return "message 1"

    async def until(self, count: int, within: float = 5.0) -> None:
        """Until so many letters were brought or tried."""
        async with asyncio.timeout(within):
            while len(self.tried) < count:
                self.told.clear()
                await self.told.wait()


async def nobody_is_gone(person: str, letter: int) -> None:
    raise AssertionError(f"{person} is gone")


async def keep(store: SqliteStore, person: str, *kinds: Kind, panel: bool = False) -> None:
    """Letters that wait."""
    bodies = [Letter(letters.write(Say(Card("x"), kind)), "", kind is Kind.REMINDER, None, panel) for kind in kinds]
    turn = Turn(person, f"{person} {kinds} {panel}")
    await store.keep([turn], lambda turn, text: Decision(None, tuple(bodies)), MORNING)


async def keep_reminders(store: SqliteStore, count: int) -> None:
    for number in range(count):
        await keep(store, f"telegram:{1000 + number}", Kind.REMINDER)


def at_work(store: SqliteStore, engine: Engine, clock: SetClock, channel: Channel, pace: Pace) -> asyncio.Task[None]:
    return asyncio.create_task(Post(store, channel, clock, nobody_is_gone, pace).run(engine))


def kinds(brought: Sequence[tuple[str, Kind]], person: str) -> list[Kind]:
    return [kind for who, kind in brought if who == person]


async def test_an_answer_overtakes_all_reminders_that_wait(store: SqliteStore, engine: Engine, clock: SetClock) -> None:
    await keep_reminders(store, MANY)
    channel = Channel()
    posting = at_work(store, engine, clock, channel, Pace(reminders_a_second=25.0))
    await channel.until(5)
    await engine.handle(ANN, Started(), "tap")
    async with asyncio.timeout(5):
        while not kinds(channel.brought, ANN):
            await channel.until(len(channel.tried) + 1)
    assert len(channel.brought) < MANY / 2
    await end(posting)


async def test_reminders_keep_to_their_rate(store: SqliteStore, engine: Engine, clock: SetClock) -> None:
    await keep_reminders(store, MANY)
    channel = Channel()
    begun = asyncio.get_running_loop().time()
    posting = at_work(store, engine, clock, channel, Pace(reminders_a_second=100.0, reminder_burst=5))
    await channel.until(55)
    assert asyncio.get_running_loop().time() - begun >= 0.45
    await end(posting)


async def test_every_reminder_leaves(store: SqliteStore, engine: Engine, clock: SetClock) -> None:
    await keep_reminders(store, MANY)
    channel = Channel()
    posting = at_work(store, engine, clock, channel, UNPACED)
    await channel.until(MANY)
    await settled(store)
    await end(posting)
    assert sorted(who for who, _ in channel.brought) == sorted(f"telegram:{1000 + number}" for number in range(MANY))
    assert await store.lane(True) == []


async def test_one_persons_wait_holds_the_reminders_and_nobody_else(
    store: SqliteStore, engine: Engine, clock: SetClock
) -> None:
    channel = Channel({ANN: Limited(30.0)})
    await keep(store, ANN, Kind.NOTE)
    posting = at_work(store, engine, clock, channel, UNPACED)
    await channel.until(1)
    await keep_reminders(store, 3)
    await engine.handle(BOB, Started(), "tap")
    await channel.until(3)
    await settled(store)
    assert kinds(channel.brought, BOB) == [Kind.NOTE, Kind.CARD]
    assert {who for who, _ in channel.brought} == {BOB}
    assert channel.tried.count(ANN) == 1
    await end(posting)


async def test_two_peoples_wait_holds_everybody(store: SqliteStore, engine: Engine, clock: SetClock) -> None:
    channel = Channel({ANN: Limited(30.0), BOB: Limited(30.0)})
    await keep(store, ANN, Kind.NOTE)
    await keep(store, BOB, Kind.NOTE)
    posting = at_work(store, engine, clock, channel, UNPACED)
    await channel.until(2)
    await settled(store)
    await engine.handle(CARL, Started(), "tap")
    await settled(store)
    await settled(store)
    assert channel.tried == [ANN, BOB]
    assert await store.lane(False, limit=1)
    await end(posting)


async def test_panels_that_were_overtaken_are_left_out(store: SqliteStore, engine: Engine, clock: SetClock) -> None:
    for kind in (Kind.NOTE, Kind.ALERT, Kind.CARD):
        await keep(store, ANN, kind, panel=True)
    channel = Channel()
    posting = at_work(store, engine, clock, channel, UNPACED)
    await channel.until(1)
    await settled(store)
    await end(posting)
    assert channel.brought == [(ANN, Kind.CARD)]


async def test_more_people_than_places_are_all_served_in_order(
    store: SqliteStore, engine: Engine, clock: SetClock
) -> None:
    for number in range(MANY):
        await keep(store, f"telegram:{number}", Kind.NOTE, Kind.CARD)
    channel = Channel()
    posting = at_work(store, engine, clock, channel, UNPACED)
    await channel.until(2 * MANY)
    await settled(store)
    await end(posting)
    for number in range(MANY):
        assert kinds(channel.brought, f"telegram:{number}") == [Kind.NOTE, Kind.CARD]


async def test_who_is_gone_has_nothing_waiting(store: SqliteStore, engine: Engine, clock: SetClock) -> None:
    await keep(store, ANN, Kind.NOTE, Kind.CARD, Kind.REMINDER)
    await engine.handle(ANN, Blocked(), "gone")
    assert await store.lane(False) == await store.lane(True) == []


async def test_a_token_that_is_refused_for_long_ends_the_post(
    store: SqliteStore, engine: Engine, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "REFUSED_FOR", 0.0)
    for person in (ANN, BOB, CARL):
        await keep(store, person, Kind.NOTE)
    channel = Channel(dict.fromkeys((ANN, BOB, CARL), Unknown("our token is refused")))
    with pytest.raises(Barred):
        async with asyncio.timeout(5):
            await at_work(store, engine, clock, channel, UNPACED)
    assert len(await store.lane(False)) == 3
