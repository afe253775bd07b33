"""Files that only their owner may read, and that are on disk when we say so."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO


def private_folder(path: Path) -> None:
    """Make the folder and those above it, 0700, where they are missing; leave alone those that are there."""
    if path.is_dir():
        return
    private_folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)


def new_private(path: Path) -> BinaryIO:
    """A new file, 0600 whatever the umask says, open for writing; FileExistsError if there is one."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    if os.name == "posix":
        os.fchmod(number, 0o600)
    return open(number, "wb")


def make_private(path: Path) -> None:
    """Take the rights of group and others away (a restored copy often has them)."""
    if os.name == "posix" and path.exists() and path.stat().st_mode & 0o077:
        path.chmod(0o600)


def hand_over(database: Path) -> None:
    """Give the files of a database to whom the folder belongs: root works on them, and the bot is another account."""
    if os.name != "posix" or os.geteuid() != 0:
        return
    folder = database.parent.stat()
    for file in database.parent.glob(f"{database.name}*"):
        if file.is_file() and not file.is_symlink():
            os.chown(file, folder.st_uid, folder.st_gid)


def sync_file(path: Path) -> None:
    """Put what is in the file on disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Put the names in this folder on disk; a new file without its name is lost in a power cut."""
    if os.name != "posix":  # Windows cannot open a folder, and does this by itself
        return
    number = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
