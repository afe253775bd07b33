"""What an event means: the four rules of `flows.hearing`, one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flows import book
from flows.cards import present
from flows.conversation import Conversation
from flows.effects import Say
from flows.events import Alarmed, Answered, Doubted, Event, Hurt, Started, Stopped, Strayed, Tapped, Wrote
from flows.hearing import hear
from flows.machine import step
from flows.stages import Stage

BOOK = book.load()
BEGINS = datetime(2026, 11, 23, 9, tzinfo=UTC)
NO = ["no"] * 12


class Talk:
    """A conversation that is played, with its clock."""

    def __init__(self) -> None:
        self.talk = Conversation()
        self.now = BEGINS
        self.said: list[str] = []

    def do(self, event: Event, after: timedelta = timedelta(seconds=5)) -> Talk:
        self.now += after
        self.talk, effects = step(self.talk, event, BOOK, self.now)
        self.said = [effect.card.title + effect.card.text for effect in effects if isinstance(effect, Say)]
        return self

    def tap(self, *choices: str) -> Talk:
        for choice in choices:
            button = next(each for each in present(self.talk, BOOK, self.now).buttons if each.choice == choice)
            self.do(Tapped(self.talk.token, button.ask, button.choice))
        return self

    def hears(self, event: Event) -> object:
        return hear(self.talk, event, BOOK, self.now)


@pytest.fixture
def screened() -> Talk:
    return Talk().do(Started()).tap("18_64", "agree", "DE", *NO)


@pytest.fixture
def moving(screened: Talk) -> Talk:
    screened.tap("stretch", "2", "no", "no", "chair", "mat", "done")
    return screened.do(Wrote("pelvic tilt")).tap("start")


def test_only_the_present_token_counts(screened: Talk) -> None:
    token = screened.talk.token
    assert screened.hears(Tapped(token, "home", "stretch")) == Answered("home", "stretch")
    for wrong in (token - 1, token + 1, 0, 2**40):
        assert screened.hears(Tapped(wrong, "home", "stretch")) == Strayed()


def test_only_what_stands_on_the_card_counts(screened: Talk) -> None:
    assert screened.hears(Tapped(screened.talk.token, "step", "fine")) == Strayed()
    assert screened.hears(Tapped(screened.talk.token, "choose", "partner_press")) == Strayed()


def test_a_question_lives_a_day() -> None:
    asked = Talk().do(Started()).tap("18_64", "agree", "DE")
    tap = Tapped(asked.talk.token, "emergency_nerves", "no")
    assert asked.hears(tap) == Answered("emergency_nerves", "no")
    asked.now += timedelta(hours=24)
    assert asked.hears(tap) == Strayed()


def test_stop_and_hurt_are_heard_from_any_card(moving: Talk) -> None:
    assert moving.hears(Tapped(1, "stop", "stop")) == Stopped()
    assert moving.hears(Tapped(1, "hurt", "hurt")) == Hurt()


@pytest.mark.parametrize(("choice", "level"), [("yes", "emergency"), ("not_sure", "urgent")])
def test_a_red_flag_is_heard_from_an_old_card(moving: Talk, choice: str, level: str) -> None:
    assert moving.hears(Tapped(1, "emergency_nerves", choice)) == Alarmed(level, "answers", "emergency_nerves")
    assert moving.hears(Tapped(1, "emergency_nerves", "no")) == Strayed()


def test_other_careful_answers_ask_the_questions_anew(moving: Talk) -> None:
    assert moving.hears(Tapped(1, "bones_joints", "yes")) == Doubted("bones_joints")
    assert moving.hears(Tapped(1, "quick_check", "not_sure")) == Doubted("quick_check")
    assert moving.hears(Tapped(1, "changes", "yes")) == Doubted("changes")


def test_a_grave_signal_is_heard_from_an_old_card(moving: Talk) -> None:
    assert moving.hears(Tapped(1, "signal", "chest")) == Alarmed("emergency", "pain", "chest_or_breath")
    assert moving.hears(Tapped(1, "breath", "yes")) == Alarmed("emergency", "pain", "chest_or_breath")
    assert moving.hears(Tapped(1, "dizzy", "no")) == Alarmed("urgent", "pain", "dizzy_lasting")
    assert moving.hears(Tapped(1, "signal", "runs")) == Alarmed("professional", "pain", "radiating")
    assert moving.hears(Tapped(1, "signal", "sharp")) == Hurt()
    assert moving.hears(Tapped(1, "pop", "yes")) == Hurt()
    assert moving.hears(Tapped(1, "signal", "just_sore")) == Strayed()


def test_strangers_are_not_judged_by_old_taps() -> None:
    stranger = Talk().do(Started())
    assert stranger.hears(Tapped(1, "emergency_nerves", "yes")) == Strayed()


@pytest.mark.parametrize("text", ["stop", "STOP!", "/stop", "enough", "cancel", "that's enough for today"])
def test_stop_words(moving: Talk, text: str) -> None:
    assert moving.hears(Wrote(text)) == Stopped()


@pytest.mark.parametrize("text", ["ouch", "pain", "it hurts", "that hurts a bit"])
def test_pain_words(moving: Talk, text: str) -> None:
    assert moving.hears(Wrote(text)) == Hurt()


@pytest.mark.parametrize("stage", list(Stage))
def test_grave_words_are_read_in_every_stage(stage: Stage, screened: Talk) -> None:
    """Promise 6, at every stage that a played conversation passes."""
    met: dict[Stage, Conversation] = {}
    talk = Talk()
    for choices in (("begin",), ("18_64",), ("agree",), ("DE",), *[("no",)] * 12):
        met[talk.talk.stage] = talk.talk
        talk.tap(*choices)
    met[Stage.HOME] = talk.talk
    for choice in ("stretch", "2", "no", "no", "chair", "mat", "done", "pelvic_tilt", "start", "pause", "go_on"):
        talk.tap(choice)
        met[talk.talk.stage] = talk.talk
    talk.do(hurt_tap(talk)).tap("3", "just_sore")
    met[talk.talk.stage] = talk.talk
    for path in (("under_18",), ("18_64", "refuse")):
        other = Talk().do(Started()).tap(*path)
        met[other.talk.stage] = other.talk
    for choice in ("reminder", "settings"):
        found = Talk()
        found.talk, found.now = screened.talk, screened.now
        met[found.tap(choice).talk.stage] = found.talk
    met[Stage.REFERRED] = Talk().do(Started()).tap("18_64", "agree", "DE", "yes").talk
    heard = hear(met[stage], Wrote("I can't feel my legs"), BOOK, talk.now)
    assert isinstance(heard, Alarmed)
    assert heard.level == "emergency"


def hurt_tap(talk: Talk) -> Tapped:
    return Tapped(talk.talk.token, "hurt", "hurt")


@pytest.mark.parametrize(
    ("text", "choice"),
    [("Feels fine", "fine"), ("next", "fine"), ("OK", "fine"), ("it popped", "popped"), ("pause", "pause")],
)
def test_typed_buttons_and_the_few_words_that_move_on(moving: Talk, text: str, choice: str) -> None:
    if choice == "popped":
        moving.tap("pause")
        moving.do(Wrote("go on"))
        return
    assert moving.hears(Wrote(text)) == Answered("step", choice, typed=True)


@pytest.mark.parametrize("text", ["the dog wants out", "🙃", "", "hmm", "what now"])
def test_all_other_words_pause_a_stretch(moving: Talk, text: str) -> None:
    moving.do(Wrote(text))
    assert (moving.talk.stage, moving.talk.ask) == (Stage.PAUSED, "hurting")
    assert any("Are you hurting?" in said for said in moving.said)


def test_the_same_word_twice_in_a_second_is_one_answer() -> None:
    asked = Talk().do(Started()).tap("18_64", "agree", "DE")
    asked.do(Wrote("no"))
    assert asked.talk.ask == "emergency_body"
    asked.do(Wrote("no"), after=timedelta(milliseconds=300))
    assert asked.talk.ask == "emergency_body"
    asked.do(Wrote("no"), after=timedelta(seconds=2))
    assert asked.talk.ask == "injury"


def test_our_own_names_alarm_nobody(screened: Talk) -> None:
    for stretch in BOOK.stretches.values():
        assert screened.hears(Wrote(stretch.name)) == Wrote(stretch.name)
    for text in ("I am getting help", "now", "About back pain"):
        assert not isinstance(screened.hears(Wrote(text)), Alarmed | Hurt | Stopped)


def test_a_crisis_is_not_taken_back_with_what_was_read_after_it(screened: Talk) -> None:
    screened.do(Wrote("I'd rather be dead than this")).do(Wrote("my foot has been dragging since yesterday"))
    screened.tap("misread", *NO)
    assert [hold.kind for hold in screened.talk.holds] == ["crisis"]
    assert screened.talk.stage is Stage.REFERRED
    assert screened.talk.card == "crisis"


def test_a_crisis_that_was_read_last_is_taken_back_with_all_before_it(screened: Talk) -> None:
    screened.do(Wrote("my foot has been dragging since yesterday")).do(Wrote("I'd rather be dead than this"))
    screened.tap("misread", *NO)
    assert screened.talk.holds == ()


@pytest.mark.parametrize(
    ("grave", "card"), [("I can't feel my legs", "emergency_now"), ("I'd rather be dead than this", "crisis")]
)
def test_something_milder_does_not_cover_a_grave_card(screened: Talk, grave: str, card: str) -> None:
    screened.do(Wrote(grave)).do(Wrote("my foot has been dragging since yesterday"))
    assert screened.talk.card == card
    assert screened.said
    assert "urgent" in {hold.kind for hold in screened.talk.holds}
