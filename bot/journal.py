"""A chat written down as a journey: the file that `tests/journeys` replays.

    # A saved conversation.
    @ 2026-11-23 09:00
    > /start
    Hello, I am Unkink, ...

Time that really passed between two lines is written as a move of the clock, so that the replay meets the same hours.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.channels.terminal import lines_of
from flows.effects import Say

WIDTH = 88
WORTH_TELLING = timedelta(minutes=1)
BETWEEN_LINES = timedelta(seconds=5)
"""What a replay lets pass between two lines, and what passes in the chat when its clock stands."""


class Journal:
    """One person's chat since the program began."""

    def __init__(self, now: datetime) -> None:
        self._rows = ["# A saved conversation.", f"@ {now.astimezone(UTC):%Y-%m-%d %H:%M}"]
        self._now = now.replace(second=0, microsecond=0)

    def line(self, line: str, now: datetime) -> None:
        """What the person sent."""
        passed = now - self._now - BETWEEN_LINES
        if passed >= WORTH_TELLING:
            self._rows += [f"> @ +{int(passed / timedelta(minutes=1))}m", ""]
        self._rows.append(f"> {line}")
        self._now = max(now, self._now + BETWEEN_LINES)

    def shown(self, say: Say) -> None:
        """What the bot said to them."""
        self._rows += [row.rstrip() for row in lines_of(say, WIDTH)]
        self._rows.append("")

    def moved(self, remark: str, now: datetime) -> None:
        """The clock was moved; the program's own words about it stand in a journey too."""
        self._rows += [remark, ""]
        self._now = now

    def save(self, path: Path) -> None:
        """Write the file; OSError if it cannot be written, FileExistsError rather than over another."""
        with path.open("x", encoding="utf-8") as file:
            file.write("\n".join(self._rows).rstrip() + "\n")
