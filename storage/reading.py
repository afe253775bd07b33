"""Looks into a database beside the bot that runs on it: read only, and nothing is changed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

from storage import entry, tally
from storage.errors import Refusal, StoreRefused
from storage.link import trouble
from storage.seal import Seal


def counts(database: Path, seal: Seal) -> list[tuple[date, str]]:
    """All that was counted, by day (UTC). Blocks. StoreRefused: no database, not ours, newer, or another key."""
    if not database.exists():
        raise StoreRefused(Refusal.UNREADABLE, f"{database} is missing; nothing was counted yet")
    try:
        with closing(entry.connect(database, "ro")) as db:
            entry.check_ours(database, db)
            entry.check_key(database, db, seal)
            if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'counts'").fetchone():
                return []  # of an older version
            return tally.counts(db, seal)
    except sqlite3.OperationalError as error:
        raise trouble(database, error) from error
    except sqlite3.DatabaseError as error:
        raise StoreRefused(Refusal.DAMAGED, f"{database} is damaged; restore a backup") from error
