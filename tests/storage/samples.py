"""What the tests of the stores say to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from storage.store import Decide, Decision, Failed, Letter, Outcome, Store, Turn, Waiting, Wake

KEY = bytes(range(32))
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ANN, BOB = "telegram:1", "telegram:2"


def always(decision: Decision) -> Decide:
    """Decides the same whatever happened."""
    return lambda turn, conversation: decision


def append(turn: Turn, conversation: str | None) -> Decision:
    """The conversation is the list of the keys that were handled."""
    return Decision(f"{conversation or ''}{turn.key};")


def letters(*bodies: str, cause: str = "", once: bool = False, expires: datetime | None = None) -> Decision:
    return Decision(None, tuple(Letter(body, cause, once, expires) for body in bodies))


def wakes(*wakes: Wake) -> Decision:
    return Decision(None, wakes=wakes)


class Turns:
    """Makes turns with keys nobody used before, and keeps them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.number = 0

    def new(self, person: str = ANN, wake: Wake | None = None) -> Turn:
        self.number += 1
        return Turn(person, f"key {self.number}", wake)

    async def keep(self, decision: Decision, person: str = ANN, *, wake: Wake | None = None) -> Outcome:
        (outcome,) = await self.store.keep([self.new(person, wake)], always(decision), NOON)
        return outcome


def bodies(waiting: Sequence[Waiting]) -> list[str]:
    return [letter.body for letter in waiting]


def error_of(outcome: Outcome) -> Exception:
    assert isinstance(outcome, Failed)
    return outcome.error


def numbered(waiting: Waiting, number: int) -> Waiting:
    return replace(waiting, id=number)


async def claim_first(store: Store, now: datetime = NOON) -> int:
    """Claims the oldest letter that may be sent; its number."""
    number = (await store.waiting(now))[0].id
    assert await store.claim(number)
    return number
