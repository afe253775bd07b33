"""The summary for a clinician: what the person told, to be read in a minute (protocol, section D).

Never in it: a diagnosis, a guess at a cause, advice on treatment, a name or a messenger's id. What the person wrote is
not kept, so it cannot stand here: the sheet leaves room to write by hand instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from flows.conversation import Conversation, Done, Mark, Past
from flows.pages import Book, PainRow, Question
from flows.phrases import step_index
from flows.sheet import Part, Sheet
from flows.zones import zone_of

REACHES_BACK = timedelta(days=14)
"""Scores and stops of so many days are shown."""
MOST_LINES = 6
"""Of stops, of advice: the newest are shown, the page is one."""
HOW_LONG = "long_or_urge"
"""The question that asks how long it has lasted, and whether it gets worse."""
HURT = "pain_or_discomfort"
"""The plain signal; where a kind of pain was told, that says more."""
RED = ("emergency", "urgent")
"""What an answer must do for its "no" to be worth telling."""
QUIET_ACTIONS = ("continue", "ease_off", "gentle_only")
"""Rows of the pain table that stopped nothing."""


def summary(talk: Conversation, book: Book, now: datetime) -> Sheet:
    """What is kept of the person, for somebody who is going to look at them."""
    head = book.say("summary.made", at=f"{_day(now, talk)} {now.year}", zone=talk.zone or "UTC")
    parts = (
        _person(talk, book),
        _stops(talk, book, now),
        _advice(talk, book, now),
        Part(
            book.say("summary.by_hand"), blanks=tuple(book.say(f"summary.{key}") for key in ("where", "since", "own"))
        ),
        _told(talk, book),
        _scores(talk, book, now),
        _not_told(talk, book),
    )
    return Sheet(
        book.say("summary.title"), head, tuple(part for part in parts if _has_something(part)), _foot(talk, book)
    )


def _has_something(part: Part) -> bool:
    return bool(part.lines or part.rows or part.blanks)


def _foot(talk: Conversation, book: Book) -> str:
    version = talk.screened.version if talk.screened is not None else book.screening.version
    known = book.say("summary.versions", content=book.content_version, screening=version)
    return " ".join([known, *([] if book.reviewed_by else [book.say("consent.unreviewed")])])


def _person(talk: Conversation, book: Book) -> Part:
    bands = {choice.id: choice.words for choice in book.screening.age.choices}
    age = book.say("summary.age", band=bands.get(talk.age, book.say("summary.unknown")))
    asked = next((q for q in book.screening.questions if q.id == HOW_LONG), None)
    given = talk.screen_answers.get(HOW_LONG, "")
    long = [_answered(asked, given, book)] if asked is not None and given else []
    return Part(book.say("summary.person"), (age, *long))


def _answered(question: Question, given: str, book: Book) -> str:
    """An answer in the words of its question."""
    items = book.say("summary.items", items="; ".join(question.items)) if question.items else ""
    words = book.screening.answers.get(given, given)
    return " ".join(part for part in (book.say("summary.answer", answer=words, question=question.text), items) if part)


def _given(talk: Conversation, book: Book) -> Iterator[tuple[Question, str]]:
    for question in book.screening.questions:
        given = talk.screen_answers.get(question.id)
        if given is not None and question.id != HOW_LONG:
            yield question, given


def _told(talk: Conversation, book: Book) -> Part:
    """What was answered with yes or not sure; whatever was told by words stands as such."""
    lines = [_answered(question, given, book) for question, given in _given(talk, book) if given != "no"]
    lines += [
        book.say("summary.words", at=_instant(hold.since, talk)) for hold in talk.holds if hold.raised_by == "words"
    ]
    if not talk.screen_answers.keys() - {book.screening.age.id}:
        lines.append(book.say("summary.not_asked"))
    return Part(book.say("summary.told", at=_answered_at(talk)), tuple(lines or [book.say("summary.none")]))


def _not_told(talk: Conversation, book: Book) -> Part:
    lines = [
        "; ".join(question.items) if question.items else question.text
        for question, given in _given(talk, book)
        if given == "no" and (question.yes in RED or question.not_sure in RED)
    ]
    return Part(book.say("summary.denied", at=_answered_at(talk)), tuple(lines))


def _answered_at(talk: Conversation) -> str:
    at = talk.answering.since if talk.answering is not None else talk.screened.at if talk.screened else None
    return _day(at, talk) if at is not None else "-"


def _scores(talk: Conversation, book: Book, now: datetime) -> Part:
    """A row for each day: the pain before its first sitting and after its last one, and what was done."""
    columns = tuple(book.say(f"summary.{key}") for key in ("day", "before", "after", "next_day", "done"))
    days: dict[str, list[Past]] = {}
    for past in reversed(talk.past):
        if now - past.ended <= REACHES_BACK:
            days.setdefault(_day(past.begun, talk), []).insert(0, past)
    rows = tuple((day, *_score(sittings, book)) for day, sittings in days.items())
    if not rows:
        return Part(book.say("summary.scores"), (book.say("summary.no_sitting"),))
    return Part(book.say("summary.scores"), (), columns, rows)


def _score(sittings: list[Past], book: Book) -> tuple[str, ...]:
    next_days = [past.next_day for past in sittings if past.next_day is not None]
    levels = (sittings[0].baseline, sittings[-1].after, next_days[-1] if next_days else None)
    done = dict.fromkeys(_done(done, book) for past in sittings for done in past.done)
    return (*("" if level is None else str(level) for level in levels), "; ".join(done))


def _done(done: Done, book: Book) -> str:
    """A stretch as it was done: name, sides, times, a pop, a stop."""
    stretch = book.stretches.get(done.stretch)
    facts = [book.say("summary.times", rounds=done.rounds)] if done.rounds > 1 else []
    facts += [book.say("summary.sides")] if stretch is not None and stretch.sides.kind != "none" else []
    facts += [book.say("summary.popped")] if done.popped else []
    facts += [book.say("summary.stopped")] if done.stopped else []
    name = stretch.name if stretch is not None else done.stretch
    return f"{name} ({', '.join(facts)})" if facts else name


def _stops(talk: Conversation, book: Book, now: datetime) -> Part:
    """What made a stretch or a sitting stop: the kind of pain, the level, the rise, when, and at which step."""
    lines = [
        _stop(mark, row, talk, book)
        for mark, row in _judged(talk.marks, book)
        if row.action not in QUIET_ACTIONS and now - mark.at <= REACHES_BACK
    ]
    return Part(book.say("summary.stops"), tuple(reversed(lines[-MOST_LINES:])))


def _judged(marks: Iterable[Mark], book: Book) -> Iterator[tuple[Mark, PainRow]]:
    rows = {f"pain_{row.n}": row for row in book.pain.rows}
    return ((mark, rows[mark.what]) for mark in marks if mark.what in rows)


def _stop(mark: Mark, row: PainRow, talk: Conversation, book: Book) -> str:
    words = {signal.id: signal.words for signal in book.pain.signals}
    kinds = [signal for signal in mark.signals if signal != HURT or len(mark.signals) == 1]
    told = [words[signal].lower() for signal in kinds if signal in words]
    told += [book.say("summary.level", level=mark.level)] if mark.level is not None else []
    told += [book.say("summary.rise", rise=mark.rise)] if mark.rise is not None and mark.rise > 0 else []
    place = _place(mark, book)
    at = book.say(f"summary.phase_{mark.phase or row.phase}")
    return " ".join([f"{_instant(mark.at, talk)}, {at}:", ", ".join(told) + ".", *([place] if place else [])])


def _place(mark: Mark, book: Book) -> str:
    names = [book.stretches[each].name for each in mark.about.split(",") if each in book.stretches]
    if len(names) == 1 and mark.step:
        stretch = book.stretches[mark.about]
        index = step_index(stretch, mark.step)
        if index >= 0:
            return book.say("summary.step", stretch=names[0], number=index + 1, count=len(stretch.walk))
    return f"{', '.join(names)}." if names else ""


def _advice(talk: Conversation, book: Book, now: datetime) -> Part:
    """What the bot told the person to do, and when: the gravest of one instant."""
    told = {
        mark.at: f"{_instant(mark.at, talk)}: {words}"
        for mark in talk.marks
        if now - mark.at <= REACHES_BACK and (words := _advised(mark, book))
    }
    return Part(book.say("summary.advice"), tuple(reversed(list(told.values())[-MOST_LINES:])))


def _advised(mark: Mark, book: Book) -> str:
    row = next((row for row in book.pain.rows if mark.what == f"pain_{row.n}"), None)
    key = f"advised.{row.action if row is not None else mark.what}"
    return book.messages.get(key, "")


def _day(at: datetime, talk: Conversation) -> str:
    local = at.astimezone(zone_of(talk.zone or "UTC"))
    return f"{local.day} {local:%b}"


def _instant(at: datetime, talk: Conversation) -> str:
    return f"{_day(at, talk)} {at.astimezone(zone_of(talk.zone or 'UTC')):%H:%M}"
