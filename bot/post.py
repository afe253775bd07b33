"""Delivers what was kept: each person's letters in their order, one in flight.

A letter is claimed on disk before it is sent and marked afterwards, so a crash repeats an answer at worst and never a
reminder. Trouble with one person holds that person's letters and nobody else's; what was surely not sent waits and is
tried again, what may have been sent is tried again only if a repeat does no harm, and giving up leaves a reason
behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol, TypeVar

import structlog

from bot import letters
from bot.clock import Clock
from bot.engine import Engine
from flows.effects import Say
from storage.errors import StoreClosed, StoreTrouble
from storage.store import Store, Waiting

LONGEST_NAP = 20.0
"""Seconds after which the post looks for letters by itself."""
BACK_OFF = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds to wait after each try that was surely not sent."""
DOUBTFUL = (5.0, 30.0, 120.0, 120.0)
"""Seconds to wait after each try that may have been sent; after the last the letter is given up."""
AFTER_TROUBLE = 1.0
"""Seconds to wait when the store has trouble (a full disk, say)."""
T = TypeVar("T")
DRAIN_WITHIN = 8.0
"""Seconds."""
AT_ONCE = 24
"""Letters in flight together."""
log = structlog.get_logger("post")


class Unsent(Exception):
    """Surely not sent: it is tried again, after `wait` seconds if the messenger asked for that."""

    def __init__(self, wait: float = 0.0) -> None:
        super().__init__(f"not sent, wait {wait:g} s")
        self.wait = wait


class Doubtful(Exception):
    """It may have been sent, or not."""


class Undeliverable(Exception):
    """It will never arrive; the text is a fixed word that says why."""


class Gone(Undeliverable):
    """Nothing arrives at this person any more, until they come back."""


class Channel(Protocol):
    """What a messenger does: bring one letter to one person."""

    async def deliver(self, person: str, say: Say) -> str:
        """Send it; the messenger's reference of what was sent, or empty. Unsent, Doubtful, Undeliverable: as they
        say."""


async def deliver_waiting(store: Store, channel: Channel, clock: Clock) -> int:
    """Send all that waits, once; how many letters left. For a channel that never fails."""
    count = 0
    while waiting := await store.waiting(clock.now()):
        for letter in waiting:
            if await store.claim(letter.id):
                reference = await channel.deliver(letter.person, letters.read(letter.body))
                await store.sent(letter.id, reference)
            count += 1
    return count


class Post:
    """The post of one messenger. `run` delivers until cancelled; `drain` waits for what is in flight."""

    def __init__(
        self, store: Store, channel: Channel, clock: Clock, gone: Callable[[str, int], Awaitable[object]]
    ) -> None:
        self._store = store
        self._channel = channel
        self._clock = clock
        self._gone = gone
        self._tries: dict[int, int] = {}
        self._held: dict[str, float] = {}
        """Until when (loop time) a person's letters wait."""
        self._flying: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()

    async def run(self, engine: Engine) -> None:
        self._news = engine.listen()
        try:
            while True:
                self._news.clear()
                await self._insist(self._send_waiting)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._nap()):  # wait_for may swallow a cancel before Python 3.12
                        await self._news.wait()
        finally:
            await self.drain()

    async def drain(self) -> None:
        """Wait for the letters in flight, so that a clean end repeats nothing; what is not done in time, the next
        start takes up.
        """
        if not self._flying:
            return
        _, late = await asyncio.wait(self._flying, timeout=DRAIN_WITHIN)
        for task in late:
            task.cancel()

    async def _send_waiting(self) -> None:
        now = asyncio.get_running_loop().time()
        self._held = {person: until for person, until in self._held.items() if until > now}
        for letter in await self._store.waiting(self._clock.now()):
            if letter.person in self._held:
                continue
            if len(self._flying) >= AT_ONCE:
                await asyncio.wait(self._flying, return_when=asyncio.FIRST_COMPLETED)
            task = asyncio.create_task(self._send(letter))
            self._flying.add(task)
            task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        self._news.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a letter was left in flight", error=type(error).__name__)

    def _nap(self) -> float:
        now = asyncio.get_running_loop().time()
        return max(0.01, min([LONGEST_NAP, *(until - now for until in self._held.values())]))

    async def _send(self, letter: Waiting) -> None:
        if not await self._insist(lambda: self._store.claim(letter.id)):
            return
        try:
            say = letters.read(letter.body)
        except ValueError:
            await self._give_up(letter, "unreadable")
            return
        await self._deliver(letter, say)

    async def _deliver(self, letter: Waiting, say: Say) -> None:
        try:
            reference = await self._channel.deliver(letter.person, say)
        except Unsent as unsent:
            await self._again(letter, max(unsent.wait, self._pause(letter, BACK_OFF)))
        except Undeliverable as reason:
            if isinstance(reason, Gone):
                await self._gone(letter.person, letter.id)
            await self._give_up(letter, str(reason))
        except Exception as error:
            await self._doubt(letter, error)
        else:
            self._tries.pop(letter.id, None)
            await self._insist(lambda: self._store.sent(letter.id, reference))

    async def _doubt(self, letter: Waiting, error: Exception) -> None:
        """It may have arrived: a reminder is never sent twice, an answer at most a few times."""
        if not isinstance(error, Doubtful):
            log.error("delivery failed", error=type(error).__name__)
        tried = self._tries.get(letter.id, 0)
        if letter.once or tried >= len(DOUBTFUL):
            await self._give_up(letter, "unknown")
            return
        await self._again(letter, self._pause(letter, DOUBTFUL))

    def _pause(self, letter: Waiting, steps: tuple[float, ...]) -> float:
        tried = self._tries.get(letter.id, 0)
        self._tries[letter.id] = tried + 1
        return steps[min(tried, len(steps) - 1)]

    async def _again(self, letter: Waiting, wait: float) -> None:
        self._held[letter.person] = asyncio.get_running_loop().time() + wait
        await self._insist(lambda: self._store.back(letter.id))

    async def _give_up(self, letter: Waiting, reason: str) -> None:
        self._tries.pop(letter.id, None)
        log.warning("a letter was given up", reason=reason)
        await self._insist(lambda: self._store.bury(letter.id, reason))

    async def _insist(self, write: Callable[[], Awaitable[T]]) -> T:
        """Ask the store until it answers: what became of a letter is known, and must not be lost to a full disk."""
        while True:
            try:
                return await write()
            except StoreClosed:
                raise
            except StoreTrouble as error:
                log.error("the post waits for the store", error=type(error).__name__)
                await asyncio.sleep(AFTER_TROUBLE)
