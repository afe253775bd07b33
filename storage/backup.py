"""A copy of the database, whole, while the bot runs and writes.

`VACUUM INTO` reads one snapshot: every change that was confirmed before it began is in it, none of a later one by half.
Writers go on meanwhile; what is free or was deleted is not copied. Sealed fields stay sealed: a copy needs no key and
holds none. It gets its name when it is checked and on disk, never over another file.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage import departed, entry
from storage.errors import Refusal, StoreBusy, StoreError, StoreRefused, StoreTrouble
from storage.files import make_private, new_private, sync_file, sync_folder
from storage.ledger import SQL
from storage.link import trouble

FACT = "copied"
"""The fact in a copy that says from when it is."""
_WAIT = 30000  # milliseconds for a lock; only a start of the bot holds one


@dataclass(frozen=True, slots=True)
class Copied:
    """What a backup holds."""

    people: int
    size: int  # bytes


def back_up(database: Path, target: Path, now: datetime) -> Copied:
    """Copy the database to `target`, and its deletion list beside it. Blocks.

    StoreRefused: the database is missing or not ours. StoreError: the target is there already, or cannot be written;
    then nothing was left behind.
    """
    if not database.exists():
        raise StoreRefused(Refusal.UNREADABLE, f"{database} is missing; there is nothing to back up")
    for file in (target, departed.list_of(target)):
        if file.exists():
            raise StoreError(f"{file} is there already and is never overwritten; name another file")
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        copied = _draft(database, draft, now)
        _list_beside(database, target)
        os.link(draft, target)  # unlike a rename this never takes the place of a file made meanwhile
        sync_folder(target.absolute().parent)
    except sqlite3.Error as error:
        raise trouble(target, error) from error
    except OSError as error:
        raise StoreTrouble(f"{target} cannot be written ({error.strerror}); name a folder with room") from error
    finally:
        for ending in ("", "-journal"):
            with suppress(OSError):
                entry.beside(draft, ending).unlink()
    return copied


def copied_at(db: sqlite3.Connection) -> datetime | None:
    """From when a copy is; None: it was not made by `back_up`."""
    row = db.execute(SQL["fact"], {"name": FACT}).fetchone()
    return None if row is None else datetime.fromisoformat(bytes(row[0]).decode())


def _draft(database: Path, draft: Path, now: datetime) -> Copied:
    new_private(draft).close()
    with closing(_reader(database)) as db:
        db.execute("VACUUM INTO ?", (str(draft),))
    with closing(sqlite3.connect(draft, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")  # put on disk once, when it is whole
        db.execute(SQL["renote"], {"name": FACT, "value": now.isoformat().encode()})
        if db.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            raise StoreRefused(Refusal.DAMAGED, f"{database} is damaged, and so is this copy; restore a backup")
        (people,) = db.execute("SELECT count(*) FROM people").fetchone()
    make_private(draft)
    sync_file(draft)
    return Copied(people, draft.stat().st_size)


def _reader(database: Path) -> sqlite3.Connection:
    db = entry.connect(database, "ro")
    try:
        db.execute(f"PRAGMA busy_timeout = {_WAIT}")
        entry.check_ours(database, db)
    except sqlite3.OperationalError as error:
        db.close()
        raise entry.unfit(database, error) from error
    except sqlite3.DatabaseError as error:
        db.close()
        raise StoreRefused(Refusal.DAMAGED, f"{database} cannot be read; restore an earlier backup") from error
    except (StoreRefused, StoreBusy):
        db.close()
        raise
    return db


def _list_beside(database: Path, target: Path) -> None:
    held = departed.list_of(database)
    if held.exists():
        copy = departed.list_of(target)
        shutil.copyfile(held, copy)
        make_private(copy)
        sync_file(copy)
