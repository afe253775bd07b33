"""Killed at seeded moments under load: nothing lost, nothing extra, nothing out of order, nothing never seen.

`UNKINK_KILLS=200` runs the long form.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.playground.testing import Playground, playground
from tests.kills.press import Wishes, pressed
from tests.telegram.conftest import place_for

__all__ = ["playground"]

pytestmark = [pytest.mark.kills, pytest.mark.timeout(3600)]
ROUNDS = int(os.environ.get("UNKINK_KILLS", "3"))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    with place_for(tmp_path) as folder:
        yield Path(folder)


@pytest.mark.parametrize(
    ("wishes", "twice_a_round"),
    [
        (Wishes(seed=1, rounds=ROUNDS, people=200, messages=50, together=True), 1.5),
        (Wishes(seed=2, rounds=ROUNDS, people=20, messages=3, together=False), 0.3),
        (Wishes(seed=5, rounds=ROUNDS, people=200, messages=50, together=True, hook=True), 1.5),
        (Wishes(seed=3, rounds=ROUNDS, people=200, messages=50, together=True, signal=signal.SIGTERM), 0.0),
    ],
    ids=["busy, killed", "quiet, killed", "busy, killed, with a webhook", "busy, asked to end"],
)
async def test_a_process_that_ends_under_load(
    playground: Playground, place: Path, wishes: Wishes, twice_a_round: float
) -> None:
    async with pressed(playground, place, wishes) as press:
        again = sum(press.twice(person) for person in press.people)
        print(f"{again} notes twice in {wishes.rounds} ends, {press.struck} of them in the midst; {press.fates()}")
        assert press.handled() == wishes.rounds * wishes.messages
        assert set(press.fates()) <= {"sent", "overtaken"}
        assert again <= twice_a_round * wishes.rounds + 3 * (twice_a_round > 0)
        if wishes.signal == signal.SIGTERM:
            assert set(press.codes) == {0}
    refused = {entry.note for entry in playground.api.ledger.refusals()}
    assert all("message is not modified" in note or "terminated by other getUpdates" in note for note in refused), (
        refused
    )
