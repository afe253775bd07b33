"""People as they are: they tap what they see, tap twice, tap last week's card, write, go away and come back."""

from __future__ import annotations

import asyncio
import random

from bot.playground import acts
from bot.playground.people import Message, Person
from tests.simulation.world import World

WORDS = (
    "hello", "it hurts", "stop", "yes", "No", "2", "13:00", "18 to 64", "I agree", "Germany", "Skip", "07:30",
    "my legs feel numb", "ok 👍", "not sure", "Berlin",
)  # fmt: skip
COMMANDS = (
    "/start", "/stop", "/stretch", "/reminder", "/help", "/settings", "/about", "/privacy", "/mydata", "/start again",
    "/nonsense", "/reminder", "/stretch",
)  # fmt: skip
FORGED = ("0:x:y", "zz", "ffff:step:fine", "1:forget:yes", "")


class Somebody:
    """One person with a telephone."""

    def __init__(self, world: World, person: Person, seed: int) -> None:
        self._world = world
        self._person = person
        self._dice = random.Random(f"person {person.id} {seed}")
        self._seen: list[tuple[Message, str]] = []
        """Buttons that they saw at any time."""

    @property
    def _chat(self) -> object:
        return self._world.api.people.chats[self._person.id]

    async def live(self, times: list[float]) -> None:
        """Do something at each of these instants."""
        for at in times:
            await asyncio.sleep(max(0.0, at - asyncio.get_running_loop().time()))
            await self._act()

    async def stop_at(self, at: float) -> None:
        """Say /stop at this instant, and nothing else."""
        await asyncio.sleep(at - asyncio.get_running_loop().time())
        acts.write(self._world.api, self._person, "/stop")

    async def come_back(self) -> None:
        """Let the bot in again, and write."""
        acts.write(self._world.api, self._person, "/start")

    async def _act(self) -> None:
        kind = self._dice.random()
        if kind < 0.72:
            await self._tap()
        elif kind < 0.80:
            acts.write(self._world.api, self._person, self._dice.choice(WORDS))
        elif kind < 0.93:
            acts.write(self._world.api, self._person, self._dice.choice(COMMANDS))
        elif kind < 0.95:
            acts.send(self._world.api, self._person, acts.sticker(self._world.api, "👍"))
        elif kind < 0.96:
            acts.write(self._world.api, self._person, "/delete")
        elif kind < 0.98:
            acts.block(self._world.api, self._person)
            if self._dice.random() < 0.5:
                await asyncio.sleep(self._dice.uniform(0.1, 60))
                acts.unblock(self._world.api, self._person)
        else:
            await self._burst()

    async def _tap(self) -> None:
        """Mostly a button of the newest card, now and then twice; a button of long ago; data that nobody wrote."""
        api, dice = self._world.api, self._dice
        messages = list(api.people.chats[self._person.id].visible())
        cards = [message for message in messages if message.markup is not None]
        if not cards:
            acts.write(api, self._person, "/start")
            return
        rows = (cards[-1].markup or {}).get("inline_keyboard", [])
        datas = [str(button["callback_data"]) for row in rows for button in row]
        self._seen += [(cards[-1], data) for data in datas]
        kind = dice.random()
        message, data = cards[-1], dice.choice(datas[:4] if dice.random() < 0.7 else datas)
        if kind < 0.08:
            message, data = dice.choice(self._seen)
        elif kind < 0.1:
            data = dice.choice(FORGED)
        acts.tap(api, self._person, message, data)
        if dice.random() < 0.12:
            await asyncio.sleep(dice.choice((0.0, 0.05, 0.3)))
            acts.tap(api, self._person, message, data)

    async def _burst(self) -> None:
        """Several things at once, faster than anybody can read."""
        for _ in range(5):
            acts.write(self._world.api, self._person, self._dice.choice(WORDS + COMMANDS))
            await asyncio.sleep(self._dice.uniform(0, 0.2))
