"""A disk that is full: nothing is confirmed that is not kept, deletions and marks go on, and it mends itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.ballast import BALLAST
from storage.departed import list_of, read
from storage.errors import StoreFull, StoreTrouble
from storage.seal import Seal
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Decide, Decision, Kept, Letter, Turn
from tests.small_disk import MIB, SmallDisk, small_disk
from tests.storage.conftest import Opener
from tests.storage.files import beside, mode, rows
from tests.storage.samples import ANN, BOB, NOON, always, append, claim_first

FORGET = always(Decision(None, (Letter("goodbye"),), forget=True))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk") as found:
        yield found


def size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


async def test_room_is_kept_back_in_a_private_file(opener: Opener, path: Path) -> None:
    await opener()
    ballast = beside(path, ".ballast")
    assert (size(ballast), mode(ballast)) == (BALLAST, 0o600)


async def test_where_sqlite_may_grow_no_more_the_turn_fails_and_comes_again(opener: Opener, path: Path) -> None:
    store = await opener()
    await store.keep([Turn(ANN, "1")], append, NOON)
    await store._link.ask(lambda db: db.execute("PRAGMA max_page_count = 1").fetchall())
    with pytest.raises(StoreFull):
        await store.keep([Turn(BOB, "2")], always(Decision("x" * 100_000)), NOON)
    assert await store.read(BOB) is None
    await store._link.ask(lambda db: db.execute("PRAGMA max_page_count = 100000").fetchall())
    assert await store.keep([Turn(BOB, "2")], append, NOON) == [Kept()]
    assert size(beside(path, ".ballast")) == BALLAST


async def on(disk: SmallDisk) -> SqliteStore:
    return await open_sqlite(disk.folder / "people.db", Seal([bytes(range(32))]), now=NOON)


async def fill_up(store: SqliteStore, disk: SmallDisk) -> int:
    """Turns until the store says that there is no room; how many were kept."""
    disk.fill(leave=64 * 1024)
    for number in range(2000):
        try:
            await store.keep([Turn(f"telegram:{100 + number % 40}", f"fill {number}")], append, NOON)
        except StoreTrouble:
            return number
    raise AssertionError("the disk never got full")


async def test_on_a_full_disk_nothing_is_confirmed_that_is_not_kept(disk: SmallDisk) -> None:
    store = await on(disk)
    await store.keep([Turn(ANN, "1")], always(Decision("mine", (Letter("hello"), Letter("again")))), NOON)
    confirmed = await fill_up(store, disk)
    disk.fill()
    with pytest.raises(StoreFull, match="disk"):
        await store.keep([Turn(BOB, "2")], append, NOON)
    assert await store.read(ANN) == "mine"
    await store.close()
    again = await on(disk)
    held = rows(disk.folder / "people.db", "SELECT count(*) FROM handled")
    assert held == [(confirmed + 1,)]
    await again.close()


async def test_on_a_full_disk_letters_are_marked_and_people_deleted(disk: SmallDisk) -> None:
    store = await on(disk)
    await store.keep([Turn(ANN, "1")], always(Decision("mine", (Letter("hello"),))), NOON)
    await store.keep([Turn(BOB, "2")], always(Decision("mine", (Letter("hello"), Letter("more")))), NOON)
    await fill_up(store, disk)
    disk.fill()
    await store.sent(await claim_first(store), "message 1")
    await store.sent(await claim_first(store), "message 2")
    with pytest.raises(StoreFull):
        await store.keep([Turn("telegram:new", "x"), Turn(ANN, "away")], forgets(ANN), NOON)
    assert await store.read(ANN) is None  # what forgets was kept, and is on the list
    assert read(list_of(disk.folder / "people.db"), store._seal).holds(ANN, NOON)
    assert await store.read("telegram:new") is None
    await store.close()


def forgets(person: str) -> Decide:
    def decide(turn: Turn, conversation: str | None) -> Decision:
        return Decision(None, forget=True) if turn.person == person else append(turn, conversation)

    return decide


async def test_when_there_is_room_again_it_goes_on_by_itself(disk: SmallDisk) -> None:
    store = await on(disk)
    await fill_up(store, disk)
    disk.fill()
    with pytest.raises(StoreFull):
        await store.keep([Turn(BOB, "late")], append, NOON)
    disk.empty()
    assert await store.keep([Turn(BOB, "late")], append, NOON) == [Kept()]
    assert size(disk.folder / "people.db.ballast") == 2 * MIB // 32
    await store.close()


async def test_a_start_on_a_full_disk_keeps_what_is_there(disk: SmallDisk) -> None:
    store = await on(disk)
    await store.keep([Turn(ANN, "1")], append, NOON)
    await store.close()
    beside(disk.folder / "people.db", ".ballast").unlink()
    disk.fill()
    try:
        store = await on(disk)
    except Exception as error:
        assert "make room" in str(error) or "no room" in str(error)  # noqa: PT017
    else:
        assert await store.read(ANN) == "1;"
        await store.close()
    disk.empty()
    store = await on(disk)
    assert await store.read(ANN) == "1;"
    await store.close()
