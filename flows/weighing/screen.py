"""The safety questions: the first deciding answer decides, and a full screening that is passed releases what may be
released."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import evolve

from flows import clearance, screening
from flows.cards.screen import CLEARED_ASK
from flows.conversation import NONE, Answering, Screened
from flows.findings import Finding
from flows.holding import raise_hold, show_gravest
from flows.screening import Verdict
from flows.turn import Turn
from flows.weighing.keeping import keep_answers
from flows.weighing.said import answered


def begin(turn: Turn, why: str, *, recheck: bool = False) -> None:
    """Begin a screening; a professional's word is carried in only on the way "cleared"."""
    cleared = why == "cleared"
    held = turn.talk.screened
    answers = dict(held.answers) if cleared and held is not None and _only_open_questions(turn) else NONE
    answering = Answering(turn.now, why, answers, cleared, recheck)
    keep_answers(turn)
    turn.talk = evolve(turn.talk, answering=answering)
    turn.ask(turn.book.screening.emergency_questions[0] if recheck else _next(turn, answering) or "")


def _only_open_questions(turn: Turn) -> bool:
    """After a verdict "see a professional first" and nothing else, the questions already answered need not be asked
    again."""
    switched_off = any(off.until is None for off in turn.talk.offs)
    if turn.talk.holds or switched_off or turn.talk.due:
        return False
    found = clearance.verdict(turn.talk, turn.book, turn.now)
    return found is not None and found.outcome == "see_professional_first"


def _next(turn: Turn, answering: Answering) -> str | None:
    answers = {**answering.answers, turn.book.screening.age.id: turn.talk.age}
    return screening.next_question(answers, professional_ok=_word(turn, answering), book=turn.book)


def _word(turn: Turn, answering: Answering) -> bool:
    """Whether a professional's word counts for these answers: given now, or earlier and nothing new came up."""
    if answering.professional_ok:
        return True
    return clearance.is_cleared(turn.talk, turn.book, turn.now) and not _something_new(turn, answering)


def _something_new(turn: Turn, answering: Answering) -> bool:
    """An answer that asks for a professional and was not given when one had looked: "examined since then" is void."""
    before = turn.talk.screened.answers if turn.talk.screened is not None else NONE
    return any(
        {"yes": question.yes, "not_sure": question.not_sure}.get(given) == "see_professional_first"
        and before.get(question.id) != given
        for question in turn.book.screening.questions
        if (given := answering.answers.get(question.id)) is not None
    )


def _cleared_at(turn: Turn, held: Answering) -> datetime | None:
    """When the word was given that these answers needed; None: none was needed, or it is void."""
    answers = {**held.answers, turn.book.screening.age.id: turn.talk.age}
    if screening.judge(answers, book=turn.book).outcome != "see_professional_first" or not _word(turn, held):
        return None
    return turn.now if held.professional_ok else turn.talk.cleared_at


def begin_anew(turn: Turn) -> Finding:
    """The question was left for a day: the screening begins anew, on the same way."""
    held = turn.talk.answering
    if turn.talk.ask == CLEARED_ASK or held is None:
        turn.ask(turn.talk.ask)
    else:
        begin(turn, held.why, recheck=held.recheck)
    return Finding.NOTHING


def answer(turn: Turn) -> Finding:
    said = answered(turn)
    if said.ask == CLEARED_ASK:
        return _cleared(turn, said.choice)
    held = turn.talk.answering or Answering(turn.now, "due")
    held = evolve(held, answers={**held.answers, said.ask: said.choice})
    turn.talk = evolve(turn.talk, answering=held)
    if held.recheck:
        return _recheck(turn, held)
    answers = {**held.answers, turn.book.screening.age.id: turn.talk.age}
    found = screening.judge(answers, professional_ok=_word(turn, held), book=turn.book)
    if found.outcome == "incomplete":
        turn.ask(_next(turn, held) or "")
        return Finding.MORE
    return _finish(turn, held, found)


def _cleared(turn: Turn, choice: str) -> Finding:
    if choice != "yes":
        turn.talk = evolve(turn.talk, answering=None)
        return Finding.REFER
    begin(turn, "cleared")
    if turn.talk.ask:
        return Finding.MORE
    held = turn.talk.answering or Answering(turn.now, "cleared")
    answers = {**held.answers, turn.book.screening.age.id: turn.talk.age}
    return _finish(turn, held, screening.judge(answers, professional_ok=True, book=turn.book))


def _finish(turn: Turn, held: Answering, found: Verdict) -> Finding:
    turn.talk = evolve(
        turn.talk,
        cleared_at=_cleared_at(turn, held),
        screened=Screened(turn.now, turn.book.screening.version, dict(held.answers), found.outcome),
        answering=None,
        due="",
    )
    turn.wake("stale", timedelta(days=turn.book.screening.repeat.full_every_days))
    if found.outcome in ("emergency", "urgent"):
        return raise_hold(turn, found.outcome, "answers", found.decided_by)
    if found.outcome == "see_professional_first":
        turn.talk = evolve(turn.talk, card="within_days", reason=found.decided_by or "many", wish=False)
        turn.mark("see_first", found.decided_by)
        return Finding.PROFESSIONAL
    return _passed(turn, held)


def _passed(turn: Turn, held: Answering) -> Finding:
    if held.why == "words":
        turn.mark("misread")
    offs = tuple(off for off in turn.talk.offs if off.until is not None or held.why != "cleared")
    turn.talk = evolve(turn.talk, flags=(), offs=offs, holds=clearance.release(turn.talk, held.why, turn.now))
    if turn.talk.holds:
        show_gravest(turn)
        return Finding.REFER
    turn.hush("help", "seen")
    return Finding.WISH if turn.talk.wish else Finding.PASSED


def _recheck(turn: Turn, held: Answering) -> Finding:
    """The emergency questions after it got worse: they can only make it graver, never release anything."""
    questions = [q for q in turn.book.screening.questions if q.id in turn.book.screening.emergency_questions]
    for question in questions:
        given = held.answers.get(question.id)
        effect = {"yes": question.yes, "not_sure": question.not_sure}.get(given or "")
        if effect in ("emergency", "urgent"):
            return raise_hold(turn, effect, "answers", question.id)
    following = next((q.id for q in questions if q.id not in held.answers), None)
    if following is not None:
        turn.ask(following)
        return Finding.MORE
    turn.talk = evolve(turn.talk, answering=None)
    if turn.talk.card == "self_care":
        turn.talk = evolve(turn.talk, card="within_days", reason="worse", due="referred")
    return Finding.RECHECKED
