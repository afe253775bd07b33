"""The summary for a clinician: all that the protocol lists, and nothing that it forbids."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from flows import book as books
from flows.conversation import Conversation, Hold, Mark, Past
from flows.events import Asked, Event, Started, Wrote
from flows.machine import step
from flows.sheet import Part, Sheet, as_text
from flows.summary import REACHES_BACK, summary

BOOK = books.load()
BEGINS = datetime(2026, 11, 23, 9, tzinfo=UTC)
OPENING = ("/start", "18 to 64", "I agree", "Germany")
CLEARED = (*OPENING, *["No"] * 12)
TO_STEP = ("/stretch", "2", "No", "No", "Chair", "Mat or carpet", "Done", "Pelvic tilt", "Start")


def played(*lines: str, talk: Conversation | None = None, at: datetime = BEGINS) -> tuple[Conversation, datetime]:
    """The conversation after these lines, twenty seconds apart; "+20" lets hours pass."""
    talk, now = talk or Conversation(), at
    for line in lines:
        if line.startswith("+"):
            now += timedelta(hours=int(line))
            continue
        event: Event = Started() if line == "/start" else Asked(line[1:]) if line.startswith("/") else Wrote(line)
        talk, _ = step(talk, event, BOOK, now)
        now += timedelta(seconds=20)
    return talk, now


def text_of(*lines: str) -> str:
    talk, now = played(*lines)
    return joined(as_text(summary(talk, BOOK, now)))


def joined(text: str) -> str:
    """Without the breaks of lines."""
    return re.sub(r"\s+", " ", text)


def test_it_says_first_what_it_is_and_when_it_was_made() -> None:
    text = text_of(*CLEARED)
    assert text.startswith("SUMMARY FOR A DOCTOR OR PHYSIOTHERAPIST Made on 23 Nov 2026")
    assert "Self-reported in a chat-bot, not a clinical record." in text
    assert f"Content {BOOK.content_version}, safety questions {BOOK.screening.version}." in text


def test_what_was_answered_with_yes_stands_in_the_words_of_the_question() -> None:
    text = text_of(*OPENING, *["No"] * 7, "Yes", *["No"] * 4)
    assert "Yes: Are you pregnant, or did you give birth in the last 3 months?" in text
    assert "Age group: 18 to 64" in text


def test_red_signs_that_were_denied_stand_there_and_only_those() -> None:
    text = text_of(*CLEARED)
    denied = text.partition("ANSWERED WITH NO")[2]
    red = [q for q in BOOK.screening.questions if {q.yes, q.not_sure} & {"emergency", "urgent"}]
    others = [q for q in BOOK.screening.questions if q not in red]
    assert red
    assert all(item in denied for question in red for item in question.items)
    assert not any(item in denied for question in others for item in question.items)


def test_how_long_it_lasts_is_told_once_beside_the_age() -> None:
    text = text_of(*CLEARED[:-1], "Yes")
    question = next(q.text for q in BOOK.screening.questions if q.id == "long_or_urge")
    assert text.count(question) == 1
    assert f"Age group: 18 to 64 - Yes: {question}" in text


def test_what_stopped_a_stretch_is_told_with_kind_level_rise_time_stretch_and_step() -> None:
    text = text_of(*CLEARED, *TO_STEP, "Feels fine", "It hurts or feels wrong", "5", "Sharp or electric")
    assert "23 Nov 09:0" in text
    assert "during a stretch: sharp or electric, pain 5 of 10, 3 more than before. Pelvic tilt, step 2 of" in text
    assert "see a doctor or physiotherapist; that stretch is left out" in text
    assert "Pelvic tilt (stopped early)" in text


def test_the_scores_of_a_sitting_and_of_the_day_after() -> None:
    talk, now = played(*CLEARED, *TO_STEP, *["Feels fine"] * 5, "2", "Finish here")
    talk, now = played("+21", "/stretch", "1", talk=talk, at=now)
    (past,) = talk.past
    assert (past.baseline, past.after, past.next_day) == (2, 2, 1)
    assert "23 Nov: before 2, " in joined(as_text(summary(talk, BOOK, now)))
    assert "next day 1" in joined(as_text(summary(talk, BOOK, now)))


def sitting(at: datetime, before: int, after: int, next_day: int | None = None) -> Past:
    return Past(at, at + timedelta(minutes=5), before, after, (), seed=False, next_day=next_day)


def test_a_day_with_several_sittings_is_one_row_and_old_ones_are_left_out() -> None:
    now = BEGINS
    past = (
        sitting(now - REACHES_BACK - timedelta(hours=1), 9, 9),
        sitting(now - timedelta(days=1, hours=5), 4, 3),
        sitting(now - timedelta(days=1), 2, 1, 5),
    )
    sheet = summary(Conversation(past=past), BOOK, now)
    (table,) = [part for part in sheet.parts if part.rows]
    assert table.rows == (("22 Nov", "4", "1", "5", ""),)


def test_holds_and_first_advice_are_told_with_their_time() -> None:
    assert "23 Nov 09:01: get emergency help now" in text_of(*OPENING, "Yes")
    assert "see a doctor or physiotherapist before any stretch" in text_of(*OPENING, *["No"] * 4, "Yes")


def test_words_are_never_repeated() -> None:
    text = text_of(*CLEARED, "I lost feeling between my legs and zanzibar")
    assert "zanzibar" not in text
    assert "Wrote words that sounded urgent on 23 Nov 09:0" in text


@pytest.mark.parametrize(
    "what", ["hold_emergency", "hold_urgent", "hold_crisis", "hold_professional", "see_first", "urge"]
)
def test_every_advice_has_words(what: str) -> None:
    talk = Conversation(marks=(Mark(BEGINS, what),))
    assert [part for part in summary(talk, BOOK, BEGINS).parts if part.title == BOOK.say("summary.advice")]


def test_every_row_of_the_pain_table_that_stops_something_has_words() -> None:
    for row in BOOK.pain.rows:
        talk = Conversation(marks=(Mark(BEGINS, f"pain_{row.n}", level=5, phase="during"),))
        titles = [part.title for part in summary(talk, BOOK, BEGINS).parts]
        stops = row.action not in ("continue", "ease_off", "gentle_only")
        assert (BOOK.say("summary.stops") in titles, BOOK.say("summary.advice") in titles) == (stops, stops), row.n


def test_nothing_that_the_protocol_forbids() -> None:
    """No diagnosis, no advice on treatment, no name and no messenger's id: the sheet is made from the conversation
    alone, and of the fields of a hold by words it names none."""
    hold = Hold("emergency", "words", BEGINS, None, "saddle_numb,secret_rule")
    text = as_text(summary(Conversation(holds=(hold,)), BOOK, BEGINS))
    assert "secret_rule" not in text


def test_there_is_room_to_write_by_hand() -> None:
    text = text_of(*CLEARED)
    assert all(f"{BOOK.say(f'summary.{key}')} ______" in text for key in ("where", "since", "own"))


def test_somebody_of_whom_nothing_is_kept_has_an_honest_sheet() -> None:
    text = joined(as_text(summary(Conversation(), BOOK, BEGINS)))
    assert "Age group: not told" in text
    assert "are not answered, or their answers are no longer kept" in text


@pytest.mark.parametrize("file", ["summary.pdf", "summary.txt"])
def test_the_command_names_the_files_and_says_nothing_itself(file: str) -> None:
    talk, now = played(*OPENING, "Yes")
    _, effects = step(talk, Asked("summary"), BOOK, now)
    letters = [each for each in effects if getattr(each, "file", "") == file]
    assert len(letters) == 1
    assert "Numbness" not in repr(letters)


def test_without_an_agreement_there_is_nothing_to_sum_up() -> None:
    talk, now = played(*OPENING[:2])
    _, effects = step(talk, Asked("summary"), BOOK, now)
    assert not [each for each in effects if getattr(each, "file", "")]
    assert BOOK.say("summary.nothing") in repr(effects)


def test_a_row_is_a_line_of_its_own_in_the_text() -> None:
    part = Part("Scores", (), ("Day", "Before", "After"), (("Mon", "2", "3"), ("Tue", "", "")))
    assert as_text(Sheet("T", "h", (part,))) == "T\n\nh\n\nSCORES\n- Mon: before 2, after 3\n- Tue\n"
