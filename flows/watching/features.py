"""What the trained model looks at: for each token its word (or, of a word that it does not know, the pieces of it),
the sign that the grammar gave it (taken back, asked, past, far away), and the meanings it stands in."""

from __future__ import annotations

from zlib import crc32

from flows.watching.grammar import DENIED, MARKS, Reading

PIECES = 4096
"""Places for pieces of words; some share one."""
SIGNS = ("", DENIED, *(sign for sign, _ in MARKS))
"""The signs a token can carry."""
_SIZES = (3, 4)
MOST_PIECES = 16
MOST_MEANINGS = 4


def pieces(token: str) -> tuple[int, ...]:
    """The places of the pieces of a word, its ends marked ("<ou", "ouc", "uch" ...); of a long word those of its
    start."""
    marked = f"<{token}>"
    found = [
        crc32(marked[at : at + size].encode("utf-8", "replace")) % PIECES
        for at in range(len(marked) - min(_SIZES) + 1)
        for size in _SIZES
        if at + size <= len(marked)
    ]
    return tuple(dict.fromkeys(found))[:MOST_PIECES]


def meant(length: int, read: Reading) -> list[tuple[str, ...]]:
    """For each token, what is meant where it stands; of very many meanings the first few."""
    out: list[tuple[str, ...]] = [()] * length
    for meaning in read.meanings:
        for at in range(meaning.start, meaning.end):
            if len(out[at]) < MOST_MEANINGS:
                out[at] = (*out[at], meaning.what)
    return out
