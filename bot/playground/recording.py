"""What was said in a chat, as a journey: a text file that can be read, and played again in a terminal.

    # You, recorded in the playground
    @ 2026-11-23 09:00
    > /start
    Hello, I am Unkink, ...
      1) Under 18   2) 18 to 64
    > 18 to 64
    > @ +60m

A line with > is what the person sent; a tap is written as the words on the button. Everything else is what the bot
showed. The time is UTC. An edit that takes a keyboard away only freezes what was answered, and is left out.
"""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count

from bot.playground.api import Api
from bot.playground.keyboards import words_of
from bot.playground.ledger import Entry, Kind
from bot.playground.people import Person
from bot.playground.refusals import Json

WIDTH = 88
MOST_LINES = 20_000
SHOWING = frozenset("sendmessage sendphoto sendanimation senddocument".split())
EDITING = frozenset("editmessagetext editmessagecaption editmessagemedia".split())


class Recording:
    """Listens to one playground, for all its chats."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._begun: dict[int, datetime] = {}
        self._lines: defaultdict[int, list[str]] = defaultdict(list)
        api.ledger.listen(self._heard)

    def sent(self, person: Person, words: str) -> None:
        """The person wrote this, or tapped a button that says it."""
        self._begin(person.id)
        self._add(person.id, [f"> {' '.join(words.split())}"])

    def moved(self, seconds: float) -> None:
        """The clock was moved, for everybody who has begun."""
        for chat in self._begun:
            self._add(chat, [f"> @ +{max(1, round(seconds / 60))}m"])

    def journey(self, person: Person) -> str:
        """The whole file; a title and an instant even where nothing was said."""
        begun = self._begun.get(person.id) or self._now()
        title = f"# {person.first_name}, recorded in the playground."
        head = [" ".join(title.split()), f"@ {begun:%Y-%m-%d %H:%M}"]
        return "\n".join([*head, *self._lines[person.id]]).rstrip() + "\n"

    def _begin(self, chat: int) -> None:
        self._begun.setdefault(chat, self._now())

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._api.clock.now(), UTC)

    def _add(self, chat: int, lines: list[str]) -> None:
        if len(self._lines[chat]) < MOST_LINES:
            self._lines[chat] += lines

    def _heard(self, entry: Entry) -> None:
        method = entry.method.lower()
        if entry.kind is not Kind.CALL or method not in SHOWING | EDITING or not isinstance(entry.answer, dict):
            return
        if method in EDITING and "reply_markup" not in entry.answer:
            return
        self._add(int(entry.answer["chat"]["id"]), [*block(entry.answer), ""])


def block(message: Json) -> list[str]:
    """A message of the bot as a terminal shows it: wrapped text, then numbered buttons."""
    shown: list[str] = []
    for paragraph in str(message.get("text") or message.get("caption") or "").split("\n"):
        indent = "  " if paragraph.startswith("• ") else ""
        shown += textwrap.wrap(paragraph, WIDTH, subsequent_indent=indent) or [""]
    return [*shown, *_rows(words_of(message.get("reply_markup")))]


def _rows(rows: list[list[str]]) -> Iterator[str]:
    numbers = count(1)
    for row in rows:
        numbered = zip(row, numbers, strict=False)
        yield "  " + "   ".join(f"[{words}]" if words.isdecimal() else f"{n}) {words}" for words, n in numbered)
