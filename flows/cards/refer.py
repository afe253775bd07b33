"""Referrals: the message that sends a person to the right help, and the questions that follow it."""

from __future__ import annotations

from datetime import datetime

from flows.cards.layout import card, paragraphs
from flows.cards.screen import yes_no
from flows.clearance import waits
from flows.conversation import Conversation
from flows.effects import Button, Card, Look
from flows.pages import Book, Referral
from flows.phrases import emergency_number, reason, until_words

NERVES = frozenset({"emergency_nerves", "cauda_or_cord", "words"})
"""Reasons with which the words for the emergency call are shown [S02]; words may have meant them, so they count."""
AGAIN = frozenset({"within_days"})


def referred(talk: Conversation, book: Book, now: datetime) -> Card:
    if talk.ask in ("help", "seen"):
        return card(book, "", book.say(f"referred.{talk.ask}"), yes_no(book, talk.ask))
    if talk.ask == "checkin":
        return _check_in(talk, book)
    return referral_card(talk, book, now)


def _check_in(talk: Conversation, book: Book) -> Card:
    """What a reminder becomes under a hold: no stretch, a question, and the way to help."""
    crisis = talk.card == "crisis"
    text = book.say("checkin.crisis" if crisis else "checkin.text", number=emergency_number(talk.country, book))
    worse = Button(book.say("checkin.worse"), "refer", "worse", Look.MAIN)
    asked = [*yes_no(book, "seen"), worse, Button(book.say("checkin.advice"), "refer", "card")]
    helped = [Button(book.say(f"checkin.{choice}"), "refer", choice) for choice in ("helplines", "safe")]
    quit_it = Button(book.say("reminder.quit"), "reminder", "quit")
    return card(book, book.say("checkin.title"), text, [*(helped if crisis else asked), quit_it])


def referral_card(talk: Conversation, book: Book, now: datetime) -> Card:
    """The advice itself, its first line the action."""
    page = book.referrals[talk.card]
    text = paragraphs(
        page.text.format(
            emergency_number=emergency_number(talk.country, book),
            reason=reason(talk.reason, book, talk.screen_answers),
            crisis_line=page.crisis_lines.get(talk.country, ""),
        ).replace("  ", " "),
        *_more(page, talk, book, now),
    )
    return card(book, page.headline, text, _buttons(page, talk, book))


def _more(page: Referral, talk: Conversation, book: Book, now: datetime) -> list[str]:
    more = []
    if page.category == "emergency_now" and talk.reason in NERVES:
        more.append(page.extra_nerves)
    if page.category in ("emergency_now", "crisis") and talk.country not in book.numbers:
        more.append(book.unknown_country_line)
    if page.category == "same_day":
        more.append(book.say("referred.why", reason=reason(talk.reason, book, talk.screen_answers)))
    waiting = [hold.until for hold in talk.holds if waits(hold, now)]
    if page.category in ("same_day", "within_days") and waiting:
        more.append(book.say("referred.until", until=until_words(max(filter(None, waiting)), talk, book, now)))
    return more


def _buttons(page: Referral, talk: Conversation, book: Book) -> list[Button]:
    buttons = [Button(each.words, "refer", each.id) for each in page.buttons]
    if any(hold.raised_by == "words" for hold in talk.holds) and page.category != "self_care":
        buttons.append(Button(book.say("referred.misread"), "refer", "misread"))
    if may_answer_again(talk, page.category):
        buttons.append(Button(book.say("referred.again"), "refer", "again"))
    if page.category in ("emergency_now", "crisis"):
        buttons.append(Button(book.say("referred.close"), "refer", "close", Look.PLAIN))
    return buttons


def may_answer_again(talk: Conversation, category: str) -> bool:
    """Whether the questions may be answered anew at once: for a verdict without a waiting time only (a slip of the
    finger)."""
    if category not in AGAIN or talk.reason == "urge":
        return False
    return not any(hold.until is not None or hold.needs_check for hold in talk.holds)
