"""One conversation, always the same, under a plan: what the person saw and what was kept, to be held against the run in
which nothing went wrong."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path

from attrs import define

from bot.playground import acts
from bot.playground.people import Person
from tests.simulation.checks import check
from tests.simulation.plan import Plan
from tests.simulation.playing import listen, simulated
from tests.simulation.world import Story, World

RING = "RING"
"""Nothing: the reminder comes."""
LINES = (
    "/help", "> About back pain", "twice > Before you start", RING, "/stop", "> Keep the reminder", "> Stretch now",
    "> No", "it hurts", "/mydata", "/stop", "/start",
)  # fmt: skip
LONG = 400.0
"""Seconds after the last line: longer than all tries of a letter."""
EVERY = 60.0
"""Seconds between two lines: longer than a restart, or a silence and a second try, take together."""
AHEAD = timedelta(hours=3, seconds=-(10 + LINES.index(RING) * EVERY + 4))
"""So far the machine's clock is ahead: the reminder is due when its line comes."""
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.+-]+")
COUNTED = re.compile(r'("(?:turn|token)"): ?\d+')


@define
class Run:
    """How it went. `screen`: the words of all messages of the bot, as they stand at the end."""

    story: Story
    plan: Plan
    points: int
    """So many were passed before it was asked to end."""
    screen: list[str]
    shown: list[str]
    """What came before the person's eyes, in its order."""
    kept: str

    def wrong(self) -> list[str]:
        return check(self.story)


def timeless(words: str) -> str:
    """Without instants, for after a restart all is some seconds later; and without the number of turns: a reminder that
    was to be counted anew when the process died is counted anew once more, which changes nothing else."""
    return COUNTED.sub(r"\1:0", INSTANT.sub("then", words))


def run(plan: Plan) -> Run:
    """The conversation under this plan."""
    return simulated(lambda place: _run(plan, place))


async def _run(plan: Plan, place: Path) -> Run:
    world = World(0, place, plan, polls=True)
    listen(world)
    person = world.person("ringing")
    world.clock.ahead = AHEAD
    await world.begin()
    await asyncio.sleep(10)
    for line in LINES:
        _do(world, person, line)
        await asyncio.sleep(EVERY)
    await asyncio.sleep(LONG)
    points = len(plan.points)
    await world.end()
    messages = world.api.people.chats[person.id].visible()
    (text,) = world.story.kept.values()
    shown = [
        timeless(call.values["text"])
        for call in world.story.calls
        if call.shows and call.accepted and "text" in call.values
    ]
    screen = [timeless(message.words) for message in messages if message.mine]
    return Run(world.story, plan, points, screen, shown, timeless(text or ""))


def _do(world: World, person: Person, line: str) -> None:
    if line == RING:
        return
    if not line.startswith(("> ", "twice > ")):
        acts.write(world.api, person, line)
        return
    words = line.partition("> ")[2]
    cards = [message for message in world.api.people.chats[person.id].visible() if message.data_behind(words)]
    for message in cards[-1:] * (2 if line.startswith("twice") else 1):
        acts.tap(world.api, person, message, message.data_behind(words) or "")


CLEAN = run(Plan())
"""As it goes when nothing goes wrong."""
