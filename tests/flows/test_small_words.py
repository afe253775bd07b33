"""The small readers of words: times of day, places, levels, sides, comparing."""

from __future__ import annotations

import doctest
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import book, clocktime, places, text, times, zones
from flows.conversation import Conversation
from flows.entries import entry
from flows.events import Answered
from flows.stages import Stage

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize("module", [text, clocktime], ids=lambda module: module.__name__)
def test_examples(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]  # a module


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("7", "07:00"),
        ("7:30", "07:30"),
        ("07.30", "07:30"),
        ("7h30", "07:30"),
        ("18h", "18:00"),
        ("0730", "07:30"),
        ("7 am", "07:00"),
        ("7.30 pm", "19:30"),
        ("7:30PM", "19:30"),
        ("12 am", "00:00"),
        ("12 pm", "12:00"),
        ("19 Uhr", "19:00"),
        ("at 8", "08:00"),
        ("noon", "12:00"),
        ("Midnight", "00:00"),
        (" 6 : 15 ", ""),
        ("24:00", ""),
        ("7:60", ""),
        ("13 pm", ""),
        ("0 am", ""),
        ("half past seven", ""),
        ("7th", ""),
        ("", ""),
        ("٧:٣٠", ""),
        ("7:30 tomorrow", ""),
        ("1" * 5000, ""),
    ],
)
def test_a_time_of_day(words: str, at: str) -> None:
    assert clocktime.clock_time(words) == at


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_none(words: str) -> None:
    at = clocktime.clock_time(words)
    assert at == "" or f"{datetime.strptime(at, '%H:%M'):%H:%M}" == at  # noqa: DTZ007


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("London", "Europe/London"),
        ("new york", "America/New_York"),
        ("europe/berlin", "Europe/Berlin"),
        ("NEW_YORK", "America/New_York"),
        ("atlantis", ""),
        ("", ""),
        ("../../etc/passwd", ""),
    ],
)
def test_a_zone_by_its_city(words: str, zone: str) -> None:
    assert places.zone_named(words) == zone


@pytest.mark.parametrize(
    ("words", "code"), [("germany", "DE"), ("UK", "GB"), ("us", "US"), ("Holland", "NL"), ("Narnia", ""), ("", "")]
)
def test_a_country_by_its_name(words: str, code: str) -> None:
    assert places.country_named(words, book.load()) == code


def test_every_country_with_a_number_has_a_zone() -> None:
    without = [code for code in book.load().numbers if not places.zones_of(code)]
    assert without == []


def test_the_zones_of_a_country_differ_by_the_clock() -> None:
    american = places.zones_of("US")
    assert {"America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles"} <= set(
        american
    )
    assert len(american) <= places.MOST_BUTTONS


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ("7", "7"),
        ("seven", "7"),
        ("7/10", "7"),
        ("7 out of 10", "7"),
        ("10", "10"),
        ("11", ""),
        ("-1", ""),
        ("7 8", ""),
        ("٧", ""),
        ("a lot", ""),
    ],
)
def test_a_level(words: str, level: str) -> None:
    found = entry(Conversation(stage=Stage.RATING, ask="level"), words, book.load(), NOW)
    assert found == (Answered("level", level) if level else None)


@pytest.mark.parametrize(
    ("words", "swapped"),
    [
        ("your right knee, left foot", "your left knee, right foot"),
        ("Right", "Left"),
        ("Stop right away.", "Stop right away."),
        ("bright leftover", "bright leftover"),
    ],
)
def test_sides_swapped(words: str, swapped: str) -> None:
    assert text.swap_sides(words) == swapped
    assert text.swap_sides(swapped) == words


def test_a_day_ends_at_midnight_but_never_in_less_than_eight_hours() -> None:
    late = datetime(2026, 11, 23, 22, 50, tzinfo=UTC)
    assert times.end_of_day(NOW, "Europe/Berlin") == datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert times.end_of_day(late, "Europe/Berlin") == late + timedelta(hours=8)


def test_a_day_belongs_to_the_zone() -> None:
    evening, later = datetime(2026, 11, 23, 23, tzinfo=UTC), datetime(2026, 11, 24, 1, tzinfo=UTC)
    assert times.same_day(evening, later, "America/Los_Angeles")
    assert not times.same_day(evening, later, "UTC")
    assert times.same_day(evening, later, "")
    assert not times.same_day(evening, evening + timedelta(hours=21), "")


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "europe/berlin", "", "UTC\0"])
def test_no_such_zone(name: str) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        zones.zone_of(name)


def test_zone_rules_have_a_version() -> None:
    assert zones.version()[:2] == "20"
