"""Never lost, never twice: days with everything that can go wrong, each from one seed.

A seed that went red once is played again alone with `UNKINK_FIRST_SEED=<seed> UNKINK_SEEDS=1`.
"""

from __future__ import annotations

import os

import pytest

from tests.simulation.checks import check
from tests.simulation.playing import play

FIRST = int(os.environ.get("UNKINK_FIRST_SEED", "0"))
SEEDS = int(os.environ.get("UNKINK_SEEDS", "4"))
"""So many days; 100 in CI, thousands by hand."""
AT_ONCE = 20
"""Seeds in one test."""
pytestmark = pytest.mark.simulation


@pytest.mark.timeout(300)
@pytest.mark.parametrize("first", range(FIRST, FIRST + SEEDS, AT_ONCE))
def test_nothing_is_lost_and_nothing_comes_twice(first: int) -> None:
    wrong = {seed: found for seed in range(first, min(first + AT_ONCE, FIRST + SEEDS)) if (found := check(play(seed)))}
    assert wrong == {}


def test_the_same_seed_is_the_same_story() -> None:
    story = play(1)
    assert story.hash() == play(1).hash()
    assert story.hash() != play(2).hash()
    assert len(story.rows) > 300
    assert len(story.deaths) > 2
