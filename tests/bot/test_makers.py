"""Files that go with letters: made when they are sent, shown or saved in the terminal, and never in a letter's way."""

from __future__ import annotations

import stat
from datetime import datetime
from pathlib import Path

from bot.channels.handing import handed_over
from bot.channels.terminal import PREFIX, Terminal
from bot.clock import SetClock
from bot.makers import File, Files
from flows import book, kept
from flows.conversation import Conversation
from flows.effects import Card, Kind, Say
from flows.pages import Book
from storage.memory import MemoryStore
from storage.store import Decision, Turn
from tests.bot.person import POSIX
from tests.bot.talks import MORNING

ANNA = PREFIX + "anna"
NOTE = Say(Card("Here it is."), Kind.NOTE, file="country")


def country(talk: Conversation, pages: Book, now: datetime) -> File:
    return File(f"{now:%Y}.txt", "text/plain", f"Country: {talk.country}\n".encode())


def broken(talk: Conversation, pages: Book, now: datetime) -> File:
    raise ZeroDivisionError


async def keep(store: MemoryStore, country: str) -> None:
    talk = kept.write(Conversation(country=country))
    await store.keep([Turn(ANNA, country)], lambda turn, text: Decision(talk), MORNING)


def files_of(store: MemoryStore) -> Files:
    return Files(store, book.load(), SetClock(MORNING), {"country": country, "broken": broken})


async def test_a_file_is_made_from_what_is_kept_at_that_moment() -> None:
    store = MemoryStore()
    await keep(store, "DE")
    files = files_of(store)
    await keep(store, "FR")
    assert await files.make(ANNA, "country") == File("2026.txt", "text/plain", b"Country: FR\n")


async def test_a_file_that_cannot_be_made_is_none() -> None:
    files = files_of(MemoryStore())
    assert await files.make(ANNA, "broken") is None
    assert await files.make(ANNA, "nobody knows it") is None


async def test_an_unreadable_conversation_makes_no_file() -> None:
    store = MemoryStore()
    await store.keep([Turn(ANNA, "k")], lambda turn, text: Decision("no conversation"), MORNING)
    assert await files_of(store).make(ANNA, "country") is None


async def test_the_terminal_shows_a_text_below_its_letter() -> None:
    store, lines = MemoryStore(), list[str]()
    await keep(store, "DE")
    terminal = Terminal(lines.append, width=88)
    terminal.files = files_of(store)
    await terminal.deliver(ANNA, NOTE)
    assert lines == ["Here it is.", "  [country]", "", "Country: DE", ""]


async def test_the_terminal_says_that_a_file_could_not_be_made() -> None:
    lines = list[str]()
    terminal = Terminal(lines.append, width=88)
    terminal.files = files_of(MemoryStore())
    await terminal.deliver(ANNA, Say(Card("Here it is."), Kind.NOTE, file="broken"))
    assert lines == ["Here it is.", "", book.load().say("file.failed"), ""]


PDF = File("summary.pdf", "application/pdf", b"%PDF-1.7 \x00\r\n")


def test_what_is_no_text_is_saved_and_never_over_another(tmp_path: Path) -> None:
    for name in ("summary.pdf", "summary-2.pdf", "summary-3.pdf"):
        assert handed_over(PDF, tmp_path) == [f"  Saved as {tmp_path / name}"]
        assert (tmp_path / name).read_bytes() == PDF.content


@POSIX
def test_a_saved_file_is_its_owners_alone(tmp_path: Path) -> None:
    handed_over(PDF, tmp_path)
    assert stat.S_IMODE((tmp_path / PDF.name).stat().st_mode) == 0o600


def test_a_name_leads_into_no_other_folder(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    handed_over(File("../outside.pdf", "application/pdf", b"x"), inside)
    assert [path.name for path in tmp_path.rglob("*.pdf")] == ["outside.pdf"]
    assert (inside / "outside.pdf").exists()


def test_a_folder_that_takes_no_file_is_said_in_one_line(tmp_path: Path) -> None:
    (line,) = handed_over(PDF, tmp_path / "nowhere")
    assert "cannot be written" in line
    assert "start the chat in a folder of your own" in line


def test_nothing_is_saved_where_there_is_no_folder() -> None:
    assert handed_over(PDF, None) == []
