"""One door for everything that happens: load, step, keep.

Turns that wait are handled together, in one transaction (group commit): while one group is being written the next one
gathers, so a busy bot pays for one fsync where it would pay for fifty. A turn that raises is rolled back alone, tried
again, and after three times set aside; the person is told once. Only when `handle` has returned is anything certain,
so only then may an update be confirmed to the messenger (promise 3).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import structlog
from attrs import field, frozen

from bot import letters
from bot.clock import Clock
from flows import kept
from flows.effects import Card, Effect, Forget, Hush, Kind, Say, Wake
from flows.events import Event, Woke
from flows.machine import step
from flows.pages import Book
from storage.errors import StoreClosed
from storage.store import Decision, Failed, Letter, Outcome, Store, Turn
from storage.store import Wake as KeptWake

TRIES = 3
MOST_AT_ONCE = 64
"""Turns in one transaction."""
log = structlog.get_logger("engine")


@frozen
class _Waiting:
    turn: Turn
    event: Event
    done: asyncio.Future[Outcome] = field(factory=lambda: asyncio.get_running_loop().create_future())


class Engine:
    """Takes events and keeps what follows from them. `run` must be running while `handle` is awaited."""

    def __init__(self, store: Store, book: Book, clock: Clock) -> None:
        self._store = store
        self._book = book
        self._clock = clock
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()
        self._listeners: list[asyncio.Event] = []

    def listen(self) -> asyncio.Event:
        """An event that is set after every commit: there may be letters to send, or another wake-up."""
        self._listeners.append(asyncio.Event())
        return self._listeners[-1]

    def _tell(self) -> None:
        for listener in self._listeners:
            listener.set()

    async def handle(self, person: str, event: Event, key: str, wake: KeptWake | None = None) -> Outcome:
        """Take one turn. Returns when it is on disk (Kept), was handled before (Seen), or was set aside (Failed).

        StoreError: nothing was kept, nothing may be confirmed; the same key may be handed in again.
        """
        waiting = _Waiting(Turn(person, key, wake), event)
        self._queue.put_nowait(waiting)
        return await asyncio.shield(waiting.done)

    async def wake(self, person: str, wake: KeptWake) -> Outcome:
        """Hand in a wake-up that is due: it goes through the same door as a tap.

        Its key is a hash: handled keys outlive a /delete by some days, and a name such as "seen" would tell of a red
        flag.
        """
        named = hashlib.sha256(f"{person}\n{wake.name}\n{wake.at.isoformat()}".encode()).hexdigest()[:32]
        return await self.handle(person, Woke(wake.name, wake.at), f"wake:{named}", wake)

    async def run(self) -> None:
        """Handle what waits, group by group, until cancelled; who still waits then is told that nothing was kept."""
        group: list[_Waiting] = []
        try:
            while True:
                group = [await self._queue.get()]
                while len(group) < MOST_AT_ONCE and not self._queue.empty():
                    group.append(self._queue.get_nowait())
                try:
                    await self._keep(group)
                except Exception as error:
                    for waiting in group:
                        _settle(waiting, error)
        finally:
            while not self._queue.empty():
                group.append(self._queue.get_nowait())
            for waiting in group:
                _settle(waiting, StoreClosed("the engine was stopped; hand the same turn in again"))

    async def _keep(self, group: Sequence[_Waiting]) -> None:
        left = list(group)
        for attempt in range(1, TRIES + 1):
            outcomes = await self._decide(left)
            self._tell()
            failed = []
            for waiting, outcome in zip(left, outcomes, strict=True):
                if isinstance(outcome, Failed):
                    log.error("turn failed", error=type(outcome.error).__name__, attempt=attempt)
                    failed.append((waiting, outcome))
                else:
                    _settle(waiting, outcome)
            left = [waiting for waiting, _ in failed]
            if not left:
                return
        for waiting, outcome in failed:
            await self._set_aside(waiting, outcome)

    async def _decide(self, group: Sequence[_Waiting]) -> list[Outcome]:
        events = {waiting.turn.key: waiting.event for waiting in group}
        now = self._clock.now()

        def decide(turn: Turn, text: str | None) -> Decision:
            return decision(text, events[turn.key], self._book, now)

        return await self._store.keep([waiting.turn for waiting in group], decide, now)

    async def _set_aside(self, waiting: _Waiting, outcome: Failed) -> None:
        """The turn failed three times: its key counts as handled, the person hears it once."""
        sorry = letters.write(Say(Card(self._book.say("sorry")), Kind.NOTE))
        reason = type(outcome.error).__name__
        await self._store.set_aside(waiting.turn, reason, self._clock.now(), (Letter(sorry),))
        self._tell()
        _settle(waiting, outcome)


def _settle(waiting: _Waiting, outcome: Outcome | Exception) -> None:
    if waiting.done.done():
        return
    if isinstance(outcome, Exception):
        waiting.done.set_exception(outcome)
    else:
        waiting.done.set_result(outcome)


def decision(text: str | None, event: Event, book: Book, now: datetime) -> Decision:
    """What shall be kept after an event: pure, so that the store may run it wherever it likes."""
    talk, effects = step(kept.read(text), event, book, now)
    forget = any(isinstance(effect, Forget) for effect in effects)
    wakes, hush = _wakes(effects)
    return Decision(
        conversation=None if forget else kept.write(talk),
        letters=tuple(_letter(effect) for effect in effects if isinstance(effect, Say)),
        wakes=tuple(KeptWake(name, at) for name, at in wakes.items()),
        hush=hush,
        forget=forget,
    )


def _wakes(effects: Sequence[Effect]) -> tuple[Mapping[str, datetime], tuple[str, ...]]:
    """Wake-ups to keep and names to hush: of one name the last word counts."""
    wakes: dict[str, datetime] = {}
    hush: dict[str, None] = {}
    for effect in effects:
        if isinstance(effect, Wake):
            wakes[effect.name] = effect.at
        elif isinstance(effect, Hush):
            wakes.pop(effect.name, None)
            hush[effect.name] = None
    return wakes, tuple(hush)


def _letter(say: Say) -> Letter:
    return Letter(letters.write(say), say.cause, say.kind is Kind.REMINDER, say.expires)


@asynccontextmanager
async def running(store: Store, book: Book, clock: Clock) -> AsyncIterator[Engine]:
    """An engine at work."""
    engine = Engine(store, book, clock)
    task = asyncio.create_task(engine.run())
    try:
        yield engine
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
