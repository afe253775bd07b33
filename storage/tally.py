"""What went wrong, counted without a person: the rows of the table `counts`.

The text is sealed and bound to its day. The row gets a number at random, so that nobody can lay the order of these rows
beside the order of others.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from storage import sql
from storage.errors import SealBroken
from storage.seal import Seal

SQL = sql.queries()
_FIRST = date(1970, 1, 1)


def count(db: sqlite3.Connection, seal: Seal, bodies: Sequence[str], now: datetime) -> None:
    """Keep what a turn counted."""
    for body in bodies:
        row = {"id": secrets.randbits(62), "day": day_number(now), "body": seal.seal(body, "", field(day_number(now)))}
        db.execute(SQL["count"], row)


def counts(db: sqlite3.Connection, seal: Seal) -> list[tuple[date, str]]:
    """All of it, by day; a row that does not open is passed over."""
    found = []
    for day, body in db.execute(SQL["counts"]):
        try:
            found.append((_FIRST + timedelta(days=day), seal.open(body, "", field(day))))
        except SealBroken:
            continue
    return found


def day_number(at: datetime) -> int:
    """The day (UTC) as it is kept."""
    return (at.astimezone(UTC).date() - _FIRST).days


def field(day: int) -> str:
    """What the body of a count is sealed for."""
    return f"count {day}"
