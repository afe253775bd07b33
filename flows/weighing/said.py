"""Reading a turn's event as what it is known to be at its place."""

from __future__ import annotations

from flows.conversation import Sitting
from flows.events import Answered
from flows.turn import Turn


def answered(turn: Turn) -> Answered:
    """The answer of this turn. The table weighs answers only, so anything else is a fault of the code."""
    if not isinstance(turn.event, Answered):
        raise TypeError(f"weighed as an answer: {type(turn.event).__name__}")
    return turn.event


def sitting_of(turn: Turn) -> Sitting:
    """The open sitting; the stages that ask for it have one."""
    if turn.talk.sitting is None:
        raise ValueError(f"no sitting is open at {turn.talk.stage}")
    return turn.talk.sitting
