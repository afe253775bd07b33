"""What a database file must pass before it is started on, and how a new one is made.

All of it blocks; it runs on the connection's thread.

Refuse, never overwrite: a file is looked at through a read-only connection first (one that cannot even fold the
write-ahead log into it), and only a file that passed is opened for writing. A new database is made under another name
and gets its own when it is whole, so that an empty or half-made file under the real name is always damage.

The check of the whole file reads all of it and compares every index with its table (PRAGMA integrity_check). It is left
out where the last process ended in order and nobody has touched the file since (ending.py), and put off, for a file
that is large, where the last process crashed: who waits for an answer does not wait for that.
"""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from storage import departed, ledger, sql, veil
from storage.ending import crashed, ended_well, forget_ending
from storage.errors import Refusal, SealBroken, StoreBusy, StoreRefused
from storage.files import make_private, new_private, private_folder, sync_file, sync_folder
from storage.folding import BUSY_WAIT
from storage.ledger import SQL
from storage.link import fault
from storage.log import commits_lost
from storage.seal import Seal

APPLICATION = 0x556E6B69  # "Unki", in the header of the file: whose database it is
_MAGIC = b"SQLite format 3\0"
_PROBE = "does this key fit?"
_WAIT_AT_START = 0.5  # seconds
LARGE = 16 << 20
"""Bytes: such a file takes a quarter of a second to check."""
_SETTINGS = (
    "PRAGMA trusted_schema = OFF",  # a prepared schema must not call functions
    "PRAGMA cell_size_check = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # what is deleted is overwritten with zeros
    "PRAGMA journal_size_limit = 4194304",  # bytes; else a log that was long once stays long
    "PRAGMA synchronous = FULL",  # a commit that returned is on disk; NORMAL would lose the last ones in a power cut
)


def enter(path: Path, seal: Seal, now: datetime) -> sqlite3.Connection:
    """The database, checked, at the newest schema, with no letter in flight; made if there is none."""
    try:
        if _absent(path):
            _make(path, seal, now)
        inspect(path, seal)
        if departed.list_of(path).exists():
            departed.read(departed.list_of(path), seal)  # else the first /delete would find out
        return open_checked(path, seal)
    except sqlite3.OperationalError as error:
        raise unfit(path, error) from error
    except sqlite3.DatabaseError as error:
        raise _damaged(path, fault(error)) from error
    except UnicodeDecodeError as error:  # Python stumbles over SQLite quoting a damaged schema
        raise _damaged(path, "its schema cannot be read") from error
    except OSError as error:
        reason = f"{path} cannot be opened ({error.strerror}); give this account the right to read and write it"
        raise StoreRefused(Refusal.UNREADABLE, reason) from error


def upgrade(db: sqlite3.Connection, steps: Sequence[str]) -> None:
    """Bring the schema up to date, each step in a transaction with the number that says it was taken."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    for number, step in enumerate(steps[version:], start=version + 1):
        try:
            db.executescript(f"BEGIN IMMEDIATE;\n{step}\nPRAGMA user_version = {number};\nCOMMIT;")
        except sqlite3.Error:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


def _absent(path: Path) -> bool:
    if path.exists():
        return False
    log = beside(path, "-wal")
    if log.exists() and log.stat().st_size:
        raise _damaged(path, f"the file is missing, but {log.name} is there; it holds the latest changes")
    return True


def _make(path: Path, seal: Seal, now: datetime) -> None:
    private_folder(path.parent)
    draft = beside(path, ".new")
    draft.unlink(missing_ok=True)  # of an earlier start that was cut short; nothing was ever kept in it
    new_private(draft).close()
    with closing(connect(draft, "rw")) as db:
        db.execute("PRAGMA synchronous = OFF")  # nobody knows the draft yet; it is put on disk once, when it is whole
        db.execute("PRAGMA journal_mode = MEMORY")
        db.execute(f"PRAGMA application_id = {APPLICATION}")
        upgrade(db, sql.migrations())
        db.execute(SQL["note"], {"name": "probe", "value": seal.seal(_PROBE, "", "probe")})
        veil.new_secret(db, seal)
        db.execute(SQL["note"], {"name": "made", "value": now.isoformat().encode()})
    sync_file(draft)
    draft.rename(path)
    sync_folder(path.parent)


def inspect(path: Path, seal: Seal, *, whole: bool = False) -> None:
    """Look at a file without changing it. StoreRefused: damaged, newer, of another key, or no database of ours.

    `whole`: read all of it, however large it is and however the last process ended.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise StoreRefused(Refusal.UNREADABLE, f"{path} is not a file; name a database file")
    with path.open("rb+") as file:  # rb+: that it may be written to is found out here, and not in the first turn
        head = file.read(len(_MAGIC))
    if not head:
        raise _damaged(path, "it is empty")
    if head != _MAGIC:
        raise StoreRefused(Refusal.UNREADABLE, f"{path} is not a database; name another file, or restore a backup")
    # asked first: a connection that looks at the file makes a log beside it
    check = whole or not (ended_well(path) or is_put_off(path))
    with closing(connect(path, "ro")) as db:
        check_ours(path, db)
        if check:
            _check_whole(path, db)
        check_key(path, db, seal)
        _check_log(path, db)


