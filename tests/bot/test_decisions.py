"""What is kept of a turn: the last word on a wake-up, and nothing at all after a /delete."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine import Engine, _wakes
from flows import book
from flows.conversation import Conversation
from flows.effects import Effect, Hush, Wake
from flows.events import Asked, Started, Stopped, Wrote
from flows.stages import Stage
from storage.sqlite import SqliteStore
from storage.store import Decision, Kept, Seen
from storage.store import Wake as KeptWake
from tests.bot.talks import ANN, MORNING, RINGS, after, put, ringing, take_all, talk_of, tap, texts


async def talk(store: SqliteStore, person: str) -> Conversation:
    return talk_of(Decision(await store.read(person)))


def count(path: Path, table: str, person: str = ANN) -> int:
    """Rows of a person, seen by a connection of its own: what is on disk."""
    with closing(sqlite3.connect(path)) as db:
        (number,) = db.execute(f"SELECT count(*) FROM {table} WHERE person = ?", (person,)).fetchone()  # noqa: S608
        return int(number)


NAMES = st.sampled_from(["reminder", "later", "silence"])
WORDS = st.lists(st.one_of(st.builds(Hush, NAMES), st.builds(Wake, NAMES, st.sampled_from([MORNING, RINGS]))))


@given(WORDS)
def test_of_each_wake_up_the_last_word_counts(effects: list[Effect]) -> None:
    last: dict[str, Effect] = {effect.name: effect for effect in effects if isinstance(effect, Wake | Hush)}
    wakes, hush = _wakes(effects)
    assert dict(wakes) == {name: word.at for name, word in last.items() if isinstance(word, Wake)}
    assert set(hush) == {effect.name for effect in effects if isinstance(effect, Hush)}


@pytest.mark.parametrize(
    ("effects", "stands"),
    [([Wake("reminder", RINGS), Hush("reminder")], []), ([Hush("reminder"), Wake("reminder", RINGS)], [RINGS])],
)
async def test_the_last_word_counts_in_the_store_as_well(
    store: SqliteStore, effects: list[Effect], stands: list[object]
) -> None:
    wakes, hush = _wakes(effects)
    await put(store, ANN, Decision(None, wakes=tuple(KeptWake(*pair) for pair in wakes.items()), hush=hush))
    assert [wake.at for _, wake in await store.due(RINGS)] == stands


async def test_the_keys_that_are_kept_tell_nothing_of_the_person(
    store: SqliteStore, engine: Engine, path: Path
) -> None:
    """They outlive a /delete by some days."""
    await put(store, ANN, ringing())
    ((person, wake),) = await store.due(RINGS)
    await engine.wake(person, wake)
    await engine.handle(ANN, Asked("help"), f"telegram:1 {ANN}")
    with closing(sqlite3.connect(path)) as db:
        keys = [key for (key,) in db.execute("SELECT key FROM handled")]
    assert [len(bytes.fromhex(key)) for key in keys] == [16, 16]


async def test_deleting_leaves_only_the_goodbye(store: SqliteStore, engine: Engine, path: Path) -> None:
    await put(store, ANN, ringing())
    await engine.handle(ANN, Asked("help"), "0")
    await take_all(store, ANN)
    await engine.handle(ANN, Asked("mydata"), "1")  # letters that still wait when everything goes
    await engine.handle(ANN, Asked("delete"), "2")
    offer = tap(Decision(await store.read(ANN)), "offer", "forget")
    assert await engine.handle(ANN, offer, "3") == Kept()
    assert [count(path, table) for table in ("people", "wakes", "posted", "letters")] == [0, 0, 0, 1]
    assert texts(await take_all(store, ANN)) == [book.load().say("forget.done")]
    assert [count(path, table) for table in ("people", "wakes", "posted", "letters")] == [0, 0, 0, 0]


async def test_after_deleting_the_person_is_a_stranger(store: SqliteStore, engine: Engine) -> None:
    await put(store, ANN, after(*[Started(), Wrote("18 to 64"), Wrote("I agree")]))
    old = Decision(await store.read(ANN))
    await engine.handle(ANN, Asked("delete"), "1")
    await engine.handle(ANN, tap(Decision(await store.read(ANN)), "offer", "forget"), "2")
    await engine.handle(ANN, Started(), "3")
    await engine.handle(ANN, tap(old, "country", "DE"), "4")
    now = await talk(store, ANN)
    assert (now.stage, now.agreement, now.country) == (Stage.AGE, None, "")


async def test_a_wake_up_that_no_longer_stands_does_nothing(store: SqliteStore, engine: Engine) -> None:
    await put(store, ANN, ringing())
    ((person, wake),) = await store.due(RINGS)
    await engine.handle(ANN, Stopped(), "stop")
    before = await store.read(ANN)
    await take_all(store, ANN)
    assert await engine.wake(person, wake) == Seen()
    assert await store.read(ANN) == before
    assert await take_all(store, ANN) == []
