"""Updates for the bot: a queue that getUpdates reads and confirms, or that the webhook empties.

Source: Client.cpp, process_get_updates_query, do_get_updates, abort_long_poll, add_update_impl; tdlib/td, TQueue.cpp.
Three things that a simple fake would get wrong:
- An offset confirms everything below it *for good*, even if the answer never arrives. An offset more than ten beyond
  the newest update is taken for a mistake: it confirms nothing and reads from the beginning.
- A second poller is refused only where two really wait: the older long poll ends with 409, the newer goes on.
- allowed_updates counts when an update is made, not when it is fetched, and it is remembered.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.playground.clock import Clock
from bot.playground.counters import Counters
from bot.playground.faults import Faults
from bot.playground.faults import Kind as Trouble
from bot.playground.ledger import Kind, Ledger
from bot.playground.refusals import Json, Refusal

KINDS = frozenset(
    "message edited_message channel_post edited_channel_post inline_query chosen_inline_result callback_query"
    " shipping_query pre_checkout_query poll poll_answer my_chat_member chat_member chat_join_request message_reaction"
    " message_reaction_count".split()
)
DEFAULT = KINDS - {"chat_member", "message_reaction", "message_reaction_count"}  # docs, getUpdates.allowed_updates
MOST_IN_ANSWER = 100
LONGEST_POLL = 50  # seconds; Client.h, LONG_POLL_MAX_TIMEOUT
TOO_FAR = 10  # TQueue.cpp, get
DAY = 24 * 3600
TAP = 150  # seconds a tap waits for the bot; Client.cpp, process_new_callback_query_queue
OTHER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
HOOKED = "Conflict: terminated by setWebhook request"


@dataclass(frozen=True, slots=True)
class Update:
    id: int
    kind: str
    body: Json
    expires: float
    lane: int  # the webhook sends updates of one lane one after the other

    def json(self) -> Json:
        return {"update_id": self.id, self.kind: self.body}


@dataclass(slots=True, eq=False)
class _Poll:
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    conflict: str = ""


class Queue:
    """`on_update` is called with each new update (see webhook.py), `on_poll` when somebody begins to wait for one."""

    def __init__(self, clock: Clock, counters: Counters, faults: Faults, ledger: Ledger) -> None:
        self._clock, self._counters, self._faults, self._ledger = clock, counters, faults, ledger
        self._waiting: dict[int, Update] = {}
        self._again: list[Update] = []
        self._poll: _Poll | None = None
        self._last_offset: int | None = None
        self._last_asked = float("-inf")
        self._next_conflict = float("-inf")
        self.allowed = DEFAULT
        self.on_update: Callable[[Update], None] = lambda update: None
        self.on_poll: Callable[[], None] = lambda: None

    @property
    def polled(self) -> bool:
        """Whether a long poll waits: the bot is there and has nothing to do."""
        return self._poll is not None

    def push(self, kind: str, body: Json, lifetime: float, lane: int) -> int | None:
        """The new update's id; None if the bot does not want this kind."""
        if kind not in self.allowed:
            return None
        update = Update(self._counters.next("update"), kind, body, self._clock.now() + lifetime, lane)
        self._waiting[update.id] = update
        self._ledger.write(Kind.UPDATE, kind, answer=update.json())
        self._wake()
        self.on_update(update)
        return update.id

    def pending(self) -> list[Update]:
        """What the bot has not confirmed yet, oldest first; nothing expires by looking."""
        return list(self._waiting.values())

    def waiting(self) -> list[Update]:
        """Oldest first, without those that nobody fetched in time."""
        now = self._clock.now()
        for update in [update for update in self._waiting.values() if update.expires < now]:
            self.forget(update.id)
            self._ledger.write(Kind.WARNING, update.kind, note=f"update {update.id} expired before it was fetched")
        return list(self._waiting.values())

    def forget(self, update_id: int) -> None:
        self._waiting.pop(update_id, None)

    def clear(self) -> None:
        """drop_pending_updates."""
        self._waiting.clear()

    def allow(self, allowed: str) -> bool:
        """The parameter allowed_updates; whether it changed anything. Client.cpp, get_allowed_update_types."""
        if not allowed:
            return False
        try:
            listed = json.loads(allowed)
        except ValueError:
            return False
        if not isinstance(listed, list) or not all(isinstance(kind, str) for kind in listed):
            return False
        before, self.allowed = self.allowed, frozenset(kind.lower() for kind in listed) & KINDS or DEFAULT
        return before != self.allowed

    async def get(self, offset: int, limit: int, patience: int) -> list[Json]:
        """Answer getUpdates; `patience` is its timeout in seconds. 409 when another poller takes over."""
        now = self._clock.now()
        if offset == self._last_offset:  # somebody asks in a circle: Client.cpp, process_get_updates_query
            patience = 3 if patience < 3 and now < self._last_asked + 3 else patience
            limit = 1 if now < self._last_asked + 0.5 else limit
        self._last_offset, self._last_asked = offset, now
        found = self._take(offset, limit)
        if found or patience == 0:
            return [update.json() for update in found]
        self.abort(OTHER)
        return await self._long_poll(offset, limit, now + patience)

    async def _long_poll(self, offset: int, limit: int, deadline: float) -> list[Json]:
        self._poll = poll = _Poll()
        self.on_poll()
        try:
            while True:
                await self._clock.pause(poll.woken, deadline)
                if poll.conflict:
                    await self._conflict(poll.conflict)
                found = self._take(offset, limit)
                if found or self._clock.now() >= deadline:
                    return [update.json() for update in found]
        finally:
            if self._poll is poll:
                self._poll = None

    def abort(self, reason: str = HOOKED) -> None:
        """End the long poll that waits, if one does."""
        if self._poll is not None:
            self._poll.conflict = reason
            self._poll.woken.set()
            self._poll = None

    def close(self) -> None:
        """Send the poller away at once: the server ends."""
        self._next_conflict = float("-inf")
        self.abort("Conflict: the playground is closing")

    async def _conflict(self, reason: str) -> None:
        """At most one 409 at once in three seconds, the next ones wait: Client.cpp, fail_query_conflict."""
        if self._clock.now() < self._next_conflict:
            await self._clock.sleep(3)
        else:
            self._next_conflict = self._clock.now() + 3
        raise Refusal(409, reason)

    def _take(self, offset: int, limit: int) -> list[Update]:
        """Confirm what lies below the offset and read what is left. TQueue.cpp, get."""
        waiting = self.waiting()
        if offset < 0:
            for update in waiting[:offset]:
                self.forget(update.id)
        elif offset <= self._counters.peek("update") + TOO_FAR:
            for update in waiting:
                if update.id < offset:
                    self.forget(update.id)
        found = (self._again + list(self._waiting.values()))[:limit]
        self._again = []
        return self._troubled(found) if found else found

    def _troubled(self, found: list[Update]) -> list[Update]:
        if len(found) > 1 and self._faults.strike(Trouble.REORDER, "getupdates"):
            self._ledger.write(Kind.FAULT, "getUpdates", note="updates in the wrong order")
            found = found[::-1]
        if self._faults.strike(Trouble.DUPLICATE, "getupdates"):
            self._ledger.write(Kind.FAULT, "getUpdates", note="these updates will come once more")
            self._again = list(found)
            self._wake()
        return found

    def _wake(self) -> None:
        if self._poll is not None:
            self._poll.woken.set()
