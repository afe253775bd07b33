"""Which card belongs to which stage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from attrs import evolve

from flows.cards import home, opening, pain, refer, remind, screen, sit
from flows.cards.layout import stop_button
from flows.conversation import Conversation
from flows.effects import Button, Card, Look
from flows.pages import Book
from flows.stages import Stage

CARDS: dict[Stage, Callable[[Conversation, Book, datetime], Card]] = {
    Stage.NEW: opening.new,
    Stage.AGE: opening.age,
    Stage.CONSENT: opening.consent,
    Stage.COUNTRY: opening.country,
    Stage.INFORMED: opening.informed,
    Stage.MINOR: opening.minor,
    Stage.HOME: home.home,
    Stage.SCREENING: screen.screening,
    Stage.CHECKING: screen.checking,
    Stage.CHOOSING: sit.choosing,
    Stage.BRIEFING: sit.briefing,
    Stage.MOVING: sit.moving,
    Stage.PAUSED: sit.paused,
    Stage.RATING: pain.rating,
    Stage.RESTING: pain.resting,
    Stage.REFERRED: refer.referred,
    Stage.REMINDING: remind.reminding,
    Stage.SETTINGS: home.settings,
}


def present(talk: Conversation, book: Book, now: datetime) -> Card:
    """The present question, with the one extra button that may be offered on it."""
    shown = CARDS[talk.stage](talk, book, now)
    if not talk.offer:
        return shown
    look = Look.STOP if talk.offer == "forget" else Look.GO
    offer = Button(book.say(f"offer.{talk.offer}"), "offer", talk.offer, look)
    rows = [row for row in shown.rows if row != (stop_button(book),)]
    if talk.holds:  # advice comes first
        return evolve(shown, rows=(*rows, (offer,), (stop_button(book),)))
    return evolve(shown, rows=((offer,), *rows, (stop_button(book),)))
