"""The program and a database, a key or a folder that it must not start on: one line, a code, and nothing changed."""

from __future__ import annotations

import ctypes
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from storage.keys import make_key_file
from tests.bot.person import COMMAND, POSIX, SECONDS, Ended, Person, asked_last, only_line, read_until

MAY_I_ASK = "May I ask about your health?"


def test_a_second_process_is_kept_out_while_the_first_runs(kept: Person) -> None:
    with kept.start("chat") as first:
        try:
            read_until(first, MAY_I_ASK)
            assert "in use by another process" in only_line(4, kept.run("chat"))
            assert kept.run("check").returncode == 0
            assert first.communicate(b"I agree\n", timeout=SECONDS)[1] == b""
            assert first.returncode == 0
        finally:
            first.kill()
    assert asked_last(kept.chat()) == "Which country are you in?"


def hurt(person: Person) -> None:
    data = bytearray(person.database.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4096] = bytes(4096)
    person.database.write_bytes(data)


def shorten(person: Person) -> None:
    os.truncate(person.database, 5000)


def empty(person: Person) -> None:
    os.truncate(person.database, 0)


def replace(person: Person) -> None:
    person.database.write_text("dear diary")


def make_newer(person: Person) -> None:
    with closing(sqlite3.connect(person.database)) as db:
        db.execute("PRAGMA user_version = 99")


def change_key(person: Person) -> None:
    person.key.unlink()
    make_key_file(person.key)


def lose_key(person: Person) -> None:
    person.key.unlink()


def spoil_key(person: Person) -> None:
    person.key.write_text("not a key\n")


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (hurt, "is damaged"), (shorten, "is damaged"), (empty, "is damaged"), (replace, "is not a database"),
        (make_newer, "schema 99"), (change_key, "another key"), (lose_key, "missing"), (spoil_key, "base64"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)  # fmt: skip
def test_an_unfit_database_is_refused_and_left_alone(
    kept: Person, here: Callable[..., Ended], fault: Callable[[Person], None], says: str
) -> None:
    fault(kept)
    places = [path for path in kept.folder.rglob("*") if path.is_file()]
    before = [path.read_bytes() for path in places]
    assert says in only_line(3, here("chat"))
    assert [path.read_bytes() for path in places] == before
    left = {path.name for path in kept.folder.rglob("*") if path.is_file()} - {path.name for path in places}
    assert left <= {"unkink.sqlite.lock", "unkink.sqlite-wal", "unkink.sqlite-shm"}


def test_a_damaged_database_ends_the_process(kept: Person) -> None:
    hurt(kept)
    before = kept.database.read_bytes()
    assert "is damaged" in only_line(3, kept.run("chat"))
    assert kept.database.read_bytes() == before


@POSIX
def test_what_is_made_is_only_for_its_owner(kept: Person) -> None:
    for path in (kept.key, *kept.data.iterdir()):
        assert path.stat().st_mode & 0o777 == 0o600, path.name
    for folder in (kept.data, kept.key.parent):
        assert folder.stat().st_mode & 0o777 == 0o700


@POSIX
def test_a_key_that_others_can_read_is_refused(kept: Person, here: Callable[..., Ended]) -> None:
    kept.key.chmod(0o644)
    assert "chmod 600" in only_line(3, here("chat"))


def mere_mortal() -> None:
    """Take from root what lets it write everywhere (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH out of the bounding set)."""
    if os.geteuid() == 0:
        for right in (1, 2):
            ctypes.CDLL(None).prctl(24, right, 0, 0, 0)


@POSIX
@pytest.mark.parametrize("place", ["data", "keys", "both exist"])
def test_a_folder_that_may_not_be_written_to(anna: Person, been_here: Path, place: str) -> None:
    closed = anna.folder / "closed"
    closed.mkdir(mode=0o500)
    more = {"data": {"UNKINK_DATA": str(closed)}, "keys": {"UNKINK_KEY_FILE": str(closed / "key")}}.get(place, {})
    if place == "both exist":
        shutil.copytree(been_here, anna.folder, dirs_exist_ok=True)
        anna.data.chmod(0o500)
    try:
        ended = subprocess.run(
            [*COMMAND, "chat"], capture_output=True, stdin=subprocess.DEVNULL, check=False,
            cwd=anna.folder, env={**anna.environment, **more}, timeout=SECONDS, preexec_fn=mere_mortal,
        )  # fmt: skip
    finally:
        for folder in (closed, anna.data):
            if folder.exists():
                folder.chmod(0o700)
    assert (ended.returncode, ended.stdout) == (3, b"")
    (line,) = ended.stderr.decode().splitlines()
    assert "folder this account may write to" in line or "right to" in line


def test_a_folder_that_is_a_file(anna: Person, here: Callable[..., Ended]) -> None:
    anna.data.write_text("a file")
    assert "folder this account may write to" in only_line(3, here("chat"))
