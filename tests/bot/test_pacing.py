"""The gates and buckets by themselves; time is a number."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.pacing import MOST_REMEMBERED, Pace, Pacing

ANN, BOB, CARL = "ann", "bob", "carl"
PACE = Pace(person_seconds=1.0, person_burst=3, reminders_a_second=25.0, reminder_burst=5)


def test_one_chats_wait_holds_that_chat_and_the_reminders() -> None:
    pacing = Pacing(PACE)
    pacing.limit(ANN, 100.0, 30.5)
    assert pacing.opens(ANN) == 130.5
    assert pacing.reminders_open() == 130.5
    assert pacing.opens(BOB) <= 100.0


def test_a_second_chats_wait_meanwhile_holds_everybody() -> None:
    pacing = Pacing(PACE)
    pacing.limit(ANN, 100.0, 30.5)
    pacing.limit(BOB, 110.0, 5.5)
    assert pacing.opens(CARL) == 115.5
    assert pacing.opens(ANN) == 130.5
    assert pacing.reminders_open() == 130.5


def test_the_same_chats_second_wait_is_about_that_chat() -> None:
    pacing = Pacing(PACE)
    pacing.limit(ANN, 100.0, 30.5)
    pacing.limit(ANN, 110.0, 5.5)
    assert pacing.opens(ANN) == 130.5
    assert pacing.opens(BOB) <= 110.0


def test_a_wait_that_is_over_does_not_count_against_the_next_chat() -> None:
    pacing = Pacing(PACE)
    pacing.limit(ANN, 100.0, 10.0)
    pacing.limit(BOB, 110.0, 10.0)
    assert pacing.opens(CARL) <= 110.0


def test_a_hold_is_nobody_elses_business() -> None:
    pacing = Pacing(PACE)
    pacing.hold(ANN, 100.0, 60.0)
    pacing.hold(BOB, 100.0, 60.0)
    assert pacing.opens(ANN) == 160.0
    assert max(pacing.opens(CARL), pacing.reminders_open()) <= 100.0


def leaving(pacing: Pacing, count: int, *, reminder: bool) -> list[float]:
    """When letters leave that all want to leave at 100 s."""
    now = 100.0
    times: list[float] = []
    for _ in range(count):
        now = max(now, pacing.reminders_open() if reminder else pacing.opens(ANN))
        pacing.spend(f"reminded {len(times)}" if reminder else ANN, now, reminder=reminder)
        times.append(now)
    return times


def test_a_person_gets_a_few_letters_at_once_and_then_one_a_second() -> None:
    assert leaving(Pacing(PACE), 6, reminder=False) == [100.0, 100.0, 100.0, 101.0, 102.0, 103.0]


@given(st.integers(10, 500))
def test_reminders_leave_at_their_rate(count: int) -> None:
    times = leaving(Pacing(PACE), count, reminder=True)
    for first, time in enumerate(times):
        assert sum(time <= other < time + 1 for other in times[first:]) <= 25 + 5
    assert times[-1] - times[0] <= count / 25


def test_answers_do_not_spend_what_reminders_have() -> None:
    pacing = Pacing(PACE)
    for number in range(1000):
        pacing.spend(f"person {number}", 100.0, reminder=False)
    assert pacing.reminders_open() <= 100.0


def test_people_who_are_idle_again_are_forgotten() -> None:
    pacing = Pacing(PACE)
    for number in range(20 * MOST_REMEMBERED):
        pacing.hold(f"person {number}", number * 0.1, 1.0)
        pacing.spend(f"person {number}", number * 0.1, reminder=False)
    assert len(pacing._buckets) <= 2 * MOST_REMEMBERED
    assert len(pacing._held) <= 2 * MOST_REMEMBERED
