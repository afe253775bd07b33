"""What time it is, and who is due.

`now` comes from a clock that can be set, so that a test, `--at` or the playground can look at tomorrow's reminder
today. Time is never read anywhere else.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

LONGEST_NAP = timedelta(seconds=20)
"""Who waits for an instant looks at the clock at least this often, whatever the clock did meanwhile."""


class Clock(Protocol):
    """Tells the instant, aware and in UTC."""

    nap: timedelta
    """How long to wait at most before looking at it again."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    nap = LONGEST_NAP

    def now(self) -> datetime:
        return datetime.now(UTC)


class SetClock:
    """A clock that was set: it stands still until it is moved (`runs=False`), or runs on from there."""

    nap = LONGEST_NAP

    def __init__(self, at: datetime, *, runs: bool = False) -> None:
        self._at = at.astimezone(UTC)
        self._since = datetime.now(UTC) if runs else None
        self._listeners: list[asyncio.Event] = []

    @property
    def stands(self) -> bool:
        """Whether it only moves when it is moved."""
        return self._since is None

    def listen(self, moved: asyncio.Event) -> None:
        """Set this event whenever the clock is moved: somebody may be due."""
        self._listeners.append(moved)

    def now(self) -> datetime:
        return self._at if self._since is None else self._at + (datetime.now(UTC) - self._since)

    def move_to(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)
        if self._since is not None:
            self._since = datetime.now(UTC)
        for moved in self._listeners:
            moved.set()

    def move_by(self, step: timedelta) -> None:
        self.move_to(self.now() + step)


class FollowedClock:
    """The machine's clock, moved by as many seconds as stand in a file: the playground moves the bot's time with it."""

    nap = timedelta(seconds=0.25)

    def __init__(self, file: Path) -> None:
        self._file = file
        self._written = 0
        self._moved = timedelta()

    def now(self) -> datetime:
        with suppress(OSError, ValueError, OverflowError):
            written = self._file.stat().st_mtime_ns
            if written != self._written:
                self._moved = timedelta(seconds=float(self._file.read_text(encoding="ascii")))
                self._written = written
        return datetime.now(UTC) + self._moved
