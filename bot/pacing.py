"""When the next letter may leave: what a messenger asked us to wait for, and what we leave it room for by ourselves.

Telegram says how long to wait (429, retry_after) and is obeyed to the second, but a wait that one chat earned must not
silence everybody. So there are three gates. A 429 for one chat closes that chat's gate and the gate of the reminders:
they are the only mass we send, and the first to give way. If a second chat is told to wait while the first still
waits, it was not about the chat: then everybody's gate closes.

Beside them stand two buckets that fill with time: a person gets a handful of letters at once and then one a second;
reminders leave at a steady rate below Telegram's limit for bulk, so that there is always room for an answer. Answers
to different people are never rationed.

All instants are seconds of one monotonic clock and are handed in; nothing here waits or asks what time it is.
"""

from __future__ import annotations

from attrs import frozen

MOST_REMEMBERED = 1024
"""So many people's gates and buckets are kept before those that are open and full are looked for and dropped."""


@frozen
class Pace:
    """How fast letters leave by our own choice."""

    person_seconds: float = 1.0
    """Between two letters to one person, once `person_burst` have left together."""
    person_burst: int = 5
    reminders_a_second: float = 25.0
    """Telegram allows about 30 messages a second in all."""
    reminder_burst: int = 5


UNPACED = Pace(person_seconds=0.0, reminders_a_second=1e9)
"""For channels without limits, and for tests that look at something else."""


class _Bucket:
    """Lets `burst` through at once and then one every `seconds`; the moment at which it is full again is all it
    remembers."""

    __slots__ = ("_full",)

    def __init__(self) -> None:
        self._full = 0.0

    def opens(self, seconds: float, burst: int) -> float:
        return self._full - (burst - 1) * seconds

    def spend(self, now: float, seconds: float) -> None:
        self._full = max(self._full, now) + seconds

    def is_full(self, now: float) -> bool:
        return self._full <= now


class Pacing:
    """The gates and buckets of one messenger."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._all = 0.0
        self._all_reminders = 0.0
        self._held: dict[str, float] = {}
        self._limited: dict[str, float] = {}
        """Held because the messenger asked for it."""
        self._buckets: dict[str, _Bucket] = {}
        self._reminders = _Bucket()

    def hold(self, person: str, now: float, wait: float) -> None:
        """Nothing to this person for `wait` seconds."""
        self._held[person] = max(self._held.get(person, 0.0), now + wait)

    def limit(self, person: str, now: float, wait: float) -> None:
        """The messenger asked for `wait` seconds when a letter to this person was brought."""
        self._limited = {who: until for who, until in self._limited.items() if until > now}
        self.hold(person, now, wait)
        self._all_reminders = max(self._all_reminders, now + wait)
        if self._limited.keys() - {person}:
            self._all = max(self._all, now + wait)
        self._limited[person] = max(self._limited.get(person, 0.0), now + wait)

    def opens(self, person: str) -> float:
        """When the next answer to this person may leave; it may lie in the past."""
        bucket = self._buckets.get(person)
        paced = bucket.opens(self._pace.person_seconds, self._pace.person_burst) if bucket is not None else 0.0
        return max(self._all, self._held.get(person, 0.0), paced)

    def reminders_open(self) -> float:
        """When the next reminder may leave, whoever it is for."""
        paced = self._reminders.opens(1 / self._pace.reminders_a_second, self._pace.reminder_burst)
        return max(self._all, self._all_reminders, paced)

    def spend(self, person: str, now: float, *, reminder: bool) -> None:
        """A letter leaves."""
        self._drop_the_idle(now)
        self._buckets.setdefault(person, _Bucket()).spend(now, self._pace.person_seconds)
        if reminder:
            self._reminders.spend(now, 1 / self._pace.reminders_a_second)

    def _drop_the_idle(self, now: float) -> None:
        if len(self._buckets) < MOST_REMEMBERED or len(self._buckets) & (len(self._buckets) - 1):
            return  # looked for at each doubling only: it costs as much as there are
        self._buckets = {who: bucket for who, bucket in self._buckets.items() if not bucket.is_full(now)}
        self._held = {who: until for who, until in self._held.items() if until > now}
