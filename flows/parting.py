"""What is said on the edges at the end of a year of silence."""

from __future__ import annotations

from flows.effects import Forget
from flows.times import clock_words
from flows.turn import Turn
from flows.weighing.keeping import NOTICE


def announce(turn: Turn) -> None:
    """All will be deleted after a year of silence: said once, two weeks before."""
    turn.note("idle.notice", at=clock_words(turn.now + NOTICE, turn.now, turn.talk.zone), days=NOTICE.days)
    turn.quiet = True


def depart(turn: Turn) -> None:
    """A year of silence: everything goes."""
    turn.effects.append(Forget())
    if not turn.before.asleep:
        turn.note("idle.done")
    turn.quiet = True
