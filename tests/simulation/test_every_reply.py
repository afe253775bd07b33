"""One conversation, one fault: any kind of fault, on any one call to Telegram.

What was surely not sent is sent exactly once: the screen ends as if nothing had happened. Where nobody can know, it is
seen at least once, and an edit never twice.
"""

from __future__ import annotations

import os

import pytest

from tests.simulation.plan import Plan
from tests.simulation.script import CLEAN, Run, run
from tests.simulation.troubles import ALL, Told, Trouble

EVERY_REPLY = bool(os.environ.get("UNKINK_EVERY_POINT"))
"""Every fault on every call. Else a few for each fault, spread over the conversation."""
CALLS, POLLS = len(CLEAN.plan.calls), len(CLEAN.plan.asked)
pytestmark = pytest.mark.simulation


def numbers(trouble: Trouble, count: int) -> list[int]:
    """Which calls meet this fault."""
    if EVERY_REPLY:
        return list(range(1, count + 1))
    return [1 + (7 * ALL.index(trouble)) % count]


def compared(run: Run, told: Told) -> list[str]:
    """What is wrong after one fault of which the bot knows so much."""
    wrong = run.wrong()
    if run.kept != CLEAN.kept:
        wrong.append("what is kept is not the same")
    if told is Told.OPEN:
        extra = list(run.screen)
        for words in CLEAN.screen:
            if words in extra:
                extra.remove(words)
            elif not words.startswith("Time for your back?"):
                wrong.append(f"never seen: {words[:40]}")
        if len(extra) > 1:
            wrong.append(f"more than one message too many: {extra}")
    elif run.screen != CLEAN.screen:
        wrong.append("the screen is not the same")
    return wrong


@pytest.mark.timeout(300)
@pytest.mark.parametrize("trouble", ALL, ids=lambda trouble: trouble.name)
def test_one_fault_on_any_call(trouble: Trouble) -> None:
    runs = {number: run(Plan(trouble_with=trouble, troubled=number)) for number in numbers(trouble, CALLS)}
    wrong = {f"call {n}, {run.plan.calls[n - 1]}": compared(run, trouble.told) for n, run in runs.items()}
    assert {place: found for place, found in wrong.items() if found} == {}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("trouble", ALL if EVERY_REPLY else ALL[::4], ids=lambda trouble: trouble.name)
def test_one_fault_on_any_poll(trouble: Trouble) -> None:
    """What people did may come later, and several things at once; nothing of it is lost."""
    for number in numbers(trouble, POLLS):
        faulty = run(Plan(trouble_with=trouble, troubled=number, polls=True))
        assert faulty.wrong() == [], number
        assert len(faulty.story.updates) == len(CLEAN.story.updates)


def test_the_very_first_answer_may_be_no_answer() -> None:
    """The bot asks who it is; an answer without a result is no reason to end."""
    (trouble,) = (trouble for trouble in ALL if trouble.name == "no result")
    assert CLEAN.plan.calls[0] == "getMe"
    assert compared(run(Plan(trouble_with=trouble, troubled=1)), trouble.told) == []
