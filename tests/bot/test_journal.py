"""The comforts of the terminal: several people, a restart, and a chat saved as a journey that replays."""

from __future__ import annotations

from pathlib import Path

from tests.bot.person import Person
from tests.journeys import play

AT = ("--at", "2026-11-23T09:00")
ONBOARD = ("18 to 64", "I agree", "Germany", *["No"] * 12)


def somebody(folder: Path) -> Person:
    (folder / "here").mkdir()
    return Person(folder / "here")


async def test_a_saved_chat_replays_word_for_word(tmp_path: Path) -> None:
    saved = tmp_path / "saved.txt"
    lines = (*ONBOARD, "/reminder", "7.30 pm", "Yes", "Yes", "Done", "@ 19:45", "Not today", f"@ save {saved}")
    somebody(tmp_path).chat(*lines, at=AT)
    journey = play.read(saved)
    replayed = await play.play(journey, tmp_path)
    assert replayed.text == journey.text
    assert "Time for your back?" in journey.text


def test_nothing_is_written_over(tmp_path: Path) -> None:
    taken = tmp_path / "taken.txt"
    taken.write_text("mine", encoding="utf-8")
    shown = somebody(tmp_path).chat(f"@ save {taken}", f"@ save {tmp_path}/no/such/folder.txt", at=AT)
    assert "is there already" in shown
    assert "cannot be written" in shown
    assert taken.read_text(encoding="utf-8") == "mine"


def test_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    after = somebody(tmp_path).chat(*ONBOARD[:6], "@ restart", "No", at=AT).partition("started anew")[2]
    assert after.index("Safety question 4 of 12") < after.index("Safety question 5 of 12")


def test_people_take_turns(tmp_path: Path) -> None:
    lines = ("18 to 64", "@ person ben", "Under 18", "@ person me", "I agree", "@ person " + "x" * 65)
    shown = somebody(tmp_path).chat(*lines, at=AT)
    assert shown.index("Please ask a grown-up") < shown.index("Which country are you in?")
    assert "A name has 1 to 64" in shown
