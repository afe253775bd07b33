"""What ends the program with one line and exit code 1."""

from __future__ import annotations


class GaveUp(Exception):
    """It could not go on; the text is the line that says why."""
