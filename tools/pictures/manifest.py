"""What was drawn from what: a file beside the pictures that tells whether they still match poses and drawing code.

Nothing is drawn to find out: the hashes of what goes in (a stretch's poses, the code) and of what came out are kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NAME = "manifest.json"
KINDS = (".png", ".mp4")
NOT_DRAWING = ("limits.py", "manifest.py")
"""Files of this folder that change no picture."""


def name_of(picture: str, theme: str, ending: str) -> str:
    """cat_cow.round.png, cat_cow.round.dark.png, cat_cow.mp4"""
    return f"{picture}.{ending}" if theme == "light" else f"{picture}.{theme}.{ending}"


def drawing() -> str:
    """The hash of the drawing code."""
    code = [path for path in sorted(HERE.glob("*.py")) if path.name not in NOT_DRAWING]
    return _hash(b"\0".join(path.name.encode() + b"\0" + _plain(path) for path in code))


def poses() -> dict[str, str]:
    """The hash of each stretch's poses."""
    return {path.stem: _hash(_plain(path)) for path in sorted((HERE / "poses").glob("*.toml"))}


def files(folder: Path) -> dict[str, str]:
    """The hash of each picture and animation."""
    return {path.name: _hash(path.read_bytes()) for path in sorted(folder.iterdir()) if path.suffix in KINDS}


def is_drawn_alike(folder: Path) -> bool:
    """Whether the pictures of a folder were drawn by the present code, so that some may be drawn anew alone."""
    return (folder / NAME).exists() and _read(folder)["drawing"] == drawing()


def write(folder: Path, stretches: Iterable[str]) -> None:
    """Keep what these stretches were drawn from; what is known of the others stays."""
    known = _read(folder)["poses"] if is_drawn_alike(folder) else {}
    now = poses()
    kept = {name: now[name] if name in set(stretches) else known.get(name, "") for name in now}
    table: dict[str, Any] = {"drawing": drawing(), "poses": kept, "files": files(folder)}
    (folder / NAME).write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8", newline="\n")


def _read(folder: Path) -> dict[str, Any]:
    table: dict[str, Any] = json.loads((folder / NAME).read_text(encoding="utf-8"))
    return table


def _plain(path: Path) -> bytes:
    """Its bytes with one kind of line end, as another system may have checked it out."""
    return path.read_bytes().replace(b"\r\n", b"\n")


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]
