"""Why a stretch is not offered to this person now, in plain words, and what there is instead."""

from __future__ import annotations

from datetime import datetime

from flows import clearance, screening
from flows.cards.layout import paragraphs
from flows.conversation import Conversation
from flows.pages import Book
from flows.phrases import reason, stretch_names, until_words


def why_not(stretch_id: str, talk: Conversation, book: Book, now: datetime) -> str:
    """The reasons, gravest first, with the alternatives that may be done. An unknown id: a plain word."""
    stretch = book.stretches.get(stretch_id)
    if stretch is None:
        return book.say("why.unknown")
    reasons = _reasons(stretch_id, talk, book, now) or [book.say("why.now")]
    options = [
        other
        for other in stretch.alternatives
        if other not in talk.hidden and clearance.may_start(other, talk, book, now)
    ]
    instead = book.say("why.instead", names=stretch_names(options, book)) if options else ""
    return paragraphs(book.say("why.not", name=stretch.name), "\n".join(reasons), stretch.when_not_text, instead)


def _reasons(stretch_id: str, talk: Conversation, book: Book, now: datetime) -> list[str]:
    stretch = book.stretches[stretch_id]
    found = clearance.verdict(talk, book, now)
    flags = (found.flags if found else frozenset()) | set(talk.flags)
    questions = list(screening.excluded_because(stretch_id, flags, book))
    reasons = [book.say("why.answer", reason=_because(name, talk, book)) for name in questions]
    if found is not None and stretch_id not in found.allowed and not questions:
        reasons.append(book.say("why.cleared_only"))
    if stretch_id == clearance.PARTNER and not questions and (flags or talk.age != "18_64"):
        reasons.append(book.say("why.partner_clear"))
    for off in talk.offs:
        if off.stretch == stretch_id and (off.until is None or now < off.until):
            reasons.append(book.say("why.off", until=until_words(off.until, talk, book, now)))
    misfit = clearance.fits(stretch, talk, book, now)
    return [*reasons, book.say(f"unfit.{misfit}")] if misfit else reasons


def _because(name: str, talk: Conversation, book: Book) -> str:
    if name in {rule.band for rule in book.screening.age_rules}:
        return book.say("why.age")
    return reason(name, book, talk.screen_answers)
