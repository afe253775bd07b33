"""Button data: whatever is written is read back the same, and nothing else is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import taps, zones
from flows.book import load
from flows.events import Tapped

IDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789_", min_size=1, max_size=24)
CHOICES = st.text("abcXYZ0189_/+-:", min_size=1, max_size=28)


@given(st.integers(0, taps.MOST_TOKEN - 1), IDS, CHOICES)
def test_round_trip(token: int, ask: str, choice: str) -> None:
    tap = Tapped(token, ask, choice)
    try:
        data = taps.write(tap)
    except ValueError:
        assert len(f"{token:x}:{ask}:{choice}") > taps.MOST_BYTES
        return
    assert len(data.encode()) <= taps.MOST_BYTES
    assert taps.read(data) == tap


@given(st.text(max_size=80))
def test_other_data_is_never_read_as_something_else(data: str) -> None:
    tap = taps.read(data)
    assert tap is None or taps.write(tap) == data


@pytest.mark.parametrize(
    "data", ["", "1:a", "01:a:b", "g:a:b", "1:A:b", "1:a:", ":a:b", "1:a:b c", "١:a:b", "1:a:b\n", "-1:a:b"]
)
def test_forged_forms_are_refused(data: str) -> None:
    assert taps.read(data) is None


def test_every_stretch_and_question_fits_into_a_button() -> None:
    book = load()
    names = [*book.stretches, *(question.id for question in book.screening.questions)]
    assert all(taps.read(taps.write(Tapped(2**36, "choose", name))) for name in names)


def test_every_time_and_zone_fits_into_a_button() -> None:
    times = [f"{hour:02d}:{minute:02d}" for hour in range(24) for minute in range(0, 60, 15)]
    for ask, choices in (("time", times), ("zone", sorted(zones.names()))):
        assert all(taps.read(taps.write(Tapped(2**36, ask, choice))) for choice in choices)
