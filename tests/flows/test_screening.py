"""The screening against a second reading of its ten rules, written from the rule strings of the reference."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import screening
from flows.book import load
from flows.pages import Book, Question, Screening

REFERENCE: dict[str, Any] = json.loads(
    (Path(__file__).parent / "reference" / "reference_screening.json").read_text(encoding="utf-8")
)
BY_ID: dict[str, dict[str, Any]] = {question["id"]: question for question in REFERENCE["questions"]}
QUESTIONS = list(BY_ID)
BANDS: list[str] = REFERENCE["age_bands"]
ANSWERS = ("no", "yes", "not_sure")
LATE = QUESTIONS[QUESTIONS.index("nerve_problem") :]
CLEAR = {"age_band": "18_64", **dict.fromkeys(QUESTIONS, "no")}


def naive(answers: Mapping[str, str], professional_ok: bool) -> tuple[str, set[str], set[str], bool]:
    """Outcome, allowed, flags, refer_routine: the rules n = 1 to 10 word by word."""
    a = answers.get
    flags = {q["flag"] for q in BY_ID.values() if "flag" in q and a(q["id"]) in ("yes", "not_sure")}
    flags |= {rule["flag"] for rule in REFERENCE["age_rules"] if a("age_band") == rule["band"]}
    outcome = naive_outcome(answers, flags)
    left = set(REFERENCE["stretches"])
    for source in (*BY_ID.values(), *REFERENCE["age_rules"]):
        if source.get("flag") in flags:
            left -= set(source["excludes"])
    if professional_ok and outcome == "see_professional_first":
        if any(question not in answers for question in ("age_band", *QUESTIONS)):
            return "incomplete", set(), flags, False
        outcome, left = "restricted", left & {"pelvic_tilt", "seated_gentle_rotation"}
    if outcome not in ("restricted", "clear"):
        left = set()
    refer = outcome == "restricted" and bool(flags & {"neck_dizzy", "long_or_urge"})
    return outcome, left, flags, refer


def naive_outcome(answers: Mapping[str, str], flags: set[str]) -> str:
    a = answers.get
    counted = {"pregnancy", "bleeding_or_lax", "neck_dizzy", "balance_pressure", "age_75_plus"}
    doubt = ("yes", "not_sure")
    if a("emergency_nerves") == "yes" or a("emergency_body") == "yes":
        return "emergency"
    if a("age_band") is None:
        return "incomplete"
    unsure = a("emergency_nerves") == "not_sure" or a("emergency_body") == "not_sure"
    if unsure or a("injury") == "yes" or a("illness") == "yes":
        return "urgent"
    if a("age_band") == "under_18":
        return "minor"
    if any(a(question) is None for question in ("emergency_nerves", "emergency_body", "injury", "illness")):
        return "incomplete"
    barred = a("nerve_problem") in doubt or a("bones_joints") in doubt or a("surgery") in doubt
    if a("injury") == "not_sure" or a("illness") == "not_sure" or barred:
        return "see_professional_first"
    if any(a(question) is None for question in LATE):
        return "incomplete"
    if len(flags & counted) > 2:
        return "see_professional_first"
    return "restricted" if flags else "clear"


def agrees(answers: Mapping[str, str], professional_ok: bool, book: Book | None = None) -> bool:
    verdict = screening.judge(answers, professional_ok=professional_ok, book=book)
    found = (verdict.outcome, set(verdict.allowed), set(verdict.flags), verdict.refer_routine)
    return found == naive(answers, professional_ok)


def some_answers(chance: random.Random) -> dict[str, str]:
    """Answers of all kinds: a single "yes" among the first hides all later rules, so most are made mostly of no."""
    mostly_no = chance.choice((0.0, 0.7, 0.9, 0.97))
    gaps = chance.choice((0.0, 0.0, 0.05, 0.4))
    answers = {}
    for question in ("age_band", *QUESTIONS):
        if chance.random() < gaps:
            continue
        words = BANDS if question == "age_band" else ANSWERS
        answers[question] = "no" if words is ANSWERS and chance.random() < mostly_no else chance.choice(words)
    return answers


def all_flags() -> Iterator[dict[str, str]]:
    """Every set of answers to the questions that set flags, the others no, in every age: 4 * 3**5."""
    names = [question["id"] for question in BY_ID.values() if "flag" in question]
    for band, words in product(BANDS, product(ANSWERS, repeat=len(names))):
        yield CLEAR | dict(zip(names, words, strict=True)) | {"age_band": band}


def test_the_rules_of_the_reference_are_the_ten_that_are_read_here() -> None:
    outcomes = [rule["outcome"] for rule in REFERENCE["rules"]]
    assert outcomes == [
        "emergency",
        "incomplete",
        "urgent",
        "minor",
        "incomplete",
        "see_professional_first",
        "incomplete",
        "see_professional_first",
        "restricted",
        "clear",
    ]
    assert len(QUESTIONS) == 12
    assert len(LATE) == 8


def test_twenty_thousand_sets_of_answers_are_judged_as_the_rules_say() -> None:
    chance = random.Random(20261122)
    seen: set[str] = set()
    for _ in range(20_000):
        answers = some_answers(chance)
        professional_ok = chance.random() < 0.5
        assert agrees(answers, professional_ok), (answers, professional_ok)
        seen.add(naive(answers, professional_ok)[0])
    assert seen == {rule["outcome"] for rule in REFERENCE["rules"]}


@pytest.mark.parametrize("professional_ok", [False, True])
def test_every_set_of_flags_is_judged_as_the_rules_say(professional_ok: bool) -> None:
    for answers in all_flags():
        assert agrees(answers, professional_ok), answers


@pytest.mark.parametrize("professional_ok", [False, True])
def test_every_pair_of_single_answers_is_judged_as_the_rules_say(professional_ok: bool) -> None:
    """All other answers no, or all other answers missing."""
    names = ("age_band", *QUESTIONS)
    for base in (CLEAR, {"age_band": "18_64"}, {}):
        for one, two in product(names, repeat=2):
            for first, second in product((*ANSWERS, *BANDS), repeat=2):
                if (first in BANDS) == (one == "age_band") and (second in BANDS) == (two == "age_band"):
                    answers = base | {one: first, two: second}
                    assert agrees(answers, professional_ok), answers


@settings(max_examples=300, deadline=None)
@given(
    st.fixed_dictionaries(
        {}, optional={"age_band": st.sampled_from(BANDS)} | {q: st.sampled_from(ANSWERS) for q in QUESTIONS}
    ),
    st.booleans(),
)
def test_any_answers_are_judged_as_the_rules_say(answers: dict[str, str], professional_ok: bool) -> None:
    assert agrees(answers, professional_ok)


@settings(max_examples=200, deadline=None)
@given(st.fixed_dictionaries({q: st.sampled_from(("no", "no", "no", *ANSWERS)) for q in QUESTIONS}), st.booleans())
def test_one_more_worry_never_allows_more(answers: dict[str, str], professional_ok: bool) -> None:
    answers = answers | {"age_band": "18_64"}
    allowed = screening.judge(answers, professional_ok=professional_ok).allowed
    for question in QUESTIONS:
        for worry in ("yes", "not_sure"):
            worse = screening.judge(answers | {question: worry}).allowed
            if answers[question] == "no":
                assert worse <= allowed, question


@pytest.mark.parametrize(
    ("answers", "decided_by"),
    [
        ({"emergency_body": "yes"}, "emergency_body"),
        ({"age_band": "under_18", "injury": "yes"}, "injury"),
        ({"age_band": "under_18"}, "age_band"),
        (CLEAR | {"injury": "not_sure", "surgery": "yes"}, "injury"),
        (CLEAR | {"surgery": "not_sure"}, "surgery"),
        (CLEAR | {"pregnancy": "yes"}, ""),
        (CLEAR, ""),
        ({}, ""),
    ],
)
def test_the_deciding_question_is_named(answers: dict[str, str], decided_by: str) -> None:
    assert screening.judge(answers).decided_by == decided_by


@pytest.mark.parametrize(
    ("answers", "named"),
    [
        ({"back_pain": "yes"}, "back_pain"),
        ({"injury": "maybe"}, "maybe"),
        ({"injury": ""}, "injury"),
        ({"age_band": "19"}, "19"),
        ({"age_band": "yes"}, "age_band"),
        ({"age_band": "under_18", "emergency_body": "Yes"}, "Yes"),
    ],
)
def test_an_unknown_question_or_answer_is_refused_by_name(answers: dict[str, str], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        screening.judge(answers)
    with pytest.raises(ValueError, match=named):
        screening.next_question(answers)


def asked(replies: Mapping[str, str], *, professional_ok: bool = False, book: Book | None = None) -> dict[str, str]:
    """The answers after asking until nothing is left to ask."""
    answers: dict[str, str] = {}
    while (question := screening.next_question(answers, professional_ok=professional_ok, book=book)) is not None:
        assert question not in answers
        answers[question] = replies[question]
    return answers


def test_a_healthy_person_is_asked_everything_in_order() -> None:
    assert list(asked(CLEAR)) == ["age_band", *QUESTIONS]


@pytest.mark.parametrize(
    ("changed", "last"),
    [
        ({"age_band": "under_18"}, "age_band"),
        ({"emergency_nerves": "yes"}, "emergency_nerves"),
        ({"emergency_nerves": "not_sure", "emergency_body": "yes"}, "emergency_nerves"),
        ({"injury": "not_sure"}, "illness"),
        ({"illness": "not_sure"}, "illness"),
        ({"injury": "not_sure", "illness": "yes"}, "illness"),
        ({"bones_joints": "yes"}, "bones_joints"),
        ({"pregnancy": "yes"}, "long_or_urge"),
    ],
)
def test_the_first_deciding_answer_ends_the_questions(changed: dict[str, str], last: str) -> None:
    assert list(asked(CLEAR | changed))[-1] == last


def test_after_a_professionals_yes_every_open_question_is_asked() -> None:
    first = asked(CLEAR | {"nerve_problem": "yes"})
    assert list(first)[-1] == "nerve_problem"
    assert screening.next_question(first, professional_ok=True) == "bones_joints"
    all_of_them = asked(CLEAR | {"nerve_problem": "yes"}, professional_ok=True)
    verdict = screening.judge(all_of_them, professional_ok=True)
    assert verdict.outcome == "restricted"
    assert verdict.allowed == {"pelvic_tilt", "seated_gentle_rotation"}
    assert len(all_of_them) == 13


def test_notes_come_in_the_order_of_the_questions_and_reasons_name_them() -> None:
    verdict = screening.judge(CLEAR | {"pregnancy": "yes", "long_or_urge": "not_sure", "age_band": "65_74"})
    spoken = screening.notes(verdict)
    assert [note.split()[0] for note in spoken] == ["Go", "Tell", "Please"]
    why = screening.excluded_because("neck_chin_to_chest", verdict.flags)
    assert why == ("65_74", "pregnancy", "long_or_urge")
    assert screening.excluded_because("seated_gentle_rotation", verdict.flags) == ()
    assert screening.notes(screening.judge(CLEAR)) == ()


@pytest.mark.parametrize("flag", REFERENCE["restriction_flags"])
def test_a_stretch_is_left_out_exactly_when_there_is_a_reason(flag: str) -> None:
    left = screening.open_stretches({flag})
    for name in REFERENCE["stretches"]:
        assert (name in left) == (screening.excluded_because(name, {flag}) == ())


def changed_book(question: str, **fields: Any) -> Book:
    book = load()
    questions = tuple(attrs.evolve(q, **fields) if q.id == question else q for q in book.screening.questions)
    return attrs.evolve(book, screening=attrs.evolve(book.screening, questions=questions))


def test_a_book_with_one_question_more_needs_no_rule_more() -> None:
    book = load()
    more = Question("new_lump", "A lump?", "urgent", "see_professional_first", "why", ("S01",))
    wider: Screening = attrs.evolve(book.screening, questions=(more, *book.screening.questions))
    book = attrs.evolve(book, screening=wider)
    assert screening.next_question({"age_band": "18_64"}, book=book) == "new_lump"
    assert screening.judge(CLEAR, book=book).outcome == "incomplete"
    assert screening.judge(CLEAR | {"new_lump": "no"}, book=book).outcome == "clear"
    assert screening.judge(CLEAR | {"new_lump": "yes"}, book=book).decided_by == "new_lump"
    assert screening.judge(CLEAR | {"new_lump": "not_sure"}, book=book).outcome == "see_professional_first"


@pytest.mark.parametrize(
    ("question", "fields"),
    [
        ("emergency_nerves", {"not_sure": "see_professional_first"}),
        ("injury", {"yes": "see_professional_first"}),
        ("surgery", {"not_sure": "excludes"}),
        ("neck_dizzy", {"excludes": ("neck_chin_to_chest",)}),
        ("balance_pressure", {"flag": ""}),
        ("long_or_urge", {"refer_routine": False}),
    ],
)
def test_the_comparison_sees_a_weakened_book(question: str, fields: dict[str, Any]) -> None:
    """The second reading would be worthless if it agreed with everything."""
    weak = changed_book(question, **fields)
    cases = [CLEAR | {question: answer} for answer in ANSWERS]
    assert not all(agrees(answers, False, weak) for answers in cases)
