"""Small books for walking: few questions, stretches and steps, but every effect that a book can have.

The shipped book multiplies what is the same for the guards: eleven pain levels where five bands decide, twelve
questions where four effects do. What is cut away here is walked by chance over the whole book (`test_every_path`).
"""

from __future__ import annotations

from types import MappingProxyType

from attrs import evolve

from flows.book import load
from flows.pages import Book, Stretch

QUESTIONS = ("emergency_nerves", "injury", "nerve_problem", "neck_dizzy")
"""Emergency or urgent; urgent or see a professional; see a professional; a flag that a pain check can set too."""
STRETCHES = ("partner_press", "seated_twist", "pelvic_tilt", "seated_gentle_rotation")
"""Locked; a seed with sides and pops; the two of the gentle core."""
STEPS = {"partner_press": 1, "seated_twist": 2, "pelvic_tilt": 1, "seated_gentle_rotation": 1}
ALTERNATIVES = {
    "partner_press": ("pelvic_tilt", "seated_gentle_rotation"), "seated_twist": ("seated_gentle_rotation",),
    "pelvic_tilt": ("seated_gentle_rotation",), "seated_gentle_rotation": ("pelvic_tilt",),
}  # fmt: skip


def small() -> Book:
    """Four questions, four stretches, one prop to ask about (the other person)."""
    whole = load()
    safety = whole.screening
    questions = tuple(q for q in safety.questions if q.id in QUESTIONS)
    return evolve(
        whole,
        screening=evolve(safety, questions=questions, emergency_questions=QUESTIONS[:1]),
        stretches=MappingProxyType({name: _short(whole.stretches[name]) for name in STRETCHES}),
        props_asked=("partner",),
        cards=MappingProxyType({name: card for name, card in whole.cards.items() if name in NEEDED_CARDS}),
    )


NEEDED_CARDS = ("card_before_you_start", "card_constant_urge")


def _short(stretch: Stretch) -> Stretch:
    steps = stretch.steps[: STEPS[stretch.id]]
    sides = stretch.sides if stretch.id == "seated_twist" else evolve(stretch.sides, kind="none", again_from="")
    if stretch.id == "seated_twist":
        sides = evolve(sides, again_from=steps[-1].id)
    props = tuple(prop for prop in stretch.props if prop == "partner")
    return evolve(
        stretch, steps=steps, sides=sides, props=props, props_any=False, alternatives=ALTERNATIVES[stretch.id],
        after=evolve(stretch.after, most=min(2, stretch.after.most)),
    )  # fmt: skip


def one_question_more(book: Book) -> Book:
    """The same version, but one question more: what was answered before is not the whole any more."""
    extra = evolve(book.screening.questions[-1], id="brand_new", flag="", excludes=(), yes="urgent", not_sure="urgent")
    return evolve(book, screening=evolve(book.screening, questions=(*book.screening.questions, extra)))


def one_stretch_less(book: Book, name: str = "pelvic_tilt") -> Book:
    """A stretch is gone, also from what other stretches offer instead."""
    left = {
        key: evolve(page, alternatives=tuple(other for other in page.alternatives if other != name))
        for key, page in book.stretches.items()
        if key != name
    }
    return evolve(book, stretches=MappingProxyType(left))


def one_step_less(book: Book, name: str = "seated_twist") -> Book:
    """The first step of a stretch is gone: whoever stands there must not be shown another in its place."""
    page = book.stretches[name]
    shorter = evolve(page, steps=page.steps[1:])
    return evolve(book, stretches=MappingProxyType({**book.stretches, name: shorter}))
