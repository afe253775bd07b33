"""Finds who is due and hands their wake-ups to the engine; nothing here grows with the number of people."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock, SetClock
from bot.engine import Engine
from storage.errors import StoreClosed, StoreError
from storage.store import Store

PRUNE_EVERY = timedelta(hours=1)
"""Handled keys and posted letters have their time; this often those are dropped whose time is over."""
AFTER_TROUBLE = 1.0
"""Seconds to wait when the store has trouble (a full disk, say)."""
log = structlog.get_logger("rounds")
SHORTEST_NAP = timedelta(milliseconds=50)


async def wake_due(store: Store, engine: Engine, clock: Clock) -> int:
    """Hand in everybody who is due now; the number of wake-ups."""
    count = 0
    while due := await store.due(clock.now()):
        await asyncio.gather(*(engine.wake(person, wake) for person, wake in due))
        count += len(due)
    return count


async def run(store: Store, engine: Engine, clock: Clock) -> None:
    """Go round until cancelled. StoreRefused: the database turned out to be damaged."""
    kept = engine.listen()
    if isinstance(clock, SetClock):
        clock.listen(kept)
    examining = asyncio.create_task(store.examine())
    examining.add_done_callback(lambda _: kept.set())
    try:
        await _go_round(store, engine, clock, kept, examining)
    finally:
        examining.cancel()
        await asyncio.gather(examining, return_exceptions=True)


async def _go_round(
    store: Store, engine: Engine, clock: Clock, kept: asyncio.Event, examining: asyncio.Task[None]
) -> None:
    pruned: datetime | None = None
    while True:
        kept.clear()
        if examining.done():
            examining.result()
        try:
            if pruned is None or not timedelta() <= clock.now() - pruned < PRUNE_EVERY:
                pruned = clock.now()
                await store.prune(pruned)
            await wake_due(store, engine, clock)
            following = await store.next_wake()
        except StoreClosed:
            raise
        except StoreError as error:
            log.error("wake-ups wait for the store", error=type(error).__name__)
            await asyncio.sleep(AFTER_TROUBLE)
            continue
        nap = clock.nap if following is None else min(clock.nap, max(SHORTEST_NAP, following - clock.now()))
        with suppress(TimeoutError):
            async with asyncio.timeout(nap.total_seconds()):  # wait_for may swallow a cancel before Python 3.12
                await kept.wait()
