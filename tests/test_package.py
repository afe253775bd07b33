"""What people install: the wheel holds the three floors and starts anywhere, and the locks fit.

The names bot, flows and storage are common words, and a folder of that name may lie where somebody starts the program.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from flows import book

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("bot", "flows", "storage")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by the locked build backend without a network."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder), cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def unkink(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a fresh environment: the wheel, and the libraries of this one without the project."""
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, symlinks=os.name != "nt")
    base = {"base": str(home), "platbase": str(home)}
    packages = Path(sysconfig.get_path("purelib", "venv", base))
    programs = Path(sysconfig.get_path("scripts", "venv", base))
    packages.joinpath("libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    pip = (sys.executable, "-m", "pip", "--python", str(programs / "python"), "install", "--quiet")
    run(*pip, "--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check", str(wheel), cwd=home)
    return programs / "unkink"


def run(*command: str, cwd: Path) -> str:
    """What it printed. Fails with all of it when it failed. It gets a home of its own and no Python path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "UNKINK", "COV"))}
    alone = {**kept, "HOME": str(cwd), "UNKINK_DATA": str(cwd / "data")}
    done = subprocess.run(command, cwd=cwd, env=alone, capture_output=True, text=True, check=False, timeout=50)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_holds_the_three_floors_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = {path for floor in FLOORS for path in (ROOT / floor).rglob("*") if path.is_file()}
    assert packed == {path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts}
    assert {".toml", ".sql", ".typed", ".png", ".mp4"} <= {Path(name).suffix for name in packed}


def test_the_wheel_holds_a_picture_for_every_step_and_an_animation_for_every_stretch(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name.removeprefix("bot/pictures/"): info.file_size for name, info in archive.NameToInfo.items()}
    for stretch in book.load().stretches.values():
        wanted = [f"{stretch.id}.mp4", *(f"{stretch.id}.{step.id}.png" for step in stretch.walk)]
        assert all(packed[name] > 1000 for name in wanted)


def test_the_wheel_carries_its_licence_and_its_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (licence,) = (name for name in archive.namelist() if name.endswith("LICENSE"))
        (described,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        assert b"Copyright 2026 The Unkink authors" in archive.read(licence)
        needs = re.findall(r"^Requires-Dist: (.*)$", archive.read(described).decode(), re.MULTILINE)
    more = {str(Requirement(f"{need} ; extra == '{name}'")) for name, need in extras()}
    assert {str(Requirement(need)) for need in needs} == {str(need) for need in needed()} | more


def test_the_installed_code_is_what_starts(unkink: Path) -> None:
    python = str(unkink.with_name("python"))
    found = run(python, "-P", "-c", "import bot, flows, storage; print(bot.__file__)", cwd=unkink.parent)
    assert Path(found.strip()).is_relative_to(unkink.parent.parent)


@pytest.mark.parametrize("foreign", ["", "flows", "flows/__init__.py"])
def test_it_starts_in_any_folder(unkink: Path, tmp_path: Path, foreign: str) -> None:
    if foreign:
        (tmp_path / "flows").mkdir()
    if foreign.endswith(".py"):
        (tmp_path / foreign).touch()
    assert PROJECT["project"]["version"] in run(str(unkink), "--version", cwd=tmp_path)
    run(str(unkink), "check", cwd=tmp_path)


def needed() -> list[Requirement]:
    return [Requirement(line) for line in PROJECT["project"]["dependencies"]]


def extras() -> list[tuple[str, Requirement]]:
    groups = PROJECT["project"]["optional-dependencies"]
    return [(name, Requirement(line)) for name, lines in groups.items() for line in lines]


def locked(name: str) -> dict[str, set[Version]]:
    """Package to its locked versions: more than one where a marker chooses."""
    pins: dict[str, set[Version]] = {}
    for package, version in re.findall(r"^([\w.-]+)==([\w.]+)", lock(name), re.MULTILINE):
        pins.setdefault(package, set()).add(Version(version))
    return pins


def lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


def test_locks_hold_what_pyproject_asks_for() -> None:
    run_time, working = locked("run"), locked("dev")
    groups = PROJECT["dependency-groups"]
    tools = [Requirement(line) for line in (*groups["build"], *groups["dev"]) if isinstance(line, str)]
    every = [*needed(), *(need for _, need in extras())]
    alone = [(locked(name), map(Requirement, groups[name])) for name in ("build", "pictures", "training")]
    for pins, needs in ((run_time, every), (working, tools), *alone):
        for need in needs:
            assert all(version in need.specifier for version in pins[need.name]), need


@pytest.mark.parametrize("name", ["run", "build"])
def test_dev_holds_the_other_locks_in_the_same_versions(name: str) -> None:
    working = locked("dev")
    assert {package: working.get(package) for package in locked(name)} == locked(name)


@pytest.mark.parametrize("name", ["run", "dev", "build", "pictures", "training"])
def test_every_locked_package_has_hashes_and_no_address(name: str) -> None:
    packages = [part for part in re.split(r"^(?=[\w-])", lock(name), flags=re.MULTILINE) if not part.startswith("#")]
    assert [part.split()[0] for part in packages if "--hash=sha256:" not in part] == []
    assert re.findall(r"://|^ *-(?!-hash=sha256:).*", lock(name), re.MULTILINE) == []
