"""What was kept stays kept when the process is killed, and only one process has the file."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from storage.errors import StoreBusy
from storage.store import Seen, Turn, Wake
from tests.storage.conftest import Opener
from tests.storage.files import rows
from tests.storage.samples import ANN, BOB, NOON, append, bodies
from tests.storage.victim import decide

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def victim(path: Path, point: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.storage.victim", str(path), point, cwd=ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def killed_at(path: Path, point: str) -> None:
    async with victim(path, point) as process, asyncio.timeout(20):
        assert await process.wait() == -signal.SIGKILL


async def test_killed_after_the_commit_everything_of_the_turn_is_there(path: Path, opener: Opener) -> None:
    await killed_at(path, "kept")
    store = await opener()
    assert await store.read(ANN) == "k0;"
    assert bodies(await store.waiting(NOON)) == ["answer k0"]
    assert await store.due(NOON) == [(ANN, Wake("k0", NOON))]
    assert await store.keep([Turn(ANN, "k0")], append, NOON) == [Seen()]


async def test_killed_before_the_commit_nothing_of_the_group_is_there(path: Path, opener: Opener) -> None:
    await killed_at(path, "before commit")
    store = await opener()
    assert await store.read(ANN) == "k0;"
    assert await store.read(BOB) is None
    assert len(rows(path, "SELECT key FROM handled")) == 1


async def test_killed_with_an_answer_on_the_wire_it_waits_again(path: Path, opener: Opener) -> None:
    await killed_at(path, "claimed")
    store = await opener()
    assert bodies(await store.waiting(NOON)) == ["answer k0"]


async def test_killed_with_a_reminder_on_the_wire_it_is_not_sent_again(path: Path, opener: Opener) -> None:
    await killed_at(path, "claimed once")
    store = await opener()
    assert await store.waiting(NOON) == []
    assert rows(path, "SELECT fate FROM posted ORDER BY id") == [("sent",), ("unknown",)]
    assert await store.reference(ANN) == "message 10"


@pytest.mark.parametrize("after", [1, 17, 60])
async def test_killed_while_busy_nothing_that_was_confirmed_is_lost(path: Path, opener: Opener, after: int) -> None:
    confirmed: list[str] = []
    async with victim(path, "busy") as process, asyncio.timeout(20):
        assert process.stdout
        while len(confirmed) < after:
            confirmed.append((await process.stdout.readline()).decode().strip())
        process.kill()
        confirmed += (await process.stdout.read()).decode().split("\n")[:-1]
    store = await opener()
    kept = (await store.read(ANN) or "").split(";")[:-1]
    assert kept == [f"k{number}" for number in range(len(kept))]
    assert 0 <= len(kept) - len(confirmed) <= 1  # the last one may have been killed between commit and word
    assert sorted(wake.name for _, wake in await store.due(NOON, 10_000)) == sorted(kept)
    assert rows(path, "SELECT count(*) FROM letters") == [(2 * len(kept),)]
    assert await store.keep([Turn(ANN, key) for key in kept], decide, NOON) == [Seen()] * len(kept)


async def test_a_second_process_is_told_which_file_is_taken(path: Path, opener: Opener) -> None:
    async with victim(path, "hold") as process, asyncio.timeout(20):
        assert process.stdout
        await process.stdout.readline()
        with pytest.raises(StoreBusy) as caught:
            await opener()
        assert f"{path}.lock" in str(caught.value)
        process.kill()
        await process.wait()
        await opener()


async def test_the_same_process_cannot_open_it_twice(path: Path, opener: Opener) -> None:
    await opener()
    with pytest.raises(StoreBusy):
        await opener()
