"""Alphabets: what can happen at a place of a walk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from attrs import frozen

from flows.conversation import Conversation
from flows.events import Asked, Blocked, Event, Sent, Started, Stopped, Tapped, Unblocked, Woke, Wrote
from flows.stages import ALL, Stage
from flows.weighing.all import WAKES
from tests.flows.walk_ledger import Ledger

TICK = timedelta(seconds=2)
WAITS = {
    "11min": timedelta(minutes=11), "21min": timedelta(minutes=21), "31min": timedelta(minutes=31),
    "61min": timedelta(minutes=61), "21h": timedelta(hours=21), "24h": timedelta(hours=24),
    "25h": timedelta(hours=25), "49h": timedelta(hours=49), "73h": timedelta(hours=73), "8d": timedelta(days=8),
    "15d": timedelta(days=15), "31d": timedelta(days=31), "91d": timedelta(days=91),
    "351d": timedelta(days=351),
}  # fmt: skip
EMERGENCY, CRISIS, URGENT = "I can't feel my legs", "I want to kill myself", "I have a fever and my back hurts"
WORDS = (
    EMERGENCY,
    CRISIS,
    URGENT,
    "it hurts",
    "stop",
    "enough",
    "what a nice day",
    "yes",
    "no",
    "4",
    "08:00",
    "Berlin",
    "next",
)
COMMANDS: tuple[Event, ...] = (
    Started(), Stopped(),
    *(Asked(topic) for topic in ("help", "about", "progress", "stretch", "reminder", "settings", "privacy", "mydata")),
    Asked("delete"),
    Asked("nonsense"),
)  # fmt: skip
WAKE_UPS: tuple[Event, ...] = (*(Woke(name) for name in WAKES), Woke("no_such_wake_up"))
OLD = (
    ("emergency_nerves", "yes"), ("emergency_nerves", "not_sure"), ("emergency_nerves", "no"), ("nerve_problem", "yes"),
    ("neck_dizzy", "not_sure"), ("quick_check", "yes"), ("quick_check", "no"), ("changes", "yes"), ("signal", "pee"),
    ("signal", "weak"), ("signal", "just_sore"), ("breath", "yes"), ("dizzy", "no"), ("pop", "no"), ("level", "0"),
    ("step", "fine"), ("step", "popped"),
    ("briefing", "start"), ("choose", "pelvic_tilt"), ("paused", "go_on"), ("age_band", "18_64"),
    ("age_band", "under_18"),
    ("consent", "agree"), ("country", "GB"), ("refer", "misread"), ("refer", "checked"), ("refer", "again"),
    ("refer", "ok"),
    ("professional_ok", "yes"), ("seen", "yes"), ("offer", "forget"), ("offer", "keep_reminder"), ("clock", "yes"),
    ("home", "stretch"), ("partner", "yes"), ("rested", "yes"), ("list", "again"), ("reminder", "now"),
    ("stop", "stop"),
    ("hurt", "hurt"),
)  # fmt: skip


@frozen
class Move:
    """An event after a while; without an event only time goes by."""

    after: timedelta
    event: Event | None
    name: str = ""

    def __str__(self) -> str:
        wait = "" if self.after == TICK else f"+{self.after} "
        return wait + (self.name or str(self.event) if self.event else "nothing")


@frozen
class Alphabet:
    """The moves of one walk."""

    taps: Callable[[str, str], bool]
    """Which buttons of the card that is shown are tapped."""
    events: tuple[Event, ...] = ()
    old: tuple[tuple[str, str], ...] = ()
    waits: tuple[str, ...] = ()
    where: frozenset[Stage] = frozenset(ALL)
    """The stages in which time goes by."""


def moves(ledger: Ledger, talk: Conversation, alphabet: Alphabet) -> Iterator[Move]:
    """Every move at a place: the buttons of the card, old and forged ones, words, commands, wake-ups, time."""
    shown = ledger.shown
    for ask, choice in sorted(shown.buttons):
        if alphabet.taps(ask, choice):
            yield Move(TICK, Tapped(shown.token, ask, choice))
    early = max(min(talk.turn, shown.token) - 1, 0)
    for ask, choice in alphabet.old:
        yield Move(TICK, Tapped(early, ask, choice), f"old tap {ask}={choice}")
    if alphabet.old:
        yield Move(TICK, Tapped(talk.turn + 1000, "emergency_nerves", "yes"), "tap of the future")
        yield Move(TICK, Tapped(shown.token, "no_such_question", "yes"), "forged tap")
    for event in alphabet.events:
        yield Move(TICK, event)
    for wait in alphabet.waits if talk.stage in alphabet.where else ():
        yield Move(WAITS[wait], None)


def everything(ask: str, choice: str) -> bool:
    return True


FULL = Alphabet(
    everything,
    events=(*COMMANDS, *WAKE_UPS, *(Wrote(words) for words in WORDS), Sent(), Blocked(), Unblocked()),
    old=OLD,
    waits=tuple(WAITS),
)
