"""The count of a hold: what its card says from second to second.

A person on a mat looks up now and then; a number that changes every second is more than anyone reads and more than a
messenger likes. So the count is sparse, thickest at its end. It paces the breath where there is time for one, and it
never goes on to the next step: the person says when.
"""

from __future__ import annotations

from datetime import datetime

from flows.effects import Tick
from flows.pages import Book

MARKS = (60, 30, 20, 10, 5, 3, 2, 1)
"""Seconds left at which the card changes."""
SHORTEST = 8
"""Seconds. A shorter hold is over before a tap on its button would help."""
PACED_FROM = 10
"""Seconds. In a shorter hold the step's own words about the breath stand alone."""
BREATH, BREATH_IN = 10, 4
"""Seconds of one slow breath, and of its first part."""


def ticks(hold: int, since: datetime, book: Book, now: datetime) -> tuple[Tick, ...]:
    """What the card says at how many seconds from now, for a hold of `hold` seconds that began at `since`."""
    gone = (now - since).total_seconds()
    left = hold - gone
    over = Tick(max(0.0, left), book.say("count.over"))
    if left < 1 or gone < 0:
        return (over,)
    first = Tick(0.0, _words(round(left) or 1, gone, hold, book))
    later = [Tick(left - mark, _words(mark, hold - mark, hold, book)) for mark in MARKS if mark <= left - 1]
    return (first, *later, over)


def _words(left: int, gone: float, hold: int, book: Book) -> str:
    words = book.say("count.left", seconds=left)
    if hold < PACED_FROM:
        return words
    return words + " " + book.say("count.in" if gone % BREATH < BREATH_IN else "count.out")
