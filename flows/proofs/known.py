"""What the rules know of the rest of the content while they look at one page.

Where a file could not be read, nothing is unknown: its own fault is told, and no second one follows from it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterator, Mapping

from attrs import frozen

from flows.draft import Draft, Vocabulary
from flows.pages import Screening, Stretch

Found = tuple[str, str, str]
"""Place, what is wrong, how to mend it. The file is added by `flows.proof`."""

GATES = (
    "outcome_clear",
    "age_18_64",
    "partner_adult",
    "partner_present",
    "user_consent_today",
    "partner_confirms_rules",
    "no_alcohol_or_sedatives",
)
"""What must hold before another person presses on a back [SEED4, S26, S27]; the conversation knows no more."""

_ID = re.compile(r"[a-z0-9][a-z0-9_]*")
_CITED = re.compile(r"\b(?:SEED\d(?:-\d)?|S\d\d)\b")
ID_LIMIT = 24
"""Characters of an id that travels in the data of a button, which holds 64 bytes in all."""


class _Anything(Container[str]):
    def __contains__(self, item: object) -> bool:
        return True


ANYTHING: Container[str] = _Anything()


@frozen
class Known:
    """Ids by their kind."""

    stretches: Container[str]
    loaded: Mapping[str, Stretch]
    screening: Screening | None
    flags: Container[str]
    questions: Container[str]
    sources: Container[str]
    vocabulary: Vocabulary | None
    most: int
    """How often a stretch may be done in one sitting."""

    @classmethod
    def of(cls, read: Draft) -> Known:
        return cls(
            stretches=read.stretch_files,
            loaded=read.stretches,
            screening=read.screening,
            flags=set(flag_excludes(read.screening)) if read.screening else ANYTHING,
            questions={question.id for question in read.screening.questions} if read.screening else ANYTHING,
            sources={source.id for source in read.sources.sources} if read.sources else ANYTHING,
            vocabulary=read.front.vocabulary if read.front else None,
            most=read.front.rules.max_repeats_per_seed_stretch if read.front else 3,
        )

    def words(self, kind: str) -> Container[str]:
        """The words of a kind, by the name of its list in the vocabulary."""
        words: Container[str] = getattr(self.vocabulary, kind) if self.vocabulary else ANYTHING
        return words


def flag_excludes(screening: Screening) -> dict[str, frozenset[str]]:
    """Flag to the stretches that it takes out."""
    by_age = {rule.flag: frozenset(rule.excludes) for rule in screening.age_rules}
    return by_age | {question.flag: frozenset(question.excludes) for question in screening.questions if question.flag}


def unknown(place: str, names: Collection[str], known: Container[str], kind: str) -> Iterator[Found]:
    """A fault for each name that is not known."""
    for name in names:
        if name not in known:
            yield place, f"unknown {kind} {name!r}", "correct its spelling, or add what it names"


def cited(place: str, text: str, known: Known) -> Iterator[Found]:
    """A fault for each source key in running text that no source has."""
    yield from unknown(place, _CITED.findall(text), known.sources, "source")


def grounded(place: str, sources: Collection[str], known: Known) -> Iterator[Found]:
    """A fault where a fact has no source, or one that is not listed."""
    if not sources:
        yield place, "there is no source", "name at least one of sources.toml"
    yield from unknown(place, sources, known.sources, "source")


def said(place: str, text: str, why: str) -> Iterator[Found]:
    """A fault where words are missing."""
    if not text.strip():
        yield place, "it is empty", why


def no_twins(place: str, names: Collection[str]) -> Iterator[Found]:
    """A fault for each name that stands twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield place, f"{name!r} stands there twice", "each may stand once"
        seen.add(name)


def id_form(place: str, name: str) -> Iterator[Found]:
    """A fault where an id cannot travel in the data of a button."""
    if not _ID.fullmatch(name) or len(name) > ID_LIMIT:
        yield place, f"{name!r} is no id", f"use a-z, 0-9 and _, at most {ID_LIMIT} characters"
