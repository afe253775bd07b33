"""The simulation sees what it is there to see: the program is broken on purpose, in one way at a time, and a day or two
later the checker says so."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from attrs import evolve

from bot import letters, post
from bot.channels.telegram import channel, incoming, panel, poller
from bot.channels.telegram.outcome import Fate, Outcome, outcome
from bot.channels.telegram.reading import number_of
from bot.pacing import Pacing
from bot.post import Post
from storage import ledger
from storage.seal import Seal
from storage.store import Decision, Waiting
from tests.simulation.checks import check
from tests.simulation.playing import play
from tests.simulation.weather import STORMY

ALL = bool(os.environ.get("UNKINK_EVERY_POINT"))
MOST = 40
"""Seeds that are played before a fault counts as unseen."""
Patch = pytest.MonkeyPatch
pytestmark = pytest.mark.simulation


def confirm_before_the_commit(patch: Patch) -> None:
    async def keep(self: Any, updates: list[Any]) -> None:
        self._offset = max([self._offset, *(number_of(each) + 1 for each in updates)])
        self._kept = asyncio.create_task(self._take(updates))

    patch.setattr(poller.Poller, "_keep", keep)


def handle_again_what_was_handled(patch: Patch) -> None:
    patch.setitem(ledger.SQL, "seen", "SELECT 1 WHERE 0 AND :key = ''")


def forget_the_keys_when_the_clock_is_wrong(patch: Patch) -> None:
    patch.setattr("storage.store.NEWEST_KEYS", 0)


def keep_the_letters_and_forget_the_turn(patch: Patch) -> None:
    patch.setitem(ledger.SQL, "converse", "SELECT :person, :conversation")


def send_a_reminder_again_after_a_doubt(patch: Patch) -> None:
    real = Post._doubt
    patch.setattr(Post, "_doubt", lambda self, letter, error: real(self, evolve_waiting(letter), error))


def send_a_reminder_again_after_a_crash(patch: Patch) -> None:
    def recover(db: sqlite3.Connection, seal: Seal) -> None:
        db.execute("UPDATE letters SET flying = 0")

    patch.setattr(ledger, "recover", recover)


def evolve_waiting(letter: Waiting) -> Waiting:
    return Waiting(letter.id, letter.person, letter.body, letter.cause, False, letter.expires)


def leave_the_reminder_after_stop(patch: Patch) -> None:
    patch.setattr(ledger, "_recall", lambda *_: None)


def ignore_every_wait(patch: Patch) -> None:
    patch.setattr(Pacing, "limit", lambda *_: None)


def ignore_the_wait_of_reminders(patch: Patch) -> None:
    patch.setattr(Pacing, "limit", lambda self, person, now, wait: self.hold(person, now, wait))


def open_the_gate_too_soon(patch: Patch) -> None:
    real = outcome

    def sooner(error: Exception) -> Outcome:
        found = real(error)
        return evolve(found, wait=found.wait * 0.9) if found.wait else found

    patch.setattr(channel, "outcome", sooner)


def drop_what_was_not_sent(patch: Patch) -> None:
    patch.setattr(Post, "_unsent", lambda self, letter, _: self._give_up(letter, "unsent"))


def give_up_at_the_first_doubt(patch: Patch) -> None:
    patch.setattr(post, "DOUBTFUL", ())


def take_not_modified_for_a_failure(patch: Patch) -> None:
    real = outcome

    def wrong(error: Exception) -> Outcome:
        found = real(error)
        return evolve(found, fate=Fate.NO_CARD) if found.fate is Fate.DONE else found

    patch.setattr(panel, "outcome", wrong)


def send_the_newest_first(patch: Patch) -> None:
    patch.setitem(ledger.SQL, "following", ledger.SQL["following"].replace("ORDER BY id", "ORDER BY id DESC"))


def mark_as_sent_before_sending(patch: Patch) -> None:
    async def deliver(self: Any, letter: Waiting) -> None:
        await self._store.sent(letter.id, "")
        await self._channel.deliver(letter.person, letters.read(letter.body))

    patch.setattr(Post, "_deliver", deliver)


def lose_what_is_no_text(patch: Patch) -> None:
    patch.setattr(incoming, "_sent", incoming._nothing)


def wake_twice(patch: Patch) -> None:
    patch.setitem(ledger.SQL, "unwake", "SELECT :person, :name, :at")


def commit_turn_by_turn_and_letters_later(patch: Patch) -> None:
    real = ledger._apply

    def apply(db: sqlite3.Connection, seal: Seal, turn: Any, decision: Decision, now: datetime) -> None:
        db.execute("COMMIT")
        db.execute("BEGIN IMMEDIATE")
        db.execute("SAVEPOINT turn")
        real(db, seal, turn, decision, now)

    patch.setattr(ledger, "_apply", apply)


FAULTS: tuple[Callable[[Patch], None], ...] = (
    confirm_before_the_commit, handle_again_what_was_handled, forget_the_keys_when_the_clock_is_wrong,
    keep_the_letters_and_forget_the_turn, send_a_reminder_again_after_a_doubt, send_a_reminder_again_after_a_crash,
    leave_the_reminder_after_stop, ignore_every_wait, ignore_the_wait_of_reminders, open_the_gate_too_soon,
    drop_what_was_not_sent, give_up_at_the_first_doubt, take_not_modified_for_a_failure, send_the_newest_first,
    mark_as_sent_before_sending, lose_what_is_no_text, wake_twice,
    commit_turn_by_turn_and_letters_later,
)  # fmt: skip
SOON_SEEN = FAULTS[:2]


def found(seeds: int) -> Iterator[tuple[int, list[str]]]:
    for seed in range(seeds):
        if wrong := check(play(seed, STORMY)):
            yield seed, wrong


@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", FAULTS if ALL else SOON_SEEN, ids=lambda fault: fault.__name__)
def test_a_fault_in_the_program_is_seen(fault: Callable[[Patch], None], monkeypatch: Patch) -> None:
    fault(monkeypatch)
    seed, wrong = next(found(MOST), (-1, []))
    assert wrong, "nobody noticed"
    print(f"{fault.__name__}, seed {seed}: {wrong[0]}")  # shown with -rP
