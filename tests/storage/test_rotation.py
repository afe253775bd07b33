"""A new key: everything is sealed with it afterwards, wherever the rotation was interrupted."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from storage import rotation, sql
from storage.departed import list_of
from storage.errors import Refusal, StoreBusy, StoreRefused
from storage.keys import make_key_file, read_key_file
from storage.opening import open_store
from storage.reading import counts
from storage.rotation import SEALED, rotate
from storage.seal import Seal
from storage.store import Decision, Letter, Seen, Store, Turn, Wake
from tests.storage.files import content, mode, put, read, rows, set_mode, write
from tests.storage.samples import ANN, BOB, DAY, NOON, always, append, claim_first

PEOPLE = [f"telegram:{number}" for number in range(30)]


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "key"


async def opened(path: Path, key: Path) -> Store:
    return await open_store(f"sqlite:///{path}", key, now=NOON)


@pytest.fixture
async def closed(path: Path, key: Path) -> Path:
    store = await opened(path, key)
    decision = Decision(
        "mine", (Letter("one"), Letter("two", "w", True, NOON + DAY)), (Wake("w", NOON),), counts=("c",)
    )
    await store.keep([Turn(person, person) for person in PEOPLE], always(decision), NOON)
    await store.sent(await claim_first(store), "message 10")
    await store.keep([Turn("telegram:gone", "x")], always(Decision(None, forget=True)), NOON)
    await store.close()
    return path


def sealed_by_first(path: Path, keys: tuple[bytes, ...]) -> bool:
    seal = Seal(keys[:1])
    values = [
        value
        for each in SEALED
        for (value,) in rows(path, f"SELECT {each.column} FROM {each.table} WHERE {each.column} IS NOT NULL")  # noqa: S608
        if seal.looks_sealed(value)
    ]
    assert len(values) > 3 * len(PEOPLE)
    return all(seal.knows(value) for value in values)


async def whole(path: Path, key: Path) -> None:
    store = await opened(path, key)
    assert [await store.read(person) for person in PEOPLE] == ["mine"] * len(PEOPLE)
    assert len(await store.counts()) == len(PEOPLE)
    assert await store.reference(PEOPLE[0]) == "message 10"
    assert {letter.body for letter in await store.waiting(NOON)} <= {"one", "two"}
    assert len(await store.due(NOON)) == len(PEOPLE)
    assert await store.keep([Turn(PEOPLE[0], PEOPLE[0])], append, NOON) == [Seen()]
    await store.close()


async def test_everything_is_sealed_with_the_new_key_alone(closed: Path, key: Path) -> None:
    (before,) = read_key_file(key)
    done = rotate(closed, key, NOON)
    (after,) = read_key_file(key)
    assert after != before
    assert (done.broken, done.fields > 4 * len(PEOPLE)) == (0, True)
    assert sealed_by_first(closed, (after,))
    await whole(closed, key)
    assert done.retired is not None
    assert read_key_file(done.retired) == (before,)
    assert mode(key) == mode(done.retired) == 0o600
    assert before not in b"".join(content(closed).values())


def test_every_sealed_column_is_known_to_the_rotation() -> None:
    blobs = {
        (table, line.split()[0])
        for script in sql.migrations()
        for table, body in _tables(script)
        for line in body.splitlines()
        if " BLOB" in line
    }
    assert {(each.table, each.column) for each in SEALED} == blobs - {
        ("aside", "conversation")
    }  # that opens with no key


def _tables(script: str) -> list[tuple[str, str]]:
    return re.findall(r"CREATE TABLE (\w+) \((.*?)\n\);", script, re.DOTALL)


class Killed(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("after", range(0, 130, 13))
async def test_interrupted_anywhere_it_can_be_run_again(
    closed: Path, key: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Dies at the start of each batch, before the list, and before the old key is retired."""
    monkeypatch.setattr(rotation, "BATCH", 10)
    left = after
    real = Seal.is_newest

    def dying(seal: Seal, value: object) -> bool:
        nonlocal left
        left -= 1
        if left == -1:
            raise Killed
        return real(seal, value)

    monkeypatch.setattr(Seal, "is_newest", dying)
    with pytest.raises(Killed):
        rotate(closed, key, NOON)
    monkeypatch.setattr(Seal, "is_newest", real)
    assert len(read_key_file(key)) == 2
    await whole(closed, key)  # the bot may run in between
    rotate(closed, key, NOON)
    (last,) = read_key_file(key)
    assert sealed_by_first(closed, (last,))
    await whole(closed, key)


