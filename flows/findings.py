"""What an event turned out to be, once it was weighed against the conversation: what the guards of the table ask
for."""

from __future__ import annotations

from enum import StrEnum, auto


class Finding(StrEnum):
    """One word per outcome; which of them lead where stands in `flows.machine`."""

    NOTHING = auto()
    """Nothing follows: show the present question again, or stay silent."""
    MORE = auto()
    """The same stage goes on with its next question."""
    CHECKED = auto()
    """The person says that a professional has looked."""
    BUSY = auto()
    """Something else must be finished first."""
    WISH = auto()
    """Go on with the wish to stretch (weighed further, never seen by the table)."""
    POPPED = auto()
    """A painless pop (weighed further, never seen by the table)."""
    # opening
    BEGIN = auto()
    UNDERAGE = auto()
    AGREED = auto()
    REFUSED = auto()
    SETTLED = auto()
    """An optional question was answered or skipped."""
    # where a wish to stretch leads
    CHECK = auto()
    SCREEN = auto()
    SEEN = auto()
    """A hold has had its time: ask whether a professional was seen."""
    REFER = auto()
    """A hold or a verdict stands: the advice again."""
    REST = auto()
    """Stretching rests until an instant."""
    URGE = auto()
    """A third wish in one day."""
    FOLLOW = auto()
    """Yesterday's sitting is asked about first."""
    # pain and screening
    EMERGENCY = auto()
    URGENT = auto()
    PROFESSIONAL = auto()
    ROUTINE = auto()
    SELF_CARE = auto()
    RECHECK = auto()
    """The two emergency questions again, at once."""
    RECHECKED = auto()
    PASSED = auto()
    RATE = auto()
    PAUSE_TO_REST = auto()
    GO_ON = auto()
    # sitting
    READY = auto()
    NOT_TODAY = auto()
    BRIEF = auto()
    EXPLAIN = auto()
    MOVE = auto()
    PAUSE = auto()
    HURTING = auto()
    """Unknown words in the middle of a stretch."""
    FINISH = auto()
    LEAVE = auto()
    """Back to choosing."""
    LOST = auto()
    """The stretch is not allowed any more."""
    WAIT = auto()
    LAPSED = auto()
    """Left alone for so long that it is over."""
    # asides
    INFORM = auto()
    REMIND = auto()
    SETTINGS = auto()
    SET = auto()
    LATER = auto()
    QUIT = auto()
    HOME = auto()
    KEEP = auto()
    OFFER_FORGET = auto()
    FORGET = auto()
    ANNOUNCE = auto()
    """Nothing was heard for nearly a year: say that all will be deleted."""
    HELP = auto()
    REMINDER = auto()
    CHECK_IN = auto()
    """A reminder came due under a hold."""
    HOLD_OVER = auto()
    """The waiting time of a hold is over."""
    KEPT = auto()
    """The reminder goes on, after it was asked about."""
