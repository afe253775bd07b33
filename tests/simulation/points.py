"""One life of the bot's process, and the points at which it can be ended: around every step onto the disk, around
every call to Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from typing import Any

from tests.simulation.loop import OWNER

PATIENCE = 50
"""Turns of the loop in which everything that was cancelled must have ended."""


class Life:
    """A process from its start to its end. Once it is dead nothing of it goes on: whoever asks the disk or the
    network for something waits until they are swept away."""

    def __init__(self, number: int, deadly: Callable[[str], bool]) -> None:
        self.number = number
        self.alive = True
        self.died_of = ""
        self._deadly = deadly
        self._tasks: list[asyncio.Task[Any]] = []
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def task(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Something that this process does."""
        inside = copy_context()
        inside.run(OWNER.set, self._tasks)
        return asyncio.get_running_loop().create_task(work, context=inside)

    def is_dead(self) -> bool:
        return not self.alive

    async def point(self, name: str) -> None:
        """Here it may die; then nobody who came here goes on."""
        if self.dies_at(name):
            await asyncio.get_running_loop().create_future()

    def dies_at(self, name: str) -> bool:
        """Whether it is dead now."""
        if self.alive and self._deadly(name):
            self.die(name)
        return not self.alive

    def die(self, reason: str) -> None:
        """As with kill -9: at once, and nobody is told."""
        if self.alive:
            self.alive, self.died_of = False, reason
            self.ended.set_result(None)

    async def sweep(self) -> None:
        """End all that is left of it."""
        for _ in range(PATIENCE):
            left = [task for task in self._tasks if not task.done()]
            if not left:
                break
            for task in left:
                task.cancel()
            await asyncio.sleep(0)
        assert not left, f"it does not end: {left[0]}"
        for task in self._tasks:
            if not task.cancelled():
                task.exception()
        self._tasks.clear()
