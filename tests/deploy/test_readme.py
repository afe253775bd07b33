"""What deploy/README.md tells people to type works, and nothing in deploy/ is a secret."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from bot.cli import unkink
from storage.keys import read_key_file
from tests.deploy.reading import DEPLOY, ROOT

README = (DEPLOY / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line for block in re.findall(r"^```\n(.*?)^```", README, re.DOTALL | re.MULTILINE) for line in block.split("\n")
]
SECRET = re.compile(r"\d{6,}:[\w-]{30,}|(?<![\w+/])[A-Za-z0-9+/]{43}=")


@pytest.mark.skipif(os.name != "posix", reason="the commands are for Linux")
def test_the_key_command_makes_a_key_and_never_another(tmp_path: Path) -> None:
    (line,) = (line for line in COMMANDS if "urandom" in line)
    command = line.removeprefix("sudo ").replace("/etc/unkink", str(tmp_path))
    subprocess.run(command, shell=True, check=True, timeout=10)  # noqa: S602 - the line as people type it
    key = tmp_path / "key"
    assert key.stat().st_mode & 0o777 == 0o600
    (first,) = read_key_file(key)
    again = subprocess.run(command, shell=True, capture_output=True, check=False, timeout=10)  # noqa: S602
    assert again.returncode != 0
    assert read_key_file(key) == (first,)


def test_every_file_it_names_is_there() -> None:
    named = set(re.findall(r"\b(?:deploy|requirements)/[\w.]+", "\n".join(COMMANDS)))
    assert {"deploy/Dockerfile", "deploy/compose.yaml", "deploy/unkink.service", "requirements/run.txt"} <= named
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_every_command_of_the_bot_it_names_is_one() -> None:
    named = set(re.findall(r"(?:run --rm bot|bin/unkink) (\w+)", "\n".join(COMMANDS)))
    assert named == {"setup"}
    assert named <= set(unkink.commands)


def test_it_says_that_there_is_no_backup_command_as_long_as_there_is_none() -> None:
    assert ("There is no backup command yet" in README) == ("backup" not in unkink.commands)
    assert ("No health check" in README) == ("health" not in unkink.commands)


def test_every_backup_stops_the_bot_first() -> None:
    copies = [number for number, line in enumerate(COMMANDS) if "--create" in line]
    assert len(copies) == 2
    for number in copies:
        assert " stop" in COMMANDS[number - 1]
        assert " start" in COMMANDS[number + 1]


def test_no_file_holds_a_secret() -> None:
    files = [path for path in DEPLOY.rglob("*") if path.is_file()]
    assert len(files) >= 5
    assert [path.name for path in files if SECRET.search(path.read_text(encoding="utf-8"))] == []
    assert SECRET.search("token = 123456789:" + "A" * 35)
    assert SECRET.search("key: " + "A" * 43 + "=")
