"""Folds the log into the database and cuts it to nothing, without making anybody wait.

Deleted rows are overwritten in the database only when the log is folded in, and old pages stand in the log until it is
cut. A reader (a backup, say) can be in the way: then it is tried again, sooner at first. It also happens when nothing
was written for a while.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress

from storage.errors import StoreTrouble

IDLE = 30.0
"""Seconds without a write after which the log is folded in."""
RETRIES = (0.05, 0.2, 1.0, 5.0, 30.0)
"""Seconds between tries; the last one again and again."""
BUSY_WAIT = 5000
"""Milliseconds that any other work waits for a lock."""


def fold(db: sqlite3.Connection) -> bool:
    """Fold and cut now; False: a reader was in the way. Never waits."""
    db.execute("PRAGMA busy_timeout = 0")
    try:
        (busy, _, _) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        return False
    finally:
        db.execute(f"PRAGMA busy_timeout = {BUSY_WAIT}")
    return not busy


class Folding:
    """When to fold. `ask` runs a function on the connection's thread."""

    def __init__(self, ask: Callable[[Callable[[sqlite3.Connection], bool]], Awaitable[bool]]) -> None:
        self._ask = ask
        self._again: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._written = 0.0

    async def now(self) -> None:
        """Fold; if that does not succeed at once, go on trying behind the scenes."""
        with suppress(StoreTrouble):  # what was kept is kept
            if not await self._ask(fold) and self._again is None:
                self._again = asyncio.create_task(self._try_again())

    def written(self) -> None:
        """Something was written: fold when it has been quiet for a while."""
        loop = asyncio.get_running_loop()
        self._written = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(IDLE, self._look)

    def close(self) -> None:
        """No more of it; closing the last connection folds by itself."""
        if self._timer is not None:
            self._timer.cancel()
        if self._again is not None:
            self._again.cancel()

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        quiet = self._written + IDLE - loop.time()
        if quiet > 0:
            self._timer = loop.call_later(quiet, self._look)
            return
        self._timer = None
        if self._again is None:
            self._again = asyncio.create_task(self._try_again())

    async def _try_again(self) -> None:
        tries = 0
        with suppress(StoreTrouble):
            while not await self._ask(fold):
                await asyncio.sleep(RETRIES[min(tries, len(RETRIES) - 1)])
                tries += 1
        self._again = None
