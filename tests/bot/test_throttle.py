"""How much one person may send: buckets that refill, a bound on their number, and what is never held back."""

from __future__ import annotations

import pytest

from bot.throttle import NOTICE_EVERY, Throttle
from flows import book as books
from flows.events import Asked, Blocked, Event, Sent, Started, Stopped, Tapped, Unblocked, Wrote
from flows.safer import must_be_heard

BOOK = books.load()


class Watch:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def test_a_burst_passes_and_then_what_the_rate_allows() -> None:
    watch = Watch()
    throttle = Throttle(watch, rate=1, burst=5)
    assert [throttle.spend("a") for _ in range(7)] == [True] * 5 + [False] * 2
    watch.at += 1
    assert [throttle.spend("a") for _ in range(2)] == [True, False]
    watch.at += 100
    assert [throttle.spend("a") for _ in range(6)] == [True] * 5 + [False]


def test_everybody_has_a_bucket_of_their_own() -> None:
    throttle = Throttle(Watch(), rate=1, burst=1)
    assert [throttle.spend(who) for who in "aabb"] == [True, False, True, False]


def test_a_thousand_in_a_second_are_cut_to_the_rate() -> None:
    watch = Watch()
    throttle = Throttle(watch, rate=2, burst=20)
    passed = 0
    for _ in range(10_000):
        watch.at += 0.001
        passed += throttle.spend("a")
    assert 38 <= passed <= 40


def test_the_memory_is_bounded_and_who_was_longest_silent_goes() -> None:
    throttle = Throttle(Watch(), rate=1, burst=1, most=100)
    throttle.spend("first")
    for number in range(98):
        throttle.spend(str(number))
    throttle.spend("first")  # heard again: not the longest silent any more
    for number in range(98, 1_000):
        throttle.spend(str(number))
        throttle.spend("first")
    assert len(throttle) == 100
    assert throttle.spend("first") is False
    assert throttle.spend("0") is True


def test_one_notice_in_a_while() -> None:
    watch = Watch()
    throttle = Throttle(watch)
    assert [throttle.tell("a"), throttle.tell("a"), throttle.tell("b")] == [True, False, True]
    watch.at += NOTICE_EVERY
    assert throttle.tell("a") is True


QUESTIONS = [q.id for q in BOOK.screening.questions]
HEARD: list[Event] = [
    Stopped(), Blocked(), Tapped(1, "stop", "stop"), Tapped(1, "hurt", "hurt"), Tapped(1, "level", "8"),
    Tapped(1, "signal", "pee"), Tapped(1, "breath", "yes"), Tapped(1, "quick_check", "yes"),
    Tapped(1, "refer", "worse"),
    *(Tapped(1, question, choice) for question in QUESTIONS for choice in ("yes", "not_sure")),
    *(Wrote(words) for words in ("stop", "STOP!!", "it hurts", "ouch", "enough", "yes", "Not sure", "8", "10")),
    *(Wrote(words) for words in ("I can't feel my legs", "I want to kill myself", "my chest hurts")),
    *(Wrote(words) for words in BOOK.rules.stop_words),
    *(Wrote(button.button) for button in BOOK.pain.buttons),
]  # fmt: skip
LEFT: list[Event] = [
    Started(), Sent(), Unblocked(), Asked("mydata"), Asked("summary"), Wrote("hello there"), Wrote("what a nice day"),
    Tapped(1, "step", "fine"), Tapped(1, "home", "stretch"), Tapped(1, "emergency_nerves", "no"),
    Tapped(1, "forged", "x"),
]  # fmt: skip


@pytest.mark.parametrize("event", HEARD, ids=str)
def test_what_makes_things_safer_is_never_held_back(event: Event) -> None:
    assert must_be_heard(event, BOOK)


@pytest.mark.parametrize("event", LEFT, ids=str)
def test_the_rest_may_wait(event: Event) -> None:
    assert not must_be_heard(event, BOOK)
