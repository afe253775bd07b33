"""The program as a person meets it: a process of its own, a pipe, a folder."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable

import pytest

from flows import book
from flows.text import plain
from tests.bot.person import (
    AT,
    FINISHED,
    POSIX,
    ROOT,
    SECONDS,
    Ended,
    Person,
    asked_last,
    cards,
    only_line,
    read_until,
    say,
)

HOW_OLD = "How old are you?"
MAY_I_ASK = "May I ask about your health?"
AT_HOME = "What would you like to do?"


# A conversation


def test_a_piped_conversation_ends_in_a_finished_stretch(anna: Person) -> None:
    by_words = anna.chat(*FINISHED)
    assert asked_last(by_words) == AT_HOME
    assert book.load().say("finish.done", stretches="Pelvic tilt")[:30] in by_words
    numbers = [card.get(plain(words), words) for card, words in zip(cards(by_words), FINISHED, strict=False)]
    assert len(set(numbers)) < 12
    bob = Person(anna.folder / "bob")
    bob.folder.mkdir()
    assert bob.chat(*numbers) == by_words


def test_it_is_kept_and_goes_on_where_it_ended(anna: Person) -> None:
    assert asked_last(anna.chat("18 to 64")) == MAY_I_ASK
    assert asked_last(anna.chat("I agree", "Germany")) == "Safety question 1 of 12"
    assert asked_last(anna.chat(at=(*AT, "--person", "bob"))) == HOW_OLD  # who is another person


def test_the_input_may_end_in_the_middle_of_a_line(anna: Person) -> None:
    ended = anna.run("chat", *AT, typed="18 to 64\nI agree\nGerm")
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert asked_last(anna.chat()) == "Which country are you in?"


def test_fresh_keeps_nothing(anna: Person) -> None:
    assert asked_last(anna.chat("18 to 64", at=(*AT, "--fresh"))) == MAY_I_ASK
    assert list(anna.folder.iterdir()) == []


STRANGE = (
    b"x" * 10_000, b"y" * 1_000_000, "🙂🙃💥".encode(), b"\x00\x07\x1b[2J\x9b", b"\xff\xfe\xfd",
    "\u200b".encode(), b"+", b"'", "ｈｅｌｌｏ".encode(), "\u202egnihton".encode(), b"-1", b"9" * 400,
    b"@", b"@ soon", b"/", b"/nonsense", b"  ", b"\r",
)  # fmt: skip


@pytest.mark.parametrize("coding", ["utf-8:strict", "cp1252"])
def test_strange_lines_are_answered_kindly(anna: Person, coding: str) -> None:
    ended = anna.run("chat", *AT, typed=b"\n".join([*STRANGE, b"18 to 64"]), PYTHONIOENCODING=coding)
    assert (ended.returncode, ended.stderr) == (0, b"")
    shown = ended.stdout.decode(errors="replace")
    assert shown.count(HOW_OLD) >= len(STRANGE) - 4
    assert asked_last(shown) == MAY_I_ASK
    assert "\x1b" not in shown
    assert book.load().say("sorry")[:20] not in shown


def test_a_pipe_that_cannot_show_every_sign(anna: Person) -> None:
    lines = "".join(f"{line}\n" for line in FINISHED).encode("cp1252")
    ended = anna.run("chat", *AT, typed=lines, PYTHONIOENCODING="cp1252")
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert asked_last(ended.stdout.decode("cp1252")) == AT_HOME


def test_tomorrows_reminder_can_be_seen_today(anna: Person) -> None:
    shown = anna.chat(*FINISHED[:15], "/reminder", "8:00", "Yes", "Yes", "@ 2026-11-24 08:15")
    assert "(by itself, as you asked)" in shown
    assert "It is Tuesday 2026-11-24 07:15 UTC." in shown
    stopped = anna.chat("/stop", "@ +30d", at=("--at", "2026-11-24T07:16"))
    assert "(by itself, as you asked)" not in stopped


# What is wrong with the command line, the settings, the content


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"], ["chat", "--nonsense"], ["chat", "--at", "yesterday"], ["chat", "--person", ""],
        ["chat", "--at", "9999-12-31T23:59"],
        ["chat", "--at", "0001-01-01T00:00+05:00"],
        ["check", "wotch"], ["chat", "--person", "a\nb"], ["chat", "--person", "x" * 65], ["flow", "--format", "svg"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_wrong_command_line(anna: Person, here: Callable[..., Ended], arguments: list[str]) -> None:
    ended = here(*arguments)
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert b"Error: " in ended.stderr
    assert not anna.data.exists()


WRONG = {"UNKINK_LOG": "xml", "UNKINK_ADMINS": "anna", "UNKINK_TELEGRAM_TOKEN": "hunter2 hunter2"}


def test_an_unknown_command_of_a_process(anna: Person) -> None:
    assert anna.run("nonsense").returncode == 2


def test_wrong_settings_of_a_process(anna: Person) -> None:
    assert anna.run("chat", **WRONG).returncode == 2


@pytest.mark.parametrize("command", ["chat", "check", "run", "setup"])
def test_wrong_settings(here: Callable[..., Ended], command: str) -> None:
    ended = here(command, **WRONG)
    assert (ended.returncode, ended.stdout) == (2, b"")
    lines = ended.stderr.decode().splitlines()
    assert all(sum(name in line for line in lines) == 1 for name in WRONG)
    assert len(lines) <= len(WRONG) + 1
    assert "hunter2" not in str(lines)


@pytest.mark.parametrize("command", ["run", "setup"])
def test_without_a_token_there_is_no_bot(here: Callable[..., Ended], command: str) -> None:
    assert "UNKINK_TELEGRAM_TOKEN" in only_line(2, here(command))


def test_wrong_content_is_named_with_file_and_place(anna: Person) -> None:
    folder = anna.folder / "content"
    shutil.copytree(ROOT / "flows" / "content", folder)
    stretch = folder / "stretches" / "pelvic_tilt.toml"
    stretch.write_text(stretch.read_text("utf-8").replace("hold_s", "holds_s"), "utf-8")
    (folder / "pain.toml").write_text("[broken", "utf-8")
    ended = anna.run("check", "--content", str(folder))
    assert (ended.returncode, ended.stdout) == (2, b"")
    lines = ended.stderr.decode().splitlines()
    assert any(line.startswith("stretches/pelvic_tilt.toml: ") and "holds_s" in line for line in lines)
    assert any(line.startswith("pain.toml: ") for line in lines)
    assert lines[-1] == f"{len(lines) - 1} faults"


def test_a_step_without_its_picture_or_without_words_for_it_is_named(anna: Person) -> None:
    folder = anna.folder / "content"
    shutil.copytree(ROOT / "flows" / "content", folder)
    stretch = folder / "stretches" / "pelvic_tilt.toml"
    stretch.write_text(stretch.read_text("utf-8").replace('id = "rock"', 'id = "sway"'), "utf-8")
    ended = anna.run("check", "--content", str(folder))
    assert ended.stderr.decode().splitlines() == [
        "stretches/pelvic_tilt.toml: sway: the step has no picture; draw it: see CONTRIBUTING.md", "1 fault",
    ]  # fmt: skip
    assert ended.returncode == 2
    stretch.write_text(stretch.read_text("utf-8").replace("shows = ", "breadth = ", 1), "utf-8")
    assert b"breadth" in anna.run("check", "--content", str(folder)).stderr


def test_content_that_is_not_there(anna: Person, here: Callable[..., Ended]) -> None:
    ended = here("check", "--content", str(anna.folder / "nowhere"))
    assert ended.returncode == 2
    assert b"nowhere" in ended.stderr


# Ends


@POSIX
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_what_was_said_is_kept(anna: Person, sign: signal.Signals) -> None:
    with anna.start("chat") as process:
        try:
            read_until(process, HOW_OLD)
            say(process, "18 to 64")
            read_until(process, MAY_I_ASK)
            process.send_signal(sign)
            errors = process.communicate(timeout=SECONDS)[1]
        finally:
            process.kill()
    assert errors.strip() == b""
    assert process.returncode in ((0, 1, 130) if sign is signal.SIGINT else (0, -sign))
    assert asked_last(anna.chat()) == MAY_I_ASK


@POSIX
def test_a_reader_that_goes_away_ends_it_quietly(anna: Person) -> None:
    with anna.start("chat", "--fresh") as process:
        try:
            read_until(process, HOW_OLD)
            assert process.stdout is not None
            process.stdout.close()
            assert process.stdin is not None
            try:
                for _ in range(1000):
                    say(process, "/help")
            except BrokenPipeError:
                pass
            process.wait(SECONDS)
            assert process.stderr is not None
            assert process.stderr.read() == b""
        finally:
            process.kill()
    assert process.returncode == 1


# What only tells something


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--help"], "Not a doctor"), (["chat", "-h"], "--fresh"), (["--version"], "unkink, version"),
        (["flow"], "stateDiagram"), (["flow", "--format", "table"], "moving"), (["check"], "are in order"),
        (["check", "watch", "I can't feel my legs"], "emergency"), (["check", "watch", "lovely weather"], "benign"),
        (["check", "watch"], "benign"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_what_is_asked_for_is_told(anna: Person, here: Callable[..., Ended], arguments: list[str], says: str) -> None:
    ended = here(*arguments)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert says in ended.stdout.decode()
    assert list(anna.folder.iterdir()) == []  # reading makes no key and no database


def test_a_process_tells_as_well(anna: Person) -> None:
    assert b"Not a doctor" in anna.run("--help").stdout
    assert b"are in order" in anna.run("check").stdout
