"""What a wrong clock must not do: drop the keys of what was just handled, or end a wake-up for good."""

from __future__ import annotations

import pytest

from storage.store import Decision, Kept, Seen, Store, Turn, Wake
from tests.storage.samples import ANN, DAY, HOUR, NOON, Turns, always, append, wakes

SOON = Wake("reminder", NOON + HOUR)


@pytest.fixture
def turns(store: Store) -> Turns:
    return Turns(store)


@pytest.fixture
def none_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if ever so many newer keys were there."""
    monkeypatch.setattr("storage.store.NEWEST_KEYS", 0)


@pytest.mark.usefixtures("none_stay")
async def test_prune_forgets_keys_after_three_days_and_not_before(store: Store) -> None:
    await store.keep([Turn(ANN, "old")], append, NOON)
    await store.keep([Turn(ANN, "new")], append, NOON + DAY)
    await store.prune(NOON + 3 * DAY)
    assert await store.keep([Turn(ANN, "old")], append, NOON) == [Seen()]
    await store.prune(NOON + 3 * DAY + HOUR)
    assert await store.keep([Turn(ANN, "old"), Turn(ANN, "new")], append, NOON) == [Kept(), Seen()]


async def test_the_newest_keys_stay_whatever_the_clock_says(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.store.NEWEST_KEYS", 2)
    await store.keep([Turn(ANN, key) for key in ("a", "b", "c")], append, NOON)
    await store.prune(NOON + 3653 * DAY)  # a clock that was wrong for a minute
    handled = [Turn(ANN, key) for key in ("c", "b", "a")]
    assert await store.keep(handled, append, NOON) == [Seen(), Seen(), Kept()]


async def test_a_wake_up_that_was_set_again_comes_again_though_its_key_was_handled(store: Store, turns: Turns) -> None:
    woken = Turn(ANN, "woken", SOON)
    await turns.keep(wakes(SOON))
    assert await store.keep([woken], always(Decision("once")), NOON + 2 * DAY) == [Kept()]  # the clock was wrong
    await turns.keep(wakes(SOON))
    assert await store.keep([woken], always(Decision("again")), NOON + DAY) == [Kept()]
    assert await store.read(ANN) == "again"
    assert await store.due(NOON + 2 * DAY) == []
