"""A person at the command line: runs `python -m bot` in a folder of their own, with a pipe for a keyboard."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from flows.text import plain

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-W", "error", "-m", "bot")
AT = ("--at", "2026-11-23T09:00")
SECONDS = 30
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and modes of files are another thing there")
Ended = subprocess.CompletedProcess[bytes]

FINISHED = (
    "18 to 64", "I agree", "Germany", *["No"] * 12, "Stretch now", "2", "No", "No", "Chair", "Mat or carpet",
    "Done", "Pelvic tilt · 2 min", "Start", *["Feels fine"] * 5, "2", "Finish here",
)  # fmt: skip
"""What a healthy adult says until a stretch is done."""


class Person:
    """Everything is below one folder; nothing of the machine's own settings is seen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.database = self.data / "unkink.sqlite"
        self.key = folder / "keys" / "key"
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        self.environment = {
            **kept, "HOME": str(folder), "PYTHONPATH": str(ROOT), "UNKINK_DATA": str(self.data),
            "UNKINK_KEY_FILE": str(self.key),
        }  # fmt: skip

    def run(self, *arguments: str, typed: str | bytes = "", **more: str) -> Ended:
        """Run to the end. More environment by name. Whatever happens, nobody sees a traceback."""
        given = typed.encode() if isinstance(typed, str) else typed
        ended = subprocess.run(
            [*COMMAND, *arguments],
            input=given, capture_output=True, check=False,
            cwd=self.folder, env={**self.environment, **more}, timeout=SECONDS,
        )  # fmt: skip
        assert b"Traceback" not in ended.stderr + ended.stdout, ended.stderr.decode()
        return ended

    def chat(self, *lines: str, at: Sequence[str] = AT) -> str:
        """Say these lines; what was shown. It must go well."""
        ended = self.run("chat", *at, typed="".join(f"{line}\n" for line in lines))
        assert (ended.returncode, ended.stderr) == (0, b"")
        return ended.stdout.decode()

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start and go on; to be used in a `with`, and ended there."""
        return subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd=self.folder, env=self.environment,
        )  # fmt: skip


def only_line(code: int, ended: Ended) -> str:
    """It ended with this code and one line that says why."""
    assert (ended.returncode, ended.stdout) == (code, b"")
    line, end, rest = ended.stderr.decode().partition("\n")
    assert (end, rest) == ("\n", "")
    return line


def read_until(process: subprocess.Popen[bytes], words: str) -> None:
    """Read what it shows until these words stand there."""
    assert process.stdout is not None
    for line in process.stdout:
        if words in line.decode():
            return
    raise AssertionError(f"it ended before it said {words!r}")


def say(process: subprocess.Popen[bytes], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n".encode())
    process.stdin.flush()


def cards(shown: str) -> list[dict[str, str]]:
    """The buttons of each card that was shown, words to number."""
    found: list[dict[str, str]] = [{}]
    for line in shown.splitlines():
        buttons = re.findall(r"(?:^|  )\s*([0-9]+)\) (.+?)(?=   [0-9]+\)|$)", line)
        if line.startswith("  ") and (buttons or "[" in line):
            found[-1].update({plain(words): number for number, words in buttons})
        elif found[-1]:
            found.append({})
    return [card for card in found if card]


TITLES = (
    "How old are you?", "May I ask about your health?", "Which country are you in?", "Safety question 1 of 12",
    "What do you have at hand?", "What would you like to do?",
)  # fmt: skip


def asked_last(shown: str) -> str:
    """The title of the question that stands at the end."""
    return max(TITLES, key=shown.rfind)
