"""One seed, played to the end."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import tempfile
from collections.abc import Callable, Coroutine, MutableMapping
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import structlog

from bot import post
from bot.playground.faults import Fault, Kind
from tests.simulation.loop import VirtualLoop
from tests.simulation.people import Somebody
from tests.simulation.weather import RINGS, Sizes, Weather
from tests.simulation.world import Story, World

MEMORY = Path("/dev/shm")  # noqa: S108
LONGEST_NAP = 200.0
"""Seconds; see SteppedClock."""
LIBRARY = logging.getLogger("telegram")
T = TypeVar("T")
COME_BACK = 3.5
"""Hours after the last trouble: longer than any wait that Telegram asks for."""
STEPS = (
    timedelta(hours=1), timedelta(hours=5), timedelta(days=1), timedelta(days=2), timedelta(days=40),
    timedelta(days=3653),
)  # fmt: skip
LOUD = ("delivery failed", "a letter was left in flight", "turn failed", "Telegram cannot read our formatting")


def play(seed: int, sizes: Sizes = Sizes()) -> Story:  # noqa: B008, it is a value
    """The story of a seed: the same seed, the same story."""
    return simulated(lambda place: _play(seed, sizes, place))


def simulated(play: Callable[[Path], Coroutine[Any, Any, T]]) -> T:
    """Run it in a loop of its own, with a folder of its own; the post looks by itself less often than in life."""
    where = MEMORY if os.access(MEMORY, os.W_OK) else None
    usual, post.LONGEST_NAP = post.LONGEST_NAP, LONGEST_NAP
    logs, level = structlog.get_config(), LIBRARY.level
    LIBRARY.setLevel(logging.CRITICAL + 1)
    try:
        with tempfile.TemporaryDirectory(dir=where) as folder, asyncio.Runner(loop_factory=VirtualLoop) as runner:
            return runner.run(play(Path(folder)))
    finally:
        post.LONGEST_NAP = usual
        structlog.configure(**logs)
        LIBRARY.setLevel(level)


async def _play(seed: int, sizes: Sizes, place: Path) -> Story:
    dice = random.Random(f"plan {seed}")
    weather = Weather(seed, sizes)
    world = World(seed, place, weather, polls=seed % 3 != 2)
    listen(world)
    somebodies = [
        Somebody(world, world.person(("ringing", "new", "home")[number % 3]), seed) for number in range(sizes.people)
    ]
    sleepers = [Somebody(world, world.person("ringing"), seed) for _ in range(sizes.sleepers)]
    await world.begin()
    jobs = [asyncio.create_task(each.live(_times(dice, weather, sizes))) for each in somebodies]
    jobs += [
        asyncio.create_task(_clock(world, dice, sizes, weather.fair)),
        asyncio.create_task(_ends(world, dice, sizes, weather.fair)),
    ]
    jobs += [asyncio.create_task(_again(world, dice, weather))]
    jobs += [asyncio.create_task(each.stop_at(RINGS + dice.uniform(-2, 30))) for each in sleepers[::2]]
    await asyncio.sleep(weather.fair + 3600 * COME_BACK)
    await asyncio.gather(*jobs)
    for each in (*somebodies, *sleepers):
        await each.come_back()
    await asyncio.sleep(max(600.0, 3600 * sizes.hours - asyncio.get_running_loop().time()))
    await world.end()
    return world.story


def _times(dice: random.Random, weather: Weather, sizes: Sizes) -> list[float]:
    """When a person does something: in sittings, two of three in a storm."""
    times: list[float] = []
    while len(times) < sizes.acts:
        begins = weather.storm_begins() if dice.random() < 0.66 else dice.uniform(0, weather.fair)
        at = begins + dice.uniform(-60, 600)
        for _ in range(dice.randint(3, 10)):
            at += dice.choice((0.5, 2.0, 5.0, 20.0, 90.0)) * dice.uniform(0.5, 1.5)
            times.append(min(max(at, 0.0), weather.fair))
    return sorted(times[: sizes.acts])


async def _clock(world: World, dice: random.Random, sizes: Sizes, until: float) -> None:
    """Somebody sets the machine's clock, and in the end it is right."""
    for at in sorted(dice.uniform(0, until) for _ in range(sizes.steps)):
        await asyncio.sleep(at - asyncio.get_running_loop().time())
        world.clock.ahead = timedelta() if dice.random() < 0.4 else dice.choice(STEPS) * dice.choice((1, -1))
    await asyncio.sleep(max(0.0, until - asyncio.get_running_loop().time()))
    world.clock.ahead = timedelta()


async def _ends(world: World, dice: random.Random, sizes: Sizes, until: float) -> None:
    """The process is killed, or asked to end."""
    for at in sorted(dice.uniform(0, until) for _ in range(sizes.deaths)):
        await asyncio.sleep(at - asyncio.get_running_loop().time())
        if world.life is None or world.process is None:
            continue
        if dice.random() < 0.5:
            world.life.die("a kill")
        else:
            world.process.stop.set()


async def _again(world: World, dice: random.Random, weather: Weather) -> None:
    """Telegram delivers updates once more, at once or hours late, though they were confirmed; or in the wrong order."""
    method = frozenset({"getupdates" if world.polls else "webhook"})
    for at in sorted(dice.uniform(0, weather.fair) for _ in range(8)):
        await asyncio.sleep(at - asyncio.get_running_loop().time())
        if dice.random() < 0.5:
            world.redeliver(dice)
        else:
            world.api.faults.add(Fault(dice.choice((Kind.REORDER, Kind.DUPLICATE)), dice.randint(1, 3), methods=method))


def listen(world: World) -> None:
    """What the program complains of goes into the story, where it is a fault of its own."""

    def heard(_: object, __: str, event: MutableMapping[str, Any]) -> str:
        if event.get("event") in LOUD:
            world.story.wrong.append(f"{event['event']}: {event.get('error')}")
        raise structlog.DropEvent

    structlog.configure(processors=[heard], cache_logger_on_first_use=False)
