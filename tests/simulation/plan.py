"""A plan instead of chance: nothing goes wrong but what is asked for, at the point or call that is asked for."""

from __future__ import annotations

from attrs import define, field

from tests.simulation.network import POLL
from tests.simulation.troubles import Trouble


@define
class Plan:
    """`dies_at`: the number of the point at which the process is killed, from 1; 0: at none. `troubled`: the number of
    the call that meets `trouble`, from 1, polls counted apart if `polls`."""

    dies_at: int = 0
    arrives: bool = False
    """A call that is on the wire when the process dies still arrives."""
    trouble_with: Trouble | None = None
    troubled: int = 0
    polls: bool = False
    points: list[str] = field(factory=list)
    """Those that were passed."""
    calls: list[str] = field(factory=list)
    asked: list[str] = field(factory=list)
    """Polls."""

    def latency(self) -> float:
        return 0.03

    def seconds(self) -> float:
        return 0.002

    def full(self) -> bool:
        return False

    def down_for(self) -> float:
        return 1.0

    def arrives_from_the_dead(self) -> bool:
        return self.arrives

    def deadly(self, point: str) -> bool:
        self.points.append(point)
        return len(self.points) == self.dies_at

    def trouble(self, method: str, chat: int) -> Trouble | None:
        polls = method == POLL
        (self.asked if polls else self.calls).append(method)
        counted = self.asked if polls else self.calls
        return self.trouble_with if polls == self.polls and len(counted) == self.troubled else None
