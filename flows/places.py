"""Countries and zones as people name them. Names come from CLDR through Babel, rules from tzdata."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from babel.core import get_global

from flows import zones
from flows.conversation import Reminder
from flows.pages import Book
from flows.schedule import next_reminder

MOST_BUTTONS = 12
SAMPLE_YEAR = 2026
COMMON = (
    "Europe/London", "Europe/Berlin", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles",
    "Asia/Kolkata", "Australia/Sydney",
)  # fmt: skip


@cache
def zones_of(country: str) -> tuple[str, ...]:
    """The zones of a country (ISO code), one for each way its clocks run, from west to east; unknown: empty."""
    territories = get_global("zone_territories")
    found = sorted(zone for zone, where in territories.items() if where == country and zone in zones.names())
    ways: dict[tuple[timedelta | None, ...], str] = {}
    for zone in sorted(found, key=lambda zone: (zone not in COMMON, zone.count("/"), zone)):
        ways.setdefault(_offsets(zone), zone)
    return tuple(sorted(ways.values(), key=lambda zone: _offsets(zone)[0] or timedelta()))


def _offsets(zone: str) -> tuple[timedelta | None, ...]:
    """How far a zone is from UTC in winter and in summer: two zones that agree here show the same time all year."""
    rules = zones.zone_of(zone)
    return tuple(datetime(SAMPLE_YEAR, month, 1, tzinfo=rules).utcoffset() for month in (1, 4, 7, 10))


def city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def clock(zone: str, now: datetime) -> str:
    return f"{now.astimezone(zones.zone_of(zone)):%H:%M}"


def label(zone: str, now: datetime) -> str:
    return f"{city(zone)} ({clock(zone, now)})"


def zone_named(words: str) -> str:
    """The zone that a person means by a city, a zone name or a country with one zone; empty: none, or more than one."""
    wanted = " ".join(words.casefold().replace("_", " ").replace(",", " ").split())
    if not wanted:
        return ""
    known = sorted(set(get_global("zone_territories")) & zones.names())
    found = {zone for zone in known if wanted in (city(zone).casefold(), zone.casefold().replace("_", " "))}
    return found.pop() if len(found) == 1 else ""


def country_named(words: str, book: Book) -> str:
    """The country (ISO code) that a person means by its name or code; empty: not one we have a number for."""
    wanted = " ".join(words.casefold().split())
    codes = {code for code, number in book.numbers.items() if wanted in (code.casefold(), number.name.casefold())}
    codes |= {code for name, code in SHORT_NAMES.items() if wanted == name and code in book.numbers}
    return codes.pop() if len(codes) == 1 else ""


SHORT_NAMES = {
    "usa": "US", "america": "US", "the us": "US", "the usa": "US", "the united states": "US",
    "uk": "GB", "england": "GB", "scotland": "GB",
    "wales": "GB", "great britain": "GB", "britain": "GB", "the uk": "GB", "holland": "NL", "the netherlands": "NL",
    "czech republic": "CZ", "korea": "KR", "uae": "AE", "bosnia": "BA", "türkiye": "TR", "turkiye": "TR",
}  # fmt: skip


def next_at(reminder: Reminder, zone: str, now: datetime) -> datetime | None:
    """When a reminder rings next (UTC); an instant in the past means now."""
    return next_reminder(zone, reminder.time, reminder.days, now, reminder.last, armed=reminder.armed)
