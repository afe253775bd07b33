"""Content changed under an open conversation: what it stood at may be gone. It is led to a place that exists, before
anything else.

Nothing is loosened on the way: holds, rests and answers stay; an open sitting or screening simply begins anew.
"""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from flows.cards.screen import CLEARED_ASK
from flows.clearance import left_alone
from flows.conversation import Conversation
from flows.effects import Effect
from flows.events import Alarmed, Blocked, Doubted, Hurt, Meaning, Stopped, Strayed, Unblocked, Woke
from flows.holding import close_sitting
from flows.pages import Book
from flows.phrases import step_index
from flows.stages import Stage
from flows.turn import Turn
from flows.weighing.check import CHECKS

NOT_BACK = Woke | Blocked | Unblocked
SAFER = Stopped | Hurt | Alarmed | Doubted
AT_A_STRETCH = frozenset({Stage.BRIEFING, Stage.MOVING, Stage.PAUSED})


def mend(talk: Conversation, book: Book, now: datetime) -> tuple[Conversation, list[Effect]]:
    """The conversation at a place that the book has; effects only if it had to be moved."""
    talk = _without_unknown_answers(talk, {question.id for question in book.screening.questions})
    if _stands(talk, book):
        return talk, []
    turn = Turn(talk, Strayed(), book, now)
    stretch = talk.sitting.stretch if talk.sitting is not None else ""
    turn.note("withheld" if stretch in book.withheld else "mended")
    close_sitting(turn, stopped=True)
    return evolve(turn.talk, stage=Stage.HOME, ask="home", answering=None, rating=None, wish=False), turn.effects


def _without_unknown_answers(talk: Conversation, known: set[str]) -> Conversation:
    held, going_on = talk.screened, talk.answering
    if held is not None and not known.issuperset(held.answers):
        kept = {ask: answer for ask, answer in held.answers.items() if ask in known}
        talk = evolve(talk, screened=evolve(held, answers=kept), due=talk.due or "version")
    if going_on is not None and not known.issuperset(going_on.answers):
        kept = {ask: answer for ask, answer in going_on.answers.items() if ask in known}
        talk = evolve(talk, answering=evolve(going_on, answers=kept))
    return talk


def _stands(talk: Conversation, book: Book) -> bool:
    sitting = talk.sitting
    if sitting is not None and sitting.stretch:
        stretch = book.stretches.get(sitting.stretch)
        if stretch is None or (sitting.step and step_index(stretch, sitting.step) < 0):
            return False
    match talk.stage:
        case Stage.SCREENING:
            return talk.answering is not None and (
                talk.ask == CLEARED_ASK or talk.ask in {question.id for question in book.screening.questions}
            )
        case Stage.CHECKING:
            return talk.ask == "seen" or (sitting is not None and talk.ask in CHECKS)
        case Stage.REFERRED:
            return talk.card in book.referrals
    return talk.stage not in AT_A_STRETCH or (sitting is not None and bool(sitting.stretch))


def is_over(talk: Conversation, meaning: Meaning, now: datetime) -> bool:
    """Whether the person comes back to a sitting that was left alone."""
    return talk.sitting is not None and not isinstance(meaning, NOT_BACK) and left_alone(talk, now)


def end_sitting(talk: Conversation, meaning: Meaning, book: Book, now: datetime) -> tuple[Conversation, list[Effect]]:
    """End a sitting that was left alone. What makes things safer is heard where it stands, and a pain check in its
    midst is still finished; but nothing follows either.
    """
    turn = Turn(talk, Strayed(), book, now)
    rating = talk.stage in (Stage.RATING, Stage.RESTING) and talk.sitting is not None and talk.sitting.begun is not None
    if talk.sitting is not None and (rating or isinstance(meaning, SAFER)):
        return evolve(talk, sitting=evolve(talk.sitting, over=True)), []
    turn.note("left_alone")
    close_sitting(turn, stopped=True)
    return evolve(turn.talk, stage=Stage.HOME, ask="home", answering=None, rating=None, wish=False), turn.effects
