"""Whether the bot hears: told by whoever listens to Telegram, asked by the health report and by the watchdog.

Two different silences. *Deaf*: Telegram is asked and does not answer, or not well. After 90 seconds that is a red
light and nothing more: another start would mend neither Telegram nor the network, and a bot that ends every three
minutes of an outage asks more often than one that waits. *Stuck*: no attempt has ended at all for three minutes,
though the longest takes little more than one. Then something in this process is broken in a way that it cannot see,
and it ends with one line, so that its supervisor starts it anew; all that is kept is on disk.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from bot.health import Check
from bot.trouble import GaveUp

DEAF_AFTER = 90.0
"""Seconds; the longest poll takes 50."""
STUCK_AFTER = 180.0
"""Seconds."""
LOOK_EVERY = 5.0
"""Seconds."""


class Pulse:
    """`ticks` are seconds that never go backward; `nap` sleeps that many."""

    def __init__(
        self, ticks: Callable[[], float] = time.monotonic, nap: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self.ticks = ticks
        self.nap = nap
        self._good = self._ended = ticks()
        self._heard = False
        self._trouble = ""
        self.brought = 0
        """Updates that Telegram brought by itself and that were kept."""

    def kept(self) -> None:
        """Telegram brought something, and it is kept."""
        self.brought += 1
        self.good()

    def good(self) -> None:
        """An attempt went well, and what it brought is kept."""
        self._good = self._ended = self.ticks()
        self._heard, self._trouble = True, ""

    def trouble(self, reason: str, wait: float = 0.0) -> None:
        """An attempt ended badly; the next one comes after `wait` seconds, which are no silence."""
        self._ended = self.ticks() + wait
        self._trouble = reason

    @property
    def silent_for(self) -> float:
        """Seconds since Telegram was last heard (before the first time: since the start)."""
        return self.ticks() - self._good

    def check(self) -> Check:
        """For the health report."""
        last = f"Telegram was last heard {self.silent_for:.0f} s ago" if self._heard else "Telegram is not heard yet"
        return Check("hearing", self.silent_for <= DEAF_AFTER, f"{last}: {self._trouble}" if self._trouble else last)

    async def watch(self) -> None:
        """Look until cancelled. GaveUp: no attempt has ended for three minutes."""
        while self.ticks() - self._ended <= STUCK_AFTER:
            await self.nap(LOOK_EVERY)
        raise GaveUp(
            f"no attempt to hear from Telegram has ended for {STUCK_AFTER:.0f} s; this process is stuck and ends, start"
            " it again (its supervisor does), nothing is lost"
        )
