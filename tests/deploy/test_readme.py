"""What deploy/README.md tells people to type works, and nothing in deploy/ is a secret."""

from __future__ import annotations

import os
import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from bot import settings
from bot.channels.telegram.webhook import LARGEST
from bot.cli import unkink
from storage.departed import LISTED
from storage.keys import make_key_file, read_key_file
from tests.deploy.reading import DEPLOY, ROOT, SETTINGS

README = (DEPLOY / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line for block in re.findall(r"^```\n(.*?)^```", README, re.DOTALL | re.MULTILINE) for line in block.split("\n")
]
SECRET = re.compile(r"\d{6,}:[\w-]{30,}|(?<![\w+/])[A-Za-z0-9+/]{43}=")


@pytest.mark.skipif(os.name != "posix", reason="the commands are for Linux")
def test_the_key_command_makes_a_key_and_never_another(tmp_path: Path) -> None:
    (line,) = (line for line in COMMANDS if "urandom" in line and "/key" in line)
    command = line.removeprefix("sudo ").replace("/etc/unkink", str(tmp_path))
    subprocess.run(command, shell=True, check=True, timeout=10)  # noqa: S602 - the line as people type it
    key = tmp_path / "key"
    assert key.stat().st_mode & 0o777 == 0o600
    (first,) = read_key_file(key)
    again = subprocess.run(command, shell=True, capture_output=True, check=False, timeout=10)  # noqa: S602
    assert again.returncode != 0
    assert read_key_file(key) == (first,)


@pytest.mark.skipif(os.name != "posix", reason="the commands are for Linux")
def test_the_webhook_secret_is_one_that_the_bot_takes(tmp_path: Path) -> None:
    (line,) = (line for line in COMMANDS if "urandom" in line and "/webhook_secret" in line)
    command = line.removeprefix("sudo ").replace("/etc/unkink", str(tmp_path))
    subprocess.run(command, shell=True, check=True, timeout=10)  # noqa: S602 - the line as people type it
    secret = tmp_path / "webhook_secret"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert len(settings.read({"UNKINK_WEBHOOK_SECRET_FILE": str(secret)}).webhook_secret) == 43


def test_every_file_it_names_is_there() -> None:
    named = set(re.findall(r"\b(?:deploy|requirements)/[\w.]+", "\n".join(COMMANDS)))
    assert {"deploy/Dockerfile", "deploy/compose.yaml", "deploy/unkink.service", "requirements/run.txt"} <= named
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_every_command_of_the_bot_it_names_is_one() -> None:
    named = set(re.findall(r"(?:run --rm (?:--volume \S+ )?bot|bin/unkink) (\w+)", "\n".join(COMMANDS)))
    assert named == {"setup", "health", "backup", "restore", "rotate"}
    assert named <= set(unkink.commands)


def test_it_says_that_there_is_no_health_check_as_long_as_there_is_none() -> None:
    assert ("No health check" in README) == ("health" not in unkink.commands)


def block_with(part: str) -> str:
    (block,) = (each for each in re.findall(r"^```\n(.*?)^```", README, re.DOTALL | re.MULTILINE) if part in each)
    return str(block)


def test_the_settings_for_a_webhook_are_all_that_it_needs(tmp_path: Path) -> None:
    (tmp_path / "webhook_secret").write_text("s" * 32)
    (tmp_path / "telegram_token").write_text("123456:no-token")
    unit = dict(re.findall(r"^Environment=(\w+)=(\S+)$", block_with("SocketBindAllow"), re.MULTILINE))
    compose = yaml.safe_load(block_with("services:"))["services"]["bot"]["environment"]
    for given, place in ((unit, "%d"), (compose, "/run/secrets")):
        assert set(given) <= SETTINGS
        taken = {name: value.replace(place, str(tmp_path)) for name, value in given.items()}
        assert settings.read(taken).webhook_url.startswith("https://")
    port = unit["UNKINK_WEBHOOK_LISTEN"].rpartition(":")[2]
    assert f"SocketBindAllow=ipv4:tcp:{port}" in block_with("SocketBindAllow")
    assert f"proxy_pass http://{unit['UNKINK_WEBHOOK_LISTEN']};" in block_with("proxy_pass")
    assert LARGEST == 1 << 20
    assert "client_max_body_size 1m;" in block_with("proxy_pass")


def test_a_webhook_is_published_to_this_machine_alone() -> None:
    compose = yaml.safe_load(block_with("services:"))
    (port,) = compose["services"]["bot"]["ports"]
    assert port.startswith("127.0.0.1:")
    listen = compose["services"]["bot"]["environment"]["UNKINK_WEBHOOK_LISTEN"]
    assert port.rpartition(":")[2] == listen.partition(":")[2]
    assert set(compose["services"]["bot"]["secrets"]) == set(compose["secrets"]) == {"webhook_secret"}


def test_whatever_needs_the_bot_stopped_stops_it_first() -> None:
    needs = re.compile(r"(?:bot|bin/unkink) (restore|rotate)")
    writing = [number for number, line in enumerate(COMMANDS) if needs.search(line)]
    assert len(writing) == 4
    for number in writing:
        assert any(" stop" in line for line in COMMANDS[number - 2 : number])
        assert any(" start" in line for line in COMMANDS[number + 1 : number + 3])


@pytest.mark.skipif(os.name != "posix", reason="the commands are for Linux")
def test_the_lines_for_a_new_key_in_a_container_work(tmp_path: Path) -> None:
    key = tmp_path / "key"
    make_key_file(key)
    (before,) = read_key_file(key)
    on_top, out = (line for line in COMMANDS if "key.new" in line or "sed -i" in line)
    for line, count in ((on_top, 2), (out, 1)):
        command = line.removeprefix("sudo ").replace("/etc/unkink", str(tmp_path))
        subprocess.run(command, shell=True, check=True, timeout=10)  # noqa: S602 - the line as people type it
        assert len(read_key_file(key)) == count
    assert read_key_file(key)[0] != before
    assert read_key_file(tmp_path / "key.old") == (before,)


def test_litestream_keeps_nothing_longer_than_the_deletion_list() -> None:
    text = (DEPLOY / "litestream.yml").read_text(encoding="utf-8")
    (hours,) = re.findall(r"retention: (\d+)h", text)
    assert timedelta(hours=int(hours)) < LISTED
    assert "path: /data/unkink.sqlite" in text


def test_no_file_holds_a_secret() -> None:
    files = [path for path in DEPLOY.rglob("*") if path.is_file()]
    assert len(files) >= 5
    assert [path.name for path in files if SECRET.search(path.read_text(encoding="utf-8"))] == []
    assert SECRET.search("token = 123456789:" + "A" * 35)
    assert SECRET.search("key: " + "A" * 43 + "=")
