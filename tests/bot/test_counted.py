"""What went wrong is kept with the turn, without the person, and outlives them."""

from __future__ import annotations

import json

from bot.engine import Engine
from flows.events import Asked, Tapped, Wrote
from storage.sqlite import SqliteStore
from storage.store import Decision
from tests.bot.talks import ANN, BOB, MORNING, home, put, talk_of


async def test_a_red_flag_is_counted_with_its_turn_and_survives_the_deletion(
    store: SqliteStore, engine: Engine
) -> None:
    await put(store, ANN, home())
    await put(store, BOB, home())
    await engine.handle(ANN, Wrote("I can't feel my legs"), "1")
    await engine.handle(ANN, Wrote("I can't feel my legs"), "1")  # the same update again
    ((day, body),) = await store.counts()
    assert day == MORNING.date()
    action, row, stretch, step, content, _ = json.loads(body)
    assert (action, row, stretch, step) == ("hold_emergency", 0, "", "")
    assert content
    assert "telegram" not in body
    await engine.handle(ANN, Asked("delete"), "2")
    asked = talk_of(Decision(await store.read(ANN)))
    await engine.handle(ANN, Tapped(asked.token, "offer", "forget"), "3")
    assert await store.read(ANN) is None
    assert await store.counts() == [(day, body)]
