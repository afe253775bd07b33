"""A new key: everything is sealed anew with it, in batches, and it can be interrupted anywhere and run again.

1. The key file gets a new key on top. From now on the new one seals and both open.
2. Every sealed field that an older key sealed is sealed anew: batch by batch, each a transaction.
3. The key file keeps the new key alone. The older ones go to a file beside it, for backups made before.

A key file that already holds two keys is a rotation that was cut short, or one that was begun by hand (a key file that
is mounted read-only): it goes on with step 2.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from storage import departed, entry, tally
from storage.errors import Refusal, SealBroken, StoreRefused
from storage.keys import put_on_top, read_key_file, retire
from storage.ledger import letter_field
from storage.link import trouble
from storage.seal import Seal
from storage.sqlite import lock_of

BATCH = 500
"""Rows in one transaction."""
Row: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A table with a sealed column. `place` tells of a row what it is sealed for: person and field.

    What was laid aside is not among them: no key opens it.
    """

    table: str
    column: str
    beside: str  # the columns that `place` is given
    place: Callable[[Row], tuple[str, str]]


SEALED = (
    Sealed("people", "conversation", "person", lambda row: (str(row[0]), "conversation")),
    Sealed("letters", "body", "person, unveil(person, cause), once, expires", lambda row: (str(row[0]), _letter(row))),
    Sealed("posted", "reference", "person", lambda row: (str(row[0]), "reference")),
    Sealed("counts", "body", "day", lambda row: ("", tally.field(int(str(row[0]))))),
    Sealed("meta", "value", "name", lambda row: ("", str(row[0]))),  # last: the probe tells which key fits
)


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did."""

    fields: int  # sealed anew
    broken: int  # fields that no key opens; they stay as they are
    retired: Path | None  # where the older keys are now; None: the key file cannot be written, take them out by hand


def rotate(database: Path, key_file: Path, now: datetime) -> Rotated:
    """Seal everything with a new key. Blocks. StoreBusy: the bot runs. StoreRefused: nothing was changed."""
    if not database.exists():
        raise StoreRefused(Refusal.UNREADABLE, f"{database} is missing; there is nothing to seal anew")
    lock = lock_of(database)
    try:
        keys = read_key_file(key_file)
        entry.inspect(database, Seal(keys), whole=True)
        if len(keys) == 1:
            keys = put_on_top(key_file)
        seal = Seal(keys)
        with closing(entry.open_checked(database, seal)) as db:
            counts = [_reseal(db, seal, sealed) for sealed in SEALED]
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        departed.reseal(database, seal)
        return Rotated(sum(n for n, _ in counts), sum(n for _, n in counts), retire(key_file, now))
    except sqlite3.Error as error:
        raise trouble(database, error) from error
    finally:
        lock.release()


def _reseal(db: sqlite3.Connection, seal: Seal, sealed: Sealed) -> tuple[int, int]:
    """Fields sealed anew, and fields that do not open."""
    done = broken = last = 0
    query = (
        f"SELECT rowid, {sealed.column}, {sealed.beside} FROM {sealed.table} "  # noqa: S608  (our own names)
        f"WHERE rowid > ? AND {sealed.column} IS NOT NULL ORDER BY rowid LIMIT {BATCH}"
    )
    while rows := db.execute(query, (last,)).fetchall():
        last = rows[-1][0]
        db.execute("BEGIN IMMEDIATE")
        for number, value, *facts in rows:
            if seal.is_newest(value) or (sealed.table == "meta" and not seal.looks_sealed(value)):
                continue
            try:
                person, field = sealed.place(tuple(facts))
                fresh = seal.seal(seal.open(value, person, field), person, field)
            except SealBroken:
                broken += 1
                continue
            update = f"UPDATE {sealed.table} SET {sealed.column} = ? WHERE rowid = ?"  # noqa: S608
            db.execute(update, (fresh, number))
            done += 1
        db.execute("COMMIT")
    return done, broken


def _letter(row: Row) -> str:
    _, cause, once, expires = row
    return letter_field(str(cause), int(str(once)), None if expires is None else int(str(expires)))
