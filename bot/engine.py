"""One door for everything that happens: load, step, keep.

Turns that wait are handled together, in one transaction (group commit): while one group is being written the next one
gathers, so a busy bot pays for one fsync where it would pay for fifty. A turn that raises is rolled back alone, tried
again, and after three times set aside; the person is told once, and what that person did next waits until then. Only
when `handle` has returned is anything certain, so only then may an update be confirmed to the messenger (promise 3).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from attrs import evolve, field, frozen

from bot import letters, tallying
from bot.clock import Clock
from bot.lots import lot
from flows import kept
from flows.effects import Card, Count, Effect, Forget, Hush, Kind, Overlook, Say, Wake
from flows.events import Blocked, Event, Woke
from flows.machine import step
from flows.pages import Book
from storage.errors import SealBroken, StoreClosed
from storage.store import Behind, Decision, Failed, Letter, Outcome, Seen, Store, Turn
from storage.store import Wake as KeptWake

TRIES = 3
MOST_AT_ONCE = 64
"""Turns in one transaction."""
WAKES_AT_ONCE = 16
"""Of them wake-ups: whoever taps while a city is being reminded waits for a short transaction, not for a long one."""
ANSWERS_LAST = timedelta(hours=24)
"""An answer that could not be sent for so long is stale; a warning never is."""
OVERTAKEN_BY_BEING_HERE = ("reminder",)
"""Letters that need not be sent any more when the person has come by themselves."""
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
        self._taps: deque[_Waiting] = deque()
        self._wakes: deque[_Waiting] = deque()
        self._handed_in = asyncio.Event()
        self._listeners: list[tuple[asyncio.Event, dict[str, None] | None]] = []

    def listen(self, people: dict[str, None] | None = None) -> asyncio.Event:
        """An event that is set after every commit: there may be letters to send, or another wake-up. Whose turns were
        kept is noted in `people`; the listener takes them out again.
        """
        self._listeners.append((asyncio.Event(), people))
        return self._listeners[-1][0]

    def _tell(self, group: Sequence[_Waiting]) -> None:
        for listener, people in self._listeners:
            if people is not None:
                people.update((waiting.turn.person, None) for waiting in group)
            listener.set()

    async def handle(self, person: str, event: Event, key: str, wake: KeptWake | None = None) -> Outcome:
        """Take one turn. Returns when it is on disk (Kept), was handled before (Seen), or was set aside (Failed).

        StoreError: nothing was kept, nothing may be confirmed; the same key may be handed in again.
        """
        waiting = _Waiting(Turn(person, key, wake), event)
        (self._taps if wake is None else self._wakes).append(waiting)
        self._handed_in.set()
        return await asyncio.shield(waiting.done)

    async def wake(self, person: str, wake: KeptWake) -> Outcome:
        """Hand in a wake-up that is due: it goes through the same door as a tap.

        Its key is drawn at random. That it counts once is the store's doing, which takes the wake-up away in the same
        turn; a key made of name and instant would be refused when the same instant is asked for a second time (the
        clock went back, or the first came early), and that wake-up would be lost.
        """
        return await self.handle(person, Woke(wake.name, wake.at), f"wake:{uuid4().hex}", wake)

    async def run(self) -> None:
        """Handle what waits, group by group, until cancelled; who still waits then is told that nothing was kept."""
        group: list[_Waiting] = []
        try:
            while True:
                group = await self._next_group()
                try:
                    await self._keep(group)
                except Exception as error:
                    for waiting in group:
                        _settle(waiting, error)
        finally:
            for waiting in (*group, *self._taps, *self._wakes):
                _settle(waiting, StoreClosed("the engine was stopped; hand the same turn in again"))

    async def _next_group(self) -> list[_Waiting]:
        while not self._taps and not self._wakes:
            self._handed_in.clear()
            await self._handed_in.wait()
        wakes = [self._wakes.popleft() for _ in range(min(WAKES_AT_ONCE, len(self._wakes)))]
        return [self._taps.popleft() for _ in range(min(MOST_AT_ONCE - len(wakes), len(self._taps)))] + wakes

    def _due(self, group: Sequence[_Waiting]) -> list[_Waiting]:
        """Without wake-ups that are to come: the clock went back since they were found due. They go on standing."""
        now = self._clock.now()
        early = [waiting for waiting in group if waiting.turn.wake is not None and waiting.turn.wake.at > now]
        for waiting in early:
            _settle(waiting, Seen())
        return [waiting for waiting in group if waiting not in early]

    async def _keep(self, group: Sequence[_Waiting]) -> None:
        left = self._due(group)
        failures: dict[str, int] = {}
        while left:
            again: list[_Waiting] = []
            outcomes = await self._decide(left)
            self._tell(left)
            for waiting, outcome in zip(left, outcomes, strict=True):
                if not isinstance(outcome, Failed | Behind):
                    _settle(waiting, outcome)
                elif isinstance(outcome, Behind) or await self._failed(waiting, outcome, failures):
                    again.append(waiting)
            left = again

    async def _failed(self, waiting: _Waiting, outcome: Failed, failures: dict[str, int]) -> bool:
        """Count it; whether the turn is to be tried again. Else it is set aside."""
        key = waiting.turn.key
        failures[key] = failures.get(key, 0) + 1
        log.error("turn failed", error=type(outcome.error).__name__, attempt=failures[key])
        if failures[key] < TRIES:
            return True
        await self._set_aside(waiting, outcome)
        _settle(waiting, outcome)
        return False

    async def _decide(self, group: Sequence[_Waiting]) -> list[Outcome]:
        events = {waiting.turn.key: waiting.event for waiting in group}
        now = self._clock.now()

        def decide(turn: Turn, text: str | None) -> Decision:
            return decision(text, events[turn.key], self._book, now, lot(turn.person))

        return await self._store.keep([waiting.turn for waiting in group], decide, now)

    async def _set_aside(self, waiting: _Waiting, outcome: Failed) -> None:
        """The turn failed three times: its key counts as handled, the person hears it once."""
        words = "sorry"
        person, now = waiting.turn.person, self._clock.now()
        if isinstance(outcome.error, SealBroken) and await self._store.lay_aside(person, now):
            log.error("a conversation does not open; it was laid aside, and the person begins anew")
            words = "unreadable"
        sorry = letters.write(Say(Card(self._book.say(words)), Kind.NOTE))
        reason = type(outcome.error).__name__
        await self._store.set_aside(waiting.turn, reason, now, (Letter(sorry),))
        self._tell([waiting])


def _settle(waiting: _Waiting, outcome: Outcome | Exception) -> None:
    if waiting.done.done():
        return
    if isinstance(outcome, Exception):
        waiting.done.set_exception(outcome)
    else:
        waiting.done.set_result(outcome)


def decision(text: str | None, event: Event, book: Book, now: datetime, share: int = 0) -> Decision:
    """What shall be kept after an event: pure, so that the store may run it wherever it likes."""
    talk, effects = step(evolve(kept.read(text), lot=share), event, book, now)
    forget = any(isinstance(effect, Forget) for effect in effects)
    overlook = Overlook() in effects
    wakes, hush = _wakes(effects)
    return Decision(
        conversation=None if forget or overlook else kept.write(talk),
        letters=tuple(_letter(effect, now) for effect in effects if isinstance(effect, Say)),
        wakes=tuple(KeptWake(name, at) for name, at in wakes.items()),
        hush=hush,
        forget=forget,
        counts=tuple(tallying.line(effect, book) for effect in effects if isinstance(effect, Count)),
        recall=() if isinstance(event, Woke) else OVERTAKEN_BY_BEING_HERE,
        cancel=isinstance(event, Blocked),
        traceless=overlook,
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


def _letter(say: Say, now: datetime) -> Letter:
    lasts = None if say.kind is Kind.ALERT else now + ANSWERS_LAST
    panel = say.kind is Kind.CARD and say.replaces
    return Letter(letters.write(say), say.cause, say.kind is Kind.REMINDER, say.expires or lasts, panel)


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
