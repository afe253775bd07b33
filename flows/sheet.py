"""A sheet: something to read on paper or in a file, as titled parts with lines and small tables. How it looks is
somebody else's: plain text here, a page in `bot`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from attrs import frozen

WIDTH = 78
"""Characters of a line of the text, where nothing forbids to break it."""


@frozen
class Part:
    """A titled part. `blanks` are to be filled in by hand."""

    title: str
    lines: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    blanks: tuple[str, ...] = ()


@frozen
class Sheet:
    """A title, what must be known first, the parts, and what stands at the foot."""

    title: str
    head: str
    parts: tuple[Part, ...]
    foot: str = ""


def as_text(sheet: Sheet) -> str:
    """The sheet as plain text: every line stands by itself, so that it can be read on a small screen and copied."""
    blocks = [sheet.title.upper(), _wrapped(sheet.head), *(_part(part) for part in sheet.parts), _wrapped(sheet.foot)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _part(part: Part) -> str:
    lines = [part.title.upper(), *(_wrapped(line, "- ") for line in part.lines), *_rows(part)]
    return "\n".join([*lines, *(f"{blank} ____________________" for blank in part.blanks)])


def _rows(part: Part) -> Iterator[str]:
    """A table as one line a row: "23 November: before 2, after 3." Columns would fall apart on a phone."""
    for row in part.rows:
        first, *others = row
        told = [f"{name.lower()} {value}" for name, value in zip(part.columns[1:], others, strict=True) if value]
        yield _wrapped(f"{first}: {', '.join(told)}" if told else first, "- ")


def _wrapped(text: str, bullet: str = "") -> str:
    return "\n".join(_paragraphs(text.split("\n"), bullet))


def _paragraphs(paragraphs: Iterable[str], bullet: str) -> Iterator[str]:
    for number, paragraph in enumerate(paragraphs):
        first = bullet if number == 0 else " " * len(bullet)
        yield textwrap.fill(
            paragraph,
            WIDTH,
            initial_indent=first,
            subsequent_indent=" " * len(bullet),
            break_long_words=False,
            break_on_hyphens=False,
        )
