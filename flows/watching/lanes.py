"""Rows of whole numbers, each row packed into one long integer.

The trained model adds up some hundred rows of a hundred numbers for every message. Loops over numbers are slow in
Python, long integers are not: a row (a, b, c) is written as a + b * 2**32 + c * 2**64. To add two such integers is to
add the rows place by place, to multiply one by a number is to multiply every place. A negative place borrows from the
place to its left, and the borrowing cancels out when the row is read: 2**31 is added to every place, so that none is
negative, and the bytes are cut into fours. All this holds as long as no place leaves -2**31 .. 2**31 - 1, which the
bounds on the weights ensure (flows/watching/model.py).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import cache

_BITS = 32
HALF = 1 << (_BITS - 1)
_BYTES = _BITS // 8


@cache
def _halves(places: int) -> int:
    """2**31 at every place."""
    return sum(HALF << (_BITS * at) for at in range(places))


def pack(row: Sequence[int]) -> int:
    """A row as one integer.

    >>> pack([1, -2]) + pack([1, 5]) == pack([2, 3])
    True
    """
    return sum(value << (_BITS * at) for at, value in enumerate(row))


def raised(row: Sequence[int]) -> list[int]:
    """A row with 2**31 added at every place, as `cut` gives it."""
    return [value + HALF for value in row]


def cut(packed: int, places: int) -> tuple[int, ...]:
    """The row again, with 2**31 still added at every place: enough to find the greatest of many."""
    return struct.unpack(f"<{places}I", (packed + _halves(places)).to_bytes(places * _BYTES, "little"))


def unpack(packed: int, places: int) -> list[int]:
    """The row again.

    >>> unpack(3 * pack([1, -2, 0]), 3)
    [3, -6, 0]
    """
    return [value - HALF for value in cut(packed, places)]
