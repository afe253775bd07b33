"""The pain check weighed: the level, the kind, and what the table makes of them.

A grave kind decides at once, without a number; a missing number is asked for, never guessed. Rows that say "rest two
minutes and ask again" lead to a rest; what comes after it can only be a milder sitting or its end.
"""

from __future__ import annotations

from datetime import timedelta

from attrs import evolve

from flows import clearance, pain
from flows.cards.pain import signal_button
from flows.conversation import Past, Rating
from flows.findings import Finding
from flows.holding import MOST_FLARES, act_on, close_sitting, finish_stretch, raise_hold, rest_until
from flows.pages import PainRow
from flows.times import end_of_day
from flows.turn import Turn
from flows.weighing import check, screen
from flows.weighing.said import answered, sitting_of

GRAVE = {"emergency": "emergency", "urgent": "urgent", "see_professional_first": "professional"}
SECOND_FLARE = "flares"
TOMORROW = timedelta(hours=20)
"""When a person is asked again who was told to rest without having begun: the self-care text promises it."""


def begin(turn: Turn, phase: str, *, button: str = "", ask: str = "level", kind: bool = False) -> None:
    """Open a pain check and ask its first question; `kind`: the kind of pain is asked for in any case."""
    turn.talk = evolve(turn.talk, rating=Rating(phase, button=button, asks_kind=kind))
    turn.ask(ask)


def hurt(turn: Turn) -> None:
    """ "It hurts", said while a pain check is going on: it is part of the answer, and nothing milder may follow."""
    held = turn.talk.rating or Rating("home")
    if "painful_pop" in held.signals:
        return
    signal = "painful_pop" if held.button == turn.book.pain.pop_button.id else "pain_or_discomfort"
    signals = tuple(dict.fromkeys((*held.signals, signal)))
    turn.talk = evolve(turn.talk, rating=evolve(held, signals=signals, button="", asks_kind=True))
    if turn.talk.ask == "confirm":
        turn.ask("level" if held.level is None else "signal")


def answer(turn: Turn) -> Finding:
    said = answered(turn)
    weigh = {"level": _level, "signal": _signal, "breath": _breath}.get(said.ask, _confirm)
    return weigh(turn, turn.talk.rating or Rating("home"), said.choice)


def _level(turn: Turn, held: Rating, choice: str) -> Finding:
    if choice == "signs":
        return _more(turn, held, "signal")
    held = evolve(held, level=int(choice))
    grave = _grave_by_level(turn, held)
    if grave is not None:
        return _follow(turn, held, grave)
    asks_kind = held.asks_kind and not held.kind_known
    return _more(turn, held, "signal") if asks_kind else _decide(turn, held)


def _grave_by_level(turn: Turn, held: Rating) -> PainRow | None:
    """The row of a level that is grave by itself: the kind need not be known before help is advised."""
    signals = held.signals or (("pain_or_discomfort",) if held.phase == "during" else ())
    row = pain.row_for(_phase(held), signals, _baseline(turn, held), held.level, book=turn.book)
    return row if row.action in GRAVE else None


def _signal(turn: Turn, held: Rating, choice: str) -> Finding:
    if choice == "none":
        return _level_or_decide(turn, evolve(held, kind_known=True))
    button = signal_button(choice, turn.book.pain)
    if button.ask:
        return _more(turn, evolve(held, button=button.id), "confirm")
    return _signalled(turn, held, button.signal)


def _confirm(turn: Turn, held: Rating, choice: str) -> Finding:
    button = signal_button(held.button, turn.book.pain)
    popped = button is turn.book.pain.pop_button
    held = evolve(held, button="")
    return _signalled(turn, held, button.yes if choice == "yes" else button.no, kind=not popped)


def _breath(turn: Turn, held: Rating, choice: str) -> Finding:
    """After a press by another person: pain on breathing may be a rib or a lung [S26]."""
    return _signalled(turn, held, "chest_or_breath") if choice == "yes" else _more(turn, held, "level")


def _signalled(turn: Turn, held: Rating, signal: str, *, kind: bool = True) -> Finding:
    held = evolve(held, signals=tuple(dict.fromkeys((*held.signals, signal))), kind_known=held.kind_known or kind)
    if signal == "painless_pop":
        return _decide(turn, held)
    row = pain.row_by_signals(_phase(held), held.signals, book=turn.book)
    if row is not None and row.action in GRAVE:
        return _follow(turn, held, row)
    return _level_or_decide(turn, held)


