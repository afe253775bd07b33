"""Home and the settings."""

from __future__ import annotations

from datetime import datetime

from flows import clearance, places
from flows.cards import opening, remind
from flows.cards.layout import card
from flows.cards.opening import card_buttons
from flows.cards.screen import yes_no
from flows.cards.sit import show_button
from flows.clearance import resting
from flows.conversation import Conversation
from flows.effects import Button, Card, Look
from flows.pages import Book
from flows.phrases import until_words


def home(talk: Conversation, book: Book, now: datetime) -> Card:
    if talk.ask == "info":
        back = Button(book.say("button.back"), "home", "home")
        return card(book, book.say("home.info_title"), book.say("home.info"), [*card_buttons(book), back])
    if talk.ask in ("reminder", "still"):
        return remind.rung(talk, book, now)
    buttons = [Button(book.say("home.stretch"), "home", "stretch", Look.GO)]
    if talk.holds:
        buttons = [Button(book.say("home.advice"), "home", "stretch", Look.MAIN)]
    buttons += [
        Button(book.say("home.reminder"), "home", "reminder"),
        *([Button(book.say("home.progress"), "home", "progress")] if talk.history else []),
        Button(book.say("home.info_button"), "home", "info"),
        Button(book.say("home.settings"), "home", "settings"),
    ]
    return card(book, book.say("home.title"), _standing(talk, book, now), buttons)


def _standing(talk: Conversation, book: Book, now: datetime) -> str:
    if talk.holds:
        return book.say("home.hold")
    if resting(talk, now):
        return book.say("home.resting", until=until_words(talk.rest_until, talk, book, now))
    found = clearance.verdict(talk, book, now)
    if found is not None and found.outcome not in clearance.OPEN:
        return book.say("home.professional")
    return book.say("home.text")


def _may_be_checked(talk: Conversation, book: Book, now: datetime) -> bool:
    """Whether a professional's word would open anything; a hold with a waiting time is not opened by it."""
    if any(hold.kind != "professional" for hold in talk.holds):
        return False
    found = clearance.verdict(talk, book, now)
    waits = found is not None and found.outcome == "see_professional_first"
    return waits or bool(talk.holds) or any(off.until is None for off in talk.offs)


def settings(talk: Conversation, book: Book, now: datetime) -> Card:
    if talk.ask == "country":
        return opening.country(talk, book, now)
    if talk.ask == "age":
        return opening.age(talk, book, now)
    if talk.ask == "minor":
        return card(book, book.say("settings.minor_title"), book.say("settings.minor"), yes_no(book, "minor"))
    if talk.ask == "hidden":
        hidden = [show_button(book.stretches[each], book) for each in talk.hidden if each in book.stretches]
        back = Button(book.say("button.back"), "hidden", "back")
        return card(book, book.say("settings.hidden_title"), book.say("settings.hidden_text"), [*hidden, back])
    choices = [
        "country",
        "age",
        "questions",
        *(["hidden"] if talk.hidden else []),
        *(["checked"] if _may_be_checked(talk, book, now) else []),
        "forget",
        "leave",
    ]
    buttons = [Button(book.say(f"settings.{choice}"), "settings", choice) for choice in choices]
    pictures = book.say("settings.no_pictures" if talk.pictures else "settings.pictures")
    buttons.insert(-2, Button(pictures, "settings", "pictures"))
    country = book.numbers[talk.country].name if talk.country in book.numbers else book.say("settings.no_country")
    zone = places.city(talk.zone, book.language) if talk.zone else book.say("settings.no_zone")
    return card(book, book.say("settings.title"), book.say("settings.text", country=country, zone=zone), buttons)
