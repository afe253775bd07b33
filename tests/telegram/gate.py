"""What stands between Telegram and the bot: a proxy that can hold back whatever it is told to, and count."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from bot.playground.refusals import Json

PATH = "/telegram/hook"
SECRET = "s3cret_" * 6


def free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


@dataclass
class Gate:
    """Passes on what comes; `hold` says which updates wait until `release`."""

    bot: int
    """The port at which the bot listens."""
    url: str = ""
    hold: Callable[[Json], bool] = lambda update: False
    held: list[Json] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    _opened: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        self.hold = lambda update: False
        self._opened.set()
        self._opened = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        update = await request.json()
        opened = self._opened
        if self.hold(update):
            self.held.append(update)
            await opened.wait()
        kept = {name: request.headers[name] for name in request.headers if name.startswith("X-Telegram")}
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.post(f"http://127.0.0.1:{self.bot}/", data=body, headers=kept) as answer,
            ):
                status, after = answer.status, answer.headers.get("Retry-After", "0")
        except aiohttp.ClientError:
            status, after = 502, "0"
        self.answers.append(status)
        return web.Response(status=status, headers={"Retry-After": after})


@asynccontextmanager
async def gate() -> AsyncIterator[Gate]:
    made = Gate(free_port())
    app = web.Application()
    app.router.add_post(PATH, made.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        made.url = f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
        yield made
    finally:
        made.release()
        await runner.cleanup()
