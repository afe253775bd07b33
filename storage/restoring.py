"""A backup takes the place of the database, after it has passed every check, and never loses what was there.

The copy is opened with the key, checked from end to end and brought to the newest schema beside the database. Then:

- Who was deleted after the backup was made is taken out again (`departed.py`). The lists beside the database and beside
  the backup count, and those of the other backups in that folder: a newer one knows of later deletions.
- Letters that waited then are not sent: they are answers to what was said days ago.
- `mend` is given every conversation, and what it returns is kept: the floor above makes the buttons of the time that
  was lost worthless.

Last, the database that was there gets another name, log and all, and the copy its name. Until then nothing is changed;
killed at any moment, it can be run again.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from storage import departed, entry
from storage.backup import copied_at
from storage.departed import Departed
from storage.ending import forget_ending, note_ending
from storage.errors import Refusal, SealBroken, StoreError, StoreRefused, StoreTrouble
from storage.files import make_private, private_folder, sync_file, sync_folder
from storage.ledger import OF_A_PERSON, SQL
from storage.link import trouble
from storage.seal import Seal
from storage.sqlite import lock_of

Mend = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    made: datetime | None  # when the backup was made; None: the file does not say
    people: int
    removed: int  # who was deleted after the backup was made
    aside: Path | None  # the database that was there before


def restore(source: Path, database: Path, seal: Seal, now: datetime, mend: Mend, *, old: bool = False) -> Restored:
    """Put the backup in the place of the database. Blocks.

    StoreBusy: the bot runs. StoreRefused: the backup is damaged, newer, sealed with another key, or (unless `old`) from
    before the deletion lists begin. Then nothing was changed.
    """
    if not source.is_file():
        raise StoreRefused(Refusal.UNREADABLE, f"{source} is missing; name the file that `unkink backup` made")
    lock = lock_of(database)
    draft = entry.beside(database, ".restoring")
    try:
        _copy(source, draft)
        _inspect(source, draft, seal)
        restored = _prepare(source, database, draft, seal, now, mend, old)
        aside = _swap(database, draft, now)
        return Restored(restored.made, restored.people, restored.removed, aside)
    except sqlite3.OperationalError as error:
        raise trouble(database, error) from error
    except sqlite3.DatabaseError as error:
        raise StoreRefused(Refusal.DAMAGED, f"{source} is damaged; take another backup") from error
    except OSError as error:
        raise StoreTrouble(f"{database} cannot be written ({error.strerror}); make room, then run it again") from error
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            with suppress(OSError):
                entry.beside(draft, ending).unlink()
        lock.release()


def _copy(source: Path, draft: Path) -> None:
    private_folder(draft.parent)
    for ending in ("", "-wal", "-shm"):
        entry.beside(draft, ending).unlink(missing_ok=True)
    log = entry.beside(source, "-wal")
    if log.exists() and log.stat().st_size:
        raise StoreError(f"{source} has a log beside it, so it is in use or was copied by hand; name a backup")
    shutil.copyfile(source, draft)
    make_private(draft)


def _inspect(source: Path, draft: Path, seal: Seal) -> None:
    try:
        entry.inspect(draft, seal, whole=True)
    except StoreRefused as error:
        raise StoreRefused(error.kind, error.reason.replace(str(draft), str(source))) from None


def _prepare(source: Path, database: Path, draft: Path, seal: Seal, now: datetime, mend: Mend, old: bool) -> Restored:
    with closing(entry.open_checked(draft, seal)) as db:
        made = copied_at(db)
        if not old and made is not None and now - made > departed.LISTED:
            days = departed.LISTED // timedelta(days=1)
            reason = f"{source} is from {made:%Y-%m-%d}; who was deleted is only known for {days} days (--old: take it)"
            raise StoreRefused(Refusal.UNREADABLE, reason)
        lists = [departed.read(file, seal) for file in departed.lists_beside(database, source)]
        db.execute("BEGIN IMMEDIATE")
        removed = _take_out(db, lists, made or now - departed.LISTED)
        db.execute(SQL["drop_letters"])
        _mend_all(db, seal, mend)
        db.execute(SQL["drop_fact"], {"name": "copied"})
        (people,) = db.execute("SELECT count(*) FROM people").fetchone()
        db.execute("COMMIT")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    sync_file(draft)
    return Restored(made, people, removed, None)


def _take_out(db: sqlite3.Connection, lists: Sequence[Departed], since: datetime) -> int:
    people = [person for (person,) in db.execute(SQL["everybody"])]
    gone = [person for person in people if any(each.holds(person, since) for each in lists)]
    for person in gone:
        for query in OF_A_PERSON:
            db.execute(SQL[query], {"person": person})
    return len(gone)


def _mend_all(db: sqlite3.Connection, seal: Seal, mend: Mend) -> None:
    for person, sealed in db.execute(SQL["conversations"]).fetchall():
        with suppress(SealBroken):  # that person is told when they write
            text = mend(seal.open(sealed, person, "conversation"))
            row = {"person": person, "conversation": seal.seal(text, person, "conversation")}
            db.execute(SQL["converse"], row)


def _swap(database: Path, draft: Path, now: datetime) -> Path | None:
    """The database gets another name, then the copy its name. Never is there none: a start would make an empty one."""
    aside = entry.beside(database, f".before-{now:%Y%m%d-%H%M%S}")
    if database.exists():
        os.link(database, aside)
        log = entry.beside(database, "-wal")
        if log.exists():
            log.rename(entry.beside(aside, "-wal"))
    entry.beside(database, "-shm").unlink(missing_ok=True)
    forget_ending(database)
    for ending in ("-wal", "-shm"):
        entry.beside(draft, ending).unlink(missing_ok=True)
    draft.replace(database)
    note_ending(database)  # it was looked through a moment ago
    sync_folder(database.parent)
    return aside if aside.exists() else None
