"""The real store on a real file, without its thread: every hop is a step of the simulation.

Hops are taken one after the other, as the thread takes them, and go on when the one who asked was cancelled. A process
that dies leaves the file and its log as they lie on the disk; the next one starts from a copy of them. In the same
transactions triggers write down what the file is told, so that the checker knows the order of all that was kept, and
that it was kept once.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

from attrs import evolve, frozen
from filelock import FileLock

from storage import entry
from storage.ballast import Ballast
from storage.errors import StoreClosed
from storage.link import Link, trouble
from storage.seal import Seal
from storage.sqlite import SqliteStore
from storage.store import Waiting
from storage.veil import Veil
from tests.simulation.points import Life

T = TypeVar("T")
NAME = "people.sqlite"
WITNESS = """
CREATE TABLE witness (n INTEGER PRIMARY KEY, what TEXT, key TEXT, at INTEGER, person TEXT, id INTEGER, cause TEXT,
                      once INTEGER, panel INTEGER, expires INTEGER, body BLOB);
CREATE TRIGGER saw_turn AFTER INSERT ON handled BEGIN
    INSERT INTO witness (what, key, at, cause) VALUES ('turn', NEW.key, NEW.at, NEW.reason); END;
CREATE TRIGGER saw_turn_again AFTER UPDATE ON handled BEGIN
    INSERT INTO witness (what, key, at, cause) VALUES ('turn', NEW.key, NEW.at, NEW.reason); END;
CREATE TRIGGER saw_letter AFTER INSERT ON letters BEGIN
    INSERT INTO witness (what, person, id, cause, once, panel, expires, body)
    VALUES ('letter', NEW.person, NEW.id, NEW.cause, NEW.once, NEW.panel, NEW.expires, NEW.body); END;
CREATE TRIGGER saw_wake_taken AFTER DELETE ON wakes BEGIN
    INSERT INTO witness (what, person, cause, at) VALUES ('unwake', OLD.person, OLD.name, OLD.at); END;
CREATE TRIGGER saw_first_words AFTER INSERT ON people BEGIN
    INSERT INTO witness (what, person) VALUES ('talk', NEW.person); END;
CREATE TRIGGER saw_words AFTER UPDATE ON people BEGIN
    INSERT INTO witness (what, person) VALUES ('talk', NEW.person); END;
CREATE TRIGGER saw_claim AFTER UPDATE OF flying ON letters WHEN NEW.flying <> OLD.flying BEGIN
    INSERT INTO witness (what, person, id) VALUES (iif(NEW.flying, 'claim', 'back'), NEW.person, NEW.id); END;
CREATE TRIGGER saw_fate AFTER INSERT ON posted BEGIN
    INSERT INTO witness (what, person, id, cause) VALUES ('fate', NEW.person, NEW.id, NEW.fate); END;
CREATE TRIGGER saw_end AFTER DELETE ON letters BEGIN
    INSERT INTO witness (what, person, id) VALUES ('end', OLD.person, OLD.id); END;
