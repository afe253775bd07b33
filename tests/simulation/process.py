"""The bot's process: the real parts, put together as `bot.app` does it, on the simulated disk and wire."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from attrs import define
from telegram.error import TelegramError

from bot import anew, pictures, rounds
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.door import Door, build, close
from bot.channels.telegram.incoming import App
from bot.channels.telegram.panel import Shelf
from bot.channels.telegram.poller import Poller
from bot.engine import Engine, running
from bot.makers import Files
from bot.pacing import Pace
from bot.post import Post
from bot.throttle import Throttle
from flows.events import Blocked
from flows.pages import Book
from storage.store import Outcome
from tests.simulation.keeping import SimulatedStore
from tests.simulation.network import Take
from tests.simulation.points import Life

ROOT = "https://telegram.invalid"
TOKEN = "1000001:playground-simulated"
BEGINS = datetime(2026, 11, 23, 9, tzinfo=UTC)
SOON = 1.0
MANY = 1e9
"""A flood that is left unread has tests of its own; here every update must have its effect."""


@define
class SteppedClock:
    """The machine's clock: it goes with the simulation, but for the steps that somebody or something made it take."""

    nap: timedelta = timedelta(seconds=200)
    """Ten times as long as in life: most of a day nothing happens, and looking costs."""
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return BEGINS + timedelta(seconds=asyncio.get_running_loop().time()) + self.ahead


@define
class Process:
    """What one life of the bot consists of."""

    life: Life
    store: SimulatedStore
    book: Book
    clock: SteppedClock
    polls: bool
    """Else updates are pushed."""
    listening: Callable[[Take | None], None]
    """Tells the network who takes pushed updates."""
    stop: asyncio.Event

    async def run(self) -> None:
        """Until it is told to stop; then it ends in order."""
        app = build(TOKEN, ROOT)
        async with running(self.store, self.book, self.clock) as engine:
            await self._greet(app)
            nobody_is_held_back = Throttle(asyncio.get_running_loop().time, rate=MANY, burst=MANY)
            door = Door(app, engine, self.store, self.book, self.clock, throttle=nobody_is_held_back)
            shelf = Shelf(_picture, self.store.mark, self.store.set_mark)
            files = Files(self.store, self.book, self.clock)
            channel = TelegramChannel(app.bot, self.store.reference, files, shelf)
            post = Post(self.store, channel, self.clock, partial(_gone, engine), Pace())
            work = [
                post.run(engine),
                rounds.run(self.store, engine, self.clock),
                anew.run(self.store, engine, self.clock),
            ]
            if self.polls:
                work.insert(0, Poller(ROOT, TOKEN, door.take).run())
            self.listening(door.take)
            await self._work(work)
            await channel.close()
            await door.close()
        await self.store.close()
        await close(app)

    async def _greet(self, app: App) -> None:
        """As long as it takes."""
        greeted = False
        while not greeted:
            try:
                await app.initialize()
                greeted = True
            except TelegramError:
                await asyncio.sleep(SOON)

    async def _work(self, work: Sequence[Coroutine[Any, Any, None]]) -> None:
        jobs = [asyncio.create_task(each) for each in work]
        ending = asyncio.create_task(self.stop.wait())
        done, _ = await asyncio.wait([*jobs, ending], return_when=asyncio.FIRST_COMPLETED)
        self.listening(None)
        for job in [*jobs, ending]:
            job.cancel()
            await asyncio.wait([job])
        for job in done - {ending}:
            job.result()


def _picture(picture: str) -> Path | None:
    return pictures.find(picture) or pictures.animation(picture)


async def _gone(engine: Engine, person: str, letter: int) -> Outcome:
    return await engine.handle(person, Blocked(), f"gone:{letter}")


def folder_of(place: Path, number: int) -> Path:
    """Where a life keeps its files."""
    return place / f"life-{number}"
