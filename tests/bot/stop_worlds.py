"""Two stores whose whole content can be put back, for walking through everything that can happen to them.

`Memory` is the store in memory. `Sqlite` runs the functions of `storage.ledger`, which are what the SQLite store does
in its transactions, on a real SQLite database; its content is the image of that database, and a restart is what happens
when the file is opened again.
"""

from __future__ import annotations

import copy
import sqlite3
from collections.abc import Callable, Coroutine, Hashable, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from storage import ledger, sql, veil
from storage.memory import MemoryStore
from storage.seal import Seal
from storage.store import Decide, Turn, Waiting, Wake
from tests.bot.talks import KEY, RINGS

T = TypeVar("T")


class World(Protocol):
    """What the walk asks of a store."""

    survives: bool
    """Whether anything is left after a crash."""

    def save(self) -> Any: ...
    def restore(self, saved: Any) -> None: ...
    def picture(self) -> Hashable:
        """All that decides what follows: not the keys of handled turns, each of which is handed in once here."""

    def restart(self) -> None: ...
    def keep(self, turns: Sequence[Turn], decide: Decide, now: datetime) -> None: ...
    def due(self, now: datetime) -> list[tuple[str, Wake]]: ...
    def lane(self, once: bool) -> list[tuple[int, str]]: ...
    def take(self, person: str, once: bool) -> Waiting | None: ...
    def sent(self, letter: int) -> None: ...
    def back(self, letter: int) -> None: ...
    def bury(self, letter: int) -> None: ...


def done(asked: Coroutine[Any, Any, T]) -> T:
    """The answer of a method that waits for nothing."""
    try:
        asked.send(None)
    except StopIteration as end:
        answer: T = end.value
        return answer
    raise AssertionError("the store in memory waited for something")


class Memory:
    """The store in memory. A crash leaves nothing of it, so none is tried."""

    survives = False

    def __init__(self, store: MemoryStore | None = None) -> None:
        self._store = store or MemoryStore()

    def save(self) -> MemoryStore:
        """A copy as deep as it must be: values are shared, what is changed in place is not."""
        store = copy.copy(self._store)
        for name in ("_conversations", "_handled", "_wakes", "_posted"):
            setattr(store, name, dict(getattr(store, name)))
        store._letters = {number: copy.copy(row) for number, row in store._letters.items()}
        return store

    def restore(self, saved: MemoryStore) -> None:
        self._store = saved
        self._store = self.save()

    def picture(self) -> Hashable:
        store = self._store
        letters = ((n, row.person, row.letter.cause, row.flying, row.hushed) for n, row in store._letters.items())
        posted = ((n, row.fate) for n, row in store._posted.items())
        kept = (sorted(rows) for rows in (letters, posted, store._wakes.items(), store._conversations.items()))
        return tuple(tuple(rows) for rows in kept)

    def restart(self) -> None:
        raise AssertionError("nothing survives")

    def keep(self, turns: Sequence[Turn], decide: Decide, now: datetime) -> None:
        done(self._store.keep(turns, decide, now))

    def due(self, now: datetime) -> list[tuple[str, Wake]]:
        return done(self._store.due(now))

    def lane(self, once: bool) -> list[tuple[int, str]]:
        return done(self._store.lane(once))

    def take(self, person: str, once: bool) -> Waiting | None:
        return done(self._store.take(person, RINGS, once=once))

    def sent(self, letter: int) -> None:
        done(self._store.sent(letter))

    def back(self, letter: int) -> None:
        done(self._store.back(letter))

    def bury(self, letter: int) -> None:
        done(self._store.bury(letter, "unknown"))


class Sqlite:
    """The ledger on a real SQLite database; each call is one transaction, as in the store."""

    survives = True

    def __init__(self) -> None:
        self._db = sqlite3.connect(":memory:", isolation_level=None)
        for migration in sql.migrations():
            self._db.executescript(migration)
        self._seal = Seal([KEY])
        self._run(lambda db: veil.new_secret(db, self._seal))

    def close(self) -> None:
        self._db.close()

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self._db.execute("BEGIN IMMEDIATE")
        answer = work(self._db)
        self._db.execute("COMMIT")
        return answer

    def save(self) -> bytes:
        return self._db.serialize()

    def restore(self, saved: bytes) -> None:
        self._db.deserialize(saved)

    def picture(self) -> Hashable:
        """All but the sealed fields, which differ each time they are sealed; of the conversation the plain text."""
        tables = (
            "SELECT id, person, cause, once, expires, flying, hushed, parting FROM letters",
            "SELECT id, person, fate FROM posted",
            "SELECT person, name, at FROM wakes",
        )
        people = self._db.execute("SELECT person FROM people ORDER BY person").fetchall()
        talks = tuple(ledger.read(self._db, self._seal, person) for (person,) in people)
        return (talks, *(tuple(self._db.execute(f"{table} ORDER BY 1, 2").fetchall()) for table in tables))

    def restart(self) -> None:
        self._run(lambda db: ledger.recover(db, self._seal))

    def keep(self, turns: Sequence[Turn], decide: Decide, now: datetime) -> None:
        self._run(lambda db: ledger.keep(db, self._seal, turns, decide, now))

    def due(self, now: datetime) -> list[tuple[str, Wake]]:
        return ledger.due(self._db, now, 100)

    def lane(self, once: bool) -> list[tuple[int, str]]:
        return ledger.lane(self._db, once, 0, 100)

    def take(self, person: str, once: bool) -> Waiting | None:
        return self._run(lambda db: ledger.take(db, self._seal, person, RINGS, once=once))

    def sent(self, letter: int) -> None:
        self._run(lambda db: ledger.close(db, self._seal, letter, "sent"))

    def back(self, letter: int) -> None:
        self._run(lambda db: ledger.back(db, self._seal, letter))

    def bury(self, letter: int) -> None:
        self._run(lambda db: ledger.close(db, self._seal, letter, "unknown"))
