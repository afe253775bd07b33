"""Counts a hold on its card, tick by tick.

A tick is no letter: nobody waits for it, it is not kept, and when it cannot be sent it is left out. What must hold is
that it never gets in the way: whoever delivers a letter to the person stops the count first and waits for the tick that
is on the wire, so that no tick overwrites a newer card. When Telegram asks to wait, all counts rest for so long, and
the card that stands there says that the person may tap when they are done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from telegram.error import TelegramError

from bot.channels.telegram.outcome import outcome
from flows.effects import Card, Tick

APART = 1.0
"""Seconds between two changes of one message, at least."""
A_SECOND = 10.0
"""Ticks in one second, for all people together; what is above that is left out, the last tick of a count never."""
STOPS_WITHIN = 2.0
log = structlog.get_logger("telegram")

Show = Callable[[Card], Awaitable[object]]


class Ticker:
    """The counts that are going on, at most one for a person."""

    def __init__(self) -> None:
        self._going: dict[str, tuple[asyncio.Task[None], asyncio.Event]] = {}
        self._rests_until = 0.0
        self._next = 0.0

    def begin(self, person: str, card: Card, show: Show) -> None:
        """Count on a card that was shown just now."""
        stop = asyncio.Event()
        task = asyncio.create_task(self._count(card, show, stop))
        self._going[person] = (task, stop)
        task.add_done_callback(lambda done: self._over(person, done))

    async def stop(self, person: str) -> None:
        """End the person's count; when this returns, nothing of it is on the wire."""
        if person not in self._going:
            return
        task, stop = self._going.pop(person)
        stop.set()
        await asyncio.wait([task], timeout=STOPS_WITHIN)
        task.cancel()

    async def close(self) -> None:
        """End all counts."""
        await asyncio.gather(*(self.stop(person) for person in tuple(self._going)))

    def _over(self, person: str, task: asyncio.Task[None]) -> None:
        if self._going.get(person, (None,))[0] is task:
            del self._going[person]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a count broke off", error=type(error).__name__)

    async def _count(self, card: Card, show: Show, stop: asyncio.Event) -> None:
        begun = last = _now()
        for tick in card.ticks[1:]:
            if await _stopped(stop, begun + tick.after - _now()):
                return
            final = tick is card.ticks[-1]
            if final and await _stopped(stop, last + APART - _now()):
                return
            if _now() - last < APART - 0.05 or not self._may_tick(tick, card):
                continue
            last = _now()
            try:
                await show(card.at(tick.after))
            except TelegramError as error:
                self._rests_until = max(self._rests_until, _now() + outcome(error).wait)

    def _may_tick(self, tick: Tick, card: Card) -> bool:
        now = _now()
        if now < self._rests_until:
            return False
        if tick is not card.ticks[-1] and self._next > now + 1.0:
            return False
        self._next = max(self._next, now) + 1 / A_SECOND
        return True


async def _stopped(stop: asyncio.Event, seconds: float) -> bool:
    """Wait so long; whether the count was stopped meanwhile."""
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            await stop.wait()
    except TimeoutError:
        return stop.is_set()
    return True


def _now() -> float:
    return asyncio.get_running_loop().time()
