"""A world in one process: Telegram, a few people, and the bot between them, which dies and is started again."""

from __future__ import annotations

import asyncio
import hashlib
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import aiohttp
from attrs import define, field, frozen

from bot.playground.api import Api
from bot.playground.clock import Clock
from bot.playground.ledger import Entry, Kind
from bot.playground.people import Person
from bot.playground.queue import Update
from bot.playground.webhook import Target
from flows import book
from storage import ledger
from storage.seal import Seal
from storage.store import Decision, Turn
from storage.veil import Veil
from tests.bot.talks import KEY, home, ringing
from tests.simulation.keeping import Disk, Hops, Row, SimulatedStore, as_it_lies, begin, veil_of
from tests.simulation.loop import VirtualLoop
from tests.simulation.network import PUSHED_TO, Network, Sent, Skies, Take
from tests.simulation.points import Life
from tests.simulation.process import BEGINS, TOKEN, Process, SteppedClock, folder_of

SEAL = Seal([KEY])
BEFORE = {"home": home, "ringing": ringing}


class Fates(Skies, Disk, Protocol):
    """Everything that a world leaves to chance, or to a plan."""

    def deadly(self, point: str) -> bool:
        """Whether the process dies at this point."""

    def down_for(self) -> float:
        """Seconds until it is started again."""


@frozen
class Noted:
    """A line of what the file was told, with the second of the simulation, the machine's clock, and whose life."""

    row: Row
    at: float
    clock: datetime
    life: int


@define
class Story:
    """All that happened, for the checker."""

    rows: list[Noted] = field(factory=list)
    calls: list[Sent] = field(factory=list)
    updates: dict[int, dict[str, Any]] = field(factory=dict)
    """All that Telegram had for the bot, by id."""
    expired: set[int] = field(factory=set)
    before: dict[str, Decision] = field(factory=dict)
    """What was kept of people when it began, by the key of that turn."""
    deaths: list[tuple[float, str]] = field(factory=list)
    wrong: list[str] = field(factory=list)
    """What must not be, found on the way."""
    kept: dict[str, str | None] = field(factory=dict)
    """The conversations at the end."""
    wakes: set[tuple[str, str, int]] = field(factory=set)
    left: list[int] = field(factory=list)
    """Letters whose fate is not known at the end."""
    api: Api | None = None
    veil: Veil | None = None

    def hash(self) -> str:
        """The same for the same story."""
        told = [(n.row, n.at, n.clock, n.life) for n in self.rows]
        sealed = [repr((attr(row), at, str(clock), life)) for row, at, clock, life in told]
        calls = [repr(call) for call in self.calls]
        whole = "\n".join([*sealed, *calls, repr(sorted(self.kept.items())), repr(self.deaths), *self.wrong])
        return hashlib.sha256(whole.encode()).hexdigest()


def attr(row: Row) -> tuple[object, ...]:
    """A line without what is sealed: seals are never the same twice."""
    return row.n, row.what, row.at, row.person, row.id, row.cause, row.once, row.panel, row.expires


