"""Everything kept of a person, in words: a sheet for /mydata.

It is drawn from the fields of the conversation themselves, so a field that is added later stands on it too, and no part
of what is kept can be forgotten here. Labels stand in the messages under `mydata.field`; ids become the words that the
person knows, wherever the book has some.
"""

from __future__ import annotations

from calendar import day_name
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from attrs import fields, has

from flows import history
from flows.cards.progress import kept_words
from flows.conversation import Conversation
from flows.history import Sat, Went
from flows.pages import Book
from flows.sheet import Part, Sheet
from flows.zones import zone_of

GROUPS: Mapping[str, tuple[str, ...]] = {
    "you": ("age", "country", "zone", "language", "agreement"),
    "questions": ("screened", "answering", "cleared_at", "due", "flags"),
    "holds": ("holds", "rest_until", "offs", "gentle_next", "urged", "card", "reason"),
    "sitting": ("sitting", "rating", "wish", "last_props"),
    "past": ("past", "history", "follow", "flares"),
    "marks": ("marks",),
    "reminder": ("reminder", "kept_reminder", "draft_time", "draft_zone", "draft_country", "asleep"),
}
"""Parts of the sheet, and the fields in each; a field that is named nowhere stands in the last part."""
REST = "rest"
COUNTED = ("row", "page", "round", "rounds", "turn", "token", "asked", "level", "baseline", "after", "next_day", "rise")
"""Fields whose numbers are numbers. Elsewhere a number is an id as well and may have words."""


def mine(talk: Conversation, book: Book, now: datetime) -> Sheet:
    """What is kept of the person. What has its default says nothing about anybody and is left out."""
    words = _Words(talk, book)
    named = {name for names in GROUPS.values() for name in names}
    rest = tuple(each.name for each in fields(Conversation) if each.name not in named)
    parts = [words.part(key, names) for key, names in {**GROUPS, REST: rest}.items()]
    head = book.say("mydata.head", at=words.instant(now), zone=talk.zone or "UTC")
    return Sheet(book.say("mydata.title"), head, tuple(part for part in parts if part.lines))


class _Words:
    """Values as words, for one conversation."""

    def __init__(self, talk: Conversation, book: Book) -> None:
        self._talk = talk
        self._book = book
        self._known = known_words(book)

    def part(self, key: str, names: Iterable[str]) -> Part:
        lines = [line[:1].upper() + line[1:] for name in names for line in self._field(name, getattr(self._talk, name))]
        summed_up = kept_words(self._talk, self._book) if key == "past" else ""
        return Part(self._book.say(f"mydata.part.{key}"), tuple([summed_up, *lines] if summed_up else lines))

    def instant(self, at: datetime) -> str:
        return when(at, self._talk)

    def _field(self, name: str, value: object) -> Iterator[str]:
        default = next(each.default for each in fields(Conversation) if each.name == name)
        if value == default:
            return
        label = label_of(name, self._book)
        if name == "history":
            yield from (f"{label}: {self._sat(history.read(line))}" for line in self._talk.history)
        elif isinstance(value, tuple) and value and has(type(value[0])):
            yield from (f"{label}: {self._value(name, each)}" for each in value)
        else:
            yield f"{label}: {self._value(name, value)}"

    def _value(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return self._book.screening.answers["yes" if value else "no"].lower()
        if isinstance(value, datetime):
            return self.instant(value)
        if name == "days":
            return ", ".join(day_name[day - 1] for day in value)
        if has(type(value)):
            return "; ".join(self._told(value))
        if isinstance(value, Mapping):
            return "\n".join(["", *(f"{self._word(given)}: {self._word(key)}" for key, given in value.items())])
        if isinstance(value, tuple):
            return ", ".join(self._value(name, each) for each in value)
        return str(value) if name in COUNTED else self._word(str(value))

    def _sat(self, sat: Sat) -> str:
        """A line of the history."""
        stopped = [label_of("stopped", self._book)] if sat.stopped else []
        mark = {False: "", True: f", {label_of('stopped', self._book)}"}
        went = [f"{self._word(each.stretch)} {_levels(each)}{mark[each.stopped]}" for each in sat.went]
        return "; ".join([f"{sat.day.day} {sat.day:%B %Y}", _levels(sat), *stopped, *went])

    def _told(self, page: Any) -> Iterator[str]:
        """The fields of a page that say something."""
        for each in fields(type(page)):
            value = getattr(page, each.name)
            if value != each.default:
                yield f"{label_of(each.name, self._book)}: {self._value(each.name, value)}"

    def _word(self, code: str) -> str:
        if code in self._known:
            return self._known[code]
        first, _, rest = code.partition("_")
        if first == "hold":
            return self._book.say("mydata.held", kind=self._known.get(rest, rest))
        if first == "pain" and rest.isdecimal():
            return self._book.say("mydata.pain_row", row=rest)
        return code.replace("_", " ")


def _levels(of: Sat | Went) -> str:
    return f"{_level(of.before)} > {_level(of.after)}"


def _level(level: int | None) -> str:
    return "-" if level is None else str(level)


def when(at: datetime, talk: Conversation) -> str:
    """An instant by the person's clock."""
    local = at.astimezone(zone_of(talk.zone or "UTC"))
    return f"{local.day} {local:%B %Y, %H:%M}"


def label_of(name: str, book: Book) -> str:
    """A field's label; one that was added without words has its own name."""
    return book.messages.get(f"mydata.field.{name}", name.replace("_", " "))


def known_words(book: Book) -> Mapping[str, str]:
    """Ids that the book has words for."""
    words = _under("mydata.word.", book) | _under("prop.", book)
    words |= {f"pain_{key}": text for key, text in _under("reason.pain_", book).items()}
    words |= {number.country: number.name for number in book.numbers.values()}
    words |= {signal.id: signal.words for signal in book.pain.signals}
    words |= {stretch.id: stretch.name for stretch in book.stretches.values()}
    words |= {choice.id: choice.words for choice in book.screening.age.choices}
    words |= {question.id: _question(question.text, question.items) for question in book.screening.questions}
    return {**words, **book.screening.answers}


def _under(prefix: str, book: Book) -> dict[str, str]:
    return {key.removeprefix(prefix): text for key, text in book.messages.items() if key.startswith(prefix)}


def _question(text: str, items: tuple[str, ...]) -> str:
    return f"{text} ({'; '.join(items)})" if items else text
