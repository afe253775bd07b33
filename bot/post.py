"""Delivers what was kept: each person's letters in their order, one in flight.

A letter is claimed on disk before it is sent and marked afterwards, so a crash repeats an answer at worst and never a
reminder.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Protocol

import structlog

from bot import letters
from bot.clock import Clock
from bot.engine import Engine
from flows.effects import Say
from storage.store import Store, Waiting

LONGEST_NAP = 20.0
"""Seconds after which the post looks for letters by itself."""
PAUSE_AFTER_TROUBLE = 1.0
log = structlog.get_logger("post")


class Unsent(Exception):
    """Surely not sent: it may be tried again."""


class Undeliverable(Exception):
    """It will never arrive; the text is a fixed word that says why."""


class Channel(Protocol):
    """What a messenger does: bring one letter to one person."""

    async def deliver(self, person: str, say: Say) -> str:
        """Send it; the messenger's reference of what was sent, or empty. Unsent, Undeliverable: it was not."""


async def deliver_waiting(store: Store, channel: Channel, clock: Clock) -> int:
    """Send all that waits; how many letters left. Stops where one could not be sent."""
    count = 0
    while waiting := await store.waiting(clock.now()):
        results = await asyncio.gather(*(_deliver(store, channel, letter) for letter in waiting))
        count += sum(results)
        if not all(results):
            break
    return count


async def _deliver(store: Store, channel: Channel, letter: Waiting) -> bool:
    if not await store.claim(letter.id):
        return True
    try:
        reference = await channel.deliver(letter.person, letters.read(letter.body))
    except Unsent:
        await store.back(letter.id)
        return False
    except Undeliverable as reason:
        await store.bury(letter.id, str(reason))
        return True
    except ValueError:
        log.error("a letter could not be read", letter=letter.id)
        await store.bury(letter.id, "unreadable")
        return True
    await store.sent(letter.id, reference)
    return True


async def run(store: Store, engine: Engine, channel: Channel, clock: Clock) -> None:
    """Deliver until cancelled."""
    kept = engine.listen()
    while True:
        kept.clear()
        await deliver_waiting(store, channel, clock)
        with suppress(TimeoutError):
            await asyncio.wait_for(kept.wait(), LONGEST_NAP)
