"""The cached read of the watch's own package data: the one place here that touches a file."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def raw(name: str) -> bytes:
    """The bytes of a file in flows/content/watch."""
    return files("flows").joinpath("content", "watch", name).read_bytes()


@cache
def table(name: str) -> dict[str, Any]:
    """A TOML file of flows/content/watch, parsed. Shared: treat it as read-only."""
    return tomllib.loads(raw(name).decode("utf-8"))
