"""Days as a person counts them. Instants are aware and in UTC everywhere; a zone is an IANA name or empty."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flows.zones import zone_of

DAY_WITHOUT_ZONE = timedelta(hours=20)
"""Where no zone is known "today" reaches back this far: long enough for one waking day. Design choice."""
REST_WITHOUT_ZONE = timedelta(hours=16)
"""The rest of a day nobody knows the hours of: from any waking hour it reaches into the night. Design choice."""
SHORTEST_REST_OF_DAY = timedelta(hours=8)
""" "Not today", said at 23:50, still means a night. Design choice."""


def same_day(then: datetime, now: datetime, zone: str) -> bool:
    """Whether an earlier instant belongs to the person's present day."""
    if not zone:
        return now - then < DAY_WITHOUT_ZONE
    tz = zone_of(zone)
    return then.astimezone(tz).date() == now.astimezone(tz).date()


def end_of_day(now: datetime, zone: str) -> datetime:
    """When "today" is over: the next local midnight, but at least eight hours away; without a zone 16 hours."""
    if not zone:
        return now + REST_WITHOUT_ZONE
    tz = zone_of(zone)
    tomorrow = now.astimezone(tz).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), tz).astimezone(now.tzinfo)
    return max(midnight, now + SHORTEST_REST_OF_DAY)


def clock_words(at: datetime, now: datetime, zone: str) -> str:
    """An instant as a person would say it: `today at 19:30`, `tomorrow at 08:00`, `Thursday 26 November at 08:00`."""
    tz = zone_of(zone or "UTC")
    local, today = at.astimezone(tz), now.astimezone(tz).date()
    clock = f"{local:%H:%M}" + ("" if zone else " UTC")
    if local.date() == today:
        return f"today at {clock}"
    if local.date() == today + timedelta(days=1):
        return f"tomorrow at {clock}"
    return f"{local:%A} {local.day} {local:%B} at {clock}"
