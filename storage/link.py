"""One connection on one thread, and a whole transaction in one hop onto it.

With a hop for each statement, a task that is cancelled between two of them leaves a transaction open, and the
statements of two tasks mix in one transaction; then "database is locked" for ever, or one task rolls back what
another was told is kept (aiosqlite issues 19 and 259). Here BEGIN, the work and COMMIT are one function on the
connection's thread. It either runs or does not; cancelling the caller only means that nobody hears the answer.

The one door to that is `aiosqlite.Connection._execute`, which is private: hence the pin ~=0.22.1 and tests/storage/
test_link.py, which fails when it changes. aiosqlite writes what it runs to its log at DEBUG, arguments and all: give it
functions without arguments (a lambda), never a partial that holds what a person wrote.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import aiosqlite

from storage.errors import StoreClosed, StoreFull, StoreTrouble

T = TypeVar("T")
_ENDING = 1.0  # seconds; the thread has nothing left to do, and must not outlive the event loop it would report to


class Link(aiosqlite.Connection):
    """A connection that is asked by whole functions."""

    def __init__(self, connector: Callable[[], sqlite3.Connection], path: Path) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._thread.daemon = True  # a forgotten close must not keep the process alive; SQLite does not mind a kill
        self._path = path

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The work in a transaction of its own: all of it is on disk when this returns, or nothing of it happened."""
        return await self._hop(lambda db: _transact(db, work))

    async def ask(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The work without a transaction: for reading, and for what SQLite does not allow inside one."""
        return await self._hop(work)

    async def start(self) -> None:
        """Connect; whatever the connector raises comes out here, and then the thread has ended."""
        try:
            await self
        except BaseException:
            self._thread.join(_ENDING)
            raise

    async def close(self) -> None:
        """Do what is queued, close, end the thread."""
        await super().close()
        self._thread.join(_ENDING)

    async def _hop(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if not self._running or self._connection is None:
            raise StoreClosed(f"{self._path} is closed; open it again")
        try:
            result: T = await self._execute(lambda: work(self._conn))  # type: ignore[no-untyped-call]
        except sqlite3.Error as error:
            raise trouble(self._path, error) from error
        return result


def trouble(path: Path, error: sqlite3.Error) -> StoreTrouble:
    """What SQLite said, as a person should read it."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the upper bytes only refine it
    if code == sqlite3.SQLITE_FULL:
        return StoreFull(f"no room to write {path}; free space on that disk, nothing kept is lost")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreTrouble(f"{path} is damaged ({fault(error)}); stop, and restore a backup")
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
        return StoreTrouble(f"{path} cannot be read or written ({fault(error)}); look after the disk")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreTrouble(f"{path} is held by another program ({fault(error)}); close that one")
    return StoreTrouble(f"{path} failed ({fault(error)}); look after the disk, start again")


def fault(error: sqlite3.Error) -> str:
    """SQLite's name for it. Not its words: they can quote what stands in a row."""
    return getattr(error, "sqlite_errorname", type(error).__name__)


def _transact(db: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    # IMMEDIATE: a transaction that reads first and writes later fails at once, whatever the time-out (BUSY_SNAPSHOT).
    db.execute("BEGIN IMMEDIATE")
    try:
        result = work(db)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # a full disk has rolled back by itself
            db.execute("ROLLBACK")
        raise
    return result
