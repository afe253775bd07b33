"""The content before it is a book: files turned into typed pages, and what is wrong with them.

Nothing here stops at the first fault. A file that cannot be read, or a field of the wrong kind, becomes a `Fault` with
its place; the other files go on. What could be read is the `Draft`, and `flows.proof` looks at it as far as it goes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from attrs import field, frozen

from flows.pages import Card, Number, Pain, Referral, Rules, Screening, Source, Stretch
from flows.typed import Misfit, Wrong, fill, folded

MESSAGES = "messages.toml"
STRETCHES = "stretches/"
T = TypeVar("T")


@frozen(order=True)
class Fault:
    """One thing wrong with the content. In a place like `steps[2].hold_s` the steps are counted from 1."""

    file: str
    place: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        told = f"{self.what}; {self.mend}" if self.mend else self.what
        return ": ".join(part for part in (self.file, self.place, told) if part)


@frozen
class Vocabulary:
    """The words that the program knows, and that the files may use."""

    outcomes: tuple[str, ...]
    answers: tuple[str, ...]
    age_bands: tuple[str, ...]
    sets: tuple[str, ...]
    regions: tuple[str, ...]
    positions: tuple[str, ...]
    props: tuple[str, ...]
    movements: tuple[str, ...]
    intensities: tuple[str, ...]
    phases: tuple[str, ...]
    pain_actions: tuple[str, ...]
    """From the mildest to the gravest."""
    referral_categories: tuple[str, ...]


@frozen
class Front:
    """book.toml."""

    content_version: str
    language: str
    reviewed_by: str
    intended_use: str
    props_asked: tuple[str, ...]
    rules: Rules
    vocabulary: Vocabulary


@frozen
class Referrals:
    """referral.toml."""

    minor: str
    referrals: tuple[Referral, ...]


@frozen
class Cards:
    """cards.toml."""

    cards: tuple[Card, ...]


@frozen
class Sources:
    """sources.toml."""

    sources: tuple[Source, ...]


@frozen
class Country:
    """One line of emergency_numbers.toml; its key is the country."""

    name: str
    call: str
    also: tuple[str, ...]
    grade: str

    def number(self, country: str) -> Number:
        return Number(country, self.name, self.call, self.also, self.grade)


@frozen
class Numbers:
    """emergency_numbers.toml."""

    checked: str
    sources: tuple[str, ...]
    unknown_country_line: str
    countries: Mapping[str, Country]


@frozen
class Draft:
    """What could be read. A page that could not is None; its faults are told apart."""

    front: Front | None = None
    screening: Screening | None = None
    pain: Pain | None = None
    referrals: Referrals | None = None
    cards: Cards | None = None
    numbers: Numbers | None = None
    sources: Sources | None = None
    stretches: Mapping[str, Stretch] = field(factory=dict)
    """By the name of the file, which must be the id."""
    stretch_files: frozenset[str] = frozenset()
    """The names of all files of stretches, the unreadable ones too: their ids are not unknown."""
    messages: Mapping[str, str] = field(factory=dict)


def need(page: T | None) -> T:
    """The page, which is there because no fault was found. Raises LookupError where that is not so."""
    if page is None:
        raise LookupError("a page of the book is missing, and no fault said so")
    return page


PAGES: Mapping[str, tuple[str, type[Any]]] = {
    "book.toml": ("front", Front),
    "screening.toml": ("screening", Screening),
    "pain.toml": ("pain", Pain),
    "referral.toml": ("referrals", Referrals),
    "cards.toml": ("cards", Cards),
    "emergency_numbers.toml": ("numbers", Numbers),
    "sources.toml": ("sources", Sources),
}
"""File, field of the draft, kind of page."""


def draft(files: Mapping[str, bytes]) -> tuple[Draft, list[Fault]]:
    """Read the files (name inside the content folder to its bytes) as far as they can be read."""
    faults: list[Fault] = [*_missing(files), *_unknown(files)]
    tables: dict[str, dict[str, Any]] = {}
    for name, raw in sorted(files.items()):
        if _is_known(name):
            _parse(name, raw, tables, faults)
    pages = {attribute: _page(file, kind, tables, faults) for file, (attribute, kind) in PAGES.items()}
    stretches = {_stem(name): _page(name, Stretch, tables, faults) for name in tables if name.startswith(STRETCHES)}
    read = Draft(
        **pages,
        stretches={stem: page for stem, page in stretches.items() if page is not None},
        stretch_files=frozenset(_stem(name) for name in files if _is_stretch(name)),
        messages=_messages(tables.get(MESSAGES, {}), faults),
    )
    return read, faults


def _missing(files: Mapping[str, bytes]) -> Iterator[Fault]:
    for name in PAGES:
        if name not in files:
            yield Fault(name, "", "the file is missing", "put it back, or restore it from the last version")
    if not any(_is_stretch(name) for name in files):
        yield Fault(STRETCHES, "", "there is no stretch", "there must be a file per stretch")


def _unknown(files: Mapping[str, bytes]) -> Iterator[Fault]:
    for name in files:
        if not _is_known(name):
            yield Fault(name, "", "nothing reads this file", "remove it, or correct its name")


def _is_known(name: str) -> bool:
    return name in PAGES or name == MESSAGES or _is_stretch(name)


def _is_stretch(name: str) -> bool:
    return re.fullmatch(STRETCHES + r"[a-z0-9_]+\.toml", name) is not None


def _stem(name: str) -> str:
    return name.removeprefix(STRETCHES).removesuffix(".toml")


def _parse(name: str, raw: bytes, tables: dict[str, dict[str, Any]], faults: list[Fault]) -> None:
    try:
        tables[name] = tomllib.loads(raw.decode("utf-8").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        faults.append(Fault(name, f"line {line}", "the file is not UTF-8 text", "save it as UTF-8"))
    except tomllib.TOMLDecodeError as error:
        what, place = _where(str(error))
        mend = "look there and just before for a missing quote, comma or bracket, or a name given twice"
        faults.append(Fault(name, place, f"not valid TOML ({what})", mend))


def _where(message: str) -> tuple[str, str]:
    """tomllib's words and its place: "Unclosed array (at line 3, column 5)"."""
    match = re.fullmatch(r"(.*) \(at (.+)\)", message, re.DOTALL)
    return (match[1], match[2]) if match else (message, "")


def _page(name: str, kind: type[T], tables: Mapping[str, dict[str, Any]], faults: list[Fault]) -> T | None:
    if name not in tables:
        return None
    try:
        return fill(kind, tables[name])
    except Misfit as misfit:
        faults.extend(Fault(name, wrong.place, wrong.what, wrong.mend) for wrong in misfit.wrongs)
        return None


def _messages(table: Mapping[str, Any], faults: list[Fault]) -> dict[str, str]:
    """The messages of all groups, by "group.name"."""
    messages: dict[str, str] = {}
    for key, value in _leaves(table):
        if isinstance(value, str):
            messages[key] = folded(value)
        else:
            wrong = Wrong.kind("a text", value)
            faults.append(Fault(MESSAGES, key, wrong.what, wrong.mend))
    return messages


def _leaves(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value
