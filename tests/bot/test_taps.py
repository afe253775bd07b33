"""Promise 4, a tap counts once: in the engine, on a real file."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import product

import pytest

from bot.clock import SetClock
from bot.engine import Engine
from flows.conversation import Conversation
from flows.effects import Kind
from flows.events import Asked, Tapped, Woke
from flows.stages import Stage
from storage.sqlite import SqliteStore
from storage.store import Decision, Kept, Seen
from tests.bot.talks import ANN, MORNING, TO_HOME, after, home, put, take_all, talk_of, tap


async def talk(store: SqliteStore, person: str = ANN) -> Conversation:
    return talk_of(Decision(await store.read(person)))


def in_screening() -> Decision:
    return after(*TO_HOME[:5])  # the second safety question is asked


async def test_a_double_tap_answers_once(store: SqliteStore, engine: Engine) -> None:
    await put(store, ANN, in_screening())
    no = tap(in_screening(), "emergency_signs", "no")
    question = (await talk(store)).ask
    no = Tapped(no.token, question, "no")
    outcomes = await asyncio.gather(engine.handle(ANN, no, "1"), engine.handle(ANN, no, "2"))
    assert set(outcomes) == {Kept()}
    now = await talk(store)
    assert now.answering is not None
    assert list(now.answering.answers) == ["emergency_nerves", question]
    told = [say.card for say in await take_all(store, ANN) if say.card.rows]
    assert [card.title for card in told] == ["Safety question 3 of 12"] * 2  # the second shows the present one again


async def test_a_redelivered_tap_changes_and_says_nothing(store: SqliteStore, engine: Engine) -> None:
    await put(store, ANN, in_screening())
    no = tap(in_screening(), (await talk(store)).ask, "no")
    assert await engine.handle(ANN, no, "1") == Kept()
    kept, _ = await store.read(ANN), await take_all(store, ANN)
    assert await engine.handle(ANN, no, "1") == Seen()
    assert (await store.read(ANN), await take_all(store, ANN)) == (kept, [])


async def test_a_tap_on_an_old_keyboard_answers_nothing(store: SqliteStore, engine: Engine, clock: SetClock) -> None:
    await put(store, ANN, in_screening())
    now = await talk(store)
    await engine.handle(ANN, Tapped(now.token - 1, now.ask, "no"), "1")
    clock.move_by(timedelta(days=7))
    await engine.handle(ANN, Tapped(now.token, now.ask, "no"), "2")
    later = await talk(store)
    assert later.answering is not None
    assert len(later.answering.answers) <= 1


@pytest.mark.parametrize(
    ("ask", "choice", "stage"), [("emergency_nerves", "yes", Stage.REFERRED), ("hurt", "hurt", Stage.RATING)]
)
async def test_what_makes_things_safer_is_heard_from_any_keyboard(
    store: SqliteStore, engine: Engine, clock: SetClock, ask: str, choice: str, stage: Stage
) -> None:
    await put(store, ANN, home())
    clock.move_by(timedelta(days=7))
    await engine.handle(ANN, Tapped(1, ask, choice), "1")
    assert (await talk(store)).stage is stage


STRANGE_ASKS = ["", "age", "home", "step", "choose", "reminder", "offer", "x" * 200]


@pytest.mark.parametrize(("ask", "token"), [*product(STRANGE_ASKS, [0, 1, 2**40, 2**62])])
async def test_a_forged_tap_does_no_harm(store: SqliteStore, engine: Engine, ask: str, token: int) -> None:
    await put(store, ANN, in_screening())
    before = (await talk(store)).answering
    assert await engine.handle(ANN, Tapped(token, ask, "forget"), "1") == Kept()
    assert (await talk(store)).answering == before
    assert (await take_all(store, ANN))[-1].card.title == "Safety question 2 of 12"


async def test_an_unknown_wake_up_says_nothing(store: SqliteStore, engine: Engine) -> None:
    await put(store, ANN, home())
    assert await engine.handle(ANN, Woke("of a later version"), "1") == Kept()
    assert await engine.handle(ANN, Asked(""), "2") == Kept()
    assert all(say.kind is not Kind.REMINDER for say in await take_all(store, ANN, MORNING))
