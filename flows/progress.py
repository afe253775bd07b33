"""The numbers of /progress: which days, how much pain before and after, what changed with which stretch.

Numbers are told as they are. None is good or bad here, nothing is a goal, and a day without a stretch is a day like any
other.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from attrs import frozen

from flows import history
from flows.conversation import Conversation
from flows.history import Sat

WEEKS = (4, 6)
"""Weeks that are shown: four, or six for those who have been here longer."""
ENOUGH = 5
"""Times from which on a change of pain is told; below it is "too few times to tell", for levels waver by one or two
[S52]. Design choice."""
LESS = -0.5
"""A change on average that counts as "less pain after it" when stretches are put in order. Design choice."""


@frozen
class Change:
    """What pain did from just before a stretch to after it."""

    stretch: str
    times: int
    """Sittings in which both were told."""
    mean: float
    """After minus before, on average."""

    @property
    def enough(self) -> bool:
        return self.times >= ENOUGH


@frozen
class Progress:
    """What is shown: whole weeks, Monday first, the present one last."""

    today: date
    weeks: int
    sats: tuple[Sat, ...]
    """Sittings of these weeks, oldest first."""
    last: date | None
    """The day of the newest sitting there is, in these weeks or not."""
    changes: tuple[Change, ...]
    """Of all sittings kept, least pain first."""

    @property
    def first(self) -> date:
        return self.today - timedelta(days=self.today.weekday() + 7 * (self.weeks - 1))

    @property
    def days(self) -> frozenset[date]:
        return frozenset(sat.day for sat in self.sats)

    @property
    def rated(self) -> tuple[tuple[date, int, int], ...]:
        """Day, pain before and pain after, of every sitting that has both."""
        return tuple((s.day, s.before, s.after) for s in self.sats if s.before is not None and s.after is not None)

    def week(self, number: int) -> tuple[date, ...]:
        """The days of one of the weeks, counted from 0, as far as they have come."""
        monday = self.first + timedelta(weeks=number)
        days = (monday + timedelta(days=each) for each in range(7))
        return tuple(day for day in days if day <= self.today)


def progress(talk: Conversation, now: datetime) -> Progress:
    """What the history says today, by the person's own days."""
    today = history.day_of(now, talk.zone)
    sats = _read(talk.history)
    weeks = next((weeks for weeks in WEEKS if sats and sats[0].day >= _first(today, weeks)), WEEKS[-1])
    shown = tuple(sat for sat in sats if _first(today, weeks) <= sat.day <= today)
    return Progress(today, weeks, shown, max((sat.day for sat in sats), default=None), changes(talk.history))


def _first(today: date, weeks: int) -> date:
    return Progress(today, weeks, (), None, ()).first


@lru_cache(maxsize=32)
def changes(lines: tuple[str, ...]) -> tuple[Change, ...]:
    """The change of every stretch that has one, least pain first; read once for the cards of one turn."""
    told: dict[str, list[int]] = {}
    for sat in _read(lines):
        for went in sat.went:
            if went.before is not None and went.after is not None:
                told.setdefault(went.stretch, []).append(went.after - went.before)
    found = (Change(stretch, len(each), sum(each) / len(each)) for stretch, each in told.items())
    return tuple(sorted(found, key=lambda change: (not change.enough, change.mean, -change.times, change.stretch)))


def helped(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Stretches after which there was less pain, often enough to tell; the most first."""
    return tuple(each.stretch for each in changes(lines) if each.enough and each.mean <= LESS)


def mean(levels: Iterable[int]) -> float:
    """The average; of nothing: 0."""
    all_of_them = list(levels)
    return sum(all_of_them) / len(all_of_them) if all_of_them else 0.0


def _read(lines: tuple[str, ...]) -> tuple[Sat, ...]:
    return tuple(map(history.read, lines))
