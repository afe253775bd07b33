"""What we rest on inside aiosqlite, and what the link adds to it."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from storage.errors import StoreClosed, StoreTrouble
from storage.link import Link


@pytest.fixture
async def link(tmp_path: Path) -> AsyncIterator[Link]:
    path = tmp_path / "a.db"
    link = Link(lambda: sqlite3.connect(path, isolation_level=None), path)
    await link
    await link.run(lambda db: db.execute("CREATE TABLE t (n INTEGER)"))
    yield link
    await link.close()


def add(*numbers: int, db: sqlite3.Connection) -> None:
    for number in numbers:
        db.execute("INSERT INTO t VALUES (?)", (number,))


async def numbers(link: Link) -> list[int]:
    return [row[0] for row in await link.ask(lambda db: db.execute("SELECT n FROM t").fetchall())]


async def test_the_private_door_of_aiosqlite_is_where_it_was(link: Link) -> None:
    assert await link.ask(lambda db: threading.current_thread()) is link._thread
    assert link._thread.daemon
    assert link._running
    assert isinstance(link._conn, sqlite3.Connection)


async def test_work_that_raises_is_undone(link: Link) -> None:
    def work(db: sqlite3.Connection) -> None:
        add(1, db=db)
        raise LookupError

    with pytest.raises(LookupError):
        await link.run(work)
    await link.run(lambda db: add(2, db=db))
    assert await numbers(link) == [2]


async def test_work_whose_caller_was_cancelled_is_done_whole_and_nothing_stays_open(link: Link) -> None:
    begun, go = threading.Event(), threading.Event()

    def work(db: sqlite3.Connection) -> None:
        add(1, db=db)
        begun.set()
        assert go.wait(5)
        add(2, db=db)

    call = asyncio.ensure_future(link.run(work))
    await asyncio.to_thread(begun.wait, 5)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    go.set()
    await link.run(lambda db: add(3, db=db))
    assert await numbers(link) == [1, 2, 3]
    assert not await link.ask(lambda db: db.in_transaction)


async def test_transactions_of_many_tasks_do_not_mix(link: Link) -> None:
    def work(number: int, db: sqlite3.Connection) -> None:
        add(number, db=db)
        if number % 3 == 0:
            raise LookupError

    calls = [link.run(partial(work, n)) for n in range(30)]
    await asyncio.gather(*calls, return_exceptions=True)
    assert await numbers(link) == [n for n in range(30) if n % 3]


async def test_a_transaction_holds_the_write_lock_from_its_beginning(link: Link, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None, timeout=0)

    def work(db: sqlite3.Connection) -> str:
        intruder = sqlite3.connect(tmp_path / "a.db", isolation_level=None, timeout=0)
        try:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                intruder.execute("BEGIN IMMEDIATE")
        finally:
            intruder.close()
        return "locked"

    assert await link.run(work) == "locked"
    other.execute("BEGIN IMMEDIATE")
    await link.ask(lambda db: db.execute("PRAGMA busy_timeout = 0"))
    with pytest.raises(StoreTrouble, match="held by another program"):
        await link.run(lambda db: add(1, db=db))
    other.close()


async def test_a_closed_link_says_so(link: Link) -> None:
    await link.close()
    with pytest.raises(StoreClosed):
        await link.run(lambda db: None)
