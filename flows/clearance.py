"""May this person stretch now, and which stretches? Promises 1 and 7 stand on this page.

Two layers. What is *safe* follows from health alone: the agreement, a valid screening, no hold, no rest, nothing
switched off. What *fits* follows from this sitting: props, the first hour of the day, gentle moves only after pain,
the limits of a day. A step is shown only if `may_move` says so at that very moment, however the conversation got
there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache

from flows import screening
from flows.conversation import Conversation, Done, Hold, Sitting
from flows.findings import Finding
from flows.pages import Book, Stretch
from flows.screening import Verdict
from flows.times import same_day

OPEN = frozenset({"restricted", "clear"})
"""Outcomes that leave something to stretch with."""
PARTNER_LOCK = ("alternative", "rules", "present", "sober", "person", "partner")
"""The pages of the partner press's lock, in order; all must be open in this sitting [SEED4, S26, S27]."""
PARTNER = "partner_press"
SITTING_LIVES = timedelta(minutes=30)
"""A sitting from which nothing was heard for so long is over. Design choice."""


def verdict(talk: Conversation, book: Book, now: datetime) -> Verdict | None:
    """What the last finished screening says today; None: there is none, it has lapsed, or the book asks more by now."""
    if talk.screened is None or screening_lapsed(talk, book, now):
        return None
    answers = {**talk.screened.answers, book.screening.age.id: talk.age}
    found = _judged(tuple(sorted(answers.items())), is_cleared(talk, book, now), book)
    return None if found.outcome == "incomplete" else found


@lru_cache(maxsize=1024)
def _judged(answers: tuple[tuple[str, str], ...], professional_ok: bool, book: Book) -> Verdict:
    """Judged once per set of answers: the same verdict is asked for several times in every turn."""
    return screening.judge(dict(answers), professional_ok=professional_ok, book=book)


def is_cleared(talk: Conversation, book: Book, now: datetime) -> bool:
    """Whether a professional's word, as the person reported it, still counts."""
    days = book.screening.professional_ok.valid_days
    return talk.cleared_at is not None and now - talk.cleared_at < timedelta(days=days)


def screening_lapsed(talk: Conversation, book: Book, now: datetime) -> bool:
    """Whether the calendar, the version or something that happened asks for a full screening anew."""
    held, repeat = talk.screened, book.screening.repeat
    if held is None or talk.due or held.version != book.screening.version:
        return True
    if now - held.at >= timedelta(days=repeat.full_every_days):
        return True
    last = max([held.at, *(past.ended for past in talk.past)])
    return now - last >= timedelta(days=repeat.full_after_gap_days)


def safe(talk: Conversation, book: Book, now: datetime) -> frozenset[str]:
    """The stretches that health allows now; empty without a valid screening, under a hold, or while stretching
    rests."""
    if talk.agreement is None or talk.holds or resting(talk, now):
        return frozenset()
    found = verdict(talk, book, now)
    if found is None or found.outcome not in OPEN:
        return frozenset()
    barred = {off.stretch for off in talk.offs if off.until is None or now < off.until}
    for question in book.screening.questions:
        if question.flag and question.flag in talk.flags:
            barred.update(question.excludes)
    if found.outcome != "clear" or talk.flags or talk.age != "18_64":
        barred.add(PARTNER)
    return found.allowed - barred


def resting(talk: Conversation, now: datetime) -> bool:
    return talk.rest_until is not None and now < talk.rest_until


def fits(stretch: Stretch, talk: Conversation, book: Book, now: datetime) -> str:
    """Why a safe stretch does not fit this sitting; empty: it fits. The words are keys of `unfit.` messages."""
    sitting = talk.sitting
    if sitting is None:
        return "closed"
    return next(_misfits(stretch, sitting, talk, book, now), "")


def _misfits(stretch: Stretch, sitting: Sitting, talk: Conversation, book: Book, now: datetime) -> Iterator[str]:
    if sitting.gentle and stretch.seed:
        yield "gentle"
    if sitting.early and ("flexion" in stretch.movement or "first_hour_after_getting_up" in stretch.not_when_other):
        yield "early"
    if not _has_props(stretch, sitting, book):
        yield "props"
    if stretch.seed and _seeds_today(talk, now) >= book.rules.max_sessions_per_day_seed:
        yield "seed_today"
    if stretch.id == PARTNER and any(done.stretch == PARTNER for done in _done_today(talk, now)):
        yield "partner_today"
    if any(done.popped and done.stretch == stretch.id for done in _done_today(talk, now)):
        yield "popped_today"
    if rounds(stretch.id, sitting) >= stretch.after.most and not sitting.step:
        yield "enough"


def _has_props(stretch: Stretch, sitting: Sitting, book: Book) -> bool:
    asked = [prop for prop in stretch.props if prop in book.props_asked]
    have = [prop in sitting.props for prop in asked]
    return any(have) if stretch.props_any else all(have)


