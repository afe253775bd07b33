"""The page as one file: what lies in page/ put together, without a build and without anything from elsewhere.

The parts are apart only to be read. The policy sent with it names the one script and the one style by their hashes, so
that nothing else could run even if a text found its way into the page as HTML.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "page"
STYLES = ("colours.css", "frame.css", "chat.css", "desk.css")
SCRIPTS = ("start.js", "words.js", "bubbles.js", "chat.js", "people.js", "composer.js", "desk.js", "wire.js")


@cache
def document() -> tuple[str, str]:
    """The page, and the Content-Security-Policy to send with it."""
    style, script = (_together(names) for names in (STYLES, SCRIPTS))
    page = (FOLDER / "page.html").read_text("utf-8").replace("/* styles */", style).replace("/* scripts */", script)
    return page, (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src 'self' data:;"
        " media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _together(names: tuple[str, ...]) -> str:
    return "\n" + "\n".join((FOLDER / name).read_text("utf-8") for name in names)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
