"""Phrases that texts are filled with: numbers, reasons, lists of stretches. All words come from the book."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from flows.conversation import NONE, Conversation
from flows.pages import Book, Number, Step, Stretch
from flows.times import clock_words


def emergency_number(country: str, book: Book) -> str:
    """What to call, to be put after "call": the country's number, or words that hold everywhere [S60]."""
    number = book.numbers.get(country)
    if number is None:
        return book.say("number.unknown")
    return number_words(number, book)


def number_words(number: Number, book: Book) -> str:
    also = book.say("number.also", also=" or ".join(number.also)) if number.also else ""
    doubt = book.say("number.doubt") if number.grade != "A" else ""
    return " ".join(part for part in (number.call, also, doubt) if part)


def reason(key: str, book: Book, answers: Mapping[str, str] = NONE) -> str:
    """Why a referral is shown, in the words of the person's own answer.

    `key` is a question, a flag, a signal or one of our reasons; `answers` tells what was answered.
    """
    for question in book.screening.questions:
        if key in (question.id, question.flag):
            given = book.screening.answers[answers.get(question.id, "yes")]
            items = book.say("reason.items", items="; ".join(question.items)) if question.items else ""
            return " ".join(
                [book.say("reason.answer", answer=given, question=question.text), *([items] if items else [])]
            )
    for signal in book.pain.signals:
        if signal.id == key:
            return book.say("reason.signal", signal=signal.words)
    return book.messages.get(f"reason.{key}", book.say("reason.unknown"))


def listing(names: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    words = list(names)
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + " and " + words[-1]


def stretch_names(ids: Iterable[str], book: Book) -> str:
    return listing(book.stretches[i].name for i in ids if i in book.stretches)


def props_line(stretch: Stretch, book: Book) -> str:
    """What the person needs, pillow and wall included; nothing to fetch: empty."""
    words = [book.say(f"prop.{prop}") for prop in stretch.props]
    joined = " or ".join(words) if stretch.props_any else listing(words)
    return book.say("briefing.props", props=joined) if words else ""


def step_index(stretch: Stretch, step: str) -> int:
    """Where a step stands in the walk of its stretch; -1: the stretch has no such step (any more)."""
    return next((n for n, each in enumerate(stretch.walk) if each.id == step), -1)


def side_words(stretch: Stretch, index: int, book: Book) -> str:
    """On which side of the body this step is done; empty where sides are no matter."""
    if stretch.sides.kind != "in_turn":
        return ""
    return book.say("side.other" if index >= len(stretch.steps) else "side.first")


def step_text(step: Step, book: Book) -> str:
    """A step as a person reads it: what to do, how to breathe, how long, what it feels like, when to stop."""
    lines = [step.do, ""]
    count = book.say("step.reps", reps=step.reps) if step.reps > 1 else ""
    hold = book.say("step.hold", seconds=step.hold_s) if step.hold_s else ""
    lines += [" ".join(part for part in (book.say("step.breathe", breathe=step.breathe), hold, count) if part)]
    lines += [book.say("step.feel", feel=step.feel), book.say("step.stop", stop=step.stop)]
    return "\n".join(lines)


def runs_it(book: Book) -> str:
    """Who runs this bot, if they said so."""
    return book.say("topic.runs", contact=book.contact) if book.contact else book.say("topic.runs_unnamed")


def until_words(at: datetime | None, talk: Conversation, book: Book, now: datetime) -> str:
    return book.say("until.checked") if at is None else clock_words(at, now, talk.zone)
