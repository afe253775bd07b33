"""Every recorded journey goes today as it is written down; together they reach every verdict and every pain action."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from flows import book, clearance
from flows.conversation import Conversation
from tests.journeys.play import Journey, Played, every, play

JOURNEYS = list(every())
MEMORY = Path("/dev/shm")  # noqa: S108
"""Where there is one, the files lie in memory: these tests open a database a thousand times and prove nothing about
disks."""
PLAYED: dict[str, Played] = {}


def place_for(folder: Path) -> AbstractContextManager[str]:
    return tempfile.TemporaryDirectory(dir=MEMORY) if MEMORY.is_dir() else nullcontext(str(folder))


async def played_once(journey: Journey, folder: Path) -> Played:
    if journey.path.stem not in PLAYED:
        with place_for(folder) as place:
            PLAYED[journey.path.stem] = await play(journey, Path(place))
    return PLAYED[journey.path.stem]


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.path.stem)
async def test_journey(journey: Journey, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    played = await played_once(journey, tmp_path)
    if request.config.getoption("--rewrite-journeys"):
        journey.path.write_text(played.text, encoding="utf-8")
        return
    assert played.text == journey.text


def test_enough_journeys() -> None:
    assert len(JOURNEYS) >= 25


async def test_journeys_reach_every_outcome_and_every_pain_action(tmp_path: Path) -> None:
    read = book.load()
    outcomes, actions, stages = set[str](), set[str](), set[str]()
    for number, journey in enumerate(JOURNEYS):
        folder = tmp_path / str(number)
        folder.mkdir()
        stations = (await played_once(journey, folder)).stations
        outcomes |= _outcomes(stations)
        actions |= {
            row.action
            for row in read.pain.rows
            for talk in stations
            for mark in talk.marks
            if mark.what == f"pain_{row.n}"
        }
        stages |= {talk.stage.value for talk in stations}
    assert outcomes == {"emergency", "urgent", "minor", "see_professional_first", "incomplete", "restricted", "clear"}
    assert actions | {"ease_off"} == {row.action for row in read.pain.rows}
    assert stages >= {"moving", "rating", "resting", "referred", "reminding", "settings", "minor", "informed"}


def _outcomes(stations: Iterable[Conversation]) -> set[str]:
    """The verdicts that the stations of one journey stand on."""
    found = set[str]()
    for talk in stations:
        if talk.age == "under_18":
            found.add("minor")
        if talk.answering is not None and talk.answering.answers:
            found.add("incomplete")
        found |= {hold.kind for hold in talk.holds if hold.raised_by == "answers"}
        verdict = clearance.verdict(talk, book.load(), talk.heard_at) if talk.heard_at else None
        found |= {verdict.outcome} if verdict is not None else set()
    return found
