"""What is asked at every single move of a walk: each function names what is wrong, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache

from attrs import evolve, fields, frozen

from flows import clearance, watch
from flows.cards import present
from flows.clearance import choices
from flows.conversation import Conversation, Hold
from flows.effects import Effect, Forget, Hush, Kind, Overlook, Say
from flows.events import Blocked, Event, Stopped, Tapped, Unblocked, Woke, Wrote
from flows.pages import Book
from flows.stages import SITTING, STRANGE, Stage
from tests.flows.walk_ledger import LEFT, LIVES, Ledger, counts
from tests.flows.walk_rules import forbids


@frozen
class Turned:
    """One move: what was, what happened, what is."""

    before: Conversation
    seen: Ledger
    event: Event
    now: datetime
    book: Book
    talk: Conversation
    effects: tuple[Effect, ...]
    ledger: Ledger
    another_book: bool = False
    """The conversation was kept under another book: it may be led to a place that exists."""

    @property
    def said(self) -> tuple[str, str] | None:
        return counts(self.seen, self.event, self.now)

    @property
    def was_left(self) -> bool:
        """The sitting was left alone for so long that it is over, whatever came in now."""
        return self.before.sitting is not None and self.seen.heard is not None and self.now - self.seen.heard >= LEFT

    @property
    def says(self) -> list[Say]:
        return [effect for effect in self.effects if isinstance(effect, Say)]

    @property
    def cards(self) -> list[Say]:
        return [say for say in self.says if say.card.rows]


def faults(turned: Turned) -> list[str]:
    """All that is wrong with a move."""
    return [f"{check.__name__}: {wrong}" for check in CHECKS for wrong in check(turned)]


def no_unscreened_step(t: Turned) -> Iterator[str]:
    """Promise 1."""
    for say in t.says:
        if "." in say.card.picture:
            yield from forbids(t.talk, t.ledger, say.card.picture, t.book, t.now)


def stop_works(t: Turned) -> Iterator[str]:
    """Promise 2: whatever means stop ends everything, hushes the reminder, and is confirmed."""
    if not _means_stop(t):
        return
    if t.talk.sitting or t.talk.rating or t.talk.answering or t.talk.stage in SITTING:
        yield f"something goes on at {t.talk.stage}"
    if t.talk.reminder is not None or Hush("reminder") not in t.effects or Hush("later") not in t.effects:
        yield "the reminder goes on"
    if not any(say.kind is Kind.NOTE and say.card.text for say in t.says) or not t.cards:
        yield "it is not confirmed"


def _means_stop(t: Turned) -> bool:
    if isinstance(t.event, Tapped):
        return t.event.ask == "stop"
    return isinstance(t.event, Stopped) or (isinstance(t.event, Wrote) and t.event.text in ("stop", "enough"))


def stop_and_pain_are_on_the_card(t: Turned) -> Iterator[str]:
    for say in t.cards:
        asks = {button.ask for button in say.card.buttons}
        if "stop" not in asks:
            yield f"a card without stop: {say.card.title}"
        if "." in say.card.picture and "hurt" not in asks:
            yield "a step without It hurts"
    if t.talk.stage is Stage.MOVING and t.cards and "." not in t.cards[-1].card.picture:
        yield "MOVING without a step"


COUNTED = ("turn", "token", "asked_at", "heard_at", "typed")


def _overlooked(t: Turned) -> Iterator[str]:
    """Somebody of whom nothing is kept, on a card from before: nothing is kept of it either, and it is said."""
    if t.before.turn or t.talk != t.before:
        yield "a turn of somebody who is known was overlooked"
    if not any(isinstance(effect, Say) for effect in t.effects):
        yield "nothing was said"


def a_tap_counts_once(t: Turned) -> Iterator[str]:
    """Promise 4: a tap that is not of the card shown last changes nothing, unless it makes things safer."""
    if not isinstance(t.event, Tapped) or t.said is not None or _hurts(t.event):
        return
    if _safer(t.event, t.book) and t.event.token <= t.before.turn:
        yield from _heard_as_safer(t)
        return
    if Overlook() in t.effects:
        yield from _overlooked(t)
        return
    if t.another_book or (t.talk.stage is Stage.HOME and (t.was_left or t.before.stage is Stage.MOVING)):
        return
    yield from (f"it changed {name}" for name in _changed(t))
    if not t.cards or t.cards[-1].card != present(t.talk, t.book, t.now):
        yield "the present question is not shown"


def _changed(t: Turned) -> list[str]:
    asked_anew = t.before.asked_at is not None and t.now - t.before.asked_at >= LIVES
    spared = (*COUNTED, "answering", "ask") if asked_anew and t.before.stage is Stage.SCREENING else COUNTED
    spared = (*spared, "sitting") if t.was_left else spared
    spared = (*spared, "asleep", "reminder") if t.before.asleep else spared
    names = [field.name for field in fields(Conversation) if field.name not in spared]
    return [name for name in names if getattr(t.before, name) != getattr(t.talk, name)]


def _hurts(tap: Tapped) -> bool:
    return tap.ask in ("stop", "hurt") or (tap.ask, tap.choice) in (("pop", "yes"), ("signal", "sharp"))


def _safer(tap: Tapped, book: Book) -> bool:
    """An answer that makes things safer from any card of any age."""
    if tap.ask in ("breath", "changes", "quick_check"):
        return tap.choice in ("yes", "not_sure")
    if tap.ask == "signal":
        return tap.choice in ("runs", "pins", "weak", "head", "chest", "pee")
    if tap.ask == "dizzy":
        return tap.choice == "no"
    return tap.ask in {q.id for q in book.screening.questions} and tap.choice in ("yes", "not_sure")


def _grave(tap: Tapped, book: Book) -> bool:
    effects = {q.id: {"yes": q.yes, "not_sure": q.not_sure} for q in book.screening.questions}
    effect = effects.get(tap.ask, {}).get(tap.choice, "")
    return (
        effect in ("emergency", "urgent")
        or tap.ask in ("signal", "dizzy")
        or (tap.ask == "breath" and tap.choice == "yes")
    )


def _heard_as_safer(t: Turned) -> Iterator[str]:
    assert isinstance(t.event, Tapped)
    if "." in "".join(say.card.picture for say in t.says) and t.before.agreement is not None:
        yield "a step is shown after a red flag"
    lost = [
        hold
        for hold in t.before.holds
        if (hold.kind, hold.raised_by) not in {(h.kind, h.raised_by) for h in t.talk.holds}
    ]
    if lost:
        yield "it released a hold"
    if t.before.agreement is not None and _grave(t.event, t.book) and not any(h.since == t.now for h in t.talk.holds):
        yield "a red flag raised no hold"


_read = cache(watch.reading)
"""The alphabets have few words."""


def words_are_read(t: Turned) -> Iterator[str]:
    """Promise 6: an alarm in words raises a hold of everyone who agreed, in every stage. The name of a stretch
    is ours."""
    if not isinstance(t.event, Wrote) or t.said is not None:
        return
    if any(t.event.text == stretch.name for stretch in t.book.stretches.values()):
        return
    reading = _read(t.event.text)
    if reading.label not in ("emergency", "urgent"):
        return
    if t.before.agreement is not None and not any(h.since == t.now and h.raised_by == "words" for h in t.talk.holds):
        yield f"{reading.label} words raised no hold"
    if not any(page.headline == say.card.title for page in t.book.referrals.values() for say in t.says):
        yield "no advice is shown"


HOURS = {"emergency": 72, "urgent": 72, "crisis": 24, "professional": 0}


def a_hold_holds(t: Turned) -> Iterator[str]:
    """Promise 7."""
    if any(isinstance(effect, Forget) for effect in t.effects):
        return
    if t.said == ("minor", "yes"):
        yield from _bare_end(t)
        return
    now_held = {(hold.kind, hold.raised_by): hold for hold in t.talk.holds}
    for hold in t.before.holds:
        kept = now_held.get((hold.kind, hold.raised_by))
        if kept is None:
            yield from (f"{hold.kind} by {hold.raised_by} released {why}" for why in _not_yet(hold, t))
        elif (hold.needs_check and not kept.needs_check) or (
            hold.until and (not kept.until or kept.until < hold.until)
        ):
            yield f"{hold.kind} by {hold.raised_by} became weaker"


def _bare_end(t: Turned) -> Iterator[str]:
    """Nothing about the health of a minor is kept, but the end of a hold stays behind, as a bare instant."""
    for hold in t.before.holds:
        if hold.until is not None and (t.talk.rest_until is None or t.talk.rest_until < hold.until):
            yield f"{hold.kind} by {hold.raised_by} is gone before its time"


def _not_yet(hold: Hold, t: Turned) -> Iterator[str]:
    going = t.before.answering
    if going is None and t.before.stage is not Stage.SCREENING:
        yield f"without a screening, by {t.event}"
        return
    why = going.why if going else ""
    if going is None or going.recheck or t.talk.screened is None or t.talk.screened.at != t.now:
        yield "before the screening was finished"
    elif {q.id for q in t.book.screening.questions} != set(t.talk.screened.answers):
        yield "by half a screening"
    if t.said is None:
        yield "by a tap that does not count"
    if hold.raised_by == "words" and why == "words":
        return
    if t.now - hold.since < timedelta(hours=HOURS[hold.kind]):
        yield f"after only {t.now - hold.since}"
    if hold.kind in ("emergency", "urgent") and why not in ("seen", "cleared"):
        yield f"on the way {why!r}: nobody was seen"
    if hold.needs_check and why != "cleared":
        yield f"on the way {why!r}: no professional's word"


def ways_are_earned(t: Turned) -> Iterator[str]:
    """The ways of a screening that can release something begin with their own answer only."""
    earned = {
        "seen": [("seen", "yes")],
        "words": [("refer", "misread")],
        "cleared": [("refer", "checked"), ("settings", "checked")],
    }
    why = t.talk.answering.why if t.talk.answering else ""
    was = t.before.answering.why if t.before.answering else ""
    if why in earned and why != was and t.said not in earned[why]:
        yield f"the way {why!r} was begun by {t.event}"
    word = t.talk.answering is not None and t.talk.answering.professional_ok
    had = t.before.answering is not None and t.before.answering.professional_ok
    if word and not had and t.said != ("professional_ok", "yes"):
        yield "a professional's word that nobody gave"


def answers_are_given(t: Turned) -> Iterator[str]:
    """Every kept answer was tapped or typed on its own card."""
    if t.talk.answering is None or t.another_book:
        return
    held = dict(t.before.answering.answers) if t.before.answering else {}
    reused = t.before.screened.answers if t.before.screened and t.talk.answering.why == "cleared" else {}
    for ask, choice in t.talk.answering.answers.items():
        if held.get(ask) != choice and t.said != (ask, choice) and reused.get(ask) != choice:
            yield f"{ask}={choice} was never answered"


def thumbs_only_take_out(t: Turned) -> Iterator[str]:
    """A thumb takes out of the offers or puts in another order; what is offered, clearance allows (promise 1)."""
    if t.talk.stage is not Stage.CHOOSING or t.talk.ask != "list" or not t.cards:
        return
    offered = [button.choice for button in t.cards[-1].card.buttons if button.ask == "choose"]
    allowed = [stretch.id for stretch in choices(t.talk, t.book, t.now)]
    yield from (f"{each} is offered and not allowed" for each in offered if each not in allowed)
    yield from (f"{each} is offered after a thumb down" for each in offered if each in t.talk.hidden)
    if len(set(offered)) != len(offered):
        yield "a stretch is offered twice"


def thumbs_are_the_persons(t: Turned) -> Iterator[str]:
    """What is liked or hidden changes by its own buttons alone, and nothing else changes with it."""
    before, after = (t.before.liked, t.before.hidden), (t.talk.liked, t.talk.hidden)
    forgotten = t.talk.agreement is None
    if before != after and not forgotten and (t.said is None or t.said[0] not in ("thumb", "show")):
        yield f"a thumb by {t.event}"


def nothing_before_consent(t: Turned) -> Iterator[str]:
    kept = t.talk
    if kept.agreement is None and (
        kept.screened or kept.answering or kept.rating or kept.holds or kept.sitting or kept.past or kept.marks
        or kept.offs or kept.flags or kept.cleared_at or kept.follow or kept.flares or kept.gentle_next or kept.reason
        or kept.history or kept.liked or kept.hidden
    ):  # fmt: skip
        yield "something about health is kept before the agreement"
    if kept.agreement is not None and t.before.agreement is None and t.said != ("consent", "agree"):
        yield f"an agreement by {t.event}"
    if kept.agreement is None and kept.stage not in STRANGE:
        yield f"{kept.stage} without an agreement"


def nothing_is_left(t: Turned) -> Iterator[str]:
    if not any(isinstance(effect, Forget) for effect in t.effects):
        return
    left = evolve(t.talk, turn=0, token=0, heard_at=None, asked_at=None)
    left = evolve(left, asleep=False)
    if left != Conversation() or not (t.said == ("offer", "forget") or _after_a_year(t)):
        yield f"forgotten by {t.event}, left: {left}"


def _after_a_year(t: Turned) -> bool:
    """Nobody was heard for twelve months, and it was said two weeks before, to whoever can be told."""
    silent = t.seen.heard is not None and t.now - t.seen.heard >= timedelta(days=365)
    told = t.before.warned_at is not None and t.now - t.before.warned_at >= timedelta(days=14)
    return t.event == Woke("idle") and silent and told


def reminders_are_wished(t: Turned) -> Iterator[str]:
    """Promise 5: a reminder is set by its last question, or by the one button after /stop; else none rings."""
    wished = t.said is not None and (t.said == ("clock", "yes") or t.said[0] == "offer")
    if t.talk.reminder is not None and t.before.reminder is None and not wished:
        yield f"set by {t.event}"
    for say in t.says:
        if say.kind is Kind.REMINDER:
            yield from _rings_unwished(t, say)


def _rings_unwished(t: Turned, say: Say) -> Iterator[str]:
    """Not in a sitting, not while stretching rests, not after a pain stop; under a hold it never offers to stretch."""
    before, held = t.before, t.before.reminder
    sitting = before.sitting is not None and not t.another_book
    if held is None or before.asleep or sitting or held.ignored > 3:
        yield "it rings unwished"
    if before.rest_until is not None and t.now < before.rest_until:
        yield "it rings while stretching rests"
    offers = ("reminder", "now") in {(button.ask, button.choice) for button in say.card.buttons}
    crisis = any(hold.kind == "crisis" and t.now - hold.since < timedelta(hours=24) for hold in before.holds)
    if (before.holds and offers) or crisis:
        yield "it offers to stretch under a hold"
    allowed = {t.book.stretches[name].name for name in clearance.safe(before, t.book, t.now) - {"partner_press"}}
    named = {page.name for page in t.book.stretches.values() if page.name in say.card.text}
    if not named <= allowed:
        yield f"it names {named - allowed}"
    if not any((button.ask, button.choice) in ENDS for button in say.card.buttons):
        yield "no way to end it"
    if say.expires is None or say.silent is not held_silent(t):
        yield "it never expires, or sounds where silence was asked for"


ENDS = (("reminder", "quit"), ("still", "quit"))


def held_silent(t: Turned) -> bool:
    return t.talk.reminder is not None and t.talk.reminder.silent


def tokens_tell_questions_apart(t: Turned) -> Iterator[str]:
    for say in t.cards:
        hello = t.talk.stage is Stage.NEW and say.token == 0
        if not t.seen.shown.token <= say.token <= t.talk.turn and not hello:
            yield f"token {say.token} after {t.seen.shown.token} in turn {t.talk.turn}"
        asked, known = t.ledger.shown.question, t.seen.shown.question
        if say.token == t.seen.shown.token and asked != known:
            yield f"one token for {known} and {asked}"
    if t.before.turn and t.talk.turn != t.before.turn + 1:
        yield "the turn was not counted"


def never_silence(t: Turned) -> Iterator[str]:
    if not isinstance(t.event, Woke | Blocked | Unblocked) and not t.says:
        yield "no answer"


def texts_can_be_sent(t: Turned) -> Iterator[str]:
    for say in t.says:
        if len(say.card.title) + len(say.card.text) + 2 > 4096:
            yield f"too long: {len(say.card.text)}"
        if not say.card.text.strip() or ("{" in say.card.title + say.card.text and '"form"' not in say.card.text):
            yield f"a hole in {say.card.text[:60]!r}"
        if any(not button.words or "{" in button.words for button in say.card.buttons):
            yield "a button without words"


CHECKS: tuple[Callable[[Turned], Iterator[str]], ...] = (
    no_unscreened_step, stop_works, stop_and_pain_are_on_the_card, a_tap_counts_once, words_are_read, a_hold_holds,
    ways_are_earned, answers_are_given, thumbs_only_take_out, thumbs_are_the_persons, nothing_before_consent,
    nothing_is_left, reminders_are_wished,
    tokens_tell_questions_apart, never_silence, texts_can_be_sent,
)  # fmt: skip
