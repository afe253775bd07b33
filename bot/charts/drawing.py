"""The few shapes that charts are made of, as SVG text. Lengths are pixels of the picture; it is looked at on a phone,
where three of them make one.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

FAMILY = "Manrope"
WALL, PANEL, QUIET, LINE = "#F1F5F2", "#FFFFFF", "#E3ECE7", "#D3DFD9"
"""The colours of the pictures of stretches: their wall, and what goes with it."""
INK, SOFT = "#22343B", "#566B72"
"""Words; both can be read on wall and panel (contrast 12 and 5 and more)."""
BEFORE, AFTER = "#35496B", "#1E9384"
"""Two calm colours that say which is which, not which is good; told apart by their form too (a ring, a dot)."""
AVERAGE_LETTER = 0.51
"""Width of a letter of the font, as a share of its size: for cutting what would not fit."""


def words(x: float, y: float, text: str, size: int, *, colour: str = INK, bold: bool = False, at: str = "start") -> str:
    """A line of text; `at`: start, middle or end."""
    weight = 700 if bold else 500
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" font-weight="{weight}" fill="{colour}" text-anchor="{at}">'
        f"{escape(text)}</text>"
    )


def short(name: str, room: float, size: int) -> str:
    """A name as far as it fits: first without what stands behind a comma, then cut."""
    letters = int(room / (size * AVERAGE_LETTER))
    name = name if len(name) <= letters else name.partition(",")[0]
    return name if len(name) <= letters else name[:letters].rpartition(" ")[0] + "…"


def box(x: float, y: float, width: float, height: float, fill: str, *, radius: float = 0, edge: str = "") -> str:
    stroke = f' stroke="{edge}" stroke-width="5"' if edge else ""
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" fill="{fill}"{stroke}/>'


def line(x1: float, y1: float, x2: float, y2: float, colour: str = LINE, width: float = 2.5) -> str:
    return f'<path d="M{x1:g} {y1:g}L{x2:g} {y2:g}" stroke="{colour}" stroke-width="{width:g}" stroke-linecap="round"/>'


def dot(x: float, y: float, radius: float) -> str:
    """Pain after."""
    return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{AFTER}"/>'


def ring(x: float, y: float, radius: float) -> str:
    """Pain before."""
    return _circle(x, y, radius, PANEL)


def both(x: float, y: float, radius: float) -> str:
    """Pain before and after where they are the same."""
    return _circle(x, y, radius, AFTER)


def _circle(x: float, y: float, radius: float, fill: str) -> str:
    return f'<circle cx="{x:g}" cy="{y:g}" r="{radius - 2:g}" fill="{fill}" stroke="{BEFORE}" stroke-width="4.5"/>'


def picture(width: int, height: int, parts: Iterable[str]) -> str:
    """The whole SVG."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="{FAMILY}">'
    return "\n".join([head, box(0, 0, width, height, WALL), *parts, "</svg>"])
