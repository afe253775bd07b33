"""Progress in words, complete for those who see no picture, and as signs where no picture can be sent.

The signs stand at the beginning of their lines and their names behind them: so they line up in any font, also where
letters are of different width.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from flows import history
from flows.cards.layout import bullets, paragraphs
from flows.conversation import Conversation
from flows.effects import Card
from flows.pages import Book
from flows.phrases import stretch_names
from flows.progress import ENOUGH, Change, Progress, mean, progress

FEW = 6
"""Up to so many sittings are told one by one; more are told by the week."""
MOST_NAMED = 8
"""Stretches that are told one by one."""
MOST_BARS = 14
BARS = "▁▂▃▄▅▆▇█"
DONE, NOT_DONE = "■", "□"


def card(talk: Conversation, book: Book, now: datetime) -> Card:
    """The words of /progress."""
    shown = progress(talk, now)
    if not talk.history:
        return Card(book.say("progress.none"), book.say("progress.title"))
    title = book.say("progress.weeks", weeks=shown.weeks)
    own = book.say("progress.own")
    return Card(paragraphs(_days(shown, book), _pain(shown, book), _stretches(shown, book), own), title)


def day_words(day: date) -> str:
    """A day as it is said: `3 March`."""
    return f"{day.day} {day:%B}"


def _days(shown: Progress, book: Book) -> str:
    if not shown.sats:
        return book.say("progress.no_days", day=day_words(shown.last or shown.today))
    early = sum(sat.stopped for sat in shown.sats)
    count = book.say("progress.days", days=len(shown.days), sittings=len(shown.sats))
    return " ".join([count, *([book.say("progress.early", early=early)] if early else [])])


def _pain(shown: Progress, book: Book) -> str:
    if not shown.rated:
        return book.say("progress.no_pain") if shown.sats else ""
    lines = _one_by_one(shown, book) if len(shown.rated) <= FEW else _by_week(shown, book)
    return "\n".join([book.say("progress.pain"), bullets(lines)])


def _one_by_one(shown: Progress, book: Book) -> Iterator[str]:
    for day, before, after in shown.rated:
        yield book.say("progress.sitting", day=day_words(day), before=before, after=after)


def _by_week(shown: Progress, book: Book) -> Iterator[str]:
    for number in range(shown.weeks):
        days = shown.week(number)
        levels = [(before, after) for day, before, after in shown.rated if day in days]
        if levels:
            before, after = (f"{mean(each):.1f}" for each in zip(*levels, strict=True))
            said = "progress.week" if len(levels) > 1 else "progress.week_once"
            yield book.say(said, day=day_words(days[0]), before=before, after=after, times=len(levels))


def change_words(change: Change, book: Book) -> str:
    """What a change is in words: `1.2 lower`."""
    size = f"{abs(change.mean):.1f}"
    if size == "0.0":
        return book.say("progress.same")
    return book.say("progress.lower" if change.mean < 0 else "progress.higher", by=size)


def _stretches(shown: Progress, book: Book) -> str:
    known = [change for change in shown.changes if change.stretch in book.stretches]
    told = [change for change in known if change.enough][:MOST_NAMED]
    lines = [_change(change, book) for change in told]
    rest = [f"{book.stretches[each.stretch].name} {each.times}" for each in known if not each.enough]
    few = book.say("progress.few", enough=ENOUGH, names=", ".join(rest)) if rest else ""
    return "\n".join(part for part in (book.say("progress.each") if lines else "", bullets(lines), few) if part)


def _change(change: Change, book: Book) -> str:
    name = book.stretches[change.stretch].name
    return book.say("progress.change", name=name, change=change_words(change, book), times=change.times)


def signs(talk: Conversation, book: Book, now: datetime) -> str:
    """The picture as signs: pain before and after as two rows of bars, the weeks as rows of squares; empty without a
    history."""
    shown = progress(talk, now)
    return paragraphs(_bars(shown, book), _squares(shown, book)) if shown.sats else ""


def _bars(shown: Progress, book: Book) -> str:
    rated = shown.rated[-MOST_BARS:]
    if len(rated) < 2:
        return ""
    before = "".join(_bar(level) for _, level, _ in rated)
    after = "".join(_bar(level) for _, _, level in rated)
    rows = (f"{before} {book.say('progress.before')}", f"{after} {book.say('progress.after')}")
    return "\n".join((book.say("progress.signs_pain"), *rows))


def _bar(level: int) -> str:
    return BARS[round(level / 10 * (len(BARS) - 1))]


def _squares(shown: Progress, book: Book) -> str:
    rows = []
    for number in range(shown.weeks):
        days = shown.week(number)
        squares = "".join(DONE if day in shown.days else NOT_DONE for day in days)
        rows.append(f"{squares} {days[0].day} {days[0]:%b}")
    return "\n".join((book.say("progress.signs_days"), *rows))


def kept_words(talk: Conversation, book: Book) -> str:
    """What is kept for it, for /mydata."""
    said = []
    if talk.history:
        first, last = (day_words(history.read(line).day) for line in (talk.history[0], talk.history[-1]))
        said.append(book.say("progress.kept", sittings=len(talk.history), first=first, last=last))
    for key, ids in (("liked", talk.liked), ("hidden", talk.hidden)):
        names = stretch_names(ids, book)
        said += [book.say(f"progress.kept_{key}", names=names)] if names else []
    return " ".join(said)
