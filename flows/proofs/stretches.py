"""What every stretch must keep."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.pages import Step, Stretch
from flows.proofs.known import GATES, Found, Known, cited, flag_excludes, grounded, id_form, no_twins, said, unknown
from flows.text import swap_sides

NOT_WHEN = ("reaching_feet_hurts", "first_hour_after_getting_up", "no_partner", "no_ball")
"""Reasons outside the screening that the conversation asks about."""
HOLD_LIMIT_S = 120
MINUTES_LIMIT = 15
REPS_LIMIT = 20

SEED_SAYS: dict[int, tuple[str, ...]] = {
    1: ("palms.*forehead", "breathe out", "behind the chair", "crack", "discomfort", "hurts.*stop|stop.*hurts"),
    2: ("feet.*painful|feet.*hurt", "pain or discomfort", "stop at once|stop right away"),
    3: ("hand", "centre of your spine", "press", "lean back", "slight pop", "discomfort", "pain.*stop|stop.*pain"),
    4: ("careful", "dangerous", "cannot feel what you feel", "little by little", "talk", "discomfort.*stop"),
    5: ("patient", "few minutes", "crack", "not at all|may not", "rest|relax", "enjoy"),
    6: ("left arm", "right leg", "knee", "gently back and to the right", "pops.*let go", "other leg", "hurts.*stop"),
    7: ("back of your head", "forward", "chin.*chest", "pain or discomfort.*stop"),
}
"""What the brief says about its stretches [SEED1-7] and `must_say` therefore says too, as patterns."""

PARTNER_SAYS = ("drinking", "STOP", "palms", "neck", "thrust", "kneeling", "breathe out")
"""A word of each of the seven rules for another person's hands [SEED4, S26, S27]."""

SHOWN = "say in a plain sentence what the picture shows: some people do not see it"

_PAIN = re.compile(r"\b(pain|discomfort|hurts?)\b", re.IGNORECASE)
_AT_MOST = re.compile(r"up to (\d+) times")


def words_are_known(stretch: Stretch, known: Known) -> Iterator[Found]:
    single = {"set": "sets", "region": "regions", "position": "positions", "intensity": "intensities"}
    for name, kind in single.items():
        yield from unknown(name, [getattr(stretch, name)], known.words(kind), name)
    yield from unknown("props", stretch.props, known.words("props"), "prop")
    yield from unknown("movement", stretch.movement, known.words("movements"), "movement")
    yield from unknown("sides.kind", [stretch.sides.kind], ("none", "within", "in_turn"), "kind of sides")
    yield from unknown("not_when_other", stretch.not_when_other, NOT_WHEN, "reason")
    yield from unknown("requires", stretch.requires, GATES, "requirement")
    yield from unknown("excluded_by", stretch.excluded_by, known.flags, "flag")


def id_is_short(stretch: Stretch, known: Known) -> Iterator[Found]:
    yield from id_form("id", stretch.id)


def alternatives_exist(stretch: Stretch, known: Known) -> Iterator[Found]:
    yield from unknown("alternatives", stretch.alternatives, known.stretches, "stretch")
    yield from no_twins("alternatives", stretch.alternatives)
    if stretch.id in stretch.alternatives:
        yield "alternatives", "the stretch is its own alternative", "name another one"
    if not stretch.alternatives:
        yield "alternatives", "there is none", "name at least one stretch to offer instead"


def has_grounds(stretch: Stretch, known: Known) -> Iterator[Found]:
    yield from grounded("sources", stretch.sources, known)
    yield from cited("evidence", stretch.evidence, known)
    yield from said("evidence", stretch.evidence, "say what is known about this stretch, even if it is nothing")


def exclusions_are_shared(stretch: Stretch, known: Known) -> Iterator[Found]:
    """The stretch and the question both name each other, so that nobody changes one side alone."""
    for flag in stretch.excluded_by if known.screening else ():
        excludes = flag_excludes(known.screening) if known.screening else {}
        if flag in excludes and stretch.id not in excludes[flag]:
            mend = f"add {stretch.id} there, or remove {flag} here"
            yield "excluded_by", f"{flag} is named, but its excludes in screening.toml does not name {stretch.id}", mend


def has_cautions(stretch: Stretch, known: Known) -> Iterator[Found]:
    if not stretch.must_say:
        yield "must_say", "there is no warning", "say what must be said before it starts"
    for place in ("name", "stop_if", "when_not_text", "feels_ok"):
        yield from said(place, getattr(stretch, place), "no stretch goes without it")
    for i, sentence in enumerate(stretch.must_say, 1):
        yield from said(f"must_say[{i}]", sentence, "write the warning, or remove the line")


def says_stop_on_pain(stretch: Stretch, known: Known) -> Iterator[Found]:
    if stretch.stop_if.strip() and not _PAIN.search(stretch.stop_if):
        yield "stop_if", "it does not name pain or discomfort", "any pain or discomfort stops a stretch: say so"


