"""`unkink try` as a command: where it starts or refuses to, how it ends, what it leaves. Needs no Chromium."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.playground.moving import Moving
from bot.playground.server import Server
from bot.playground.testing import Playground, Somebody
from bot.trying import Trial, environment, playing

REAL = "87654321:" + "AbCdE" * 7
ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 20.0  # seconds
Told = dict[str, Any]


def without_settings(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("UNKINK_")}
    return {**kept, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder), "HOME": str(folder), **more}


@asynccontextmanager
async def started(folder: Path, *args: str, **more: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *args, cwd=folder, env=without_settings(folder, **more), stdout=PIPE, stderr=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def said(process: Process) -> tuple[int, str, str]:
    """Exit code and what was printed, of a process that ends."""
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def address_of(process: Process) -> str:
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode()
    found = re.search(r"http://127\.0\.0\.1:\d+/", line)
    assert found is not None, line
    return found[0]


@asynccontextmanager
async def wired(root: str, **headers: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with (
        aiohttp.ClientSession(trust_env=False) as client,
        client.ws_connect(f"{root.rstrip('/')}/wire", headers=headers) as wire,
    ):
        yield wire


async def until_up(wire: aiohttp.ClientWebSocketResponse) -> Told:
    """What is told of the bot, as soon as it is there."""
    async with asyncio.timeout(PATIENCE):
        while True:
            told: Told = json.loads((await wire.receive()).data)
            if told.get("bot", {}).get("status") == "up":
                return dict(told["bot"])


def is_alive(process: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


@pytest.mark.parametrize(
    ("args", "by"), [([], signal.SIGTERM), (["try", "--port", "0", "--no-browser"], signal.SIGINT)]
)
async def test_it_starts_with_one_command_and_leaves_nothing(
    tmp_path: Path, args: list[str], by: signal.Signals
) -> None:
    async with started(tmp_path, *args) as process, wired(await address_of(process)) as wire:
        bot = await until_up(wire)
        assert is_alive(bot["pid"])
        assert [name[:11] for name in os.listdir(tmp_path)] == ["unkink-try-"]
        process.send_signal(by)
        code, out, err = await said(process)
    assert (code, err) == (0, "")
    assert "@BotFather" in out
    assert not is_alive(bot["pid"])
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a process to its parent")
async def test_a_playground_that_is_killed_takes_the_bot_along(tmp_path: Path) -> None:
    async with started(tmp_path, "try", "--port", "0", "--no-browser") as process:
        async with wired(await address_of(process)) as wire:
            bot = await until_up(wire)
        end = os.pidfd_open(bot["pid"])
        gone = asyncio.Event()
        asyncio.get_running_loop().add_reader(end, gone.set)  # readable when the process has ended
        process.kill()
        await asyncio.wait_for(gone.wait(), PATIENCE)
        asyncio.get_running_loop().remove_reader(end)
        os.close(end)


@pytest.mark.parametrize("where", ["environment", "file"])
async def test_it_never_runs_beside_a_real_token(tmp_path: Path, where: str) -> None:
    (tmp_path / "unkink.toml").write_text(f'[unkink]\ntelegram_token = "{REAL}"\n' if where == "file" else "")
    more = {"UNKINK_TELEGRAM_TOKEN": REAL} if where == "environment" else {}
    async with started(tmp_path, "try", "--port", "0", **more) as process:
        code, out, err = await said(process)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "never runs beside a real one" in err
    assert REAL not in err


async def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with started(tmp_path, "try", "--port", str(port)) as process:
            code, _, err = await said(process)
    assert (code, err.count("\n")) == (2, 1)
    assert f"port {port} cannot be used" in err


@pytest.fixture
async def trial(tmp_path: Path) -> AsyncIterator[Trial]:
    async with playing(0, tmp_path / "kept", profile=False) as trial:
        yield trial


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}], ids=str
)
async def test_no_other_site_gets_a_word(trial: Trial, headers: dict[str, str]) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with wired(trial.root, **headers):
            pass
    assert refused.value.status == 403
    assert not trial.desk.api.people.chats[100_001].met


async def test_nothing_of_the_real_settings_reaches_the_bot(trial: Trial, tmp_path: Path) -> None:
    given = {"UNKINK_DATABASE": "sqlite:////real", "UNKINK_SETTINGS": "/real.toml", "UNKINK_ADMINS": "1", "LANG": "C"}
    made = environment(given, Server(trial.desk.api, trial.root), tmp_path)
    assert {name for name in made if name.startswith("UNKINK_")} == {
        f"UNKINK_{name}" for name in ("TELEGRAM_API", "TELEGRAM_TOKEN", "DATA", "KEY_FILE", "CLOCK_FILE")
    }
    assert made["LANG"] == "C"
    assert made["UNKINK_TELEGRAM_API"].startswith("http://127.0.0.1:")


WISHES = {
    "no JSON": "{",
    "no object": "[]",
    "no such wish": '{"do": "fly"}',
    "nobody": '{"do": "say", "person": 7, "text": "x"}',
    "no text": '{"do": "say", "person": 100001}',
    "too long": json.dumps({"do": "say", "person": 100_001, "text": "x" * 5000}),
    "no message": '{"do": "tap", "person": 100001, "message": 9999, "data": "x"}',
    "no language": '{"do": "add", "name": "Ben", "language": "tlh"}',
    "backwards": '{"do": "move", "seconds": -5}',
    "too far": '{"do": "move", "seconds": 999999999}',
    "no switch": '{"do": "fault", "fault": "earthquake", "on": true}',
}


async def test_whatever_comes_in_is_answered_in_words(trial: Trial) -> None:
    async with wired(trial.root) as wire:
        for name, wish in WISHES.items():
            await wire.send_str(wish)
            async with asyncio.timeout(PATIENCE):
                while "refused" not in (told := json.loads((await wire.receive()).data)):
                    pass
            assert len(told["refused"]) > 10, name
    assert trial.desk.moving.by == 0


async def test_what_is_kept_is_there_again(tmp_path: Path) -> None:
    """People, their names, the time and the conversation, when the same folder is named again."""
    for first in (True, False):
        async with playing(0, tmp_path / "kept", rest=0.0, profile=False) as trial:
            you = Somebody(Playground(Server(trial.desk.api, trial.root)), trial.desk.person(100_001))
            if first:
                trial.desk.rename(you.person, "Ann")
                trial.desk.add("Ben", "de")
                trial.desk.greet()
                await you.tap("18 to 64", within=PATIENCE)
                await you.sees("May I ask about your health?")
                trial.desk.moving.start(600)
                await trial.desk.api.bell.until(partial(_rests, trial.desk.moving), PATIENCE)
                continue
            names = [(person.first_name, person.language_code) for person in trial.desk.api.people.people.values()]
            assert names == [("Ann", "en"), ("Ben", "de")]
            assert trial.desk.moving.by == 600
            await you.say("hello")
            await you.sees("May I ask about your health?", within=PATIENCE)


def _rests(moving: Moving) -> bool | None:
    return moving.until is None or None
