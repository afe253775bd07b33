"""The table as a picture: Mermaid text, and a plain table. Drawn from the machine itself, so it is never out of
date."""

from __future__ import annotations

from collections.abc import Iterator

from flows.events import MEANINGS
from flows.machine import MACHINE
from flows.stages import ALL, Stage


def rows() -> Iterator[tuple[str, str, str, str, str]]:
    """Every edge in the order in which it is tried: event, stage, guard, next stage, reply."""
    for name, event in MACHINE.events.items():
        for source, edges in event.transitions.items():
            for edge in edges:
                guard = " and ".join(_name(condition.func) for condition in edge.conditions)
                reply = ", ".join(_name(after) for after in edge.after)
                stage = Stage[source].value
                yield name, stage, guard, stage if edge.dest is None else Stage[edge.dest].value, reply


def _name(function: object) -> str:
    return str(getattr(function, "__name__", function))


def mermaid() -> str:
    """Moves from stage to stage; what only shows the present question again is left out."""
    moves: dict[tuple[str, str], set[str]] = {}
    for event, source, guard, dest, _ in rows():
        if source != dest:
            moves.setdefault((source, dest), set()).add(f"{event} ({guard})" if guard else event)
    lines = [f"    {source} --> {dest}: {', '.join(sorted(events))}" for (source, dest), events in moves.items()]
    return "\n".join(["stateDiagram-v2", "    [*] --> new", *lines])


def table() -> str:
    """One edge a line."""
    return "\n".join(" | ".join(row) for row in rows())


def missing_edges() -> list[str]:
    """Meanings without an unguarded edge somewhere; the table is total when there are none."""
    return [
        f"{meaning.__name__} at {stage}"
        for meaning in MEANINGS
        for stage in ALL
        if not any(not edge.conditions for edge in MACHINE.events[meaning.__name__].transitions.get(stage.name, []))
    ]
