"""Promise 1 told a second time, from the rules of the protocol, without a line of `flows.clearance`.

`forbids` lists why a step may not be on the screen now. Whatever it names is a broken promise, however it came about.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flows import screening
from flows.conversation import Conversation, Past, Sitting
from flows.pages import Book, Stretch
from flows.screening import Verdict
from flows.stages import Stage
from tests.flows.walk_ledger import LOCK, WANTED, Ledger

PARTNER = "partner_press"
LOCK_OPEN = {f"{page}={WANTED[page]}" for page in LOCK}


def forbids(talk: Conversation, ledger: Ledger, picture: str, book: Book, now: datetime) -> list[str]:
    """Every reason against the step whose picture is shown; empty: it may be shown."""
    name = picture.partition(".")[0]
    stretch = book.stretches.get(name)
    if stretch is None or talk.sitting is None:
        return ["a step without a sitting or of no stretch"]
    if talk.stage is not Stage.MOVING or talk.sitting.stretch != name:
        return [f"a step of {name} is shown at {talk.stage} of {talk.sitting.stretch}"]
    return [
        *_of_person(talk, book, now), *_of_screening(talk, name, book, now),
        *_of_sitting(talk, talk.sitting, ledger, now), *_of_stretch(talk, talk.sitting, stretch, ledger, book, now),
    ]  # fmt: skip


def _of_person(talk: Conversation, book: Book, now: datetime) -> Iterator[str]:
    if talk.agreement is None:
        yield "no agreement"
    if talk.age not in ("18_64", "65_74", "75_plus"):
        yield f"no adult: {talk.age!r}"
    if talk.holds:
        yield f"a hold: {[hold.kind for hold in talk.holds]}"
    if talk.rest_until is not None and now < talk.rest_until:
        yield "stretching rests"


def _verdict(talk: Conversation, book: Book, now: datetime) -> Verdict:
    answers = {**(talk.screened.answers if talk.screened else {}), "age_band": talk.age}
    word = talk.cleared_at is not None and now - talk.cleared_at < timedelta(days=90)
    return screening.judge(answers, professional_ok=word, book=book)


def _of_screening(talk: Conversation, name: str, book: Book, now: datetime) -> Iterator[str]:
    held = talk.screened
    if held is None:
        yield "never screened"
        return
    if now - held.at >= timedelta(days=30):
        yield "the screening is 30 days old"
    if now - max([held.at, *(past.ended for past in talk.past)]) >= timedelta(days=14):
        yield "a gap of 14 days"
    if talk.due:
        yield f"a screening is due: {talk.due}"
    found = _verdict(talk, book, now)
    if found.outcome not in ("clear", "restricted") or name not in found.allowed:
        yield f"the answers say {found.outcome} and do not allow {name}"
    flagged = {name for q in book.screening.questions if q.flag and q.flag in talk.flags for name in q.excludes}
    if name in flagged:
        yield "a flag of the pain check excludes it"
    if any(off.stretch == name and (off.until is None or now < off.until) for off in talk.offs):
        yield "it is switched off"
    if name == PARTNER and (found.outcome != "clear" or talk.age != "18_64" or talk.flags):
        yield "the partner press needs a clear outcome and an age from 18 to 64"


def _of_sitting(talk: Conversation, sitting: Sitting, ledger: Ledger, now: datetime) -> Iterator[str]:
    fresh = talk.screened is not None and sitting.opened - talk.screened.at < timedelta(minutes=15)
    if not fresh and not {"quick_check=no", "changes=no"} <= ledger.answered:
        yield f"no quick check in this sitting: {sorted(ledger.answered)}"
    if "drink=no" not in ledger.answered:
        yield "alcohol and painkillers were not asked about"
    if ledger.baseline is None or ledger.baseline > 5 or sitting.baseline is None:
        yield f"a baseline of {ledger.baseline}"
    if ledger.left:
        yield "nobody was there for half an hour: the checks of this sitting are old"
    if sum(_today(past, talk, now) for past in talk.past) >= 2:
        yield "two sittings today"
    if sitting.left is not None and sitting.left < 0:
        yield "more stretches than the pain check left"


def _of_stretch(
    talk: Conversation, sitting: Sitting, stretch: Stretch, ledger: Ledger, book: Book, now: datetime
) -> Iterator[str]:
    if stretch.set == "seed":
        if ledger.gentle or sitting.gentle:
            yield "only gentle moves"
        if any(_today(past, talk, now) and _has_seed(past, book) for past in talk.past):
            yield "a second sitting with a seed today"
    if stretch.id == PARTNER:
        if not ledger.answered >= LOCK_OPEN:
            yield f"the lock is shut: {sorted(LOCK_OPEN - ledger.answered)}"
        if not ledger.partner and PARTNER not in _last_props(talk):
            yield "nobody is there to press"


def _last_props(talk: Conversation) -> tuple[str, ...]:
    return (PARTNER,) if "partner" in talk.last_props else ()


def _has_seed(past: Past, book: Book) -> bool:
    return past.seed or any(
        done.stretch in book.stretches and book.stretches[done.stretch].set == "seed" for done in past.done
    )


def _today(past: Past, talk: Conversation, now: datetime) -> bool:
    if not talk.zone:
        return now - past.begun < timedelta(hours=20)
    zone = ZoneInfo(talk.zone)
    return past.begun.astimezone(zone).date() == now.astimezone(zone).date()
