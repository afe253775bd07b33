"""The pain check: the level, the kind, a second question, the rest."""

from __future__ import annotations

from datetime import datetime

from flows.cards.layout import card, hurt_button, paragraphs
from flows.cards.screen import yes_no
from flows.conversation import Conversation, Rating
from flows.effects import Button, Card, Look
from flows.pages import Book, Pain, SignalButton
from flows.phrases import stretch_names

LEVELS = range(11)


def rating(talk: Conversation, book: Book, now: datetime) -> Card:
    held = talk.rating or Rating("home")
    if talk.ask == "breath":
        return card(book, "", book.say("rating.breath"), yes_no(book, "breath"))
    if talk.ask == "confirm":
        return card(book, "", signal_button(held.button, book.pain).ask, yes_no(book, held.button))
    if talk.ask == "signal":
        return card(book, "", book.say("rating.signal"), _signals(held, book))
    return card(book, "", _level_text(talk, held, book, now), _levels(held, book), width=4)


def signal_button(button: str, pain: Pain) -> SignalButton:
    return next(each for each in (*pain.buttons, pain.pop_button) if each.id == button)


def _signals(held: Rating, book: Book) -> list[Button]:
    buttons = [Button(each.button, "signal", each.id) for each in book.pain.buttons]
    if held.phase != "during":
        buttons.append(Button(book.say("rating.no_signal"), "signal", "none"))
    return buttons


def _levels(held: Rating, book: Book) -> list[Button]:
    buttons = [Button(str(level), "level", str(level)) for level in LEVELS]
    if not held.kind_known and not held.after_rest:
        buttons.append(Button(book.say("rating.other_signs"), "level", "signs"))
    return buttons


def _level_text(talk: Conversation, held: Rating, book: Book, now: datetime) -> str:
    pain = book.pain
    if held.after_rest:
        early = held.rest_until is not None and now < held.rest_until
        return book.say("rating.in_rest" if early else "rating.after_rest")
    if held.phase == "next_day" and talk.follow is not None:
        return pain.ask_next_day.format(stretches=stretch_names(talk.follow.stretches, book))
    if held.phase == "home":
        return book.say("rating.home")
    texts = {"before": pain.ask_baseline, "during": pain.ask_level_after_stop, "after": pain.ask_after}
    ask = texts.get(held.phase, pain.ask_after)
    if held.phase != "after" or talk.sitting is None or talk.sitting.stretch not in book.stretches:
        return ask
    after = book.stretches[talk.sitting.stretch].after
    feel = book.say("step.feel", feel=after.feel) if after.feel else ""
    stop = book.say("step.stop", stop=after.stop) if after.stop else ""
    return paragraphs(after.ask, "\n".join(part for part in (feel, stop) if part), ask)


def resting(talk: Conversation, book: Book, now: datetime) -> Card:
    ready = Button(book.say("resting.ready"), "rested", "yes", Look.MAIN)
    text = book.say("resting.text", minutes=book.pain.rest_minutes)
    return card(book, book.say("resting.title"), text, [ready, hurt_button(book)])
