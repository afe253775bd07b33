"""Refuse, never overwrite: what a database must not be started on, and that it is left as it was."""

from __future__ import annotations

import os
import random
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage import sql
from storage.ending import ended_well
from storage.errors import Refusal, SealBroken, StoreBusy, StoreRefused
from storage.ledger import ticks
from storage.opening import open_store
from storage.seal import Seal
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Decision, Letter, Turn, Waiting, Wake
from tests.storage.conftest import Opener
from tests.storage.files import beside, content, make_folder, rows, set_mode, write
from tests.storage.samples import ANN, DAY, KEY, NOON, append

OTHER = Seal([bytes(reversed(KEY))])
PEOPLE = [f"telegram:{number}" for number in range(40)]


def rich(turn: Turn, conversation: str | None) -> Decision:
    """Something in every table and every column."""
    number = int(turn.person.partition(":")[2])
    reminder = Letter(f"reminder {number} {'x' * 50}", "reminder", once=True, expires=NOON + number * DAY)
    talk = f"conversation of {number} {'y' * (37 * number)}"
    return Decision(talk, (Letter(f"answer {number}"), reminder), (Wake("reminder", NOON + number * DAY),))


@pytest.fixture
async def closed(opener: Opener, path: Path) -> Path:
    """A database that was in use and closed in order."""
    store = await opener()
    await store.keep([Turn(person, person) for person in PEOPLE], rich, NOON)
    for letter in (await store.waiting(NOON))[::4]:
        assert await store.claim(letter.id)
        await store.sent(letter.id, "message 10")
    await store.close()
    return path


async def refused(path: Path, kind: Refusal, seal: Seal | None = None) -> StoreRefused:
    """The refusal; the files must be the same afterwards, byte by byte."""
    before = content(path)
    with pytest.raises(StoreRefused) as caught:
        await open_sqlite(path, seal or Seal([KEY]), now=NOON)
    assert caught.value.kind is kind
    assert str(path) in caught.value.reason
    assert "\n" not in caught.value.reason
    after = content(path)
    if not before.get("-wal"):
        after.pop("-wal", None)
        before.pop("-wal", None)
    assert after == before
    return caught.value


async def test_another_key(closed: Path) -> None:
    error = await refused(closed, Refusal.WRONG_KEY, OTHER)
    assert "key" in error.reason


async def test_a_database_without_its_key_is_refused_and_no_key_is_made(closed: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreRefused, match="missing") as caught:
        await open_store(f"sqlite:///{closed}", tmp_path / "gone.key", now=NOON)
    assert caught.value.kind is Refusal.MISSING_KEY
    assert not (tmp_path / "gone.key").exists()


async def test_a_key_that_is_new_while_the_database_is_old(closed: Path, tmp_path: Path) -> None:
    await (await open_store(f"sqlite:///{tmp_path}/new.db", tmp_path / "new.key", now=NOON)).close()
    with pytest.raises(StoreRefused) as caught:
        await open_store(f"sqlite:///{closed}", tmp_path / "new.key", now=NOON)
    assert caught.value.kind is Refusal.WRONG_KEY


async def test_a_newer_schema(closed: Path) -> None:
    write(closed, "PRAGMA user_version = 999")
    assert "999" in (await refused(closed, Refusal.NEWER)).reason


async def test_a_log_that_holds_changes_is_not_folded_in_by_a_refusal(opener: Opener, path: Path) -> None:
    store = await opener()
    await store.keep([Turn(ANN, "1")], append, NOON)
    copy = path.with_name("copy.db")
    for ending in ("", "-wal"):
        shutil.copy(beside(path, ending), beside(copy, ending))
    assert len(content(copy)["-wal"]) > 0
    await refused(copy, Refusal.WRONG_KEY, OTHER)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda path: path.write_bytes(b""), Refusal.DAMAGED),
        (lambda path: path.write_bytes(b"Dear diary, "), Refusal.UNREADABLE),
        (lambda path: path.write_bytes(b"SQLite format 3\0"), Refusal.DAMAGED),
        (lambda path: write(path, "CREATE TABLE theirs (a)"), Refusal.UNREADABLE),
        (lambda path: beside(path, "-wal").write_bytes(b"latest changes"), Refusal.DAMAGED),
    ],
    ids=["empty", "text", "head only", "another program's", "log without its database"],
)
async def test_what_is_no_database_of_ours(path: Path, make: Callable[[Path], object], kind: Refusal) -> None:
    path.parent.mkdir()
    make(path)
    before = sorted(file.name for file in path.parent.iterdir())
    await refused(path, kind)
    made = {file.name for file in path.parent.iterdir()} - set(before)
    assert made <= {f"{path.name}.lock", f"{path.name}-wal", f"{path.name}-shm"}