def check_ours(path: Path, db: sqlite3.Connection) -> None:
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION or version < 1:
        raise StoreRefused(Refusal.UNREADABLE, f"{path} is another program's database; name another file")
    newest = len(sql.migrations())
    if version > newest:
        reason = f"{path} has schema {version}, this version knows up to {newest}; install the newer version again"
        raise StoreRefused(Refusal.NEWER, reason)


def is_put_off(path: Path) -> bool:
    """Is the whole check left for later?"""
    return path.exists() and crashed(path) and path.stat().st_size > LARGE


def examine(path: Path, looking: Callable[[sqlite3.Connection], None]) -> None:
    """The whole check, beside the bot at work. StoreRefused: it is damaged. `looking` is told the connection, which may
    be interrupted; then nothing is found out.
    """
    with closing(connect(path, "ro")) as db:
        looking(db)
        try:
            _check_whole(path, db)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise unfit(path, error) from error
        except sqlite3.DatabaseError as error:
            raise _damaged(path, fault(error)) from error


def _check_whole(path: Path, db: sqlite3.Connection) -> None:
    faults = [row[0] for row in db.execute("PRAGMA integrity_check(10)")]
    if faults != ["ok"]:
        raise _damaged(path, f"its check found {len(faults)} faults or more")


def check_key(path: Path, db: sqlite3.Connection, seal: Seal) -> None:
    row = db.execute(SQL["fact"], {"name": "probe"}).fetchone()
    if row is None:
        raise _damaged(path, "its key probe is missing")
    if not seal.knows(row[0]):
        reason = f"{path} was sealed with another key; put its own key file back (a newly made key cannot open it)"
        raise StoreRefused(Refusal.WRONG_KEY, reason)
    try:
        seal.open(row[0], "", "probe")
    except SealBroken:
        raise _damaged(path, "its key probe does not open") from None


def _check_log(path: Path, db: sqlite3.Connection) -> None:
    (page,) = db.execute("PRAGMA page_size").fetchone()
    lost = commits_lost(path, page)
    if lost > 1:
        raise _damaged(path, f"its log is, and {lost} of the latest changes cannot be read")


def open_checked(path: Path, seal: Seal) -> sqlite3.Connection:
    """Open a file that passed, for writing, and bring it up to date."""
    for ending in ("", "-wal", "-shm"):
        make_private(beside(path, ending))
    forget_ending(path)
    db = connect(path, "rw")
    try:
        (mode,) = db.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            reason = f"{path} lies on a file system without shared memory; name a folder on a local disk"
            raise StoreRefused(Refusal.UNREADABLE, reason)
        db.execute(f"PRAGMA busy_timeout = {BUSY_WAIT}")  # only a backup or a curious shell can be in the way
        upgrade(db, sql.migrations())
        db.execute("BEGIN IMMEDIATE")
        if not veil.teach(db, seal):
            veil.new_secret(db, seal)
        ledger.recover(db, seal)
        db.execute("COMMIT")
    except BaseException:
        db.close()
        raise
    return db


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A connection with the settings that promises rest on. `mode`: ro, rw."""
    db = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=_WAIT_AT_START
    )
    db.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")  # damage fails the row, not the statement
    try:
        for setting in _SETTINGS:
            db.execute(setting)
    except BaseException:
        db.close()
        raise
    return db


def beside(path: Path, ending: str) -> Path:
    """The file with this ending beside the database."""
    return path.with_name(path.name + ending)


def _damaged(path: Path, how: str) -> StoreRefused:
    return StoreRefused(Refusal.DAMAGED, f"{path} is damaged: {how}; nothing was changed, restore a backup")


def unfit(path: Path, error: sqlite3.OperationalError) -> StoreRefused | StoreBusy:
    code = error.sqlite_errorcode & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(f"{path} is held by another program; close that one and start again")
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR):
        reason = f"{path} cannot be opened ({fault(error)}); make room, and give this account the right to write there"
        return StoreRefused(Refusal.UNREADABLE, reason)
    return _damaged(path, fault(error))
