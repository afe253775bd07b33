"""Countries and zones as people name them: names from CLDR through Babel, rules and the order of towns from tzdata.

Babel is asked for its data only: its own reading of zones would look at the machine's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType

from babel import Locale
from babel.core import get_global

from flows import zones
from flows.pages import Book

MOST_BUTTONS = 12
SAMPLE_YEAR = 2027
COMMON = (
    "Europe/London", "Europe/Berlin", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles",
    "Asia/Kolkata", "Australia/Sydney",
)  # fmt: skip
LARGEST = (
    *COMMON, "America/Sao_Paulo", "America/Manaus", "America/Rio_Branco", "Australia/Adelaide",
    "America/Vancouver", "America/Edmonton", "America/Winnipeg", "America/Toronto",
)  # fmt: skip
"""Towns that stand for their clock; elsewhere the order of the zone table decides, the most populous first."""


@cache
def zones_of(country: str) -> tuple[str, ...]:
    """The zones of a country (ISO code), one for each way its clocks run, from west to east; unknown: empty."""
    listed = zones.of_countries().get(country, ())
    ways: dict[tuple[timedelta | None, ...], str] = {}
    for zone in sorted(listed, key=lambda zone: zone not in LARGEST):
        ways.setdefault(_offsets(zone), zone)
    return tuple(sorted(ways.values(), key=lambda zone: _offsets(zone)[0] or timedelta()))


def _offsets(zone: str) -> tuple[timedelta | None, ...]:
    """How far a zone is from UTC in winter and in summer: two zones that agree here show the same time all year."""
    rules = zones.zone_of(zone)
    return tuple(datetime(SAMPLE_YEAR, month, 1, tzinfo=rules).utcoffset() for month in (1, 4, 7, 10))


@cache
def _towns(language: str) -> Mapping[str, str]:
    """Zone to the town that stands for it, where CLDR names another than the zone does."""
    newer = get_global("zone_aliases")
    named = {zone: str(names["city"]) for zone, names in Locale.parse(language).time_zones.items() if names.get("city")}
    return MappingProxyType(named | {newer[zone]: town for zone, town in named.items() if zone in newer})


def city(zone: str, language: str = "en") -> str:
    return _towns(language).get(zone) or zone.rpartition("/")[2].replace("_", " ")


def clock(zone: str, now: datetime) -> str:
    return f"{now.astimezone(zones.zone_of(zone)):%H:%M}"


def label(zone: str, now: datetime, language: str = "en") -> str:
    return f"{city(zone, language)} ({clock(zone, now)})"


def zone_named(words: str, language: str = "en") -> str:
    """The zone that a person means by a city or a zone name; empty: none, or more than one."""
    found = _zones_by_name(language).get(_bare(words), ())
    return found[0] if len(found) == 1 else ""


@cache
def _zones_by_name(language: str) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for zone in sorted({zone for listed in zones.of_countries().values() for zone in listed}):
        for name in {_bare(city(zone, language)), _bare(zone.rpartition("/")[2]), _bare(zone)}:
            found[name] = (*found.get(name, ()), zone)
    return MappingProxyType(found)


def _bare(words: str) -> str:
    """Words for comparing: no case, accents, dashes, points."""
    folded = unicodedata.normalize("NFKD", words.casefold())
    letters = "".join(char for char in folded if not unicodedata.combining(char))
    return " ".join(re.sub(r"[_,.\-/'\u2019]", " ", letters).split())


@cache
def country_name(code: str, language: str = "en") -> str:
    return str(Locale.parse(language).territories.get(code, code))


def territory_named(words: str, language: str = "en") -> str:
    """The country (ISO code) that a person means by its name, if it has a zone; empty: none."""
    return _territories(language).get(_bare(words), "")


@cache
def _territories(language: str) -> Mapping[str, str]:
    short = {_bare(name): code for name, code in SHORT_NAMES.items()}
    return MappingProxyType(short | {_bare(country_name(code, language)): code for code in zones.of_countries()})


def country_of(language: str) -> str:
    """The country behind a language such as `pt-br` or `de`, by CLDR's likely subtags; empty: none is likely."""
    tongue, *rest = language.replace("_", "-").split("-")
    named = [part.upper() for part in rest if len(part) == 2 and part.isalpha()]
    likely = str(get_global("likely_subtags").get(tongue.lower(), "")).rpartition("_")[2]
    return next(iter([*named, likely]), "")


def country_named(words: str, book: Book) -> str:
    """The country (ISO code) that a person means by its name or code; empty: not one we have a number for."""
    wanted = " ".join(words.casefold().split())
    codes = {code for code, number in book.numbers.items() if wanted in (code.casefold(), number.name.casefold())}
    codes |= {code for name, code in SHORT_NAMES.items() if wanted == name and code in book.numbers}
    return codes.pop() if len(codes) == 1 else ""


SHORT_NAMES = {
    "usa": "US", "america": "US", "the us": "US", "the usa": "US", "the united states": "US",
    "uk": "GB", "england": "GB", "scotland": "GB",
    "wales": "GB", "great britain": "GB", "britain": "GB", "the uk": "GB", "holland": "NL", "the netherlands": "NL",
    "czech republic": "CZ", "korea": "KR", "uae": "AE", "bosnia": "BA", "türkiye": "TR", "turkiye": "TR",
}  # fmt: skip
