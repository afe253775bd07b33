"""The whole engine on a disk that is full: nobody is told what is not kept, and it goes on when there is room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot import rounds
from bot.clock import SetClock
from bot.engine import Engine, running
from flows import book
from flows.events import Asked, Tapped, Wrote
from storage.departed import list_of, read
from storage.errors import StoreFull
from storage.seal import Seal
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Decision, Kept
from tests.bot.talks import ANN, BOB, KEY, MORNING, end, home, put, ringing, take_all, talk_of, texts
from tests.small_disk import SmallDisk, small_disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk") as found:
        yield found


@pytest.fixture
async def store(disk: SmallDisk) -> AsyncIterator[SqliteStore]:
    opened = await open_sqlite(disk.folder / "people.sqlite", Seal([KEY]), now=MORNING)
    yield opened
    disk.empty()
    await opened.close()


@pytest.fixture
async def engine(store: SqliteStore, clock: SetClock) -> AsyncIterator[Engine]:
    async with running(store, book.load(), clock) as found:
        yield found


async def until_full(engine: Engine, disk: SmallDisk) -> int:
    """Turns of many people until one is refused; how many were confirmed."""
    disk.fill(leave=128 * 1024)
    for number in range(2000):
        try:
            assert await engine.handle(f"telegram:{100 + number % 30}", Asked("help"), f"fill {number}") == Kept()
        except StoreFull:
            return number
    raise AssertionError("the disk never got full")


async def test_no_turn_is_confirmed_that_is_not_kept_and_all_of_them_come_again(
    store: SqliteStore, engine: Engine, disk: SmallDisk
) -> None:
    await put(store, ANN, home())
    confirmed = await until_full(engine, disk)
    disk.fill()
    people = [f"telegram:{number}" for number in range(200, 240)]
    refused = await asyncio.gather(*(engine.handle(who, Wrote("hi"), who) for who in people), return_exceptions=True)
    assert {type(each) for each in refused} == {StoreFull}
    assert [await store.read(who) for who in people] == [None] * len(people)
    assert confirmed > 5
    disk.empty()
    again = await asyncio.gather(*(engine.handle(who, Wrote("hi"), who) for who in people))
    assert again == [Kept()] * len(people)
    assert all([await store.read(who) for who in people])


async def test_a_deletion_goes_through_and_what_is_on_its_way_is_marked(
    store: SqliteStore, engine: Engine, disk: SmallDisk
) -> None:
    await put(store, ANN, home())
    await put(store, BOB, home())
    await engine.handle(BOB, Asked("help"), "b")
    await engine.handle(ANN, Asked("delete"), "1")
    asked = talk_of(Decision(await store.read(ANN)))
    await until_full(engine, disk)
    disk.fill()
    assert texts(await take_all(store, BOB))
    assert await engine.handle(ANN, Tapped(asked.token, "offer", "forget"), "2") == Kept()
    assert await store.read(ANN) is None
    assert read(list_of(disk.folder / "people.sqlite"), Seal([KEY])).holds(ANN, MORNING)


async def test_wake_ups_wait_for_room_with_one_line_and_come_then(
    store: SqliteStore, engine: Engine, disk: SmallDisk, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "AFTER_TROUBLE", 0.01)
    await put(store, ANN, ringing())
    await until_full(engine, disk)
    disk.fill()
    ((_, wake),) = await store.due(MORNING.replace(hour=23))
    clock.move_to(wake.at)
    with capture_logs() as said:
        going = asyncio.create_task(rounds.run(store, engine, clock))
        async with asyncio.timeout(10):
            while not any("wait for the store" in line["event"] for line in said):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert await store.due(wake.at)
        disk.empty()
        async with asyncio.timeout(10):
            while await store.due(wake.at):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    await end(going)
    assert {line["error"] for line in said if "error" in line} == {"StoreFull"}
