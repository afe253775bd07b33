"""What pain did from just before a stretch to after it, on average; never without the number of times, and not told at
all below a small one.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.charts.drawing import BEFORE, INK, PANEL, QUIET, SOFT, box, line, short, words
from flows.cards.progress import change_words
from flows.pages import Book
from flows.progress import Change, Progress

PAD, TOP, ROW, FEW_ROW = 32.0, 148.0, 108.0, 44.0
WIDEST = 2.0
"""Levels up or down at which a bar is full."""


def stretches(shown: Progress, book: Book, x: float, y: float, width: float, height: float) -> Iterator[str]:
    """The panel: as many rows as fit; the words of /progress tell them all."""
    room = width - 2 * PAD
    yield box(x, y, width, height, PANEL, radius=28)
    yield words(x + PAD, y + 64, book.say("progress.picture_each"), 38, bold=True)
    yield words(x + PAD, y + 108, book.say("progress.picture_each_how"), 30, colour=SOFT)
    known = [change for change in shown.changes if change.stretch in book.stretches]
    few = [change for change in known if not change.enough]
    if not known:
        yield words(x + PAD, y + TOP + 24, book.say("progress.picture_nothing"), 32, colour=SOFT)
    rows = int((height - TOP - (2 * FEW_ROW if few else 0)) // ROW)
    told = [change for change in known if change.enough][:rows]
    for number, change in enumerate(told):
        yield from _row(change, book, x + PAD, y + TOP + number * ROW, room)
    top = TOP + len(told) * ROW
    yield from _few(few, book, x + PAD, y + top, room, int((height - top - PAD / 2) // FEW_ROW))


def _row(change: Change, book: Book, x: float, y: float, room: float) -> Iterator[str]:
    name = book.stretches[change.stretch].name
    yield words(x, y + 24, short(name, room, 33), 33)
    yield words(x, y + 62, change_words(change, book), 33, bold=True)
    times = book.say("progress.picture_times", times=change.times)
    yield words(x + room, y + 62, times, 30, colour=SOFT, at="end")
    yield from _bar(change.mean, x, y + 82, room)


def _bar(mean: float, x: float, y: float, room: float) -> Iterator[str]:
    """From the middle to the left for less pain, to the right for more."""
    middle = x + room / 2
    end = middle + max(-1.0, min(1.0, mean / WIDEST)) * room / 2
    yield line(x + 4, y, x + room - 4, y, QUIET, 12)
    if round(mean, 1):
        yield line(middle, y, end, y, BEFORE, 12)
    yield line(middle, y - 10, middle, y + 10, INK, 4)


def _few(few: list[Change], book: Book, x: float, y: float, room: float, rows: int) -> Iterator[str]:
    """The stretches that were done too few times, each with its number; the last row counts those without a row."""
    if not few:
        return
    yield words(x, y + 26, book.say("progress.picture_few"), 30, colour=SOFT)
    named = few if len(few) < rows else few[: max(0, rows - 2)]
    for number, change in enumerate(named, 1):
        name = book.stretches[change.stretch].name
        yield words(x, y + 26 + FEW_ROW * number, short(name, room - 50, 30), 30)
        yield words(x + room, y + 26 + FEW_ROW * number, str(change.times), 30, colour=SOFT, at="end")
    if len(named) < len(few):
        more = book.say("progress.picture_more", more=len(few) - len(named))
        yield words(x, y + 26 + FEW_ROW * (len(named) + 1), more, 30, colour=SOFT)
