"""Moving the time of the playground and of the bot together.

The bot follows a file that says by how many seconds its clock is ahead (UNKINK_CLOCK_FILE). A long way is gone in
hops with a short rest after each, so that what falls due on the way happens near its time, as in a day really lived:
a reminder that is many hours late would rightly not be sent at all.
"""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bot.playground.clock import Clock
from bot.playground.refusals import Json

HOP = 90 * 60.0  # seconds; a reminder may be two hours late
MOST_HOPS = 48  # three days; of a longer way each hop is longer
REST = 0.3  # seconds of real time; the bot looks at the file four times a second
FARTHEST = 400 * 86_400.0


class Moving:
    """Keeps the clock and the file in step. A file that is there says where to begin; else it is `ahead` (seconds)."""

    def __init__(self, clock: Clock, file: Path, rest: float = REST, ahead: float = 0.0) -> None:
        self._clock, self._file, self._rest = clock, file, rest
        self._job: asyncio.Task[None] | None = None
        self.changed: Callable[[], None] = lambda: None
        self.by = ahead  # seconds ahead of the machine's clock
        self.until: float | None = None  # where a way that is being gone ends; seconds since 1970
        with suppress(OSError, ValueError):
            self.by = max(0.0, float(file.read_text("ascii")))
        clock.advance(self.by)
        self._write()

    def json(self) -> Json:
        return {"by": self.by, "until": self.until}

    def start(self, seconds: float) -> None:
        """Begin to move forward. ValueError, in words for people: not now, not so far, not back."""
        if not 0 < seconds <= FARTHEST:
            raise ValueError("The clock only moves forward, and at most 400 days at once.")
        if self.until is not None:
            raise ValueError("The clock is still moving.")
        self.until = self._clock.now() + seconds
        self._job = asyncio.create_task(self._go(seconds))

    async def stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            with suppress(asyncio.CancelledError):
                await self._job

    async def _go(self, seconds: float) -> None:
        hops = min(MOST_HOPS, math.ceil(seconds / HOP))
        try:
            for _ in range(hops):
                self._hop(seconds / hops)
                await asyncio.sleep(self._rest)
        finally:
            self.until = None
            self.changed()

    def _hop(self, seconds: float) -> None:
        self.by += seconds
        self._clock.advance(seconds)
        self._write()
        self.changed()

    def _write(self) -> None:
        """In one piece: the bot may read at any moment."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{self.by:.3f}", "ascii")
        os.replace(fresh, self._file)
