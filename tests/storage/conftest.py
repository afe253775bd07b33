from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from storage.memory import MemoryStore
from storage.seal import Seal
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Store
from tests.storage.samples import KEY, NOON

MEMORY = Path("/dev/shm")  # noqa: S108
Opener = Callable[[], Awaitable[SqliteStore]]


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: nothing here can see what a disk does, and waiting for it takes long.
    UNKINK_ON_DISK=1 measures on the disk all the same."""
    if os.environ.get("UNKINK_ON_DISK") or not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        yield Path(name)


@pytest.fixture
def seal() -> Seal:
    return Seal([KEY])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "people.db"


@pytest.fixture
async def opener(path: Path, seal: Seal) -> AsyncIterator[Opener]:
    """Opens the store at `path`, as often as asked; closes what was left open."""
    opened: list[SqliteStore] = []

    async def open_it() -> SqliteStore:
        store = await open_sqlite(path, seal, now=NOON)
        opened.append(store)
        return store

    yield open_it
    for store in opened:
        await store.close()


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, opener: Opener) -> AsyncIterator[Store]:
    kept: Store = await opener() if request.param == "sqlite" else MemoryStore()
    yield kept
    await kept.close()
