"""Pain before and after each sitting, day by day: a ring and a dot, joined by a line. Up and down look alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from bot.charts.drawing import AVERAGE_LETTER, PANEL, QUIET, SOFT, both, box, dot, line, ring, words
from flows.pages import Book
from flows.progress import Progress

HEIGHT = 520
PAD, TOP, BOTTOM, LEFT = 36, 128, 74, 96
"""Free space inside the panel: around, above the scale, below it for the weeks, left of it for the numbers."""


def pain(shown: Progress, book: Book, x: float, y: float, width: float) -> Iterator[str]:
    """The panel."""
    yield box(x, y, width, HEIGHT, PANEL, radius=28)
    yield words(x + PAD, y + 68, book.say("progress.picture_pain"), 42, bold=True)
    if not shown.rated:
        yield words(
            x + width / 2, y + HEIGHT / 2 + 30, book.say("progress.picture_nothing"), 38, colour=SOFT, at="middle"
        )
        return
    yield from _legend(book, x + width - PAD, y + 66)
    scale = Scale(shown, x + LEFT, y + TOP, width - LEFT - PAD, HEIGHT - TOP - BOTTOM)
    yield from scale.lines()
    yield from scale.sittings()


def _legend(book: Book, right: float, y: float) -> Iterator[str]:
    for mark, key in ((dot, "progress.after"), (ring, "progress.before")):
        said = book.say(key)
        left = right - len(said) * 36 * AVERAGE_LETTER
        yield words(left, y, said, 36)
        yield mark(left - 26, y - 12, 13)
        right = left - 70


class Scale:
    """Where days and levels lie."""

    def __init__(self, shown: Progress, x: float, y: float, width: float, height: float) -> None:
        self._shown = shown
        self._x, self._y, self._width, self._height = x, y, width, height
        self._step = width / (7 * shown.weeks)

    def _of_day(self, day: date) -> float:
        return self._x + ((day - self._shown.first).days + 0.5) * self._step

    def _of_level(self, level: float) -> float:
        return self._y + (10 - level) / 10 * self._height

    def lines(self) -> Iterator[str]:
        """The levels 0, 5 and 10, and where weeks begin."""
        for level in (0, 5, 10):
            at = self._of_level(level)
            yield line(self._x, at, self._x + self._width, at)
            yield words(self._x - 24, at + 12, str(level), 34, colour=SOFT, at="end")
        for number in range(self._shown.weeks):
            monday = self._shown.first + timedelta(weeks=number)
            left = self._x + number * 7 * self._step
            yield line(left, self._of_level(10), left, self._of_level(0) + 50, QUIET)
            yield words(left + 10, self._of_level(0) + 50, f"{monday.day} {monday:%b}", 33, colour=SOFT)

    def sittings(self) -> Iterator[str]:
        """Sittings of one day stand side by side."""
        radius = min(12.0, 0.42 * self._step)
        days: dict[date, list[tuple[int, int]]] = defaultdict(list)
        for day, before, after in self._shown.rated:
            days[day].append((before, after))
        for day, levels in days.items():
            for place, (before, after) in enumerate(levels):
                x = self._of_day(day) + (place - (len(levels) - 1) / 2) * self._step * 0.5
                yield from self._sitting(x, before, after, radius if len(levels) == 1 else radius * 0.75)

    def _sitting(self, x: float, before: int, after: int, radius: float) -> Iterator[str]:
        above, below = self._of_level(before), self._of_level(after)
        if before == after:
            yield both(x, above, radius)
            return
        yield line(x, above, x, below, SOFT, 4)
        yield ring(x, above, radius)
        yield dot(x, below, radius)
