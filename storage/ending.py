"""Did the last process end in order, and has nobody touched the file since?

Then the check of the whole file can be left out at the start; it is the one thing there that grows with the number of
people. Ending in order leaves a note beside the file, `<path>.closed`, that says how the file looked: its size, when
it was last written, its number on the disk. The note goes before the first change of the next process. A note that does
not fit tells of a copy brought back from a backup or a change by another hand: then the whole file is checked before
anything else. No note at all tells of a crash; that does SQLite no harm, so a large file may be checked while the bot
is at work already.
"""

from __future__ import annotations

import os
from pathlib import Path

from storage.files import new_private, sync_folder


def note_ending(database: Path) -> None:
    """Write the note; the database is closed and its log folded in."""
    draft = _note(database).with_suffix(".closing")
    draft.unlink(missing_ok=True)
    with new_private(draft) as file:
        file.write(_looks(database))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(_note(database))
    sync_folder(database.parent)


def ended_well(database: Path) -> bool:
    """Is the file as the last process left it?"""
    try:
        return _note(database).read_bytes() == _looks(database) and not _log(database).exists()
    except FileNotFoundError:
        return False


def crashed(database: Path) -> bool:
    """Did the last process leave no note?"""
    return not _note(database).exists()


def forget_ending(database: Path) -> None:
    """Remove the note, on disk too: from now on the file changes."""
    if _note(database).exists():
        _note(database).unlink()
        sync_folder(database.parent)


def _looks(database: Path) -> bytes:
    facts = database.stat()
    return f"{facts.st_size} bytes, written {facts.st_mtime_ns}, file {facts.st_ino}\n".encode()


def _note(database: Path) -> Path:
    return database.with_name(database.name + ".closed")


def _log(database: Path) -> Path:
    return database.with_name(database.name + "-wal")
