"""Numbers that only go up, also across restarts.

Writing a file for every number would be slow, and not writing one would repeat numbers after a crash. So a block is
reserved: the file always holds a number that has not been given out, and a restart goes on from there. The numbers
skipped are no harm: Telegram promises rising ids, not dense ones (docs, Update.update_id).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

BLOCK = 1000
FILE = "counters.json"


class Counters:
    """One rising number per name. Without a folder they live as long as the process."""

    def __init__(self, folder: Path | None, first: Mapping[str, int]) -> None:
        self._file = None if folder is None else folder / FILE
        self._next = {**first, **self._kept()}
        self._reserved = dict(self._next)

    def next(self, name: str) -> int:
        number = self._next[name]
        self._next[name] = number + 1
        if self._file is not None and number >= self._reserved[name]:
            self._reserved[name] = number + BLOCK
            self._keep(self._file)
        return number

    def peek(self, name: str) -> int:
        """The number that next() will give."""
        return self._next[name]

    def _kept(self) -> dict[str, int]:
        if self._file is None or not self._file.exists():
            return {}
        try:
            kept = json.loads(self._file.read_text("utf-8"))
            return {str(name): int(number) for name, number in kept.items()}
        except (ValueError, AttributeError, TypeError) as error:
            raise ValueError(f"{self._file} cannot be read ({error}); delete it to begin with new numbers") from error

    def _keep(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as out:
            json.dump(self._reserved, out)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
