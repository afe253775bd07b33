"""The default store: one SQLite file, one process.

Every method is one hop onto the connection's thread (link.py), where the ledger (ledger.py) does the work; what is
checked before the first hop stands in entry.py. A second process is kept out by a lock on `<path>.lock`, which the
system lets go of by itself when a process dies, however it dies.
"""

from __future__ import annotations

import asyncio
import errno
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from filelock import BaseFileLock, FileLock, Timeout

from storage import departed, entry, ledger, tally, telling
from storage import store as port
from storage.ballast import Ballast
from storage.ending import note_ending
from storage.errors import Refusal, StoreBusy, StoreClosed, StoreFull, StoreRefused, StoreTrouble
from storage.files import private_folder
from storage.folding import Folding, fold
from storage.ledger import SQL
from storage.limits import check_word
from storage.link import Link
from storage.seal import Seal
from storage.store import (
    ASIDE_LAST,
    COUNTS_LAST,
    KEYS_LAST,
    POSTED_LAST,
    Decide,
    Failed,
    Held,
    Letter,
    Outcome,
    Turn,
    Waiting,
    Wake,
)

CLOSE_WITHIN = 5.0  # seconds
_BATCH = 1000  # rows pruned in one transaction: turns get their chance in between
T = TypeVar("T")


async def open_sqlite(path: Path, seal: Seal, *, now: datetime) -> SqliteStore:
    """The store in this file; a new file if there is none.

    Raises StoreBusy if another process has it, StoreRefused if it is not fit to start on (then nothing in it was
    changed). Letters that were in flight when the last process ended wait again; reminders among them are given up as
    "unknown".
    """
    lock = lock_of(path)
    put_off = entry.is_put_off(path)
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
    ballast = Ballast(path)
    await link.ask(lambda _: ballast.hold())
    return SqliteStore(path, link, seal, lock, ballast, put_off=put_off)


