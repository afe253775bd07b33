"""Reads the SQL that lies beside this file.

`queries.sql` holds all queries, each under a line `-- name: what it is for`. `0001_first.sql` and so on are migrations:
numbered without gaps, never changed once released, each run in one transaction that also raises PRAGMA user_version.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_NAMED = re.compile(r"^-- (?P<name>[a-z_]+): .+\n(?P<query>(?:(?!-- ).*\n)+)", re.MULTILINE)
_MIGRATION = re.compile(r"(?P<number>\d{4})_\w+\.sql")


def queries() -> dict[str, str]:
    """All named queries."""
    text = (resources.files(__name__) / "queries.sql").read_text("utf-8")
    return {found["name"]: found["query"].strip() for found in _NAMED.finditer(text)}


@cache
def migrations() -> tuple[str, ...]:
    """All migrations in order; the first makes schema 1."""
    found = {
        int(match["number"]): entry
        for entry in resources.files(__name__).iterdir()
        if (match := _MIGRATION.fullmatch(entry.name))
    }
    if sorted(found) != list(range(1, len(found) + 1)):
        raise ValueError("migrations are not numbered 0001, 0002, ... without gaps")
    return tuple(found[number].read_text("utf-8") for number in sorted(found))
