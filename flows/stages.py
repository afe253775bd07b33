"""Where a conversation can stand. Questions, stretches and steps are data, not stages."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """A place in the conversation. What exactly is asked there is `Conversation.ask`."""

    NEW = "new"
    """Nothing is known of the person."""
    AGE = "age"
    CONSENT = "consent"
    COUNTRY = "country"
    """For the emergency number; may be skipped."""
    INFORMED = "informed"
    """Refused the safety questions: general cards only."""
    MINOR = "minor"
    """Under 18: the fixed text, nothing else."""
    HOME = "home"
    SCREENING = "screening"
    CHECKING = "checking"
    """The short questions before each sitting."""
    CHOOSING = "choosing"
    BRIEFING = "briefing"
    """Cautions before a stretch, and the lock of the partner press."""
    MOVING = "moving"
    """A step is shown. The only stage that shows one."""
    PAUSED = "paused"
    RATING = "rating"
    """A pain check: level and kind."""
    RESTING = "resting"
    """Two minutes after a stretch that hurt."""
    REFERRED = "referred"
    REMINDING = "reminding"
    """Setting up the daily reminder."""
    SETTINGS = "settings"


ALL = tuple(Stage)
STRANGE = (Stage.NEW, Stage.AGE, Stage.CONSENT, Stage.INFORMED, Stage.MINOR)
"""Nothing about health may be asked or kept here."""
AT_REST = (Stage.HOME, Stage.REFERRED, Stage.REMINDING, Stage.SETTINGS)
"""Nothing is half done here that a new wish could tear."""
SITTING = (Stage.CHOOSING, Stage.BRIEFING, Stage.MOVING, Stage.PAUSED, Stage.RATING, Stage.RESTING)
