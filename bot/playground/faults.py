"""Faults on demand. Each strikes a number of times or until it is switched off.

What a fault looks like on the wire is Telegram's: 429 with the seconds in text, parameters and header (Client.cpp,
Query::set_retry_after_error); 5xx as JSON, or as the HTML of the proxy before the server; a connection cut off before
the request was taken, or after (then it *was* done, and the caller cannot know).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from bot.playground.clock import Clock


class Kind(StrEnum):
    FLOOD = "flood"  # 429; until retry_after has passed by the clock, every further call is refused as well
    ERROR = "error"  # `code` as JSON
    GARBAGE = "garbage"  # `code` with HTML instead of JSON
    SLOW = "slow"  # done, but answered only after `seconds` (real ones)
    RESET_BEFORE = "reset before"  # connection cut, nothing done
    RESET_AFTER = "reset after"  # done, then connection cut
    BLOCKED = "blocked"  # 403, without the bot having been told
    DUPLICATE = "duplicate"  # updates delivered once more, though confirmed
    REORDER = "reorder"  # updates delivered in the wrong order


ON_CALLS = (Kind.RESET_BEFORE, Kind.GARBAGE, Kind.ERROR, Kind.FLOOD, Kind.BLOCKED, Kind.SLOW, Kind.RESET_AFTER)
IN_CHATS = frozenset({Kind.FLOOD, Kind.BLOCKED})  # strike only calls that name a chat, unless methods are named


@dataclass(slots=True, eq=False)
class Fault:
    """`times`: None until switched off. `chat`: None for all. `methods`: lower case; empty for all."""

    kind: Kind
    times: int | None = 1
    chat: int | None = None
    methods: frozenset[str] = frozenset()
    retry_after: int = 3  # seconds
    code: int = 502
    seconds: float = 1.0
    struck: int = 0

    def fits(self, method: str, chat: int | None) -> bool:
        if self.methods and method.lower() not in self.methods:
            return False
        if self.kind in IN_CHATS and chat is None and not self.methods:
            return False
        return self.chat is None or self.chat == chat

    @property
    def spent(self) -> bool:
        return self.times is not None and self.struck >= self.times


class Faults:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.active: list[Fault] = []
        self._gates: dict[int | None, float] = {}

    def add(self, fault: Fault) -> Fault:
        self.active.append(fault)
        return fault

    def off(self, fault: Fault | None = None) -> None:
        """Switch one off, or all; gates that a 429 closed open as well."""
        self.active = [other for other in self.active if fault is not None and other is not fault]
        if fault is None or fault.kind is Kind.FLOOD:
            self._gates.clear()

    def strike(self, kind: Kind, method: str = "", chat: int | None = None) -> Fault | None:
        """The fault of this kind that strikes now, counted."""
        for fault in self.active:
            if fault.kind is kind and fault.fits(method, chat):
                fault.struck += 1
                if fault.spent:
                    self.active.remove(fault)
                if kind is Kind.FLOOD:
                    self._gates[fault.chat] = self._clock.now() + fault.retry_after
                return fault
        return None

    def seconds_left(self, chat: int | None) -> int:
        """Whole seconds until a 429 lets this chat write again; 0 if nothing is in the way."""
        if chat is None:
            return 0
        gate = max(self._gates.get(None, 0.0), self._gates.get(chat, 0.0))
        return max(0, math.ceil(gate - self._clock.now()))
