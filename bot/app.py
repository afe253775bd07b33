"""The one place where the parts are put together, started and stopped in order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bot.chat import chat
from bot.clock import SetClock
from bot.settings import Settings
from flows.pages import Book
from storage.errors import Refusal, StoreRefused
from storage.keys import make_key_file, read_key_file
from storage.memory import MemoryStore
from storage.seal import Seal
from storage.sqlite import open_sqlite
from storage.store import Store


@asynccontextmanager
async def store_of(settings: Settings, now: datetime) -> AsyncIterator[Store]:
    """The store that the settings name, opened and closed. A key is made only where there is neither key nor
    database."""
    path = settings.database_path
    if not settings.key_file.exists():
        if path.exists():
            raise StoreRefused(
                Refusal.MISSING_KEY,
                f"key file {settings.key_file} is missing, but {path} was sealed with one; "
                "put it back, or set UNKINK_KEY_FILE",
            )
        make_key_file(settings.key_file)
    store = await open_sqlite(path, Seal(read_key_file(settings.key_file)), now=now)
    try:
        yield store
    finally:
        await store.close()


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
    """The chat in the terminal, from start to end of input."""
    clock = SetClock(at) if at is not None else SetClock(datetime.now(UTC), runs=True)
    if fresh:
        await chat(MemoryStore(), book, clock, person, write, colour=colour)
        return
    async with store_of(settings, clock.now()) as store:
        await chat(store, book, clock, person, write, colour=colour)
