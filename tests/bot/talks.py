"""Conversations that the tests of the bot begin with, and short ways to look at what came of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from bot import letters
from bot.engine import decision
from flows import book, kept
from flows.conversation import Conversation
from flows.effects import Kind, Say
from flows.events import Asked, Event, Started, Tapped, Wrote
from storage.store import Decision, Store, Turn, Wake

MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday
RINGS = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""When the reminder of `ringing` is due."""
LATEST = timedelta(hours=2)
"""A reminder that is later than this is not sent."""
KEY = bytes(range(32))
ANN, BOB, CARL = "telegram:1", "telegram:2", "telegram:3"

TO_HOME: tuple[Event, ...] = (
    Started(), Wrote("18 to 64"), Wrote("I agree"), Wrote("Germany"), *[Wrote("No")] * 12,
)  # fmt: skip
TO_RINGING: tuple[Event, ...] = (*TO_HOME, Asked("reminder"), Wrote("13:00"), Wrote("Yes"), Wrote("Yes"), Wrote("Done"))


@cache
def after(*events: Event) -> Decision:
    """What is to be kept after these events, five seconds apart, the last of them at MORNING; without the letters."""
    text: str | None = None
    wakes: tuple[Wake, ...] = ()
    for number, event in enumerate(events, start=1):
        at = MORNING - timedelta(seconds=5 * (len(events) - number))
        found = decision(text, event, book.load(), at)
        text, wakes = found.conversation, found.wakes or wakes
    return Decision(text, wakes=wakes)


def home() -> Decision:
    """Screened, clear, at home."""
    return after(*TO_HOME)


def ringing() -> Decision:
    """At home, with a reminder every day at 13:00 in Berlin; the next one is due at RINGS."""
    found = after(*TO_RINGING)
    assert found.wakes == (Wake("reminder", RINGS),)
    return found


def talk_of(found: Decision) -> Conversation:
    return kept.read(found.conversation)


def tap(found: Decision, ask: str, choice: str) -> Tapped:
    """A button of the present card."""
    return Tapped(talk_of(found).token, ask, choice)


async def put(store: Store, person: str, found: Decision) -> None:
    """Make this the person's conversation."""
    await store.keep([Turn(person, f"put {person}")], lambda turn, text: found, MORNING)


async def waiting(store: Store, now: datetime = MORNING) -> list[Say]:
    """What would be told next: of each person the oldest letter."""
    return [letters.read(letter.body) for letter in await store.waiting(now)]


async def take_all(store: Store, person: str, now: datetime = MORNING) -> list[Say]:
    """All letters of one person, in their order; they count as sent. Letters of others are not touched."""
    taken = []
    while mine := [letter for letter in await store.waiting(now) if letter.person == person]:
        assert await store.claim(mine[0].id)
        await store.sent(mine[0].id)
        taken.append(letters.read(mine[0].body))
    return taken


def reminders(told: Sequence[Say]) -> int:
    """How many of these are reminders."""
    return sum(say.kind is Kind.REMINDER for say in told)


def texts(told: Sequence[Say]) -> list[str]:
    return [say.card.text for say in told]


async def settled(store: Store) -> None:
    """Everybody who had something to do with the store has done it and waits for something else: hops onto its one
    thread are taken in order, so those that were asked for before ours are over."""
    for _ in range(8):
        await store.next_wake()


async def end(task: asyncio.Task[None]) -> None:
    """Cancel it; it must end."""
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=2)
    if not done:
        task.cancel()
        raise AssertionError("the cancellation was lost")
