"""What SQLite's store does beyond what every store does: files, modes, secrecy, recovery, a full disk."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from storage import folding, sql
from storage.errors import SealBroken, StoreClosed, StoreFull
from storage.seal import Seal
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Decision, Failed, Kept, Letter, Seen, Turn, Wake
from tests.storage.conftest import Opener
from tests.storage.files import beside, content, mode, plan, rows, set_mode, write
from tests.storage.samples import ANN, BOB, DAY, NOON, Turns, always, append, bodies, claim_first, error_of, letters

TABLES = ("people", "handled", "wakes", "letters", "posted", "aside", "counts")
CANARY = "numbness-canary"
SCANS_ALLOWED = {
    "coming_up",  # at most as many as its limit
    "people_waiting",
    "next_wake",
    "flying",
    "counts",
    "tag_keys",
    "veil_wakes",
    "veil_letters",
    "drop_causes",
    "everybody",
    "conversations",
    "drop_letters",
}


async def test_what_was_kept_is_there_after_a_restart(opener: Opener) -> None:
    store = await opener()
    decision = Decision("mine", (Letter("hello", "w", True, NOON + DAY),), (Wake("w", NOON),))
    await store.keep([Turn(ANN, "k")], always(decision), NOON)
    waiting = await store.waiting(NOON)
    await store.close()
    again = await opener()
    assert await again.read(ANN) == "mine"
    assert await again.waiting(NOON) == waiting
    assert await again.due(NOON) == [(ANN, Wake("w", NOON))]
    assert await again.keep([Turn(ANN, "k")], append, NOON) == [Seen()]


async def test_at_the_start_answers_in_flight_wait_again_and_reminders_are_given_up(opener: Opener, path: Path) -> None:
    store = await opener()
    turns = Turns(store)
    await turns.keep(letters("answer"), "a")
    await turns.keep(letters("reminder", cause="reminder", once=True), "b")
    await turns.keep(letters("hushed", cause="reminder"), "c")
    await turns.keep(letters("forgotten"), "d")
    for letter in await store.waiting(NOON):
        assert await store.claim(letter.id)
    await turns.keep(Decision(None, hush=("reminder",)), "c")
    await turns.keep(Decision(None, forget=True), "d")
    await store.close()
    again = await opener()
    assert bodies(await again.waiting(NOON)) == ["answer"]
    assert rows(path, "SELECT person, fate FROM posted ORDER BY person") == [("b", "unknown"), ("c", "hushed")]


async def test_numbers_of_letters_are_never_used_again(opener: Opener) -> None:
    store = await opener()
    await Turns(store).keep(letters("1"))
    first = await claim_first(store)
    await store.sent(first)
    await store.close()
    again = await opener()
    await again.keep([Turn(ANN, "other")], always(letters("2")), NOON)
    assert (await again.waiting(NOON))[0].id > first


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
async def test_its_files_are_private_whatever_the_umask(opener: Opener, path: Path, umask: int) -> None:
    path.parent.mkdir(0o700)
    before = os.umask(umask)
    try:
        store = await opener()
        await Turns(store).keep(Decision("x" * 100_000))
    finally:
        os.umask(before)
    modes = {file.name: mode(file) for file in path.parent.iterdir()}
    assert modes == {f"people.db{ending}": 0o600 for ending in ("", "-wal", "-shm", ".lock", ".ballast")}


async def test_a_restored_copy_is_made_private(opener: Opener, path: Path) -> None:
    await (await opener()).close()
    set_mode(path, 0o644)
    await opener()
    assert mode(path) == 0o600


async def test_its_folder_is_made_private(opener: Opener, path: Path) -> None:
    await opener()
    assert mode(path.parent) == 0o700


async def test_the_disk_settings_that_promises_rest_on(opener: Opener) -> None:
    store = await opener()
    asked = ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "trusted_schema", "busy_timeout")

    def ask(db: sqlite3.Connection) -> list[object]:
        return [db.execute(f"PRAGMA {name}").fetchone()[0] for name in asked]

    answers = await store._link.ask(ask)
    assert answers == ["wal", 2, 1, 1, 0, 5000]


async def test_no_text_is_readable_in_the_files_or_the_log(
    opener: Opener, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    store = await opener()
    turns = Turns(store)
    for person in (ANN, BOB):
        await turns.keep(Decision(f"{CANARY} 1", (Letter(f"{CANARY} 2"), Letter(f"{CANARY} 3"))), person)
        await store.sent(await claim_first(store), f"{CANARY} 4")
        await turns.keep(Decision(f"{CANARY} 5", (Letter(CANARY + "x" * 1_000_000),)), person)  # breaks a limit
    await store.read(ANN)
    files = b"".join(content(path).values())
    assert len(files) > 20_000
    assert CANARY.encode() not in files
    await store.close()
    assert CANARY.encode() not in content(path)[""]
    assert caplog.records
    assert CANARY not in caplog.text


async def test_who_was_forgotten_leaves_only_handled_keys(opener: Opener, path: Path) -> None:
    store = await opener()
    turns = Turns(store)
    await turns.keep(Decision("mine", (Letter("1"), Letter("2")), (Wake("w", NOON),)), "canary:77")
    await store.sent(await claim_first(store), "message 10")
    await turns.keep(Decision(None, (Letter("goodbye"),), forget=True), "canary:77")
    await store.sent(await claim_first(store), "message 11")
    await turns.keep(Decision(None, forget=True), "canary:77")
    assert b"canary:77" not in b"".join(content(path).values())
    left = {table: rows(path, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}  # noqa: S608
    assert left == {"people": 0, "handled": 3, "wakes": 0, "letters": 0, "posted": 0, "aside": 0, "counts": 0}


async def test_keys_and_names_of_wake_ups_stand_in_no_file(opener: Opener, path: Path) -> None:
    store = await opener()
    wake = Wake("seen-by-doctor", NOON)
    await store.keep([Turn(ANN, "key-of-telegram:77")], always(Decision(None, wakes=(wake,))), NOON)
    assert await store.due(NOON) == [(ANN, wake)]
    files = b"".join(content(path).values())
    assert ANN.encode() in files
    assert b"telegram:77" not in files
    assert b"seen-by-doctor" not in files


async def test_equal_names_of_two_people_look_different(opener: Opener, path: Path) -> None:
    store = await opener()
    await store.keep([Turn(ANN, "1"), Turn(BOB, "2")], always(Decision(None, wakes=(Wake("seen", NOON),))), NOON)
    (one,), (other,) = rows(path, "SELECT name FROM wakes")
    assert one != other


async def test_a_wake_up_whose_name_was_changed_is_dropped_and_the_others_go_on(opener: Opener, path: Path) -> None:
    store = await opener()
    await store.keep([Turn(ANN, "1"), Turn(BOB, "2")], always(Decision(None, wakes=(Wake("seen", NOON),))), NOON)
    write(path, f"UPDATE wakes SET name = zeroblob(20) WHERE person = '{ANN}'")  # noqa: S608
    assert await store.due(NOON) == [(BOB, Wake("seen", NOON))]
    assert rows(path, "SELECT person FROM wakes") == [(BOB,)]


async def test_a_conversation_that_does_not_open_is_laid_aside_and_the_person_begins_anew(
    opener: Opener, path: Path
) -> None:
    store = await opener()
    await store.keep([Turn(ANN, "1"), Turn(BOB, "2")], append, NOON)
    write(path, f"UPDATE people SET conversation = zeroblob(60) WHERE person = '{ANN}'")  # noqa: S608
    assert not await store.lay_aside(BOB, NOON)
    assert await store.lay_aside(ANN, NOON)
    await store.keep([Turn(ANN, "3")], append, NOON)
    assert (await store.read(ANN), await store.read(BOB)) == ("3;", "2;")
    assert rows(path, "SELECT person FROM aside") == [(ANN,)]
    await store.keep([Turn(ANN, "4")], always(Decision(None, forget=True)), NOON)
    assert rows(path, "SELECT person FROM aside") == []


async def test_what_was_laid_aside_goes_after_thirty_days(opener: Opener, path: Path) -> None:
    store = await opener()
    await store.keep([Turn(ANN, "1")], append, NOON)
    write(path, "UPDATE people SET conversation = zeroblob(60)")
    await store.lay_aside(ANN, NOON)
    await store.prune(NOON + 30 * DAY)
    assert rows(path, "SELECT person FROM aside") == [(ANN,)]
    await store.prune(NOON + 31 * DAY)
    assert rows(path, "SELECT person FROM aside") == []


async def test_counts_tell_no_order_and_no_word(opener: Opener, path: Path) -> None:
    store = await opener()
    for number in range(20):
        await store.keep([Turn(ANN, str(number))], always(Decision(None, counts=(f"stop {number}",))), NOON)
    kept = rows(path, "SELECT id, day, body FROM counts ORDER BY rowid")
    assert [body for _, body in await store.counts()] != [f"stop {number}" for number in range(20)]
    assert len(kept) == 20
    assert b"stop 1" not in b"".join(content(path).values())


async def test_when_nothing_is_written_for_a_while_the_log_is_folded_in(
    opener: Opener, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "IDLE", 0.05)
    store = await opener()
    await store.keep([Turn(ANN, "1")], append, NOON)
    assert beside(path, "-wal").stat().st_size > 0
    async with asyncio.timeout(5):
        while beside(path, "-wal").stat().st_size:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert await store.read(ANN) == "1;"


async def test_a_fold_never_waits_for_a_reader(opener: Opener, path: Path) -> None:
    store = await opener()
    await store.keep([Turn(ANN, "1")], append, NOON)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM people").fetchone() == (1,)
        begun = time.perf_counter()
        await store.keep([Turn(ANN, "2")], always(Decision(None, forget=True)), NOON)
        assert time.perf_counter() - begun < 2  # a fold that waited would take the five seconds of the time-out
        assert beside(path, "-wal").stat().st_size > 0
        reader.execute("COMMIT")
    async with asyncio.timeout(5):
        while beside(path, "-wal").stat().st_size:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_the_body_of_a_sent_letter_is_wiped_at_once(opener: Opener, path: Path) -> None:
    store = await opener()
    await Turns(store).keep(letters("private"))
    (sealed,) = rows(path, "SELECT body FROM letters")[0]
    assert isinstance(sealed, bytes)
    await store.sent(await claim_first(store))
    assert rows(path, "SELECT body FROM letters") == []
    await store.prune(NOON)
    assert sealed not in b"".join(content(path).values())


async def test_a_seal_that_is_broken_fails_that_turn_alone(opener: Opener, path: Path) -> None:
    store = await opener()
    await store.keep([Turn(ANN, "1"), Turn(BOB, "2"), Turn("c", "3")], append, NOON)
    theirs = "(SELECT conversation FROM people WHERE person = 'c')"
    write(path, f"UPDATE people SET conversation = {theirs} WHERE person = '{ANN}'")  # noqa: S608
    outcomes = await store.keep([Turn(ANN, "4"), Turn(BOB, "5")], append, NOON)
    assert isinstance(error_of(outcomes[0]), SealBroken)
    assert outcomes[1] == Kept()
    with pytest.raises(SealBroken):
        await store.read(ANN)
    assert await store.read(BOB) == "2;5;"


@pytest.mark.parametrize(
    "change",
    ["once = 0", "cause = 'other'", "expires = expires + 1", "person = 'telegram:2'", "body = zeroblob(50)"],
)
async def test_a_letter_that_was_changed_is_buried_and_the_next_goes_on(
    opener: Opener, path: Path, change: str
) -> None:
    store = await opener()
    await Turns(store).keep(letters("changed", cause="reminder", once=True, expires=NOON + DAY))
    await Turns(store).keep(Decision(None))
    await store.keep([Turn("c", "other")], always(letters("fine")), NOON)
    write(path, f"UPDATE letters SET {change} WHERE id = 1")  # noqa: S608
    assert bodies(await store.waiting(NOON)) == ["fine"]
    assert rows(path, "SELECT id, fate FROM posted") == [(1, "unreadable")]


async def test_a_full_disk_fails_the_whole_group_and_mends_itself(opener: Opener, path: Path) -> None:
    store = await opener()
    await store.keep([Turn(ANN, "1")], append, NOON)
    await store._link.ask(lambda db: db.execute("PRAGMA max_page_count = 30").fetchall())
    big = always(Decision("x" * 200_000, (Letter("hello"),)))
    with pytest.raises(StoreFull, match=r"no room to write .*people\.db"):
        await store.keep(
            [Turn(BOB, "2"), Turn(ANN, "3")], lambda t, c: big(t, c) if t.key == "3" else append(t, c), NOON
        )
    assert await store.read(ANN) == "1;"
    assert await store.read(BOB) is None
    await store._link.ask(lambda db: db.execute("PRAGMA max_page_count = 10000").fetchall())
    assert await store.keep([Turn(BOB, "2"), Turn(ANN, "3")], big, NOON) == [Kept(), Kept()]


async def test_a_turn_that_fails_half_way_is_undone_alone(opener: Opener) -> None:
    store = await opener()
    refuse = (
        "CREATE TEMP TRIGGER no_bob BEFORE INSERT ON letters WHEN new.person = 'telegram:2'"
        " BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    await store._link.run(lambda db: db.execute(refuse))
    decide = always(Decision("talk", (Letter("hello"),), (Wake("w", NOON),)))
    group = [Turn(ANN, "1"), Turn(BOB, "2"), Turn("c", "3")]
    assert [type(outcome) for outcome in await store.keep(group, decide, NOON)] == [Kept, Failed, Kept]
    assert await store.read(BOB) is None
    assert [person for person, _ in await store.due(NOON)] == ["c", ANN]
    await store._link.run(lambda db: db.execute("DROP TRIGGER no_bob"))
    assert await store.keep(group, decide, NOON) == [Seen(), Kept(), Seen()]


async def test_prune_goes_through_more_than_one_batch(
    opener: Opener, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.store.NEWEST_KEYS", 0)
    store = await opener()
    await store.keep([Turn(ANN, f"k{number}") for number in range(2500)], always(Decision(None)), NOON)
    await store.prune(NOON + 4 * DAY)
    assert rows(path, "SELECT count(*) FROM handled") == [(0,)]
    assert beside(path, "-wal").stat().st_size == 0


async def test_closing_ends_the_thread_and_lets_go_of_the_file(opener: Opener, path: Path) -> None:
    store = await opener()
    call = asyncio.ensure_future(store.keep([Turn(ANN, f"k{n}") for n in range(500)], append, NOON))
    await asyncio.sleep(0)
    call.cancel()
    async with asyncio.timeout(5):
        await store.close()
    with pytest.raises(StoreClosed):
        await store.waiting(NOON)
    assert not beside(path, "-wal").exists()
    again = await opener()
    assert len((await again.read(ANN) or "").split(";")) in (1, 501)  # all of it or nothing
    await again.close()
    assert not [thread for thread in threading.enumerate() if "connection_worker" in thread.name]


async def test_a_cancelled_close_goes_on_by_itself(opener: Opener) -> None:
    store = await opener()
    closing = asyncio.ensure_future(store.close())
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    await until_open(opener)


async def test_a_cancelled_open_lets_go_of_the_file(path: Path, seal: Seal, opener: Opener) -> None:
    opening = asyncio.ensure_future(open_sqlite(path, seal, now=NOON))
    await asyncio.sleep(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await until_open(opener)


async def test_no_hot_query_walks_a_table_that_grows_with_people(opener: Opener, path: Path) -> None:
    await opener()
    for name, query in sql.queries().items():
        if name not in SCANS_ALLOWED:
            assert "SCAN" not in plan(path, query), name
    assert "USING COVERING INDEX wakes_at" in plan(path, sql.queries()["next_wake"])
    assert "USING COVERING INDEX wakes_at" in plan(path, sql.queries()["due"])
    assert "letters_flying" in plan(path, sql.queries()["flying"])
    assert "letters_lane" in plan(path, sql.queries()["lane"])
    assert "letters_person" in plan(path, sql.queries()["following"])
    assert "letters_expires" in plan(path, sql.queries()["expired"])


async def until_open(opener: Opener) -> SqliteStore:
    """Opens as soon as the last one has let go."""
    from storage.errors import StoreBusy

    async with asyncio.timeout(5):
        while True:
            try:
                return await opener()
            except StoreBusy:
                await asyncio.sleep(0)
