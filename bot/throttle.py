"""How much one person may send before the rest waits: a bucket for each, so that nobody slows the others down.

What makes things safer is never held back, however much comes: `flows.safer` knows it, and the door asks it first.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from attrs import define

RATE = 2.0
"""Messages and taps a second that anybody may go on with."""
BURST = 20.0
"""How many may come at once: the safety questions are sixteen with all before them, and quick fingers are no flood."""
MOST_PEOPLE = 20_000
"""Buckets kept; the one that was longest unused goes, and whoever comes back has a full one."""
NOTICE_EVERY = 60.0
"""Seconds between two notices to one person."""


@define
class _Bucket:
    left: float
    at: float
    told: float


class Throttle:
    """Buckets by person. `now` tells seconds that never run backwards."""

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        *,
        rate: float = RATE,
        burst: float = BURST,
        most: int = MOST_PEOPLE,
    ) -> None:
        self._now = now
        self._rate = rate
        self._burst = burst
        self._most = most
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def spend(self, person: str) -> bool:
        """Count one; False: that was one too many."""
        bucket, now = self._bucket(person), self._now()
        bucket.left = min(self._burst, bucket.left + (now - bucket.at) * self._rate)
        bucket.at = now
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True

    def tell(self, person: str) -> bool:
        """Whether it is time to tell this person that something was left unread."""
        bucket, now = self._bucket(person), self._now()
        if now - bucket.told < NOTICE_EVERY:
            return False
        bucket.told = now
        return True

    def _bucket(self, person: str) -> _Bucket:
        bucket = self._buckets.get(person)
        if bucket is None:
            bucket = self._buckets[person] = _Bucket(self._burst, self._now(), -NOTICE_EVERY * 2)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(person)
        return bucket
