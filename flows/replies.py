"""What is said on an edge. A reply speaks and chooses how the present question is shown; what is remembered was
changed before.

Every turn ends with the present question, unless it is quiet: `flows.machine` adds the card.
"""

from __future__ import annotations

from attrs import evolve

from flows import clearance, screening
from flows.cards.layout import bullets, paragraphs
from flows.cards.refer import referral_card
from flows.effects import Forget, Kind, Overlook, Say
from flows.events import Alarmed, Answered
from flows.explaining import why_not
from flows.holding import CATEGORY, close_sitting
from flows.phrases import stretch_names
from flows.stages import Stage
from flows.turn import Turn


def again(turn: Turn) -> None:
    """Only the present question."""


def ask(turn: Turn) -> None:
    """A stage that has one question asks it."""
    if not turn.anew:
        turn.ask("")


def silent(turn: Turn) -> None:
    turn.quiet = True


def home(turn: Turn) -> None:
    turn.ask("home")


def welcome_back(turn: Turn) -> None:
    if turn.stage is not Stage.HOME:
        turn.note("start.back")
    elif turn.talk.ask != "home":
        turn.ask("home")


def greet(turn: Turn) -> None:
    turn.note("start.hello")
    turn.ask("")


def kindly(turn: Turn) -> None:
    """Text that answers nothing: a kind line, and the present question again. Never silence."""
    crisis = turn.stage is Stage.REFERRED and turn.talk.card == "crisis"
    wanted = WANTED.get(turn.talk.ask) if turn.stage is Stage.REMINDING else None
    turn.note("crisis.heard" if crisis else wanted or "kind.text")


WANTED = {
    "time": "kind.time", "quarter": "kind.time", "echo": "kind.time", "place": "kind.place", "where": "kind.place",
    "quiet": "kind.quiet", "pause": "kind.pause",
}  # fmt: skip
"""Where something typed is wanted, the kind line says in which form."""


def kindly_sent(turn: Turn) -> None:
    place = turn.stage is Stage.REMINDING and turn.talk.ask in ("place", "where")
    turn.note("kind.location" if place else "kind.sent")


def kindly_hurt(turn: Turn) -> None:
    turn.note("kind.hurt")


def hurt(turn: Turn) -> None:
    """It hurts: the questions follow at once; after a press by another person a word about breathing goes first."""
    sitting = turn.before.sitting
    if sitting is not None and sitting.step and sitting.stretch == clearance.PARTNER:
        turn.note("partner.breath")


def are_you_hurting(turn: Turn) -> None:
    turn.ask("hurting")


def busy(turn: Turn) -> None:
    turn.note("kind.busy")


def refused(turn: Turn) -> None:
    turn.tell(turn.book.screening.consent.on_refuse)
    turn.ask("")


def agreed(turn: Turn) -> None:
    turn.ask("")


def first_questions(turn: Turn) -> None:
    turn.note("screening.begin")


def changed(turn: Turn) -> None:
    """Something changed since the last screening: the questions again, and why."""
    key = f"screening.why_{turn.talk.answering.why}" if turn.talk.answering else ""
    if key in turn.book.messages:
        turn.note(key)


def passed(turn: Turn) -> None:
    """The verdict of a screening that leaves something to stretch with."""
    found = clearance.verdict(turn.talk, turn.book, turn.now)
    if found is None:
        return
    if found.outcome == "clear":
        turn.note("screening.clear")
        return
    names = stretch_names([s for s in turn.book.stretches if s in found.allowed], turn.book)
    notes = bullets(screening.notes(found, turn.book))
    routine = turn.book.say("screening.routine") if found.refer_routine else ""
    turn.tell(paragraphs(turn.book.say("screening.restricted", names=names), notes, routine))


def passed_home(turn: Turn) -> None:
    passed(turn)
    turn.ask("home")


def refer(turn: Turn) -> None:
    """The referral, as a message that can be found again."""
    turn.ask("card", Kind.ALERT)


def routine(turn: Turn) -> None:
    _say_row(turn)
    refer(turn)


def recheck(turn: Turn) -> None:
    turn.note("screening.why_worse")


def recheck_with_advice(turn: Turn) -> None:
    """Pain of 8 or more: the advice of today is said before the two questions, for they may stay unanswered."""
    advice = referral_card(turn.talk, turn.book, turn.now)
    turn.effects.append(Say(evolve(advice, rows=()), Kind.NOTE))
    turn.note("screening.why_worse")


def rechecked(turn: Turn) -> None:
    turn.note("screening.rechecked")
    refer(turn)


def warn(turn: Turn) -> None:
    """A red flag in words from someone of whom nothing may be kept: the advice, and the present question again."""
    event = turn.event
    kind = (event.kind or event.level) if isinstance(event, Alarmed) else "emergency"
    shown = evolve(turn.talk, card=CATEGORY[kind], reason="words", holds=())
    advice = referral_card(shown, turn.book, turn.now)
    turn.effects.append(Say(evolve(advice, rows=()), Kind.NOTE))


