#!/usr/bin/env python3
"""Start Unkink from a clone. Needs Python 3.11 or newer, and nothing else.

    python3 run.py              the bot; without a Telegram token, the playground
    python3 run.py chat         any other word is the command line's: unkink chat
    python3 run.py test         the tests; what follows goes to pytest (-m browser: those of the page, in Chromium)
    python3 run.py check        all that CI checks; --no-tests leaves the tests out
    python3 run.py -- check     the command line, where it has a word of the same name

The first start makes .venv beside this file and installs what requirements/ has locked: no file whose hash is not
written there, and nothing compiled. A stamp in .venv says what was installed, so that the next start only compares.
When a lock, pyproject.toml, the folder or Python changed, it installs again.

Older Pythons must be able to read this file, or they could not say what is wrong: no syntax in it is newer than 3.6.
"""

import hashlib
import os
import sys
from pathlib import Path

if sys.version_info < (3, 11):
    here = ".".join(map(str, sys.version_info[:2]))
    sys.exit(f"Unkink needs Python 3.11 or newer; this is {here}. Where a newer one is installed: python3.11 run.py")

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PROGRAMS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = PROGRAMS / ("python.exe" if os.name == "nt" else "python")
UNKINK = PROGRAMS / ("unkink.exe" if os.name == "nt" else "unkink")
STAMP = VENV / "unkink-installed"

LOCKS = {"run": ("run.txt", "build.txt"), "dev": ("dev.txt",)}
"""What is installed to start the bot, and to work on it. dev holds all of run, in the same versions."""

PYTEST = ("-m", "pytest", "-n", "2", "--dist", "loadfile")
"""Two at a time, file by file."""
TESTS = (*PYTEST, "-m", "not browser")
"""The page's tests need Chromium and are asked for by themselves: run.py test -m browser."""
CHECKS = {
    "lint": ("-m", "ruff", "check"),
    "format": ("-m", "ruff", "format", "--check"),
    "types": ("-m", "mypy"),
    "imports": ("-c", "from importlinter.cli import lint_imports_command as check; check()", "--no-logo"),
    "bill": ("tools/sbom.py",),
    "tests": TESTS,
    "browser": (*PYTEST, "-m", "browser"),
}


def main() -> None:
    word, rest = (sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:]
    if word == "test":
        prepare("dev")
        os.chdir(ROOT)
        become(PYTHON, *TESTS, *rest)
    elif word == "check":
        prepare("dev")
        sys.exit(check(rest))
    else:
        prepare("run")
        become(UNKINK, *(rest if word == "--" else sys.argv[1:]))


def become(program: Path, *args: str) -> None:
    """Ends as the program: the terminal, the signals and the exit code are its own. Windows knows no such change."""
    if os.name != "nt":
        os.execv(program, [str(program), *args])
    import signal
    import subprocess

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the program too, and it decides
    sys.exit(subprocess.call([str(program), *args]))


def check(args: Sequence[str]) -> int:
    """Every check, each with its seconds, also after one has failed. Returns the exit code."""
    import subprocess
    import time

    if set(args) - {"--no-tests"}:
        sys.exit("run.py check knows no option but --no-tests.")
    names = [name for name in CHECKS if name not in ("tests", "browser") or not args]
    failed = []
    for name in names:
        print(f"-- {name}", flush=True)
        begun = time.monotonic()
        code = subprocess.call([str(PYTHON), *CHECKS[name]], cwd=ROOT)
        print(f"-- {name}: {'FAILED' if code else 'ok'}, {time.monotonic() - begun:.1f} s\n", flush=True)
        failed += [name] if code else []
    print(f"FAILED: {', '.join(failed)}." if failed else f"All fine: {', '.join(names)}.", flush=True)
    return 1 if failed else 0


def prepare(kind: str) -> None:
    """Makes sure that .venv holds what this kind of start needs."""
    if installed(kind):
        return
    try:
        with alone():
            if not installed(kind):  # the one we waited for may have done it
                install(kind)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit(f"run.py cannot write {error.filename or VENV}: {error.strerror}. Unkink needs a folder of its own.")


def installed(kind: str) -> bool:
    """Whether the stamp says so, and the interpreter is still there."""
    return PYTHON.exists() and STAMP.exists() and mark(kind) in STAMP.read_text(encoding="utf-8").splitlines()


def mark(kind: str) -> str:
    """The stamp's line: all on which an installation of this kind depends, as one hash."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {ROOT}".encode())
    for path in (ROOT / "pyproject.toml", *(ROOT / "requirements" / lock for lock in LOCKS[kind])):
        digest.update(path.read_bytes())
    return f"{kind} {digest.hexdigest()}"


@contextmanager
def alone() -> Iterator[None]:
    """One installation at a time. The system frees the lock of a process that died."""
    with (ROOT / ".venv.lock").open("w") as file:
        if sys.platform == "win32":
            import msvcrt
            import time

            while True:
                try:
                    msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                    break
                except OSError:
                    time.sleep(0.2)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def install(kind: str) -> None:
    """Installs the locks, then the project itself, as a link to this folder. The stamp goes first, comes back last."""
    first = not STAMP.exists()
    line = "First start: installing into .venv (about 20 s)..." if first else "Something changed: updating .venv..."
    print(line, file=sys.stderr, flush=True)
    STAMP.unlink(missing_ok=True)
    if not usable():
        make()
    locks = [f"--requirement={ROOT / 'requirements' / lock}" for lock in LOCKS[kind]]
    pip("--require-hashes", "--only-binary=:all:", *locks)
    pip("--no-build-isolation", "--no-deps", f"--editable={ROOT}")
    STAMP.write_text("".join(f"{mark(each)}\n" for each in sorted({"run", kind})), encoding="utf-8")


def usable() -> bool:
    """Whether the interpreter in .venv runs, is of this minor version, and has pip, where Python brings one."""
    import subprocess

    probe = f"import sys; assert sys.version_info[:2] == {sys.version_info[:2]}"
    if has("ensurepip"):
        probe += "; import pip"
    try:
        return subprocess.run([PYTHON, "-c", probe], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def make() -> None:
    """Makes .venv anew. Debian keeps ensurepip in a package of its own; then the pip outside serves."""
    if not has("venv") or not (has("ensurepip") or has("pip")):
        sys.exit(
            "This Python cannot make .venv. On Debian and Ubuntu: sudo apt install python3-venv, then start again."
        )
    options = ["--clear"] if has("ensurepip") else ["--clear", "--without-pip"]
    quietly(sys.executable, "-m", "venv", *options, str(VENV))


def pip(*args: str) -> None:
    """Installs into .venv."""
    inside = [str(PYTHON), "-m", "pip"]
    outside = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    command = inside if has("ensurepip") else outside
    quietly(*command, "install", "--quiet", "--disable-pip-version-check", "--no-input", *args)


def has(module: str) -> bool:
    """Whether the Python that reads this file has the module."""
    from importlib.util import find_spec

    return find_spec(module) is not None


def quietly(*command: str) -> None:
    """Runs it without a word; if it fails, shows all it said, and ends."""
    from subprocess import DEVNULL, PIPE, STDOUT, run

    done = run(command, check=False, cwd=ROOT, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT)
    if done.returncode:
        sys.stderr.buffer.write(done.stdout)
        sys.exit("run.py could not install into .venv: the lines above say why. Mend that and start again.")


if __name__ == "__main__":
    main()
