"""After a crash a large file is opened at once and looked through beside the work; a damaged one still ends it."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage import entry
from storage.errors import Refusal, StoreRefused
from storage.seal import Seal
from storage.sqlite import open_sqlite
from storage.store import Decision, Letter, Turn
from tests.storage.conftest import Opener
from tests.storage.files import beside
from tests.storage.samples import KEY, NOON, always


@pytest.fixture
async def crashed(opener: Opener, path: Path, tmp_path: Path) -> Path:
    """A database whose process was killed."""
    store = await opener()
    decision = Decision("talk", (Letter("hello"),))
    await store.keep([Turn(f"telegram:{number}", f"k{number}") for number in range(50)], always(decision), NOON)
    copy = tmp_path / "crashed.db"
    for ending in ("", "-wal"):
        shutil.copy2(beside(path, ending), beside(copy, ending))
    with closing(sqlite3.connect(copy)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return copy


def damage(path: Path) -> None:
    """One byte of an index: nothing that opening looks at."""
    with closing(sqlite3.connect(path)) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'handled_at'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek(page * size - 4)
        byte = file.read(1)
        file.seek(page * size - 4)
        file.write(bytes([byte[0] ^ 0xFF]))


async def test_a_small_file_is_checked_at_once(crashed: Path) -> None:
    damage(crashed)
    with pytest.raises(StoreRefused) as caught:
        await open_sqlite(crashed, Seal([KEY]), now=NOON)
    assert caught.value.kind is Refusal.DAMAGED


async def test_a_large_file_is_opened_first_and_checked_then(crashed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "LARGE", 0)
    damage(crashed)
    store = await open_sqlite(crashed, Seal([KEY]), now=NOON)
    try:
        with pytest.raises(StoreRefused) as caught:
            await store.examine()
        assert caught.value.kind is Refusal.DAMAGED
    finally:
        await store.close()


async def test_a_large_file_that_is_whole_goes_on(crashed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "LARGE", 0)
    store = await open_sqlite(crashed, Seal([KEY]), now=NOON)
    await store.examine()
    assert await store.read("telegram:7") == "talk"
    await store.close()


async def test_a_large_file_that_was_changed_by_another_hand_is_checked_at_once(
    opener: Opener, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry, "LARGE", 0)
    store = await opener()
    await store.keep([Turn("telegram:1", "k")], always(Decision("talk")), NOON)
    await store.close()
    damage(path)
    with pytest.raises(StoreRefused) as caught:
        await opener()
    assert caught.value.kind is Refusal.DAMAGED


async def test_a_check_that_is_cut_short_keeps_nobody_waiting(crashed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "LARGE", 0)
    store = await open_sqlite(crashed, Seal([KEY]), now=NOON)
    examining = asyncio.create_task(store.examine())
    await asyncio.sleep(0)
    examining.cancel()
    await asyncio.wait([examining], timeout=5)
    assert examining.cancelled()
    await store.close()
