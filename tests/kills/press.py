"""A real bot, a real file, real HTTP; people who write without a pause; and a process that is killed again and again.

What every message must lead to is known beforehand: each of them is answered by one note whose words tell which it was.
So the notes that a person got, in their order, tell whether a message was lost, answered twice, or answered out of
order. A note that comes again although it had arrived is the one thing that is allowed: the process died between
Telegram's taking it and our mark.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from functools import cache
from pathlib import Path

from attrs import field, frozen, mutable

from bot import letters
from bot.engine import decision
from bot.playground import acts
from bot.playground.ledger import Entry
from bot.playground.ledger import Kind as Entered
from bot.playground.people import Person
from bot.playground.testing import Playground
from flows import book
from flows.events import Asked, Wrote
from storage.keys import make_key_file, read_key_file
from storage.seal import Seal
from storage.sqlite import open_sqlite
from storage.store import Turn
from tests.bot.talks import MORNING, home

STARTS_WITHIN = 30.0
SETTLES_WITHIN = 60.0
LULL = 0.06
"""Seconds: where messages come one by one, the end comes at any moment within so long after a call, busy or not."""
ENDS_WITHIN = 10.0
"""Seconds from SIGTERM to the end."""
SENDING = frozenset({"sendmessage", "editmessagetext", "editmessagereplymarkup"})
WRITTEN = ("/privacy", "/help", "florp wibble")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@frozen
class Wishes:
    """How a press goes: `rounds` ends of the process, and before each some messages."""

    seed: int
    rounds: int
    people: int
    messages: int
    """In one round."""
    together: bool
    """All messages of a round at once, or each when the one before is answered."""
    signal: int = signal.SIGKILL
    hook: bool = False
    """Telegram brings the messages; else they are asked for."""


@mutable
class Press:
    """One bot under pressure."""

    playground: Playground
    folder: Path
    wishes: Wishes
    people: list[Person] = field(factory=list)
    written: dict[int, list[str]] = field(factory=dict)
    _process: asyncio.subprocess.Process | None = None
    _strike_at: int = 0
    _calls: int = 0
    struck: int = 0
    """Ends that came while something was going on."""
    codes: list[int] = field(factory=list)
    """How the processes ended."""
    port: int = field(factory=_free_port)
    """Where Telegram brings them to."""
    _rng: random.Random = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._rng = random.Random(self.wishes.seed)

    @property
    def database(self) -> Path:
        return self.folder / "data" / "unkink.sqlite"

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("UNKINK_")}
        return kept | {
            "UNKINK_DATA": str(self.folder / "data"),
            "UNKINK_KEY_FILE": str(self.folder / "key" / "key"),
            "UNKINK_TELEGRAM_TOKEN": self.playground.token,
            "UNKINK_TELEGRAM_API": self.playground.root,
            **(self._hook() if self.wishes.hook else {}),
        }

    def _hook(self) -> dict[str, str]:
        return {
            "UNKINK_WEBHOOK_URL": f"http://127.0.0.1:{self.port}/hook",
            "UNKINK_WEBHOOK_LISTEN": f"127.0.0.1:{self.port}",
            "UNKINK_WEBHOOK_SECRET": "a_secret_of_the_tests_that_is_long_enough",
        }

    async def ready(self) -> None:
        """Wait until the process hears."""
        if not self.wishes.hook:
            queue = self.playground.api.queue
            await self.playground.until(lambda: queue.polled or None, lambda: "no poll", STARTS_WITHIN)
            return
        async with asyncio.timeout(STARTS_WITHIN):
            while True:
                with suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.close()
                    await writer.wait_closed()
                    return
                await asyncio.sleep(0.02)

    async def prepare(self) -> None:
        """Everybody is at home, screened and clear."""
        make_key_file(self.folder / "key" / "key")
        store = await open_sqlite(self.database, Seal(read_key_file(self.folder / "key" / "key")), now=MORNING)
        for number in range(self.wishes.people):
            person = self.playground.api.people.add(f"Person {number}", username="", language="en")
            self.people.append(person)
            self.written[person.id] = []
            turn = Turn(f"telegram:{person.id}", f"put {person.id}")
            await store.keep([turn], lambda turn, text: home(), MORNING)
        await store.close()
        self.playground.api.ledger.listen(self._entered)

    def _entered(self, entry: Entry) -> None:
        """A call was taken: perhaps it is the one at which the process ends, its answer on the way."""
        if entry.kind is not Entered.CALL or entry.method.lower() not in SENDING | {"getupdates"}:
            return
        self._calls += 1
        if self._strike_at and self._calls >= self._strike_at:
            self.struck += 1
            self._strike_at = 0
            if self.wishes.together:
                self._strike()
            else:
                asyncio.get_running_loop().call_later(self._rng.uniform(0, LULL), self._strike)

    def _strike(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(self.wishes.signal)

    async def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run",
                cwd=Path(__file__).parents[2], env=self.environment(), stdin=asyncio.subprocess.DEVNULL,
                stdout=log, stderr=log,
            )  # fmt: skip

    async def ended(self, within: float) -> None:
        assert self._process is not None
        async with asyncio.timeout(within):
            self.codes.append(await self._process.wait())

    async def round(self) -> None:
        """People write; the process ends at some moment of it, and another one takes over."""
        self._calls = 0
        self._strike_at = self._rng.randint(1, 6 * self.wishes.messages)
        for _ in range(self.wishes.messages):
            self.write()
            if not self.wishes.together:
                await self.settled()
        await self.settled()
        if self._strike_at:  # so many calls were not needed
            self._strike_at = 0
            self._strike()
        await self.ended(ENDS_WITHIN)
        await self.start()

    def write(self) -> None:
        person, text = self._rng.choice(self.people), self._rng.choice(WRITTEN)
        self.written[person.id].append(text)
        acts.write(self.playground.api, person, text, None)

    async def settled(self, within: float = SETTLES_WITHIN) -> None:
        """Every update confirmed and every letter's fate known; or the process has ended."""
        async with asyncio.timeout(within):
            while self.playground.api.queue.waiting() or not await asyncio.to_thread(self._quiet):
                if self._process is not None and self._process.returncode is not None:
                    return
                await asyncio.sleep(0.005)

    def _quiet(self) -> bool:
        with suppress(sqlite3.OperationalError), closing(self._open()) as db:
            return bool(db.execute("SELECT NOT EXISTS (SELECT 1 FROM letters)").fetchone()[0])
        return False

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)

    def fates(self) -> dict[str, int]:
        """What became of all letters."""
        with closing(self._open()) as db:
            return dict(db.execute("SELECT fate, count(*) FROM posted GROUP BY fate"))

    def handled(self) -> int:
        """Turns of people that were kept."""
        with closing(self._open()) as db:
            return int(db.execute("SELECT count(*) FROM handled").fetchone()[0]) - self.wishes.people

    def twice(self, person: Person) -> int:
        """How many notes came again; AssertionError if one is missing, too much or out of order."""
        expected = self.written[person.id]
        found = [which for which in map(_which, self._words(person)) if which]
        place = again = 0
        for which in found:
            if place < len(expected) and which == expected[place]:
                place += 1
            elif place and which == expected[place - 1]:
                again += 1
            else:
                raise AssertionError(f"{person.id}: {which} after {expected[:place]}, expected {expected[place:]}")
        assert place == len(expected), f"{person.id}: never answered: {expected[place:]}"
        return again

    def _words(self, person: Person) -> Sequence[str]:
        return [message.words for message in self.playground.api.people.chats[person.id].visible() if message.mine]

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


@cache
def _notes() -> dict[str, str]:
    """How the note begins that answers each of what is written."""
    events = [Asked(text[1:]) if text.startswith("/") else Wrote(text) for text in WRITTEN]
    answers = [decision(home().conversation, event, book.load(), MORNING).letters[0] for event in events]
    begins = [letters.read(letter.body).card.text[:40] for letter in answers]
    assert len(set(begins)) == len(WRITTEN)
    return dict(zip(begins, WRITTEN, strict=True))


def _which(words: str) -> str:
    return next((text for begins, text in _notes().items() if words.startswith(begins)), "")


@asynccontextmanager
async def pressed(playground: Playground, folder: Path, wishes: Wishes) -> AsyncIterator[Press]:
    """After all rounds, with everything settled."""
    press = Press(playground, folder, wishes)
    try:
        await press.prepare()
        await press.start()
        for _ in range(wishes.rounds):
            await press.ready()
            await press.round()
        await press.ready()
        await press.settled(SETTLES_WITHIN + 3 * wishes.rounds)
        yield press
    finally:
        await press.stop()