class World:
    """One simulation. `run` plays it to the end."""

    def __init__(self, seed: int, place: Path, fates: Fates, *, polls: bool) -> None:
        self.dice = random.Random(f"world {seed}")
        self.story = Story()
        self.fates = fates
        self.polls = polls
        self.clock = SteppedClock()
        self._place = place
        self._book = book.load()
        self._last = 0
        self._keys: set[str] = set()
        self._over = False
        self._store: SimulatedStore | None = None
        self.life: Life | None = None
        self.process: Process | None = None
        loop = asyncio.get_running_loop()
        clock = Clock(lambda: BEGINS.timestamp() + loop.time())
        self.api = Api(TOKEN, clock=clock, strict=True, chance=random.Random(f"files {seed}"))
        self.api.ledger.listen(self._entered)
        self.story.api = self.api
        self.network = Network(self.api, fates)
        self.network.letter_of = self._letter_of
        self.network.on_poll = self._check_confirmed
        self.story.calls = self.network.calls

    def person(self, where: str) -> Person:
        """Somebody whose conversation stands at a known place: new, home, ringing."""
        person = self.api.people.add(f"P{len(self.api.people.people)}")
        if where in BEFORE:
            name = f"telegram:{person.id}"
            self.api.people.chats[person.id].met = True
            self.story.before[f"put {name}"] = BEFORE[where]()
        return person

    async def begin(self) -> None:
        """The bot comes to life, and again after each death."""
        if not self.polls:
            with self.wired():
                await self.api.webhook.set(Target(PUSHED_TO))
        folder = folder_of(self._place, 0)
        folder.mkdir()
        self._put(folder)
        self._lives = asyncio.create_task(self._live(folder))

    async def end(self) -> None:
        """The bot ends in order, and what it kept is looked at."""
        self._over = True
        if self.process is not None:
            self.process.stop.set()
        await self._lives
        await self.api.close()
        loop = asyncio.get_running_loop()
        if isinstance(loop, VirtualLoop):
            self.story.wrong += loop.complaints

    @contextmanager
    def wired(self) -> Iterator[None]:
        """In here the network is ours."""
        session, connector = aiohttp.ClientSession, aiohttp.TCPConnector
        aiohttp.ClientSession = self.network.session  # type: ignore[misc,assignment]
        aiohttp.TCPConnector = lambda **_: None  # type: ignore[misc,assignment]
        try:
            yield
        finally:
            aiohttp.ClientSession = session  # type: ignore[misc]
            aiohttp.TCPConnector = connector  # type: ignore[misc]

    def _put(self, folder: Path) -> None:
        db = begin(folder, SEAL, BEGINS)
        db.execute("BEGIN IMMEDIATE")
        for key, decision in self.story.before.items():
            turn = Turn(key.removeprefix("put "), key)
            ledger.keep(db, SEAL, [turn], lambda _, __, found=decision: found, BEGINS)  # type: ignore[misc]
        db.execute("COMMIT")
        self.story.veil = veil_of(db, SEAL)
        db.close()

    async def _live(self, folder: Path) -> None:
        number = 0
        while True:
            await self._one_life(number, folder)
            if self._over:
                return
            number += 1
            await asyncio.sleep(self.fates.down_for())
            fresh = as_it_lies(folder, folder_of(self._place, number))
            self._close(folder)
            folder = fresh

    async def _one_life(self, number: int, folder: Path) -> None:
        self.life = life = Life(number, self.fates.deadly)
        self._db = begin(folder, SEAL, self.clock.now())
        self._store = SimulatedStore(folder, Hops(self._db, life, self.fates, self._last, self._saw), SEAL)
        self.network.life = life
        stop = asyncio.Event()
        self.process = Process(life, self._store, self._book, self.clock, self.polls, self._listening, stop)
        with self.wired():
            work = life.task(self.process.run())
            await asyncio.wait([work, life.ended], return_when=asyncio.FIRST_COMPLETED)
        if life.alive and work.exception() is not None:
            self.story.wrong.append(f"the process ended with {work.exception()!r}")
        if self._over and life.alive:
            self._look_at(folder)
        how = life.died_of or "ended in order"
        life.die(how)
        self.story.deaths.append((asyncio.get_running_loop().time(), how))
        self.network.take = None
        self._store.die()
        await life.sweep()

    def _close(self, folder: Path) -> None:
        self._db.close()
        shutil.rmtree(folder)

    def _listening(self, take: Take | None) -> None:
        self.network.take = take

    def _saw(self, rows: list[Row]) -> None:
        """A commit: note it, and which letters are on the wire no longer."""
        assert self.life is not None
        if rows[0].n != self._last + 1:
            self.story.wrong.append(f"what was kept is gone again: line {self._last + 1} to {rows[0].n - 1}")
        self._last = rows[-1].n
        now = asyncio.get_running_loop().time()
        for row in rows:
            self._keys.add(row.key or "")
            self.story.rows.append(Noted(row, now, self.clock.now(), self.life.number))
            if row.what in ("back", "end"):
                self._landed(row)

    def _landed(self, row: Row) -> None:
        flying = {} if self._store is None else self._store.flying
        if row.person is not None and flying.get(row.person) == row.id:
            del flying[row.person]

    def _letter_of(self, chat: int) -> int:
        return 0 if self._store is None else self._store.flying.get(f"telegram:{chat}", 0)

    def _entered(self, entry: Entry) -> None:
        if entry.kind is Kind.UPDATE:
            self.story.updates[entry.answer["update_id"]] = entry.answer
        if entry.kind is Kind.WARNING and entry.note.startswith("update "):  # expired, or too old
            self.story.expired.add(int(entry.note.split()[1]))

    def _check_confirmed(self, offset: int) -> None:
        """What lies below the offset is forgotten by Telegram: it must be on the disk (promise 3)."""
        for update in self.api.queue.pending():
            if update.id < offset and not self.is_kept(update.id):
                self.story.wrong.append(f"update {update.id} was confirmed and is not kept")

    def is_kept(self, update: int) -> bool:
        """Whether a turn of this update was committed."""
        return self.story.veil is not None and self.story.veil.tag(f"telegram:{update}") in self._keys

    def _look_at(self, folder: Path) -> None:
        """What is kept at the end."""
        db = begin(folder, SEAL, self.clock.now())
        for (person,) in db.execute("SELECT person FROM people").fetchall():
            self.story.kept[person] = ledger.read(db, SEAL, person)
        self.story.wakes = set(db.execute("SELECT person, unveil(person, name), at FROM wakes"))
        self.story.left = [number for (number,) in db.execute("SELECT id FROM letters")]
        db.close()

    def redeliver(self, dice: random.Random) -> None:
        """Telegram brings one of the updates of the last hours once more, though it was confirmed."""
        numbers = [number for number in self.story.updates if self.is_kept(number)]
        if not numbers:
            return
        raw = self.story.updates[dice.choice(numbers[-40:])]
        kind = next(name for name in raw if name != "update_id")
        again = Update(raw["update_id"], kind, raw[kind], self.api.clock.now() + 3600, 7)
        if self.polls:
            self.api.queue._again.append(again)
            self.api.queue._wake()
        else:
            self.api.webhook._enqueue(again)
