"""The next reminder: worked cases, and one reminder for every civil date that exists."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from flows import zones
from flows.schedule import SMALLEST_GAP, next_reminder

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "reference" / "reminders.jsonl").read_text().splitlines()
]
EVERY_DAY = range(1, 8)


def instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text.replace("Z", "+00:00"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_case(case: dict[str, Any]) -> None:
    now = instant(case["now_utc"])
    assert now is not None
    expected = instant(case["expect_next_utc"])
    if case["days"] == [0]:
        with pytest.raises(ValueError, match="Monday"):
            next_reminder(case["tz"], case["local_time"], case["days"], now, instant(case["last_sent"]))
        return
    assert next_reminder(case["tz"], case["local_time"], case["days"], now, instant(case["last_sent"])) == expected


@pytest.mark.parametrize(
    ("tz", "clock", "days"),
    [
        ("Mars/Olympus", "08:00", [1]),
        ("../../etc/passwd", "08:00", [1]),
        ("UTC", "24:00", [1]),
        ("UTC", "8:00", [1]),
        ("UTC", "08:00", [8]),
    ],
)
def test_nonsense_is_refused(tz: str, clock: str, days: list[int]) -> None:
    with pytest.raises(ValueError, match=r"zone|time of day|Monday"):
        next_reminder(tz, clock, days, datetime(2026, 1, 1, tzinfo=UTC))


def test_no_day_no_reminder() -> None:
    assert next_reminder("UTC", "08:00", [], datetime(2026, 1, 1, tzinfo=UTC)) is None


def test_quiet_hours_bar_late_ones_only() -> None:
    at = datetime(2026, 5, 1, 22, 30, tzinfo=UTC)
    night = ("22:00", "07:00")
    yesterday = at - timedelta(days=1)
    assert next_reminder("UTC", "22:30", EVERY_DAY, at, yesterday, quiet=night) == at
    assert next_reminder(
        "UTC", "22:30", EVERY_DAY, at + timedelta(minutes=30), yesterday, quiet=night
    ) == at + timedelta(days=1)
    assert next_reminder("UTC", "22:30", EVERY_DAY, at + timedelta(minutes=30), yesterday) == at


def test_what_was_set_after_its_time_is_not_caught_up() -> None:
    now = datetime(2026, 5, 1, 9, tzinfo=UTC)
    armed = now - timedelta(minutes=5)
    assert next_reminder("UTC", "08:00", EVERY_DAY, now, armed=armed) == datetime(2026, 5, 2, 8, tzinfo=UTC)
    assert next_reminder("UTC", "08:00", EVERY_DAY, now, armed=now - timedelta(hours=2)) == datetime(
        2026, 5, 1, 8, tzinfo=UTC
    )


def test_a_last_one_in_the_far_future_is_a_wrong_clock() -> None:
    now = datetime(2026, 5, 1, 9, tzinfo=UTC)
    assert next_reminder("UTC", "08:00", EVERY_DAY, now, now + timedelta(days=3650)) == datetime(
        2026, 5, 2, 8, tzinfo=UTC
    )


def _dates_rung(zone: str, clock: str, first: date, days: int) -> list[date]:
    """Ring through a stretch of time, noting the civil date that each reminder is for."""
    tz = zones.zone_of(zone)
    now = datetime(first.year, first.month, first.day, 12, tzinfo=UTC) - timedelta(days=2)
    last: datetime | None = None
    rung = []
    end = now + timedelta(days=days)
    while now < end:
        at = next_reminder(zone, clock, EVERY_DAY, now, last)
        assert at is not None
        assert last is None or at - last >= SMALLEST_GAP
        last = now = at
        rung.append(_civil_date(at, clock, tz))
    return rung


def _civil_date(at: datetime, clock: str, tz: Any) -> date:
    """The date whose wall time rang: the local date, or the one before if a gap pushed it over midnight."""
    local = at.astimezone(tz)
    return local.date() if f"{local:%H:%M}" >= clock else local.date() - timedelta(days=1)


def _existing(first: date, last: date, zone: str) -> list[date]:
    tz = zones.zone_of(zone)
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=2)
    hours = int((last - first).days + 5) * 48
    seen = {(start + timedelta(minutes=30 * n)).astimezone(tz).date() for n in range(hours)}
    return sorted(day for day in seen if first <= day <= last)


def test_one_for_every_civil_date_that_exists() -> None:
    """Sampled: zone, time and year drawn by a fixed seed, the notorious ones always among them."""
    draw = Random(20261122)
    notorious = [
        ("Pacific/Apia", "08:00", 2011), ("America/Nuuk", "23:30", 2024), ("Africa/Cairo", "00:15", 2026),
        ("Antarctica/Troll", "02:30", 2026),
        ("Australia/Lord_Howe", "01:45", 2026), ("Africa/Casablanca", "02:15", 2026),
        ("America/Santiago", "00:00", 2026),
        ("Pacific/Kwajalein", "08:00", 1993), ("Europe/Berlin", "00:00", 2026), ("America/Havana", "00:30", 2025),
    ]  # fmt: skip
    known = sorted(zone for zone in zones.names() if "/" in zone and not zone.startswith("Etc"))
    drawn = [
        (draw.choice(known), f"{draw.randrange(24):02d}:{draw.choice(('00', '30'))}", draw.randrange(2015, 2035))
        for _ in range(40)
    ]
    for zone, clock, year in [*notorious, *drawn]:
        rung = _dates_rung(zone, clock, date(year, 1, 1), 366)
        assert len(rung) == len(set(rung)), (zone, clock, year)
        assert rung == _existing(rung[0], rung[-1], zone), (zone, clock, year)
