"""The port: what a store keeps and how it is asked.

A store knows people, turns, letters and wake-ups. It does not know what they are about: a conversation and a letter
are text to it. Its one idea is `keep`: a group of turns goes in, each is decided by a pure function from what was kept
to what shall be kept, and all that follows from a turn (its key, the conversation, letters, wake-ups) is on disk
together or not at all.

The life of a letter:

    waiting --claim--> in flight --sent--> gone, its body wiped, its reference kept
       ^  |                |   |
       |  |                |   +--bury--> gone, given up for a reason
       |  +--expired, hushed, forgotten--> gone
       +--------back-------+              (surely not sent; but one that was hushed meanwhile is gone)

Letters of one person leave one after the other: while one is in flight the next is not offered, and cannot be claimed.
Answers leave in the order in which they were kept; what is sent once (reminders) waits until no answer does, so that a
person who taps is not kept waiting by a hundred thousand who are being reminded. That one at a time is on the wire is
what lets "no reminder after this" be said honestly: the confirmation stands behind whatever is out already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, TypeAlias

KEYS_LAST = timedelta(days=3)  # Telegram gives an update up for lost after 24 h, and starts its ids anew after a week
NEWEST_KEYS = 1000
"""So many keys stay however old they seem: a clock that was a year ahead for a minute, or that begins in 1970 at every
start, must not make the bot forget what it has just handled. It is more than a messenger delivers again."""
POSTED_LAST = timedelta(days=30)
ASIDE_LAST = timedelta(days=30)
COUNTS_LAST = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Wake:
    """A wake-up. A person has at most one of each name; a later one of the same name takes its place."""

    name: str
    at: datetime  # aware; comes back in UTC, exact to the microsecond


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that happened to one person."""

    person: str  # opaque, e.g. "telegram:42"
    key: str  # no two handled turns have the same
    wake: Wake | None = None  # set when this turn is that wake-up, come due


@dataclass(frozen=True, slots=True)
class Letter:
    """Something to be told to the person."""

    body: str
    cause: str = ""  # the name of the wake-up that led to it; "" for an answer
    once: bool = False  # sent at most once: when its fate is unknown it is not sent again
    expires: datetime | None = None  # from this instant on it is not worth sending
    panel: bool = False  # shows what is so now: the next answer, if it is a panel too, makes it needless


@dataclass(frozen=True, slots=True)
class Decision:
    """What shall be kept after a turn. Applied in this order: forget, hush and recall, conversation, letters, wakes.

    `hush` names wake-ups to remove, together with the letters they caused; a letter already in flight can no longer be
    called back, but it will not be tried again. `recall` removes such letters and leaves the wake-ups; `cancel` removes
    all letters that wait. `forget` removes all there is of the person and keeps of this decision only the letters (the
    goodbye, itself removed when its fate is known); all else of it is then passed over. The key of the turn stays
    handled. A letter in flight is emptied at once and goes when its fate is known.

    `traceless` letters are removed when their fate is known, as the goodbye is, and nothing of them stays.

    `counts` is what went wrong, as text that names nobody: kept with the day and without the person, whatever becomes
    of them.
    """

    conversation: str | None  # None: leave it as it was
    letters: tuple[Letter, ...] = ()
    wakes: tuple[Wake, ...] = ()
    hush: tuple[str, ...] = ()
    forget: bool = False
    recall: tuple[str, ...] = ()
    cancel: bool = False
    traceless: bool = False
    counts: tuple[str, ...] = ()


MOST_NAMES = 32  # wake-ups of one person


Decide: TypeAlias = Callable[[Turn, str | None], Decision]
"""Pure: (the turn, the conversation as last kept or None) -> what to keep. May run on another thread."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The turn and all that follows from it is on disk."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Nothing to do: the key was handled before, or the wake-up no longer stands."""


@dataclass(frozen=True, slots=True)
class Failed:
    """This turn left no trace; the others of its group are not touched by it."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Behind:
    """Not looked at: an earlier turn of this person in the group failed. To be handed in again after that one."""


Outcome: TypeAlias = Kept | Seen | Failed | Behind


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter that waits to be sent."""

    id: int
    person: str
    body: str
    cause: str
    once: bool
    expires: datetime | None


@dataclass(frozen=True, slots=True)
class Posted:
    """What is left of a letter that went."""

    fate: str
    reference: str
    kept: datetime  # when the turn that led to it was


@dataclass(frozen=True, slots=True)
class Held:
    """All that is held under the name of one person, opened."""

    person: str
    conversation: str | None
    letters: tuple[Waiting, ...] = ()  # waiting or in flight, oldest first
    wakes: tuple[Wake, ...] = ()
    posted: tuple[Posted, ...] = ()
    aside: datetime | None = None  # when a conversation that did not open was laid aside


