"""Files that go with letters. A letter only names its file; it is made when the letter is sent, from what is kept then.

So nothing personal waits in a letter, a file is as fresh as its sending, and after /delete there is nothing left to
make it from. A file that cannot be made never holds its letter back: the words go alone, with a plain line.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from attrs import evolve, frozen

from bot import charts, mydata
from bot.clock import Clock
from flows import kept
from flows import progress as numbers
from flows.cards import progress
from flows.cards.layout import paragraphs
from flows.conversation import Conversation
from flows.effects import Say
from flows.pages import Book
from flows.sheet import as_text
from flows.summary import summary
from storage.errors import StoreTrouble
from storage.store import Held, Store

log = structlog.get_logger("makers")


@frozen
class File:
    """Something to send along: the name that the person sees, its kind (image/png, text/plain, ...), its bytes."""

    name: str
    mime: str
    content: bytes
    to_copy: bool = False
    """A text that is shown in the chat, to be copied, rather than as a file to open."""


Maker = Callable[[Conversation, Book, datetime], File | None]
"""Makes a file from what is kept of a person; None: this installation has not what it takes. May take its time: it runs
on a thread of its own."""


def _mydata_text(held: Held, book: Book, now: datetime) -> File:
    return File(f"unkink-mydata-{now:%Y-%m-%d}.txt", "text/plain", mydata.text_of(held, book, now).encode())


def _mydata_json(held: Held, book: Book, now: datetime) -> File:
    return File(f"unkink-mydata-{now:%Y-%m-%d}.json", "application/json", mydata.json_of(held, now).encode())


def _summary_page(talk: Conversation, book: Book, now: datetime) -> File:
    from bot.paper import page

    made = page(summary(talk, book, now), talk.country)
    return File(f"back-summary-{now:%Y-%m-%d}.pdf", "application/pdf", made)


def _summary_text(talk: Conversation, book: Book, now: datetime) -> File:
    text = as_text(summary(talk, book, now))
    return File(f"back-summary-{now:%Y-%m-%d}.txt", "text/plain", text.encode(), to_copy=True)


def _progress(talk: Conversation, book: Book, now: datetime) -> File | None:
    if not numbers.progress(talk, now).sats:
        return None
    try:
        content = charts.chart(talk, book, now)
    except ImportError:  # without the extra "charts"
        return None
    return File(f"unkink-progress-{now:%Y-%m-%d}.png", "image/png", content)


MAKERS: Mapping[str, Maker] = {
    "summary.pdf": _summary_page, "summary.txt": _summary_text, "progress.png": _progress,
}  # fmt: skip
"""What `Say.file` may name."""
WHOLE: Mapping[str, Callable[[Held, Book, datetime], File]] = {
    "mydata.txt": _mydata_text, "mydata.json": _mydata_json,
}  # fmt: skip
"""Files that are made from everything a store holds of a person, not from the conversation alone."""
INSTEAD: Mapping[str, Callable[[Conversation, Book, datetime], str]] = {"progress.png": progress.signs}
"""Words in the place of a file: where it cannot be made, and where nothing but text is shown."""


class Files:
    """Makes the files of one store."""

    def __init__(self, store: Store, book: Book, clock: Clock, makers: Mapping[str, Maker] = MAKERS) -> None:
        self._store = store
        self._book = book
        self._clock = clock
        self._makers = makers

    async def make(self, person: str, name: str) -> File | None:
        """The file of this name for this person; None: it cannot be made. StoreTrouble: not now."""
        try:
            if name in WHOLE:
                held = await self._store.held(person)
                return await asyncio.to_thread(WHOLE[name], held, self._book, self._clock.now())
            talk = kept.read(await self._store.read(person))
            return await asyncio.to_thread(self._makers[name], talk, self._book, self._clock.now())
        except StoreTrouble:
            raise
        except Exception as error:
            log.error("a file could not be made", file=name, error=type(error).__name__)
            return None

    async def enclosed(self, person: str, say: Say, *, text_only: bool = False) -> tuple[Say, File | None]:
        """The letter as it goes, and its file; `text_only`: a file that has words for it is told in words."""
        if not say.file:
            return say, None
        file = None if text_only and say.file in INSTEAD else await self.make(person, say.file)
        return (await self.without(person, say), None) if file is None else (say, file)

    async def without(self, person: str, say: Say) -> Say:
        """The letter without its file: with words in its place, or a line that says so. StoreTrouble: not now."""
        words = await self._words(person, say.file) if say.file in INSTEAD else self._book.say("file.failed")
        return evolve(say, card=evolve(say.card, text=paragraphs(say.card.text, words)), file="")

    async def _words(self, person: str, name: str) -> str:
        try:
            return INSTEAD[name](kept.read(await self._store.read(person)), self._book, self._clock.now())
        except kept.UnreadableConversation:
            return self._book.say("file.failed")
