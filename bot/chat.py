"""The terminal chat as a program: one person, one clock, the real engine and a real store."""

from __future__ import annotations

import asyncio
import io
import sys
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import post, rounds
from bot.channels.terminal import LONGEST_LINE, PREFIX, Terminal, moved
from bot.clock import SetClock
from bot.engine import Engine, running
from bot.journal import BETWEEN_LINES, Journal
from bot.makers import Files
from bot.settings import Settings
from bot.stores import store_of
from flows import kept
from flows.events import Started
from flows.pages import Book
from storage.memory import MemoryStore
from storage.store import Store

HELLO = (
    "Unkink in the terminal. Answer with a number or with words. /stop stops everything, /help lists the commands.\n"
    "@ +10m or @ 08:00 moves the clock; @ person ben lets somebody else sit down; @ restart starts the bot anew;\n"
    "@ save FILE writes the chat down. Ctrl-D leaves; what was said is kept.\n"
)
LONGEST_NAME = 64
NO_TIME = "I cannot read that time. Examples: @ +10m, @ +2h, @ 08:00, @ 2026-11-24 08:00"
BACKWARDS = "The clock only moves forward here."
TOO_LONG = f"(That line was very long; I read its first {LONGEST_LINE:,} characters.)"


class Chat:
    """One person's chat. `say` takes a line; everything it leads to has been shown when it returns."""

    def __init__(self, store: Store, engine: Engine, terminal: Terminal, clock: SetClock, person: str) -> None:
        self._store = store
        self._engine = engine
        self._terminal = terminal
        self._clock = clock
        self._person = PREFIX + person
        self._count = 0
        terminal.person = self._person

    async def begin(self) -> None:
        """Show where the conversation stands."""
        await self.settle()
        await self._hand(Started())

    async def say(self, line: str) -> str:
        """Take one line; what the program itself has to say about it, or empty."""
        if line.lstrip().startswith("@"):
            return await self._move(line.lstrip()[1:])
        event = self._terminal.event(line)
        if event is not None:
            await self._hand(event)
        return TOO_LONG if len(line) > LONGEST_LINE else ""

    async def _hand(self, event: object) -> None:
        self._count += 1
        key = f"{self._person}:{self._clock.now().isoformat()}:{self._count}:{id(self)}"
        await self._engine.handle(self._person, event, key)  # type: ignore[arg-type]
        await self.settle()

    async def settle(self) -> None:
        """Let happen what is due now, and show what waits."""
        await rounds.wake_due(self._store, self._engine, self._clock)
        await post.deliver_waiting(self._store, self._terminal, self._clock)

    async def _move(self, words: str) -> str:
        """Move the clock; on the way each wake-up happens at its own instant."""
        talk = kept.read(await self._store.read(self._person))
        target = moved(words, self._clock.now(), talk.zone)
        if target is None:
            return NO_TIME
        if target < self._clock.now():
            return BACKWARDS
        while (following := await self._store.next_wake()) is not None and following <= target:
            self._clock.move_to(max(following, self._clock.now()))
            await self.settle()
        self._clock.move_to(target)
        await self.settle()
        return f"It is {target:%A %Y-%m-%d %H:%M} UTC."

    def until_next(self, following: datetime | None) -> float | None:
        if following is None:
            return None
        return max(0.05, min((following - self._clock.now()).total_seconds(), timedelta(hours=1).total_seconds()))


