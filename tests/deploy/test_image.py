"""The image: only what is locked goes in, only what is needed stays in, and it runs as nobody in particular."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path, PurePosixPath

import pytest

from bot import settings
from bot.channels.telegram.pulse import DEAF_AFTER
from bot.cli import unkink
from bot.health import STALE_AFTER
from tests.deploy.reading import DEPLOY, ROOT, SETTINGS, Line, dockerfile, ignored

LINES = dockerfile((DEPLOY / "Dockerfile").read_text(encoding="utf-8"))
IGNORE = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WORDS = set("ARG CMD COPY ENTRYPOINT ENV FROM HEALTHCHECK LABEL RUN STOPSIGNAL USER VOLUME WORKDIR".split())


def said(word: str, stage: str = "run") -> list[Line]:
    return [line for line in LINES if line.word == word and line.stage == stage]


def one(word: str, stage: str = "run") -> Line:
    (line,) = said(word, stage)
    return line


def copied() -> set[str]:
    """What is taken from the repository."""
    return {path for line in LINES if line.word == "COPY" and "from" not in line.options for path in sources(line)}


def sources(line: Line) -> list[str]:
    return line.rest.split()[:-1]


def test_the_reader_reads_what_docker_reads() -> None:
    text = 'FROM a AS b\n# said\nRUN --mount=type=secret,id=x one \\\n    # aside\n    && two\nCMD ["c"]\n'
    first, second, third = dockerfile(text)
    assert (first.rest, second.rest.split(), third.listed) == ("a AS b", ["one", "&&", "two"], ["c"])
    assert second.options == {"mount": "type=secret,id=x"}
    assert {second.stage, third.stage} == {"b"}
    with pytest.raises(ValueError, match="no instruction: copy a b"):
        dockerfile("FROM a\ncopy a b\n")


def test_only_plain_instructions_in_two_stages() -> None:
    assert {line.word for line in LINES} <= WORDS  # no ADD, which fetches; no ONBUILD, no SHELL
    assert [line.stage for line in LINES if line.word == "FROM"] == ["build", "run"]
    assert {line.rest.split()[0] for line in LINES if line.word == "FROM"} == {"${BASE}"}


def test_the_base_is_a_slim_python_that_the_project_knows() -> None:
    found = re.fullmatch(r"BASE=python:(3\.\d+)-slim-[a-z]+(@sha256:[0-9a-f]{64})?", one("ARG", "").rest)
    assert found is not None
    assert f"Programming Language :: Python :: {found[1]}" in PROJECT["project"]["classifiers"]


def test_everything_copied_is_there_and_not_ignored() -> None:
    assert copied() >= {"pyproject.toml", "requirements/run.txt", "requirements/build.txt"}
    assert [path for path in copied() if not (ROOT / path).exists() or ignored(IGNORE, path)] == []
    stages = {line.stage for line in LINES}
    assert {line.options["from"] for line in LINES if line.word == "COPY" and "from" in line.options} < stages


def test_every_file_of_the_wheel_reaches_the_builder() -> None:
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    built_from = {*packages, "pyproject.toml", PROJECT["project"]["readme"], *PROJECT["project"]["license-files"]}
    assert copied() - {"requirements/run.txt", "requirements/build.txt"} == built_from
    files = [path.relative_to(ROOT).as_posix() for name in packages for path in (ROOT / name).rglob("*.*")]
    kept = [path for path in files if "__pycache__" not in path and (ROOT / path).is_file()]
    assert len(kept) > 50
    assert [path for path in kept if ignored(IGNORE, path)] == []


@pytest.mark.parametrize(
    "path",
    [
        *(".env", ".git/config", ".venv/bin/python", "unkink.toml", "tests/test_house.py", "deploy/secrets/key"),
        *("data/unkink.sqlite", "bot/unkink.sqlite-wal", "bot/my.key", "storage/a.db", "flows/.env"),
        *("bot/__pycache__/cli.cpython-313.pyc", "requirements/dev.txt"),
    ],
)
def test_what_lies_about_stays_behind(path: str) -> None:
    assert ignored(IGNORE, path)


def test_the_last_word_of_an_ignore_file_counts() -> None:
    assert ignored("**\n!bot\n**/*.key", "bot/sub/a.key")
    assert not ignored("**\n!bot\n**/*.key", "bot/sub/a.py")
    assert not ignored("*.key", "bot/a.key")


def test_only_locked_wheels_are_installed_and_the_project_without_a_network() -> None:
    fetching, building = (line for line in said("RUN", "build") if "pip" in line.rest.replace("--without-pip", ""))
    assert fetching.rest.count(" install ") == fetching.rest.count("--require-hashes --only-binary=:all:") == 2
    assert building.options == {"network": "none"}
    assert building.rest.count(" install ") == building.rest.count("--no-index --no-deps") == 1
    first_source = min(LINES.index(line) for line in LINES if line.word == "COPY" and "bot" in sources(line))
    assert LINES.index(fetching) < first_source < LINES.index(building)


def test_nothing_names_an_address_or_pipes_what_it_fetched() -> None:
    text = " ".join(line.rest for line in LINES)
    assert re.findall(r"://|index-url|curl|wget|apt|\| *(?:ba)?sh\b|sudo|:latest", text) == []


def test_nothing_is_installed_in_the_stage_that_runs() -> None:
    assert [line.rest for line in said("RUN")] == ["install -d -o 10001 -g 10001 -m 0700 /data"]
    assert [line.rest for line in said("COPY")] == ["/opt/unkink /opt/unkink"]


def test_it_runs_as_a_number_that_is_not_root() -> None:
    assert re.fullmatch(r"([1-9]\d{3,}):([1-9]\d{3,})", one("USER").rest)
    folder = one("RUN").rest.split()
    assert one("USER").rest == f"{folder[folder.index('-o') + 1]}:{folder[folder.index('-g') + 1]}"
    after = LINES[LINES.index(one("USER")) :]
    assert {line.word for line in after} & {"RUN", "COPY", "ENV"} == set()


def test_it_starts_without_a_shell_and_ends_on_the_signal_the_bot_knows() -> None:
    assert one("ENTRYPOINT").listed == ["/opt/unkink/bin/unkink"]
    assert one("CMD").listed == ["run"]
    assert set(one("CMD").listed or []) <= set(unkink.commands)
    assert one("STOPSIGNAL").rest == "SIGTERM"


def test_every_setting_in_it_is_one_and_the_bot_takes_them_all() -> None:
    given = one("ENV").pairs
    assert {name for name in given if name.startswith("UNKINK")} <= SETTINGS
    taken = settings.read(given)
    assert [taken.data.as_posix()] == one("VOLUME").listed == [one("RUN").rest.split()[-1]]
    assert PurePosixPath("/run/secrets") in PurePosixPath(taken.key_file.as_posix()).parents
    assert given["PYTHONDONTWRITEBYTECODE"] == "1"


def test_it_needs_no_account_with_a_home() -> None:
    assert Path(one("ENV").pairs["HOME"]) == Path("/")


def test_it_has_a_health_check_as_soon_as_there_is_a_command_for_one() -> None:
    assert bool(said("HEALTHCHECK")) == ("health" in unkink.commands)


def test_the_health_check_is_the_programs_own_and_soon_seen() -> None:
    check = one("HEALTHCHECK")
    word, _, command = check.rest.partition(" ")
    assert word == "CMD"
    program, *words = json.loads(command)
    assert [program] == one("ENTRYPOINT").listed
    assert words == ["health"]
    seconds = {name: int(value.removesuffix("s")) for name, value in check.options.items() if name != "retries"}
    assert seconds["interval"] * int(check.options["retries"]) <= DEAF_AFTER  # red here soon after it is red
    assert seconds["start-period"] >= STALE_AFTER
