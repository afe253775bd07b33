"""Everything that the page shows and moves, in one place; and what of it outlives the playground."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bot.playground import acts
from bot.playground.api import Api
from bot.playground.child import Child
from bot.playground.ledger import Entry, Kind
from bot.playground.moving import Moving
from bot.playground.people import Person
from bot.playground.recording import Recording
from bot.playground.switches import Switches

FIRST = "You"
LONGEST_NAME = 64  # characters; Telegram's limit for a first name
MOST_PEOPLE = 20
POLL = "getupdates"


@dataclass(frozen=True, slots=True)
class Desk:
    """`file`: where the people are kept; None if nothing is."""

    api: Api
    child: Child
    moving: Moving
    switches: Switches
    recording: Recording
    file: Path | None = None

    @classmethod
    def of(cls, api: Api, child: Child, moving: Moving, file: Path | None = None) -> Desk:
        """The desk of a playground and a bot, with at least one person."""
        desk = cls(api, child, moving, Switches(api), Recording(api), file)
        child.changed = moving.changed = api.bell.ring
        api.queue.on_poll = desk._polled
        api.ledger.listen(desk._heard)
        desk._restore()
        return desk

    def _polled(self) -> None:
        self.child.seen()
        self.api.bell.ring()

    def _heard(self, entry: Entry) -> None:
        if entry.kind is Kind.CALL and entry.method.lower() == POLL:
            self.child.seen()

    def person(self, number: object) -> Person:
        """ValueError if there is no such person."""
        found = self.api.people.people.get(number) if isinstance(number, int) else None
        if found is None:
            raise ValueError("There is no such person.")
        return found

    def add(self, name: str, language: str) -> Person:
        """Somebody new; they have not written yet. ValueError if there are enough."""
        if len(self.api.people.people) >= MOST_PEOPLE:
            raise ValueError(f"There are {MOST_PEOPLE} people already.")
        person = self.api.people.add(shortened(name), language=language)
        self.keep()
        return person

    def rename(self, person: Person, name: str) -> None:
        person.first_name = shortened(name)
        self.keep()

    def speak(self, person: Person, language: str) -> None:
        person.language_code = language
        self.keep()

    def greet(self) -> None:
        """The first person says hello, if nobody has said anything yet: then there is something to see at once."""
        if not any(chat.met for chat in self.api.people.chats.values()):
            self.write(next(iter(self.api.people.people.values())), "/start")

    def write(self, person: Person, text: str) -> None:
        """Somebody writes. ValueError for what no client would send."""
        self.recording.sent(person, text)
        acts.write(self.api, person, text)
        self.keep()

    def keep(self) -> None:
        """Write down who there is, so that they are met again under the ids that the bot knows."""
        self.api.bell.ring()
        if self.file is None:
            return
        people = self.api.people
        kept = [
            [person.first_name, person.language_code, people.chats[person.id].met] for person in people.people.values()
        ]
        self.file.write_text(json.dumps(kept), "utf-8")

    def _restore(self) -> None:
        for name, language, met in self._kept() or [(FIRST, "en", False)]:
            person = self.api.people.add(name, language=language)
            self.api.people.chats[person.id].met = met

    def _kept(self) -> list[tuple[str, str, bool]]:
        if self.file is None or not self.file.exists():
            return []
        try:
            read = json.loads(self.file.read_text("utf-8"))
            return [(shortened(str(name)), str(language)[:8], bool(met)) for name, language, met in read]
        except (ValueError, TypeError) as error:
            raise ValueError(f"{self.file} cannot be read ({error}); delete it to begin with new people") from error


def shortened(name: str) -> str:
    """A name as a client would send it: one line, never empty."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())[:LONGEST_NAME] or "Somebody"
