"""What can go wrong in a store.

Every message is one line: what, where, how to mend it; never a word of what is kept.
"""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """Why a database must not be started on."""

    DAMAGED = "damaged"
    NEWER = "newer"
    WRONG_KEY = "wrong_key"
    MISSING_KEY = "missing_key"
    BAD_KEY = "bad_key"
    UNREADABLE = "unreadable"


class StoreError(Exception):
    """The store could not do what it was asked; what it kept before is untouched."""


class StoreRefused(StoreError):
    """The database, or its key, is not fit to start on. Nothing was changed."""

    def __init__(self, kind: Refusal, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


class StoreBusy(StoreError):
    """Another process has the database."""


class StoreTrouble(StoreError):
    """The disk or the database failed in the middle of the work; the whole group was rolled back."""


class StoreFull(StoreTrouble):
    """There is no room on the disk."""


class StoreClosed(StoreTrouble):
    """The store was closed."""


class TurnError(StoreError):
    """One turn, and only that turn, cannot be kept."""


class SealBroken(TurnError):
    """A sealed field does not open: it was changed, moved to another row, or sealed with a key that is not here."""


class LimitBroken(TurnError):
    """A turn or a decision is larger than the store takes, or cannot be written down."""
