"""The real bot, unchanged, polling the strict local Bot API over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import serve
from bot.clock import SetClock
from bot.playground.testing import Playground
from bot.playground.testing import playground as playground  # the fixture
from bot.settings import Settings
from flows import book

BEGINS = datetime(2026, 11, 23, 9, tzinfo=UTC)
ENDS_WITHIN = 10.0


class Running:
    """A bot at work, with a clock that stands until it is moved."""

    def __init__(self, settings: Settings, clock: SetClock) -> None:
        self.settings = settings
        self.clock = clock
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(serve(self.settings, book.load(), clock=self.clock, stopped=self._stop))

    async def stop(self) -> None:
        self._stop.set()
        if self._task is not None:
            await asyncio.wait_for(self._task, ENDS_WITHIN)

    @property
    def failed(self) -> BaseException | None:
        return self._task.exception() if self._task is not None and self._task.done() else None


@pytest.fixture
async def bot(playground: Playground, tmp_path: Path) -> AsyncIterator[Running]:
    settings = Settings(
        tmp_path / "data", tmp_path / "key" / "key", telegram_token=playground.token, telegram_api=playground.root
    )
    running = Running(settings, SetClock(BEGINS))
    await running.start()
    yield running
    await running.stop()
