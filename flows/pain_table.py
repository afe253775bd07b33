"""Reading the pain table: which row fits what a person reports.

Kept apart from `flows.pain` because the book's own checks walk the table too, before there is a book.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from flows.pages import PainRow

ANY_PHASE = "any"
DURING = "during"
DISCOMFORT = "pain_or_discomfort"


@frozen
class Report:
    """What a person reports at one moment. Levels 0 to 10; None: not known."""

    phase: str
    signals: frozenset[str]
    baseline: int | None
    level: int | None
    flares: int = 0

    @property
    def rise(self) -> int | None:
        """The level now less the level at the start of the sitting."""
        if self.baseline is None or self.level is None:
            return None
        return self.level - self.baseline

    @property
    def felt(self) -> frozenset[str]:
        """The signals, and the one that a number gives away: more pain than at the start is pain [SEED1-7]."""
        if self.phase == DURING and (self.rise or 0) > 0:
            return self.signals | {DISCOMFORT}
        return self.signals


def fits(row: PainRow, report: Report) -> bool:
    """Whether the row speaks about this report."""
    return in_range(row, report) and (not row.signals or not report.felt.isdisjoint(row.signals))


def in_range(row: PainRow, report: Report) -> bool:
    """Whether phase and numbers fit, signals aside. An unknown number fits no range."""
    return (
        row.phase in (ANY_PHASE, report.phase)
        and _within(report.level, row.level_min, row.level_max)
        and _within(report.rise, row.rise_min, row.rise_max)
        and (row.flares_min is None or report.flares >= row.flares_min)
    )


def first(rows: Iterable[PainRow], report: Report) -> PainRow | None:
    """The row with the lowest n that fits."""
    return min((row for row in rows if fits(row, report)), key=lambda row: row.n, default=None)


def by_signals(rows: Iterable[PainRow], phase: str, signals: frozenset[str]) -> PainRow | None:
    """The row that the signals alone settle, whatever the number may be; None when there is none."""
    named = (row for row in rows if row.signals and _has_no_range(row))
    return first(named, Report(phase, signals, None, None))


def _has_no_range(row: PainRow) -> bool:
    return all(edge is None for edge in (row.level_min, row.level_max, row.rise_min, row.rise_max, row.flares_min))


def _within(number: int | None, low: int | None, high: int | None) -> bool:
    if low is None and high is None:
        return True
    if number is None:
        return False
    return (low is None or number >= low) and (high is None or number <= high)
