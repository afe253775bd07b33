"""What the safety questions must keep."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from flows.pages import Screening
from flows.proofs.known import (
    Found,
    Known,
    flag_excludes,
    grounded,
    id_form,
    no_twins,
    said,
    unknown,
)

WEIGHT = {"emergency": 0, "urgent": 1, "see_professional_first": 2, "excludes": 3}
"""The effects of an answer, the gravest first."""


def ids_are_sound(screening: Screening, known: Known) -> Iterator[Found]:
    yield from no_twins("questions", [screening.age.id, *(question.id for question in screening.questions)])
    yield from no_twins("age.choices", [choice.id for choice in screening.age.choices])
    flags = [rule.flag for rule in screening.age_rules]
    yield from no_twins("questions", flags + [question.flag for question in screening.questions if question.flag])
    for i, question in enumerate(screening.questions, 1):
        yield from id_form(f"questions[{i}].id", question.id)


def answers_are_the_three(screening: Screening, known: Known) -> Iterator[Found]:
    words = known.vocabulary
    if words and set(screening.answers) != set(words.answers):
        yield "answers", f"they are {', '.join(screening.answers)}", f"they must be {', '.join(words.answers)}"
    bands = [choice.id for choice in screening.age.choices]
    if words and bands != list(words.age_bands):
        yield "age.choices", f"the bands are {', '.join(bands)}", f"they must be {', '.join(words.age_bands)}"


def questions_are_whole(screening: Screening, known: Known) -> Iterator[Found]:
    if not screening.questions:
        yield "questions", "there is no question", "nobody stretches unasked"
    yield from grounded("age.sources", screening.age.sources, known)
    yield from said("age.text", screening.age.text, "ask for the age")
    for i, question in enumerate(screening.questions, 1):
        yield from said(f"questions[{i}].text", question.text, "ask something")
        yield from said(f"questions[{i}].why", question.why, "say why it is asked")
        yield from grounded(f"questions[{i}].sources", question.sources, known)
        yield from no_twins(f"questions[{i}].items", question.items)


def effects_are_careful(screening: Screening, known: Known) -> Iterator[Found]:
    """A "not sure" never counts as no, and never weighs more than one step less than yes."""
    for i, question in enumerate(screening.questions, 1):
        for name in ("yes", "not_sure"):
            yield from unknown(f"questions[{i}].{name}", [getattr(question, name)], WEIGHT, "effect")
        if {question.yes, question.not_sure} - WEIGHT.keys():
            continue
        if not WEIGHT[question.yes] <= WEIGHT[question.not_sure] <= WEIGHT[question.yes] + 1:
            what = f"{question.not_sure!r} does not fit yes = {question.yes!r}"
            yield f"questions[{i}].not_sure", what, "take the same effect, or the next weaker one"
        elif question.yes == "see_professional_first" and question.not_sure == "excludes":
            yield f"questions[{i}].not_sure", "a doubt about a reason to see someone first", "take the same effect"


def flags_are_whole(screening: Screening, known: Known) -> Iterator[Found]:
    for i, question in enumerate(screening.questions, 1):
        has_flag = bool(question.flag and question.excludes)
        if ("excludes" in (question.yes, question.not_sure)) != has_flag:
            yield f"questions[{i}].flag", "flag and excludes do not fit the effects", "both, with the effect excludes"
        yield from no_twins(f"questions[{i}].excludes", question.excludes)
    yield from unknown("counted_flags", screening.counted_flags, known.flags, "flag")
    if not 0 < screening.max_counted_flags <= len(screening.counted_flags):
        yield "max_counted_flags", f"{screening.max_counted_flags} is out of range", "choose from 1 to their number"


def exclusions_are_shared(screening: Screening, known: Known) -> Iterator[Found]:
    """The other direction of the rule that the stretches keep."""
    sources = [(f"questions[{i}].excludes", q.flag, q.excludes) for i, q in enumerate(screening.questions, 1)]
    sources += [(f"age_rules[{i}].excludes", r.flag, r.excludes) for i, r in enumerate(screening.age_rules, 1)]
    for place, flag, excludes in sources:
        yield from unknown(place, excludes, known.stretches, "stretch")
        for name in excludes:
            if name in known.loaded and flag not in known.loaded[name].excluded_by:
                what = f"{name} is left out, but stretches/{name}.toml does not name {flag} in excluded_by"
                yield place, what, f"add {flag} there, or remove {name} here"


def ages_are_known(screening: Screening, known: Known) -> Iterator[Found]:
    for i, rule in enumerate(screening.age_rules, 1):
        yield from unknown(f"age_rules[{i}].band", [rule.band], known.words("age_bands"), "age band")
    if "under_18" not in [choice.id for choice in screening.age.choices]:
        yield "age.choices", "the band under_18 is gone", "put it back: nobody under 18 is guided"


def grave_comes_first(screening: Screening, known: Known) -> Iterator[Found]:
    weights = [WEIGHT.get(question.yes, 0) for question in screening.questions]
    for i, (before, now) in enumerate(pairwise(weights), 2):
        if now < before:
            yield f"questions[{i}]", "a graver question comes after a lighter one", "put the graver one first"
    if 0 not in weights:
        yield "questions", "no question means emergency", "put it back"


def emergency_questions_are_those(screening: Screening, known: Known) -> Iterator[Found]:
    """What is asked again after "It got worse" is exactly what can mean an emergency."""
    wanted = tuple(question.id for question in screening.questions if question.yes == "emergency")
    yield from unknown("emergency_questions", screening.emergency_questions, known.questions, "question")
    if set(screening.emergency_questions) != set(wanted):
        yield "emergency_questions", "they are not the questions that mean emergency", f"write: {', '.join(wanted)}"


def gentle_core_is_gentle(screening: Screening, known: Known) -> Iterator[Found]:
    lists = {"gentle_core": screening.gentle_core, "professional_ok.allowed": screening.professional_ok.allowed}
    for place, names in lists.items():
        yield from unknown(place, names, known.stretches, "stretch")
        for name in names:
            if name in known.loaded and known.loaded[name].seed:
                yield place, f"{name} is a stretch of the seed", "name additions only"
    if set(screening.professional_ok.allowed) - set(screening.gentle_core):
        yield "professional_ok.allowed", "it goes beyond gentle_core", "name only those"


def cleared_is_narrow(screening: Screening, known: Known) -> Iterator[Found]:
    """A professional's yes changes this one outcome into this one [S10, S12]."""
    if screening.professional_ok.applies_to != ("see_professional_first",):
        yield "professional_ok.applies_to", "it reaches further", "only see_professional_first"
    if screening.professional_ok.new_outcome != "restricted":
        yield "professional_ok.new_outcome", "it gives more", "only restricted"
    yield from said("professional_ok.text", screening.professional_ok.text, "ask the question")


