"""What must be heard however much else comes at once: it can only make things safer.

Told from the event alone, without the conversation: so it errs on the side of hearing.
"""

from __future__ import annotations

from functools import lru_cache

from flows import watch
from flows.cards.layout import HURT_ASK, STOP_ASK
from flows.events import Blocked, Event, Stopped, Tapped, Wrote
from flows.hearing import YES_NO
from flows.pages import Book
from flows.text import plain

ASKS = frozenset({STOP_ASK, HURT_ASK, "level", "signal", "confirm", "breath", "pop", "quick_check", "changes", "help"})
"""What a card asks that is about pain, stopping or getting help."""
CHOICES = frozenset({"yes", "not_sure", "worse", "signs"})
"""Answers that raise something, whatever was asked."""
WORDS = frozenset(words for words, choice in YES_NO.items() if choice in ("yes", "not_sure"))


def must_be_heard(event: Event, book: Book) -> bool:
    """Stop, pain and red flags, by button or by word; and that somebody is gone."""
    if isinstance(event, Stopped | Blocked):
        return True
    if isinstance(event, Tapped):
        return event.ask in ASKS or event.choice in CHOICES or event.ask in _pain_buttons(book)
    return isinstance(event, Wrote) and _words(event.text, book)


def _words(text: str, book: Book) -> bool:
    words = plain(text)
    if words in WORDS or words in book.rules.stop_words or words in _said_on_pain_cards(book) or words.isdecimal():
        return True
    return watch.read(text) != "benign"


@lru_cache(maxsize=4)
def _pain_buttons(book: Book) -> frozenset[str]:
    return frozenset(button.id for button in (*book.pain.buttons, book.pain.pop_button))


@lru_cache(maxsize=4)
def _said_on_pain_cards(book: Book) -> frozenset[str]:
    """The words of buttons that tell of pain or of getting worse, typed."""
    said = [button.button for button in (*book.pain.buttons, book.pain.pop_button)]
    said += [signal.words for signal in book.pain.signals]
    said += [b.words for referral in book.referrals.values() for b in referral.buttons if b.id == "worse"]
    return frozenset(plain(words) for words in (*said, book.say("button.hurts"), book.say("button.stop")))
