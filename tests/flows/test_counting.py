"""The count of a hold: sparse, honest about the time that is left, never a step further."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import book
from flows.counting import SHORTEST, ticks
from flows.effects import Card, Tick

BOOK = book.load()
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOLDS = sorted({step.hold_s for stretch in BOOK.stretches.values() for step in stretch.steps if step.hold_s})


def test_a_count_of_twenty_seconds() -> None:
    assert [(tick.after, tick.words) for tick in ticks(20, NOW, BOOK, NOW)] == [
        (0.0, "⏳ 20 s left. Breathe in slowly."),
        (10.0, "⏳ 10 s left. Breathe in slowly."),
        (15.0, "⏳ 5 s left. Breathe out slowly."),
        (17.0, "⏳ 3 s left. Breathe out slowly."),
        (18.0, "⏳ 2 s left. Breathe out slowly."),
        (19.0, "⏳ 1 s left. Breathe out slowly."),
        (20.0, BOOK.say("count.over")),
    ]


def test_a_short_hold_leaves_the_breath_to_its_step() -> None:
    assert all("reathe" not in tick.words for tick in ticks(8, NOW, BOOK, NOW))


@given(st.sampled_from(HOLDS), st.floats(-100, 200, allow_nan=False))
def test_ticks_are_a_second_apart_and_end_with_the_hold(hold: int, gone: float) -> None:
    found = ticks(hold, NOW, BOOK, NOW + timedelta(seconds=gone))
    assert all(later.after - tick.after >= 0.99 for tick, later in pairwise(found))
    assert found[-1].words == BOOK.say("count.over")
    assert found[-1].after == pytest.approx(max(0.0, hold - gone), abs=1e-3)
    assert found[0].after == 0.0 or len(found) == 1


def test_a_card_shows_the_last_tick_that_has_come() -> None:
    card = Card("Text", ticks=(Tick(0.0, "a"), Tick(2.0, "b")))
    assert [card.at(seconds).text[0] for seconds in (0, 1.9, 2, 99)] == ["a", "a", "b", "b"]
    assert card.at(0) == Card("a\n\nText")
    assert Card("Text").at(5) == Card("Text")


def test_holds_of_the_book_that_are_counted() -> None:
    assert [hold for hold in HOLDS if hold >= SHORTEST]
