"""One reminder for every civil date that exists: 500 zones, 24 times of day, 20 years; a seeded sample of it in CI.

The dates are counted in another way than `flows.schedule` counts them: the local date is read every half hour of the
twenty years. Zones that are the same file under two names are walked once.

    UNKINK_EVERY_DATE=1 pytest tests/flows/test_every_date.py      the whole, a quarter of an hour of one processor
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from random import Random

import pytest

from flows import zones
from flows.schedule import SMALLEST_GAP, next_reminder

FULL = bool(os.environ.get("UNKINK_EVERY_DATE"))
pytestmark = pytest.mark.timeout(2 * 3600 if FULL else 60)
YEARS = range(2015, 2035)
TIMES = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in [(0, 15, 30, 45)[hour % 4]]]
EVERY_DAY = range(1, 8)
SAMPLE = 24
"""Zones in the sample, each with one time and two years."""


def rules() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each way to count time, by one of its names, with all of its names."""
    files: dict[bytes, list[str]] = {}
    for name in sorted(zones.names()):
        file = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
        files.setdefault(file.read_bytes(), []).append(name)
    return ((names[0], tuple(names)) for names in files.values())


@cache
def existing(zone: str, first: date, last: date) -> tuple[date, ...]:
    """The civil dates that there are."""
    tz = zones.zone_of(zone)
    at = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=2)
    seen: dict[date, None] = {}
    for half_hour in range(((last - first).days + 5) * 48):
        seen.setdefault((at + timedelta(minutes=30 * half_hour)).astimezone(tz).date())
    return tuple(day for day in seen if first <= day <= last)


def rung(zone: str, clock: str, first: date, last: date) -> Iterator[date]:
    """Ring through the years; the civil date that each reminder is for."""
    tz = zones.zone_of(zone)
    at = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=2)
    before: datetime | None = None
    while True:
        following = next_reminder(zone, clock, EVERY_DAY, at, before)
        assert following is not None
        assert before is None or following - before >= SMALLEST_GAP, (zone, clock, following)
        before = at = following
        local = following.astimezone(tz)
        day = local.date() if f"{local:%H:%M}" >= clock else local.date() - timedelta(days=1)
        if day > last:
            return
        if day >= first:
            yield day


def drawn() -> list[tuple[str, str, int, int]]:
    """Zone, time, first and last year."""
    known = [name for name, _ in rules()]
    if FULL:
        return [(zone, clock, YEARS[0], YEARS[-1]) for zone in known for clock in TIMES]
    draw = Random(20261122)
    chosen = draw.sample(known, SAMPLE)
    return [(zone, draw.choice(TIMES), year, year + 1) for zone in chosen for year in [draw.choice(YEARS[:-1])]]


def test_there_are_five_hundred_zones() -> None:
    assert sum(len(names) for _, names in rules()) >= 500


def test_one_reminder_for_every_civil_date() -> None:
    wrong = []
    for zone, clock, start, end in drawn():
        first, last = date(start, 1, 1), date(end, 12, 31)
        if tuple(rung(zone, clock, first, last)) != existing(zone, first, last):
            wrong.append((zone, clock, start))
        if FULL and clock == TIMES[-1]:
            existing.cache_clear()
    assert wrong == []


@pytest.mark.parametrize(("day", "instant"), [(27, (28, 1, 45)), (28, (29, 1, 45)), (29, (30, 1, 45))])
def test_an_end_of_summer_time_that_did_not_happen(day: int, instant: tuple[int, int, int]) -> None:
    """Nuuk stayed where it was in October 2023; by the rule of the years after it would have set its clocks back."""
    before = datetime(2023, 10, day, 12, tzinfo=UTC)
    assert next_reminder("America/Nuuk", "23:45", EVERY_DAY, before) == datetime(2023, 10, *instant, tzinfo=UTC)


@pytest.mark.parametrize("clock", ["00:00", "08:00", "23:45"])
def test_a_date_that_never_was_has_none(clock: str) -> None:
    days = list(rung("Pacific/Apia", clock, date(2011, 12, 28), date(2012, 1, 2)))
    assert date(2011, 12, 30) not in days
    assert len(days) == 5
    friday = next_reminder("Pacific/Apia", clock, [5], datetime(2011, 12, 28, tzinfo=UTC))
    assert friday is not None
    assert friday.astimezone(zones.zone_of("Pacific/Apia")).date() == date(2012, 1, 6)
