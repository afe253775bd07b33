"""One person sends a thousand messages a second: nobody waits for it, and what makes things safer is heard."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from statistics import quantiles

import pytest

from bot.channels.telegram.door import Door, build, close
from bot.channels.telegram.reading import Raw, Update
from bot.clock import SetClock
from bot.engine import Engine, running
from bot.playground.testing import Playground
from bot.throttle import Throttle
from flows import book
from flows.events import Event
from flows.stages import Stage
from storage.seal import Seal
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Outcome
from tests.telegram.conftest import BEGINS, Running
from tests.telegram.ways import STEP, walk

ROUNDS = int(os.environ.get("UNKINK_TEST_FLOOD_ROUNDS", "12"))
OTHERS = 50
FLOOD = 100
"""Messages of the one in each tenth of a second."""
NOTICED_MS = 20.0
"""Below this nobody is slowed, whatever the ratio: on a quiet machine twice of nearly nothing is still nothing."""
NOTICE = book.load().say("kind.slower")


async def test_excess_texts_get_one_notice_and_excess_taps_none(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, "/start")
    bot.throttle._rate, bot.throttle._burst = 0.0, 0.0
    bot.throttle._buckets.clear()
    for _ in range(5):
        await anna.say("what a nice day")
        await anna.tap("18 to 64")
    await bot.settled()
    notices = [message for message in anna.chat.visible() if message.words == NOTICE]
    assert len(notices) == 1
    assert bot.talk(anna).stage is Stage.AGE
    await playground.until(lambda: playground.calls("answerCallbackQuery") == 5 or None, anna.screen)


@pytest.mark.parametrize("words", ["/stop", "stop", "it hurts", "I can't feel my legs"])
async def test_stop_pain_and_danger_are_heard_in_the_midst_of_a_flood(
    words: str, playground: Playground, bot: Running
) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *STEP)
    bot.throttle._rate, bot.throttle._burst = 0.0, 0.0
    bot.throttle._buckets.clear()
    for _ in range(20):
        await anna.say("what a nice day")
    await anna.say(words)
    await bot.settled()
    assert bot.talk(anna).stage is not Stage.MOVING
    await anna.tap("Stop")
    await bot.settled()


@pytest.fixture
async def engine(place: os.PathLike[str]) -> AsyncIterator[tuple[Engine, SqliteStore]]:
    store = await open_sqlite(Path(place) / "people.sqlite", Seal([bytes(32)]), now=BEGINS)
    async with running(store, book.load(), SetClock(BEGINS)) as at_work:
        yield at_work, store
    await store.close()


def message(number: int, person: int, words: str) -> Update:
    sender = {"id": person, "is_bot": False, "first_name": "x"}
    chat = {"id": person, "type": "private", "first_name": "x"}
    return {
        "update_id": number,
        "message": {"message_id": number, "date": 1, "chat": chat, "from": sender, "text": words},
    }


class Others:
    """What the others send, and how long it takes until each of it is kept."""

    def __init__(self, door: Door, engine: Engine) -> None:
        self._door = door
        self._handle = engine.handle
        self._number = 0
        self._begun = 0.0
        self._taken: list[float] = []
        engine.handle = self._timed  # type: ignore[method-assign, assignment]

    async def _timed(self, person: str, event: Event, key: str) -> Outcome:
        outcome = await self._handle(person, event, key)
        if person != "telegram:1":
            self._taken.append(time.perf_counter() - self._begun)
        return outcome

    def _new(self, person: int, words: str) -> Update:
        self._number += 1
        return message(self._number, person, words)

    async def batch(self, flood: int) -> list[float]:
        """Five of the others, behind so many of the one; the seconds of each."""
        self._taken = []
        updates: list[Raw] = [self._new(1, f"what a nice day {place}") for place in range(flood)]
        updates += [self._new(100 + (self._number + place) % OTHERS, "/start") for place in range(5)]
        self._begun = time.perf_counter()
        await self._door.take(updates)
        return self._taken


async def measured(others: Others) -> tuple[float, float]:
    """The 95th percentile in milliseconds, without and with the flood; turn by turn, so that both meet the same noise
    of the machine."""
    quiet, loud = list[float](), list[float]()
    for _ in range(ROUNDS):
        quiet += await others.batch(0)
        loud += await others.batch(FLOOD)
    return quantiles(quiet, n=20)[-1] * 1e3, quantiles(loud, n=20)[-1] * 1e3


async def test_the_others_are_not_slowed_beyond_twice(
    playground: Playground, engine: tuple[Engine, SqliteStore], record_property: Callable[[str, object], None]
) -> None:
    at_work, store = engine
    app = build(playground.token, playground.root)
    await app.initialize()
    try:
        door = Door(app, at_work, store, book.load(), SetClock(BEGINS), throttle=Throttle())
        others = Others(door, at_work)
        await others.batch(FLOOD)  # what is read for the first time takes longer
        found = [await measured(others) for _ in range(3)]  # the best counts: the machine has other work too
        await door.close()
    finally:
        await close(app)
    record_property("p95_ms", found)
    assert any(loud < max(2 * quiet, NOTICED_MS) for quiet, loud in found), found


async def test_order_of_one_persons_own_messages_is_kept(
    playground: Playground, engine: tuple[Engine, SqliteStore]
) -> None:
    at_work, store = engine
    heard: list[object] = []
    handle = at_work.handle

    async def noted(person: str, event: object, key: str) -> object:
        heard.append(key)
        return await handle(person, event, key)  # type: ignore[arg-type]

    at_work.handle = noted  # type: ignore[method-assign, assignment]
    app = build(playground.token, playground.root)
    await app.initialize()
    try:
        door = Door(app, at_work, store, book.load(), SetClock(BEGINS), throttle=Throttle(rate=0, burst=2))
        words = ["/start", "what a nice day", "it hurts", "what a nice day", "/stop"]
        await door.take([message(number, 1, each) for number, each in enumerate(words, start=1)])
        await asyncio.sleep(0)
        await door.close()
    finally:
        await close(app)
    assert heard == ["telegram:1", "telegram:2", "telegram:3", "telegram:5"]
