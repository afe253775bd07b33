"""The pain check: what happens next, after a number and some words.

Any pain or discomfort stops a stretch [SEED1-7]. The numbers never decide whether to stop, only what happens then:
a rise of 2 points is a real change [S52], the bands 0-3, 4-5 and 6 up come from the pain-monitoring model [S50, S51].
The table itself stands in the content (`pain.toml`); the first row that fits decides.
"""

from __future__ import annotations

from collections.abc import Collection

from flows import pain_table
from flows.book import load
from flows.pages import Book, Pain, PainRow

PHASES = ("before", "during", "after", "next_day")
FLARE_LEVEL = 6
"""A next-day level of 6 or more is a flare [S50]."""
FLARE_RISE = 2
"""So is a next-day rise of 2 or more: the smallest real change [S52]."""


def judge(
    phase: str,
    signals: Collection[str],
    baseline: int | None,
    level: int | None,
    flares: int = 0,
    *,
    book: Book | None = None,
) -> str:
    """The action for a report, for example "continue" or "stop_session".

    `phase` is before, during, after or next_day. `baseline` and `level` run from 0 to 10; the baseline is the level at
    the start of the sitting (for next_day: of the sitting asked about), None when it is not known. `flares` counts the
    flares among the last 3 answered next-day questions, this one included.

    Raises ValueError for an unknown phase or signal, a number out of range, and a missing level in any phase but
    during: then ask again, never go on. What can be decided without the number tells `row_by_signals`.
    """
    return row_for(phase, signals, baseline, level, flares, book=book).action


def row_for(
    phase: str,
    signals: Collection[str],
    baseline: int | None,
    level: int | None,
    flares: int = 0,
    *,
    book: Book | None = None,
) -> PainRow:
    """The row behind `judge`: the action, and what it does to the stretch, the sitting and the days to come."""
    pain = (book or load()).pain
    _refuse_nonsense(phase, signals, pain)
    _refuse_number("baseline", baseline)
    _refuse_number("level", level)
    if type(flares) is not int or flares < 0:
        raise ValueError(f"flares must be a whole number from 0, not {flares!r}")
    if level is None and phase != pain_table.DURING:
        raise ValueError(f"a level from 0 to 10 is needed {phase.replace('_', ' ')}: ask again, do not go on")
    row = pain_table.first(pain.rows, pain_table.Report(phase, frozenset(signals), baseline, level, flares))
    if row is None:
        raise LookupError(f"pain.toml has no row for {phase}, {sorted(signals)}, {baseline}, {level}, {flares}")
    return row


def row_by_signals(phase: str, signals: Collection[str], *, book: Book | None = None) -> PainRow | None:
    """The row that the signals settle on their own, before a number is known; None when only the number can tell.

    With it a grave signal (rows 1, 2, 6) is acted on at once instead of asking for a level first. A level told later
    may lead to a stronger row, never to a milder one. Raises ValueError for an unknown phase or signal.
    """
    pain = (book or load()).pain
    _refuse_nonsense(phase, signals, pain)
    return pain_table.by_signals(pain.rows, phase, frozenset(signals))


def is_flare(baseline: int | None, level: int) -> bool:
    """Whether a next-day level is a flare: 6 or more, or 2 or more above the start of that sitting [S50, S52]."""
    return level >= FLARE_LEVEL or (baseline is not None and level - baseline >= FLARE_RISE)


def _refuse_nonsense(phase: str, signals: Collection[str], pain: Pain) -> None:
    if phase not in PHASES:
        raise ValueError(f"unknown phase {phase!r}; it is one of {', '.join(PHASES)}")
    if isinstance(signals, str):
        raise ValueError(f"signals must be a collection of ids, not the single text {signals!r}")
    known = [signal.id for signal in pain.signals]
    for signal in signals:
        if signal not in known:
            raise ValueError(f"unknown signal {signal!r}; the book has {', '.join(known)}")


def _refuse_number(name: str, number: int | None) -> None:
    """Callers without a type checker send 5.0 and True; neither is a level."""
    if number is not None and (type(number) is not int or not 0 <= number <= 10):
        raise ValueError(f"{name} must be a whole number from 0 to 10, not {number!r}")
