"""A whole run of the bot as its own process, at DEBUG, with faults: what it says holds no token, no word, no person."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from bot.playground.faults import Kind
from bot.playground.testing import Playground
from tests.bot.person import POSIX, ROOT
from tests.telegram.ways import STEP

CANARY = "zanzibarcanary"
ENDS_WITHIN = 20.0


@POSIX
@pytest.mark.timeout(150)  # a process of its own has to start, on a machine that has other work
@pytest.mark.parametrize("form", ["plain", "json"])
async def test_a_whole_run_at_debug_tells_nothing(form: str, playground: Playground, place: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(place), "PYTHONPATH": str(ROOT), "UNKINK_DATA": str(place / "data"),
        "UNKINK_KEY_FILE": str(place / "keys" / "key"), "UNKINK_TELEGRAM_TOKEN": playground.token,
        "UNKINK_TELEGRAM_API": playground.root, "UNKINK_LOG": form, "UNKINK_LOG_LEVEL": "debug",
    }  # fmt: skip
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-X", "dev", "-m", "bot", "run",
        env=environment, cwd=place, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        said = await asyncio.wait_for(_talk(playground), 100)
    finally:
        bot.send_signal(signal.SIGTERM)
        out, err = await asyncio.wait_for(bot.communicate(), ENDS_WITHIN)
    shown = (out + err).decode()
    assert "running" in shown
    assert out == b""
    for secret in (playground.token, playground.token.partition(":")[2], CANARY, "hurts", "legs", *said):
        assert secret not in shown, secret
    if form == "json":
        assert all(json.loads(line)["level"] for line in err.decode().splitlines() if line.startswith("{"))
        assert not [line for line in err.decode().splitlines() if not line.startswith("{")]


async def _talk(playground: Playground) -> list[str]:
    """Words, taps, files, faults and things that cannot be read; the numbers of those who sent them."""
    anna, ben = playground.person(f"Anna{CANARY}"), playground.person("Ben")
    await anna.say("/start")
    await anna.sees("How old are you?", within=30)
    for line in STEP[1:6]:
        await anna.say(line)
    await anna.say(f"my {CANARY} is stiff")
    await anna.send_document(f"{CANARY}.txt", CANARY.encode())
    await anna.forge(f"1:{CANARY}:yes")
    playground.fault(Kind.ERROR, times=2)
    playground.fault(Kind.GARBAGE, times=2)
    playground.fault(Kind.RESET_AFTER, times=1)
    await anna.say(f"It hurts in my {CANARY}")
    await ben.say(f"I can't feel my legs since {CANARY}")
    await ben.sees("emergency", within=30)
    await anna.say("/mydata")
    await anna.say("/delete")
    await playground.all_fetched(20)
    await anna.block()
    await playground.all_fetched(20)
    return [str(anna.id), str(ben.id)]