"""


@frozen
class Row:
    """One line of what the file was told. `what`: turn, unwake, talk, letter, claim, back, fate, end. `at` as the file
    has it."""

    n: int
    what: str
    key: str | None
    at: int | None
    person: str | None
    id: int | None
    cause: str | None
    once: int | None
    panel: int | None
    expires: int | None
    body: bytes | None


class Disk(Protocol):
    """Says how the disk does."""

    def seconds(self) -> float:
        """How long the next step takes."""

    def full(self) -> bool:
        """Whether there is no room just now."""


class Hops:
    """In place of `storage.link.Link`."""

    def __init__(
        self, db: sqlite3.Connection, life: Life, disk: Disk, last: int, saw: Callable[[list[Row]], None]
    ) -> None:
        self.db = db
        self._life = life
        self._disk = disk
        self._saw = saw
        self._last = last
        """The newest line that was told to `saw`."""
        self._queue: deque[tuple[bool, Callable[[sqlite3.Connection], Any], asyncio.Future[Any]]] = deque()
        self._busy = False
        self._closed = False
        self._look()

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return cast(T, await self._hop(True, work))

    async def ask(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return cast(T, await self._hop(False, work))

    async def close(self) -> None:
        await self._hop(False, lambda db: db.close())
        self._closed = True

    async def _hop(self, writes: bool, work: Callable[[sqlite3.Connection], Any]) -> Any:
        if self._closed:
            raise StoreClosed("closed")
        done = asyncio.get_running_loop().create_future()
        self._queue.append((writes, work, done))
        self._go_on()
        return await done

    def _go_on(self) -> None:
        if self._queue and not self._busy:
            self._busy = True
            asyncio.get_running_loop().call_later(self._disk.seconds(), self._step)

    def _step(self) -> None:
        self._busy = False
        if self._life.dies_at("before a hop"):
            return
        writes, work, done = self._queue.popleft()
        try:
            found = self._transact(work) if writes else work(self.db)
        except Exception as error:
            shown = trouble(Path(NAME), error) if isinstance(error, sqlite3.Error) else error
            if not done.done():
                done.set_exception(shown)
        else:
            if not self._life.alive or (writes and self._life.dies_at("after a commit")):
                return
            if not done.done():
                done.set_result(found)
        self._go_on()

    def _transact(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        """As storage.link has it; in the midst of it the process may die, or the disk be full."""
        db = self.db
        db.execute("BEGIN IMMEDIATE")
        try:
            found = work(db)
            if self._life.dies_at("before a commit"):
                db.execute("ROLLBACK")
                return None
            if self._disk.full():
                raise _no_room()
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        self._look()
        return found

    def _look(self) -> None:
        rows = rows_after(self.db, self._last)
        if rows:
            self._last = rows[-1].n
            self._saw(rows)


class SimulatedStore(SqliteStore):
    """The real one; it also knows which letter of a person is on the wire."""

    def __init__(self, folder: Path, hops: Hops, seal: Seal) -> None:
        super().__init__(folder / NAME, cast(Link, hops), seal, FileLock(folder / "lock"), Ballast(folder / NAME))
        self.flying: dict[str, int] = {}
        self.asked: dict[int, float] = {}
        """Of a letter, when it was asked for."""

    async def take(self, person: str, now: datetime, *, once: bool) -> Waiting | None:
        asked = asyncio.get_running_loop().time()
        letter = await super().take(person, now, once=once)
        if letter is not None:
            self.flying[person] = letter.id
            self.asked[letter.id] = asked
        return letter

    def die(self) -> None:
        """No timer of it outlives the process."""
        self._folding.close()


def begin(folder: Path, seal: Seal, now: datetime) -> sqlite3.Connection:
    """The file as a start finds it: checked, made if there is none, no letter in flight."""
    new = not (folder / NAME).exists()
    db = entry.enter(folder / NAME, seal, now)
    if new:
        db.executescript(WITNESS)
    return db


def as_it_lies(there: Path, fresh: Path) -> Path:
    """A copy of the file and its log as they lie on the disk now."""
    fresh.mkdir()
    for file in there.iterdir():
        if not file.name.endswith(("-shm", ".ballast")):
            shutil.copyfile(file, fresh / file.name)
    return fresh


def veil_of(db: sqlite3.Connection, seal: Seal) -> Veil:
    """What stands between the file and the words in it."""
    (secret,) = db.execute("SELECT value FROM meta WHERE name = 'secret'").fetchone()
    return Veil(bytes.fromhex(seal.open(secret, "", "secret")))


def rows_after(db: sqlite3.Connection, number: int) -> list[Row]:
    """What the file was told since, the names of wake-ups in the clear."""
    rows = [Row(*row) for row in db.execute("SELECT * FROM witness WHERE n > ? ORDER BY n", (number,))]
    return [
        evolve(row, cause=db.execute("SELECT unveil(?, ?)", (row.person, row.cause)).fetchone()[0])
        if row.what in ("letter", "unwake")
        else row
        for row in rows
    ]


def _no_room() -> sqlite3.Error:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_FULL, "SQLITE_FULL"
    return error