def says_what_the_brief_says(stretch: Stretch, known: Known) -> Iterator[Found]:
    spoken = " ".join(stretch.must_say).lower()
    for pattern in SEED_SAYS.get(stretch.seed_item, ()):
        if not re.search(pattern, spoken):
            yield "must_say", f"a warning of the brief is gone (nothing there matches {pattern!r})", "say it again"


def seed_has_its_item(stretch: Stretch, known: Known) -> Iterator[Found]:
    if stretch.seed != (stretch.seed_item in range(1, 8)):
        yield "seed_item", f"{stretch.seed_item} does not fit set {stretch.set!r}", "1 to 7 for seed, none for addition"


def steps_are_whole(stretch: Stretch, known: Known) -> Iterator[Found]:
    if not stretch.steps:
        yield "steps", "there is no step", "a stretch has at least one"
    yield from no_twins("steps", [step.id for step in stretch.steps])
    for i, step in enumerate(stretch.steps, 1):
        yield from id_form(f"steps[{i}].id", step.id)
        if step.id.endswith("_other") or step.id == "other_side":
            yield f"steps[{i}].id", f"{step.id!r} is kept for the other side", "choose another id"
        for name in ("do", "breathe", "feel", "stop"):
            yield from said(f"steps[{i}].{name}", getattr(step, name), "a person meets every step alone: fill it")
        yield from said(f"steps[{i}].shows", step.shows, SHOWN)


def numbers_are_sane(stretch: Stretch, known: Known) -> Iterator[Found]:
    numbers = [("minutes", stretch.minutes, 1, MINUTES_LIMIT), ("after.most", stretch.after.most, 1, known.most)]
    for i, step in enumerate(stretch.steps, 1):
        numbers.append((f"steps[{i}].hold_s", step.hold_s, 0, HOLD_LIMIT_S))
        numbers.append((f"steps[{i}].reps", step.reps, 1, REPS_LIMIT))
    for place, number, low, high in numbers:
        if not low <= number <= high:
            yield place, f"{number} is out of range", f"choose from {low} to {high}"


def asks_after(stretch: Stretch, known: Known) -> Iterator[Found]:
    yield from said("after.ask", stretch.after.ask, "ask how it felt")
    spoken = _AT_MOST.search(stretch.after.ask)
    if spoken and int(spoken[1]) != stretch.after.most:
        yield "after.ask", f"it says {spoken[1]} times, after.most says {stretch.after.most}", "make them agree"


def sides_are_whole(stretch: Stretch, known: Known) -> Iterator[Found]:
    sides = stretch.sides
    if sides.kind != "in_turn":
        for name in ("change", "again_from", "feel", "stop", "shows"):
            if getattr(sides, name):
                yield f"sides.{name}", f"it is never shown when kind is {sides.kind!r}", "remove it, or use in_turn"
        return
    if sides.again_from not in [step.id for step in stretch.steps]:
        yield "sides.again_from", f"unknown step {sides.again_from!r}", "name the step to begin the other side with"
    for name in ("change", "feel", "stop"):
        yield from said(f"sides.{name}", getattr(sides, name), "a stretch with two sides needs it")
    yield from said("sides.shows", sides.shows, SHOWN)


def other_side_is_told(stretch: Stretch, known: Known) -> Iterator[Found]:
    """`other` stands where it is shown and differs, and is `do` with left and right swapped."""
    again = False
    for i, step in enumerate(stretch.steps, 1):
        again = again or (stretch.sides.kind == "in_turn" and step.id == stretch.sides.again_from)
        yield from _other(f"steps[{i}].other", step, again)


def _other(place: str, step: Step, again: bool) -> Iterator[Found]:
    wanted = swap_sides(step.do)
    if not again:
        if step.other:
            yield place, "it is never shown", "remove it: the step is not walked again on the other side"
    elif step.other and step.other != wanted:
        yield place, "it is not `do` with left and right swapped", f"write: {wanted}"
    elif not step.other and step.do != wanted:
        yield place, "it is missing, and `do` names a side", f"write: {wanted}"


def partner_is_locked(stretch: Stretch, known: Known) -> Iterator[Found]:
    """Another person's hands come behind the lock, with every rule, or not at all [SEED4, S26, S27]."""
    if "partner" not in stretch.props:
        return
    if not stretch.locked_by_default:
        yield "locked_by_default", "a stretch with a partner is not locked", "set it to true"
    missing = [gate for gate in GATES if gate not in stretch.requires]
    if missing:
        yield "requires", f"not required: {', '.join(missing)}", "add it back"
    for word in PARTNER_SAYS:
        if not any(word in rule for rule in stretch.partner_rules):
            yield "partner_rules", f"the rule about {word!r} is gone", "say it again"


RULES = (
    words_are_known,
    id_is_short,
    alternatives_exist,
    has_grounds,
    exclusions_are_shared,
    has_cautions,
    says_stop_on_pain,
    says_what_the_brief_says,
    seed_has_its_item,
    steps_are_whole,
    numbers_are_sane,
    asks_after,
    sides_are_whole,
    other_side_is_told,
    partner_is_locked,
)
