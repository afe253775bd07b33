"""The compose file, and the one command that says the same without Compose: one process, which may do little."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any

import yaml

from tests.deploy.reading import DEPLOY, ROOT, SETTINGS, dockerfile

COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
BOT: dict[str, Any] = COMPOSE["services"]["bot"]
IMAGE = {line.word: line for line in dockerfile((DEPLOY / "Dockerfile").read_text(encoding="utf-8"))}
INSIDE = IMAGE["ENV"].pairs
MOUNTED = PurePosixPath("/run/secrets")
KEYS = set(
    "build image container_name restart stop_grace_period init user read_only cap_drop security_opt volumes tmpfs "
    "mem_limit memswap_limit cpus pids_limit ulimits environment secrets logging".split()
)
"""All that is said of the bot, so that a key that Compose does not know, or that gives more rights, is seen here."""


def test_it_says_what_is_known_and_nothing_else() -> None:
    assert set(COMPOSE) == {"name", "services", "volumes", "secrets"}
    assert set(COMPOSE["services"]) == {"bot"}
    assert set(BOT) == KEYS  # no ports, no privileged, no devices, no network of the host


def test_it_builds_the_image_of_this_folder() -> None:
    assert (DEPLOY / BOT["build"]["context"]).resolve() == ROOT
    assert (DEPLOY / BOT["build"]["context"] / BOT["build"]["dockerfile"]).resolve() == DEPLOY / "Dockerfile"


def test_there_is_one_process_and_it_comes_back() -> None:
    assert BOT["container_name"] == "unkink"  # Compose refuses to start a second one with a fixed name
    assert (BOT["restart"], BOT["init"]) == ("unless-stopped", True)
    assert int(BOT["stop_grace_period"].removesuffix("s")) > 5  # the store gives its file up within 5 s


def test_it_may_do_little() -> None:
    assert BOT["user"] == IMAGE["USER"].rest
    assert BOT["read_only"] is True
    assert BOT["cap_drop"] == ["ALL"]
    assert BOT["security_opt"] == ["no-new-privileges:true"]
    (temporary,) = BOT["tmpfs"]
    assert temporary.startswith("/tmp:")  # noqa: S108 - a folder in the container
    assert {"noexec", "nosuid", "nodev"} <= set(temporary.partition(":")[2].split(","))


def test_it_has_limits_and_no_swap() -> None:
    assert BOT["mem_limit"] == BOT["memswap_limit"] == "256m"
    assert BOT["pids_limit"] == 64
    assert BOT["ulimits"] == {"core": 0}
    assert set(BOT["logging"]["options"]) == {"max-size", "max-file"}
    assert all(isinstance(value, str) for value in BOT["logging"]["options"].values())


def test_the_data_folder_is_the_only_volume() -> None:
    assert BOT["volumes"] == [f"data:{INSIDE['UNKINK_DATA']}"]
    assert set(COMPOSE["volumes"]) == {"data"}


def test_secrets_are_files_outside_the_repository() -> None:
    assert set(BOT["secrets"]) == set(COMPOSE["secrets"]) == {"unkink_token", "unkink_key"}
    for secret in COMPOSE["secrets"].values():
        assert set(secret) == {"file"}
        assert PurePosixPath(secret["file"]).parent == PurePosixPath("/etc/unkink")
    assert INSIDE["UNKINK_KEY_FILE"] == str(MOUNTED / "unkink_key")
    assert BOT["environment"]["UNKINK_TELEGRAM_TOKEN_FILE"] == str(MOUNTED / "unkink_token")


def test_every_setting_in_it_is_one() -> None:
    assert set(BOT["environment"]) <= SETTINGS


def docker_run() -> list[str]:
    """The words of README's `docker run` that starts the bot."""
    text = (DEPLOY / "README.md").read_text(encoding="utf-8").replace("\\\n", " ")
    (line,) = re.findall(r"^docker run --detach .*$", text, re.MULTILINE)
    return shlex.split(line)


def test_docker_alone_gives_the_same_rights_and_limits() -> None:
    words = docker_run()
    assert words[-1] == BOT["image"]
    assert {"--init", "--read-only"} <= set(words)
    given = [(name, value) for name, value in pairwise(words) if name.startswith("--")]
    for option, expected in {
        "--name": BOT["container_name"], "--restart": BOT["restart"], "--cap-drop": "ALL",
        "--security-opt": BOT["security_opt"][0], "--tmpfs": BOT["tmpfs"][0], "--memory": BOT["mem_limit"],
        "--memory-swap": BOT["memswap_limit"], "--cpus": str(BOT["cpus"]), "--pids-limit": str(BOT["pids_limit"]),
        "--stop-timeout": BOT["stop_grace_period"].removesuffix("s"), "--ulimit": "core=0",
        "--volume": f"{COMPOSE['name']}_{BOT['volumes'][0]}",
    }.items():  # fmt: skip
        assert [value for name, value in given if name == option] == [expected], option
    assert {tuple(value.split("=", 1)) for name, value in given if name == "--env"} == set(BOT["environment"].items())
    assert {value for name, value in given if name == "--log-opt"} == {
        f"{name}={value}" for name, value in BOT["logging"]["options"].items()
    }
    assert {value for name, value in given if name == "--mount"} == {
        f"type=bind,src={secret['file']},dst={MOUNTED / name},readonly" for name, secret in COMPOSE["secrets"].items()
    }
