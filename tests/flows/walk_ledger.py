"""The witness: what a person was shown and answered, written down from outside.

It reads cards and taps as a person sees them and nothing that the conversation keeps about itself, so that the rules in
`walk_rules` do not lean on what they are to prove.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from attrs import evolve, frozen

from flows.conversation import Conversation
from flows.effects import Effect, Say
from flows.events import Blocked, Event, Tapped, Unblocked, Woke, Wrote

LIVES = timedelta(hours=24)
LEFT = timedelta(minutes=30)
"""Who was silent for half an hour has left: the checks of the sitting are old."""
LOCK = frozenset({"alternative", "rules", "present", "sober", "person", "partner"})
MENUS = frozenset(
    {
        "home",
        "settings",
        "refer",
        "reminder",
        "card",
        "opening",
        "age_band",
        "country",
        "offer",
        "minor",
        "help",
        "seen",
        "show",
        "hidden",
        "still",
    }
)
"""No questions about the present day: what they offer is as true next week."""
WANTED = {
    "quick_check": "no",
    "changes": "no",
    "drink": "no",
    "alternative": "still",
    **dict.fromkeys(LOCK - {"alternative"}, "yes"),
}
"""Without these answers there is no step, or none of the partner press."""


@frozen
class Shown:
    """The last card with buttons that was sent: its token, what its buttons answer, when."""

    token: int = -1
    buttons: frozenset[tuple[str, str]] = frozenset()
    words: tuple[tuple[str, str, str], ...] = ()
    at: datetime | None = None
    question: tuple[str, str] = ("", "")
    """Stage and ask."""


@frozen
class Ledger:
    """What was answered, on cards that were really shown, since the sitting was opened."""

    shown: Shown = Shown()
    answered: frozenset[str] = frozenset()
    baseline: int | None = None
    gentle: bool = False
    """A level of 4 or more, or a rest, came up in this sitting."""
    partner: bool = False
    """The other person was ticked as there."""
    heard: datetime | None = None
    """When the person last did anything."""
    open: bool = False
    """A sitting is open."""
    left: bool = False
    """Nobody was there for half an hour in this sitting: its checks are old."""


def counts(ledger: Ledger, event: Event, now: datetime) -> tuple[str, str] | None:
    """What the event answers if it is a tap (or the words) of the card that was shown last; a question lives a day."""
    said = _said(ledger.shown, event)
    old = ledger.shown.at is not None and now - ledger.shown.at >= LIVES
    return None if said is None or (old and said[0] not in MENUS) else said


def _said(shown: Shown, event: Event) -> tuple[str, str] | None:
    if isinstance(event, Tapped) and event.token == shown.token and (event.ask, event.choice) in shown.buttons:
        return event.ask, event.choice
    if isinstance(event, Wrote):
        typed = event.text.strip().casefold()
        return next(((ask, choice) for words, ask, choice in shown.words if typed in (words, choice)), None)
    return None


def after(ledger: Ledger, event: Event, effects: Iterable[Effect], now: datetime, talk: Conversation) -> Ledger:
    """The ledger after a turn that led to `talk`."""
    said = counts(ledger, event, now)
    if said is not None:
        ledger = _write(ledger, *said)
    if not isinstance(event, Woke | Blocked | Unblocked):
        away = ledger.open and ledger.heard is not None and now - ledger.heard >= LEFT
        ledger = evolve(ledger, heard=now, left=ledger.left or away)
    is_open = talk.sitting is not None
    ledger = evolve(ledger, open=True) if is_open else Ledger(shown=ledger.shown, heard=ledger.heard)
    for effect in effects:
        if isinstance(effect, Say) and effect.card.rows:
            ledger = _show(ledger, effect, (talk.stage, talk.ask), now)
    return ledger


def _show(ledger: Ledger, say: Say, question: tuple[str, str], now: datetime) -> Ledger:
    buttons = say.card.buttons
    pairs = frozenset((button.ask, button.choice) for button in buttons)
    words = tuple((button.words.casefold(), button.ask, button.choice) for button in buttons)
    at = ledger.shown.at if say.token == ledger.shown.token else now
    rest = any(button.ask == "rested" for button in buttons)
    return evolve(ledger, shown=Shown(say.token, pairs, words, at, question), gentle=ledger.gentle or rest)


def _write(ledger: Ledger, ask: str, choice: str) -> Ledger:
    if ask == "level" and choice.isdigit():
        level = int(choice)
        baseline = level if ledger.baseline is None else ledger.baseline
        return evolve(ledger, baseline=baseline, gentle=ledger.gentle or level >= 4)
    if ask == "prop" and choice == "partner":
        return evolve(ledger, partner=not ledger.partner)
    if (ask, choice) == ("choose", "partner_press") or ask == "alternative":
        ledger = evolve(
            ledger, answered=frozenset(each for each in ledger.answered if each.partition("=")[0] not in LOCK)
        )
    if WANTED.get(ask) == choice:
        return evolve(ledger, answered=ledger.answered | {f"{ask}={choice}"})
    return ledger
