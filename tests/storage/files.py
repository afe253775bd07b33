"""Looks at the files of a store from outside."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path


def beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def content(path: Path) -> dict[str, bytes]:
    """The bytes of the database and its log."""
    return {ending: beside(path, ending).read_bytes() for ending in ("", "-wal") if beside(path, ending).exists()}


def read(path: Path) -> bytes:
    return path.read_bytes()


def put(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def there(path: Path) -> bool:
    return path.exists()


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    """The answer to a query, from a connection of its own."""
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


def write(path: Path, script: str) -> None:
    """Change a database behind the back of the store."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript(script)


def make_folder(path: Path) -> None:
    path.mkdir(parents=True)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def set_mode(path: Path, mode: int) -> None:
    path.chmod(mode)


def plan(path: Path, query: str) -> str:
    """How SQLite would go about a query."""
    values = dict.fromkeys(re.findall(r":(\w+)", query), 1)
    with closing(sqlite3.connect(path)) as db:
        for name, count in (("tag", 1), ("veil", 2), ("unveil", 2)):
            db.create_function(name, count, lambda *_: "", deterministic=True)
        return "\n".join(row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {query}", values))
