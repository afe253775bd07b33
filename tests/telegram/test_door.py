"""The conversation through Telegram: taps, words, stop, restarts, strange updates. Nothing is ever refused."""

from __future__ import annotations

from bot.playground.testing import Playground
from tests.telegram.conftest import Running


async def test_a_first_conversation(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await anna.say("/start")
    await anna.sees("How old are you?")
    await anna.tap("18 to 64")
    await anna.sees("May I ask about your health?")
    await anna.tap("I agree")
    await anna.sees("Which country are you in?")
    await anna.tap("Germany")
    await anna.sees("Safety question 1 of 12")
    print(anna.screen())
    playground.nothing_refused()
