"""What goes wrong, and when: all of it from one seed.

Calm and storms take turns. In a storm every tenth call or so meets trouble, the process dies at any step, the disk is
full for a while. After the storms it is fair to the end, so that what has to come in the end can come.
"""

from __future__ import annotations

import asyncio
import random

from attrs import evolve, frozen

from tests.simulation.network import POLL
from tests.simulation.troubles import FLOOD_PAGE, MAYBE, SLOW, SURELY_NOT, WAITS, Trouble, flood


@frozen
class Sizes:
    """How large a simulation is. Times in hours of the simulation."""

    people: int = 3
    acts: int = 24
    """What each person does before the storms are over."""
    sleepers: int = 2
    """People more, who only wait for their reminder."""
    hours: float = 24.0
    fair_from: float = 19.0
    storms: int = 3
    storm_minutes: tuple[int, int] = (5, 50)
    worst: float = 0.15
    """The largest share of calls that meet trouble in a storm; each storm has its own."""
    kills: float = 0.002
    """The largest share of points at which the process dies in a storm."""
    full_disks: int = 2
    steps: int = 3
    """Of the machine's clock."""
    deaths: int = 4
    """Ends of the process at any moment, storm or not; each other one in order."""


STORMY = Sizes(
    sleepers=6,
    acts=40,
    hours=8.0,
    fair_from=3.5,
    storms=5,
    storm_minutes=(5, 30),
    worst=0.5,
    kills=0.01,
    full_disks=3,
    deaths=3,
)
"""Eight hours, three of them as bad as can be."""

RINGS = 3 * 3600.0
"""When reminders ring, if nobody moves the clock: there is always a storm then."""


@frozen
class Storm:
    begins: float
    ends: float
    trouble: float
    kills: float
    floods: float


class Weather:
    """The dice of one simulation."""

    def __init__(self, seed: int, sizes: Sizes) -> None:
        self.dice = random.Random(f"weather {seed}")
        self._sizes = sizes
        self.fair = 3600 * sizes.fair_from
        self._storms = [self._storm() for _ in range(sizes.storms)]
        self._storms.append(evolve(self._storm(), begins=RINGS - 200, ends=RINGS + 300))
        self._full = [self._window(5, 120) for _ in range(sizes.full_disks)]
        self._doomed: Trouble | None = None

    def _window(self, least: float, most: float) -> tuple[float, float]:
        begins = self.dice.uniform(0, self.fair)
        return begins, min(self.fair, begins + self.dice.uniform(least, most))

    def _storm(self) -> Storm:
        low, high = self._sizes.storm_minutes
        begins, ends = self._window(60 * low, 60 * high)
        worst = self._sizes.worst
        return Storm(
            begins, ends, self.dice.uniform(0.01, worst), self.dice.uniform(0, self._sizes.kills), self.dice.random()
        )

    @property
    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def storm(self) -> Storm | None:
        """The storm that rages now."""
        now = self._now
        return next((storm for storm in self._storms if storm.begins <= now < storm.ends), None)

    def storm_begins(self) -> float:
        """When a storm begins, any of them: people are about in storms too, or they would prove nothing."""
        return self.dice.choice(self._storms).begins if self._storms else 0.0

    # For the network

    def latency(self) -> float:
        return self.dice.uniform(0.01, 0.12)

    def arrives_from_the_dead(self) -> bool:
        return self.dice.random() < 0.5

    def trouble(self, method: str, chat: int) -> Trouble | None:
        storm = self.storm()
        if storm is None or self.dice.random() >= storm.trouble * (0.3 if method == POLL else 1):
            return None
        kind = self.dice.random()
        if chat and kind < 0.4 * storm.floods:
            return flood(self.dice.choice(WAITS))
        if kind < 0.5:
            return self.dice.choice(SURELY_NOT[:-1])  # a token that is refused for long rightly ends the bot
        if kind < 0.95:
            return self.dice.choice(MAYBE)
        return self.dice.choice((SLOW, FLOOD_PAGE))

    # For the disk

    def seconds(self) -> float:
        return 0.001 + 0.004 * self.dice.random()

    def full(self) -> bool:
        now = self._now
        return any(begins <= now < ends for begins, ends in self._full)

    # For the process

    def deadly(self, point: str) -> bool:
        storm = self.storm()
        return storm is not None and self.dice.random() < storm.kills

    def down_for(self) -> float:
        """Seconds until somebody starts it again: mostly at once, now and then after an hour or more."""
        return self.dice.choice((1.0, 1.0, 2.0, 5.0, 30.0, 600.0, 4000.0))