def urge(turn: Turn) -> None:
    """The third wish in a day [SEED9]."""
    page = turn.book.cards["card_constant_urge"]
    turn.tell(page.text, page.title)
    refer(turn)


def rest(turn: Turn) -> None:
    turn.ask("home")


def _say_row(turn: Turn) -> None:
    """What the row of the pain table has to tell beside its referral."""
    rows = [mark.what for mark in turn.talk.marks if mark.at == turn.now and mark.what.startswith("pain_")]
    for row in rows[-1:]:
        if f"row.{row}" in turn.book.messages:
            turn.note(f"row.{row}")


def go_on(turn: Turn) -> None:
    """The pain check allows to go on."""
    _say_row(turn)
    if not turn.anew:
        turn.ask("list")


def choose(turn: Turn) -> None:
    if not turn.anew:
        turn.ask("list")


def not_today(turn: Turn) -> None:
    turn.note("check.drink_yes")
    turn.ask("home")


def no_partner(turn: Turn) -> None:
    turn.note("partner.no")


def explain(turn: Turn) -> None:
    """Why the stretch that was asked for is not offered, and what may be done instead."""
    event = turn.event
    if isinstance(event, Answered):
        turn.tell(why_not(event.choice, turn.talk, turn.book, turn.now))


def move(turn: Turn) -> None:
    """A step; after a pop, first the word to let go."""
    _say_row(turn)


def lose(turn: Turn) -> None:
    """The step is not allowed any more: the one reply that also ends the sitting, since only a guard saw it."""
    close_sitting(turn, stopped=True)
    turn.note("step.lost")
    turn.ask("home")


def lose_quietly(turn: Turn) -> None:
    """The same, when nobody is there: nothing is said by itself."""
    close_sitting(turn, stopped=True)
    turn.talk = evolve(turn.talk, ask="home")
    turn.quiet = True


def end_rest(turn: Turn) -> None:
    _say_row(turn)


def wait(turn: Turn) -> None:
    held = turn.talk.rating
    left = held.rest_until - turn.now if held is not None and held.rest_until is not None else None
    turn.note("resting.wait", seconds=max(1, int(left.total_seconds())) if left else 1)


def finish(turn: Turn) -> None:
    """The end of a sitting: what was done, plainly; the question of tomorrow announced."""
    hurt(turn)
    past = turn.talk.past[-1] if turn.talk.past and turn.talk.past[-1].ended == turn.now else None
    if past is None or not past.done:
        turn.note("finish.nothing")
    else:
        turn.note("finish.done", stretches=stretch_names((done.stretch for done in past.done), turn.book))
    turn.ask("home")


def followed(turn: Turn) -> None:
    _say_row(turn)
    turn.ask("home")


def heard_home(turn: Turn) -> None:
    turn.note("rating.home_done")
    turn.ask("home")


def stop(turn: Turn) -> None:
    """One line: what stopped."""
    had_sitting = turn.before.sitting is not None
    had_reminder = turn.before.reminder is not None
    was = {(True, True): "both", (True, False): "sitting", (False, True): "reminder"}.get((had_sitting, had_reminder))
    if was is None and turn.talk.holds:
        was = "held"
    if was is None:
        was = "questions" if turn.before.answering is not None else "nothing"
    turn.note(f"stop.{was}", time=turn.before.reminder.time if turn.before.reminder else "")
    if had_sitting:
        hurt(turn)
    turn.ask("home" if turn.stage is Stage.HOME else turn.talk.ask)


def keep_reminder(turn: Turn) -> None:
    turn.note("stop.kept", time=turn.talk.reminder.time if turn.talk.reminder else "")
    turn.ask(turn.talk.ask)


def offer_forget(turn: Turn) -> None:
    turn.note("forget.offer")
    turn.talk = evolve(turn.talk, offer="forget")
    turn.ask(turn.talk.ask)


def forget(turn: Turn) -> None:
    turn.effects.append(Forget())
    turn.note("forget.done")
    turn.quiet = True


def nothing_kept(turn: Turn) -> None:
    """A button of a card from before everything was deleted."""
    overlook(turn)
    turn.note("forget.nothing")


def overlook(turn: Turn) -> None:
    turn.effects.append(Overlook())
    turn.quiet = True


def helped(turn: Turn) -> None:
    """Someone is getting help: one warm line, and no more questions today."""
    turn.note("referred.warm")
    turn.ask("home")


def ask_after(turn: Turn) -> None:
    """A question that comes by itself; what is asked was set before."""


def cleared(turn: Turn) -> None:
    """The question behind "I was checked and cleared"."""


def settled(turn: Turn) -> None:
    turn.note("settings.done")
    turn.ask("home")


def settings(turn: Turn) -> None:
    turn.ask("menu")


def doubted(turn: Turn) -> None:
    turn.note("screening.why_doubt")
