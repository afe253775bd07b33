"""Each person's share of "around 8": a few minutes past it, always the same ones.

So a whole town that chose 08:00 is not due in one second. The share is a hash of who the person is: it needs no table,
and a restart changes nothing.
"""

from __future__ import annotations

import hashlib

LOTS = 15 * 60
""" "Around 8" is up to fifteen minutes past it, in seconds."""
ALIKE = "terminal:"
"""A terminal has no crowd to spread: a chat that was saved there must replay word for word, whoever sits down."""


def lot(person: str) -> int:
    """Seconds after the time that was chosen, spread evenly over people; never 0."""
    name = ALIKE if person.startswith(ALIKE) else person
    return 1 + int.from_bytes(hashlib.sha256(f"lot {name}".encode()).digest()[:8]) % (LOTS - 1)