def _level_or_decide(turn: Turn, held: Rating) -> Finding:
    return _more(turn, held, "level") if held.level is None else _decide(turn, held)


def _more(turn: Turn, held: Rating, ask: str) -> Finding:
    turn.talk = evolve(turn.talk, rating=held)
    turn.ask(ask)
    return Finding.MORE


def _phase(held: Rating) -> str:
    return "before" if held.phase == "home" else held.phase


def _baseline(turn: Turn, held: Rating) -> int | None:
    if held.phase == "next_day" and turn.talk.follow is not None:
        return turn.talk.follow.baseline
    return turn.talk.sitting.baseline if turn.talk.sitting is not None else None


def _decide(turn: Turn, held: Rating) -> Finding:
    signals = held.signals or (("pain_or_discomfort",) if held.phase == "during" else ())
    baseline = _baseline(turn, held)
    flares = _count_flare(turn, baseline, held.level) if held.phase == "next_day" and held.level is not None else 0
    row = pain.row_for(_phase(held), signals, baseline, held.level, flares, book=turn.book)
    return _follow(turn, evolve(held, signals=signals), row)


def _count_flare(turn: Turn, baseline: int | None, level: int) -> int:
    flares = (*turn.talk.flares, pain.is_flare(baseline, level))[-MOST_FLARES:]
    turn.talk = evolve(turn.talk, flares=flares)
    return sum(flares)


def _follow(turn: Turn, held: Rating, row: PainRow) -> Finding:
    """Do what the row says. The order matters: stretches are switched off before the sitting that names them is
    closed."""
    stretches = _stretches(turn, held)
    if turn.talk.sitting is not None and held.level is not None:
        turn.talk = evolve(turn.talk, sitting=evolve(turn.talk.sitting, told=held.level))
    if held.phase in ("during", "after") and row.action != "continue":
        turn.talk = finish_stretch(turn.talk, held.level, stopped=held.phase == "during")
    act_on(turn, row, stretches, held, _baseline(turn, held))
    reason = _reason(held, row)
    turn.talk = evolve(turn.talk, rating=None, reason=reason)
    if held.phase == "next_day":
        turn.talk = evolve(turn.talk, follow=None, past=_with_next_day(turn, held.level))
        turn.hush("follow")
    found = _react(turn, held, row, reason)
    if row.ends_session:
        close_sitting(turn, stopped=True)
    return found


def _with_next_day(turn: Turn, level: int | None) -> tuple[Past, ...]:
    """The past sittings, the one that was asked about with the level of the day after."""
    ended = turn.talk.follow.ended if turn.talk.follow is not None else None
    return tuple(evolve(past, next_day=level) if past.ended == ended else past for past in turn.talk.past)


def _react(turn: Turn, held: Rating, row: PainRow, reason: str) -> Finding:
    if row.action in GRAVE:
        return _grave(turn, row, reason)
    if row.action == "refer_routine":
        return _end(turn, "within_days", Finding.ROUTINE)
    return AFTER_ROW[held.phase](turn, held, row)


def _stretches(turn: Turn, held: Rating) -> tuple[str, ...]:
    if held.phase == "next_day" and turn.talk.follow is not None:
        return turn.talk.follow.stretches
    if turn.talk.sitting is not None and turn.talk.sitting.stretch:
        return (turn.talk.sitting.stretch,)
    return ()


def _reason(held: Rating, row: PainRow) -> str:
    if row.flares_min is not None:
        return SECOND_FLARE
    matching = [signal for signal in held.signals if signal in row.signals]
    return (matching or [f"pain_{row.action}"])[0]


def _grave(turn: Turn, row: PainRow, reason: str) -> Finding:
    if row.level_min is not None and row.action == "urgent":
        raise_hold(turn, "urgent", "pain", "severe")
        screen.begin(turn, "worse", recheck=True)
        return Finding.RECHECK
    if row.rise_min is not None and row.action == "urgent":
        return raise_hold(turn, "urgent", "pain", "rise")
    return raise_hold(turn, GRAVE[row.action], "pain", reason, needs_check=row.flares_min is not None)