def something_is_left(screening: Screening, known: Known) -> Iterator[Found]:
    """Whatever flags are set, a stretch is left; of the gentle core too. More flags only leave less."""
    taken = frozenset[str]().union(*flag_excludes(screening).values())
    left = [stretch.id for stretch in known.loaded.values() if not stretch.locked_by_default]
    if left and taken.issuperset(left):
        yield "questions", "all flags together leave no stretch", "let one stay"
    if taken.issuperset(screening.gentle_core):
        yield "gentle_core", "all flags together leave none of it", "let one stay"


def numbers_are_sane(screening: Screening, known: Known) -> Iterator[Found]:
    repeat = screening.repeat
    numbers = {
        "repeat.full_every_days": (repeat.full_every_days, 1, 90),
        "repeat.full_after_gap_days": (repeat.full_after_gap_days, 1, 30),
        "repeat.lock_after_emergency_hours": (repeat.lock_after_emergency_hours, 24, 720),
        "repeat.lock_after_urgent_hours": (repeat.lock_after_urgent_hours, 24, 720),
        "repeat.lock_after_pain_stop_hours": (repeat.lock_after_pain_stop_hours, 12, 720),
        "professional_ok.valid_days": (screening.professional_ok.valid_days, 1, 90),
    }
    for place, (number, low, high) in numbers.items():
        if not low <= number <= high:
            yield place, f"{number} is out of range", f"choose from {low} to {high}"


def consent_says_enough(screening: Screening, known: Known) -> Iterator[Found]:
    for words in ("not a doctor", "/mydata", "/delete", "Do you agree"):
        if words not in screening.consent.text:
            yield "consent.text", f"it does not say {words!r}", "say it: consent without it is none"
    for name in ("agree", "refuse", "on_refuse"):
        yield from said(f"consent.{name}", getattr(screening.consent, name), "a person must be able to say no")
    yield from said("quick_check", screening.quick_check, "ask what is new since last time")


RULES = (
    ids_are_sound,
    answers_are_the_three,
    questions_are_whole,
    effects_are_careful,
    flags_are_whole,
    exclusions_are_shared,
    ages_are_known,
    grave_comes_first,
    emergency_questions_are_those,
    gentle_core_is_gentle,
    cleared_is_narrow,
    something_is_left,
    numbers_are_sane,
    consent_says_enough,
)
