"""The playground's clock: it can be moved forward, and whoever sleeps by it notices."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

SHORTEST_NAP = 0.01  # seconds; with a clock that stands still, the time left never shrinks by itself


class Clock:
    """Seconds since 1970: a source (by default the machine's time) plus what it has been moved by.

    `Clock(lambda: 1_750_000_000.0)` stands still until it is moved.
    """

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._moved_by = 0.0
        self._sleepers: set[asyncio.Event] = set()
        self.naps = 0  # how often somebody went to sleep by this clock
        self.on_nap: Callable[[], None] = lambda: None

    def now(self) -> float:
        return self._source() + self._moved_by

    def advance(self, seconds: float) -> None:
        """Move forward; ValueError for backward (dates of messages never fall)."""
        if seconds < 0:
            raise ValueError(f"the clock only moves forward, not by {seconds} s")
        self._moved_by += seconds
        for sleeper in self._sleepers:
            sleeper.set()

    async def pause(self, event: asyncio.Event, deadline: float) -> None:
        """Sleep until `event` is set, the clock is moved, or `deadline` has come.

        It may wake early: look again, then pause again. `event` is cleared on the way out.
        """
        left = deadline - self.now()
        if left > 0 and not event.is_set():
            self._sleepers.add(event)
            self.naps += 1
            self.on_nap()
            try:
                await asyncio.wait_for(event.wait(), max(left, SHORTEST_NAP))
            except TimeoutError:
                pass
            finally:
                self._sleepers.discard(event)
        event.clear()

    async def sleep(self, seconds: float) -> None:
        """Sleep by this clock: advance() shortens it."""
        deadline = self.now() + seconds
        event = asyncio.Event()
        while self.now() < deadline:
            await self.pause(event, deadline)
