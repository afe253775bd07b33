"""What is remembered of one person between two messages.

A conversation is a value: a turn makes a new one. Fields stand in groups: where it is, who it is about, what the
screening found, what is barred, the sitting that is open, what is kept of past ones, the reminder. Instants are aware
UTC. No name, no message text, nothing a table below does not need.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from attrs import frozen

from flows.stages import Stage

NONE: Mapping[str, str] = MappingProxyType({})


@frozen
class Agreement:
    """The consent to store health answers, provable: when, and to which words (a hash of the text) [S57]."""

    at: datetime
    words: str


@frozen
class Screened:
    """The last finished screening."""

    at: datetime
    version: str
    answers: Mapping[str, str] = NONE
    """Dropped when their time is over (`flows/weighing/keeping.py`)."""
    outcome: str = ""
    """What they said then; it stays. Empty: kept by an earlier version."""


@frozen
class Answering:
    """A screening that is going on."""

    since: datetime
    why: str
    """Which way led here: first, due, changed, words (misread words), cleared (by a professional), seen, doubt,
    worse."""
    answers: Mapping[str, str] = NONE
    professional_ok: bool = False
    recheck: bool = False
    """Only the emergency questions, after it got worse."""


@frozen
class Hold:
    """A red flag: no stretch until it is released (promise 7)."""

    kind: str
    """emergency, urgent, crisis, professional."""
    raised_by: str
    """answers, words, pain."""
    since: datetime
    until: datetime | None
    """Before this instant not even a full screening releases it, unless words raised it; None: no waiting time."""
    reason: str
    """The question, the signal or the rule that raised it; never the person's own words."""
    needs_check: bool = False
    """Released only with a professional's word, not by a screening alone."""


@frozen
class Off:
    """A stretch that is taken out for a while; `until` None: until a professional has looked."""

    stretch: str
    until: datetime | None


@frozen
class Done:
    """A stretch as it went in one sitting."""

    stretch: str
    rounds: int = 1
    popped: bool = False
    level: int | None = None
    stopped: bool = False
    before: int | None = None
    """Pain just before it; None: not told, or not to be told honestly (`flows.history`)."""


@frozen
class Sitting:
    """One go at stretching, from the checks before it to its end."""

    opened: datetime
    checks: tuple[str, ...] = ()
    """The checks already answered, in order."""
    baseline: int | None = None
    told: int | None = None
    """The level that was told last."""
    before: int | None = None
    """Pain just before the stretch that is open, as in `Done`."""
    begun: datetime | None = None
    """When the first step was shown: from then on it counts as a sitting of the day."""
    early: bool = False
    """Within the first hour after getting up: no bending [S34]."""
    gentle: bool = False
    """Only additions from now on."""
    left: int | None = None
    """How many stretches may still be started; None: as many as time allows."""
    over: bool = False
    """It was left alone in the midst of a pain check: that is still finished, and nothing else follows."""
    props: tuple[str, ...] = ()
    region: str = ""
    short: bool = False
    page: int = 0
    stretch: str = ""
    step: str = ""
    round: int = 1
    popped: tuple[str, ...] = ()
    """Sides ("", "other") of this stretch on which a pop came: not repeated there today."""
    eased: bool = False
    """The last answer on this step was "Strong stretch": the card says to ease back."""
    held_at: datetime | None = None
    """When the count of this step's hold was asked for."""
    partner: tuple[str, ...] = ()
    """What of the partner press's lock is open, for this sitting only."""
    done: tuple[Done, ...] = ()


@frozen
class Rating:
    """A pain check that is going on."""

    phase: str
    """before, during, after, next_day; home: pain told outside a sitting, judged as before."""
    signals: tuple[str, ...] = ()
    level: int | None = None
    button: str = ""
    """A signal button whose second question is open."""
    asks_kind: bool = False
    """The kind of pain is asked for in any case: the person said that it hurts."""
    kind_known: bool = False
    """The kind was asked for and answered."""
    after_rest: bool = False
    rest_until: datetime | None = None
    row: int = 0
    """The row of the pain table that led to the rest."""


@frozen
class Past:
    """A sitting that is over."""

    begun: datetime
    ended: datetime
    baseline: int | None
    after: int | None
    done: tuple[Done, ...]
    seed: bool
    stopped: bool = False
    """It ended before its end: by a stop, by pain, or because it was left."""
    next_day: int | None = None
    """The pain of the day after, if it was told."""


@frozen
class FollowUp:
    """The question of the day after."""

    ended: datetime
    baseline: int | None
    stretches: tuple[str, ...]
    asked: int = 0


