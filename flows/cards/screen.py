"""The safety questions and the short checks before a sitting."""

from __future__ import annotations

from datetime import datetime

from flows.cards.layout import bullets, card, paragraphs
from flows.conversation import Conversation, Sitting
from flows.effects import Button, Card, Look
from flows.pages import Book, Question

CLEARED_ASK = "professional_ok"


def screening(talk: Conversation, book: Book, now: datetime) -> Card:
    if talk.ask == CLEARED_ASK:
        return card(book, "", book.screening.professional_ok.text, yes_no(book, CLEARED_ASK))
    question = next(q for q in book.screening.questions if q.id == talk.ask)
    return card(
        book, _progress(talk, question, book), _question_text(question), answer_buttons(book, question.id), width=3
    )


def _progress(talk: Conversation, question: Question, book: Book) -> str:
    if talk.answering is not None and talk.answering.recheck:
        return book.say("screening.recheck_title")
    number = 1 + [q.id for q in book.screening.questions].index(question.id)
    return book.say("screening.title", number=number, total=len(book.screening.questions))


def _question_text(question: Question) -> str:
    return paragraphs(question.text, bullets(question.items))


def answer_buttons(book: Book, ask: str) -> list[Button]:
    return [Button(words, ask, answer) for answer, words in book.screening.answers.items()]


def yes_no(book: Book, ask: str) -> list[Button]:
    answers = book.screening.answers
    return [Button(answers["no"], ask, "no"), Button(answers["yes"], ask, "yes")]


def checking(talk: Conversation, book: Book, now: datetime) -> Card:
    if talk.ask == "props":
        return _props(talk.sitting, book)
    text = book.screening.quick_check if talk.ask == "quick_check" else book.say(f"check.{talk.ask}")
    buttons = yes_no(book, talk.ask) if talk.ask in ("seen", "early") else answer_buttons(book, talk.ask)
    return card(book, book.say(f"check.{talk.ask}_title"), text, buttons, width=3)


def _props(sitting: Sitting | None, book: Book) -> Card:
    have = sitting.props if sitting else ()
    toggles = [
        Button(("☑ " if prop in have else "☐ ") + book.say(f"prop.pick_{prop}"), "prop", prop)
        for prop in book.props_asked
    ]
    done = Button(book.say("check.props_done"), "props", "done", Look.GO)
    return card(book, book.say("check.props_title"), book.say("check.props"), [*toggles, done])
