"""Time zones from the `tzdata` package, never from the machine.

A machine's own zone files are often old: on one test machine 15 zones differed, Casablanca on 433 days of two years.
The package is a dependency with a version, so every copy of the bot counts hours alike. The process's search path is
left alone.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo


@cache
def names() -> frozenset[str]:
    """Every zone name that exists, aliases included."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


@cache
def zone_of(name: str) -> ZoneInfo:
    """The rules of a zone. ValueError: no such zone (a path such as `../etc` is no zone either)."""
    if name not in names():
        raise ValueError(f"there is no time zone {name!r}")
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def version() -> str:
    """The release of the zone rules, e.g. `2026f`: when it changes, kept instants are counted anew."""
    import tzdata  # the version is an attribute of the package, known to no type stub

    return str(getattr(tzdata, "IANA_VERSION", ""))
