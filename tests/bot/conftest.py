from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot import cli
from bot.clock import SetClock
from bot.engine import Engine, running
from flows import book
from storage.seal import Seal
from storage.sqlite import SqliteStore, open_sqlite
from tests.bot.person import Ended, Person
from tests.bot.talks import KEY, MORNING

MEMORY = Path("/dev/shm")  # noqa: S108


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: nothing here can see what a disk does, and waiting for it takes long."""
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        yield Path(name)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "people.sqlite"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_sqlite(path, Seal([KEY]), now=MORNING)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> SetClock:
    return SetClock(MORNING)


@pytest.fixture
async def engine(store: SqliteStore, clock: SetClock) -> AsyncIterator[Engine]:
    """An engine at work on the real book and a real file."""
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(running(store, book.load(), clock))


@pytest.fixture
def anna(tmp_path: Path) -> Person:
    return Person(tmp_path)


@pytest.fixture
def here(anna: Person, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Run a command in this very process, which is much sooner done: the same folder, the same environment."""
    for name in [*os.environ, "HOME"]:
        if name.startswith("UNKINK_") or name == "HOME":
            monkeypatch.delenv(name, raising=False)
    for name, value in anna.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(anna.folder)

    def run(*arguments: str, **more: str) -> Ended:
        for name, value in more.items():
            monkeypatch.setenv(name, value)
        try:
            code = cli.run(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        shown = capsys.readouterr()
        return Ended(arguments, code, shown.out.encode(), shown.err.encode())

    return run


@pytest.fixture(scope="session")
def been_here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of somebody who has been here before."""
    person = Person(tmp_path_factory.mktemp("been here"))
    person.chat("18 to 64")
    return person.folder


@pytest.fixture
def kept(anna: Person, been_here: Path) -> Person:
    shutil.copytree(been_here, anna.folder, dirs_exist_ok=True)
    return anna
