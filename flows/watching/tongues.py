"""The gravest words of other languages (content/watch/tongues.toml), looked up as they stand.

All languages are always read: someone in need falls back to their own. Only a few words are also English or mean something else there ("fine" is an end in
Italian); those count only when the language was expected.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from flows.watching import data, letters

_LABELS = {"crisis": "emergency"}
_ENGLISH_TOO = frozenset("fine halt pause ende dur au zeer ates alto ambulance cancer suicide finish dor id avc acil bol weh dosc".split())
"""Words that are English as well, or too short to be sure."""


@dataclass(frozen=True, slots=True)
class Word:
    """One phrase of another language: how it is found, what it is read as."""

    id: str
    language: str
    needle: str
    label: str
    kind: str


@cache
def all_words() -> tuple[Word, ...]:
    """Every phrase of tongues.toml, folded as texts are."""
    out: list[Word] = []
    for language, row in data.table("tongues.toml").items():
        for kind, phrases in row.items():
            if kind == "anywhere":
                continue
            label = _LABELS.get(kind, kind)
            tag = "crisis" if kind == "crisis" else ""
            for phrase in phrases:
                plain = spaced(letters.fold(phrase))
                needle = plain.strip() if row.get("anywhere") else plain
                out.append(Word(f"{language}_{kind}", language, needle, label, tag))
    return tuple(out)


def spaced(folded: str) -> str:
    """Words of a folded text with one blank around each."""
    return f" {' '.join(letters.tokens(folded))} "


def heard(folded: str, language: str) -> list[Word]:
    """The phrases found in a folded text."""
    plain = spaced(folded)
    expected = language.lower()[:2]
    return [
        word
        for word in all_words()
        if word.needle in plain and (word.language == expected or word.needle.strip() not in _ENGLISH_TOO)
    ]
