"""The safety questions as a decision: answers in, verdict out.

The rules are read off the questions themselves. Each answer has an effect, and the effects are asked in order of their
weight; the first rule that fits decides, so every set of answers, even an incomplete one, has exactly one outcome:

     1  an answer that means emergency                                 emergency
     2  the age is not known                                           incomplete
     3  an answer that means urgent                                    urgent
     4  under 18                                                       minor
     5  a question that could mean emergency or urgent is open         incomplete
     6  an answer that means see_professional_first                    see_professional_first
     7  any question is open                                           incomplete
     8  more counted flags than the book allows                        see_professional_first
     9  any flag                                                       restricted
    10  otherwise                                                      clear

Rule 5 stands before rule 6 on purpose: nobody is sent to a doctor "within days" before the questions that could mean
"now" or "today" are answered. A book with one question more needs no rule more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from attrs import frozen

from flows.book import load
from flows.pages import AgeRule, Book, Question, Screening

MINOR_BAND = "under_18"
_NOTHING: frozenset[str] = frozenset()


@frozen
class Verdict:
    """What the answers allow."""

    outcome: str
    """emergency, urgent, minor, see_professional_first, incomplete, restricted or clear."""
    allowed: frozenset[str] = _NOTHING
    """Stretch ids; empty unless restricted or clear."""
    flags: frozenset[str] = _NOTHING
    """The flags that the answers set, in every outcome."""
    refer_routine: bool = False
    """True when a flag of a restricted outcome also asks for a routine visit to a professional."""
    decided_by: str = ""
    """The id of the question whose answer decided alone (rules 1, 3, 4, 6); empty otherwise."""


def judge(answers: Mapping[str, str], *, professional_ok: bool = False, book: Book | None = None) -> Verdict:
    """Judge the answers (question id to "yes", "no" or "not_sure"; "age_band" to a band).

    `professional_ok`: a professional has examined the person since and allowed gentle exercise. It turns
    see_professional_first into restricted with the gentle core, once every question is answered; it never changes
    emergency, urgent, minor or incomplete [S10, S12].

    Raises ValueError for a question or an answer that the book does not have.
    """
    book = book or load()
    screening = book.screening
    _refuse_unknown(answers, screening)
    flags = _flags(answers, screening)
    outcome, decided_by = _decide(answers, flags, screening)
    if professional_ok and outcome in screening.professional_ok.applies_to:
        return _cleared(answers, flags, book)
    if outcome not in ("restricted", "clear"):
        return Verdict(outcome, flags=flags, decided_by=decided_by)
    refer = outcome == "restricted" and _wants_referral(flags, screening)
    return Verdict(outcome, open_stretches(flags, book), flags, refer)


def next_question(answers: Mapping[str, str], *, professional_ok: bool = False, book: Book | None = None) -> str | None:
    """The id of the question to ask next, the age first; None once the verdict stands. Raises like `judge`."""
    book = book or load()
    if judge(answers, professional_ok=professional_ok, book=book).outcome != "incomplete":
        return None
    return _open_questions(answers, book.screening)[0]


def open_stretches(flags: Collection[str], book: Book | None = None) -> frozenset[str]:
    """The stretches that none of these flags takes out."""
    book = book or load()
    taken = {stretch for source in _flag_sources(book.screening) if source.flag in flags for stretch in source.excludes}
    return frozenset(book.stretches) - taken


def notes(verdict: Verdict, book: Book | None = None) -> tuple[str, ...]:
    """What to tell the person about the flags that are set, in the order of the questions."""
    sources = _flag_sources((book or load()).screening)
    return tuple(source.note for source in sources if source.flag in verdict.flags and source.note)


def excluded_because(stretch_id: str, flags: Collection[str], book: Book | None = None) -> tuple[str, ...]:
    """The ids of the questions and age bands that take the stretch out, given the flags (`Verdict.flags`)."""
    sources = _flag_sources((book or load()).screening)
    return tuple(_name(source) for source in sources if source.flag in flags and stretch_id in source.excludes)


def _decide(answers: Mapping[str, str], flags: frozenset[str], screening: Screening) -> tuple[str, str]:
    """The outcome by the first rule that fits, and the question that decided alone."""
    age = answers.get(screening.age.id)
    rules = (
        ("emergency", _first_with("emergency", answers, screening)),
        ("incomplete", None if age else screening.age.id),
        ("urgent", _first_with("urgent", answers, screening)),
        ("minor", screening.age.id if age == MINOR_BAND else None),
        ("incomplete", _first_open(answers, screening, grave=True)),
        ("see_professional_first", _first_with("see_professional_first", answers, screening)),
        ("incomplete", _first_open(answers, screening, grave=False)),
    )
    for outcome, question in rules:
        if question is not None:
            return outcome, "" if outcome == "incomplete" else question
    if len(flags.intersection(screening.counted_flags)) > screening.max_counted_flags:
        return "see_professional_first", ""
    return ("restricted" if flags else "clear"), ""


def _cleared(answers: Mapping[str, str], flags: frozenset[str], book: Book) -> Verdict:
    """What a professional's yes leaves of see_professional_first."""
    screening = book.screening
    if _open_questions(answers, screening):
        return Verdict("incomplete", flags=flags)
    allowed = open_stretches(flags, book).intersection(screening.professional_ok.allowed)
    return Verdict(screening.professional_ok.new_outcome, allowed, flags, _wants_referral(flags, screening))


