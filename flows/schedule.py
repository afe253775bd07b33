"""The next reminder: zone, wall time and days in, an instant out.

What is true is the zone, the wall time and the weekdays; an instant is only computed from them. Four things go wrong
when days are counted by adding 24 hours or by walking local time, so each has a rule here:

- a wall time that is skipped (clocks go forward) uses the offset in force before the gap: 02:30 rings at 03:30;
- a wall time that comes twice rings the first time only. `datetime` with fold=0 means just that, and this too for the
gap;
- a civil date that never was (Samoa, 30 December 2011) has no reminder, but a gap that swallows the end of a day
  (Nuuk, Saturday 23:30) still counts for that day: what matters is whether the date exists, not where the instant
  lands;
- twelve hours lie between two reminders, measured on instants, so that a flight over the date line gives neither two
  in a morning nor a day without one.

After downtime only the newest missed one is made up for, at most two hours late, never inside quiet hours.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flows.zones import zone_of

SMALLEST_GAP = timedelta(hours=12)
MOST_LATE = timedelta(hours=2)
ON_TIME = timedelta(minutes=1)
"""A reminder this late is still the one of its time, so quiet hours do not bar it."""
IMPOSSIBLE_LAST = timedelta(days=7)
"""A last reminder this far ahead comes from a wrong clock and is not believed."""
_REACH_BACK, _REACH_AHEAD = 2, 23
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


def wall_time(words: str) -> time:
    """`"08:00"` as a time. ValueError: not a time of day in this form."""
    match = _CLOCK.fullmatch(words)
    if match is None:
        raise ValueError(f"{words!r} is no time of day such as 08:00")
    return time(int(match[1]), int(match[2]))


def next_reminder(
    tz: str,
    local_time: str,
    days: Collection[int],
    now: datetime,
    last_sent: datetime | None = None,
    *,
    armed: datetime | None = None,
    quiet: tuple[str, str] | None = None,
    shift: timedelta = timedelta(),
) -> datetime | None:
    """The instant (UTC) of the next reminder; one that lies in the past is due now. None: no day is chosen.

    `days` are ISO weekdays, 1 = Monday. `armed` is when the schedule was set: nothing up to then is caught up;
    without it and without `last_sent` it is `now`. `quiet` bars late reminders only. `shift` is how much later than its
    instant a reminder is delivered ("around 8"): what comes back is the instant all the same. ValueError: unknown zone,
    impossible time or day.
    """
    zone, clock = zone_of(tz), wall_time(local_time)
    silent = None if quiet is None else (wall_time(quiet[0]), wall_time(quiet[1]))
    if any(isinstance(day, bool) or day not in range(1, 8) for day in days):
        raise ValueError(f"days are 1 (Monday) to 7 (Sunday), not {sorted(days)}")
    if not days:
        return None
    if last_sent is not None and last_sent - now > IMPOSSIBLE_LAST:
        last_sent = None
        armed = now
    if last_sent is None and armed is None:
        armed = now
    missed = None
    for day, at in _occurrences(zone, clock, frozenset(days), now):
        if (armed is not None and at <= armed) or (last_sent is not None and at - last_sent < SMALLEST_GAP):
            continue
        if not _exists(day, zone):
            continue
        if at + shift <= now:
            missed = at
        elif missed is not None and _may_catch_up(missed + shift, now, zone, silent):
            return missed
        else:
            return at
    return missed if missed is not None and _may_catch_up(missed + shift, now, zone, silent) else None


def _may_catch_up(at: datetime, now: datetime, zone: ZoneInfo, quiet: tuple[time, time] | None) -> bool:
    late = now - at
    if late <= ON_TIME:
        return True
    return late <= MOST_LATE and not (quiet and within(now.astimezone(zone).time(), *quiet))


def within(clock: time, start: time, end: time) -> bool:
    """Whether a time of day lies in a span that may go over midnight; the end is no part of it."""
    if start <= end:
        return start <= clock < end
    return clock >= start or clock < end


def _occurrences(zone: ZoneInfo, clock: time, days: frozenset[int], now: datetime) -> Iterator[tuple[date, datetime]]:
    """Days around now and the instants of their wall time, whether or not there is such a day."""
    today = now.astimezone(zone).date()
    for offset in range(-_REACH_BACK, _REACH_AHEAD):
        day = today + timedelta(days=offset)
        if day.isoweekday() in days:
            yield day, _instant(day, clock, zone)


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """When the wall clock shows this time: the first time it does; in a gap, by the offset before it.

    Both are what fold=0 means, but `zoneinfo` errs where the rule for the years to come would have set the clock back
    and the table of the past did not (Nuuk, 28 October 2023: an hour too early). So it is asked whether the clock does
    show that time then, and if not, whether it does for fold=1; in a gap neither is so.
    """
    first = datetime.combine(day, clock, zone).astimezone(UTC)
    if _shows(first, clock, zone):
        return first
    second = datetime.combine(day, clock.replace(fold=1), zone).astimezone(UTC)
    return second if _shows(second, clock, zone) else first


def _shows(at: datetime, clock: time, zone: ZoneInfo) -> bool:
    local = at.astimezone(zone)
    return (local.hour, local.minute) == (clock.hour, clock.minute)


def _exists(day: date, zone: ZoneInfo) -> bool:
    """Whether any instant has this local date: a gap that spares neither end of the day has swallowed it whole."""
    ends = (datetime.combine(day, edge, zone) for edge in (time(), time(23, 59, 59)))
    return any(end.astimezone(UTC).astimezone(zone).date() == day for end in ends)
