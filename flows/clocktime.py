"""A time of day as people type it. Strict on purpose: general date readers take "7" for a day of the month.

7, 7:30, 07.30, 7h30, 18h, 0730, 7 am, 7.30pm, 19 Uhr, at 8, noon. Anything else is no time: it is asked for again.
"""

from __future__ import annotations

import re

_FORM = re.compile(
    r"(?:at )?([0-9]{1,2})(?:[:.h ]?([0-9]{2}))?h? ?(am|pm|a\.m\.|p\.m\.|uhr|o'?clock)?", re.ASCII | re.IGNORECASE
)
_WORDS = {"noon": "12:00", "midday": "12:00", "midnight": "00:00"}
LONGEST = 20


def clock_time(text: str) -> str:
    """`"HH:MM"`, or empty: this is no time of day.

    >>> clock_time("7.30 pm"), clock_time("18h30"), clock_time("half past seven")
    ('19:30', '18:30', '')
    """
    words = " ".join(text[: LONGEST + 1].split()).lower()
    if len(words) > LONGEST:
        return ""
    if words in _WORDS:
        return _WORDS[words]
    match = _FORM.fullmatch(words)
    if match is None:
        return ""
    return _on_the_clock(int(match[1]), int(match[2] or 0), (match[3] or "").replace(".", ""))


def _on_the_clock(hour: int, minute: int, half: str) -> str:
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            return ""
        hour = hour % 12 + (12 if half == "pm" else 0)
    return f"{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else ""
