"""The pages of the book: what each piece of content is, typed and frozen.

The words themselves stand in `flows/content/`, in TOML, beside their structure, so that a physiotherapist can read and
edit one stretch in one file. `flows.book` reads them into these pages. Units are in the names: `hold_s` seconds,
`minutes`, `hours`, `days`. Source keys (S12, SEED4) point into the book's list of sources.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from flows.text import swap_sides


@frozen
class Step:
    """One step of a stretch, shown alone: what to do, how to breathe, what it may feel like, when to stop."""

    id: str
    do: str
    breathe: str
    feel: str
    stop: str
    hold_s: int = 0
    reps: int = 1
    """How often the move is made within this step. Doing the whole stretch again is counted apart."""
    other: str = ""
    """The words for the other side, where they differ; the book refuses words that are not `do` with its sides
    swapped."""
    shows: str = ""
    """What the step's picture shows, in a plain sentence or two, for those who do not see it."""


@frozen
class Sides:
    """Whether a stretch has two sides, and how they are walked."""

    kind: str = "none"
    """none: no sides; within: a step itself does both; in_turn: the steps are walked again on the other side."""
    change: str = ""
    """The sentence that changes sides (in_turn)."""
    feel: str = ""
    stop: str = ""
    again_from: str = ""
    """The id of the first step that is walked again on the other side (in_turn)."""
    shows: str = ""
    """What the picture of the change shows (in_turn)."""


@frozen
class After:
    """The question after a stretch, and how often the whole may be done in one sitting."""

    ask: str
    most: int
    """Times in all, per side where there are sides; never above `rules.max_repeats_per_seed_stretch`."""
    feel: str = ""
    stop: str = ""


@frozen
class Stretch:
    """One stretch with its structure, its words and its ground. See SAFETY.md for what the fields decide."""

    id: str
    set: str
    """seed: from the brief; addition: a gentle move that the brief does not have."""
    name: str
    region: str
    position: str
    props: tuple[str, ...]
    movement: tuple[str, ...]
    intensity: str
    minutes: int
    pop_possible: bool
    must_say: tuple[str, ...]
    feels_ok: str
    stop_if: str
    excluded_by: tuple[str, ...]
    when_not_text: str
    alternatives: tuple[str, ...]
    evidence: str
    sources: tuple[str, ...]
    steps: tuple[Step, ...]
    after: After
    sides: Sides = Sides()
    seed_item: int = 0
    also_called: tuple[str, ...] = ()
    props_any: bool = False
    """True: one of the props is enough."""
    not_when_other: tuple[str, ...] = ()
    locked_by_default: bool = False
    requires: tuple[str, ...] = ()
    partner_rules: tuple[str, ...] = ()
    safety_add: str = ""
    walk: tuple[Step, ...] = field(init=False)
    """The steps in the order in which a person meets them, the other side included. Ids are unique and keep their
    meaning."""

    @walk.default
    def _walk(self) -> tuple[Step, ...]:
        if self.sides.kind != "in_turn":
            return self.steps
        ids = [step.id for step in self.steps]
        if self.sides.again_from not in ids:
            return self.steps  # the book reports it with its place
        sides = self.sides
        change = Step("other_side", sides.change, "Easy", sides.feel, sides.stop, shows=sides.shows)
        again = self.steps[ids.index(self.sides.again_from) :]
        return (*self.steps, change, *(_on_the_other_side(step) for step in again))

    @property
    def seed(self) -> bool:
        return self.set == "seed"


def _on_the_other_side(step: Step) -> Step:
    return Step(
        id=f"{step.id}_other",
        do=step.other or step.do,
        breathe=step.breathe,
        feel=step.feel,
        stop=swap_sides(step.stop),
        hold_s=step.hold_s,
        reps=step.reps,
        shows=swap_sides(step.shows),
    )


@frozen
class Card:
    """A page of general information; nothing on it depends on the person."""

    id: str
    title: str
    text: str
    sources: tuple[str, ...]


@frozen
class Choice:
    """One answer of a question that is not yes or no."""

    id: str
    words: str


@frozen
class Question:
    """One screening question. `yes` and `not_sure` say what the answer does: emergency, urgent,
    see_professional_first, excludes."""

    id: str
    text: str
    yes: str
    not_sure: str
    why: str
    sources: tuple[str, ...]
    items: tuple[str, ...] = ()
    flag: str = ""
    excludes: tuple[str, ...] = ()
    note: str = ""
    refer_routine: bool = False


@frozen
class AgeQuestion:
    """The question before all others; `choices` carry the band's id."""

    id: str
    text: str
    choices: tuple[Choice, ...]
    why: str
    sources: tuple[str, ...]


@frozen
class AgeRule:
    """What an age band alone excludes."""

    band: str
    flag: str
    excludes: tuple[str, ...]
    note: str


@frozen
class ProfessionalOk:
    """The question behind "I was checked and cleared", and what a yes unlocks."""

    text: str
    applies_to: tuple[str, ...]
    new_outcome: str
    allowed: tuple[str, ...]
    valid_days: int


