"""What the trained model looks at: words, pairs of words, pieces of words, and meanings with who, when and whether.

Each feature is a short string, hashed to a place in the table of weights. A feature belongs to the token at which it ends, so that the sum over any run
of whole sentences is a difference of two running sums, and reading a long text costs no more than reading its sentences once.
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


def place(feature: str) -> int:
    """Where in the table the weights of a feature stand."""
    return crc32(feature.encode("utf-8", "replace")) & _MASK


@lru_cache(maxsize=16384)
def word_places(token: str, mark: str = "") -> tuple[int, ...]:
    """The places of a word alone: itself and its pieces, ends marked. A word that was taken back is another word."""
    marked = f"<{token}>"
    pieces = {marked[at : at + size] for size in _PIECES for at in range(len(marked) - size + 1)}
    return (place(f"w{mark} {token}"), *(place(f"c{mark} {piece}") for piece in sorted(pieces)))


def context_places(tokens: list[str], marks: Sequence[str]) -> list[list[int]]:
    """For each token, the places of the pairs and triples that end there. A sentence starts afresh."""
    out: list[list[int]] = []
    one, two = "^", "^"
    for token, mark in zip(tokens, marks, strict=True):
        out.append([place(f"b{mark} {one} {token}"), place(f"s{mark} {two} {token}"), place(f"t {two} {one} {token}")])
        one, two = ("^", "^") if token in STOPS else (token, one)
    return out


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


def length_place(words: int) -> int:
    """The place for how long a run of sentences is."""
    return place(f"l {min(words, 4) if words < 5 else 5 + min(words // 5, 5)}")
