"""The content against the clinical reference it was made from: every sentence, every number, every id."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest

from flows.book import load
from flows.pages import Book, Stretch
from flows.text import swap_sides

FOLDER = Path(__file__).parent / "reference"


def reference(name: str) -> Any:
    return json.loads((FOLDER / f"reference_{name}.json").read_text(encoding="utf-8"))


STRETCHES: list[dict[str, Any]] = reference("stretches")
SCREENING: dict[str, Any] = reference("screening")
PAIN: dict[str, Any] = reference("pain")
REST: dict[str, Any] = reference("rest")

REWORDED = {
    "Then tell me how it feels.": "Tell me how it feels.",  # a question of its own now, not the end of a step
    "As before": "",  # the other side is walked step by step, each with its own breath
    # The reference has this line twice, once with quotes around the word.
    'If you do not know it, use "Emergency" on your phone\'s lock screen.': "use Emergency on your phone lock screen.",
}
MOST = {
    "chair_lean_back": 3,
    "standing_hands_on_spine": 3,
    "neck_chin_to_chest": 3,
    "floor_reach_feet": 2,
    "seated_twist": 2,
    "exercise_ball_drape": 1,
    "partner_press": 1,
}
CHANGES = {
    "floor_reach_feet": ("Roll over slowly and do the same on your left side.", "knees", 3),
    "seated_twist": ("Change sides: left knee bent, right arm across, turn gently back and to the left.", "brace", 2),
    "knee_to_chest": ("Change to the left knee.", "lift", 2),
}


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from texts(inner)
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from texts(getattr(value, field.name))


def without_messages(book: Book) -> Book:
    return attrs.evolve(book, messages={})


def test_every_sentence_of_the_reference_survives() -> None:
    spoken = "\n".join(texts(without_messages(load())))
    sentences = reference("sentences")
    lost = [sentence for sentence in sentences if REWORDED.get(sentence, sentence) not in spoken]
    assert lost == []
    assert len(sentences) > 850


def test_the_search_for_sentences_would_miss_one() -> None:
    book = without_messages(load())
    poorer = attrs.evolve(book, cards={key: card for key, card in book.cards.items() if key != "card_pops"})
    spoken = "\n".join(texts(poorer))
    assert [sentence for sentence in reference("sentences") if REWORDED.get(sentence, sentence) not in spoken]


@pytest.mark.parametrize("wanted", STRETCHES, ids=lambda wanted: str(wanted["id"]))
def test_a_stretch_is_as_the_reference_has_it(wanted: dict[str, Any]) -> None:
    stretch = load().stretches[wanted["id"]]
    for name, value in wanted.items():
        if name not in ("steps", "sides"):
            found = getattr(stretch, name)
            assert (list(found) if isinstance(found, tuple) else found) == value, name
    assert stretch.after.most == MOST.get(stretch.id, 3)
    assert stretch.locked_by_default == (stretch.id == "partner_press")
    assert (stretch.sides.kind != "none") == (wanted["sides"] == "left_right")


@pytest.mark.parametrize("wanted", STRETCHES, ids=lambda wanted: str(wanted["id"]))
def test_the_steps_are_those_of_the_reference(wanted: dict[str, Any]) -> None:
    """In their order and with their numbers; a last step that only asked, or changed sides, is no step any more."""
    stretch = load().stretches[wanted["id"]]
    steps = [(s.do, s.breathe, s.hold_s, s.reps, s.feel, s.stop) for s in stretch.steps]
    *most, last = [tuple(step) for step in wanted["steps"]]
    assert steps[: len(most)] == most
    if len(steps) > len(most):
        told = last[0].removesuffix(" Then tell me how it feels.").removesuffix(" Tell me how it feels.")
        assert steps[-1] == (told, *last[1:])
        assert told != last[0]
    else:
        assert (stretch.after.feel, stretch.after.stop) == last[4:]
        assert last[0].split(" Then tell")[0] in (stretch.after.ask, stretch.sides.change)


@pytest.mark.parametrize("name", CHANGES)
def test_the_other_side_is_walked_with_its_own_words(name: str) -> None:
    stretch = load().stretches[name]
    change, again_from, position = CHANGES[name]
    assert (stretch.sides.kind, stretch.sides.change, stretch.sides.again_from) == ("in_turn", change, again_from)
    assert stretch.steps[position - 1].id == again_from
    walk = stretch.walk
    assert [step.id for step in walk[: len(stretch.steps)]] == [step.id for step in stretch.steps]
    assert (walk[len(stretch.steps)].do, walk[len(stretch.steps)].stop) == (change, stretch.sides.stop)
    first_side = stretch.steps[position - 1 :]
    other_side = walk[len(stretch.steps) + 1 :]
    assert [step.do for step in other_side] == [swap_sides(step.do) for step in first_side]
    assert [step.hold_s for step in other_side] == [step.hold_s for step in first_side]


def test_two_stretches_do_both_sides_within_their_steps() -> None:
    within = {name for name, stretch in load().stretches.items() if stretch.sides.kind == "within"}
    assert within == {"knee_rolls", "seated_gentle_rotation"}
    assert all(load().stretches[name].walk == load().stretches[name].steps for name in within)


def test_the_questions_are_those_of_the_reference() -> None:
    screening = load().screening
    assert [question.id for question in screening.questions] == [wanted["id"] for wanted in SCREENING["questions"]]
    for question, wanted in zip(screening.questions, SCREENING["questions"], strict=True):
        assert (question.yes, question.not_sure) == (wanted["yes"], wanted["not_sure"])
        assert list(question.excludes) == wanted.get("excludes", [])
        assert (question.flag, question.refer_routine) == (wanted.get("flag", ""), wanted.get("refer_routine", False))
        assert list(question.sources) == wanted["sources"]
    for rule, wanted in zip(screening.age_rules, SCREENING["age_rules"], strict=True):
        assert (rule.band, rule.flag, list(rule.excludes)) == (wanted["band"], wanted["flag"], wanted["excludes"])
    assert [choice.id for choice in screening.age.choices] == SCREENING["age_bands"]
    assert list(screening.answers) == ["no", "yes", "not_sure"]


def test_the_rules_around_the_questions_are_those_of_the_reference() -> None:
    screening = load().screening
    assert list(screening.counted_flags) == SCREENING["counted_flags"]
    assert screening.max_counted_flags == SCREENING["max_counted_flags"]
    assert list(screening.gentle_core) == SCREENING["gentle_core"]
    assert screening.emergency_questions == ("emergency_nerves", "emergency_body")
    assert attrs.asdict(screening.repeat) == SCREENING["repeat"]
    cleared = screening.professional_ok
    assert list(cleared.allowed) == SCREENING["professional_ok"]["allowed"]
    assert cleared.valid_days == SCREENING["professional_ok"]["valid_days"]


def test_the_buttons_of_the_pain_check_mean_what_the_reference_says() -> None:
    pain = load().pain
    names = [button.id for button in pain.buttons]
    assert names == ["just_sore", "sharp", "runs", "pins", "weak", "dizzy", "head", "chest", "pee"]
    for button, wanted in zip((*pain.buttons, pain.pop_button), (*PAIN["buttons"], PAIN["pop_button"]), strict=True):
        mine = {key: value for key, value in attrs.asdict(button).items() if value and key != "id"}
        assert mine == wanted
    assert [signal.id for signal in pain.signals] == PAIN["signals"]
    assert {name: getattr(pain, name) for name in PAIN["hours"]} == PAIN["hours"]
    assert (pain.pop_button.id, pain.rest_minutes) == ("pop", 2)


def test_the_referrals_are_those_of_the_reference() -> None:
    referrals = load().referrals
    assert list(referrals) == [wanted["category"] for wanted in REST["referrals"]]
    for wanted in REST["referrals"]:
        referral = referrals[wanted["category"]]
        assert list(referral.raised_by) == wanted["raised_by"]
        assert [[button.words, button.does] for button in referral.buttons] == wanted["buttons"]
        assert list(referral.must_have) == wanted["must_have"]
        assert dict(referral.crisis_lines) == wanted["crisis_lines"]


def test_one_id_of_a_button_always_does_one_thing() -> None:
    does: dict[str, set[str]] = {}
    for referral in load().referrals.values():
        for button in referral.buttons:
            does.setdefault(button.id, set()).add(button.does)
    assert set(does) == {
        "getting_help", "numbers", "what_to_tell", "ok", "worse", "summary", "checked", "helplines", "safe"
    }  # fmt: skip
    assert all(len(ways) == 1 for ways in does.values())


def test_every_country_has_its_number() -> None:
    numbers = load().numbers
    found = {key: [line.name, line.call, list(line.also), line.grade] for key, line in numbers.items()}
    assert found == REST["numbers"]
    assert len(found) == 123
    assert sum(line.grade == "B" for line in numbers.values()) == 9
    assert all(line.country == key for key, line in numbers.items())


def test_the_rest_of_the_book_is_that_of_the_reference() -> None:
    book = load()
    rules = attrs.asdict(book.rules)
    wanted = dict(REST["rules"])
    assert list(rules.pop("stop_words")) == wanted.pop("stop_words_always_work")
    assert rules == wanted
    assert (book.content_version, book.reviewed_by) == (REST["content_version"], REST["reviewed_by"])
    assert list(book.props_asked) == REST["asked_props"]
    assert list(book.sources) == REST["sources"]
    assert {key: list(card.sources) for key, card in book.cards.items()} == REST["cards"]


def test_the_seven_of_the_brief_come_first_and_in_order() -> None:
    stretches: list[Stretch] = list(load().stretches.values())
    assert [stretch.seed_item for stretch in stretches[:7]] == [1, 2, 3, 4, 5, 6, 7]
    assert [stretch.id for stretch in stretches[7:]] == sorted(stretch.id for stretch in stretches[7:])
    assert len(stretches) == 15


def test_nobody_can_write_into_the_book() -> None:
    book = load()
    for mapping in (book.stretches, book.cards, book.numbers, book.referrals, book.sources, book.messages):
        with pytest.raises(TypeError):
            mapping["new"] = None  # type: ignore[index]
