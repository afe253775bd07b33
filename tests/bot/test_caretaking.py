"""The operator's commands, as they are typed: backup, restore, rotate, forget, events."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from bot.tallying import table
from flows import kept as stored
from flows.conversation import Conversation
from flows.kept import LOST, brought_back
from flows.stages import Stage
from tests.bot.person import Ended, Person, asked_last, only_line, read_until

Here = Callable[..., Ended]
HOW_OLD, MAY_I_ASK = "How old are you?", "May I ask about your health?"


def went_well(ended: Ended) -> str:
    assert (ended.returncode, ended.stderr) == (0, b"")
    return ended.stdout.decode()


def test_a_backup_brings_a_conversation_back(kept: Person, here: Here) -> None:
    copy = kept.folder / "copy.sqlite"
    assert "1 people" in went_well(here("backup", str(copy)))
    assert asked_last(kept.chat("I agree")) == "Which country are you in?"
    told = went_well(here("restore", str(copy)))
    assert "restored 1 people" in told
    assert "before-" in told
    assert asked_last(kept.chat()) == MAY_I_ASK


def test_a_backup_is_never_written_over_a_file(kept: Person, here: Here) -> None:
    assert "never overwritten" in only_line(1, here("backup", str(kept.key)))


def test_who_is_forgotten_stays_forgotten_after_a_restore(kept: Person, here: Here) -> None:
    copy = kept.folder / "copy.sqlite"
    went_well(here("backup", str(copy)))
    assert went_well(here("forget", "terminal:me")).startswith("terminal:me: deleted")
    assert "nothing was kept" in went_well(here("forget", "42"))
    told = went_well(here("restore", str(copy)))
    assert "1 of them were deleted since" in told
    assert b"terminal:me" not in kept.database.read_bytes()


def test_a_new_key_opens_everything_and_the_old_one_nothing(kept: Person, here: Here) -> None:
    before = kept.key.read_bytes()
    told = went_well(here("rotate"))
    assert "the old key lies at" in told
    assert kept.key.read_bytes() != before
    kept.chat()
    new = kept.key.read_bytes()
    kept.key.write_bytes(before)
    assert "another key" in only_line(3, here("rotate"))
    kept.key.write_bytes(new)


@pytest.mark.parametrize("command", ["backup", "restore", "rotate", "events"])
def test_another_key_is_refused_and_nothing_is_overwritten(kept: Person, here: Here, command: str) -> None:
    copy = kept.folder / "copy.sqlite"
    went_well(here("backup", str(copy)))
    before = kept.database.read_bytes()
    kept.key.write_bytes(b"A" * 43 + b"=\n")
    arguments = {"backup": [str(kept.folder / "other")], "restore": [str(copy)]}.get(command, [])
    if command == "backup":
        went_well(here(command, *arguments))  # a copy needs no key
        return
    assert "another key" in only_line(3, here(command, *arguments))
    assert kept.database.read_bytes() == before


@pytest.mark.parametrize("command", ["restore", "rotate", "events"])
def test_without_the_key_nothing_is_done_and_none_is_made(kept: Person, here: Here, command: str) -> None:
    copy = kept.folder / "copy.sqlite"
    went_well(here("backup", str(copy)))
    kept.key.unlink()
    assert "missing" in only_line(3, here(command, *([str(copy)] if command == "restore" else [])))
    assert not kept.key.exists()


def test_while_the_bot_runs_what_reads_works_and_what_writes_is_refused(kept: Person, here: Here) -> None:
    copy = kept.folder / "copy.sqlite"
    with kept.start("chat") as process:
        read_until(process, MAY_I_ASK)
        went_well(here("backup", str(copy)))
        assert went_well(here("events")) == "nothing was counted yet\n"
        for command in (("restore", str(copy)), ("rotate",), ("forget", "42")):
            assert "in use by another process" in only_line(4, here(*command))
        process.kill()


def test_what_is_no_backup_is_refused(kept: Person, here: Here) -> None:
    for content in (b"", b"Dear diary, ", b"SQLite format 3\0" + bytes(90)):
        file = kept.folder / "copy.sqlite"
        file.write_bytes(content)
        assert "copy.sqlite is" in only_line(3, here("restore", str(file)))
    assert "missing" in only_line(3, here("restore", str(kept.folder / "gone")))
    assert asked_last(kept.chat()) == MAY_I_ASK


@pytest.mark.parametrize("command", [["backup", "x"], ["rotate"], ["events"]])
def test_where_nothing_was_kept_yet(anna: Person, here: Here, command: list[str]) -> None:
    only_line(3, here(*command))
    assert not anna.key.exists()
    assert not Path("x").exists()


def test_the_table_of_what_went_wrong() -> None:
    def row(action: str, n: int, stretch: str, step: str) -> str:
        return json.dumps([action, n, stretch, step, "2026.11.0", "0.1.0"])

    stop = row("stop_stretch", 26, "cat_cow", "arch")
    rows = [
        (date(2026, 3, 1), stop),
        (date(2026, 3, 9), stop),
        (date(2026, 3, 2), row("hold_urgent", 0, "", "")),
        (date(2026, 3, 3), row("refer_routine", 20, "cat_cow", "")),
    ]
    lines = [line.split() for line in table(rows)]
    assert lines[0] == ["stretch", "step", "action", "row", "content", "version", "count", "first", "last"]
    assert lines[1][:4] + lines[1][6:] == ["cat_cow", "arch", "stop_stretch", "26", "2", "2026-03-01", "2026-03-09"]
    assert [line[0] for line in lines[2:]] == ["cat_cow", "(none)"]


def test_buttons_of_the_time_that_was_lost_fit_no_card() -> None:
    before = Conversation(stage=Stage.HOME, ask="home", turn=90_000_007, token=90_000_005)
    after = stored.read(brought_back(stored.write(before)))
    assert (after.turn, after.token) == (before.turn + LOST, before.token)
    assert brought_back("no conversation") == "no conversation"