@frozen
class Reminder:
    """The daily reminder: what is true is zone, wall time and days; the instant is computed from them."""

    time: str
    days: tuple[int, ...]
    armed: datetime
    last: datetime | None = None
    """The instant of the last one that came due, sent or not."""
    shift: int = 0
    """ "Around 8": seconds after its instant at which it is delivered, always the same for one person; 0: exactly."""
    quiet: tuple[str, ...] = ("22:00", "07:00")
    """From and to, wall times: nothing late or put off comes in between; empty: no quiet hours."""
    silent: bool = False
    paused: datetime | None = None
    """No reminder before this instant."""
    rung: datetime | None = None
    """When the last one was really sent."""
    ignored: int = 0
    """How many in a row nobody answered; past three, after one question, none comes any more."""
    rules: str = ""
    """The release of the zone rules by which the next one was computed."""


@frozen
class Mark:
    """Something that happened and is worth telling a clinician: what, and when. Never text."""

    at: datetime
    what: str
    about: str = ""
    phase: str = ""
    """Of a pain check: during, after, ..."""
    step: str = ""
    signals: tuple[str, ...] = ()
    level: int | None = None
    rise: int | None = None
    """How much more than before the sitting."""


@frozen
class Conversation:
    """All that is kept of one person."""

    stage: Stage = Stage.NEW
    ask: str = ""
    """What exactly is asked in this stage: the id of a question, a page, a check."""
    turn: int = 0
    """How many turns were taken."""
    token: int = 0
    """The turn that first asked the present question; buttons carry it."""
    asked_at: datetime | None = None
    heard_at: datetime | None = None
    """When the person last did anything."""
    typed: str = ""
    """The choice of the last answer, if it was typed: the same words sent twice are one answer."""
    offer: str = ""
    """One extra button on the present card: keep_reminder, forget."""

    age: str = ""
    country: str = ""
    zone: str = ""
    language: str = ""
    """As the messenger told it, `pt-br`: only the country in it is used, to guess the zone."""
    lot: int = 0
    """This person's share of "around 8", in seconds: a hash of who it is, told from outside at each turn and never
    kept; 0: none was told."""
    agreement: Agreement | None = None

    screened: Screened | None = None
    answering: Answering | None = None
    cleared_at: datetime | None = None
    """When the person said that a professional had examined them and called gentle exercise fine; void after a new
    flag."""
    due: str = ""
    """Why a full screening is due before the next sitting; empty: only the calendar decides."""
    wish: bool = False
    """The person wants to stretch: after the questions it goes on by itself."""

    holds: tuple[Hold, ...] = ()
    rest_until: datetime | None = None
    """No stretch before this instant (24 hours after a pain stop, and so on)."""
    offs: tuple[Off, ...] = ()
    flags: tuple[str, ...] = ()
    """Flags that a pain check set until the next full screening."""
    gentle_next: bool = False
    urged: datetime | None = None
    """When the card on constant urge was last shown."""
    card: str = ""
    """The referral that is shown: its category."""
    reason: str = ""
    """Why, as the id of a question, a signal, or a reason of ours."""

    sitting: Sitting | None = None
    rating: Rating | None = None
    follow: FollowUp | None = None
    flares: tuple[bool, ...] = ()
    """The last three answered follow-ups, newest last."""
    past: tuple[Past, ...] = ()
    history: tuple[str, ...] = ()
    """The sittings of the last year, a line each: `flows.history`."""
    liked: tuple[str, ...] = ()
    """Stretches with a thumb up: offered first."""
    pictures: bool = True
    """Steps are shown, not only told."""
    hidden: tuple[str, ...] = ()
    """Stretches with a thumb down: not offered by themselves, and never a way around anything that is barred."""
    marks: tuple[Mark, ...] = ()
    last_props: tuple[str, ...] = ()

    reminder: Reminder | None = None
    kept_reminder: Reminder | None = None
    """Ended by /stop a moment ago; one tap brings it back."""
    draft_time: str = ""
    """The time of a reminder that is being set up."""
    draft_zone: str = ""
    """Its zone, until the person has confirmed it by the clock; the old one counts till then."""
    draft_country: str = ""
    """The country among whose zones it is looked for."""
    warned_at: datetime | None = None
    """When the deletion after a year of silence was announced."""
    mydata_at: datetime | None = None
    """When the person last had everything kept about them as a file."""
    asleep: bool = False
    """The person blocked the bot: nothing is sent by itself."""

    @property
    def screen_answers(self) -> Mapping[str, str]:
        """The answers that count now: of the screening that goes on, else of the last one; with the age band."""
        held = self.answering.answers if self.answering else self.screened.answers if self.screened else NONE
        return {**held, "age_band": self.age} if self.age else held
