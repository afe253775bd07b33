"""Room kept back for the day on which the disk is full: a file beside the database that can be let go of.

SQLite needs room even to delete. When there is none left, the ballast goes, and in its room deletions, and marks on
letters that are on their way, can still be written. New turns are refused until there is room for the ballast again, so
that they do not eat what is left. They are also refused a little before the disk is full, at the low-water mark.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from storage.files import new_private

BALLAST = 4 * 1024 * 1024  # bytes
_SMALLEST_SHARE = 32
"""At most this part of a small disk."""


class Ballast:
    """The file, and whether to save room now. All of it blocks; it runs on the connection's thread."""

    def __init__(self, database: Path) -> None:
        self._file = database.with_name(database.name + ".ballast")
        self._size = BALLAST
        self._gone = False

    def hold(self) -> None:
        """Make the file if there is room for it and as much again."""
        with suppress(OSError):
            disk = shutil.disk_usage(self._file.parent)
            self._size = min(BALLAST, disk.total // _SMALLEST_SHARE)
            if self._file.exists() and self._file.stat().st_size >= self._size:
                self._gone = False
                return
            self._gone = True
            if disk.free < 2 * self._size:
                return
            self._file.unlink(missing_ok=True)
            with new_private(self._file) as file:
                file.write(bytes(self._size))
                file.flush()
                os.fsync(file.fileno())
            self._gone = False

    def release(self) -> bool:
        """Let go of it; False: there was none."""
        self._gone = True
        with suppress(OSError):
            self._file.unlink()
            return True
        return False

    def sparing(self) -> bool:
        """Is room to be saved? Asked before every group; makes the ballast again where that is possible."""
        if self._gone:
            self.hold()
        if self._gone:
            return True
        with suppress(OSError):
            return shutil.disk_usage(self._file.parent).free < self._size // 4
        return False
