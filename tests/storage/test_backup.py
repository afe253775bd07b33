"""A backup taken while the bot writes is whole and holds all that was confirmed before it began.

The small size runs everywhere; UNKINK_BACKUPS=50 is the whole one. What it measured is written to standard output.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from storage.backup import back_up, copied_at
from storage.departed import list_of
from storage.errors import Refusal, StoreError, StoreRefused
from storage.sqlite import SqliteStore
from storage.store import Decision, Letter, Turn, Wake
from tests.storage.conftest import Opener
from tests.storage.files import beside, content, make_folder, mode, put, read, rows, there
from tests.storage.samples import ANN, BOB, KEY, NOON, always, append

BACKUPS = int(os.environ.get("UNKINK_BACKUPS", "3"))
COMMITS_A_SECOND = 300
STALL = 0.25  # seconds


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "copy.sqlite"


async def filled(opener: Opener) -> SqliteStore:
    store = await opener()
    decision = Decision("mine", (Letter("hello"),), (Wake("w", NOON),), counts=("stop",))
    await store.keep([Turn(ANN, "1"), Turn(BOB, "2")], always(decision), NOON)
    return store


async def test_a_backup_of_a_running_store_is_whole_private_and_sealed(
    opener: Opener, path: Path, target: Path
) -> None:
    await filled(opener)
    copied = back_up(path, target, NOON)
    assert (copied.people, copied.size) == (2, len(read(target)))
    assert mode(target) == 0o600
    assert rows(target, "PRAGMA integrity_check") == [("ok",)]
    assert rows(target, "SELECT person FROM people") == [(ANN,), (BOB,)]
    assert b"hello" not in content(target)[""]
    assert KEY not in content(target)[""]
    with closing(sqlite3.connect(target)) as db:
        assert copied_at(db) == NOON
    assert [file.name for file in target.parent.iterdir() if file.name.startswith(".")] == []


async def test_a_backup_works_on_a_store_that_is_closed(opener: Opener, path: Path, target: Path) -> None:
    await (await filled(opener)).close()
    back_up(path, target, NOON)
    assert rows(target, "SELECT count(*) FROM people") == [(2,)]
    assert await (await opener()).read(ANN) == "mine"


async def test_the_deletion_list_is_copied_beside_it(opener: Opener, path: Path, target: Path) -> None:
    store = await filled(opener)
    await store.keep([Turn(ANN, "3")], always(Decision(None, forget=True)), NOON)
    back_up(path, target, NOON)
    assert list_of(target).read_bytes() == list_of(path).read_bytes()
    assert mode(list_of(target)) == 0o600


@pytest.mark.parametrize("taken", ["copy.sqlite", "copy.sqlite.deleted"])
async def test_it_never_overwrites(opener: Opener, path: Path, target: Path, taken: str) -> None:
    store = await filled(opener)
    await store.keep([Turn(BOB, "3")], always(Decision(None, forget=True)), NOON)
    target.with_name(taken).write_bytes(b"mine")
    with pytest.raises(StoreError, match="never overwritten"):
        back_up(path, target, NOON)
    assert target.with_name(taken).read_bytes() == b"mine"


async def test_a_file_that_appears_meanwhile_is_not_overwritten(
    opener: Opener, path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(opener)
    monkeypatch.setattr("storage.backup._list_beside", lambda _, copy: put(copy, b"mine"))
    with pytest.raises(StoreError, match="File exists"):
        back_up(path, target, NOON)
    assert read(target) == b"mine"
    assert [file.name for file in target.parent.iterdir() if file.name.startswith(".")] == []


async def test_a_target_that_cannot_be_written_leaves_nothing(opener: Opener, path: Path, tmp_path: Path) -> None:
    await filled(opener)
    with pytest.raises(StoreError, match="folder"):
        back_up(path, tmp_path / "nowhere" / "copy.sqlite", NOON)
    assert not (tmp_path / "nowhere").exists()


async def test_no_database_nothing_to_copy(path: Path, target: Path) -> None:
    with pytest.raises(StoreRefused, match="missing"):
        back_up(path, target, NOON)
    assert not there(target)


async def test_a_damaged_database_gives_no_backup(opener: Opener, path: Path, target: Path) -> None:
    await (await filled(opener)).close()
    whole = read(path)
    put(path, whole[:4096] + bytes(4096) + whole[8192:])
    with pytest.raises(StoreError) as caught:
        back_up(path, target, NOON)
    assert "damaged" in str(caught.value)
    assert not there(target)


async def test_anothers_database_gives_no_backup(path: Path, target: Path) -> None:
    make_folder(path.parent)
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE theirs (a)")
    with pytest.raises(StoreRefused) as caught:
        back_up(path, target, NOON)
    assert caught.value.kind is Refusal.UNREADABLE


async def test_deleted_rows_are_not_in_a_backup(opener: Opener, path: Path, target: Path) -> None:
    store = await filled(opener)
    sealed = [row[0] for row in rows(path, "SELECT conversation FROM people")]
    await store.keep([Turn(ANN, "3"), Turn(BOB, "4")], always(Decision(None, forget=True)), NOON)
    back_up(path, target, NOON)
    kept = content(target)[""]
    assert not [each for each in sealed if isinstance(each, bytes) and each in kept]
    assert ANN.encode() not in kept


# Under load


class Writer:
    """Commits at a steady pace, and remembers what was confirmed and how long each commit took."""

    def __init__(self, store: SqliteStore, pace: float) -> None:
        self.store = store
        self.pace = pace
        self.confirmed = 0
        self.took: list[float] = []
        self.done = asyncio.Event()

    async def run(self) -> None:
        begun = time.perf_counter()
        while not self.done.is_set():
            await asyncio.sleep(max(0.0, begun + self.confirmed / self.pace - time.perf_counter()))
            at = time.perf_counter()
            await self.store.keep([Turn(f"telegram:{self.confirmed % 50}", f"k{self.confirmed}")], append, NOON)
            self.took.append(time.perf_counter() - at)
            self.confirmed += 1
        self.rate = self.confirmed / (time.perf_counter() - begun)


def keys_in(copy: Path, store: SqliteStore) -> Iterator[int]:
    """The turns that a copy holds, read from its conversations with the key."""
    for person, sealed in rows(copy, "SELECT person, conversation FROM people"):
        text = store._seal.open(sealed, str(person), "conversation")
        yield from (int(key[1:]) for key in text.split(";") if key)


async def test_backups_under_load_are_whole_and_hold_what_was_confirmed(
    opener: Opener, path: Path, tmp_path: Path
) -> None:
    store = await opener()
    writer = Writer(store, COMMITS_A_SECOND * 1.5)
    writing = asyncio.create_task(writer.run())
    while writer.confirmed < 100:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    spent = []
    for number in range(BACKUPS):
        copy = tmp_path / f"copy-{number}.sqlite"
        before, begun = writer.confirmed, time.perf_counter()
        await asyncio.to_thread(back_up, path, copy, NOON)
        spent.append(time.perf_counter() - begun)
        after = writer.confirmed
        held = sorted(keys_in(copy, store))
        assert held == list(range(len(held)))  # a snapshot: nothing missing in the middle
        assert before <= len(held) <= after + 1
        assert rows(copy, "SELECT count(*) FROM handled") == [(len(held),)]
        copy.unlink()
    writer.done.set()
    await writing
    stalls = (
        f"median {sorted(writer.took)[len(writer.took) // 2] * 1000:.1f} ms, worst {max(writer.took) * 1000:.0f} ms"
    )
    print(f"{BACKUPS} backups, {writer.rate:.0f} commits/s: a backup {max(spent):.2f} s at most; a commit {stalls}")
    assert max(writer.took) < STALL * 8  # a machine that is busy with other tests; alone it is under STALL


async def test_a_backup_is_from_its_instant(opener: Opener, path: Path, tmp_path: Path) -> None:
    await filled(opener)
    later = NOON + timedelta(hours=3)
    back_up(path, tmp_path / "1", NOON)
    back_up(path, tmp_path / "2", later)
    with closing(sqlite3.connect(tmp_path / "2")) as db:
        assert copied_at(db) == later
    assert not beside(tmp_path / "2", "-wal").exists()
