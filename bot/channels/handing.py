"""A file in the terminal: plain text is shown at once, anything else is saved and said where."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from bot.makers import File

MOST_OF_ONE_NAME = 99


def handed_over(file: File, folder: Path | None) -> list[str]:
    """The lines to show. A file is saved in `folder`, for its owner's eyes only and never over another."""
    if file.mime == "text/plain":
        return ["", *file.content.decode("utf-8").rstrip("\n").split("\n")]
    if folder is None:
        return []
    for path in _names(folder, file.name):
        try:
            _save(path, file.content)
        except FileExistsError:
            continue
        except OSError as error:
            return [f"  {path} cannot be written ({type(error).__name__}); start the chat in a folder of your own."]
        return [f"  Saved as {path}"]
    return [f"  {folder} holds {MOST_OF_ONE_NAME} of these already; move some away and ask again."]


def _names(folder: Path, name: str) -> Iterator[Path]:
    whole = Path(name)
    yield folder / whole.name
    for number in range(2, MOST_OF_ONE_NAME + 1):
        yield folder / f"{whole.stem}-{number}{whole.suffix}"


def _save(path: Path, content: bytes) -> None:
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(number, "wb") as written:
        written.write(content)
