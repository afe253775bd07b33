"""The door, the engine and a real file at work, and a Telegram that agrees to everything and brings what it is told to:
raw bytes, which no well-behaved Bot API would send."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.channels.telegram.door import Door, build, close
from bot.clock import SetClock
from bot.engine import running
from bot.throttle import Throttle
from flows import book, kept
from flows.conversation import Conversation
from flows.pages import Book
from storage.seal import Seal
from storage.sqlite import SqliteStore, open_sqlite
from tests.telegram.conftest import BEGINS

TOKEN = "1000001:indoors"
ME = {"id": 1000001, "is_bot": True, "first_name": "Unkink", "username": "unkink_bot"}


@dataclass
class Agreeing:
    """Telegram's side. What is queued is brought in batches and forgotten by offset, as Telegram does."""

    root: str = ""
    calls: int = 0
    _queue: list[tuple[int, bytes]] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _empty: asyncio.Event = field(default_factory=asyncio.Event)

    def bring(self, updates: Sequence[tuple[int, bytes]]) -> None:
        self._queue += updates
        self._empty.clear()
        self._news.set()

    async def all_fetched(self, within: float) -> None:
        await asyncio.wait_for(self._empty.wait(), within)

    async def answer(self, request: web.Request) -> web.Response:
        self.calls += 1
        method = request.match_info["method"].lower()
        if method == "getupdates":
            return await self._updates(int((await request.json())["offset"]))
        await request.read()
        return web.json_response({"ok": True, "result": ME if method == "getme" else True})

    async def _updates(self, offset: int) -> web.Response:
        self._queue = [(number, text) for number, text in self._queue if number >= offset]
        if not self._queue:
            self._empty.set()
            self._news.clear()
            await self._news.wait()
        body = b'{"ok":true,"result":[' + b",".join(text for _, text in self._queue[:100]) + b"]}"
        return web.Response(body=body, content_type="application/json")


@dataclass
class Indoors:
    """All of it."""

    telegram: Agreeing
    store: SqliteStore
    door: Door
    clock: SetClock
    book: Book
    faults: list[dict[str, Any]]
    """What the loop was told that nobody had caught."""

    async def talk(self, person: str) -> Conversation:
        return kept.read(await self.store.read(person))

    async def letters(self, person: str) -> int:
        """Take a person's letters as if they were delivered; how many there were."""
        number = 0
        for once in (False, True):
            while (letter := await self.store.take(person, self.clock.now(), once=once)) is not None:
                await self.store.sent(letter.id)
                number += 1
        return number


@asynccontextmanager
async def indoors(place: Path) -> AsyncIterator[Indoors]:
    faults: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
    telegram, pages, clock = Agreeing(), book.load(), SetClock(BEGINS)
    site = web.Application()
    site.router.add_post("/bot{token}/{method}", telegram.answer)
    runner = web.AppRunner(site, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    telegram.root = f"http://127.0.0.1:{runner.addresses[0][1]}"
    store = await open_sqlite(place / "people.sqlite", Seal([b"k" * 32]), now=clock.now())
    app = build(TOKEN, telegram.root)
    try:
        await app.initialize()
        async with running(store, pages, clock) as engine:
            door = Door(app, engine, store, pages, clock, throttle=Throttle(rate=1e9, burst=1e9))
            yield Indoors(telegram, store, door, clock, pages, faults)
            await door.close()
    finally:
        await close(app)
        await store.close()
        await runner.cleanup()


def as_json(update: dict[str, Any]) -> bytes:
    return json.dumps(update).encode()
