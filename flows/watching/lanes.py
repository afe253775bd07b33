"""Rows of whole numbers, each row packed into one long integer.

The trained model adds up some hundred rows of a hundred numbers for every message. Loops over numbers are slow in
Python, long integers are not: a row (a, b, c) is written as a + b * 2**32 + c * 2**64. To add two such integers is to
add the rows place by place, to multiply one by a number is to multiply every place. A negative place borrows from the
place to its left, and the borrowing cancels out when the row is read: 2**30 is added to every place, so that none is
negative ("raised"), and the bytes are cut into fours. All this holds as long as no place leaves -2**30 .. 2**30 - 1,
which the bounds on the weights ensure (flows/watching/model.py).

Of two raised rows the greater number at every place is found without reading them. The highest bit of a place is free:
set it in the first row and take the second row off, and it is still set where the first is not the smaller. From that
bit, moved down and taken off, comes a mask of ones for the places where the first row wins.

Where sums grow larger than that, places of 64 bits are used in the same way.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence


class Lanes:
    """Rows of `places` numbers of 32 bits (kind "I") or 64 bits (kind "Q")."""

    def __init__(self, places: int, kind: str = "I") -> None:
        self._form = struct.Struct(f"<{places}{kind}")
        self._bits = 8 * self._form.size // places
        self.half = 1 << (self._bits - 2)
        """No place may reach it, nor fall below minus it."""
        self.halves = self.pack([self.half] * places)
        """What raises a row."""
        self._free = 2 * self.halves

    def pack(self, row: Sequence[int]) -> int:
        """A row as one integer.

        >>> Lanes(2).pack([1, -2]) + Lanes(2).pack([1, 5]) == Lanes(2).pack([2, 3])
        True
        """
        return sum(value << (self._bits * at) for at, value in enumerate(row))

    def unpack(self, packed: int) -> list[int]:
        """The row again.

        >>> Lanes(3).unpack(3 * Lanes(3).pack([1, -2, 0]))
        [3, -6, 0]
        """
        return [value - self.half for value in self.natural(packed + self.halves)]

    def natural(self, packed: int) -> tuple[int, ...]:
        """The row again, where no place is negative."""
        return self._form.unpack(packed.to_bytes(self._form.size, "little"))

    def greater(self, one: int, other: int) -> int:
        """At every place the greater of two raised rows, raised."""
        won = ((one | self._free) - other) & self._free
        return other ^ ((one ^ other) & (won - (won >> (self._bits - 1))))
