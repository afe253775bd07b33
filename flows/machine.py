"""The table, and the one step a conversation takes.

All that moves a conversation stands in EDGES, read from top to bottom: for an event at a stage the first edge whose
guard holds is taken. The table is total: every meaning of `flows.events` has an edge without a guard in every stage,
even if it only shows the present question again. Questions, stretches and steps are data, so new content adds no
edge.

Two rules of the house: only this file imports `transitions`, and only enum members and functions stand in the table,
so that a type checker finds the mistakes that strings would hide. `auto_transitions` is off: it would add a way to
MOVING past the screening.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

from attrs import evolve
from transitions import Machine

from flows import remarks
from flows import replies as say
from flows.cards import present
from flows.clearance import SITTING_LIVES, may_move
from flows.conversation import Conversation
from flows.effects import Effect, Kind, Overlook, Say, Wake
from flows.events import (
    Alarmed,
    Answered,
    Asked,
    Blocked,
    Doubted,
    Event,
    Hurt,
    Meaning,
    Sent,
    Started,
    Stopped,
    Strayed,
    Unblocked,
    Woke,
    Wrote,
)  # fmt: skip
from flows.findings import Finding as F
from flows.guards import found, found_and_may_show_step, is_unknown, may_not_show_step
from flows.hearing import hear, question_is_old
from flows.informing import inform
from flows.mending import end_sitting, is_over, mend
from flows.pages import Book
from flows.parting import announce, depart
from flows.schedule import MOST_LATE
from flows.stages import ALL, AT_REST, STRANGE, Stage
from flows.stages import Stage as S
from flows.turn import Guard, Reply, Turn
from flows.weighing import learn
from flows.weighing.keeping import rearmed

if TYPE_CHECKING:
    from transitions.core import TransitionConfigDict

STAY = None
PANELS = ((S.CHOOSING, S.BRIEFING, S.MOVING, S.PAUSED), (S.HOME, S.SETTINGS), (S.REMINDING,), (S.INFORMED,))
"""Stages between which one card changes in place."""
COUNTED_FROM = datetime(2024, 1, 1, tzinfo=UTC)
KNOWN = tuple(stage for stage in ALL if stage not in STRANGE)
Places = Stage | Sequence[Stage]


def edge(on: type[Meaning], at: Places, to: Stage | None, do: Reply, when: Guard | None = None) -> TransitionConfigDict:
    return {
        "trigger": on.__name__,
        "source": [at] if isinstance(at, Stage) else list(at),
        "dest": to,
        "conditions": when,
        "after": do,
    }


def left_over(*edges: TransitionConfigDict) -> tuple[TransitionConfigDict, ...]:
    """The table without what can never be taken: after an edge without a guard, "ALL" means the stages that are
    left."""
    closed: set[tuple[str, Stage]] = set()
    table: list[TransitionConfigDict] = []
    for each in edges:
        places = cast(list[Stage], each["source"])
        left = [place for place in places if (each["trigger"], place) not in closed]
        table.append({**each, "source": left})
        if each.get("conditions") is None:
            closed |= {(each["trigger"], place) for place in left}
    return tuple(table)


def to_step(at: Places, finding: F, do: Reply) -> tuple[TransitionConfigDict, ...]:
    """An edge that ends at a step: only if that step is allowed at this very moment; if not, the sitting gives way."""
    return (
        edge(Answered, at, S.MOVING, do, found_and_may_show_step(finding)),
        edge(Answered, at, S.HOME, say.lose, found(finding)),
    )


def wishes(on: type[Meaning], at: Places, do: Reply) -> tuple[TransitionConfigDict, ...]:
    """Where a wish to stretch leads, from wherever it is uttered."""
    return (
        edge(on, at, S.CHECKING, do, found(F.CHECK)),
        edge(on, at, S.RATING, do, found(F.RATE, F.FOLLOW)),
        edge(on, at, S.CHECKING, do, found(F.SEEN)),
        edge(on, at, S.REFERRED, say.urge, found(F.URGE)),
        edge(on, at, S.HOME, say.rest, found(F.REST)),
    )


def by_pain(on: type[Meaning], at: Places) -> tuple[TransitionConfigDict, ...]:
    """Where a red flag leads."""
    return (
        edge(on, at, S.REFERRED, say.refer, found(F.EMERGENCY)),
        edge(on, at, S.REFERRED, say.routine, found(F.URGENT, F.PROFESSIONAL, F.ROUTINE, F.SELF_CARE)),
    )


EDGES: tuple[TransitionConfigDict, ...] = left_over(
    # --- stop: always, everywhere, first
    edge(Stopped, (S.NEW, S.AGE, S.CONSENT), S.NEW, say.stop),
    edge(Stopped, (S.INFORMED, S.MINOR, S.REFERRED), STAY, say.stop),
    edge(Stopped, ALL, S.HOME, say.stop),
    # --- red flags, by words or by an old button
    edge(Alarmed, STRANGE, STAY, say.warn),
    edge(Alarmed, KNOWN, S.REFERRED, say.refer),
    edge(Doubted, KNOWN, S.SCREENING, say.doubted, found(F.SCREEN)),
    edge(Doubted, KNOWN, S.REFERRED, say.refer, found(F.REFER)),
    edge(Doubted, ALL, STAY, say.again),
    # --- pain, told anywhere
    edge(Hurt, (S.MOVING, S.PAUSED, S.RESTING), S.RATING, say.hurt, found(F.HURTING)),
    edge(
        Hurt,
        (S.CHECKING, S.CHOOSING, S.BRIEFING, S.HOME, S.REMINDING, S.SETTINGS),
        S.RATING,
        say.kindly_hurt,
        found(F.RATE),
    ),
    edge(Hurt, ALL, STAY, say.kindly_hurt),
    # --- after a deletion: what still comes by itself, or from an old card, leaves no trace
    edge(Strayed, S.NEW, STAY, say.nothing_kept, is_unknown),
    *(edge(on, S.NEW, STAY, say.overlook, is_unknown) for on in (Woke, Blocked, Unblocked)),
    # --- the extra button of a card
    edge(Answered, ALL, STAY, say.keep_reminder, found(F.KEEP)),
    edge(Answered, ALL, S.NEW, say.forget, found(F.FORGET)),
    # --- opening
    edge(Started, S.NEW, S.AGE, say.greet),
    edge(Answered, S.NEW, S.AGE, say.ask),
    edge(Answered, S.AGE, S.MINOR, say.ask, found(F.UNDERAGE)),
    edge(Answered, S.AGE, S.CONSENT, say.ask),
    edge(Answered, S.CONSENT, S.COUNTRY, say.agreed, found(F.AGREED)),
    edge(Answered, S.CONSENT, S.INFORMED, say.refused),
    edge(Answered, S.COUNTRY, S.SCREENING, say.first_questions),
    edge(Answered, S.INFORMED, S.CONSENT, say.ask, found(F.BEGIN)),
    edge(Answered, S.INFORMED, STAY, inform),
    edge(Answered, S.MINOR, S.AGE, say.ask),
    # --- the safety questions
    edge(Answered, S.SCREENING, STAY, say.again, found(F.MORE)),
    *by_pain(Answered, S.SCREENING),
    edge(Answered, S.SCREENING, S.REFERRED, say.rechecked, found(F.RECHECKED)),
    edge(Answered, S.SCREENING, S.REFERRED, say.refer, found(F.REFER)),
    edge(Answered, S.SCREENING, S.RATING, say.passed, found(F.RATE, F.FOLLOW)),
    edge(Answered, S.SCREENING, S.HOME, say.passed_home),
    # --- the checks before a sitting
    edge(Answered, S.CHECKING, STAY, say.again, found(F.MORE)),
    edge(Answered, S.CHECKING, S.SCREENING, say.changed, found(F.SCREEN)),
    edge(Answered, S.CHECKING, S.REFERRED, say.refer, found(F.REFER)),
    edge(Answered, S.CHECKING, S.HOME, say.not_today, found(F.NOT_TODAY)),
    edge(Answered, S.CHECKING, S.RATING, say.again, found(F.RATE)),
    edge(Answered, S.CHECKING, S.CHOOSING, say.choose),
    # --- the pain check
    edge(Answered, S.RATING, STAY, say.again, found(F.MORE)),
    *by_pain(Answered, S.RATING),
    edge(Answered, S.RATING, S.SCREENING, say.recheck_with_advice, found(F.RECHECK)),
    edge(Answered, S.RATING, S.RESTING, say.end_rest, found(F.PAUSE_TO_REST)),
    *to_step(S.RATING, F.MOVE, say.move),
    edge(Answered, S.RATING, S.CHECKING, say.go_on, found(F.CHECK)),
    edge(Answered, S.RATING, S.RATING, say.go_on, found(F.RATE)),
    edge(Answered, S.RATING, S.SCREENING, say.changed, found(F.SCREEN)),
    edge(Answered, S.RATING, S.REFERRED, say.refer, found(F.REFER)),
    edge(Answered, S.RATING, S.HOME, say.finish, found(F.FINISH)),
    edge(Answered, S.RATING, S.HOME, say.heard_home, found(F.SETTLED)),
    edge(Answered, S.RATING, S.CHOOSING, say.go_on, found(F.GO_ON, F.READY)),
    edge(Answered, S.RATING, S.HOME, say.followed),
    edge(Answered, S.RESTING, S.RATING, say.again, found(F.RATE)),
    edge(Answered, S.RESTING, STAY, say.wait),
    # --- the sitting
    edge(Answered, S.CHOOSING, STAY, say.explain, found(F.EXPLAIN)),
    edge(Answered, S.CHOOSING, S.BRIEFING, say.again, found(F.BRIEF)),
    edge(Answered, S.CHOOSING, S.MOVING, say.again, found_and_may_show_step(F.MOVE)),
    edge(Answered, S.CHOOSING, S.HOME, say.finish, found(F.FINISH)),
    edge(Answered, S.CHOOSING, STAY, say.choose),
    edge(Answered, S.BRIEFING, S.CHOOSING, say.choose, found(F.LEAVE)),
    edge(Answered, S.BRIEFING, S.CHOOSING, say.no_partner, found(F.NOT_TODAY)),
    edge(Answered, S.BRIEFING, S.MOVING, say.again, found_and_may_show_step(F.MOVE)),
    edge(Answered, S.BRIEFING, S.HOME, say.lose, found(F.LOST)),
    edge(Answered, S.BRIEFING, STAY, say.explain, found(F.EXPLAIN)),
    edge(Answered, S.BRIEFING, STAY, say.again),
    edge(Answered, S.MOVING, S.RATING, say.again, found(F.RATE)),
    edge(Answered, S.MOVING, S.PAUSED, say.again, found(F.PAUSE)),
    edge(Answered, S.MOVING, S.MOVING, say.again, found_and_may_show_step(F.MORE)),
    edge(Answered, S.MOVING, S.HOME, say.lose),
    edge(Answered, S.PAUSED, S.HOME, say.finish, found(F.FINISH)),
    edge(Answered, S.PAUSED, S.MOVING, say.again, found_and_may_show_step(F.MOVE)),
    edge(Answered, S.PAUSED, S.HOME, say.lose),
    # --- at rest
    edge(Answered, S.HOME, STAY, inform, found(F.INFORM)),
    edge(Answered, S.HOME, STAY, say.again, found(F.MORE)),
    *wishes(Answered, S.HOME, say.again),
    edge(Answered, S.HOME, S.SCREENING, say.changed, found(F.SCREEN)),
    edge(Answered, S.HOME, S.REFERRED, say.refer, found(F.REFER)),
    edge(Answered, S.HOME, S.REMINDING, say.again, found(F.REMIND)),
    edge(Answered, S.HOME, S.SETTINGS, say.settings, found(F.SETTINGS)),
    edge(Answered, S.HOME, STAY, remarks.later, found(F.LATER)),
    edge(Answered, S.HOME, STAY, remarks.skip_today, found(F.NOT_TODAY)),
    edge(Answered, S.HOME, STAY, remarks.quit_reminder, found(F.QUIT)),
    edge(Answered, S.HOME, STAY, remarks.set_reminder, found(F.KEPT)),
    edge(Answered, S.HOME, STAY, say.home),
    edge(Answered, S.REFERRED, STAY, inform, found(F.INFORM)),
    edge(Answered, S.REFERRED, S.HOME, say.helped, found(F.HELP)),
    edge(Answered, S.REFERRED, S.HOME, remarks.quit_reminder, found(F.QUIT)),
    edge(Answered, S.REFERRED, STAY, say.refer, found(F.REFER)),
    edge(Answered, S.REFERRED, S.SCREENING, say.changed, found(F.SCREEN)),
    edge(Answered, S.REFERRED, S.SCREENING, say.recheck, found(F.RECHECK)),
    edge(Answered, S.REFERRED, S.SCREENING, say.cleared, found(F.CHECKED)),
    edge(Answered, S.REFERRED, S.HOME, say.home),
    edge(Answered, S.REMINDING, STAY, say.again, found(F.MORE)),
    edge(Answered, S.REMINDING, S.HOME, remarks.set_reminder, found(F.SET)),
    edge(Answered, S.REMINDING, S.HOME, remarks.quit_reminder, found(F.QUIT)),
    edge(Answered, S.REMINDING, S.HOME, say.home),
    edge(Answered, S.SETTINGS, STAY, say.again, found(F.MORE)),
    edge(Answered, S.SETTINGS, S.MINOR, say.ask, found(F.UNDERAGE)),
    edge(Answered, S.SETTINGS, S.HOME, say.settled, found(F.SETTLED)),
    edge(Answered, S.SETTINGS, STAY, say.offer_forget, found(F.OFFER_FORGET)),
    edge(Answered, S.SETTINGS, S.SCREENING, say.changed, found(F.SCREEN)),
    edge(Answered, S.SETTINGS, S.SCREENING, say.cleared, found(F.CHECKED)),
    edge(Answered, S.SETTINGS, S.REFERRED, say.refer, found(F.REFER)),
    edge(Answered, S.SETTINGS, S.CHECKING, say.again, found(F.SEEN)),
    edge(Answered, S.SETTINGS, S.HOME, say.home),
    # --- commands
    edge(Asked, S.MOVING, S.HOME, say.lose, may_not_show_step),
    edge(Asked, ALL, STAY, inform, found(F.INFORM)),
    edge(Asked, ALL, STAY, say.offer_forget, found(F.OFFER_FORGET)),
    edge(Asked, S.NEW, S.AGE, say.greet),
    *wishes(Asked, AT_REST, say.again),
    edge(Asked, AT_REST, S.SCREENING, say.changed, found(F.SCREEN)),
    edge(Asked, AT_REST, S.REFERRED, say.refer, found(F.REFER)),
    edge(Asked, AT_REST, S.REMINDING, say.again, found(F.REMIND)),
    edge(Asked, AT_REST, S.SETTINGS, say.settings, found(F.SETTINGS)),
    edge(Asked, ALL, STAY, say.busy),
    # --- what wakes by itself
    edge(Woke, ALL, S.NEW, depart, found(F.FORGET)),
    edge(Woke, S.MOVING, S.HOME, say.lose_quietly, may_not_show_step),
    edge(Woke, S.MOVING, S.PAUSED, say.again, found(F.PAUSE)),
    edge(Woke, S.RESTING, S.RATING, say.again, found(F.RATE)),
    edge(Woke, (S.HOME, S.REFERRED, S.RATING), S.RATING, say.ask_after, found(F.FOLLOW)),
    edge(Woke, (S.HOME, S.REFERRED), S.REFERRED, say.ask_after, found(F.HELP)),
    edge(Woke, (S.HOME, S.REFERRED), S.HOME, remarks.hold_over, found(F.HOLD_OVER)),
    edge(Woke, KNOWN, S.HOME, say.ask_after, found(F.REMINDER)),
    edge(Woke, KNOWN, S.REFERRED, say.ask_after, found(F.CHECK_IN)),
    edge(Woke, KNOWN, S.HOME, say.silent, found(F.LAPSED)),
    edge(Woke, ALL, STAY, announce, found(F.ANNOUNCE)),
    edge(Woke, ALL, STAY, say.silent),
    # --- everything else shows the present question again
    edge(Started, S.MOVING, S.HOME, say.lose, may_not_show_step),
    edge(Started, ALL, STAY, say.welcome_back),
    edge(Wrote, S.MOVING, S.PAUSED, say.are_you_hurting),
    edge(Wrote, ALL, STAY, say.kindly),
    edge(Sent, S.MOVING, S.PAUSED, say.are_you_hurting),
    edge(Sent, ALL, STAY, say.kindly_sent),
    edge(Strayed, S.MOVING, S.HOME, say.lose, may_not_show_step),
    edge(Strayed, ALL, STAY, say.again),
    edge(Blocked, [stage for stage in KNOWN if stage is not S.REFERRED], S.HOME, say.silent),
    edge(Blocked, ALL, STAY, say.silent),
    edge(Unblocked, S.MOVING, S.HOME, say.lose_quietly, may_not_show_step),
    edge(Unblocked, ALL, STAY, say.silent),
)

MACHINE = Machine(
    model=None,
    states=Stage,
    initial=Stage.NEW,
    transitions=list(EDGES),
    model_attribute="stage",
    prepare_event=learn,
    auto_transitions=False,
)


class UnscreenedStep(AssertionError):
    """A turn would have ended at a step that is not allowed: the last lock of promise 1. The turn counts for
    nothing."""


def step(conversation: Conversation, event: Event, book: Book, now: datetime) -> tuple[Conversation, list[Effect]]:
    """One turn: the conversation after the event, and what the world is to do. Pure; `now` is aware UTC.

    A turn that raises changes nothing: the conversation given in stays as it was.
    """
    talk, mended = mend(conversation, book, now)
    meaning = hear(talk, event, book, now)
    if is_over(talk, meaning, now):
        talk, ended = end_sitting(talk, meaning, book, now)
        mended += ended
        meaning = hear(talk, event, book, now)
    turn = Turn(talk, meaning, book, now)
    turn.effects.extend(mended)
    MACHINE.events[type(meaning).__name__].trigger(turn, turn)
    return _close(turn, conversation)


def _close(turn: Turn, handed_in: Conversation) -> tuple[Conversation, list[Effect]]:
    """End a turn: count it, show the present question, keep the wake-ups of the stage."""
    if Overlook() in turn.effects:
        return handed_in, turn.effects
    number = turn.before.turn + 1 if turn.before.turn else _first_turn(turn.now)
    talk = evolve(turn.talk, stage=turn.stage, turn=number)
    if turn.stage is not handed_in.stage:
        turn.anew = True
    if turn.stage is Stage.MOVING and not may_move(talk, turn.book, turn.now):
        raise UnscreenedStep(f"a step of {talk.sitting.stretch if talk.sitting else 'nothing'} without clearance")
    talk = _heard(turn, talk)
    if turn.anew or (not turn.quiet and question_is_old(turn.before, turn.now)):
        talk = evolve(talk, token=number, asked_at=turn.now)
    if not turn.quiet:
        turn.effects.append(_card(turn, talk))
    turn.effects.extend(_wakes(turn, talk))
    return talk, turn.effects


def _heard(turn: Turn, talk: Conversation) -> Conversation:
    if isinstance(turn.event, Woke | Blocked | Unblocked):
        return talk
    typed = turn.event.choice if isinstance(turn.event, Answered) and turn.event.typed else ""
    return evolve(talk, heard_at=turn.now, typed=typed, warned_at=None)


def _first_turn(now: datetime) -> int:
    """Turns, and so tokens, never begin at 1: after everything was deleted, buttons of before must not fit the new
    cards."""
    return max(1, int((now - COUNTED_FROM).total_seconds()))


def _card(turn: Turn, talk: Conversation) -> Say:
    """The present question, and how it stands to the card before it."""
    event, before = turn.event, turn.before
    say = Say(
        present(talk, turn.book, turn.now),
        turn.kind,
        talk.token,
        replaces=turn.kind is Kind.CARD and _same_panel(before, talk, event),
        cause=_cause(turn),
        expires=_expires(turn),
        silent=turn.kind is Kind.REMINDER and talk.reminder is not None and talk.reminder.silent,
    )
    if not isinstance(event, Answered):
        return say
    shown = present(before, turn.book, turn.now)
    chosen = next((b.words for b in shown.buttons if (b.ask, b.choice) == (event.ask, event.choice)), event.choice)
    return evolve(say, settles=before.token, settled=evolve(shown, rows=(), alt="", ticks=()), chosen=chosen)


def _same_panel(before: Conversation, after: Conversation, event: Meaning) -> bool:
    """A tap that turns a page: steps, lists and menus change in place; questions stay behind with their answers."""
    if isinstance(event, Answered) and not event.typed:
        return (
            any(before.stage in panel and after.stage in panel for panel in PANELS)
            or before.ask == after.ask == "props"
        )
    return isinstance(event, Strayed) and before.token == after.token


def _cause(turn: Turn) -> str:
    return turn.event.name if isinstance(turn.event, Woke) else ""


def _expires(turn: Turn) -> datetime | None:
    """A reminder is of no use hours later; everything else waits."""
    return turn.due + MOST_LATE if turn.kind is Kind.REMINDER else None


def _wakes(turn: Turn, talk: Conversation) -> Iterable[Effect]:
    """Ten silent minutes pause a step; half an hour ends a sitting that was left. Only the person starts them anew."""
    if isinstance(turn.event, Woke | Blocked | Unblocked):
        return
    yield from rearmed(turn.before, turn.now)
    if talk.stage is Stage.MOVING:
        yield Wake("silence", turn.now + timedelta(minutes=turn.book.pain.silence_minutes_pause))
    if talk.sitting is not None:
        yield Wake("lapse", turn.now + SITTING_LIVES)
