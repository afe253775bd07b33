"""Which store, by its address."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from storage.errors import Refusal, StoreRefused
from storage.keys import make_key_file, read_key_file
from storage.seal import Seal
from storage.sqlite import open_sqlite
from storage.store import Store

_SQLITE = "sqlite:///"


async def open_store(address: str, key_file: Path, *, now: datetime) -> Store:
    """The store at `sqlite:///relative/path` or `sqlite:////absolute/path`, with the key in the key file.

    Where neither database nor key is there, both are made. A database without its key is refused: a new key would not
    open it. ValueError for an address of another kind.
    """
    path = sqlite_path(address)
    return await open_sqlite(path, await asyncio.to_thread(_seal, path, key_file), now=now)


def sqlite_path(address: str) -> Path:
    """The file that an address names."""
    path = address.removeprefix(_SQLITE)
    if path in (address, ""):
        raise ValueError(f"database address {address!r} is not understood; give {_SQLITE}path/to/file.db")
    return Path(path)


def _seal(path: Path, key_file: Path) -> Seal:
    if path.exists() and not key_file.exists():
        fault = f"{path} is there, but its key file {key_file} is missing; put it back, a new key cannot open it"
        raise StoreRefused(Refusal.MISSING_KEY, fault)
    if not key_file.exists():
        make_key_file(key_file)
    return Seal(read_key_file(key_file))
