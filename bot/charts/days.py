"""The days with a stretch, as a calendar: whole weeks, Monday first. A day without one is a quiet day, nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from bot.charts.drawing import AFTER, INK, PANEL, QUIET, SOFT, box, words
from flows.pages import Book
from flows.progress import Progress

CELL, GAP, PAD, TOP = 62.0, 8.0, 32, 152
WIDTH = 2 * PAD + 7 * CELL + 6 * GAP


def height(shown: Progress) -> float:
    return TOP + shown.weeks * (CELL + GAP) - GAP + PAD


def days(shown: Progress, book: Book, x: float, y: float) -> Iterator[str]:
    """The panel."""
    yield box(x, y, WIDTH, height(shown), PANEL, radius=28)
    yield words(x + PAD, y + 64, book.say("progress.picture_days"), 38, bold=True)
    for place in range(7):
        monday = date(2024, 1, 1) + timedelta(days=place)
        middle = x + PAD + place * (CELL + GAP) + CELL / 2
        yield words(middle, y + 124, f"{monday:%a}"[:1], 30, colour=SOFT, at="middle")
    for number in range(7 * shown.weeks):
        week, place = divmod(number, 7)
        yield from _day(
            shown, shown.first + timedelta(days=number), x + PAD + place * (CELL + GAP), y + TOP + week * (CELL + GAP)
        )


def _day(shown: Progress, day: date, x: float, y: float) -> Iterator[str]:
    practised = day in shown.days
    if day <= shown.today:
        yield box(x, y, CELL, CELL, AFTER if practised else QUIET, radius=18, edge=INK if day == shown.today else "")
    colour = "#FFFFFF" if practised else SOFT
    yield words(x + CELL / 2, y + CELL / 2 + 11, str(day.day), 31, colour=colour, bold=practised, at="middle")
