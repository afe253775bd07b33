"""The words to read out to someone who helps."""

from __future__ import annotations

from datetime import datetime

from flows.cards.layout import bullets, paragraphs
from flows.conversation import Conversation, Hold
from flows.pages import Book
from flows.phrases import reason
from flows.times import clock_words


def what_to_tell(talk: Conversation, book: Book, now: datetime) -> str:
    """The symptoms in the person's own answer words, and when they were told. Self-reported, never a diagnosis."""
    holds = [
        book.say("tell.line", at=clock_words(hold.since, now, talk.zone), what=_what(hold, talk, book))
        for hold in talk.holds
    ]
    if not holds:
        at = clock_words(talk.asked_at or now, now, talk.zone)
        holds = [book.say("tell.line", at=at, what=reason(talk.reason, book, talk.screen_answers))]
    items = [item for hold in talk.holds for item in _items(hold.reason, book)]
    asked = paragraphs(book.say("tell.items"), bullets(items)) if items else ""
    return paragraphs(book.say("tell.head"), bullets(holds), asked, book.say("tell.foot"))


def _what(hold: Hold, talk: Conversation, book: Book) -> str:
    if hold.raised_by == "words":
        return book.say("tell.words")
    question = next((q for q in book.screening.questions if q.id == hold.reason), None)
    if question is None:
        return book.say("tell.felt", what=reason(hold.reason, book))
    given = talk.screened.answers.get(question.id, "yes") if talk.screened is not None else "yes"
    return book.say("tell.answered", answer=book.screening.answers[given], question=question.text)


def _items(key: str, book: Book) -> tuple[str, ...]:
    return next((q.items for q in book.screening.questions if q.id == key), ())
