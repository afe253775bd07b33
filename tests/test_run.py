"""run.py tells an old Python so, installs when something changed and only then, and one start at a time."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "run.py"
LOCKS = ("run.txt", "build.txt", "dev.txt")


@pytest.fixture
def clone(tmp_path: Path) -> ModuleType:
    return clone_in(tmp_path)


def clone_in(folder: Path) -> ModuleType:
    """run.py in a folder of its own, with locks, and an interpreter that looks installed."""
    (folder / "requirements").mkdir(parents=True)
    for name in ("run.py", "pyproject.toml", *(f"requirements/{lock}" for lock in LOCKS)):
        (folder / name).write_bytes((SCRIPT.parent / name).read_bytes())
    spec = importlib.util.spec_from_file_location("clone", folder / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.PYTHON.parent.mkdir(parents=True)
    module.PYTHON.touch()
    return module


def installed(clone: ModuleType) -> list[str]:
    return [kind for kind in ("run", "dev") if clone.installed(kind)]


def stamp(clone: ModuleType, *kinds: str) -> None:
    clone.STAMP.write_text("".join(f"{clone.mark(kind)}\n" for kind in kinds), encoding="utf-8")


def test_an_old_python_can_read_it() -> None:
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 7))


def test_an_old_python_is_told_in_one_line() -> None:
    older = "import runpy, sys; sys.version_info = (3, 10, 13); runpy.run_path(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", older, SCRIPT], capture_output=True, text=True, check=False, timeout=30
    )
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("Unkink needs Python 3.11 or newer; this is 3.10.")


def test_a_stamp_counts_for_what_it_names(clone: ModuleType) -> None:
    assert installed(clone) == []
    stamp(clone, "run")
    assert installed(clone) == ["run"]
    stamp(clone, "run", "dev")
    assert installed(clone) == ["run", "dev"]


@pytest.mark.parametrize(
    ("changed", "left"),
    [
        ("pyproject.toml", []),
        ("requirements/run.txt", ["dev"]),
        ("requirements/build.txt", ["dev"]),
        ("requirements/dev.txt", ["run"]),
        ("run.py", ["run", "dev"]),
    ],
)
def test_a_change_asks_for_a_new_installation(clone: ModuleType, changed: str, left: list[str]) -> None:
    stamp(clone, "run", "dev")
    with (clone.ROOT / changed).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert installed(clone) == left


def test_a_lost_interpreter_asks_for_a_new_installation(clone: ModuleType) -> None:
    stamp(clone, "run", "dev")
    clone.PYTHON.unlink()
    assert installed(clone) == []


def test_another_python_asks_for_a_new_installation(clone: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp(clone, "run", "dev")
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert installed(clone) == []


def test_a_moved_folder_asks_for_a_new_installation(tmp_path: Path) -> None:
    before, after = clone_in(tmp_path / "before"), clone_in(tmp_path / "after")
    stamp(before, "run", "dev")
    before.STAMP.rename(after.STAMP)
    assert installed(after) == []


def test_first_starts_at_the_same_time_install_once(clone: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    looked, calls, look = threading.Barrier(3), [], clone.installed
    waited = threading.local()

    def installed_after_all_looked(kind: str) -> bool:
        found: bool = look(kind)
        if not hasattr(waited, "once"):
            waited.once = looked.wait(10)
        return found

    def install(kind: str) -> None:
        calls.append(kind)
        stamp(clone, kind)

    monkeypatch.setattr(clone, "installed", installed_after_all_looked)
    monkeypatch.setattr(clone, "install", install)
    starts = [threading.Thread(target=clone.prepare, args=["run"]) for _ in range(3)]
    for start in starts:
        start.start()
    for start in starts:
        start.join(10)
    assert calls == ["run"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows locks files in a way of its own")
def test_an_installation_holds_the_lock_until_it_ends(clone: ModuleType) -> None:
    import fcntl

    with (clone.ROOT / ".venv.lock").open("w") as file:
        with clone.alone(), pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_an_option_that_check_does_not_know_is_refused(clone: ModuleType) -> None:
    with pytest.raises(SystemExit, match="--no-tests"):
        clone.check(["--no-test"])
