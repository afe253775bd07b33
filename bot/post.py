"""Delivers what was kept: each person's letters in their order, one in flight.

A letter is claimed on disk before it is sent and marked afterwards, so a crash repeats an answer at worst and never a
reminder. Trouble with one person holds that person's letters and nobody else's; what was surely not sent waits and is
tried again, what may have been sent is tried again only if a repeat does no harm, and giving up leaves a reason
behind.

There are two lanes. Answers: the engine names the people for whom something was kept, and each of them is served as
soon as there is a place, whatever else waits. Reminders: one after the other through a bucket, and only in places that
are theirs, so that a hundred thousand of them never stand before an answer. Nobody's letters are held in memory: at
the start, and now and then, both lanes are looked through page by page.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Protocol, TypeVar

import structlog

from bot import letters
from bot.clock import Clock
from bot.engine import Engine
from bot.pacing import Pace, Pacing
from flows.effects import Say
from storage.errors import StoreClosed, StoreTrouble
from storage.store import Store, Waiting

LONGEST_NAP = 20.0
"""Seconds after which the post looks for letters by itself."""
SHORTEST_LOOK = 0.1
"""Seconds between two looks through the reminders."""
LEFT_OVER_NAP = 1.0
"""Seconds until reminders that had to be passed over are looked at again."""
BACK_OFF = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds to wait after each try that was surely not sent."""
DOUBTFUL = (5.0, 30.0, 120.0, 120.0, 600.0, 1800.0, 3600.0)
"""Seconds to wait after each try that may have been sent; after the last the letter is given up. An outage of an hour,
which answers with errors as well, costs nobody an answer."""
AFTER_TROUBLE = 1.0
"""Seconds to wait when the store has trouble (a full disk, say)."""
DRAIN_WITHIN = 8.0
"""Seconds."""
ANSWERS_AT_ONCE = 40
REMINDERS_AT_ONCE = 8
"""Letters in flight together; the transport has more connections than both."""
FRESH_AT_ONCE = 3
FRESH_FOR = 0.08
"""So many answers fly together that left within so many seconds: 37 a second or more, as much as Telegram takes, and no
more on the wire than that needs, because a process that is killed repeats what was. A flight that takes longer stands
aside and keeps nobody waiting."""
FEW_READY = 200
"""With fewer people than this to serve, the next page of the answers is looked for."""
REFUSALS = 3
"""So often in a row, and over `REFUSED_FOR` seconds, our token must be refused before that is believed."""
REFUSED_FOR = 60.0
T = TypeVar("T")
log = structlog.get_logger("post")


class Unsent(Exception):
    """Surely not sent: it is tried again."""


