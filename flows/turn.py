"""One turn: the throw-away model that the table moves.

`transitions` changes the stage before callbacks run and has no way back, so it never touches a kept conversation: it
moves a Turn, and a turn that raises is simply dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from attrs import evolve

from flows.conversation import Conversation, Mark
from flows.effects import Card, Count, Effect, Hush, Kind, Say, Wake
from flows.events import Meaning
from flows.findings import Finding
from flows.pages import Book
from flows.stages import Stage

MOST_MARKS = 60
"""Marks kept for the clinician's summary; older ones go."""


class Turn:
    """What a turn knows and gathers. Guards read it; weighing and replies change `talk` and add effects."""

    __slots__ = (
        "anew",
        "before",
        "book",
        "due",
        "effects",
        "event",
        "finding",
        "kind",
        "now",
        "quiet",
        "stage",
        "talk",
    )

    def __init__(self, talk: Conversation, event: Meaning, book: Book, now: datetime) -> None:
        self.stage: Stage = talk.stage
        self.before = talk
        self.talk = talk
        self.event = event
        self.book = book
        self.now = now
        self.finding = Finding.NOTHING
        self.effects: list[Effect] = []
        self.anew = False
        """The card at the end asks a new question (a new token), not the present one again."""
        self.kind = Kind.CARD
        self.quiet = False
        """Nothing is shown at the end of the turn."""
        self.due = now
        """When what is shown was due; a reminder is worth nothing long after."""

    def note(self, key: str, **facts: object) -> None:
        """Say something on the way, from the book's messages."""
        self.tell(self.book.say(key, **facts))

    def tell(self, text: str, title: str = "") -> None:
        self.effects.append(Say(Card(text, title), Kind.NOTE))

    def ask(self, what: str, kind: Kind = Kind.CARD) -> None:
        """End the turn with a new question of the stage it ends in."""
        self.talk = evolve(self.talk, ask=what)
        self.anew = True
        self.kind = kind

    def wake(self, name: str, after: timedelta) -> None:
        self.effects.append(Wake(name, self.now + after))

    def hush(self, *names: str) -> None:
        self.effects.extend(Hush(name) for name in names)

    def count(self, action: str, row: int = 0, stretch: str = "") -> None:
        """Count what went wrong, with the step if it happened in the sitting that is open."""
        sitting = self.talk.sitting
        at_it = sitting is not None and sitting.stretch == stretch
        step = sitting.step or self._step_before() if at_it and sitting is not None else ""
        self.effects.append(Count(action, row, stretch, step))

    def _step_before(self) -> str:
        """A turn may have written the stretch down by now."""
        return self.before.sitting.step if self.before.sitting is not None else ""

    def mark(self, what: str, about: str = "", **told: Any) -> None:
        """Keep that this happened now; `told` are further fields of the mark."""
        marks = (*self.talk.marks, Mark(self.now, what, about, **told))[-MOST_MARKS:]
        self.talk = evolve(self.talk, marks=marks)


Weigh = Callable[[Turn], Finding]
Reply = Callable[[Turn], None]
Guard = Callable[[Turn], bool]
