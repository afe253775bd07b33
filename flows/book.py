"""The book: all content, read and checked.

This is the one place in `flows` that reads files: the content that ships with the program, once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

from attrs import evolve

from flows.draft import Draft, Fault, draft, need
from flows.pages import Book, Stretch
from flows.proof import prove

NOT_OURS = ("watch",)
"""Folders inside the content that have readers of their own."""


class BookError(Exception):
    """The content is not fit to be shown. Its text has one line per fault, with file, place and mend."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


def load(folder: Traversable | Path | None = None) -> Book:
    """The checked book of a folder; without one, the book that ships with the program (read once, then kept).

    Raises BookError with every fault of every file.
    """
    return _shipped() if folder is None else _read(folder)


def without(book: Book, stretches: Collection[str]) -> Book:
    """The book without these stretches. ValueError: it has no such stretch, or none would be left."""
    unknown = sorted(set(stretches) - set(book.stretches))
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: no such stretch; there are {', '.join(book.stretches)}")
    left = {name: stretch for name, stretch in book.stretches.items() if name not in stretches}
    if not left:
        raise ValueError("no stretch would be left; leave at least one")
    return evolve(book, stretches=MappingProxyType(left), withheld=frozenset(stretches))


def faults(folder: Traversable | Path | None = None) -> list[Fault]:
    """All that is wrong with the content of a folder, sorted by file; empty when the book is fit."""
    return _examine(_content() if folder is None else folder)[1]


@cache
def _shipped() -> Book:
    return _read(_content())


def _content() -> Traversable:
    return files("flows").joinpath("content")


def _read(folder: Traversable | Path) -> Book:
    read, wrong = _examine(folder)
    if wrong:
        raise BookError(wrong)
    return _bind(read)


def _examine(folder: Traversable | Path) -> tuple[Draft, list[Fault]]:
    if not folder.is_dir():
        return Draft(), [Fault(str(folder), "", "there is no such folder", "name the folder that holds book.toml")]
    read, misread = draft(dict(_files(folder)))
    return read, sorted({*misread, *prove(read)})


def _files(folder: Traversable | Path, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    """Every file below the folder by its name inside it, without what is hidden or not ours."""
    for entry in folder.iterdir():
        if entry.name.startswith((".", "__")):
            continue
        if entry.is_file():
            yield prefix + entry.name, entry.read_bytes()
        elif prefix + entry.name not in NOT_OURS:
            yield from _files(entry, f"{prefix}{entry.name}/")


def _bind(read: Draft) -> Book:
    """A draft without faults as a book; none of its pages is missing then, for each missing file is a fault."""
    front, referrals, cards = need(read.front), need(read.referrals), need(read.cards)
    numbers, sources = need(read.numbers), need(read.sources)
    return Book(
        content_version=front.content_version,
        language=front.language,
        reviewed_by=front.reviewed_by,
        intended_use=front.intended_use,
        rules=front.rules,
        stretches=MappingProxyType(dict(sorted(read.stretches.items(), key=_seed_first))),
        cards=MappingProxyType({card.id: card for card in cards.cards}),
        screening=need(read.screening),
        pain=need(read.pain),
        referrals=MappingProxyType({referral.category: referral for referral in referrals.referrals}),
        minor=referrals.minor,
        numbers=MappingProxyType({key: line.number(key) for key, line in numbers.countries.items()}),
        unknown_country_line=numbers.unknown_country_line,
        sources=MappingProxyType({source.id: source for source in sources.sources}),
        messages=MappingProxyType(dict(read.messages)),
        props_asked=front.props_asked,
    )


def _seed_first(item: tuple[str, Stretch]) -> tuple[bool, int, str]:
    """The seven of the brief in their order, then the additions by their id."""
    name, stretch = item
    return (not stretch.seed_item, stretch.seed_item, name)
