"""Time zones from the `tzdata` package, never from the machine.

A machine's own zone files are often old: on one test machine 15 zones differed, Casablanca on 433 days of two years.
The package is a dependency with a version, so every copy of the bot counts hours alike. The process's search path is
left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
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


@cache
def of_countries() -> Mapping[str, tuple[str, ...]]:
    """Country (ISO code) to its zones, in the order of the zone table: the most populous first where that makes
    geographical sense."""
    found: dict[str, list[str]] = {}
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        if line and not line.startswith("#"):
            code, _, zone, *_ = line.split("\t")
            found.setdefault(code, []).append(zone)
    return MappingProxyType({code: tuple(listed) for code, listed in found.items()})


def version() -> str:
    """The release of the zone rules, e.g. `2026f`: when it changes, kept instants are counted anew."""
    import tzdata  # the version is an attribute of the package, known to no type stub

    return str(getattr(tzdata, "IANA_VERSION", ""))
