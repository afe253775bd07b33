"""The deletion list: who was deleted and when, as keyed hashes, in a file beside the database.

A backup made before a deletion still holds the person. The list must therefore live outside the database: `restore`
brings the old rows back and takes the listed people out again. `backup` puts a copy of the list beside its file, so
that a lost disk does not take it away.

    unkink deletion list 1
    <the list's own secret, sealed>
    2026-11-22T17:05:09Z 6c1b...

The hash is keyed, because the ids of a messenger are few enough to be tried one by one. The secret is the list's own
and sealed, so that a new key seals it anew and the hashes stay. Lines are dropped after 60 days: by then the backups
that hold those people must be gone, and `restore` refuses older ones unless told otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from storage.errors import Refusal, SealBroken, StoreRefused
from storage.files import new_private, sync_folder
from storage.seal import Seal

LISTED = timedelta(days=60)
LATE = timedelta(minutes=1)
"""A deletion may reach the disk this long after its instant; a backup begun in between still holds the person."""
ENDING = ".deleted"
_HEAD = "unkink deletion list 1"
_FIELD = "deletion list"
_WHOLE = 53  # characters of a line


@dataclass(frozen=True, slots=True)
class Departed:
    """A list as it was read."""

    secret: bytes
    rows: tuple[tuple[datetime, str], ...]

    def hashed(self, person: str) -> str:
        return blake2b(person.encode(), key=self.secret, digest_size=16).hexdigest()

    def holds(self, person: str, since: datetime) -> bool:
        """Was the person deleted at this instant or later?"""
        mine = self.hashed(person)
        return any(row == mine and at >= since - LATE for at, row in self.rows)


def list_of(database: Path) -> Path:
    """The list that belongs to a database, or to a backup."""
    return database.with_name(database.name + ENDING)


def note(database: Path, seal: Seal, people: Sequence[str], now: datetime) -> None:
    """Write these people down, on disk when this returns. OSError, StoreRefused: nothing may be deleted then."""
    file = list_of(database)
    if not file.exists():
        _write(file, seal, Departed(os.urandom(32), ()))
    held = read(file, seal)
    added = "".join(f"{_line(now, held.hashed(person))}\n" for person in people)
    with file.open("rb+") as out:
        size = out.seek(0, os.SEEK_END)
        out.seek(max(0, size - 1))
        torn = out.read(1) != b"\n"  # by a crash in the middle of an earlier line
        out.write((("\n" if torn else "") + added).encode())
        out.flush()
        os.fsync(out.fileno())


def read(file: Path, seal: Seal) -> Departed:
    """The list in a file; half a line at its end is passed over. StoreRefused: it is damaged, or of another key."""
    lines = file.read_text("ascii", errors="replace").split("\n")
    if lines[0] != _HEAD or len(lines) < 3:
        raise _damaged(file, "its head is not that of a list")
    try:
        sealed = bytes.fromhex(lines[1])
        if not seal.knows(sealed):
            reason = (
                f"deletion list {file} was sealed with another key; put that key into the key file too, or move it away"
            )
            raise StoreRefused(Refusal.WRONG_KEY, reason)
        secret = bytes.fromhex(seal.open(sealed, "", _FIELD))
    except (ValueError, SealBroken):
        raise _damaged(file, "its secret does not open") from None
    return Departed(secret, tuple(row for line in lines[2:-1] if (row := _row(file, line)) is not None))


def prune(database: Path, seal: Seal, now: datetime) -> None:
    """Drop the lines whose time is over."""
    file = list_of(database)
    if not file.exists():
        return
    held = read(file, seal)
    left = tuple(row for row in held.rows if row[0] >= now - LISTED)
    if len(left) < len(held.rows):
        _write(file, seal, Departed(held.secret, left))


def reseal(database: Path, seal: Seal) -> None:
    """Seal the list's secret with the newest key."""
    file = list_of(database)
    if file.exists():
        _write(file, seal, read(file, seal))


def lists_beside(*files: Path) -> Iterable[Path]:
    """Every deletion list in the folders of these files."""
    folders = dict.fromkeys(file.absolute().parent for file in files)
    return [each for folder in folders if folder.is_dir() for each in sorted(folder.glob(f"*{ENDING}"))]


def _write(file: Path, seal: Seal, held: Departed) -> None:
    rows = [_line(at, row) for at, row in held.rows]
    text = "\n".join([_HEAD, seal.seal(held.secret.hex(), "", _FIELD).hex(), *rows, ""])
    draft = file.with_name(file.name + ".new")
    draft.unlink(missing_ok=True)
    with new_private(draft) as out:
        out.write(text.encode())
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
    sync_folder(file.parent)


def _line(at: datetime, hashed: str) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} {hashed}"


def _row(file: Path, line: str) -> tuple[datetime, str] | None:
    at, _, hashed = line.partition(" ")
    try:
        return datetime.fromisoformat(at).astimezone(UTC), bytes.fromhex(hashed).hex()
    except ValueError:
        if line.strip() and len(line) >= _WHOLE:
            raise _damaged(file, "a line of it is") from None
        return None  # cut short by a crash: that deletion was not confirmed


def _damaged(file: Path, how: str) -> StoreRefused:
    return StoreRefused(Refusal.DAMAGED, f"deletion list {file} is damaged: {how}; put a copy of it back")
