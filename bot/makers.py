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

from bot.clock import Clock
from flows import kept
from flows.cards.layout import paragraphs
from flows.conversation import Conversation
from flows.effects import Say
from flows.pages import Book
from storage.errors import StoreTrouble
from storage.store import Store

log = structlog.get_logger("makers")


@frozen
class File:
    """Something to send along: the name that the person sees, its kind (image/png, text/plain, ...), its bytes."""

    name: str
    mime: str
    content: bytes


Maker = Callable[[Conversation, Book, datetime], File]
"""Makes a file from what is kept of a person. May take its time: it runs on a thread of its own."""


def _mydata(talk: Conversation, book: Book, now: datetime) -> File:
    return File(f"unkink-mydata-{now:%Y-%m-%d}.json", "application/json", kept.write(talk).encode())


MAKERS: Mapping[str, Maker] = {"mydata.json": _mydata}
"""What `Say.file` may name."""


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
            talk = kept.read(await self._store.read(person))
            return await asyncio.to_thread(self._makers[name], talk, self._book, self._clock.now())
        except StoreTrouble:
            raise
        except Exception as error:
            log.error("a file could not be made", file=name, error=type(error).__name__)
            return None

    def without(self, say: Say) -> Say:
        """The letter without its file, and a line that says so."""
        text = paragraphs(say.card.text, self._book.say("file.failed"))
        return evolve(say, card=evolve(say.card, text=text), file="")
