"""The history: a line per sitting, bounded, a year old at most, and honest about what changed with a stretch."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from flows import history, kept
from flows.book import load
from flows.conversation import Conversation, Done, Mark, Past, Sitting
from flows.effects import Wake
from flows.events import Tapped, Woke
from flows.history import LIVES, MOST, Sat, Went
from flows.machine import step
from flows.stages import Stage
from storage.limits import TEXT
from tests.flows.walk_all import OPENED
from tests.flows.walk_books import QUESTIONS, small
from tests.flows.walking import Place, play

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LEVELS = st.none() | st.integers(0, 10)
IDS = st.sampled_from(sorted(load().stretches))
WENT = st.builds(Went, IDS, LEVELS, LEVELS, st.booleans())
DAYS = st.dates(date(2020, 1, 1), date(2090, 1, 1))
SATS = st.builds(Sat, DAYS, LEVELS, LEVELS, st.booleans(), st.lists(WENT, max_size=15).map(tuple))
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 11, 23), timezones=st.just(UTC))  # noqa: DTZ001


@given(SATS)
def test_round_trip(sat: Sat) -> None:
    line = history.line(sat)
    assert history.read(line) == sat
    assert line.isascii()
    assert set(re.findall(r"[a-z_]{2,}", line)) <= {*load().stretches, history.STOPPED}, "ids and numbers only"


def test_a_line_as_it_is_kept() -> None:
    went = (Went("cat_cow", 5, 4), Went("seated_twist", 4, 3, stopped=True))
    assert history.line(Sat(date(2026, 3, 2), 5, 3, True, went)) == (
        "2026-03-02 5>3 stopped cat_cow:5>4 seated_twist:4>3!"
    )
    assert history.line(Sat(date(2026, 3, 2))) == "2026-03-02 ->-"


@pytest.mark.parametrize(
    "words", ["", "2026-03-02", "2026-03-02 11>3", "2026-03-02 5>3 my words", "x 5>3", "2026-13-02 5>3"]
)
def test_what_is_no_line_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r"history|month"):
        history.read(words)


def past(at: datetime, *done: Done) -> Past:
    return Past(at, at + timedelta(minutes=9), 5, 4, done, seed=False)


@given(st.lists(INSTANTS, max_size=300).map(sorted))
def test_it_never_grows_beyond_its_bounds(instants: list[datetime]) -> None:
    talk, every = Conversation(), tuple(load().stretches)
    for at in instants:
        one = past(at, *(Done(name, before=10, level=10, stopped=True) for name in every))
        talk = history.add(evolve(talk, past=(*talk.past, one)[-60:]), one)
        talk = history.fade(talk, at)
    assert len(talk.history) <= MOST
    days = [history.read(line).day for line in talk.history]
    assert days == [at.date() for at in instants][len(instants) - len(days) :], "the newest are kept, in their order"
    assert all(instants[-1].date() - history.read(line).day <= LIVES for line in talk.history)


def test_two_sittings_a_day_fill_it_and_the_oldest_go() -> None:
    talk = Conversation()
    for number in range(MOST + 50):
        one = past(NOW + timedelta(hours=12 * number))
        talk = history.add(evolve(talk, past=(*talk.past, one)[-60:]), one)
    days = [history.read(line).day for line in talk.history]
    assert len(days) == MOST
    assert days[-1] == history.day_of(one.begun, "")
    assert days == sorted(days)


def test_the_fullest_history_is_far_from_what_a_store_takes() -> None:
    went = tuple(Went(name, 10, 10, True) for name in load().stretches)
    fullest = Conversation(history=(history.line(Sat(date(2026, 1, 1), 10, 10, True, went)),) * MOST)
    assert len(kept.write(fullest)) < TEXT / 8


def test_it_begins_with_the_sittings_of_before() -> None:
    earlier, newest = past(NOW - timedelta(days=2)), past(NOW)
    assert len(history.add(Conversation(past=(earlier, newest)), newest).history) == 2


@pytest.mark.parametrize(("zone", "day"), [("", 23), ("Pacific/Kiritimati", 24), ("America/New_York", 23)])
def test_a_day_is_the_persons_own(zone: str, day: int) -> None:
    assert history.day_of(datetime(2026, 11, 23, 12, tzinfo=UTC), zone) == date(2026, 11, day)


# --- what changed with a stretch

TILT, KNEE = Done("pelvic_tilt", level=3, before=4), Done("knee_to_chest", level=2, before=3)


@pytest.mark.parametrize(
    ("done", "stretch", "before"),
    [
        ((), "pelvic_tilt", 2),
        ((TILT,), "knee_to_chest", 2),
        ((TILT,), "pelvic_tilt", 4),
        ((TILT, KNEE), "pelvic_tilt", None),
        ((TILT, KNEE), "knee_to_chest", 3),
    ],
    ids=["first", "the next", "right again", "again after another", "the last one again"],
)
def test_the_level_before_a_stretch(done: tuple[Done, ...], stretch: str, before: int | None) -> None:
    sitting = Sitting(NOW, told=2, done=done)
    assert history.level_before(Conversation(sitting=sitting), stretch) == before


CHECKS = ("drink=no", "early=no", "prop=partner", "props=done")


def ready(level: int = 3) -> Place:
    well = tuple(f"{question}=no" for question in QUESTIONS)
    return play(small(), *OPENED, *well, "home=stretch", f"level={level}", *CHECKS)


def test_a_sitting_is_written_down_with_each_stretch() -> None:
    tilt = ("choose=pelvic_tilt", "briefing=start", "step=fine", "level=2")
    turn = ("choose=seated_gentle_rotation", "briefing=start", "step=fine", "level=1", "list=finish")
    place = play(small(), *tilt, *turn, start=ready())
    assert place.talk.history == ("2026-03-02 3>1 pelvic_tilt:3>2 seated_gentle_rotation:2>1",)


def test_after_a_rest_the_next_stretch_counts_from_the_level_after_the_rest() -> None:
    """Or the fall during the rest would be told as the next stretch's doing."""
    up = ("choose=pelvic_tilt", "briefing=start", "step=fine", "level=4")
    rested = (Woke("rested"), "level=3", "choose=seated_gentle_rotation", "briefing=start", "step=fine", "level=3")
    place = play(small(), *up, *rested, "list=finish", start=ready())
    assert place.talk.history == ("2026-03-02 3>3 pelvic_tilt:3>4 seated_gentle_rotation:3>3",)


