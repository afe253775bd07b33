"""Home, the reminder's own card, settings and the setting up of a reminder."""

from __future__ import annotations

from datetime import datetime

from flows import clearance, places
from flows.cards import opening
from flows.cards.layout import card, paragraphs
from flows.cards.opening import card_buttons
from flows.cards.screen import yes_no
from flows.cards.sit import show_button
from flows.clearance import resting
from flows.conversation import Conversation
from flows.effects import Button, Card, Look
from flows.pages import Book
from flows.phrases import until_words

USUAL_TIMES = ("07:00", "08:00", "09:00", "12:00", "15:00", "17:00", "18:00", "19:00", "20:00", "21:00")


def home(talk: Conversation, book: Book, now: datetime) -> Card:
    if talk.ask == "info":
        back = Button(book.say("button.back"), "home", "home")
        return card(book, book.say("home.info_title"), book.say("home.info"), [*card_buttons(book), back])
    if talk.ask == "reminder":
        return reminder(book)
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


def reminder(book: Book) -> Card:
    """Why it comes, and every way out (one cue a day, no shame)."""
    buttons = [
        Button(book.say("reminder.now"), "reminder", "now", Look.GO),
        Button(book.say("reminder.later"), "reminder", "later"),
        Button(book.say("reminder.not_today"), "reminder", "not_today"),
        Button(book.say("reminder.quit"), "reminder", "quit"),
    ]
    return card(book, book.say("reminder.title"), book.say("reminder.text"), buttons)


def reminding(talk: Conversation, book: Book, now: datetime) -> Card:
    leave = Button(book.say("reminding.leave"), "reminding", "leave")
    if talk.ask == "place":
        found = places.zones_of(talk.country)[: places.MOST_BUTTONS] or places.COMMON
        buttons = [Button(places.label(zone, now), "zone", zone) for zone in found]
        return card(book, book.say("reminding.place_title"), book.say("reminding.place"), [*buttons, leave], width=1)
    if talk.ask == "clock":
        clock = places.clock(talk.draft_zone, now)
        return card(book, "", book.say("reminding.clock", clock=clock), [*yes_no(book, "clock"), leave])
    buttons = [Button(at, "time", at) for at in USUAL_TIMES]
    if talk.reminder is not None:
        buttons.append(Button(book.say("reminder.quit"), "reminding", "quit"))
    return card(book, book.say("reminding.title"), _reminder_line(talk, book, now), [*buttons, leave])


def _reminder_line(talk: Conversation, book: Book, now: datetime) -> str:
    if talk.reminder is None:
        return book.say("reminding.text")
    following = places.next_at(talk.reminder, talk.zone, now)
    at = until_words(following, talk, book, now) if following else ""
    return paragraphs(book.say("reminding.next", at=at), book.say("reminding.change"))


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
    country = book.numbers[talk.country].name if talk.country in book.numbers else book.say("settings.no_country")
    zone = talk.zone or book.say("settings.no_zone")
    return card(book, book.say("settings.title"), book.say("settings.text", country=country, zone=zone), buttons)