async def test_a_folder(path: Path) -> None:
    make_folder(path)
    with pytest.raises(StoreRefused) as caught:
        await open_sqlite(path, Seal([KEY]), now=NOON)
    assert caught.value.kind is Refusal.UNREADABLE


async def test_after_an_orderly_end_the_whole_check_is_left_out_until_somebody_touches_the_file(closed: Path) -> None:
    assert ended_well(closed)
    touch(closed)
    assert not ended_well(closed)


async def test_a_copy_is_checked_whole_even_with_its_note(closed: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    for ending in ("", ".closed"):
        shutil.copy2(beside(closed, ending), beside(copy, ending))
    assert not ended_well(copy)


async def test_while_it_is_open_and_after_a_crash_there_is_no_note(closed: Path, opener: Opener) -> None:
    await opener()
    assert not beside(closed, ".closed").exists()
    assert not ended_well(closed)


async def test_a_log_that_appeared_makes_the_whole_check_needed(closed: Path) -> None:
    beside(closed, "-wal").touch()
    assert not ended_well(closed)


async def test_a_missing_probe(closed: Path) -> None:
    write(closed, "DELETE FROM meta WHERE name = 'probe'")
    await refused(closed, Refusal.DAMAGED)


async def test_a_database_that_another_program_holds(closed: Path) -> None:
    other = sqlite3.connect(closed, isolation_level=None)
    other.executescript("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE")
    with pytest.raises(StoreBusy, match="held by another program"):
        await open_sqlite(closed, Seal([KEY]), now=NOON)
    other.close()


@pytest.fixture
def nobody() -> Iterator[Path]:
    """A folder, and an account that is not root, so that modes mean something."""
    root = os.geteuid() == 0
    sql.migrations()  # read now; that account may have no way to the code
    with tempfile.TemporaryDirectory() as name:
        if root:
            os.chown(name, 65534, 65534)
            os.seteuid(65534)
        try:
            yield Path(name)
        finally:
            Path(name).chmod(0o700)
            if root:
                os.seteuid(0)


async def test_files_without_the_right_to_write(nobody: Path) -> None:
    path = nobody / "people.db"
    await (await open_sqlite(path, Seal([KEY]), now=NOON)).close()
    set_mode(path, 0o400)
    assert "right" in (await refused(path, Refusal.UNREADABLE)).reason
    set_mode(path, 0o600)
    beside(path, ".lock").unlink()
    set_mode(nobody, 0o500)
    await refused(path, Refusal.UNREADABLE)


async def test_a_start_that_was_cut_short_is_begun_anew(path: Path, opener: Opener) -> None:
    path.parent.mkdir()
    beside(path, ".new").write_bytes(b"SQLite format 3\0 half made")
    await (await opener()).read(ANN)
    assert not beside(path, ".new").exists()


# Damage


def touch(path: Path) -> None:
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))


def flip_one(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(len(data))] ^= chance.randrange(1, 256)


def flip_64(data: bytearray, chance: random.Random) -> None:
    for place in chance.sample(range(len(data)), 64):
        data[place] = chance.randrange(256)


def blank_a_block(data: bytearray, chance: random.Random) -> None:
    place = chance.randrange(0, len(data), 512)
    data[place : place + 512] = bytes(512)


def cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


@pytest.mark.parametrize("hurt", [flip_one, flip_64, blank_a_block, cut])
async def test_damaged_copies_are_refused_or_read_right(
    closed: Path, tmp_path: Path, hurt: Callable[[bytearray, random.Random], None]
) -> None:
    sound = await answers(closed)
    copy = tmp_path / "copy.db"
    refusals = 0
    for seed in range(100 if hurt in (flip_one, flip_64) else 30):
        data = bytearray(content(closed)[""])
        hurt(data, random.Random(seed))
        place(copy, bytes(data))
        try:
            found = await answers(copy)
        except (StoreRefused, SealBroken):
            refusals += 1
        else:
            assert found == sound, f"seed {seed}"
    assert refusals > 10