class SqliteStore:
    """Store, in one SQLite file. Opened by `open_sqlite`."""

    def __init__(
        self, path: Path, link: Link, seal: Seal, lock: BaseFileLock, ballast: Ballast, *, put_off: bool = False
    ) -> None:
        self._path = path
        self._link = link
        self._seal = seal
        self._lock = lock
        self._ballast = ballast
        self._put_off = put_off
        self._folding = Folding(self._ask)
        self._closed = False

    async def keep(self, turns: Sequence[Turn], decide: Decide, now: datetime) -> list[Outcome]:
        outcomes, forgotten = await self._run(lambda db: self._keep(db, turns, decide, now))
        if forgotten:  # else the removed rows would stand in the log until it is folded in by itself
            await self._folding.now()
        for outcome in outcomes:
            if isinstance(outcome, Failed) and isinstance(outcome.error, StoreFull):
                raise outcome.error
        return outcomes

    async def read(self, person: str) -> str | None:
        return await self._ask(lambda db: ledger.read(db, self._seal, person))

    async def held(self, person: str) -> Held:
        return await self._ask(lambda db: telling.held(db, self._seal, person))

    async def due(self, now: datetime, limit: int = 100) -> list[tuple[str, Wake]]:
        return await self._ask(lambda db: ledger.due(db, now, limit))

    async def coming_up(self, now: datetime, until: datetime, limit: int) -> int:
        return await self._ask(lambda db: ledger.coming_up(db, now, until, limit))

    async def next_wake(self) -> datetime | None:
        return await self._ask(ledger.next_wake)

    async def coming(self, after: tuple[datetime, str], limit: int = 100) -> list[tuple[str, Wake]]:
        return await self._ask(lambda db: ledger.coming(db, after, limit))

    async def mark(self, name: str) -> str:
        return await self._ask(lambda db: ledger.mark(db, name))

    async def set_mark(self, name: str, text: str) -> None:
        check_word(name, "name")
        check_word(text, "mark")
        await self._run(lambda db: ledger.set_mark(db, name, text))

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

    async def lay_aside(self, person: str, now: datetime) -> bool:
        return await self._run(lambda db: ledger.lay_aside(db, self._seal, person, now))

    async def counts(self) -> list[tuple[date, str]]:
        return await self._ask(lambda db: tally.counts(db, self._seal))

    async def examine(self) -> None:
        if not self._put_off:
            return
        self._put_off = False
        looking: list[sqlite3.Connection] = []
        checking = asyncio.ensure_future(asyncio.to_thread(entry.examine, self._path, looking.append))
        try:
            await asyncio.shield(checking)
        except asyncio.CancelledError:
            for db in looking:
                with suppress(sqlite3.ProgrammingError):  # it was done that very moment
                    db.interrupt()
            raise

    async def prune(self, now: datetime) -> None:
        while await self._run(lambda db: ledger.expire(db, self._seal, now, _BATCH)) == _BATCH:
            pass
        for query, before in (
            ("forget_keys", ledger.ticks(now - KEYS_LAST)),
            ("forget_posted", ledger.ticks(now - POSTED_LAST)),
            ("drop_aside", ledger.ticks(now - ASIDE_LAST)),
            ("drop_counts", tally.day_number(now - COUNTS_LAST)),
        ):
            while await self._prune_some(query, before) == _BATCH:
                pass
        await self._ask(lambda _: departed.prune(self._path, self._seal, now))
        await self._folding.now()

    async def close(self) -> None:
        """Let go of the file, at the latest after 5 s; a cancelled close goes on by itself."""
        if self._closed:
            return
        self._closed = True
        self._folding.close()
        closing = asyncio.ensure_future(self._leave())
        try:
            async with asyncio.timeout(CLOSE_WITHIN):  # wait_for may swallow a cancel before Python 3.12
                await asyncio.shield(closing)
        except TimeoutError:
            fault = f"{self._path} did not close within {CLOSE_WITHIN:.0f} s; end the process, what was kept is safe"
            raise StoreTrouble(fault) from None

    def _keep(
        self, db: sqlite3.Connection, turns: Sequence[Turn], decide: Decide, now: datetime
    ) -> tuple[list[Outcome], list[str]]:
        sparing = self._ballast.sparing()
        outcomes, forgotten = ledger.keep(db, self._seal, turns, decide, now, sparing=sparing)
        if forgotten:  # on the list before the commit: who is told "deleted" must not come back with a backup
            self._list(forgotten, now)
        return outcomes, forgotten

    def _list(self, people: Sequence[str], now: datetime) -> None:
        try:
            departed.note(self._path, self._seal, people, now)
        except OSError as error:
            file = departed.list_of(self._path)
            kind = StoreFull if error.errno == errno.ENOSPC else StoreTrouble
            raise kind(f"{file} cannot be written ({error.strerror}); look after the disk") from None

    async def _prune_some(self, query: str, before: int) -> int:
        values = {"before": before, "limit": _BATCH, "newest": port.NEWEST_KEYS}
        return await self._run(lambda db: db.execute(SQL[query], values).rowcount)

    async def _leave(self) -> None:
        try:
            await self._link.close()
            with suppress(OSError):  # without the note the next start checks the whole file, no more
                await asyncio.to_thread(note_ending, self._path)
        finally:
            self._lock.release()

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self._ready()
        self._folding.written()
        try:
            return await self._link.run(work)
        except StoreFull:
            if not await self._link.ask(self._make_room):
                raise
            return await self._link.run(work)

    def _make_room(self, db: sqlite3.Connection) -> bool:
        """Let go of what can be spared: the ballast, and the log. False: there was neither."""
        released = self._ballast.release()
        return fold(db) or released

    async def _ask(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self._ready()
        return await self._link.ask(work)

    def _ready(self) -> None:
        if self._closed:
            raise StoreClosed(f"{self._path} is closed; open it again")


def lock_of(path: Path) -> BaseFileLock:
    """The lock of a database, taken. StoreBusy: another process has it."""
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
