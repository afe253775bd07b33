"""One line in the settings takes a stretch out: of the offers, and from under those who are in the middle of it."""

from __future__ import annotations

from collections.abc import Callable

from flows import book
from tests.bot.person import AT, FINISHED, Ended, Person, only_line

Here = Callable[..., Ended]
TO_STEP = FINISHED[:24]


def test_in_the_middle_of_it_the_next_word_is_answered_kindly(anna: Person) -> None:
    assert "Pelvic tilt · step 1" in anna.chat(*TO_STEP)
    anna.environment["UNKINK_WITHHOLD"] = "pelvic_tilt"
    shown = anna.chat("Feels fine", at=("--at", "2026-11-23T09:05"))
    assert "taken out for now" in shown
    assert "Pelvic tilt · step 2" not in shown
    assert book.load().say("home.title") in shown


def test_it_is_not_offered(anna: Person) -> None:
    anna.environment["UNKINK_WITHHOLD"] = "pelvic_tilt,knee_rolls"
    shown = anna.chat(*FINISHED[:22], at=AT)
    assert "Cat and cow" in shown
    assert "Pelvic tilt · 2 min" not in shown


def test_a_wrong_name_is_told_before_anything_starts(here: Here) -> None:
    line = only_line(2, here("chat", UNKINK_WITHHOLD="pelvic_tild"))
    assert "UNKINK_WITHHOLD names pelvic_tild: no such stretch; there are" in line
    assert "pelvic_tilt" in line


def test_check_says_what_is_withheld(here: Here) -> None:
    ended = here("check", UNKINK_WITHHOLD="cat_cow")
    assert ended.returncode == 0
    assert b"withheld by UNKINK_WITHHOLD: cat_cow" in ended.stdout
