"""What an event means just now.

Four rules, in this order:

1. What makes things safer is heard from any button of any age: stop, "it hurts", a red-flag answer (promise 4).
2. Any other tap counts only if it carries the present question's token and a choice that stands on the present card,
   and the question is not older than a day. So a double tap, last week's keyboard and forged data answer nothing.
3. Words are read by the watch in every stage before anything else (promise 6). Only text that is from end to end a
   button of the present card, a name or a number that is wanted there goes past it.
4. Typed words may stand for a button or a wanted entry (a time, a country, a number). The same words again within a
   second are a message sent twice, not the answer to the next question.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from attrs import evolve

from flows import watch
from flows.cards import present
from flows.cards.layout import HURT_ASK, STOP_ASK
from flows.conversation import Conversation
from flows.effects import Button
from flows.entries import entry
from flows.events import Alarmed, Answered, Doubted, Event, Hurt, Meaning, Stopped, Strayed, Tapped, Wrote
from flows.pages import Book
from flows.stages import STRANGE, Stage
from flows.text import plain

QUESTION_LIVES = timedelta(hours=24)
"""After a day a question is asked anew before it takes an answer. Design choice."""
TIMELESS = frozenset({*STRANGE, Stage.HOME, Stage.REFERRED, Stage.SETTINGS}) - {Stage.CONSENT}
"""Menus, not questions: what stands on them is as true next week."""
TOO_FAST = timedelta(seconds=1)
YES_NO = {
    "yes": "yes", "y": "yes", "yeah": "yes", "yep": "yes", "no": "no", "n": "no", "nope": "no", "none": "no",
    "not sure": "not_sure", "unsure": "not_sure", "maybe": "not_sure", "dont know": "not_sure",
    "i dont know": "not_sure", "idk": "not_sure",
}  # fmt: skip
PAIN_WORDS = frozenset({"pain", "ouch"})
"""Of the words that always stop, those that tell of pain: they stop the stretch and ask about it."""
HOLDS = {"emergency": "emergency", "urgent": "urgent", "see_professional_first": "professional"}
"""Actions of the pain table that hold every stretch, and the kind of the hold."""
OWN_BUTTONS = (
    "button.begin", "home.stretch", "home.reminder", "home.progress", "home.info_button", "home.settings",
    "reminder.now", "reminder.later", "reminder.not_today",
)  # fmt: skip
CAREFUL = {
    "breath": "yes", "early": "yes", "minor": "yes", "seen": "no", "help": "no", "clock": "no", "echo": "no",
    "professional_ok": "no",
    "present": "no", "sober": "no", "person": "no", "partner": "no",
}  # fmt: skip
"""Where a card has only No and Yes, "not sure" counts as the careful one."""
GO_AHEAD = frozenset(
    {"next", "done", "ok", "okay", "fine", "good", "ready", "continue", "go on", "feels fine", "feels good"}
)
"""All that moves a step on when it is typed; any other words pause the stretch."""


def hear(talk: Conversation, event: Event, book: Book, now: datetime) -> Meaning:
    """The meaning of an event. Total: whatever comes in means something."""
    if isinstance(event, Tapped):
        return _tap(talk, event, book, now)
    if isinstance(event, Wrote):
        return _words(talk, event.text, book, now)
    return event


def _tap(talk: Conversation, tap: Tapped, book: Book, now: datetime) -> Meaning:
    if tap.ask == STOP_ASK:
        return Stopped()
    if tap.ask == HURT_ASK:
        return Hurt()
    standing = any((b.ask, b.choice) == (tap.ask, tap.choice) for b in present(talk, book, now).buttons)
    if standing and tap.token == talk.token and not question_is_old(talk, now):
        return Answered(tap.ask, tap.choice)
    return _safer(talk, tap, book) or Strayed()


def question_is_old(talk: Conversation, now: datetime) -> bool:
    """Whether the present question was asked so long ago that its answer would be about another day."""
    if talk.stage in TIMELESS or talk.asked_at is None:
        return False
    return now - talk.asked_at >= QUESTION_LIVES


def _safer(talk: Conversation, tap: Tapped, book: Book) -> Meaning | None:
    """What an old tap still means because it makes things safer. Only for people who agreed to health questions."""
    if talk.stage in STRANGE or talk.agreement is None or tap.token > talk.turn:
        return None
    question = next((q for q in book.screening.questions if q.id == tap.ask), None)
    if question is not None and tap.choice in ("yes", "not_sure"):
        effect = question.yes if tap.choice == "yes" else question.not_sure
        if effect in ("emergency", "urgent"):
            return Alarmed(effect, "answers", question.id)
        return None if talk.screen_answers.get(question.id) == tap.choice else Doubted(question.id)
    if tap.ask in ("quick_check", "changes") and tap.choice in ("yes", "not_sure"):
        return None if talk.answering is not None and talk.answering.why == tap.ask else Doubted(tap.ask)
    if (tap.ask, tap.choice) == (book.pain.pop_button.id, "yes"):
        return Hurt()
    return _grave_signal(tap, book)


def _signal_of(tap: Tapped, book: Book) -> str:
    """The signal behind an old answer of a pain check; empty: none, or none that is grave."""
    if tap.ask == "breath":
        return "chest_or_breath" if tap.choice == "yes" else ""
    for button in book.pain.buttons:
        if tap.ask == "signal" and tap.choice == button.id:
            return button.signal
        if tap.ask == button.id and button.ask:
            return button.yes if tap.choice == "yes" else button.no
    return ""


def _grave_signal(tap: Tapped, book: Book) -> Meaning | None:
    """A kind of pain told on an old card: rows of any phase raise their hold, a sharp pain counts as "it hurts"."""
    signal = _signal_of(tap, book)
    for row in book.pain.rows:
        if signal and signal in row.signals and row.phase == "any" and row.action in HOLDS:
            return Alarmed(HOLDS[row.action], "pain", signal)
    return Hurt() if signal == "sharp_or_electric" else None


def _words(talk: Conversation, text: str, book: Book, now: datetime) -> Meaning:
    words = plain(text)
    buttons = present(talk, book, now).buttons
    spoken = next((button for button in buttons if words and plain(button.words) == words), None)
    if spoken is not None:
        return _spoken(talk, spoken, now)
    if talk.stage is Stage.PAUSED and talk.ask == "hurting" and YES_NO.get(words) in ("yes", "not_sure"):
        return Hurt()
    known = _known(talk, text, words, buttons, book, now)
    if known is not None:
        return _typed(talk, known, now)
    if words in book.rules.stop_words:
        return Hurt() if words in PAIN_WORDS else Stopped()
    harmless = words in YES_NO or words in GO_AHEAD or words in _own_words(book)
    return Wrote(text) if harmless else _read(text)


@lru_cache(maxsize=4)
def _own_words(book: Book) -> frozenset[str]:
    """Names and buttons of ours that tell nothing about a person, wherever they are typed ("Chin to chest")."""
    names = [name for stretch in book.stretches.values() for name in (stretch.name, *stretch.also_called)]
    names += [card.title for card in book.cards.values()]
    names += [b.words for referral in book.referrals.values() for b in referral.buttons if b.id != "worse"]
    names += [book.say(key) for key in OWN_BUTTONS]
    return frozenset(plain(name) for name in names)


def _read(text: str) -> Meaning:
    """What the watch makes of free text."""
    reading = watch.reading(text)
    if reading.label in ("emergency", "urgent"):
        return Alarmed(reading.label, "words", ",".join(reading.rules), reading.kind)
    if reading.label == "pain_stop":
        return Hurt()
    return Stopped() if reading.label == "stop_request" else Wrote(text)


def _spoken(talk: Conversation, button: Button, now: datetime) -> Meaning:
    if button.ask == STOP_ASK:
        return Stopped()
    if button.ask == HURT_ASK:
        return Hurt()
    return _typed(talk, Answered(button.ask, button.choice), now)


def _typed(talk: Conversation, meant: Answered, now: datetime) -> Meaning:
    """A typed answer, unless it is the last one sent twice, or the question must be asked anew first."""
    twice = talk.typed == meant.choice and talk.asked_at is not None and abs(now - talk.asked_at) < TOO_FAST
    return Strayed() if twice or question_is_old(talk, now) else evolve(meant, typed=True)


def _known(
    talk: Conversation, text: str, words: str, buttons: tuple[Button, ...], book: Book, now: datetime
) -> Answered | None:
    """Words that stand for a button, or an entry that is wanted here."""
    choice = YES_NO.get(words)
    if talk.stage is Stage.PAUSED and talk.ask == "hurting" and choice is not None:
        return Answered("paused", "go_on") if choice == "no" else None
    if choice == "not_sure" and not any(b.choice == "not_sure" for b in buttons):
        choice = CAREFUL.get(talk.ask)
    if choice is None and talk.stage is Stage.MOVING and words in GO_AHEAD:
        choice = "fine"
    meant = next((Answered(b.ask, b.choice) for b in buttons if choice and b.choice == choice), None)
    return meant or entry(talk, text, book, now)