@pytest.mark.parametrize("at", ["departed.reseal", "rotation.retire"])
async def test_interrupted_behind_the_rows(closed: Path, key: Path, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(f"storage.{at}", die)
        with pytest.raises(Killed):
            rotate(closed, key, NOON)
    await whole(closed, key)
    rotate(closed, key, NOON)
    assert len(read_key_file(key)) == 1
    await whole(closed, key)


async def test_a_key_file_that_cannot_be_written_is_rotated_by_hand(closed: Path, key: Path, tmp_path: Path) -> None:
    (before,) = read_key_file(key)
    make_key_file(tmp_path / "other")
    lines = read(tmp_path / "other") + read(key)
    put(key, lines)
    done = rotate(closed, key, NOON)
    (first,) = read_key_file(key)
    assert (first, before) == read_key_file_of(lines, tmp_path)
    assert sealed_by_first(closed, (first,))
    assert done.broken == 0


def read_key_file_of(lines: bytes, folder: Path) -> tuple[bytes, ...]:
    copy = folder / "copy of the key file"
    copy.write_bytes(lines)
    set_mode(copy, 0o600)
    return read_key_file(copy)


async def test_a_row_that_no_key_opens_stays_and_is_told(closed: Path, key: Path) -> None:
    write(closed, f"UPDATE people SET conversation = zeroblob(60) WHERE person = '{ANN}'")  # noqa: S608
    write(closed, "UPDATE people SET conversation = 'text' WHERE person = 'telegram:7'")
    done = rotate(closed, key, NOON)
    assert done.broken == 2
    store = await opened(closed, key)
    assert await store.read(BOB) == "mine"
    await store.close()


async def test_while_the_bot_runs(closed: Path, key: Path) -> None:
    store = await opened(closed, key)
    before = read(key)
    with pytest.raises(StoreBusy):
        rotate(closed, key, NOON)
    assert read(key) == before
    await store.close()


async def test_a_wrong_or_missing_key_changes_nothing(closed: Path, key: Path, tmp_path: Path) -> None:
    before = content(closed)
    make_key_file(tmp_path / "wrong")
    for file, kind in ((tmp_path / "wrong", Refusal.WRONG_KEY), (tmp_path / "gone", Refusal.MISSING_KEY)):
        with pytest.raises(StoreRefused) as caught:
            rotate(closed, file, NOON)
        assert caught.value.kind is kind
    assert content(closed)[""] == before[""]
    assert len(read_key_file(tmp_path / "wrong")) == 1


async def test_the_deletion_list_goes_along(closed: Path, key: Path) -> None:
    before = list_of(closed).read_text()
    rotate(closed, key, NOON)
    after = list_of(closed).read_text()
    assert after != before
    assert after.splitlines()[2:] == before.splitlines()[2:]


async def test_counts_are_read_beside_a_running_store(closed: Path, key: Path) -> None:
    store = await opened(closed, key)
    seal = Seal(read_key_file(key))
    assert counts(closed, seal) == await store.counts()
    with pytest.raises(StoreRefused) as caught:
        counts(closed, Seal([bytes(32)]))
    assert caught.value.kind is Refusal.WRONG_KEY
    await store.close()
    shutil.rmtree(closed.parent)
    with pytest.raises(StoreRefused, match="missing"):
        counts(closed, seal)
