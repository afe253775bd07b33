"""Keeps the health report up to date while the bot runs, and shows it to whoever may ask."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from bot import health
from bot.clock import Clock
from bot.figures import Figures
from bot.health import Check, Health, Report
from bot.pacing import Pace
from bot.settings import Settings
from storage.errors import StoreError
from storage.store import Store

OVERDUE_AFTER = 120.0
"""Seconds. The clock looks at least three times a minute, so nobody waits longer while all is well."""
COUNTED_AT_MOST = 1000
FORECAST = timedelta(hours=1)
FORECAST_EVERY = timedelta(minutes=1)
FORECAST_AT_MOST = 200_000
"""More than can be sent within two hours, after which a reminder is not sent any more."""
LATEST = timedelta(hours=2)
"""A reminder that is later than this is dropped."""
log = structlog.get_logger("health")


class Backlog:
    """What waits: letters that have not left, wake-ups whose time has come and that nobody has handed in yet."""

    def __init__(self, store: Store, clock: Clock, figures: Figures) -> None:
        self._store = store
        self._clock = clock
        self._numbers = {"answers_waiting": 0.0, "reminders_waiting": 0.0, "wakes_overdue": 0.0, "overdue_seconds": 0.0}
        self._numbers["coming_up"] = 0.0
        self._counted: datetime | None = None
        most = f"({COUNTED_AT_MOST} at most)"
        for name, help in (
            ("answers_waiting", f"Answers that have not left yet {most}"),
            ("reminders_waiting", f"Reminders that have not left yet {most}"),
            ("wakes_overdue", f"Wake-ups whose time has come {most}"),
            ("overdue_seconds", "For how long the longest of them has been due"),
            ("coming_up", f"Wake-ups that come due within the hour ({FORECAST_AT_MOST} at most)"),
        ):
            figures.gauge(name, help, partial(self._numbers.__getitem__, name))

    async def look(self) -> None:
        """Ask the store anew. StoreError: it does not answer."""
        now = self._clock.now()
        due = await self._store.due(now, COUNTED_AT_MOST)
        late = [(now - wake.at).total_seconds() for _, wake in due[:1]]
        self._numbers.update(
            wakes_overdue=len(due),
            overdue_seconds=max([0.0, *late]),
            answers_waiting=len(await self._store.lane(False, 0, COUNTED_AT_MOST)),
            reminders_waiting=len(await self._store.lane(True, 0, COUNTED_AT_MOST)),
        )
        if self._counted is None or not timedelta() <= now - self._counted < FORECAST_EVERY:
            self._counted = now
            self._numbers["coming_up"] = await self._store.coming_up(now, now + FORECAST, FORECAST_AT_MOST)

    def forecast(self) -> Check:
        """Whether all that comes due within the hour can be sent while it is still of use, if all of it is
        reminders."""
        number = self._numbers["coming_up"]
        needs = timedelta(seconds=number / Pace().reminders_a_second)
        minutes = needs.total_seconds() / 60
        words = f"{number:.0f} come due within the hour; they leave in {minutes:.0f} min or less"
        return Check("forecast", needs <= LATEST + FORECAST, words)

    def check(self) -> Check:
        """For the health report."""
        number, late = self._numbers["wakes_overdue"], self._numbers["overdue_seconds"]
        if not number:
            return Check("wake-ups", True, "none is overdue")
        return Check("wake-ups", late <= OVERDUE_AFTER, f"{number:.0f} due, the longest for {late:.0f} s")


@asynccontextmanager
async def shown(settings: Settings, report: Health) -> AsyncIterator[None]:
    """The pages of `bot/metrics.py`, where the settings ask for them."""
    async with AsyncExitStack() as stack:
        if settings.metrics_listen:
            from bot.listening import listening
            from bot.metrics import application

            await stack.enter_async_context(
                listening(application(report), settings.metrics_listen, "UNKINK_METRICS_LISTEN")
            )
        yield


async def watch(
    folder: Path,
    report: Health,
    look: Callable[[], Awaitable[None]],
    nap: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Look, write the report and tell the supervisor, every few seconds until cancelled; then the report goes."""
    writing: asyncio.Future[None] | None = None
    try:
        while True:
            with suppress(StoreError):  # how the store is, the report says by itself
                await look()
            writing = asyncio.ensure_future(asyncio.to_thread(_write, folder, report.report()))
            await asyncio.shield(writing)
            tell_supervisor(os.environ.get("NOTIFY_SOCKET", ""))
            await nap(health.WRITE_EVERY)
    finally:
        if writing is not None:  # what is still being written would come after its removal
            await asyncio.wait([writing])
        with suppress(OSError):
            health.remove(folder)


def _write(folder: Path, report: Report) -> None:
    try:
        health.write(folder, report)
    except OSError as error:
        log.error("the health report cannot be written", error=type(error).__name__)


def tell_supervisor(address: str) -> None:
    """systemd, if it asked to be told (WatchdogSec=): the loop of this process still turns. See sd_notify(3)."""
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        sender.connect("\0" + address[1:] if address.startswith("@") else address)
        sender.send(b"WATCHDOG=1")
