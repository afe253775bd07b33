"""The pictures that ship with the program: one for every step, and a short animation for every stretch.

They are drawn ahead of time from the poses in `tools/pictures/poses/`; nothing here needs a picture library. Which
words go with a picture stands in the content (`shows` of a step).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from flows.pages import Book

_HERE = Path(__file__).parent
_ID = re.compile(r"[a-z0-9_]{1,64}\.[a-z0-9_]{1,64}")
_STRETCH = re.compile(r"[a-z0-9_]{1,64}")


def find(picture: str, *, dark: bool = False) -> Path | None:
    """The PNG of a picture's id, such as "cat_cow.round" (`Card.picture`); None where there is none, whatever the text.

    `dark`: the one for a dark room, if there is one, else the other.
    """
    return _file(picture, "png", dark) if _ID.fullmatch(picture) else None


def animation(stretch: str, *, dark: bool = False) -> Path | None:
    """The MP4 (H.264, no sound, a few seconds, loops without a jump) of a stretch's id; None where there is none."""
    return _file(stretch, "mp4", dark) if _STRETCH.fullmatch(stretch) else None


def _file(stem: str, ending: str, dark: bool) -> Path | None:
    names = ([f"{stem}.dark.{ending}"] if dark else []) + [f"{stem}.{ending}"]
    return next((_HERE / name for name in names if (_HERE / name).is_file()), None)


def faults(book: Book) -> Iterator[str]:
    """A line for every step without its picture and every stretch without its animation."""
    for stretch in book.stretches.values():
        file = f"stretches/{stretch.id}.toml"
        for step in stretch.walk:
            if find(f"{stretch.id}.{step.id}") is None:
                yield f"{file}: {step.id}: the step has no picture; draw it: see CONTRIBUTING.md"
        if animation(stretch.id) is None:
            yield f"{file}: the stretch has no animation; draw it: see CONTRIBUTING.md"
