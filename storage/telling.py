"""All that is held of one person, opened: what a person is told of their own data."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from storage import ledger
from storage.ledger import SQL, instant
from storage.seal import Seal
from storage.store import Held, Posted, Waiting, Wake


def held(db: sqlite3.Connection, seal: Seal, person: str) -> Held:
    """Everything with this person's name on it. SealBroken: some of it does not open."""
    aside = db.execute(SQL["aside_of"], {"person": person}).fetchone()
    wakes = db.execute(SQL["wakes_of"], {"person": person})
    return Held(
        person,
        ledger.read(db, seal, person),
        tuple(_letters(db, seal, person)),
        tuple(Wake(name, instant(at)) for name, at in wakes if name is not None),
        tuple(_posted(db, seal, person)),
        None if aside is None else instant(aside[0]),
    )


def _letters(db: sqlite3.Connection, seal: Seal, person: str) -> Iterator[Waiting]:
    for number, cause, once, expires, body in db.execute(SQL["letters_of"], {"person": person}):
        text = seal.open(body, person, ledger.letter_field(cause, once, expires))
        yield Waiting(number, person, text, cause, bool(once), None if expires is None else instant(expires))


def _posted(db: sqlite3.Connection, seal: Seal, person: str) -> Iterator[Posted]:
    for fate, reference, kept in db.execute(SQL["posted_of"], {"person": person}):
        opened = "" if reference is None else seal.open(reference, person, "reference")
        yield Posted(fate, opened, instant(kept))
