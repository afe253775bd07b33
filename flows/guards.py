"""What chooses between the edges that an event could take. A guard only looks."""

from __future__ import annotations

from flows import clearance
from flows.findings import Finding
from flows.phrases import step_index
from flows.turn import Guard, Turn


def found(*findings: Finding) -> Guard:
    """The event was weighed as one of these."""

    def guard(turn: Turn) -> bool:
        return turn.finding in findings

    guard.__name__ = " or ".join(findings)
    return guard


def may_show_step(turn: Turn) -> bool:
    """Promise 1, asked at every edge that ends at a step."""
    sitting = turn.talk.sitting
    if sitting is None or not clearance.may_move(turn.talk, turn.book, turn.now):
        return False
    return step_index(turn.book.stretches[sitting.stretch], sitting.step) >= 0


def found_and_may_show_step(finding: Finding) -> Guard:
    def guard(turn: Turn) -> bool:
        return turn.finding is finding and may_show_step(turn)

    guard.__name__ = f"{finding}, and the step is allowed"
    return guard


def may_not_show_step(turn: Turn) -> bool:
    return not may_show_step(turn)


def is_unknown(turn: Turn) -> bool:
    """Nothing was ever kept of the person, or everything was deleted."""
    return turn.before.turn == 0