class Limited(Unsent):
    """Surely not sent: the messenger asks to wait so many seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"not sent, wait {wait:g} s")
        self.wait = wait


class Unknown(Unsent):
    """Surely not sent: the messenger does not know us (a wrong token, or a proxy that says so)."""


class Doubtful(Exception):
    """It may have been sent, or not."""


class Undeliverable(Exception):
    """It will never arrive; the text is a fixed word that says why."""


class Gone(Undeliverable):
    """Nothing arrives at this person any more, until they come back."""


class Barred(Exception):
    """The messenger does not know us, and goes on saying so: nothing can be sent."""


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
    """The post of one messenger. `run` delivers until cancelled, and then waits for what is in flight."""

    def __init__(
        self,
        store: Store,
        channel: Channel,
        clock: Clock,
        gone: Callable[[str, int], Awaitable[object]],
        pace: Pace = Pace(),  # noqa: B008, it is a value
    ) -> None:
        self._store = store
        self._channel = channel
        self._clock = clock
        self._gone = gone
        self._pacing = Pacing(pace)
        self._ready: dict[str, None] = {}
        """People who may have an answer waiting, in the order in which they came."""
        self._later: list[tuple[float, str]] = []
        """A heap: when (loop time) to look at a person again, who is in `_asleep` until then."""
        self._asleep: set[str] = set()
        self._flying: dict[str, asyncio.Task[None]] = {}
        self._reminding = asyncio.Semaphore(REMINDERS_AT_ONCE)
        self._answering = self._fresh = 0
        self._passed_over = False
        """A reminder could not leave although the gates were open: its person was busy or held."""
        self._tries: dict[str, tuple[int, int, int]] = {}
        """Of a person the letter that is being tried, how often it was surely not sent, and how often in doubt."""
        self._looked = 0
        """The number of the last answer that was looked at, -1 when all were."""
        self._refused: list[float] = []
        self._news = asyncio.Event()
        self._reminder_news = asyncio.Event()

    async def run(self, engine: Engine) -> None:
        """Barred: the messenger refuses us for good."""
        self._news, self._reminder_news = engine.listen(self._ready), engine.listen()
        lanes = [asyncio.create_task(self._answer()), asyncio.create_task(self._remind())]
        try:
            await asyncio.wait(lanes, return_when=asyncio.FIRST_COMPLETED)
            for lane in lanes:
                if lane.done():
                    lane.result()
        finally:
            for lane in lanes:
                lane.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)
            await self.drain()

    async def drain(self) -> None:
        """Wait for the letters in flight, so that a clean end repeats nothing; what is not done in time, the next
        start takes up.
        """
        if not self._flying:
            return
        _, late = await asyncio.wait(self._flying.values(), timeout=DRAIN_WITHIN)
        for task in late:
            task.cancel()

    # Answers

    async def _answer(self) -> None:
        looked = -LONGEST_NAP
        while True:
            self._news.clear()
            now = _now()
            if now - looked >= LONGEST_NAP:
                looked, self._looked = now, max(0, self._looked)
            if self._looked >= 0 and len(self._ready) < FEW_READY:
                await self._look_for_answers()
            self._wake_the_sleeping(now)
            self._serve_the_ready(now)
            self._check_refusals(now)
            if self._looked < 0 or len(self._ready) >= FEW_READY:
                await _news_or(self._news, min([LONGEST_NAP, *(at - _now() for at, _ in self._later[:1])]))

    async def _look_for_answers(self) -> None:
        """One more page of what waits since before the start, or was overlooked."""
        page = await self._insist(lambda: self._store.lane(False, self._looked))
        self._looked = page[-1][0] if page else -1
        self._ready.update((person, None) for _, person in page if person not in self._asleep)

    def _wake_the_sleeping(self, now: float) -> None:
        while self._later and self._later[0][0] <= now:
            _, person = heapq.heappop(self._later)
            self._asleep.discard(person)
            self._ready[person] = None

    def _serve_the_ready(self, now: float) -> None:
        for person in list(self._ready):
            if self._answering >= ANSWERS_AT_ONCE or self._fresh >= FRESH_AT_ONCE:
                return
            if person in self._flying:
                continue  # when that one has landed, it is looked at again
            del self._ready[person]
            if (opens := self._pacing.opens(person)) <= now:
                self._fly_answer(person)
            elif person not in self._asleep:
                self._asleep.add(person)
                heapq.heappush(self._later, (opens, person))

    def _fly_answer(self, person: str) -> None:
        self._answering += 1
        self._fresh += 1
        ageing = asyncio.get_running_loop().call_later(FRESH_FOR, self._aged)

        def landed(_: asyncio.Task[None]) -> None:
            self._answering -= 1
            if not ageing.cancelled() and ageing.when() > _now():
                ageing.cancel()
                self._fresh -= 1

        self._fly(person, self._send_answer(person)).add_done_callback(landed)

    def _aged(self) -> None:
        self._fresh -= 1
        self._news.set()

    async def _send_answer(self, person: str) -> None:
        letter = await self._insist(lambda: self._store.take(person, self._clock.now(), once=False))
        if letter is None:
            return
        if self._pacing.opens(person) > _now():  # a gate closed while it was claimed
            await self._insist(lambda: self._store.back(letter.id))
        else:
            self._pacing.spend(person, _now(), reminder=False)
            await self._deliver(letter)
        self._ready[person] = None

    # Reminders

    async def _remind(self) -> None:
        while True:
            self._reminder_news.clear()
            after, self._passed_over = 0, False
            while page := await self._insist(partial(self._store.lane, True, after)):
                for _, person in page:
                    await self._remind_one(person)
                after = page[-1][0]
            await asyncio.sleep(SHORTEST_LOOK)
            await _news_or(self._reminder_news, LEFT_OVER_NAP if self._passed_over else LONGEST_NAP)

    async def _remind_one(self, person: str) -> None:
        """Claim it when the gates are open, and let it fly at once: what was claimed is not kept waiting."""
        await self._reminding.acquire()
        if (wait := self._pacing.reminders_open() - _now()) > 0:
            self._reminding.release()
            await asyncio.sleep(wait)
            await self._remind_one(person)  # a gate may have closed meanwhile
            return
        if person in self._flying or self._pacing.opens(person) > _now():
            self._reminding.release()
            self._passed_over = True
            return
        taken = asyncio.Event()
        self._fly(person, self._send_reminder(person, taken)).add_done_callback(lambda _: self._reminding.release())
        await taken.wait()  # the bucket is spent by then, so that the next one waits its turn

    async def _send_reminder(self, person: str, taken: asyncio.Event) -> None:
        try:
            letter = await self._insist(lambda: self._store.take(person, self._clock.now(), once=True))
            closed = max(self._pacing.reminders_open(), self._pacing.opens(person)) > _now()
            if letter is not None and not closed:
                self._pacing.spend(person, _now(), reminder=True)
        finally:
            taken.set()
        if letter is not None and closed:  # a gate closed while it was claimed
            self._passed_over = True
            await self._insist(lambda: self._store.back(letter.id))
        elif letter is not None:
            await self._deliver(letter)
        self._ready[person] = None  # an answer may have come meanwhile, and found the reminder on the wire

    # One letter

    def _fly(self, person: str, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._flying[person] = task
        task.add_done_callback(lambda task: self._landed(person, task))
        return task

    def _landed(self, person: str, task: asyncio.Task[None]) -> None:
        del self._flying[person]
        self._news.set()
        if self._passed_over:
            self._reminder_news.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a letter was left in flight", error=type(error).__name__)

    async def _deliver(self, letter: Waiting) -> None:
        try:
            say = letters.read(letter.body)
        except ValueError:
            await self._give_up(letter, "unreadable")
            return
        try:
            reference = await self._channel.deliver(letter.person, say)
        except Unsent as unsent:
            await self._unsent(letter, unsent)
        except Undeliverable as reason:
            self._refused.clear()  # it knows us, or it would not say that
            if isinstance(reason, Gone):
                await self._gone(letter.person, letter.id)
            await self._give_up(letter, str(reason))
        except Exception as error:
            await self._doubt(letter, error)
        else:
            self._refused.clear()
            self._tries.pop(letter.person, None)
            await self._insist(lambda: self._store.sent(letter.id, reference))

    async def _unsent(self, letter: Waiting, unsent: Unsent) -> None:
        if isinstance(unsent, Limited):
            self._refused.clear()
            self._pacing.limit(letter.person, _now(), unsent.wait)
        else:
            self._pacing.hold(letter.person, _now(), BACK_OFF[min(self._tried(letter)[0], len(BACK_OFF)) - 1])
        if isinstance(unsent, Unknown):
            self._refused.append(_now())
        self._passed_over |= letter.once
        await self._insist(lambda: self._store.back(letter.id))

    async def _doubt(self, letter: Waiting, error: Exception) -> None:
        """It may have arrived: a reminder is never sent twice, an answer at most a few times."""
        if not isinstance(error, Doubtful):
            log.error("delivery failed", error=type(error).__name__)
        _, tried = self._tried(letter, doubtful=True)
        if letter.once or tried > len(DOUBTFUL):
            await self._give_up(letter, "unknown")
            return
        self._pacing.hold(letter.person, _now(), DOUBTFUL[tried - 1])
        await self._insist(lambda: self._store.back(letter.id))

    def _tried(self, letter: Waiting, *, doubtful: bool = False) -> tuple[int, int]:
        """How often this letter was surely not sent, and how often in doubt, this time included. Counted apart: an
        hour without a network is no reason to give up at the first doubt."""
        last, unsent, doubts = self._tries.get(letter.person, (letter.id, 0, 0))
        if last != letter.id:
            unsent = doubts = 0
        unsent, doubts = (unsent, doubts + 1) if doubtful else (unsent + 1, doubts)
        self._tries[letter.person] = (letter.id, unsent, doubts)
        return unsent, doubts

    async def _give_up(self, letter: Waiting, reason: str) -> None:
        self._tries.pop(letter.person, None)
        log.warning("a letter was given up", reason=reason)
        await self._insist(lambda: self._store.bury(letter.id, reason))

    def _check_refusals(self, now: float) -> None:
        """Barred, if the messenger refused us for long; a proxy in bad shape may say the same for a while."""
        if len(self._refused) >= REFUSALS and now - self._refused[0] >= REFUSED_FOR:
            raise Barred("the messenger refuses us")

    async def _insist(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask the store until it answers: what became of a letter is known, and must not be lost to a full disk."""
        while True:
            try:
                return await ask()
            except StoreClosed:
                raise
            except StoreTrouble as error:
                log.error("the post waits for the store", error=type(error).__name__)
                await asyncio.sleep(AFTER_TROUBLE)


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _news_or(news: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(max(0.01, seconds)):  # wait_for may swallow a cancel before Python 3.12
            await news.wait()
