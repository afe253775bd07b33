"""Keep little: answers go when their time is over, people after a year of silence; what went wrong is counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from flows.book import load, without
from flows.conversation import Conversation, Hold, Rating
from flows.effects import Count, Effect, Forget, Say, Wake
from flows.events import Asked, Blocked, Event, Started, Tapped, Woke, Wrote
from flows.kept import read, write
from flows.machine import step
from flows.pages import Book
from flows.stages import Stage
from flows.weighing.keeping import NOTICE, SILENT

BOOK = load()
MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
DAY = timedelta(days=1)
TO_HOME: tuple[Event, ...] = (
    Started(), Wrote("18 to 64"), Wrote("I agree"), Wrote("Germany"), *[Wrote("No")] * len(BOOK.screening.questions),
)  # fmt: skip
CHECKS: tuple[Event, ...] = (Wrote("0"), Wrote("No"), Wrote("No"), Wrote("Mat or carpet"), Wrote("Done"))


class Talk:
    """A conversation under a clock, with the wake-ups it asked for."""

    def __init__(self, *events: Event, book: Book = BOOK) -> None:
        self.book = book
        self.now = MONDAY
        self.talk = Conversation()
        self.effects: list[Effect] = []
        self.wakes: dict[str, datetime] = {}
        for event in events:
            self.does(event)

    def does(self, event: Event, after: timedelta = timedelta(seconds=5)) -> list[Effect]:
        self.now += after
        self.talk, self.effects = step(self.talk, event, self.book, self.now)
        self.wakes |= {effect.name: effect.at for effect in self.effects if isinstance(effect, Wake)}
        return self.effects

    def wakes_up(self, name: str) -> list[Effect]:
        """Time passes until the wake-up comes due."""
        self.now = max(self.now, self.wakes.pop(name))
        return self.does(Woke(name), timedelta())

    def falls_silent(self) -> None:
        """Until something comes of it."""
        while self.talk.warned_at is None:
            self.wakes_up("idle")

    def told(self) -> str:
        return " ".join(effect.card.text for effect in self.effects if isinstance(effect, Say))

    def counted(self) -> list[Count]:
        return [effect for effect in self.effects if isinstance(effect, Count)]


def at_step(book: Book = BOOK, stretch: str = "pelvic_tilt") -> Talk:
    talk = Talk(*TO_HOME, Asked("stretch"), *CHECKS, book=book)
    talk.does(Tapped(talk.talk.token, "choose", stretch))
    talk.does(Tapped(talk.talk.token, "briefing", "start"))
    assert talk.talk.stage is Stage.MOVING
    return talk


# A year of silence


def test_twelve_months_of_silence_end_in_deletion_announced_two_weeks_before() -> None:
    talk = Talk(*TO_HOME)
    heard = talk.now
    talk.falls_silent()
    assert "14 days" in talk.told()
    assert talk.now - heard == SILENT - NOTICE
    assert talk.talk.screened is not None
    talk.wakes_up("idle")
    assert any(isinstance(effect, Forget) for effect in talk.effects)
    assert talk.now - heard == SILENT
    assert evolve(talk.talk, turn=0, token=0, asked_at=None) == Conversation()


def test_the_wake_up_is_never_early_by_more_than_the_check_that_it_makes() -> None:
    """It is set on the first turn of a day and looks at the last word when it comes."""
    talk = Talk(*TO_HOME)
    talk.does(Asked("help"), timedelta(hours=8))
    last = talk.now
    talk.wakes_up("idle")
    assert talk.told() == ""
    assert talk.wakes["idle"] == last + SILENT - NOTICE


def test_once_a_day_is_enough_to_set_it() -> None:
    talk = Talk(*TO_HOME)
    assert not [e for e in talk.does(Asked("help")) if isinstance(e, Wake) and e.name == "idle"]
    assert [e for e in talk.does(Asked("help"), DAY) if isinstance(e, Wake) and e.name == "idle"]


def test_any_word_after_the_announcement_keeps_everything() -> None:
    talk = Talk(*TO_HOME)
    talk.falls_silent()
    talk.does(Wrote("hello"), NOTICE - DAY)
    assert talk.talk.warned_at is None
    talk.does(Woke("idle"), 2 * DAY)
    assert talk.talk.screened is not None
    assert not any(isinstance(effect, Forget) for effect in talk.effects)


def test_who_blocked_the_bot_is_deleted_without_a_word() -> None:
    talk = Talk(*TO_HOME, Blocked())
    talk.falls_silent()
    assert talk.told() == ""
    talk.wakes_up("idle")
    assert [type(effect) for effect in talk.effects] == [Forget]


def test_a_stranger_who_only_said_hello_is_deleted_too() -> None:
    talk = Talk(Started())
    talk.falls_silent()
    talk.wakes_up("idle")
    assert any(isinstance(effect, Forget) for effect in talk.effects)


def test_a_late_announcement_still_gives_two_weeks() -> None:
    talk = Talk(*TO_HOME)
    talk.now += 500 * DAY
    talk.does(Woke("idle"))
    assert "14 days" in talk.told()
    talk.does(Woke("idle"), NOTICE - DAY)
    assert not any(isinstance(effect, Forget) for effect in talk.effects)


# Answers


def test_answers_go_when_the_screening_lapses_and_the_outcome_stays() -> None:
    talk = Talk(*TO_HOME)
    at = talk.talk.screened.at if talk.talk.screened else MONDAY
    talk.wakes_up("stale")
    assert talk.now - at == timedelta(days=BOOK.screening.repeat.full_every_days)
    assert talk.talk.screened is not None
    assert (talk.talk.screened.answers, talk.talk.screened.outcome) == ({}, "clear")
    assert talk.told() == ""
    assert "stale" not in talk.wakes
    assert "injury" not in write(talk.talk)


def test_while_they_count_they_stay() -> None:
    talk = Talk(*TO_HOME)
    before = talk.talk.screened
    talk.does(Woke("stale"), 29 * DAY)
    assert talk.talk.screened == before
    assert talk.wakes["stale"] > talk.now


def test_answers_of_a_screening_that_was_left_go_too() -> None:
    talk = Talk(*TO_HOME[:6])
    assert talk.talk.answering is not None
    assert talk.talk.answering.answers
    talk.wakes_up("stale")
    assert talk.talk.answering is not None
    assert not talk.talk.answering.answers
    talk.does(Asked("help"))
    assert talk.talk.stage is Stage.SCREENING


def test_what_a_hold_rests_on_stays_with_it() -> None:
    talk = Talk(*TO_HOME[:4], Wrote("No"), Wrote("Yes"))
    assert talk.talk.holds or talk.talk.card
    reason = talk.talk.reason
    talk.wakes_up("stale")
    assert talk.talk.screened is not None
    assert set(talk.talk.screened.answers) == {reason}


def test_what_a_professional_was_asked_about_stays_while_the_word_counts() -> None:
    question = next(q for q in BOOK.screening.questions if q.yes == "see_professional_first")
    talk = Talk(*TO_HOME)
    held = talk.talk.screened
    assert held is not None
    talk.talk = evolve(
        talk.talk, screened=evolve(held, answers={**held.answers, question.id: "yes"}), cleared_at=talk.now
    )
    talk.wakes_up("stale")
    assert talk.talk.screened is not None
    assert talk.talk.screened.answers == {question.id: "yes"}
    while "stale" in talk.wakes:
        talk.wakes_up("stale")
    assert talk.now - MONDAY < 100 * DAY
    assert not talk.talk.screened.answers


def test_an_older_stored_form_is_read() -> None:
    talk = Talk(*TO_HOME).talk
    assert read(write(talk)) == talk
    old = write(talk).replace(',"outcome":"clear"', "")
    assert old != write(talk)
    assert read(old).screened is not None


# What went wrong


def test_pain_at_a_step_is_counted_with_its_place() -> None:
    talk = at_step()
    step_id = talk.talk.sitting.step if talk.talk.sitting else ""
    talk.does(Tapped(0, "hurt", "hurt"))
    assert talk.counted() == []  # nothing is decided yet
    talk.does(Wrote("2"))
    talk.does(Wrote("Just sore there"))
    assert talk.counted() == [Count("stop_session", 23, "pelvic_tilt", step_id)]


def test_a_hold_in_the_middle_of_a_stretch_is_counted() -> None:
    talk = at_step()
    step_id = talk.talk.sitting.step if talk.talk.sitting else ""
    talk.does(Wrote("I can't feel my legs"))
    assert talk.counted() == [Count("hold_emergency", 0, "pelvic_tilt", step_id)]


def test_a_hold_outside_a_sitting_names_no_stretch() -> None:
    talk = Talk(*TO_HOME, Wrote("I can't feel my legs"))
    assert talk.counted() == [Count("hold_emergency")]


def test_a_calm_sitting_counts_nothing() -> None:
    talk = at_step()
    counted = talk.counted()
    while talk.talk.stage is Stage.MOVING:
        talk.does(Wrote("Feels fine"))
        counted += talk.counted()
    talk.does(Wrote("0"))
    assert counted + talk.counted() == []


def test_a_stranger_is_not_counted() -> None:
    talk = Talk(Started(), Wrote("I can't feel my legs"))
    assert talk.counted() == []


def test_every_action_of_the_table_but_going_on_is_counted() -> None:
    from flows.holding import act_on
    from flows.turn import Turn

    talk = at_step().talk
    for row in BOOK.pain.rows:
        turn = Turn(talk, Wrote(""), BOOK, MONDAY)
        act_on(turn, row, ("pelvic_tilt", "cat_cow"), Rating("during"), 0)
        counted = [effect for effect in turn.effects if isinstance(effect, Count)]
        expected = [] if row.action == "continue" else ["pelvic_tilt", "cat_cow"]
        assert [(each.action, each.row, each.stretch) for each in counted] == [
            (row.action, row.n, stretch) for stretch in expected
        ]


# A stretch that is taken out


def test_a_withheld_stretch_is_not_offered() -> None:
    talk = Talk(*TO_HOME, Asked("stretch"), *CHECKS)
    shown = [b.choice for e in talk.effects if isinstance(e, Say) for b in e.card.buttons]
    assert "pelvic_tilt" in shown
    less = Talk(
        *TO_HOME, Asked("stretch"), *CHECKS,
        book=without(BOOK, ["pelvic_tilt"]),
    )  # fmt: skip
    assert "pelvic_tilt" not in [b.choice for e in less.effects if isinstance(e, Say) for b in e.card.buttons]


@pytest.mark.parametrize("event", [Wrote("Feels fine"), Tapped(0, "hurt", "hurt"), Asked("help"), Woke("silence")])
def test_who_is_in_the_middle_of_it_is_told_at_once_and_moved_on(event: Event) -> None:
    talk = at_step()
    talk.book = without(BOOK, ["pelvic_tilt"])
    talk.does(event)
    assert "taken out for now" in talk.told()
    assert talk.talk.sitting is None
    assert talk.talk.stage is not Stage.MOVING


def test_an_old_button_of_it_opens_nothing() -> None:
    talk = Talk(*TO_HOME, Asked("stretch"), *CHECKS)
    token = talk.talk.token
    talk.book = without(BOOK, ["pelvic_tilt"])
    talk.does(Tapped(token, "choose", "pelvic_tilt"))
    assert talk.talk.stage is Stage.CHOOSING


@pytest.mark.parametrize("gone", BOOK.stretches)
def test_the_lock_of_the_press_lives_without_any_stretch(gone: str) -> None:
    """Its first page offers another stretch, which may be the one that is withheld."""
    if gone == "partner_press":
        return
    book = without(BOOK, [gone])
    talk = Talk(*TO_HOME, Asked("stretch"), *CHECKS[:-1], book=book)
    talk.does(Wrote("Another adult"))
    talk.does(Wrote("Done"))
    talk.does(Tapped(talk.talk.token, "choose", "partner_press"))
    assert talk.talk.stage in (Stage.BRIEFING, Stage.CHOOSING)
    assert talk.told()


def test_what_cannot_be_withheld() -> None:
    with pytest.raises(ValueError, match="no_such: no such stretch"):
        without(BOOK, ["no_such"])
    with pytest.raises(ValueError, match="at least one"):
        without(BOOK, list(BOOK.stretches))


def test_a_hold_keeps_its_instant() -> None:
    """The clock parameter alone decides: nothing here is ever early."""
    talk = Talk(*TO_HOME)
    hold = Hold("urgent", "answers", talk.now, talk.now + 3 * DAY, "injury")
    talk.talk = evolve(talk.talk, holds=(hold,))
    talk.wakes_up("stale")
    assert talk.talk.holds == (hold,)
    assert talk.talk.screened is not None
    assert set(talk.talk.screened.answers) == {"injury"}