@frozen
class Repeat:
    """When a full screening is due again, and how long holds last."""

    full_every_days: int
    full_after_gap_days: int
    lock_after_emergency_hours: int
    lock_after_urgent_hours: int
    lock_after_pain_stop_hours: int


@frozen
class Consent:
    """The one screen before any health question, and what a no leaves."""

    text: str
    agree: str
    refuse: str
    on_refuse: str


@frozen
class Screening:
    """The questions in their order, and the rules around them."""

    version: str
    answers: Mapping[str, str]
    """Answer id to its button, in the order of the buttons: no, yes, not_sure."""
    age: AgeQuestion
    questions: tuple[Question, ...]
    age_rules: tuple[AgeRule, ...]
    counted_flags: tuple[str, ...]
    max_counted_flags: int
    gentle_core: tuple[str, ...]
    professional_ok: ProfessionalOk
    repeat: Repeat
    consent: Consent
    quick_check: str
    emergency_questions: tuple[str, ...]
    """The questions asked again, at once, after "It got worse" or a level of 8 or more."""


@frozen
class PainRow:
    """One row of the pain table. An empty range (None) fits anything; `signals` empty fits anything."""

    n: int
    phase: str
    action: str
    then: str
    basis: str
    design_choice: bool
    stretch_off: str
    """none, today, 7d, until_checked."""
    ends_session: bool
    lock: str
    """none, today, 24h, 48h, 72h, until_screening."""
    signals: tuple[str, ...] = ()
    level_min: int | None = None
    level_max: int | None = None
    rise_min: int | None = None
    rise_max: int | None = None
    flares_min: int | None = None


@frozen
class Signal:
    """What a person can report beside a number."""

    id: str
    words: str


@frozen
class SignalButton:
    """A button after "It hurts": one signal, or a second question where two signals hide behind one button."""

    id: str
    button: str
    signal: str = ""
    ask: str = ""
    yes: str = ""
    no: str = ""


@frozen
class Pain:
    """The pain check: its questions, its buttons, its table."""

    rows: tuple[PainRow, ...]
    signals: tuple[Signal, ...]
    buttons: tuple[SignalButton, ...]
    pop_button: SignalButton
    ask_baseline: str
    ask_level_after_stop: str
    ask_after: str
    ask_next_day: str
    """Has the place {stretches}."""
    next_day_after_hours: int
    next_day_ask_again_hours: int
    next_day_give_up_hours: int
    silence_minutes_pause: int
    rest_minutes: int


@frozen
class ReferralButton:
    """A button under a referral; `does` names what it leads to (see `flows.referring`)."""

    id: str
    words: str
    does: str
    """In words, for the reader of the content."""


@frozen
class Referral:
    """A message that sends a person to the right help."""

    category: str
    raised_by: tuple[str, ...]
    """The pain actions and screening outcomes it answers."""
    headline: str
    text: str
    buttons: tuple[ReferralButton, ...]
    must_have: tuple[str, ...]
    extra_nerves: str = ""
    crisis_lines: Mapping[str, str] = field(factory=dict)


@frozen
class Number:
    """A country's medical emergency number. Grade B: one source only, shown with a word of caution [S60]."""

    country: str
    name: str
    call: str
    also: tuple[str, ...]
    grade: str


@frozen
class Rules:
    """The rules of a sitting that are numbers."""

    max_session_minutes: int
    max_sessions_per_day_seed: int
    max_sessions_per_day_total: int
    urge_nudge_sessions_per_day: int
    max_repeats_per_seed_stretch: int
    retry_same_pop_after_minutes: int
    morning_bend_wait_minutes: int
    stop_words: tuple[str, ...]
    pop_is_not_a_goal: str


@frozen
class Source:
    """Where a fact comes from."""

    id: str
    ref: str
    gives: str = ""


@frozen(eq=False)
class Book:
    """All content, checked. Compared by identity: two books are never merged by chance. Made by `flows.book.load`; a
    test may make its own with `attrs.evolve`."""

    content_version: str
    language: str
    reviewed_by: str
    """Empty until a licensed clinician has signed; the bot says so as long as it is."""
    intended_use: str
    rules: Rules
    stretches: Mapping[str, Stretch]
    cards: Mapping[str, Card]
    screening: Screening
    pain: Pain
    referrals: Mapping[str, Referral]
    minor: str
    numbers: Mapping[str, Number]
    unknown_country_line: str
    sources: Mapping[str, Source]
    messages: Mapping[str, str]
    props_asked: tuple[str, ...]
    withheld: frozenset[str] = frozenset()
    """Stretches that whoever runs the bot has taken out."""
    contact: str = ""
    """Who runs this bot and how to reach them, in the operator's words; not content, and empty where nobody says."""

    def say(self, key: str, **facts: object) -> str:
        """The words of a message with its places filled. A missing key or place is a fault of the code: KeyError."""
        text = self.messages[key]
        return text.format_map(facts) if facts else text