class Room:
    """The terminal between restarts: who sits there, the clock, what was written down."""

    def __init__(self, person: str, clock: SetClock, write: Callable[[str], None], *, colour: bool) -> None:
        self.clock = clock
        self.write = write
        self.person = person
        self.terminal = Terminal(write, colour=colour)
        self.terminal.folder = Path.cwd()
        self._journals: dict[str, Journal] = {}
        self._lines: asyncio.Queue[str | None] | None = None

    def open(self) -> asyncio.Queue[str | None]:
        """The lines that come in. Nothing is said or read before a store stands open behind it."""
        if self._lines is None:
            if isinstance(sys.stdin, io.TextIOWrapper):
                sys.stdin.reconfigure(errors="replace")
            self.write(HELLO)
            self._lines = _lines(sys.stdin)
        return self._lines

    @property
    def journal(self) -> Journal:
        """What was written down of the person who sits there."""
        if self.person not in self._journals:
            self._journals[self.person] = Journal(self.clock.now())
        return self._journals[self.person]

    def sit(self, store: Store, engine: Engine, person: str) -> Chat:
        """Somebody sits down."""
        self.person = person
        talk = Chat(store, engine, self.terminal, self.clock, person)
        self.terminal.listen = self.journal.shown
        return talk

    async def say(self, talk: Chat, line: str) -> None:
        """A line of the person, written down and taken."""
        self.journal.line(line, self.clock.now())
        remark = await talk.say(line)
        if remark:
            self.write(remark + "\n")
            self.journal.moved(remark, self.clock.now())
        if self.clock.stands:
            self.clock.move_by(BETWEEN_LINES)

    def save(self, name: str) -> None:
        """Write the chat down; a remark on how it went."""
        try:
            self.journal.save(Path(name))
        except FileExistsError:
            self.write(f"{name} is there already; name another file.\n")
        except (OSError, ValueError) as error:
            self.write(f"{name} cannot be written ({type(error).__name__}); name another file.\n")
        else:
            self.write(f"Saved in {name}. Put it into tests/journeys to have it replayed.\n")


async def chatting(
    settings: Settings,
    book: Book,
    person: str,
    at: datetime | None,
    *,
    fresh: bool,
    write: Callable[[str], None],
    colour: bool,
) -> None:
    """The chat in the terminal, from start to end of input; "@ restart" opens everything anew from the disk."""
    clock = SetClock(at) if at is not None else SetClock(datetime.now(UTC), runs=True)
    room = Room(person, clock, write, colour=colour)
    memory = MemoryStore()
    again = True
    while again:
        if fresh:
            again = await _chat(memory, book, room)
            continue
        async with store_of(settings, clock.now()) as store:
            again = await _chat(store, book, room)


async def _chat(store: Store, book: Book, room: Room) -> bool:
    """Take lines until they end (False) or a restart is asked for (True)."""
    lines = room.open()
    room.terminal.files = Files(store, book, room.clock)
    async with running(store, book, room.clock) as engine:
        talk = room.sit(store, engine, room.person)
        await _begin(room, talk)
        while True:
            try:
                async with asyncio.timeout(talk.until_next(await store.next_wake())):
                    line = await lines.get()
            except TimeoutError:
                await talk.settle()
                continue
            if line is None:
                return False
            word, _, rest = line.strip().removeprefix("@").strip().partition(" ")
            if not line.lstrip().startswith("@") or word not in ("person", "restart", "save"):
                await room.say(talk, line)
            elif word == "restart":
                room.write("The bot was started anew; this is what it found on the disk:\n")
                return True
            elif word == "save":
                room.save(rest.strip() or "journey.txt")
            elif rest.strip().isprintable() and 0 < len(rest.strip()) <= LONGEST_NAME:
                talk = room.sit(store, engine, rest.strip())
                await _begin(room, talk)
            else:
                room.write("A name has 1 to 64 printable characters: @ person ben\n")


async def _begin(room: Room, talk: Chat) -> None:
    room.journal.line("/start", room.clock.now())
    await talk.begin()
    if room.clock.stands:
        room.clock.move_by(BETWEEN_LINES)


def _lines(source: Iterable[str]) -> asyncio.Queue[str | None]:
    """Lines of a blocking source, read on a thread of their own; None at the end. The thread dies with the program."""
    loop, queue = asyncio.get_running_loop(), asyncio.Queue[str | None]()

    def pump() -> None:
        try:
            for line in source:
                loop.call_soon_threadsafe(queue.put_nowait, line.rstrip("\r\n"))
        finally:
            loop.call_soon_threadsafe(queue.put_nowait, None)

    threading.Thread(target=pump, daemon=True, name="stdin").start()
    return queue
