"""The first cards: hello, age, consent, country; and what is left without consent."""

from __future__ import annotations

from datetime import datetime

from flows.cards.layout import card, paragraphs
from flows.conversation import Conversation
from flows.effects import Button, Card, Look
from flows.pages import Book
from flows.phrases import emergency_number

COMMON_COUNTRIES = ("US", "GB", "CA", "AU", "IE", "IN", "DE", "FR", "ES", "NL", "ZA", "NZ")


def new(talk: Conversation, book: Book, now: datetime) -> Card:
    begin = Button(book.say("button.begin"), "opening", "begin", Look.GO)
    return card(book, book.say("new.title"), book.say("new.text"), [begin])


def age(talk: Conversation, book: Book, now: datetime) -> Card:
    question = book.screening.age
    buttons = [Button(choice.words, question.id, choice.id) for choice in question.choices]
    return card(book, question.text, book.say("age.text"), buttons)


def consent(talk: Conversation, book: Book, now: datetime) -> Card:
    words = book.screening.consent
    unreviewed = "" if book.reviewed_by else book.say("consent.unreviewed")
    runs = book.say("topic.runs", contact=book.contact) if book.contact else ""
    text = paragraphs(words.text, book.say("consent.first"), runs, unreviewed)
    buttons = [Button(words.agree, "consent", "agree", Look.GO), Button(words.refuse, "consent", "refuse")]
    return card(book, book.say("consent.title"), text, buttons)


def country(talk: Conversation, book: Book, now: datetime) -> Card:
    buttons = [Button(book.numbers[code].name, "country", code) for code in COMMON_COUNTRIES if code in book.numbers]
    skip = Button(book.say("country.skip"), "country", "skip")
    return card(book, book.say("country.title"), book.say("country.text"), [*buttons, skip])


def informed(talk: Conversation, book: Book, now: datetime) -> Card:
    buttons = [*card_buttons(book), Button(book.say("button.begin"), "opening", "begin", Look.GO)]
    return card(book, book.say("informed.title"), book.say("informed.text"), buttons)


def card_buttons(book: Book) -> list[Button]:
    return [Button(page.title, "card", page.id.removeprefix("card_")) for page in book.cards.values()]


def minor(talk: Conversation, book: Book, now: datetime) -> Card:
    text = book.minor.format(emergency_number=emergency_number(talk.country, book))
    wrong = Button(book.say("minor.wrong_age"), "opening", "begin")
    return card(book, book.say("minor.title"), paragraphs(text, book.unknown_country_line), [wrong])
