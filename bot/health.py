"""Is the bot well? Its checks, and how they get from the running process to whoever asks.

The running bot writes what it knows into a small file beside its database, every few seconds, in one piece; `unkink
health` reads it. A file needs no open port, works in the image without a shell and for whoever may read the data
folder, and its age tells what no answer could: that the process hangs. It holds counts and instants, no person and no
content. Who sets UNKINK_METRICS_LISTEN can ask over HTTP as well (`bot/metrics.py`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attrs import asdict, frozen

from bot.figures import Figures

FILE = "health.json"
WRITE_EVERY = 5.0
"""Seconds."""
STALE_AFTER = 20.0
"""Seconds after which a report tells nothing any more: the process hangs, or was killed."""


@frozen
class Check:
    """One thing that must be so."""

    name: str
    well: bool
    says: str
    """For people; a fixed text with figures in it, never content."""

    def __str__(self) -> str:
        return f"{'ok ' if self.well else 'BAD'}  {self.name}: {self.says}"


@frozen
class Report:
    """What the running bot says of itself."""

    at: datetime
    process: int
    checks: tuple[Check, ...]
    counts: dict[str, dict[str, int]]
    measured: dict[str, float]

    @property
    def well(self) -> bool:
        return all(check.well for check in self.checks)

    def json(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat(), "well": self.well}


class Health:
    """Asks every check and every figure."""

    def __init__(self, figures: Figures, checks: Iterable[Callable[[], Check]]) -> None:
        self.figures = figures
        self._checks = tuple(checks)

    def report(self) -> Report:
        checks = tuple(check() for check in self._checks)
        return Report(datetime.now(UTC), os.getpid(), checks, self.figures.counts(), self.figures.measured())


def write(folder: Path, report: Report) -> None:
    """Put a report where `read` finds it, whole or not at all. OSError: there is no room, or no right to write."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / FILE
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        json.dump(report.json(), file, indent=1)
    os.replace(fresh, path)


def remove(folder: Path) -> None:
    """After a clean end nothing is left that could pass for a running bot."""
    (folder / FILE).unlink(missing_ok=True)


def read(folder: Path, now: datetime) -> list[Check]:
    """The checks of the bot that runs on this data folder; the first says whether there is one."""
    path = folder / FILE
    try:
        page = json.loads(path.read_text(encoding="ascii"))
        age = (now - datetime.fromisoformat(page["at"])).total_seconds()
        checks = [Check(str(each["name"]), each["well"] is True, str(each["says"])) for each in page["checks"]]
        process = int(page["process"])
    except FileNotFoundError:
        return [Check("running", False, f"no bot runs on {folder}, or it has only just been started")]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [Check("running", False, f"{path} cannot be read ({type(error).__name__})")]
    if abs(age) > STALE_AFTER:
        hint = "it hangs, was killed, or cannot write there"
        return [Check("running", False, f"process {process} last wrote {path} {age:.0f} s ago; {hint}")]
    return [Check("running", True, f"process {process}, reported {max(0.0, age):.0f} s ago"), *checks]
