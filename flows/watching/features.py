"""What the trained model looks at: words, pairs of words, pieces of words, and meanings with who, when and whether.

Each feature is a short string, hashed to a place in the table of weights. A feature belongs to the token at which it
ends, so that the sum over any run of whole sentences is a difference of two running sums, and reading a long text
costs no more than reading its sentences once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from zlib import crc32

from flows.watching.grammar import Reading
from flows.watching.letters import STOPS

BITS = 17
PLACES = 1 << BITS
_MASK = PLACES - 1
_PIECES = (3, 4, 5)


@lru_cache(maxsize=65536)
def place(feature: str) -> int:
    """Where in the table the weights of a feature stand."""
    return crc32(feature.encode("utf-8", "replace")) & _MASK


@lru_cache(maxsize=16384)
def _stamp(token: str) -> int:
    """A number that stands for a word in pairs and triples."""
    return crc32(token.encode("utf-8", "replace"))


def _mix(one: int, two: int, salt: int) -> int:
    """The place of a pair: plain arithmetic, as there are many pairs and each is met once."""
    return ((one * 0x9E3779B1 ^ two * 0x85EBCA77) + salt) * 0xC2B2AE35 >> 13 & _MASK


@lru_cache(maxsize=16384)
def word_places(token: str, mark: str = "") -> tuple[int, ...]:
    """The places of a word alone: itself and its pieces, ends marked. A word that was taken back is another word."""
    marked = f"<{token}>"
    pieces = {marked[at : at + size] for size in _PIECES for at in range(len(marked) - size + 1)}
    return (place(f"w{mark} {token}"), *(place(f"c{mark} {piece}") for piece in sorted(pieces)))


def places_around(tokens: list[str], marks: Sequence[str]) -> list[list[int]]:
    """For each token, the places of the pairs and triples that end there. A sentence starts afresh."""
    out: list[list[int]] = []
    one, two = _START, _START
    for token, mark in zip(tokens, marks, strict=True):
        here, salt = _stamp(token), _SALTS[mark]
        out.append([_mix(one, here, salt), _mix(two, here, salt + 1), _mix(one * 31 + two, here, 7)])
        one, two = (_START, _START) if token in STOPS else (here, one)
    return out


_START = 1
_SALTS = {"": 101, **{sign: 101 + 10 * number for number, sign in enumerate("~?@%", start=1)}}


def meaning_places(tokens: list[str], read: Reading) -> list[list[int]]:
    """For each token, the places of the meanings that end there, alone and paired with those shortly before."""
    out: list[list[int]] = [[] for _ in tokens]
    recent: list[tuple[int, str]] = []
    for meaning in read.meanings:
        name = f"~{meaning.what}" if meaning.denied else meaning.what
        away = sorted(read.away[meaning.segment])
        here = out[meaning.end - 1]
        here.append(place(f"m {name}"))
        here += [place(f"a {name} {way}") for way in away]
        here += [place(f"p {before} {name}") for start, before in recent if start < meaning.start]
        recent = [*recent[-5:], (meaning.start, name)]
        if STOPS & set(tokens[meaning.end : meaning.end + 1]):
            recent = []
    return out


@lru_cache(maxsize=128)
def length_place(words: int) -> int:
    """The place for how long a run of sentences is."""
    return place(f"l {min(words, 4) if words < 5 else 5 + min(words // 5, 5)}")
