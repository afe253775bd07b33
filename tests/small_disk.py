"""A disk of a few MiB that can be filled up, and emptied again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MIB = 1024 * 1024


class SmallDisk:
    """A folder with a fixed size; `fill` leaves so many bytes free."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self, leave: int = 0) -> None:
        with self._filler.open("ab") as file:
            while (room := os.statvfs(self.folder).f_bavail * 4096 - leave) > 0:
                try:
                    file.write(bytes(min(room, 65536)))
                    file.flush()
                except OSError:
                    return

    def empty(self) -> None:
        self._filler.unlink(missing_ok=True)

    def free(self) -> int:
        facts = os.statvfs(self.folder)
        return facts.f_bavail * facts.f_frsize


@contextmanager
def small_disk(folder: Path, size: int = 2 * MIB) -> Iterator[SmallDisk]:
    """A file system of its own in memory. Needs the right to mount; without it the test is left out, and the one with
    `max_page_count` in tests/storage/test_sqlite.py stands for it."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this account may not mount a file system")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
