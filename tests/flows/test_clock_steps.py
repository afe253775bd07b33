"""A machine's clock jumps, by hours, days, years, back and forth: nothing is repeated, nothing falls silent.

Time is told twice here: how it really goes by, and what the clock shows. The bot sees only the clock; the person lives
in real time. What `bot.anew` does within a minute of a clock that went back is done here too.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from attrs import define, evolve, field

from flows.book import load
from flows.conversation import Agreement, Conversation, Reminder
from flows.effects import Hush, Kind, Say, Wake
from flows.events import Event, Woke, Wrote
from flows.machine import step
from flows.stages import Stage

START = datetime(2026, 3, 2, 10, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STEPS = (
    *(timedelta(hours=hours) for hours in (1, 2, 3, 11, 13, 23, 25)),
    *(timedelta(days=days) for days in (2, 3, 6, 8, 30, 365, 3650)),
)
RUNS = int(os.environ.get("UNKINK_CLOCK_RUNS", "60"))


SET = Conversation(
    stage=Stage.HOME, ask="home", turn=1, age="18_64", zone="UTC", agreement=Agreement(START, "x"),
    reminder=Reminder("08:00", (1, 2, 3, 4, 5, 6, 7), START),
)  # fmt: skip


@define
class Life:
    """One person with a daily reminder at 08:00 UTC, on a machine with a bad clock."""

    talk: Conversation = SET
    real: datetime = START
    ahead: timedelta = timedelta()
    wakes: dict[str, datetime] = field(factory=dict)
    rung: list[tuple[datetime, datetime]] = field(factory=list)
    """Each reminder: really when, and for which instant."""

    @property
    def clock(self) -> datetime:
        return self.real + self.ahead

    def turn(self, event: Event) -> None:
        self.talk, effects = step(self.talk, event, load(), self.clock)
        for effect in effects:
            if isinstance(effect, Wake):
                self.wakes[effect.name] = effect.at
            elif isinstance(effect, Hush):
                self.wakes.pop(effect.name, None)
            elif isinstance(effect, Say) and effect.kind is Kind.REMINDER:
                assert self.talk.reminder is not None
                assert self.talk.reminder.last is not None
                self.rung.append((self.real, self.talk.reminder.last))

    def live(self, until: datetime) -> None:
        """Real time goes by; whoever is due is woken; the person is there the minute after."""
        while self.real < until:
            due = [name for name, at in self.wakes.items() if at <= self.clock]
            for name in due:
                self.turn(Woke(name, self.wakes.pop(name)))
            if due:
                self.real += MINUTE
                self.turn(Wrote("hm"))
            following = min((at - self.ahead for at in self.wakes.values()), default=until)
            self.real = max(self.real, min(until, following))

    def jump(self, by: timedelta) -> None:
        self.ahead += by
        if by < timedelta():
            self.turn(Woke("anew"))


def lived(by: timedelta, after: timedelta) -> Life:
    """Two weeks, one jump on the way, and the clock set right again after a while if it stays wrong for years."""
    life = Life()
    life.turn(Woke("anew"))
    life.live(START + after)
    life.jump(by)
    life.live(START + after + 7 * DAY)
    return life


@pytest.mark.parametrize("by", [sign * step for step in STEPS for sign in (1, -1)], ids=str)
def test_one_jump_repeats_nothing_and_silences_nobody_for_longer_than_a_day_more(by: timedelta) -> None:
    for hours in range(0, 48, 3):
        after = 5 * DAY + hours * HOUR
        life = lived(by, after)
        _nothing_twice(life, by, after)
        gaps = [later - earlier for (earlier, _), (later, _) in pairwise(life.rung)]
        assert max(gaps) <= 2 * DAY + 2 * HOUR, (by, hours, max(gaps))
        assert life.real - life.rung[-1][0] <= DAY + 2 * HOUR, (by, hours)


def _nothing_twice(life: Life, by: timedelta, after: timedelta) -> None:
    jumped = START + after
    for (earlier, first), (later, second) in pairwise(life.rung):
        over = earlier < jumped <= later
        assert later - earlier >= 12 * HOUR or (over and by > timedelta()), (by, earlier, later)
        assert second - first >= 12 * HOUR or (over and by < -DAY), (by, first, second)


@pytest.mark.parametrize("seed", range(RUNS))
def test_many_jumps_back_and_forth(seed: int) -> None:
    """Whatever the clock did before: once it stands still, the next reminder comes within a day and its twelve hours,
    and from then on there is one a day."""
    chance, life = Random(seed), Life()
    life.turn(Woke("anew"))
    for _ in range(chance.randrange(1, 9)):
        life.live(life.real + chance.randrange(1, 5 * 24 * 60) * MINUTE)
        life.jump(chance.choice((1, -1)) * chance.choice(STEPS))
    still = life.real
    life.live(still + 9 * DAY)
    calm = [at for at, _ in life.rung if at > still]
    assert calm
    assert calm[0] - still <= 2 * DAY
    assert all(abs(later - earlier - DAY) <= HOUR for earlier, later in pairwise(calm))


def test_a_wake_up_that_fires_early_is_asked_for_again() -> None:
    """The rules moved the instant, or the clock went back a little."""
    life = Life()
    life.turn(Woke("anew"))
    assert life.wakes["reminder"] == START + 22 * HOUR
    life.real = START + 21 * HOUR
    life.turn(Woke("reminder", life.wakes.pop("reminder")))
    assert (life.rung, life.wakes["reminder"]) == ([], START + 22 * HOUR)


@pytest.mark.parametrize(("late", "comes"), [(HOUR, True), (2 * HOUR, True), (2 * HOUR + MINUTE, False)])
def test_one_that_moved_to_an_earlier_instant_is_at_most_two_hours_late(late: timedelta, comes: bool) -> None:
    life = Life()
    life.turn(Woke("anew"))
    life.real = life.wakes.pop("reminder") + late
    life.turn(Woke("reminder"))
    assert bool(life.rung) is comes
    assert life.wakes["reminder"] == START + 46 * HOUR


def test_a_pause_under_a_wrong_clock_is_not_believed() -> None:
    life = Life()
    assert life.talk.reminder is not None
    life.talk = evolve(life.talk, reminder=evolve(life.talk.reminder, paused=START + 3650 * DAY))
    life.turn(Woke("anew"))
    assert life.wakes["reminder"] == START + 22 * HOUR