def _end(turn: Turn, category: str, finding: Finding) -> Finding:
    if category == "self_care" and (turn.talk.sitting is None or turn.talk.sitting.begun is None):
        turn.wake("tomorrow", TOMORROW)
    close_sitting(turn, stopped=True)
    turn.talk = evolve(turn.talk, card=category, wish=False)
    return finding


def _before(turn: Turn, held: Rating, row: PainRow) -> Finding:
    if row.action == "no_stretch_today":
        return _end(turn, "self_care", Finding.SELF_CARE)
    sitting = sitting_of(turn)
    if sitting.over:
        close_sitting(turn)
        return Finding.SETTLED
    gentle = sitting.gentle or row.action == "gentle_only"
    level = held.level or 0
    baseline = level if sitting.baseline is None else min(level, sitting.baseline)
    turn.talk = evolve(turn.talk, sitting=evolve(sitting, baseline=baseline, gentle=gentle))
    check.passed(turn, "baseline")
    found = check.advance(turn)
    return Finding.CHECK if found is Finding.MORE else found


def _home(turn: Turn, held: Rating, row: PainRow) -> Finding:
    """Pain told outside a sitting: nothing to stop, but it may say "not today"."""
    if row.action == "no_stretch_today":
        return _end(turn, "self_care", Finding.SELF_CARE)
    turn.talk = evolve(turn.talk, gentle_next=turn.talk.gentle_next or row.action == "gentle_only")
    return Finding.SETTLED


def _during(turn: Turn, held: Rating, row: PainRow) -> Finding:
    if row.action == "stop_session":
        return _end(turn, "self_care", Finding.SELF_CARE)
    if row.action == "stop_stretch":
        return _rest(turn, row)
    return Finding.POPPED


def _after(turn: Turn, held: Rating, row: PainRow) -> Finding:
    sitting = sitting_of(turn)
    if row.action == "stop_session":
        return _end(turn, "self_care", Finding.SELF_CARE)
    if held.after_rest:
        return _after_rest(turn, held)
    if row.action == "stop_stretch" or (row.action == "gentle_only" and row.rise_min is not None):
        return _rest(turn, row)
    if row.action == "gentle_only":
        turn.talk = evolve(turn.talk, sitting=evolve(sitting, gentle=True))
    turn.talk = finish_stretch(turn.talk, held.level)
    return _go_on_or_finish(turn)


def _rest(turn: Turn, row: PainRow) -> Finding:
    minutes = timedelta(minutes=turn.book.pain.rest_minutes)
    turn.talk = evolve(turn.talk, rating=Rating("after", after_rest=True, row=row.n, rest_until=turn.now + minutes))
    turn.wake("rested", minutes)
    turn.ask("rest")
    return Finding.PAUSE_TO_REST


def _after_rest(turn: Turn, held: Rating) -> Finding:
    """Back at the level of the start: one gentle stretch more (gentle ones only, after a rise of one). Still up: the
    end."""
    sitting = sitting_of(turn)
    if held.level is None or held.level > (sitting.baseline or 0) or "pain_or_discomfort" in held.signals:
        found = _end(turn, "self_care", Finding.SELF_CARE)
        turn.talk = evolve(turn.talk, gentle_next=True)
        rest_until(turn, end_of_day(turn.now, turn.talk.zone))
        return found
    stopped = pain_row(turn, held.row).action == "stop_stretch"
    turn.talk = evolve(turn.talk, sitting=evolve(sitting, gentle=True, left=1 if stopped else sitting.left, stretch=""))
    return _go_on_or_finish(turn)


def pain_row(turn: Turn, n: int) -> PainRow:
    return next(row for row in turn.book.pain.rows if row.n == n)


def _go_on_or_finish(turn: Turn) -> Finding:
    sitting = sitting_of(turn)
    ended = sitting.over or sitting.left == 0 or clearance.out_of_time(sitting, turn.book, turn.now)
    if not ended:
        return Finding.GO_ON
    close_sitting(turn)
    return Finding.FINISH


def _next_day(turn: Turn, held: Rating, row: PainRow) -> Finding:
    if row.action == "stop_stretch":
        turn.talk = evolve(turn.talk, gentle_next=True)
        return _end(turn, "self_care", Finding.SELF_CARE)
    if row.action == "gentle_only":
        turn.talk = evolve(turn.talk, gentle_next=True)
    return Finding.WISH if turn.talk.wish else Finding.HOME


AFTER_ROW = {"before": _before, "home": _home, "during": _during, "after": _after, "next_day": _next_day}
