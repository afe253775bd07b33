"""Raising and acting on red flags, rests and switched-off stretches; ending a sitting."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import evolve

from flows import history, pain
from flows.conversation import Conversation, Done, FollowUp, Hold, Off, Past, Rating
from flows.findings import Finding
from flows.pages import PainRow
from flows.stages import Stage
from flows.times import end_of_day
from flows.turn import Turn

CATEGORY = {"emergency": "emergency_now", "urgent": "same_day", "crisis": "crisis", "professional": "within_days"}
GRAVEST = ("emergency", "crisis", "urgent", "professional")
GRAVER = frozenset({"emergency_now", "crisis"})
"""Cards that stay open where something milder is read: who to call must not scroll away."""
FOUND = {
    "emergency": Finding.EMERGENCY,
    "crisis": Finding.EMERGENCY,
    "urgent": Finding.URGENT,
    "professional": Finding.PROFESSIONAL,
}
CRISIS_HOURS = 24
"""No stretch and no reminder for a day (the referral's must_have)."""
HELP_CHECK = timedelta(minutes=30)
SEEN_CHECK = timedelta(hours=20)
MOST_PAST = 60
MOST_FLARES = 3
REST_HOURS = {"24h": 24, "48h": 48}


def raise_hold(turn: Turn, kind: str, raised_by: str, reason: str, *, needs_check: bool = False) -> Finding:
    """Hold every stretch, end the sitting, choose the referral. Returns what the table is to be told."""
    turn.count(f"hold_{kind}", stretch=turn.talk.sitting.stretch if turn.talk.sitting is not None else "")
    close_sitting(turn, stopped=True)
    before, stays = turn.talk, turn.stage is Stage.REFERRED and turn.talk.card in GRAVER
    earlier = [h for h in turn.talk.holds if (h.kind, h.raised_by) == (kind, raised_by)]
    others = tuple(h for h in turn.talk.holds if h not in earlier)
    needs_check = needs_check or any(h.needs_check for h in earlier)
    hold = Hold(kind, raised_by, turn.now, _until(turn, kind), reason, needs_check)
    turn.talk = evolve(
        turn.talk,
        holds=(*others, hold),
        due=kind,
        cleared_at=None,
        answering=None,
        wish=False,
        card=CATEGORY[kind],
        reason="words" if raised_by == "words" else reason,
    )
    if kind == "urgent" and stays:
        turn.talk = evolve(turn.talk, card=before.card, reason=before.reason)
    turn.mark(f"hold_{kind}", reason)
    if kind == "emergency":
        turn.wake("help", HELP_CHECK)
    if kind == "urgent":
        turn.wake("seen", SEEN_CHECK)
    if kind in ("emergency", "urgent") and hold.until is not None:
        turn.wake("hold_over", hold.until - turn.now)
    return FOUND[kind]


def show_gravest(turn: Turn) -> None:
    """The referral of the gravest hold (there must be one) becomes the present card."""
    held = min(turn.talk.holds, key=lambda hold: GRAVEST.index(hold.kind))
    reason = "words" if held.raised_by == "words" else held.reason
    turn.talk = evolve(turn.talk, card=CATEGORY[held.kind], reason=reason)


def _until(turn: Turn, kind: str) -> datetime | None:
    repeat = turn.book.screening.repeat
    hours = {
        "emergency": repeat.lock_after_emergency_hours,
        "urgent": repeat.lock_after_urgent_hours,
        "crisis": CRISIS_HOURS,
    }.get(kind)
    return None if hours is None else turn.now + timedelta(hours=hours)


def close_sitting(turn: Turn, *, stopped: bool = False) -> None:
    """End the open sitting, if there is one: keep what was done, and ask about it the day after.

    Pain that was told and never judged counts as a stop, whichever way the sitting ends: nothing is assumed to be fine.
    """
    turn.hush("silence", "rested", "lapse")
    _judge_what_was_told(turn)
    turn.talk = finish_stretch(turn.talk, None, stopped=stopped)
    sitting = turn.talk.sitting
    turn.talk = evolve(turn.talk, sitting=None, rating=None, wish=False)
    if sitting is None or sitting.begun is None:
        return
    done = sitting.done
    seed = any(turn.book.stretches[each.stretch].seed for each in done if each.stretch in turn.book.stretches)
    levels = [each.level for each in done if each.level is not None]
    after = levels[-1] if levels else None
    stopped = stopped or any(each.stopped for each in done)
    past = Past(sitting.begun, turn.now, sitting.baseline, after, done, seed, stopped)
    stretches = tuple(dict.fromkeys(each.stretch for each in done))
    if turn.talk.follow is not None and turn.now - turn.talk.follow.ended < timedelta(hours=20):
        stretches = tuple(dict.fromkeys((*turn.talk.follow.stretches, *stretches)))
    turn.talk = evolve(
        turn.talk,
        past=(*turn.talk.past, past)[-MOST_PAST:],
        follow=FollowUp(turn.now, sitting.baseline, stretches),
        gentle_next=False,
        last_props=sitting.props,
    )
    turn.talk = history.add(turn.talk, past)
    turn.wake("follow", timedelta(hours=turn.book.pain.next_day_after_hours))
    fade(turn)


def fade(turn: Turn) -> None:
    """Drop what is older than a year, and come back when the next of it is."""
    turn.talk = history.fade(turn.talk, turn.now)
    after = history.next_fade(turn.talk, turn.now)
    if after is not None:
        turn.wake("fade", after)


def finish_stretch(talk: Conversation, level: int | None, *, stopped: bool = False) -> Conversation:
    """Write down the stretch that is open. One stretch has one entry in a sitting, however often it was done."""
    sitting = talk.sitting
    if sitting is None or not sitting.step:
        return talk
    earlier = next((done for done in sitting.done if done.stretch == sitting.stretch), None)
    popped = bool(sitting.popped) or (earlier is not None and earlier.popped)
    done = Done(sitting.stretch, sitting.round, popped, level, stopped, sitting.before)
    others = tuple(each for each in sitting.done if each is not earlier)
    return evolve(talk, sitting=evolve(sitting, step="", done=(*others, done)))


def act_on(turn: Turn, row: PainRow, stretches: tuple[str, ...], told: Rating, baseline: int | None) -> None:
    """What a row of the pain table does to the stretches and the days to come; its three fields decide."""
    _mark_pain(turn, row, stretches, told, baseline)
    if row.action != "continue":
        for stretch in stretches or ("",):
            turn.count(row.action, row.n, stretch)
    if row.stretch_off != "none":
        for stretch in stretches:
            turn.talk = _switch_off(turn, stretch, row.stretch_off)
    if row.lock == "today":
        rest_until(turn, end_of_day(turn.now, turn.talk.zone))
    if row.lock in REST_HOURS:
        rest_until(turn, turn.now + timedelta(hours=REST_HOURS[row.lock]))
    if "dizzy_brief" in row.signals and row.stretch_off == "today":
        turn.talk = evolve(turn.talk, flags=tuple({*turn.talk.flags, "neck_dizzy"}))
    if row.action == "refer_routine":
        turn.talk = evolve(turn.talk, due="referred", cleared_at=None)


def _mark_pain(turn: Turn, row: PainRow, stretches: tuple[str, ...], told: Rating, baseline: int | None) -> None:
    """What was told and what came of it, for the summary."""
    sitting = turn.before.sitting
    rise = told.level - baseline if told.level is not None and baseline is not None else None
    turn.mark(
        f"pain_{row.n}",
        ",".join(stretches),
        phase=told.phase,
        step=sitting.step if sitting is not None and told.phase == "during" else "",
        signals=told.signals,
        level=told.level,
        rise=rise,
    )


def _switch_off(turn: Turn, stretch: str, length: str) -> Conversation:
    until = {
        "today": end_of_day(turn.now, turn.talk.zone),
        "7d": turn.now + timedelta(days=7),
        "until_checked": None,
    }[length]
    held = next((off for off in turn.talk.offs if off.stretch == stretch), None)
    if held is not None and (held.until is None or (until is not None and held.until >= until)):
        return turn.talk
    others = tuple(off for off in turn.talk.offs if off.stretch != stretch)
    return evolve(turn.talk, offs=(*others, Off(stretch, until)))


def rest_until(turn: Turn, at: datetime) -> None:
    held = turn.talk.rest_until
    turn.talk = evolve(turn.talk, rest_until=at if held is None else max(held, at))


def _judge_what_was_told(turn: Turn) -> None:
    """Pain was told and its questions were not finished: what is known decides, and at least as carefully as a stop.

    A sitting or a stop may end a pain check at any question; nothing is assumed to be fine (design choice: 24 hours).
    """
    rating, sitting = turn.talk.rating, turn.talk.sitting
    if rating is None or not (rating.phase == "during" or rating.after_rest or rating.signals or rating.level):
        return
    stretches = (sitting.stretch,) if sitting is not None and sitting.stretch else ()
    baseline = sitting.baseline if sitting is not None else None
    at_rest = rating.phase in ("home", "before", "next_day")
    turn.talk = evolve(turn.talk, rating=None)
    if at_rest and rating.level is None and not rating.signals:
        return
    signals = rating.signals or ("pain_or_discomfort",)
    row = pain.row_for("during" if not at_rest else "before", signals, baseline, rating.level or 0, book=turn.book)
    act_on(turn, row, stretches, evolve(rating, signals=signals), baseline)
    if not at_rest:
        turn.mark("pain_unrated", ",".join(stretches))
        for stretch in stretches:
            turn.talk = _switch_off(turn, stretch, "today")
        rest_until(turn, turn.now + timedelta(hours=turn.book.screening.repeat.lock_after_pain_stop_hours))
