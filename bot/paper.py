"""A sheet as a page to print: one page, whatever stands on it, in letters as large as fit.

On the left what was told, on the right room to write by hand; below it what needs the whole width.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from flows.sheet import Part, Sheet

LETTER_COUNTRIES = ("US", "CA", "MX", "PH", "CO", "CL", "VE", "PR")
"""Where paper is 216 by 279 mm; elsewhere it is A4."""
INK, QUIET, LINE, SHADE = "#1d2b33", "#4c5b64", "#b9c6cc", "#eef3f4"
ACCENT = "#1b6b72"
MARGIN = 40.0
"""Points at every edge."""
SIZES = (10.0, 9.5, 9.0, 8.5, 8.0, 7.5, 7.0)
"""Letters in points: the largest that fits is taken. Where none does, the page is shrunk as a whole."""
BLANK_LINES = 4
"""Lines to write on: the last thing to fill in by hand has all of them, those before it one."""


def page(sheet: Sheet, country: str = "") -> bytes:
    """The sheet as a PDF of one page. Needs no disk; nothing of it is kept."""
    for size in SIZES:
        made, pages = _made(sheet, country, size)
        if pages == 1:
            return made
    return _made(sheet, country, SIZES[-1], shrink=True)[0]


def _made(sheet: Sheet, country: str, size: float, *, shrink: bool = False) -> tuple[bytes, int]:
    from reportlab.lib.pagesizes import A4, letter
    from reportlab.platypus import KeepInFrame, SimpleDocTemplate

    target = io.BytesIO()
    paper = letter if country in LETTER_COUNTRIES else A4
    document = SimpleDocTemplate(
        target, pagesize=paper, title=sheet.title, author="Unkink", lang="en",
        leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
    )  # fmt: skip
    width, height = paper[0] - 2 * MARGIN - 12, paper[1] - 2 * MARGIN - 12
    story = _story(sheet, size, width)
    document.build([KeepInFrame(width, height, story, mode="shrink")] if shrink else story)
    return target.getvalue(), document.page


def _story(sheet: Sheet, size: float, width: float) -> list[Any]:
    """All that stands on the page, from top to bottom."""
    from reportlab.platypus import Spacer, Table

    beside = [part for part in sheet.parts if part.blanks]
    above = sheet.parts[: 1 + max((sheet.parts.index(part) for part in beside), default=-1)]
    left = [part for part in above if part not in beside]
    below = [part for part in sheet.parts if part not in above]
    story = [_words(sheet.title, size * 1.7, ACCENT, bold=True), Spacer(0, size * 0.6), _boxed(sheet.head, size, width)]
    if beside:
        halves = [_blocks(left, size, width * 0.54), _blocks(beside, size, width * 0.42)]
        story.append(Table([halves], [width * 0.56, width * 0.44], style=_side_by_side()))
    story += _blocks(below, size, width)
    return [*story, Spacer(0, size), _words(sheet.foot, size * 0.8, QUIET)]


def _side_by_side() -> list[tuple[Any, ...]]:
    every = (0, 0), (-1, -1)
    sides = [("LEFTPADDING", (0, 0), (0, 0), 0), ("RIGHTPADDING", (1, 0), (1, 0), 0)]
    return [("VALIGN", *every, "TOP"), *sides, ("TOPPADDING", *every, 0), ("BOTTOMPADDING", *every, 0)]


def _blocks(parts: Sequence[Part], size: float, width: float) -> list[Any]:
    from reportlab.platypus import Spacer

    blocks: list[Any] = []
    for part in parts:
        blocks += [Spacer(0, size), _words(part.title, size * 1.1, ACCENT, bold=True), Spacer(0, size * 0.25)]
        blocks += [_words(line, size, bullet=len(part.lines) > 1) for line in part.lines]
        blocks += [_table(part, size, width)] if part.rows else []
        for number, blank in enumerate(part.blanks, start=1):
            blocks += _blank(blank, size, width, BLANK_LINES if number == len(part.blanks) else 1)
    return blocks


def _words(text: str, size: float, colour: str = INK, *, bold: bool = False, bullet: bool = False) -> Any:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    style = ParagraphStyle(
        "words",
        fontName="Helvetica-Bold" if bold else "Helvetica",
        fontSize=size,
        leading=size * 1.3,
        textColor=colour,
        leftIndent=size if bullet else 0,
        bulletIndent=1,
        bulletFontSize=size,
        spaceAfter=size * 0.25 if bullet else 0,
    )
    return Paragraph(escape(text), style, bulletText="\u2022" if bullet else None)


def _boxed(text: str, size: float, width: float) -> Any:
    from reportlab.platypus import Table

    style = [("BACKGROUND", (0, 0), (-1, -1), SHADE), ("LINEBEFORE", (0, 0), (0, -1), 3, ACCENT),
             ("LEFTPADDING", (0, 0), (-1, -1), 10), ("TOPPADDING", (0, 0), (-1, -1), size * 0.5),
             ("BOTTOMPADDING", (0, 0), (-1, -1), size * 0.6)]  # fmt: skip
    return Table([[_words(text, size, bold=True)]], [width], style=style)


def _table(part: Part, size: float, width: float) -> Any:
    """Narrow columns for days and numbers, the last one takes what is left."""
    from reportlab.platypus import Table

    narrow = [size * 5, *[size * 5] * (len(part.columns) - 2)]
    widths = [*narrow, width - sum(narrow)]
    rows = [[_words(each, size * 0.9, QUIET, bold=True) for each in part.columns]]
    rows += [[_words(each, size * 0.95) for each in row] for row in part.rows]
    style = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, 0), 0.8, ACCENT),
             ("LINEBELOW", (0, 1), (-1, -1), 0.4, LINE), ("LEFTPADDING", (0, 0), (0, -1), 0),
             ("TOPPADDING", (0, 0), (-1, -1), size * 0.2), ("BOTTOMPADDING", (0, 0), (-1, -1), size * 0.3)]  # fmt: skip
    return Table(rows, widths, style=style, repeatRows=1, hAlign="LEFT")


def _blank(label: str, size: float, width: float, count: int) -> list[Any]:
    """A label, and lines to write on."""
    from reportlab.platypus import Spacer, Table

    lines = Table([[""]] * count, [width], [size * 2.1] * count,
                  style=[("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE)], hAlign="LEFT")  # fmt: skip
    return [_words(label, size, QUIET), lines, Spacer(0, size * 0.5)]
