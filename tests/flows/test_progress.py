"""/progress: numbers as they were told, honest about how few they are, in words that neither praise nor scold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import history
from flows.book import load
from flows.cards import progress as cards
from flows.conversation import Conversation
from flows.history import Sat, Went
from flows.progress import ENOUGH, changes, helped, progress
from flows.proofs.words import reading_grade
from tests.flows.test_history import SATS

NOW = datetime(2026, 11, 25, 18, tzinfo=UTC)
TODAY = NOW.date()
BOOK = load()


def talk_of(sats: Iterable[Sat]) -> Conversation:
    return Conversation(history=tuple(map(history.line, sorted(sats, key=lambda sat: sat.day))))


def sat(ago: int, before: int | None = 4, after: int | None = 3, *went: Went, stopped: bool = False) -> Sat:
    return Sat(TODAY - timedelta(days=ago), before, after, stopped, went)


def told(*sats: Sat) -> str:
    return cards.card(talk_of(sats), BOOK, NOW).text


def test_who_begins_sees_what_will_be_there() -> None:
    assert told().startswith("There is nothing to show yet.")
    assert cards.signs(Conversation(), BOOK, NOW) == ""


def test_few_sittings_are_told_one_by_one() -> None:
    assert "• 23 November: 4 before, 3 after\n• 25 November: 5 before, 5 after" in told(sat(2), sat(0, 5, 5))


def test_many_are_told_by_the_week() -> None:
    words = told(*(sat(ago, 4, 4 if ago < 3 else 2) for ago in range(9)))
    assert "• Week of 16 November: 4.0 before, 2.0 after (average of 6)" in words
    assert "• Week of 23 November: 4.0 before, 4.0 after (average of 3)" in words


def test_a_sitting_without_both_numbers_is_counted_and_not_compared() -> None:
    words = told(sat(1, 4, None, stopped=True))
    assert "Days with a stretch: 1. Sittings: 1. Ended early: 1." in words
    assert BOOK.say("progress.no_pain") in words


def test_no_sitting_for_long_is_said_plainly() -> None:
    assert told(sat(70)).startswith("No sitting in these weeks. The last one was on 16 September.")
    assert cards.signs(talk_of([sat(70)]), BOOK, NOW) == ""


@pytest.mark.parametrize(("ago", "weeks"), [(0, 4), (23, 4), (24, 6), (200, 6)])
def test_the_weeks_are_four_and_later_six(ago: int, weeks: int) -> None:
    shown = progress(talk_of([sat(ago)]), NOW)
    assert shown.weeks == weeks
    assert shown.first.weekday() == 0
    assert shown.first <= TODAY < shown.first + timedelta(weeks=weeks)


# --- what changed with a stretch


def times(count: int, before: int, after: int, stretch: str = "cat_cow") -> list[Sat]:
    return [sat(ago, before, after, Went(stretch, before, after)) for ago in range(count)]


def test_below_a_small_number_nothing_is_told_of_a_change() -> None:
    words = told(*times(ENOUGH - 1, 5, 3))
    assert f"Too few times to tell (fewer than {ENOUGH}): Cat and cow {ENOUGH - 1}." in words
    assert "lower" not in words


@pytest.mark.parametrize(("before", "after", "change"), [(5, 3, "2.0 lower"), (3, 4, "1.0 higher"), (0, 0, "the same")])
def test_a_change_is_told_with_its_number_of_times(before: int, after: int, change: str) -> None:
    assert f"• Cat and cow: {change} ({ENOUGH} times)" in told(*times(ENOUGH, before, after))


def test_a_stretch_without_both_numbers_does_not_count() -> None:
    assert changes((history.line(sat(0, 4, None, Went("cat_cow", 4, None), Went("childs_pose", None, 3))),)) == ()


def test_only_what_was_often_and_clearly_less_puts_a_stretch_first() -> None:
    lines = talk_of([
        *times(ENOUGH, 5, 3, "cat_cow"), *times(ENOUGH, 5, 1, "pelvic_tilt"), *times(ENOUGH - 1, 9, 0, "knee_rolls"),
        *times(ENOUGH, 3, 4, "childs_pose"), *times(ENOUGH, 3, 3, "knee_to_chest"),
    ]).history  # fmt: skip
    assert helped(lines) == ("pelvic_tilt", "cat_cow")


@given(st.lists(SATS, max_size=40))
@settings(max_examples=60)
def test_any_history_can_be_told(sats: list[Sat]) -> None:
    shown = cards.card(talk_of(sats), BOOK, NOW)
    whole = shown.title + shown.text + cards.signs(talk_of(sats), BOOK, NOW)
    assert len(whole) < 4000
    assert shown.text.strip()
    assert "{" not in whole
    assert "nan" not in whole
    assert "-0.0" not in whole


def test_a_stretch_that_the_book_has_no_more_is_left_out() -> None:
    assert "gone" not in told(*times(ENOUGH, 5, 3, "gone"))


def test_the_words_fit_below_a_picture() -> None:
    names = list(BOOK.stretches)
    sats = [sat(ago, 10, 10, *(Went(name, 9, 8) for name in names[:6])) for ago in range(40)]
    shown = cards.card(talk_of(sats), BOOK, NOW)
    assert len(shown.title) + len(shown.text) < 1024


# --- as signs


def test_signs_line_up_in_any_font() -> None:
    """Every row begins with its signs, and all rows of one kind have the same signs of the same number."""
    rows = cards.signs(talk_of([sat(0, 0, 10), sat(1, 3, 2), sat(9)]), BOOK, NOW).splitlines()
    bars = [row for row in rows if row[:1] and row[0] in cards.BARS]
    assert [row.split(" ")[0] for row in bars] == ["▄▃▁", "▃▂█"]
    squares = [row.split(" ")[0] for row in rows if row[:1] in (cards.DONE, cards.NOT_DONE)]
    assert squares == ["□□□□□□□", "□□□□□□□", "■□□□□□□", "□■■"]


@pytest.mark.parametrize("level", range(11))
def test_a_bar_is_never_too_high(level: int) -> None:
    assert cards._bar(level) in cards.BARS


# --- how it is said

JUDGING = re.compile(
    r"\b(streaks?|in a row|well done|great|good (?:job|work|going)|nice work|bravo|congrat\w*|proud|awesome|amazing"
    r"|excellent|perfect|fantastic|keep (?:it|going)|don'?t (?:break|lose|give up)|missed|skipped|lazy|fail\w*"
    r"|should have|disappoint\w*|unfortunately|shame|too bad|improv\w+|progress(?:ed|ing)|better than|worse than"
    r"|goal|target|scored? \d|reward|badge|level up|unlock|champion|only \d+ days?|lost your)\b",
    re.IGNORECASE,
)
ABOUT_PAIN = ("progress.", "row.", "finish.", "choose.", "home.", "reminder.", "rating.", "resting.", "thumb.")
ALLOWED = {"topic.about", "row.pain_61", "row.pain_64"}


def test_no_pain_score_is_praised_or_scolded_and_no_streak_is_threatened() -> None:
    wrong = {
        key: found[0]
        for key, words in BOOK.messages.items()
        if key.startswith(ABOUT_PAIN) and key not in ALLOWED and (found := JUDGING.search(words))
    }
    assert wrong == {}


def test_rows_of_the_pain_table_answer_a_number_without_judging_it() -> None:
    rows = {key: words for key, words in BOOK.messages.items() if key.startswith("row.")}
    assert [key for key, words in rows.items() if re.match(r"(Good|Great|Fine|Bad|Sorry)\b(?! to know)", words)] == []


@pytest.mark.parametrize(
    "words", ["Well done, only 2!", "You missed a day", "Don't break your 5-day streak", "Great job"]
)
def test_judging_words_are_found(words: str) -> None:
    assert JUDGING.search(words)


def test_up_and_down_are_said_in_the_same_way() -> None:
    down, up = told(*times(6, 5, 3)), told(*times(6, 3, 5))
    assert re.sub(r"\d", "n", down).replace("lower", "x") == re.sub(r"\d", "n", up).replace("higher", "x")


def test_it_is_easy_to_read() -> None:
    assert reading_grade(told(*times(9, 5, 3))) <= 7


def test_what_is_kept_is_said_in_words() -> None:
    talk = talk_of([sat(9), sat(0)])
    assert cards.kept_words(talk, BOOK).startswith("For /progress I keep 2 sittings, from 16 November to 25 November")
    assert cards.kept_words(Conversation(liked=("cat_cow",), hidden=("knee_rolls",)), BOOK) == (
        "You want to see more of these: Cat and cow. You left these out: Knee rolls."
    )
    assert cards.kept_words(Conversation(), BOOK) == ""


def test_days_are_the_persons_own_days() -> None:
    late = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    assert progress(Conversation(zone="Europe/Berlin"), late).today == date(2026, 11, 26)
