"""What went wrong, as it is kept: what happened, where in the book, and which versions. Nothing of the person.

["stop_stretch",26,"cat_cow","arch","2026.11.0","0.1.0"]
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib import metadata

from flows.effects import Count
from flows.pages import Book

HEAD = ("stretch", "step", "action", "row", "content", "version", "count", "first", "last")


@cache
def version() -> str:
    """Of the program; empty when it runs from the sources."""
    try:
        return metadata.version("unkink")
    except metadata.PackageNotFoundError:
        return ""


def line(count: Count, book: Book) -> str:
    """A count as the store keeps it; the store adds the day."""
    row = [count.action, count.row, count.stretch, count.step, book.content_version, version()]
    return json.dumps(row, separators=(",", ":"))


def table(rows: Sequence[tuple[date, str]]) -> list[str]:
    """The counts as lines, the stretch with the most of them first: how often, and the first and last day."""
    if not rows:
        return ["nothing was counted yet"]
    days: dict[tuple[str, ...], list[date]] = {}
    totals: Counter[str] = Counter()
    for day, body in rows:
        action, row, stretch, step, content, program = json.loads(body)
        what: tuple[str, ...] = (stretch or "(none)", step or "-", action, str(row or "-"), content, program or "-")
        days.setdefault(what, []).append(day)
        totals[what[0]] += 1
    lines: list[tuple[str, ...]] = [HEAD]
    for key in sorted(days, key=lambda each: (-totals[each[0]], each[0], -len(days[each]), each)):
        found = days[key]
        lines.append((*key, str(len(found)), f"{min(found)}", f"{max(found)}"))
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(each, widths, strict=True)).rstrip() for each in lines]
