"""A backup takes the place of the database: whole, with its own key, without those who were deleted since."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from storage import entry
from storage.backup import back_up
from storage.departed import LISTED, list_of, note, read
from storage.ending import ended_well
from storage.errors import Refusal, StoreBusy, StoreError, StoreRefused
from storage.ledger import ticks
from storage.restoring import restore
from storage.seal import Seal
from storage.store import Decision, Letter, Seen, Turn, Wake
from tests.storage.conftest import Opener
from tests.storage.files import beside, content, make_folder, put, rows, write
from tests.storage.files import read as read_bytes
from tests.storage.samples import ANN, BOB, DAY, HOUR, KEY, NOON, always, append

OTHER = Seal([bytes(reversed(KEY))])
LATER = NOON + HOUR


@pytest.fixture
async def copy(opener: Opener, path: Path, tmp_path: Path) -> Path:
    """A backup of Ann and Bob; after it Bob went on. The store is closed."""
    store = await opener()
    first = Decision("old", (Letter("waits"),), (Wake("w", NOON + DAY),), counts=("stop",))
    await store.keep([Turn(ANN, "1"), Turn(BOB, "2")], always(first), NOON)
    make_folder(tmp_path / "backups")
    back_up(path, tmp_path / "backups" / "copy.sqlite", NOON)
    await store.keep([Turn(BOB, "3")], append, LATER)
    await store.close()
    return tmp_path / "backups" / "copy.sqlite"


def same(text: str) -> str:
    return text


def left_as_it_was(path: Path, before: dict[str, bytes]) -> None:
    assert content(path) == before
    assert [file.name for file in path.parent.iterdir() if "restoring" in file.name or "before" in file.name] == []


async def test_it_brings_back_what_the_backup_holds(copy: Path, path: Path, seal: Seal, opener: Opener) -> None:
    done = restore(copy, path, seal, LATER, lambda text: f"{text} mended")
    assert (done.made, done.people, done.removed) == (NOON, 2, 0)
    store = await opener()
    assert await store.read(ANN) == await store.read(BOB) == "old mended"
    assert await store.due(NOON + DAY) == [(ANN, Wake("w", NOON + DAY)), (BOB, Wake("w", NOON + DAY))]
    assert await store.waiting(NOON) == []  # an answer to what was said then
    assert await store.counts() == [(NOON.date(), "stop")] * 2
    assert await store.keep([Turn(ANN, "1")], append, NOON) == [Seen()]


async def test_the_database_that_was_there_is_kept_with_its_log(
    copy: Path, path: Path, seal: Seal, opener: Opener, tmp_path: Path
) -> None:
    crashed = tmp_path / "crashed"
    shutil.copytree(path.parent, crashed)
    store = await opener()
    await store.keep([Turn(BOB, "4")], append, LATER)
    for ending in ("", "-wal"):
        shutil.copy(beside(path, ending), beside(crashed / path.name, ending))
    done = restore(copy, crashed / path.name, seal, LATER, same)
    assert done.aside is not None
    assert "before-20260301-130000" in done.aside.name
    shutil.copy(done.aside, tmp_path / "aside.db")
    shutil.copy(beside(done.aside, "-wal"), tmp_path / "aside.db-wal")
    assert rows(tmp_path / "aside.db", "SELECT count(*) FROM handled") == [(4,)]


async def test_it_can_be_restored_where_nothing_is_left(copy: Path, path: Path, seal: Seal, opener: Opener) -> None:
    shutil.rmtree(path.parent)
    assert restore(copy, path, seal, LATER, same).aside is None
    assert await (await opener()).read(ANN) == "old"


async def test_who_was_deleted_after_the_backup_stays_deleted(
    copy: Path, path: Path, seal: Seal, opener: Opener
) -> None:
    store = await opener()
    await store.keep([Turn(ANN, "9")], always(Decision(None, forget=True)), LATER)
    await store.close()
    done = restore(copy, path, seal, LATER + DAY, same)
    assert (done.people, done.removed) == (1, 1)
    assert ANN.encode() not in b"".join(content(path).values())
    store = await opener()
    assert await store.read(ANN) is None
    assert await store.due(NOON + DAY) == [(BOB, Wake("w", NOON + DAY))]


async def test_a_lists_copy_beside_a_newer_backup_counts_when_the_disk_was_lost(
    copy: Path, path: Path, seal: Seal, opener: Opener
) -> None:
    store = await opener()
    await store.keep([Turn(ANN, "9")], always(Decision(None, forget=True)), LATER)
    back_up(path, copy.with_name("newer.sqlite"), LATER + HOUR)
    await store.close()
    shutil.rmtree(path.parent)
    assert restore(copy, path, seal, LATER + DAY, same).removed == 1


async def test_who_came_back_before_the_backup_is_kept(path: Path, seal: Seal, opener: Opener, tmp_path: Path) -> None:
    store = await opener()
    await store.keep([Turn(ANN, "1")], append, NOON)
    await store.keep([Turn(ANN, "2")], always(Decision(None, forget=True)), NOON)
    await store.keep([Turn(ANN, "3")], append, LATER)
    back_up(path, tmp_path / "copy.sqlite", LATER)
    await store.close()
    assert restore(tmp_path / "copy.sqlite", path, seal, LATER, same).removed == 0
    assert await (await opener()).read(ANN) == "3;"


async def test_the_list_names_nobody_and_is_forgotten_after_sixty_days(path: Path, seal: Seal, opener: Opener) -> None:
    store = await opener()
    for number, person in enumerate((ANN, BOB)):
        await store.keep([Turn(person, person)], always(Decision(None, forget=True)), NOON + number * DAY)
    listed = list_of(path).read_bytes()
    assert ANN.encode() not in listed
    assert b"telegram" not in listed
    assert [at for at, _ in read(list_of(path), seal).rows] == [NOON, NOON + DAY]
    await store.prune(NOON + LISTED)
    assert len(read(list_of(path), seal).rows) == 2
    await store.prune(NOON + LISTED + timedelta(hours=1))
    assert len(read(list_of(path), seal).rows) == 1
    assert read(list_of(path), seal).holds(BOB, NOON)


async def test_half_a_line_on_the_list_is_passed_over_and_the_next_is_whole(
    path: Path, seal: Seal, opener: Opener
) -> None:
    store = await opener()
    await store.keep([Turn(ANN, "1")], always(Decision(None, forget=True)), NOON)
    with list_of(path).open("ab") as file:
        file.write(b"2026-03-01T12:00:00Z 00ff")
    await store.keep([Turn(BOB, "2")], always(Decision(None, forget=True)), NOON)
    held = read(list_of(path), seal)
    assert held.holds(ANN, NOON)
    assert held.holds(BOB, NOON)


async def test_a_list_that_cannot_be_written_keeps_the_deletion_from_being_confirmed(
    path: Path, opener: Opener
) -> None:
    store = await opener()
    await store.keep([Turn(ANN, "1")], append, NOON)
    list_of(path).mkdir()
    with pytest.raises(StoreError, match="deleted"):
        await store.keep([Turn(ANN, "2")], always(Decision(None, forget=True)), NOON)
    list_of(path).rmdir()
    assert await store.read(ANN) == "1;"


# What is refused, and changes nothing


async def test_while_the_bot_runs(copy: Path, path: Path, seal: Seal, opener: Opener) -> None:
    store = await opener()
    with pytest.raises(StoreBusy):
        restore(copy, path, seal, LATER, same)
    assert await store.read(BOB) == "old3;"


async def test_another_key(copy: Path, path: Path) -> None:
    before = content(path)
    with pytest.raises(StoreRefused, match=r"copy\.sqlite was sealed with another key") as caught:
        restore(copy, path, OTHER, LATER, same)
    assert caught.value.kind is Refusal.WRONG_KEY
    left_as_it_was(path, before)


@pytest.mark.parametrize("cut", [0, 3000, 20_000])
async def test_a_damaged_backup(copy: Path, path: Path, seal: Seal, cut: int) -> None:
    before = content(path)
    put(copy, read_bytes(copy)[:cut])
    with pytest.raises(StoreRefused) as caught:
        restore(copy, path, seal, LATER, same)
    assert caught.value.kind is Refusal.DAMAGED
    assert "copy.sqlite is damaged" in caught.value.reason
    left_as_it_was(path, before)


async def test_a_large_backup_is_looked_through_as_well(
    copy: Path, path: Path, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start may put that off; a restore may not."""
    monkeypatch.setattr(entry, "LARGE", 0)
    before, data = content(path), bytearray(read_bytes(copy))
    data[data.index(ticks(NOON + DAY).to_bytes(8, "big")) + 7] ^= 1  # an instant that differs from its index
    put(copy, bytes(data))
    with pytest.raises(StoreRefused) as caught:
        restore(copy, path, seal, LATER, same)
    assert caught.value.kind is Refusal.DAMAGED
    left_as_it_was(path, before)


