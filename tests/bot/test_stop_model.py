"""Promise 5 over every state that a reminder, /stop, the post and a crash can come to, on both stores."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from datetime import datetime

import pytest

from storage.memory import MemoryStore
from storage.store import Waiting
from tests.bot.stop_model import CONFIRMED, REMINDER, Limits, explore
from tests.bot.stop_worlds import Memory, Sqlite
from tests.bot.talks import ANN, BOB


@pytest.fixture
def sqlite() -> Iterator[Sqlite]:
    world = Sqlite()
    yield world
    world.close()


FULL = bool(os.environ.get("UNKINK_FULL_MODEL"))
"""A fault of the wire and a crash in one story: 53 436 states of SQLite, in about 15 seconds instead of 3."""

pytestmark = pytest.mark.timeout(600 if FULL else 60)


def test_nothing_breaks_the_promise_in_memory() -> None:
    """With one fault of the wire at any step."""
    found = explore(Memory(), Limits(crashes=0))
    assert found.wrong == ()
    assert found.places > 15_000
    assert _both_ways(found.orders)


def test_nothing_breaks_the_promise_in_sqlite_with_a_crash_at_any_step(sqlite: Sqlite) -> None:
    found = explore(sqlite, Limits(faults=int(FULL)))
    assert found.wrong == ()
    assert found.places > (50_000 if FULL else 10_000)
    assert _both_ways(found.orders)


def _both_ways(orders: frozenset[tuple[tuple[str, str], ...]]) -> bool:
    """It was on its way already, or it was recalled: both must have been met."""
    told = {tuple(what for person, what in order if person == ANN) for order in orders}
    assert any((BOB, REMINDER) in order for order in orders)
    return (CONFIRMED,) in told and (REMINDER, CONFIRMED) in told


def test_what_is_left_is_a_request_on_the_wire() -> None:
    """It was given up, for nobody knew its fate, and arrives after all."""
    found = explore(Memory(), Limits(crashes=0, late_wire=True))
    assert found.wrong
    assert all(_only(wrong, "late ") for wrong in found.wrong)


def test_what_is_left_is_a_process_that_sleeps_through_its_own_end(sqlite: Sqlite) -> None:
    found = explore(sqlite, Limits(faults=0, sleeper=True))
    assert found.wrong
    assert all(_only(wrong, "crash") for wrong in found.wrong)


def _only(wrong: str, cause: str) -> bool:
    return "a reminder after the confirmation" in wrong and cause in wrong


class NoLane(MemoryStore):
    """A store whose letters of one person may fly together."""

    def _following(self, person: str, now: datetime, *, once: bool) -> Waiting | None:
        for number, row in sorted(self._letters.items()):
            if row.person == person and row.letter.once == once and not row.flying:
                return Waiting(number, person, row.letter.body, row.letter.cause, once, None)
        return None

    async def claim(self, letter: int) -> bool:
        self._letters[letter].flying = True
        return True


class NoRecall(MemoryStore):
    """A store that takes nothing back of what a wake-up had caused."""

    def _recall(self, person: str, names: Collection[str], fate: str = "hushed") -> None:
        return None


@pytest.mark.parametrize("broken", [NoLane, NoRecall])
def test_a_store_that_breaks_a_rule_is_found_out(broken: type[MemoryStore]) -> None:
    """Or the walk would prove little."""
    found = explore(Memory(broken()), Limits(), first=True)
    assert any("after" in wrong for wrong in found.wrong)
