"""One conversation, killed at every point there is: before and after every commit and in the midst of it, before and
after everything that is asked of Telegram. Afterwards all is as if nothing had happened.

As SQLite tests itself: count the points of a run in which nothing goes wrong, then run once for each.
"""

from __future__ import annotations

import os

import pytest

from tests.simulation.plan import Plan
from tests.simulation.script import CLEAN, Run, run

EVERY_POINT = bool(os.environ.get("UNKINK_EVERY_POINT"))
"""All of them, twice: what was on the wire arrives, or does not. Else some of them, spread over the conversation."""
SOME = 12
POINTS = range(1, CLEAN.points + 1)
AT_ONCE = 20
pytestmark = pytest.mark.simulation


def killed(points: list[int], *, arrives: bool) -> dict[str, list[str]]:
    """What was wrong after a kill at each of these points."""
    runs = {number: run(Plan(dies_at=number, arrives=arrives)) for number in points}
    return {f"point {n}, {run.plan.points[n - 1]}": wrong for n, run in runs.items() if (wrong := compared(run))}


def compared(run: Run) -> list[str]:
    """What is wrong in itself, and what is otherwise than in the run without a kill."""
    wrong = run.wrong()
    if len(run.story.deaths) != 2:
        wrong.append(f"it died {len(run.story.deaths)} times")
    if run.kept != CLEAN.kept:
        wrong.append("what is kept is not the same")
    missing = [words for words in CLEAN.shown if words not in run.shown]
    if missing not in ([], [words for words in missing if words.startswith("<b>Time for your back?")]):
        wrong.append(f"never shown: {missing}")
    return wrong


def test_there_are_enough_points_to_prove_something() -> None:
    assert CLEAN.wrong() == []
    assert len(CLEAN.plan.points) > 400
    assert {"before a hop", "before a commit", "after a commit", "sendMessage asked", "sendMessage accepted"} <= set(
        CLEAN.plan.points
    )
    assert any(words.startswith("<b>Time for your back?") for words in CLEAN.shown)


def groups() -> list[tuple[bool, list[int]]]:
    """Whether what was on the wire arrives, and the points to be tried together."""
    if not EVERY_POINT:
        return [(True, list(POINTS[7 :: len(POINTS) // SOME]))]
    return [
        (arrives, list(POINTS[n : n + AT_ONCE])) for arrives in (True, False) for n in range(0, len(POINTS), AT_ONCE)
    ]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("arrives", "points"), groups(), ids=lambda given: str(given)[:20])
def test_a_kill_at_any_point_changes_nothing(points: list[int], arrives: bool) -> None:
    assert killed(points, arrives=arrives) == {}
