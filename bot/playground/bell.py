"""A bell: rings whenever something changed, so that nobody has to look again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Bell:
    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Wake everybody who waits. Cheap when nobody does."""
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def until(self, look: Callable[[], T | None], within: float) -> T:
        """The first thing that `look` finds, asked now and after each ring.

        `within` is in real seconds; TimeoutError when it has passed.
        """
        async with asyncio.timeout(within):
            while (found := look()) is None:
                future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._waiting.add(future)
                try:
                    await future
                finally:
                    self._waiting.discard(future)
        return found