def test_a_stop_is_written_down_without_a_number_that_was_not_told() -> None:
    place = play(small(), "choose=pelvic_tilt", "briefing=start", "stop=stop", start=ready())
    assert place.talk.history == ("2026-03-02 3>- stopped pelvic_tilt:3>-!",)


def test_what_was_never_begun_is_no_sitting() -> None:
    assert play(small(), "list=finish", start=ready()).talk.history == ()


# --- a year later


def sat_once() -> Conversation:
    return play(
        small(), "choose=pelvic_tilt", "briefing=start", "step=fine", "level=2", "list=finish", start=ready()
    ).talk


def test_after_a_year_it_is_gone_though_nobody_came_back() -> None:
    talk, begun = sat_once(), datetime(2026, 3, 2, 10, tzinfo=UTC)
    talk = evolve(talk, marks=(Mark(begun, "pain_49"),))
    at = begun + timedelta(days=364)
    talk, effects = step(talk, Woke("fade"), small(), at)
    assert talk.history
    (again,) = [effect.at for effect in effects if isinstance(effect, Wake) and effect.name == "fade"]
    assert timedelta() < again - at <= timedelta(days=3)
    talk, effects = step(talk, Woke("fade"), small(), again)
    assert (talk.history, talk.past, talk.marks) == ((), (), ())
    assert not effects, "nobody is told, and nothing is left to wake for"


def test_each_sitting_asks_for_the_wake_up() -> None:
    place = play(small(), "choose=pelvic_tilt", "briefing=start", "step=fine", "level=2", start=ready())
    _, effects = step(place.talk, Tapped(place.talk.token, "list", "finish"), small(), place.now)
    assert "fade" in {effect.name for effect in effects if isinstance(effect, Wake)}


@given(st.lists(INSTANTS, min_size=1, max_size=8).map(sorted))
def test_the_wake_up_comes_again_until_nothing_is_left(instants: list[datetime]) -> None:
    talk = Conversation(stage=Stage.HOME, ask="home")
    for at in instants:
        talk = history.add(evolve(talk, past=(*talk.past, past(at))), past(at))
    now, turns = instants[-1], 0
    while (after := history.next_fade(talk, now)) is not None:
        now, turns = now + after, turns + 1
        talk = history.fade(talk, now)
        assert all(now.date() - history.read(line).day <= LIVES + timedelta(days=2) for line in talk.history)
        assert turns <= 2 * len(instants) + 1
    assert talk.history == ()
