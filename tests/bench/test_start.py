"""How long a start takes, and that it does not grow with the number of people."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from storage.seal import Seal
from storage.sqlite import open_sqlite
from storage.store import Decision, Letter, Turn
from tests.bot.talks import KEY, MORNING, home

PEOPLE = int(os.environ.get("UNKINK_BENCH_PEOPLE", "30000"))
"""Enough for a file that is not checked at once; 100000 is the long form."""
WAITING = 10_000
READY_WITHIN = 1.0
"""Seconds, on a machine of its own; tests share theirs, so half as much again is let pass."""


@pytest.mark.benchmark
async def test_a_start_after_a_crash_with_many_people(tmp_path: Path) -> None:
    """Many conversations, 10 000 letters that wait, and no note of an orderly end."""
    path = tmp_path / "people.sqlite"
    store = await open_sqlite(path, Seal([KEY]), now=MORNING)
    talk = home().conversation

    def decide(turn: Turn, text: str | None) -> Decision:
        waits = int(turn.key) < WAITING
        return Decision(talk, (Letter("{}", once=bool(int(turn.key) % 2)),) if waits else ())

    for start in range(0, PEOPLE, 10_000):
        turns = [Turn(f"telegram:{number}", f"{number}") for number in range(start, start + 10_000)]
        await store.keep(turns, decide, MORNING)
    await store.close()
    path.with_name(path.name + ".closed").unlink()
    begun = time.perf_counter()
    store = await open_sqlite(path, Seal([KEY]), now=MORNING)
    try:
        found = await store.lane(False)
        taken = await store.take(found[0][1], MORNING, once=False)
        assert taken is not None
        await store.due(MORNING)
        took = time.perf_counter() - begun
    finally:
        await store.close()
    print(f"ready after {took * 1000:.0f} ms with {PEOPLE} people in {path.stat().st_size >> 20} MiB")
    assert took < 1.5 * READY_WITHIN
