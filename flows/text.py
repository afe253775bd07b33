"""Small things done to words."""

from __future__ import annotations

import re
import unicodedata

LONGEST_ANSWER = 200
"""No answer is longer; more of a text is not compared."""
_SIDE = re.compile(r"\b(left|right)\b(?! away)", re.IGNORECASE)
_SWAP = {"left": "right", "right": "left"}


def swap_sides(text: str) -> str:
    """The same words for the other side of the body; "right away" stays as it is.

    >>> swap_sides("Bend your right knee. Stop right away.")
    'Bend your left knee. Stop right away.'
    """

    def swap(match: re.Match[str]) -> str:
        word = match.group(0)
        other = _SWAP[word.lower()]
        return other.capitalize() if word[0].isupper() else other

    return _SIDE.sub(swap, text)


def plain(text: str) -> str:
    """Words for comparing: case, punctuation, symbols and doubled blanks do not count.

    >>> plain("  Not  sure!! ")
    'not sure'
    """
    folded = unicodedata.normalize("NFKC", text[:LONGEST_ANSWER]).casefold().replace("'", "").replace("\u2019", "")
    kept = (char if char.isalnum() else " " for char in folded)
    return " ".join("".join(kept).split())
