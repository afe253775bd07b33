"""What went in and out: every call, answer, refusal, update, warning and fault, with its time. Bounded."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any

from bot.playground.clock import Clock

MOST_ENTRIES = 5000
LONGEST_VALUE = 5000  # characters kept of one parameter


class Kind(StrEnum):
    CALL = "call"  # the bot asked and was answered
    REFUSAL = "refusal"  # the bot asked and was refused
    UNKNOWN = "unknown"  # a refusal of a method that there is not: loud on the page
    WARNING = "warning"  # accepted, as Telegram does, but surely not what was meant
    UPDATE = "update"  # something for the bot was put into the queue
    WEBHOOK = "webhook"  # an update was posted to the bot
    FAULT = "fault"  # a fault that was asked for struck


@dataclass(frozen=True, slots=True)
class Entry:
    number: int
    at: float  # by the playground's clock
    kind: Kind
    method: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    answer: Any = None
    code: int = 200
    note: str = ""  # the description of a refusal, the words of a warning or a fault


class Ledger:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: deque[Entry] = deque(maxlen=MOST_ENTRIES)
        self._listeners: list[Callable[[Entry], None]] = []
        self._count = 0

    def write(
        self,
        kind: Kind,
        method: str = "",
        parameters: Mapping[str, str] | None = None,
        answer: Any = None,
        code: int = 200,
        note: str = "",
    ) -> Entry:
        self._count += 1
        kept = {name: value[:LONGEST_VALUE] for name, value in (parameters or {}).items()}
        entry = Entry(self._count, self._clock.now(), kind, method, kept, answer, code, note)
        self._entries.append(entry)
        for listener in tuple(self._listeners):
            listener(entry)
        return entry

    @property
    def last(self) -> int:
        """The number of the newest entry; 0 if there is none."""
        return self._count

    def since(self, number: int) -> list[Entry]:
        """Those that came after the entry with this number and are still kept, oldest first."""
        newer = min(self._count - number, len(self._entries))
        return list(islice(reversed(self._entries), max(0, newer)))[::-1]

    def listen(self, listener: Callable[[Entry], None]) -> Callable[[], None]:
        """Call `listener` with each new entry; what is returned ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def entries(self, *kinds: Kind, method: str = "") -> list[Entry]:
        """Oldest first; all of them, or those of these kinds and this method."""
        return [
            entry
            for entry in self._entries
            if (not kinds or entry.kind in kinds) and (not method or entry.method.lower() == method.lower())
        ]

    def refusals(self) -> list[Entry]:
        return self.entries(Kind.REFUSAL, Kind.UNKNOWN)

    def warnings(self) -> list[Entry]:
        return self.entries(Kind.WARNING)
