"""The default store: one SQLite file, one process.

Every method is one hop onto the connection's thread (link.py), where the ledger (ledger.py) does the work; what is
checked before the first hop stands in entry.py. A second process is kept out by a lock on `<path>.lock`, which the
system lets go of by itself when a process dies, however it dies.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from filelock import BaseFileLock, FileLock, Timeout

from storage import entry, ledger
from storage.ending import note_ending
from storage.errors import Refusal, StoreBusy, StoreClosed, StoreRefused, StoreTrouble
from storage.files import private_folder
from storage.ledger import SQL
from storage.limits import check_word
from storage.link import Link
from storage.seal import Seal
from storage.store import KEYS_LAST, POSTED_LAST, Decide, Letter, Outcome, Turn, Waiting, Wake

CLOSE_WITHIN = 5.0  # seconds
_BATCH = 1000  # rows pruned in one transaction: turns get their chance in between
T = TypeVar("T")


async def open_sqlite(path: Path, seal: Seal, *, now: datetime) -> SqliteStore:
    """The store in this file; a new file if there is none.

    Raises StoreBusy if another process has it, StoreRefused if it is not fit to start on (then nothing in it was
    changed). Letters that were in flight when the last process ended wait again; reminders among them are given up as
    "unknown".
    """
    lock = _lock(path)
    link = Link(lambda: entry.enter(path, seal, now), path)
    opening = asyncio.ensure_future(link.start())
    try:
        await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(lambda _: _abandon(link, lock))
        raise
    except BaseException:
        lock.release()
        raise
    return SqliteStore(path, link, seal, lock)


class SqliteStore:
    """Store, in one SQLite file. Opened by `open_sqlite`."""

    def __init__(self, path: Path, link: Link, seal: Seal, lock: BaseFileLock) -> None:
        self._path = path
        self._link = link
        self._seal = seal
        self._lock = lock
        self._closed = False

    async def keep(self, turns: Sequence[Turn], decide: Decide, now: datetime) -> list[Outcome]:
        outcomes, forgot = await self._run(lambda db: ledger.keep(db, self._seal, turns, decide, now))
        if forgot:  # else the removed rows would stand in the log until it is folded in by itself
            with suppress(StoreTrouble):  # what was kept is kept
                await self._fold()
        return outcomes

    async def read(self, person: str) -> str | None:
        return await self._ask(lambda db: ledger.read(db, self._seal, person))

    async def due(self, now: datetime, limit: int = 100) -> list[tuple[str, Wake]]:
        return await self._ask(lambda db: ledger.due(db, now, limit))

    async def next_wake(self) -> datetime | None:
        return await self._ask(ledger.next_wake)

    async def waiting(self, now: datetime, limit: int = 100) -> list[Waiting]:
        return await self._run(lambda db: ledger.waiting(db, self._seal, now, limit))

    async def lane(self, once: bool, after: int = 0, limit: int = 100) -> list[tuple[int, str]]:
        return await self._ask(lambda db: ledger.lane(db, once, after, limit))

    async def take(self, person: str, now: datetime, *, once: bool) -> Waiting | None:
        return await self._run(lambda db: ledger.take(db, self._seal, person, now, once=once))

    async def claim(self, letter: int) -> bool:
        return await self._run(lambda db: ledger.claim(db, letter))

    async def sent(self, letter: int, reference: str = "") -> None:
        check_word(reference, "reference")
        await self._run(lambda db: ledger.close(db, self._seal, letter, "sent", reference))

    async def back(self, letter: int) -> None:
        await self._run(lambda db: ledger.back(db, self._seal, letter))

    async def bury(self, letter: int, reason: str) -> None:
        check_word(reason, "reason")
        await self._run(lambda db: ledger.close(db, self._seal, letter, reason))

    async def reference(self, person: str) -> str:
        return await self._ask(lambda db: ledger.reference(db, self._seal, person))

    async def set_aside(self, turn: Turn, reason: str, now: datetime, letters: Sequence[Letter] = ()) -> None:
        await self._run(lambda db: ledger.set_aside(db, self._seal, turn, reason, now, letters))

    async def prune(self, now: datetime) -> None:
        while await self._run(lambda db: ledger.expire(db, self._seal, now, _BATCH)) == _BATCH:
            pass
        for query, age in (("forget_keys", KEYS_LAST), ("forget_posted", POSTED_LAST)):
            while await self._prune_some(query, now - age) == _BATCH:
                pass
        await self._fold()

    async def close(self) -> None:
        """Let go of the file, at the latest after 5 s; a cancelled close goes on by itself."""
        if self._closed:
            return
        self._closed = True
        closing = asyncio.ensure_future(self._leave())
        try:
            async with asyncio.timeout(CLOSE_WITHIN):  # wait_for may swallow a cancel before Python 3.12
                await asyncio.shield(closing)
        except TimeoutError:
            fault = f"{self._path} did not close within {CLOSE_WITHIN:.0f} s; end the process, what was kept is safe"
            raise StoreTrouble(fault) from None

    async def _prune_some(self, query: str, before: datetime) -> int:
        values = {"before": ledger.ticks(before), "limit": _BATCH}
        return await self._run(lambda db: db.execute(SQL[query], values).rowcount)

    async def _leave(self) -> None:
        try:
            await self._link.close()
            with suppress(OSError):  # without the note the next start checks the whole file, no more
                await asyncio.to_thread(note_ending, self._path)
        finally:
            self._lock.release()

    async def _fold(self) -> None:
        await self._ask(lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self._ready()
        return await self._link.run(work)

    async def _ask(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self._ready()
        return await self._link.ask(work)

    def _ready(self) -> None:
        if self._closed:
            raise StoreClosed(f"{self._path} is closed; open it again")


def _lock(path: Path) -> BaseFileLock:
    file = path.with_name(path.name + ".lock")
    lock = FileLock(file, timeout=0, mode=0o600, thread_local=False)
    try:
        private_folder(path.parent)
        lock.acquire()
    except Timeout:
        raise StoreBusy(f"{path} is in use by another process, which holds {file}; stop that one first") from None
    except OSError as error:
        fault = f"{file} cannot be written ({error.strerror}); name a folder this account may write to"
        raise StoreRefused(Refusal.UNREADABLE, fault) from None
    return lock


def _abandon(link: Link, lock: BaseFileLock) -> None:
    """The one who asked for the store went away while it was being opened."""
    closing = asyncio.ensure_future(link.close())
    closing.add_done_callback(lambda _: lock.release())