async def test_what_was_restored_need_not_be_looked_through_again(copy: Path, path: Path, seal: Seal) -> None:
    restore(copy, path, seal, LATER, same)
    assert ended_well(path)


async def test_a_newer_backup(copy: Path, path: Path, seal: Seal) -> None:
    before = content(path)
    write(copy, "PRAGMA user_version = 999")
    with pytest.raises(StoreRefused) as caught:
        restore(copy, path, seal, LATER, same)
    assert caught.value.kind is Refusal.NEWER
    left_as_it_was(path, before)


async def test_a_backup_that_is_older_than_the_list(copy: Path, path: Path, seal: Seal) -> None:
    before = content(path)
    with pytest.raises(StoreRefused, match="--old"):
        restore(copy, path, seal, NOON + LISTED + DAY, same)
    left_as_it_was(path, before)
    assert restore(copy, path, seal, NOON + LISTED + DAY, same, old=True).people == 2


async def test_a_raw_copy_with_its_log(opener: Opener, path: Path, seal: Seal, tmp_path: Path) -> None:
    store = await opener()
    await store.keep([Turn(ANN, "1")], append, NOON)
    for ending in ("", "-wal"):
        shutil.copy(beside(path, ending), beside(tmp_path / "raw", ending))
    await store.close()
    with pytest.raises(StoreError, match="log"):
        restore(tmp_path / "raw", path, seal, NOON, same)


async def test_no_such_file(path: Path, seal: Seal, tmp_path: Path) -> None:
    with pytest.raises(StoreRefused, match="missing"):
        restore(tmp_path / "gone", path, seal, NOON, same)


async def test_a_list_of_another_key(copy: Path, path: Path, seal: Seal) -> None:
    before = content(path)
    note(copy.with_name("theirs"), OTHER, [ANN], NOON)
    with pytest.raises(StoreRefused, match="another key") as caught:
        restore(copy, path, seal, LATER, same)
    assert caught.value.kind is Refusal.WRONG_KEY
    left_as_it_was(path, before)
