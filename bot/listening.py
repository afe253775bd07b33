"""A small HTTP server of the bot's own, for the webhook and for the figures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.settings import SettingsError

LINGER = 0.5
"""Seconds in which the rest of a body that was refused is read and thrown away, so that the answer is seen."""
IDLE = 75.0
"""Seconds that a connection may stay open without a request; a proxy's usual minute is less."""


@asynccontextmanager
async def listening(app: web.Application, address: str, setting: str, *, patience: float = 1.0) -> AsyncIterator[int]:
    """Serve at `host:port` until the block ends; the port, which 0 leaves open. SettingsError: it cannot be had.

    At the end nobody new is let in, and requests in work have `patience` seconds to end. Bodies are not unpacked: a
    small one could become a large one.
    """
    host, _, port = address.rpartition(":")
    runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=patience,
        keepalive_timeout=IDLE,
        lingering_time=LINGER,
        auto_decompress=False,
    )
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise SettingsError(f"{setting} ({address}) cannot be used: {reason}; name another host:port") from None
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