class Store(Protocol):
    """What every store does. Instants are aware datetimes; no store looks at a clock of its own.

    Any method raises StoreTrouble (a StoreError) when the disk fails or the store is closed; nothing is changed then.
    A call that is cancelled may or may not have been carried out, but never by half: ask again with the same key.
    """

    async def keep(self, turns: Sequence[Turn], decide: Decide, now: datetime) -> list[Outcome]:
        """Keep a group of turns in one transaction; one outcome for each, in their order.

        Turns are taken one after the other: a later turn of the same person sees what an earlier one of the group
        left. StoreFull: there is no room, and of this group at most what forgets was kept; hand all of it in again.
        Of a turn with a wake-up it is asked whether that very wake-up (name and instant) still stands, not whether its
        key was handled: after a clock that was wrong the same instant comes once more. The wake-up goes before the
        decision is applied, and cannot set itself again. A turn whose `decide` raises, whose conversation does not open
        (SealBroken) or that breaks a limit (LimitBroken) is rolled back alone and comes back Failed; the later turns of
        that person come back Behind, so that their order is not lost.
        """

    async def read(self, person: str) -> str | None:
        """The conversation as last kept, or None. SealBroken when it does not open."""

    async def held(self, person: str) -> Held:
        """All there is of one person. SealBroken: some of it does not open."""

    async def due(self, now: datetime, limit: int = 100) -> list[tuple[str, Wake]]:
        """Wake-ups whose instant is `now` or earlier, each with its person, the longest overdue first."""

    async def coming_up(self, now: datetime, until: datetime, limit: int) -> int:
        """How many wake-ups come due after `now` and until then; counted up to the limit."""

    async def next_wake(self) -> datetime | None:
        """The earliest instant at which a wake-up comes due, or None if there is none."""

    async def coming(self, after: tuple[datetime, str], limit: int = 100) -> list[tuple[str, Wake]]:
        """Wake-ups behind an instant and a person, in the order of both: page after page, all there are.

        `after` is where the last page ended: wake-ups of that very instant and person are left out. So those of one
        instant and person come on one page, which may have a few more than `limit` for it.
        """

    async def mark(self, name: str) -> str:
        """What was noted under a name about the whole store, "" if nothing was."""

    async def set_mark(self, name: str, text: str) -> None:
        """Note something about the whole store, in place of what was noted under this name. It is not sealed."""

    async def waiting(self, now: datetime, limit: int = 100) -> list[Waiting]:
        """The letters that may be sent now, oldest first: of each person the next, if none of theirs is in flight.

        It looks at all of them: for tests, and for a chat with one person. Letters that expired by `now` are buried
        ("expired"), those that do not open too ("unreadable"), and panels that the next one overtook ("overtaken").
        """

    async def lane(self, once: bool, after: int = 0, limit: int = 100) -> list[tuple[int, str]]:
        """Letters of one lane (`once`: reminders; else answers) with numbers above `after`, oldest first, each with
        its person; whatever they wait for."""

    async def take(self, person: str, now: datetime, *, once: bool) -> Waiting | None:
        """Claim the person's next letter of this lane; None if there is none or it may not be sent now.

        What is in its way (expired, unreadable, overtaken) is buried. One that is sent once is not taken before an
        answer.
        """

    async def claim(self, letter: int) -> bool:
        """Waiting -> in flight, on disk before this returns. False: it may not be sent.

        It is False when the letter is gone (hushed, expired, forgotten), is claimed already, or another of this person
        is in flight.
        """

    async def sent(self, letter: int, reference: str = "") -> None:
        """It was sent. The body is wiped; `reference` (the messenger's id of it, say) is kept, sealed."""

    async def back(self, letter: int) -> None:
        """It was surely not sent: it waits again at its old place, unless it was hushed or forgotten meanwhile."""

    async def bury(self, letter: int, reason: str) -> None:
        """It is given up, the body wiped. `reason` is a fixed word, never content."""

    async def reference(self, person: str) -> str:
        """The reference of the newest letter sent to the person that has one, "" if there is none."""

    async def set_aside(self, turn: Turn, reason: str, now: datetime, letters: Sequence[Letter] = ()) -> None:
        """Give a turn up for good: its key counts as handled, its wake-up goes, the person is told by `letters`.

        All of it at once, and without a look at the conversation, which may be what cannot be opened. A key that was
        handled before changes nothing. `reason` says which kind of error and where, never what the person wrote.
        """

    async def lay_aside(self, person: str, now: datetime) -> bool:
        """Take a conversation that does not open out of the way: the person begins anew. False: it does open.

        It is kept for 30 days, for whoever can mend it; /delete removes it too.
        """

    async def counts(self) -> list[tuple[date, str]]:
        """All that was counted, by day (UTC)."""

    async def examine(self) -> None:
        """Look through what the opening left, because it takes long. StoreRefused: it is damaged; end the process."""

    async def prune(self, now: datetime) -> None:
        """Bury letters that expired; drop handled keys older than 3 days (of the newest 1000 none), and of letters
        that went (sent or buried) those older than 30 days.

        A letter is as old as the turn that kept it. What was laid aside goes after 30 days, what was counted after 24
        months.
        """

    async def close(self) -> None:
        """Let go of everything. A second close does nothing."""
