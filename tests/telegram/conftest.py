"""The real bot, unchanged, polling the strict local Bot API over real HTTP."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from bot.app import serve
from bot.clock import SetClock
from bot.pacing import UNPACED
from bot.playground.testing import Playground, Somebody, playground
from bot.settings import Settings
from bot.throttle import Throttle
from flows import book, kept
from flows.conversation import Conversation
from flows.pages import Book
from storage import ledger
from storage.keys import read_key_file
from storage.seal import Seal
from tests.telegram.gate import SECRET, Gate, gate

__all__ = ["playground"]

BEGINS = datetime(2026, 11, 23, 9, tzinfo=UTC)
ENDS_WITHIN = 10.0
SETTLES_WITHIN = 10.0
MEMORY = Path("/dev/shm")  # noqa: S108
"""Where there is one, the files lie in memory: nothing here is about disks."""


class Running:
    """A bot at work, with a clock that stands until it is moved; it can be stopped and started again."""

    def __init__(self, playground: Playground, settings: Settings, begins: datetime = BEGINS) -> None:
        self.playground = playground
        self.settings = settings
        self.clock = SetClock(begins)
        self.throttle = Throttle(rate=1e9, burst=1e9)
        """These people type faster than any."""
        self._unhurried: Any = {"pace": UNPACED, "throttle": self.throttle}
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._file: sqlite3.Connection | None = None

    async def start(self, texts: Book | None = None) -> None:
        """Start it; it may not yet have asked for anything when this returns."""
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(
            serve(
                self.settings,
                texts or book.load(),
                clock=self.clock,
                stopped=self._stop,
                pace=UNPACED,
                throttle=self.throttle,
            )
        )

    async def ready(self) -> None:
        """Wait until it polls: what it left open when it was stopped is being sent by then."""
        await self.playground.until(lambda: self.playground.api.queue.polled or None, self._what)

    async def stop(self) -> None:
        """A clean end; what the bot died of, if it did."""
        self._stop.set()
        self._close_file()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=ENDS_WITHIN)
            assert self._task.done(), "the bot does not end"

    async def dies(self, within: float = ENDS_WITHIN) -> BaseException | None:
        """Wait for it to end by itself; what it ended with."""
        assert self._task is not None
        await asyncio.wait([self._task], timeout=within)
        assert self._task.done(), "the bot goes on"
        return self._task.exception()

    @property
    def failed(self) -> BaseException | None:
        """What it died of, if it did. One that was stopped while it still greeted Telegram is only cancelled."""
        if self._task is None or not self._task.done() or self._task.cancelled():
            return None
        return self._task.exception()

    async def settled(self, within: float = SETTLES_WITHIN) -> None:
        """Wait until nothing is left to do: every update confirmed, every letter's fate known, nobody due."""
        try:
            async with asyncio.timeout(within):
                await self.playground.all_fetched(within)
                while not await asyncio.to_thread(self._quiet) or self.playground.api.queue.waiting():
                    assert self.failed is None, self.failed
                    await self.playground.all_fetched(within)
        except TimeoutError:
            raise AssertionError(self._what()) from None

    async def move_to(self, at: datetime) -> None:
        """Move the clocks (the bot's and the playground's); on the way each wake-up happens at its own instant."""
        await self.settled()
        while (following := self._next_wake()) is not None and following <= at:
            self._set(max(following, self.clock.now()))
            await self.settled()
        self._set(at)
        await self.settled()

    async def move_by(self, step: timedelta) -> None:
        await self.move_to(self.clock.now() + step)

    def talk(self, who: Somebody) -> Conversation:
        """What is kept of somebody now."""
        return kept.read(ledger.read(self._database(), self._seal(), f"telegram:{who.id}"))

    def count(self, table: str) -> int:
        """Rows of a table."""
        (number,) = self._database().execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
        return int(number)

    def reasons(self) -> list[str]:
        """Why turns were set aside, oldest first."""
        rows = self._database().execute("SELECT reason FROM handled WHERE reason <> '' ORDER BY at, rowid")
        return [str(reason) for (reason,) in rows]

    def fates(self) -> list[str]:
        """What became of the letters, in their order."""
        return [str(fate) for (fate,) in self._database().execute("SELECT fate FROM posted ORDER BY id")]

    def _set(self, at: datetime) -> None:
        self.playground.clock.advance((at - self.clock.now()).total_seconds())
        self.clock.move_to(at)

    def _quiet(self) -> bool:
        now = ledger.ticks(self.clock.now())
        asked = "SELECT (SELECT count(*) FROM letters) + (SELECT count(*) FROM wakes WHERE at <= ?)"
        with suppress(sqlite3.OperationalError):  # the file is not there yet
            return bool(self._database().execute(asked, (now,)).fetchone() == (0,))
        self._close_file()
        return False

    def _next_wake(self) -> datetime | None:
        return ledger.next_wake(self._database())

    def _seal(self) -> Seal:
        return Seal(read_key_file(self.settings.key_file))

    def _database(self) -> sqlite3.Connection:
        """The bot's own file, read from beside it."""
        if self._file is None:
            path = self.settings.data / "unkink.sqlite"
            self._file = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)
        return self._file

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _what(self) -> str:
        screens = "\n".join(
            f"{chat.title or (chat.person and chat.person.first_name)}: {len(chat.messages)} messages"
            for chat in self.playground.api.people.chats.values()
        )
        return f"the bot is not done; it failed: {self.failed!r}\n{screens}"


def place_for(folder: Path) -> AbstractContextManager[str]:
    return tempfile.TemporaryDirectory(dir=MEMORY) if MEMORY.is_dir() else nullcontext(str(folder))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder for the bot's files."""
    with place_for(tmp_path) as folder:
        yield Path(folder)


@pytest.fixture
async def idle(playground: Playground, place: Path) -> AsyncIterator[Running]:
    """A bot that is not yet started."""
    settings = Settings(
        place / "data", place / "key" / "key", telegram_token=playground.token, telegram_api=playground.root
    )
    running = Running(playground, settings)
    yield running
    await running.stop()


@pytest.fixture
async def bot(idle: Running) -> Running:
    """A bot at work."""
    await idle.start()
    return idle


@pytest.fixture
async def between() -> AsyncIterator[Gate]:
    async with gate() as made:
        yield made


@pytest.fixture
async def hooked(idle: Running, between: Gate) -> Running:
    """A bot that is told, not yet started."""
    idle.settings = evolve(
        idle.settings, webhook_url=between.url, webhook_listen=f"127.0.0.1:{between.bot}", webhook_secret=SECRET
    )
    return idle


@pytest.fixture
async def told(hooked: Running) -> Running:
    """A bot at work, that is told."""
    await hooked.start()
    await registered(hooked)
    return hooked


async def registered(bot: Running) -> None:
    hook = bot.playground.api.webhook
    await bot.playground.until(lambda: hook.target.url == bot.settings.webhook_url or None, lambda: "not registered")
