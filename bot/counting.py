"""A store that counts what it is asked to keep, and knows whether it could: the engine and the post need not.

Only what is counted is written here; all else goes to the store beneath as it came.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from bot.figures import Figures
from bot.health import Check
from storage.errors import StoreClosed, StoreTrouble
from storage.store import Decide, Failed, Kept, Outcome, Seen, Store

T = TypeVar("T")
WRITES = ("take", "claim", "back", "lay_aside", "prune")
"""Calls that change something and are not counted."""
OUTCOMES: Mapping[type, str] = {Kept: "kept", Seen: "seen", Failed: "failed"}
"""What becomes of a turn; of one that must come again, the next time tells."""


class CountingStore:
    """To be used as a store by way of `store`."""

    def __init__(self, beneath: Store, figures: Figures) -> None:
        self._beneath = beneath
        self._figures = figures
        self._trouble = ""
        figures.gauge("store_ok", "Whether the store kept what it was last asked to keep", lambda: not self._trouble)

    @property
    def store(self) -> Store:
        """Itself: what is not written here comes from beneath by `__getattr__`, which a type checker cannot see."""
        return cast("Store", self)

    def check(self) -> Check:
        """For the health report."""
        fault = f"the last change was not kept ({self._trouble}); look at the disk of the data folder"
        return Check("store", not self._trouble, fault if self._trouble else "the last change was kept")

    async def keep(self, turns: Sequence[Any], decide: Decide, now: datetime) -> list[Outcome]:
        outcomes = await self._write(lambda: self._beneath.keep(turns, decide, now))
        for outcome in outcomes:
            if type(outcome) in OUTCOMES:
                self._figures.count("turns", OUTCOMES[type(outcome)])
        return outcomes

    async def set_aside(self, *given: Any) -> None:
        await self._write(lambda: self._beneath.set_aside(*given))
        self._figures.count("turns", "set_aside")

    async def sent(self, *given: Any) -> None:
        await self._write(lambda: self._beneath.sent(*given))
        self._figures.count("letters", "sent")

    async def bury(self, letter: int, reason: str) -> None:
        await self._write(lambda: self._beneath.bury(letter, reason))
        self._figures.count("letters", reason)

    def __getattr__(self, name: str) -> Any:
        beneath = getattr(self._beneath, name)
        if name not in WRITES:
            return beneath

        async def write(*given: Any, **named: Any) -> Any:
            return await self._write(lambda: beneath(*given, **named))

        return write

    async def _write(self, write: Callable[[], Awaitable[T]]) -> T:
        """Reading goes well on a full disk, so only what changes something tells how the store is."""
        try:
            done = await write()
        except StoreClosed:
            raise
        except StoreTrouble as error:
            self._trouble = type(error).__name__
            self._figures.count("store_errors", self._trouble)
            raise
        self._trouble = ""
        return done
