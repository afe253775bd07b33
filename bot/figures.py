"""What is counted and measured while the bot runs: tables of names, and nothing about anybody.

Labels are words of this program, listed here; any other word counts as "other". So no figure can ever carry a person
or something that was said, whoever counts it. To add one: a row in COUNTED and a call of `count`, or a call of
`gauge` where the parts are put together (`bot/app.py`) with something that tells the number when it is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from attrs import frozen

OTHER = "other"


@frozen
class Counted:
    """Something that is counted, by one label with a few values."""

    help: str
    label: str
    values: tuple[str, ...]


@frozen
class Gauge:
    """Something that is measured whenever somebody asks. `read` is quick and never fails."""

    help: str
    read: Callable[[], float]


COUNTED: Mapping[str, Counted] = {
    "turns": Counted("Turns, by what became of them", "outcome", ("kept", "seen", "failed", "set_aside")),
    "letters": Counted(
        "Letters whose fate is known: sent, or why they were given up",
        "fate",
        ("sent", "gone", "refused", "unknown", "unreadable", "expired", "overtaken", OTHER),
    ),
    "store_errors": Counted("Calls of the store that failed", "kind", ("StoreTrouble", "StoreFull", OTHER)),
    "webhook_answers": Counted(
        "Answers to what was brought to the webhook, by status",
        "status",
        ("200", "400", "403", "408", "413", "503", OTHER),
    ),
    "webhook_oddities": Counted("What came with the secret and was no update", "kind", ("no_update",)),
}


class Figures:
    """The figures of one running bot."""

    def __init__(self) -> None:
        self.gauges: dict[str, Gauge] = {}
        self._counts: Counter[tuple[str, str]] = Counter()

    def count(self, name: str, value: str, by: int = 1) -> None:
        """KeyError: no such name in COUNTED."""
        self._counts[name, value if value in COUNTED[name].values else OTHER] += by

    def gauge(self, name: str, help: str, read: Callable[[], float]) -> None:
        """Measure something from now on."""
        self.gauges[name] = Gauge(help, read)

    def counts(self) -> dict[str, dict[str, int]]:
        """All that is counted, those at zero too: a figure that only appears with the first fault alarms nobody."""
        table = {name: dict.fromkeys(counted.values, 0) for name, counted in COUNTED.items()}
        for (name, value), number in self._counts.items():
            table[name][value] = number
        return table

    def measured(self) -> dict[str, float]:
        return {name: gauge.read() for name, gauge in self.gauges.items()}
