"""The key of a conversation: all that guards can see of it, no more. Those with one key are one place of a walk.

Answers stand as what they mean, levels by their bands, instants by the edges that some rule asks for, counts up to the
number that matters. `test_every_path` samples pairs with one key and shows that they take the same edges.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import datetime, timedelta

from attrs import fields

from flows import reminders
from flows.conversation import Answering, Conversation, FollowUp, Hold, Past, Rating, Sitting
from flows.pages import Book
from tests.flows.walk_ledger import Ledger

DAYS = (14, 30, 90)
UNSEEN = frozenset({"turn", "typed", "urged", "marks", "pictures", "mydata_at"})
"""Fields that decide no edge: counters, what is kept for a summary, the last typed words (they count for a second)."""


def key(talk: Conversation, ledger: Ledger, book: Book, now: datetime) -> Hashable:
    """Equal for conversations that no guard can tell apart at their instants."""
    return (
        talk.stage, talk.ask, talk.offer, talk.age, talk.country, talk.zone, talk.agreement is not None, talk.due,
        talk.wish, talk.card, talk.reason == "urge", talk.gentle_next, tuple(sorted(talk.flags)), talk.flares,
        talk.last_props, talk.asleep, bool(talk.history), tuple(sorted(talk.liked)), tuple(sorted(talk.hidden)),
        _silent(talk, now),
        _question(talk, ledger, now), _screened(talk, book, now), _cleared(talk.cleared_at, now),
        _answering(talk.answering, book),
        tuple(sorted(_hold(hold, now) for hold in talk.holds)), _ahead(talk.rest_until, now, (11, 72 * 60)),
        tuple(sorted((off.stretch, _ahead(off.until, now, ())) for off in talk.offs)),
        _sitting(talk.sitting, now), _rating(talk.rating, now), _follow(talk.follow, now), _past(talk, now),
        _reminder(talk, now), talk.kept_reminder is not None, bool(talk.draft_time), talk.draft_zone,
        talk.draft_country, talk.language, bool(talk.lot),
        ledger.answered, ledger.gentle, ledger.partner, ledger.left,
        ledger.baseline is not None and ledger.baseline > 5,
    )  # fmt: skip


def band(age: timedelta, *edges: timedelta) -> int:
    """How many of the edges an age has passed."""
    return sum(age >= edge for edge in edges)


def _question(talk: Conversation, ledger: Ledger, now: datetime) -> Hashable:
    asked = band(now - talk.asked_at, timedelta(minutes=30), timedelta(hours=24)) if talk.asked_at else -1
    heard = band(now - talk.heard_at, timedelta(minutes=30)) if talk.heard_at else -1
    return (asked, heard if talk.sitting else -1, ledger.shown.token == talk.token, ledger.shown.buttons)


def _silent(talk: Conversation, now: datetime) -> tuple[int, int]:
    """How long nothing was heard, and how long ago it was said that all will be deleted."""
    heard = band(now - talk.heard_at, timedelta(days=351)) if talk.heard_at else -1
    return heard, band(now - talk.warned_at, timedelta(days=14)) if talk.warned_at else -1


def _meant(answers: Mapping[str, str], book: Book) -> Hashable:
    """What the answers do; two that do the same are one."""
    effects = {q.id: {"yes": q.yes, "not_sure": q.not_sure} for q in book.screening.questions}
    return tuple(sorted((ask, effects.get(ask, {}).get(choice, choice)) for ask, choice in answers.items()))


def _screened(talk: Conversation, book: Book, now: datetime) -> Hashable:
    """While a new screening is due, the old answers tell only which old taps are news."""
    held = talk.screened
    if held is None:
        return None
    age = band(now - held.at, timedelta(minutes=15), *(timedelta(days=days) for days in DAYS[:2]))
    meant = _meant(held.answers, book)
    if not talk.due:
        return (meant, held.version, age)
    return frozenset(pair for pair in held.answers.items() if pair[1] != "no" and pair not in _graves(book))


def _graves(book: Book) -> set[tuple[str, str]]:
    """Answers that are an alarm from whichever card."""
    graves = ("emergency", "urgent")
    yes = {(q.id, "yes") for q in book.screening.questions if q.yes in graves}
    return yes | {(q.id, "not_sure") for q in book.screening.questions if q.not_sure in graves}


def _answering(held: Answering | None, book: Book) -> Hashable:
    return held and (held.why, _meant(held.answers, book), held.professional_ok, held.recheck)


def _cleared(at: datetime | None, now: datetime) -> int:
    return -1 if at is None else band(now - at, timedelta(days=DAYS[2]))


def _hold(hold: Hold, now: datetime) -> tuple[str, str, bool, int]:
    return (hold.kind, hold.raised_by, hold.needs_check, _ahead(hold.until, now, ()))


def _ahead(until: datetime | None, now: datetime, minutes: tuple[int, ...]) -> int:
    """-2: no end; -1: over; else how far away, by edges in minutes."""
    if until is None:
        return -2
    left = until - now
    return -1 if left <= timedelta() else band(left, *(timedelta(minutes=edge) for edge in minutes))


def _sitting(held: Sitting | None, now: datetime) -> Hashable:
    if held is None:
        return None
    late = -1 if held.begun is None else band(now - held.begun, timedelta(minutes=15))
    done = tuple(sorted((each.stretch, each.rounds, each.popped) for each in held.done))
    others = tuple(getattr(held, each.name) for each in fields(Sitting) if each.name not in BANDED)
    return (
        others,
        held.held_at is not None,
        frozenset(held.checks),
        late,
        bool(held.popped),
        frozenset(held.partner),
        done,
    )


BANDED = ("opened", "begun", "held_at", "checks", "popped", "partner", "done", "round", "told", "before")
"""Fields of a sitting that guards see only in part."""


def _rating(held: Rating | None, now: datetime) -> Hashable:
    if held is None:
        return None
    others = tuple(getattr(held, each.name) for each in fields(Rating) if each.name not in ("signals", "rest_until"))
    return (others, tuple(sorted(held.signals)), _ahead(held.rest_until, now, ()))


def _follow(held: FollowUp | None, now: datetime) -> Hashable:
    if held is None:
        return None
    since = band(now - held.ended, timedelta(hours=20), timedelta(hours=28), timedelta(hours=48))
    return (since, held.baseline, held.stretches, held.asked > 0)


def _reminder(talk: Conversation, now: datetime) -> Hashable:
    """Whether it is due, welcome, answered, quiet in an hour, and what its cards show."""
    held = talk.reminder
    if held is None:
        return None
    at = reminders.delivery(talk, held, now)
    fresh = talk.heard_at is not None and now - talk.heard_at < timedelta(hours=1)
    spared = tuple(sorted(_spared(hold, now) for hold in talk.holds))
    return (
        held.days, at is None, at is not None and at <= now, min(held.ignored, 4), reminders.ignored(talk, held) > 2,
        fresh, spared, reminders.is_quiet(held, talk.zone, now + timedelta(hours=1)), bool(held.quiet),
        bool(held.shift), held.silent, held.paused is not None and held.paused > now,
    )  # fmt: skip


def _spared(hold: Hold, now: datetime) -> bool:
    return now - hold.since < timedelta(hours=24 if hold.kind == "crisis" else 12)


def _past(talk: Conversation, now: datetime) -> Hashable:
    """Sittings of today (at most three), what they rule out, and whether the last one is long ago."""
    today = [past for past in talk.past if _today(past, talk, now)]
    done = {
        (each.stretch, each.popped)
        for past in today
        for each in past.done
        if each.popped or each.stretch == "partner_press"
    }
    last = max((past.ended for past in talk.past), default=None)
    gap = -1 if last is None else band(now - last, timedelta(days=DAYS[0]))
    since = last is not None and talk.screened is not None and last >= talk.screened.at
    return (min(len(today), 3), any(past.seed for past in today), tuple(sorted(done)), gap, since)


def _today(past: Past, talk: Conversation, now: datetime) -> bool:
    return now - past.begun < timedelta(hours=20) if not talk.zone else past.begun.date() == now.date()