def sittings_today(talk: Conversation, now: datetime) -> int:
    return sum(same_day(past.begun, now, talk.zone) for past in talk.past)


def _seeds_today(talk: Conversation, now: datetime) -> int:
    return sum(past.seed and same_day(past.begun, now, talk.zone) for past in talk.past)


def _done_today(talk: Conversation, now: datetime) -> list[Done]:
    earlier = [done for past in talk.past if same_day(past.begun, now, talk.zone) for done in past.done]
    return [*earlier, *(talk.sitting.done if talk.sitting else ())]


def rounds(stretch: str, sitting: Sitting) -> int:
    """How often a stretch was done in this sitting."""
    return next((done.rounds for done in sitting.done if done.stretch == stretch), 0)


def choices(talk: Conversation, book: Book, now: datetime) -> tuple[Stretch, ...]:
    """The stretches that may be offered now, in the book's order: gentle ones first, the partner press never by
    itself."""
    ids = safe(talk, book, now)
    fitting = [s for s in book.stretches.values() if s.id in ids and not fits(s, talk, book, now)]
    return tuple(sorted(fitting, key=lambda s: (s.id == PARTNER, s.seed)))


def may_start(stretch: str, talk: Conversation, book: Book, now: datetime) -> bool:
    """Whether this stretch may be begun in the open sitting."""
    sitting = talk.sitting
    if sitting is None or sitting.left == 0 or sitting.over or left_alone(talk, now) or out_of_time(sitting, book, now):
        return False
    return stretch in {choice.id for choice in choices(talk, book, now)}


def may_move(talk: Conversation, book: Book, now: datetime) -> bool:
    """Whether the step that the conversation stands at may be shown. The one door to a step (promise 1)."""
    sitting = talk.sitting
    if sitting is None or sitting.baseline is None or sitting.over or left_alone(talk, now):
        return False
    if sitting.stretch not in safe(talk, book, now):
        return False
    stretch = book.stretches[sitting.stretch]
    if fits(stretch, talk, book, now):
        return False
    return not stretch.locked_by_default or set(PARTNER_LOCK) <= set(sitting.partner)


def left_alone(talk: Conversation, now: datetime) -> bool:
    """Whether the person was away for so long that the sitting is over, its checks too; no wake-up is needed to know
    it."""
    return talk.heard_at is not None and now - talk.heard_at >= SITTING_LIVES


def out_of_time(sitting: Sitting, book: Book, now: datetime) -> bool:
    if sitting.begun is None:
        return False
    return now - sitting.begun >= timedelta(minutes=book.rules.max_session_minutes)


def follow_up_due(talk: Conversation, book: Book, now: datetime) -> bool:
    """Whether the next sitting must begin with the question about the last one."""
    if talk.follow is None:
        return False
    after = now - talk.follow.ended
    pain = book.pain
    return timedelta(hours=pain.next_day_after_hours) <= after < timedelta(hours=pain.next_day_give_up_hours)


def wish(talk: Conversation, book: Book, now: datetime) -> Finding:
    """Where the wish to stretch leads."""
    if talk.agreement is None:
        return Finding.BEGIN
    if talk.holds:
        return _under_hold(talk.holds, now)
    found = verdict(talk, book, now)
    if found is not None and found.outcome not in OPEN:
        return Finding.REFER
    if resting(talk, now):
        return Finding.REST
    if sittings_today(talk, now) >= book.rules.max_sessions_per_day_total:
        return Finding.URGE
    if follow_up_due(talk, book, now):
        return Finding.FOLLOW
    return Finding.SCREEN if found is None else Finding.CHECK


def _under_hold(holds: tuple[Hold, ...], now: datetime) -> Finding:
    if any(waits(hold, now) for hold in holds) or any(hold.kind == "professional" for hold in holds):
        return Finding.REFER
    if any(hold.kind in ("emergency", "urgent") for hold in holds):
        return Finding.SEEN
    return Finding.SCREEN


def waits(hold: Hold, now: datetime) -> bool:
    return hold.until is not None and now < hold.until


def release(talk: Conversation, why: str, now: datetime) -> tuple[Hold, ...]:
    """The holds that stay after a full screening that was passed; `why` is the way that led to it (promise 7)."""
    return tuple(hold for hold in talk.holds if not _released(hold, talk, why, now))


def _taken_back(hold: Hold, talk: Conversation) -> bool:
    """Whether "I did not mean that" was about this hold. A full screening answers for all that was read, but for
    despair: no question asks about it, so a crisis is taken back only while it is the last that was read."""
    read = [each for each in talk.holds if each.raised_by == "words"]
    return hold in read and (hold.kind != "crisis" or hold == read[-1])


def _released(hold: Hold, talk: Conversation, why: str, now: datetime) -> bool:
    if why == "words" and _taken_back(hold, talk):
        return True
    if hold.needs_check and why != "cleared":
        return False
    if hold.kind in ("emergency", "urgent") and why not in ("seen", "cleared"):
        return False
    return not waits(hold, now)
