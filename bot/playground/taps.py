"""Taps on inline buttons: each must be answered, once, and soon."""

from __future__ import annotations

from dataclasses import dataclass

from bot.playground.clock import Clock
from bot.playground.people import Message, Person
from bot.playground.refusals import bad

# Telegram does not say how long a tap can be answered. Bots report the refusal after some 10 to 20 seconds
# (eternnoir/pyTelegramBotAPI#1615 among many), though the update itself waits 150.
ANSWER_WITHIN = 15


@dataclass(slots=True, eq=False)
class Tap:
    id: str
    person: Person
    message: Message
    data: str
    at: float
    answered: bool = False
    toast: str = ""
    alert: bool = False

    @property
    def spinning(self) -> bool:
        return not self.answered


class Taps:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.all: dict[str, Tap] = {}

    def add(self, tap: Tap) -> Tap:
        self.all[tap.id] = tap
        return tap

    def answer(self, tap_id: str, toast: str, alert: bool) -> Tap:
        """400 if there is no such tap, it was answered, or is too old. Client.cpp: QUERY_ID_INVALID."""
        tap = self.all.get(tap_id)
        if tap is None or tap.answered or self._clock.now() > tap.at + ANSWER_WITHIN:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        tap.answered, tap.toast, tap.alert = True, toast, alert
        return tap

    def of(self, person: Person) -> list[Tap]:
        return [tap for tap in self.all.values() if tap.person is person]
