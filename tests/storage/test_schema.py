"""Migrations and queries: old databases open, a failed step leaves the schema before it, every query is used."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage import sql
from storage.entry import upgrade
from storage.seal import Seal
from storage.sqlite import open_sqlite
from storage.store import Seen, Turn, Waiting, Wake
from tests.storage.conftest import Opener
from tests.storage.files import plan, rows, write
from tests.storage.samples import ANN, BOB, DAY, HOUR, KEY, NOON, append

OLD = sorted((Path(__file__).parent / "old").glob("*.sql"))
STORAGE = Path(sql.__file__).parents[1]


def test_every_released_schema_has_its_old_database() -> None:
    assert [file.stem for file in OLD] == [f"{number:04}" for number in range(1, len(sql.migrations()) + 1)]


@pytest.mark.parametrize("old", OLD, ids=lambda file: file.stem)
async def test_an_old_database_opens_with_the_newest_schema(tmp_path: Path, old: Path) -> None:
    path = tmp_path / "people.db"
    write(path, script(old))
    store = await open_sqlite(path, Seal([KEY]), now=NOON)
    try:
        assert rows(path, "PRAGMA user_version") == [(len(sql.migrations()),)]
        assert await store.read(ANN) == await store.read(BOB) == "Grüße an Ann"
        assert await store.due(NOON + HOUR) == [(person, Wake("reminder", NOON + HOUR)) for person in (ANN, BOB)]
        assert await store.reference(ANN) == "message 10"
        # the reminder to Ann was in flight, the answer to Bob waited
        assert await store.waiting(NOON) == [Waiting(3, BOB, "answer", "", False, None)]
        await store.bury(3, "blocked")
        assert await store.waiting(NOON) == [Waiting(4, BOB, "reminder", "reminder", True, NOON + DAY)]
        handled = [Turn(ANN, f"k{number}") for number in (1, 2, 3)]
        assert await store.keep(handled, append, NOON) == [Seen()] * 3
    finally:
        await store.close()


def script(old: Path) -> str:
    return old.read_text("utf-8")


def schema(db: sqlite3.Connection) -> tuple[int, list[str]]:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    return version, sorted(row[0] for row in db.execute("SELECT name FROM sqlite_master"))


def test_steps_are_taken_once_and_in_order() -> None:
    steps = ["CREATE TABLE a (n INTEGER);", "ALTER TABLE a RENAME TO b;"]
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        upgrade(db, steps[:1])
        assert schema(db) == (1, ["a"])
        upgrade(db, steps)
        upgrade(db, steps)
        assert schema(db) == (2, ["b"])


def test_a_step_that_fails_leaves_the_schema_before_it() -> None:
    steps = ["CREATE TABLE a (n INTEGER);", "CREATE TABLE b (n INTEGER); INSERT INTO nowhere VALUES (1);"]
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            upgrade(db, steps)
        assert schema(db) == (1, ["a"])
        assert not db.in_transaction


async def test_every_query_fits_the_schema(opener: Opener, path: Path) -> None:
    await opener()
    for query in sql.queries().values():
        assert plan(path, query) or query.startswith("INSERT")


def test_every_query_has_a_purpose_and_is_used() -> None:
    text = (Path(sql.__file__).parent / "queries.sql").read_text("utf-8")
    assert not [query for query in sql.queries().values() if "--" in query]
    names = re.findall(r"^-- (\w+): \S.+$", text, re.MULTILINE)
    assert names == list(sql.queries())
    assert len(names) == text.count(";\n")
    code = "".join(file.read_text("utf-8") for file in STORAGE.glob("*.py"))
    assert [name for name in names if f'"{name}"' not in code] == []
