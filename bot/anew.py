"""Reminders whose instant was counted under other circumstances are counted anew, in the background.

The instant of a wake-up is a copy; true are zone, wall time and days. Two things can make all copies wrong at once: new
rules of zones come with an update, or the machine's clock turns out to have been wrong and goes back. What moved to a
later instant needs no care: the wake-up fires, is found to be early, and is asked for again. What moved to an earlier
one would come late, and what a wrong clock put years ahead would not come at all. So then, and only then, all wake-ups
are gone through, page by page over their index, with a breath between two pages: answers are not held up, memory does
not grow, and a start waits for nothing. Each reminder is counted anew in a turn of its own, which is quiet and may be
taken twice; so a crash in between costs nothing but the beginning again.

What the last look saw (the release of the rules, and the instant) is noted in the store. It is written at the end of a
round through all pages, and once an hour.
"""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta

import structlog
from attrs import frozen

from bot.clock import Clock
from bot.engine import Engine
from flows import zones
from flows.events import Woke
from storage.errors import StoreClosed, StoreError
from storage.store import Store

MARK = "reminders"
PAGE = 50
"""Wake-ups looked at in one go; their turns share a transaction."""
BREATH = 0.1
"""Seconds between two pages."""
LOOK_EVERY = 60.0
"""Seconds between two looks at the clock."""
NOTE_EVERY = timedelta(hours=1)
STEP_BACK = timedelta(minutes=10)
"""A clock that went back by less is a clock that was set right; nothing kept is worth counting anew for it."""
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
log = structlog.get_logger("reminders")


@frozen
class Seen:
    """What the last look saw."""

    rules: str = ""
    at: datetime = BEGINNING

    def __str__(self) -> str:
        return f"{self.rules} {self.at.isoformat()}"

    @classmethod
    def of(cls, text: str) -> Seen:
        """What was noted; anything else counts as never looked."""
        rules, _, at = text.partition(" ")
        try:
            return cls(rules, datetime.fromisoformat(at).astimezone(UTC))
        except ValueError:
            return cls()

    def is_over(self, rules: str, now: datetime) -> bool:
        """Whether what was counted then may be wrong now."""
        return rules != self.rules or now < self.at - STEP_BACK


async def run(store: Store, engine: Engine, clock: Clock) -> None:
    """Look, and count anew when it is needed, until cancelled."""
    seen: Seen | None = None
    while True:
        try:
            seen = await look(store, engine, clock, seen or Seen.of(await store.mark(MARK)))
        except StoreClosed:
            raise
        except StoreError as error:
            log.error("reminders wait for the store", error=type(error).__name__)
        await asyncio.sleep(LOOK_EVERY)


async def look(store: Store, engine: Engine, clock: Clock, seen: Seen) -> Seen:
    """One look: what is known from now on."""
    now, rules = clock.now(), zones.version()
    over = seen.is_over(rules, now)
    if over:
        log.info("reminders are counted anew", count=await count_anew(store, engine, f"{rules} {now.isoformat()}"))
    if not over and now - Seen.of(await store.mark(MARK)).at < NOTE_EVERY:
        return Seen(rules, now)
    noted = Seen(rules, now)
    await store.set_mark(MARK, str(noted))
    return noted


async def count_anew(store: Store, engine: Engine, why: str) -> int:
    """Go through all wake-ups once; how many reminders were counted anew. `why` keeps the keys of two rounds apart."""
    count, after = 0, (BEGINNING, "")
    while page := await store.coming(after, PAGE):
        people = [person for person, wake in page if wake.name == "reminder"]
        await asyncio.gather(*(engine.handle(person, Woke("anew"), _key(person, why)) for person in people))
        count += len(people)
        after = (page[-1][1].at, page[-1][0])
        await asyncio.sleep(BREATH)
    return count


def _key(person: str, why: str) -> str:
    return f"anew:{hashlib.sha256(f'{person} {why}'.encode()).hexdigest()[:32]}"