def _effect(question: Question, answer: str | None) -> str:
    return {"yes": question.yes, "not_sure": question.not_sure}.get(answer or "", "")


def _first_with(effect: str, answers: Mapping[str, str], screening: Screening) -> str | None:
    matches = (q.id for q in screening.questions if _effect(q, answers.get(q.id)) == effect)
    return next(matches, None)


def _first_open(answers: Mapping[str, str], screening: Screening, *, grave: bool) -> str | None:
    """The first unanswered question; with `grave`, only among those that could mean emergency or urgent."""
    matches = (q.id for q in screening.questions if q.id not in answers and (_is_grave(q) or not grave))
    return next(matches, None)


def _is_grave(question: Question) -> bool:
    return not {"emergency", "urgent"}.isdisjoint((question.yes, question.not_sure))


def _open_questions(answers: Mapping[str, str], screening: Screening) -> list[str]:
    return [name for name in (screening.age.id, *(q.id for q in screening.questions)) if name not in answers]


def _flag_sources(screening: Screening) -> tuple[AgeRule | Question, ...]:
    """All that can set a flag, the age first, as it is asked."""
    return (*screening.age_rules, *(q for q in screening.questions if q.flag))


def _name(source: AgeRule | Question) -> str:
    return source.band if isinstance(source, AgeRule) else source.id


def _flags(answers: Mapping[str, str], screening: Screening) -> frozenset[str]:
    by_age = {rule.flag for rule in screening.age_rules if answers.get(screening.age.id) == rule.band}
    by_answer = {q.flag for q in screening.questions if q.flag and _effect(q, answers.get(q.id)) == "excludes"}
    return frozenset(by_age | by_answer)


def _wants_referral(flags: frozenset[str], screening: Screening) -> bool:
    return any(q.refer_routine for q in screening.questions if q.flag in flags)


def _refuse_unknown(answers: Mapping[str, str], screening: Screening) -> None:
    bands = [choice.id for choice in screening.age.choices]
    known = {q.id: list(screening.answers) for q in screening.questions} | {screening.age.id: bands}
    for question, answer in answers.items():
        if question not in known:
            raise ValueError(f"unknown question {question!r}; the book has {', '.join(known)}")
        if answer not in known[question]:
            raise ValueError(f"unknown answer {answer!r} to {question}; it takes {', '.join(known[question])}")
