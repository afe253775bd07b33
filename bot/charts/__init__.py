"""Progress as one picture: SVG drawn from the numbers, made a PNG by resvg (the extra "charts")."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import resources

from bot.charts.days import WIDTH as CALENDAR
from bot.charts.days import days, height
from bot.charts.drawing import SOFT, picture, words
from bot.charts.pain import HEIGHT, pain
from bot.charts.stretches import stretches
from flows.conversation import Conversation
from flows.pages import Book
from flows.progress import Progress, progress

WIDTH, MARGIN, GAP, HEAD = 1080, 36, 24, 156
FONTS = ("Manrope-Medium.ttf", "Manrope-Bold.ttf")


def svg(talk: Conversation, book: Book, now: datetime) -> str:
    """The picture as SVG."""
    shown = progress(talk, now)
    below = HEAD + HEIGHT + GAP
    return picture(WIDTH, round(below + height(shown) + MARGIN), _parts(shown, book, below))


def _parts(shown: Progress, book: Book, below: float) -> Iterator[str]:
    last = shown.first + timedelta(days=7 * shown.weeks - 1)
    yield words(MARGIN + 6, 78, book.say("progress.weeks", weeks=shown.weeks), 54, bold=True)
    span = f"{shown.first.day} {shown.first:%B} – {last.day} {last:%B}"
    yield words(MARGIN + 6, 128, span, 36, colour=SOFT)
    yield from pain(shown, book, MARGIN, HEAD, WIDTH - 2 * MARGIN)
    yield from days(shown, book, MARGIN, below)
    left = MARGIN + CALENDAR + GAP
    yield from stretches(shown, book, left, below, WIDTH - MARGIN - left, height(shown))


def chart(talk: Conversation, book: Book, now: datetime) -> bytes:
    """The picture as PNG. ImportError: the extra "charts" is not installed."""
    import resvg_py

    with resources.as_file(resources.files("bot.charts").joinpath("fonts")) as folder:
        files = [str(folder / name) for name in FONTS]
        return resvg_py.svg_to_bytes(svg_string=svg(talk, book, now), skip_system_fonts=True, font_files=files)
