"""The gravest words of other languages (content/watch/tongues.toml), looked up as they stand.

All languages are always read: someone in need falls back to their own. Only a few words are also English or mean
something else there ("fine" is an end in Italian); those count only when the language was expected.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from flows.watching import data, letters

_LABELS = {"crisis": "emergency"}
_PLAIN = ("emergency", "urgent", "pain_stop", "stop_request")
_ENGLISH_TOO = frozenset(
    "fine halt pause ende dur au zeer ates alto ambulance cancer suicide finish dor id avc acil bol weh dosc".split()
)
"""Words that are English as well, or too short to be sure."""


@dataclass(frozen=True, slots=True)
class Word:
    """One phrase of another language: its words, and what it is read as."""

    id: str
    language: str
    tokens: tuple[str, ...]
    label: str
    kind: str


@cache
def _by_first() -> dict[str, tuple[Word, ...]]:
    """Phrases of languages that put blanks between words, by their first word."""
    out: dict[str, tuple[Word, ...]] = {}
    for word in _all(anywhere=False):
        out[word.tokens[0]] = (*out.get(word.tokens[0], ()), word)
    return out


@cache
def _anywhere() -> tuple[Word, ...]:
    return tuple(_all(anywhere=True))


def _all(*, anywhere: bool) -> list[Word]:
    out: list[Word] = []
    for language, row in data.table("tongues.toml").items():
        if row.get("anywhere", False) != anywhere:
            continue
        for kind in ("crisis", *_PLAIN):
            label, tag = _LABELS.get(kind, kind), "crisis" if kind == "crisis" else ""
            told = [tuple(letters.tokens(letters.fold(phrase))) for phrase in row[kind]]
            out += [Word(f"{language}_{kind}", language, tokens, label, tag) for tokens in told]
    return out


def heard(folded: str, tokens: list[str], language: str) -> list[Word]:
    """The phrases found in a folded text and its tokens."""
    index, expected = _by_first(), language.lower()[:2]
    out = [
        word
        for at, token in enumerate(tokens)
        if token in index
        for word in index[token]
        if tuple(tokens[at : at + len(word.tokens)]) == word.tokens
        and (word.language == expected or word.tokens[0] not in _ENGLISH_TOO or len(word.tokens) > 1)
    ]
    if not folded.isascii():
        out += [word for word in _anywhere() if "".join(word.tokens) in folded]
    return out
