"""/mydata: everything that a store holds of one person, and of nobody else."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot import letters, mydata
from bot.clock import SetClock
from bot.engine import Engine, running
from bot.makers import Files
from flows import book, kept
from flows.effects import Kind
from flows.events import Asked
from storage.memory import MemoryStore
from storage.sqlite import SqliteStore
from storage.store import Held, Store
from tests.bot.talks import ANN, BOB, MORNING, home, put, ringing, take_all, texts

BOOK = book.load()


@pytest.fixture(params=["sqlite", "memory"])
async def any_store(request: pytest.FixtureRequest, store: SqliteStore) -> Store:
    return store if request.param == "sqlite" else MemoryStore()


async def files_of(store: Store) -> tuple[str, dict[str, object]]:
    files = Files(store, BOOK, SetClock(MORNING))
    text, data = await files.make(ANN, "mydata.txt"), await files.make(ANN, "mydata.json")
    assert text is not None
    assert data is not None
    assert (text.mime, data.mime) == ("text/plain", "application/json")
    assert text.name == "unkink-mydata-2026-11-23.txt"
    return text.content.decode(), json.loads(data.content)


async def test_both_files_hold_the_conversation_the_messages_and_the_wake_ups(any_store: Store) -> None:
    await put(any_store, ANN, ringing())
    held = await any_store.held(ANN)
    text, data = await files_of(any_store)
    assert data["conversation"] == json.loads(held.conversation or "")
    assert data["wake_ups"] == [{"name": "reminder", "at": "2026-11-23T12:00:00+00:00"}]
    assert data["person"] == ANN
    assert "reminder" in text.partition("WHEN I COME BACK BY MYSELF")[2]
    assert "Your number in the messenger, under which all this is kept: 1" in text


async def test_a_message_that_waits_and_one_that_went_are_told(store: SqliteStore, engine: Engine) -> None:
    await engine.handle(ANN, Asked("about"), "1")
    text, data = await files_of(store)
    about = BOOK.say("topic.about", intended=BOOK.intended_use)[:40]
    assert about in " ".join(text.partition("MESSAGES THAT WAIT TO BE SENT")[2].split())
    assert about in json.dumps(data["waiting_messages"])
    await take_all(store, ANN)
    text, data = await files_of(store)
    assert data["waiting_messages"] == []
    assert len(data["sent_messages"]) == text.partition("MESSAGES I SENT")[2].count(": sent")  # type: ignore[arg-type]
    assert about not in json.dumps(data)


async def test_nothing_of_anybody_else(any_store: Store) -> None:
    await put(any_store, BOB, ringing())
    text, data = await files_of(any_store)
    assert (data["conversation"], data["wake_ups"], data["waiting_messages"]) == (None, [], [])
    assert "WHEN I COME BACK" not in text
    assert await any_store.held(ANN) == Held(ANN, None)


async def test_it_is_made_once_a_day_and_refused_kindly_in_between(store: SqliteStore, clock: SetClock) -> None:
    await put(store, ANN, home())
    async with running(store, BOOK, clock) as engine:
        await engine.handle(ANN, Asked("mydata"), "1")
        assert [say.file for say in await take_all(store, ANN) if say.file] == ["mydata.txt", "mydata.json"]
        clock.move_by(timedelta(hours=23))
        await engine.handle(ANN, Asked("mydata"), "2")
        told = await take_all(store, ANN, clock.now())
        assert not [say for say in told if say.file]
        assert "I make it once a day: ask again today at 09:00 UTC." in texts(told)[0]
        clock.move_by(timedelta(hours=1))
        await engine.handle(ANN, Asked("mydata"), "3")
        assert [say for say in await take_all(store, ANN, clock.now()) if say.file]


async def test_the_letters_say_nothing_of_what_the_files_hold(store: SqliteStore, engine: Engine) -> None:
    await put(store, ANN, ringing())
    await engine.handle(ANN, Asked("mydata"), "1")
    bodies = [letter.body for letter in (await store.held(ANN)).letters]
    notes = [letters.read(body) for body in bodies if letters.read(body).kind is Kind.NOTE]
    assert len(notes) == 2
    assert not [note for note in notes if "Germany" in note.card.text or "18 to 64" in note.card.text]


def test_what_was_laid_aside_is_told() -> None:
    held = Held(ANN, kept.write(kept.read(None)), aside=MORNING)
    assert "could not be opened" in mydata.text_of(held, BOOK, MORNING)
    assert "laid_aside" in mydata.json_of(held, MORNING)
