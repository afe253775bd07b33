"""Which edges of the table were taken: a listener behind every transition of the shared machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attrs import define, field

from flows.machine import EDGES, MACHINE
from flows.turn import Turn

NET = ("Doubted -> stay, again",)
"""Edges that nothing leads to: only the table's totality wants them."""


@define
class Taken:
    """How often each edge was taken, by its place in EDGES, and the last one."""

    times: Counter[int] = field(factory=Counter)
    last: int = -1

    def never(self) -> list[str]:
        """The edges that were not taken, without the net."""
        told = [_told(number) for number in range(len(EDGES)) if EDGES[number]["source"] and not self.times[number]]
        return [edge for edge in told if edge not in NET]


def _told(number: int) -> str:
    each: Any = EDGES[number]
    guard = each.get("conditions")
    when = f" when {guard.__name__}" if guard else ""
    places = " or ".join(str(place) for place in each["source"])
    at = f" at {places}" if len(each["source"]) < 5 else ""
    return f"{each['trigger']}{at}{when} -> {each['dest'] or 'stay'}, {each['after'].__name__}"


@contextmanager
def listening() -> Iterator[Taken]:
    """Listen to the machine for a while."""
    taken = Taken()
    added = []
    for number, transition in _transitions():
        listener = _listener(taken, number)
        transition.after.append(listener)
        added.append((transition, listener))
    yield taken
    for transition, listener in added:
        transition.after.remove(listener)


def _listener(taken: Taken, number: int) -> Any:
    def heard(turn: Turn) -> None:
        taken.times[number] += 1
        taken.last = number

    return heard


def _transitions() -> Iterator[tuple[int, Any]]:
    """Each edge of the table with what the machine made of it, one for every stage it starts from."""
    seen: Counter[tuple[str, str]] = Counter()
    for number, each in enumerate(EDGES):
        table: Any = each
        for place in table["source"]:
            at = (table["trigger"], place.name)
            yield number, MACHINE.events[at[0]].transitions[at[1]][seen[at]]
            seen[at] += 1
