"""What only tells something: topics, files of one's own, and what the buttons of a referral open. The present question
follows by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from attrs import evolve

from flows.cards import progress
from flows.cards.layout import paragraphs
from flows.effects import Card, Kind, Say
from flows.events import Answered, Asked
from flows.phrases import number_words, runs_it
from flows.progress import progress as shown
from flows.showing import what_to_tell
from flows.times import clock_words
from flows.turn import Reply, Turn

ONCE_A_DAY = timedelta(hours=24)


def inform(turn: Turn) -> None:
    """A command or a button that only tells something; the present question follows."""
    event = turn.event
    if isinstance(event, Asked):
        _topic(turn, event.topic)
    elif isinstance(event, Answered) and event.ask == "card":
        page = turn.book.cards[f"card_{event.choice}"]
        turn.tell(page.text, page.title)
    elif isinstance(event, Answered) and event.choice == "progress":
        _progress(turn)
    elif isinstance(event, Answered):
        _referral_button(turn, event.choice)


def _progress(turn: Turn) -> None:
    """In words, and as a picture that is made when it is sent."""
    file = "progress.png" if shown(turn.talk, turn.now).sats else ""
    turn.effects.append(Say(progress.card(turn.talk, turn.book, turn.now), Kind.NOTE, file=file))


def summarise(turn: Turn) -> None:
    """The summary for a clinician, as a page and as text; both are made when they are sent, and nowhere kept."""
    if turn.talk.agreement is None:
        turn.note("summary.nothing")
        return
    for words, file in (("summary.page", "summary.pdf"), ("summary.copy", "summary.txt")):
        turn.effects.append(Say(Card(turn.book.say(words)), Kind.NOTE, file=file))


def _mydata(turn: Turn) -> None:
    """Everything kept, as two files; once a day is enough, and the next day there is news."""
    had = turn.talk.mydata_at
    if had is not None and turn.now - had < ONCE_A_DAY:
        turn.note("mydata.wait", at=clock_words(had + ONCE_A_DAY, turn.now, turn.talk.zone))
        return
    turn.talk = evolve(turn.talk, mydata_at=turn.now)
    for words, file in (("mydata.page", "mydata.txt"), ("mydata.json", "mydata.json")):
        turn.effects.append(Say(Card(turn.book.say(words)), Kind.NOTE, file=file))


SHOWN: Mapping[str, Reply] = {"mydata": _mydata, "progress": _progress, "summary": summarise}
"""Commands that show something of the person's own."""


def _topic(turn: Turn, topic: str) -> None:
    if topic in SHOWN:
        SHOWN[topic](turn)
        return
    key = f"topic.{topic}" if f"topic.{topic}" in turn.book.messages else "topic.unknown"
    unreviewed = turn.book.say("consent.unreviewed") if topic == "about" and not turn.book.reviewed_by else ""
    turn.tell(paragraphs(turn.book.say(key, intended=turn.book.intended_use, runs=runs_it(turn.book)), unreviewed))


def _referral_button(turn: Turn, choice: str) -> None:
    book = turn.book
    if choice == "what_to_tell":
        turn.tell(what_to_tell(turn.talk, book, turn.now))
    elif choice in ("numbers", "helplines"):
        number = book.numbers.get(turn.talk.country)
        known = book.say("number.country", name=number.name, number=number_words(number, book)) if number else ""
        lines = " ".join(book.referrals["crisis"].crisis_lines.values()) if choice == "helplines" else ""
        helplines = paragraphs(book.say("crisis.helplines"), lines) if choice == "helplines" else ""
        turn.tell(paragraphs(helplines, known, book.unknown_country_line, book.say("number.others")))
    elif choice == "safe":
        turn.note("crisis.safe")
    elif choice == "summary":
        summarise(turn)