def place(path: Path, data: bytes) -> None:
    for ending in ("-wal", "-shm"):
        beside(path, ending).unlink(missing_ok=True)
    path.write_bytes(data)


async def answers(path: Path) -> tuple[object, ...]:
    """All that the store says about what is kept; SealBroken where it says that something does not open."""
    store = await open_sqlite(path, Seal([KEY]), now=NOON)
    try:
        return await ask(store, path)
    finally:
        await store.close()


async def ask(store: SqliteStore, path: Path) -> tuple[object, ...]:
    talks = [await store.read(person) for person in PEOPLE]
    letters: list[Waiting] = await store.waiting(NOON - DAY)
    if rows(path, "SELECT 1 FROM posted WHERE fate = 'unreadable'"):
        raise SealBroken
    handled = await store.keep([Turn(person, person) for person in PEOPLE], append, NOON)
    references = [await store.reference(person) for person in PEOPLE]
    return talks, letters, handled, references, await store.due(NOON + 99 * DAY), await store.next_wake()


@pytest.mark.parametrize("seed", range(12))
async def test_a_damaged_log_is_refused_or_read_right(opener: Opener, path: Path, tmp_path: Path, seed: int) -> None:
    store = await opener()
    for number in range(20):
        await store.keep([Turn(ANN, f"k{number}")], append, NOON)
    files = content(path)
    log = bytearray(files["-wal"])
    flip_one(log, random.Random(seed))
    copy = tmp_path / "copy.db"
    copy.write_bytes(files[""])
    beside(copy, "-wal").write_bytes(log)
    whole = "".join(f"k{number};" for number in range(20))
    try:
        hurt = await open_sqlite(copy, Seal([KEY]), now=NOON)
    except StoreRefused:
        return
    kept = await hurt.read(ANN)
    await hurt.close()
    assert kept in (whole, whole.removesuffix("k19;"))


async def test_no_byte_of_the_head_of_the_log_takes_all_of_it_along(opener: Opener, path: Path, tmp_path: Path) -> None:
    store = await opener()
    for number in range(3):
        await store.keep([Turn(ANN, f"k{number}")], append, NOON)
    files = content(path)
    copy = tmp_path / "copy.db"
    for place in range(32 + 24):  # and of its first frame
        log = bytearray(files["-wal"])
        log[place] ^= 1
        copy.write_bytes(files[""])
        beside(copy, "-wal").write_bytes(log)
        beside(copy, "-shm").unlink(missing_ok=True)
        with pytest.raises(StoreRefused, match="log"):
            await open_sqlite(copy, Seal([KEY]), now=NOON)


async def test_an_instant_that_differs_from_its_index_is_found(opener: Opener, path: Path) -> None:
    at = NOON + DAY / 7
    store = await opener()
    await store.keep([Turn(ANN, "k")], lambda turn, talk: Decision(None, wakes=(Wake("w", at),)), NOON)
    await store.close()
    sound, needle = content(path)[""], ticks(at).to_bytes(8, "big")
    places = [found.end() - 1 for found in re.finditer(re.escape(needle), sound)]
    assert len(places) == 2  # in the table and in its index
    for where in places:
        data = bytearray(sound)
        data[where] ^= 1
        place(path, bytes(data))
        await refused(path, Refusal.DAMAGED)


@pytest.mark.parametrize("torn", ["cut short", "half written"])
async def test_a_last_commit_that_is_not_whole_is_no_damage(
    opener: Opener, path: Path, tmp_path: Path, torn: str
) -> None:
    store = await opener()
    for number in range(3):
        await store.keep([Turn(ANN, f"k{number}")], append, NOON)
    files = content(path)
    log = bytearray(files["-wal"])
    if torn == "cut short":
        del log[-1:]
    else:
        log[-100:] = bytes(100)
        log[-200] ^= 1
    copy = tmp_path / "copy.db"
    copy.write_bytes(files[""])
    beside(copy, "-wal").write_bytes(log)
    again = await open_sqlite(copy, Seal([KEY]), now=NOON)
    assert await again.read(ANN) == "k0;k1;"
    await again.close()
