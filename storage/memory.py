"""A store in memory, for tests. It behaves as the others do and forgets everything when it goes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from storage import store as port
from storage.errors import StoreClosed
from storage.limits import check_decision, check_instant, check_turn, check_word
from storage.store import (
    COUNTS_LAST,
    KEYS_LAST,
    POSTED_LAST,
    Behind,
    Decide,
    Decision,
    Failed,
    Held,
    Kept,
    Letter,
    Outcome,
    Posted,
    Seen,
    Turn,
    Waiting,
    Wake,
)


@dataclass(slots=True)
class _Open:
    """A letter whose fate is not known yet."""

    person: str
    letter: Letter
    kept: datetime
    flying: bool = False
    hushed: bool = False  # must not wait again
    parting: bool = False  # leaves no trace when it goes


@dataclass(frozen=True, slots=True)
class _Posted:
    """What is left of a letter that went."""

    person: str
    fate: str
    reference: str
    kept: datetime


class MemoryStore:
    """Store, without a disk."""

    def __init__(self) -> None:
        self._conversations: dict[str, str] = {}
        self._handled: dict[str, tuple[datetime, str]] = {}
        self._wakes: dict[tuple[str, str], datetime] = {}
        self._letters: dict[int, _Open] = {}
        self._posted: dict[int, _Posted] = {}
        self._marks: dict[str, str] = {}
        self._counts: list[tuple[date, str]] = []
        self._last = 0
        self._closed = False

    async def keep(self, turns: Sequence[Turn], decide: Decide, now: datetime) -> list[Outcome]:
        self._ready()
        now = check_instant(now, "present instant")
        failed: set[str] = set()
        outcomes: list[Outcome] = []
        for turn in turns:
            outcome = Behind() if turn.person in failed else self._turn(turn, decide, now)
            if isinstance(outcome, Failed):
                failed.add(turn.person)
            outcomes.append(outcome)
        return outcomes

    async def read(self, person: str) -> str | None:
        self._ready()
        return self._conversations.get(person)

    async def held(self, person: str) -> Held:
        self._ready()
        wakes = sorted((at, name) for (who, name), at in self._wakes.items() if who == person)
        return Held(
            person,
            self._conversations.get(person),
            tuple(
                Waiting(number, person, row.letter.body, row.letter.cause, row.letter.once, row.letter.expires)
                for number, row in sorted(self._letters.items())
                if row.person == person and row.letter.body
            ),
            tuple(Wake(name, at) for at, name in wakes),
            tuple(
                Posted(row.fate, row.reference, row.kept)
                for _, row in sorted(self._posted.items())
                if row.person == person
            ),
        )

    async def due(self, now: datetime, limit: int = 100) -> list[tuple[str, Wake]]:
        self._ready()
        rows = sorted((at, person, name) for (person, name), at in self._wakes.items() if at <= now)
        return [(person, Wake(name, at)) for at, person, name in rows[:limit]]

    async def coming_up(self, now: datetime, until: datetime, limit: int) -> int:
        self._ready()
        return min(limit, sum(now < at <= until for at in self._wakes.values()))

    async def next_wake(self) -> datetime | None:
        self._ready()
        return min(self._wakes.values(), default=None)

    async def coming(self, after: tuple[datetime, str], limit: int = 100) -> list[tuple[str, Wake]]:
        self._ready()
        rows = sorted((at, person, name) for (person, name), at in self._wakes.items() if (at, person) > after)
        end = limit
        while 0 < end < len(rows) and rows[end][:2] == rows[end - 1][:2]:
            end += 1
        return [(person, Wake(name, at)) for at, person, name in rows[:end]]

    async def mark(self, name: str) -> str:
        self._ready()
        return self._marks.get(name, "")

    async def set_mark(self, name: str, text: str) -> None:
        self._ready()
        self._marks[check_word(name, "name")] = check_word(text, "mark")

    async def waiting(self, now: datetime, limit: int = 100) -> list[Waiting]:
        self._ready()
        people = {row.person for row in self._letters.values()}
        found = [self._following(who, now, once=False) or self._following(who, now, once=True) for who in people]
        return sorted((letter for letter in found if letter is not None), key=lambda letter: letter.id)[:limit]

    async def lane(self, once: bool, after: int = 0, limit: int = 100) -> list[tuple[int, str]]:
        self._ready()
        rows = sorted(self._letters.items())
        return [(number, row.person) for number, row in rows if row.letter.once == once and number > after][:limit]

    async def take(self, person: str, now: datetime, *, once: bool) -> Waiting | None:
        self._ready()
        letter = self._following(person, now, once=once)
        return letter if letter is not None and await self.claim(letter.id) else None

    async def claim(self, letter: int) -> bool:
        self._ready()
        row = self._letters.get(letter)
        if row is None or any(other.flying for other in self._letters.values() if other.person == row.person):
            return False
        row.flying = True
        return True

    async def sent(self, letter: int, reference: str = "") -> None:
        self._ready()
        self._close(letter, "sent", check_word(reference, "reference"))

    async def back(self, letter: int) -> None:
        self._ready()
        row = self._letters.get(letter)
        if row is not None and row.flying and row.hushed:
            self._close(letter, "hushed")
        elif row is not None:
            row.flying = False

    async def bury(self, letter: int, reason: str) -> None:
        self._ready()
        self._close(letter, check_word(reason, "reason"))

    async def reference(self, person: str) -> str:
        self._ready()
        mine = {number: row.reference for number, row in self._posted.items() if row.person == person and row.reference}
        return mine[max(mine)] if mine else ""

    async def set_aside(self, turn: Turn, reason: str, now: datetime, letters: Sequence[Letter] = ()) -> None:
        self._ready()
        check_turn(turn)
        self._unwake(turn)
        if turn.key in self._handled:
            return
        self._handled[turn.key] = (check_instant(now, "present instant"), check_word(reason, "reason"))
        self._write(turn.person, letters, now, parting=False)

    async def lay_aside(self, person: str, now: datetime) -> bool:
        self._ready()
        return False  # nothing here is sealed

    async def counts(self) -> list[tuple[date, str]]:
        self._ready()
        return sorted(self._counts, key=lambda row: row[0])

    async def examine(self) -> None:
        self._ready()

    async def prune(self, now: datetime) -> None:
        self._ready()
        for person in {row.person for row in self._letters.values() if not row.flying}:
            for once in (False, True):
                self._following(person, now, once=once)
        self._counts = [row for row in self._counts if row[0] >= (now - COUNTS_LAST).astimezone(UTC).date()]
        for key in list(self._handled)[: max(0, len(self._handled) - port.NEWEST_KEYS)]:
            if self._handled[key][0] < now - KEYS_LAST:
                del self._handled[key]
        self._posted = {number: row for number, row in self._posted.items() if row.kept >= now - POSTED_LAST}

    async def close(self) -> None:
        self._closed = True

    def _turn(self, turn: Turn, decide: Decide, now: datetime) -> Outcome:
        try:
            check_turn(turn)
            if not self._fresh(turn):
                return Seen()
            decision = check_decision(decide(turn, self._conversations.get(turn.person)))
        except Exception as error:  # whatever decide raises is this turn's own
            return Failed(error)
        self._handled[turn.key] = (now, "")
        self._unwake(turn)
        self._apply(turn, decision, now)
        self._counts += [(now.date(), body) for body in decision.counts]
        return Kept()

    def _fresh(self, turn: Turn) -> bool:
        if turn.wake is None:
            return turn.key not in self._handled
        return self._wakes.get((turn.person, turn.wake.name)) == turn.wake.at

    def _unwake(self, turn: Turn) -> None:
        if turn.wake is not None and self._wakes.get((turn.person, turn.wake.name)) == turn.wake.at:
            del self._wakes[turn.person, turn.wake.name]

    def _apply(self, turn: Turn, decision: Decision, now: datetime) -> None:
        person = turn.person
        if decision.forget:
            self._forget(person)
        else:
            for name in decision.hush:
                self._wakes.pop((person, name), None)
            self._recall(person, (*decision.hush, *decision.recall))
            if decision.cancel:
                self._recall(person, {row.letter.cause for row in self._letters.values()}, "cancelled")
            if decision.conversation is not None:
                self._conversations[person] = decision.conversation
            wakes = [wake for wake in decision.wakes if wake != turn.wake]  # else it would come due for ever
            self._wakes |= {(person, wake.name): wake.at.astimezone(UTC) for wake in wakes}
        self._write(person, decision.letters, now, parting=decision.forget or decision.traceless)

    def _write(self, person: str, letters: Sequence[Letter], now: datetime, *, parting: bool) -> None:
        for letter in letters:
            self._last += 1
            self._letters[self._last] = _Open(person, letter, now, parting=parting)

    def _recall(self, person: str, names: Collection[str], fate: str = "hushed") -> None:
        for number, row in list(self._letters.items()):
            if row.person != person or row.letter.cause not in names:
                continue
            row.hushed = True
            if not row.flying:
                self._close(number, fate)

    def _forget(self, person: str) -> None:
        self._conversations.pop(person, None)
        self._wakes = {row: at for row, at in self._wakes.items() if row[0] != person}
        self._posted = {number: row for number, row in self._posted.items() if row.person != person}
        self._letters = {number: row for number, row in self._letters.items() if row.person != person or row.flying}
        for row in self._letters.values():
            if row.person == person:  # on the wire: the row holds the goodbye back until its fate is known
                row.letter, row.hushed, row.parting = Letter("", once=row.letter.once), True, True

    def _following(self, person: str, now: datetime, *, once: bool) -> Waiting | None:
        mine = [(number, row) for number, row in sorted(self._letters.items()) if row.person == person]
        if any(row.flying or (once and not row.letter.once) for _, row in mine):
            return None
        lane = [(number, row.letter) for number, row in mine if row.letter.once == once]
        for place, (number, letter) in enumerate(lane):
            expires = None if letter.expires is None else letter.expires.astimezone(UTC)
            if expires is not None and expires <= now:
                self._close(number, "expired")
            elif letter.panel and any(behind.panel for _, behind in lane[place + 1 : place + 2]):
                self._close(number, "overtaken")
            else:
                return Waiting(number, person, letter.body, letter.cause, letter.once, expires)
        return None

    def _close(self, number: int, fate: str, reference: str = "") -> None:
        row = self._letters.pop(number, None)
        if row is not None and not row.parting:
            self._posted[number] = _Posted(row.person, fate, reference, row.kept)

    def _ready(self) -> None:
        if self._closed:
            raise StoreClosed("the store is closed; open it again")
