"""What a tampered client can send, and what it gets: paths for zones, markup for names, values that poison."""

from __future__ import annotations

from html import unescape

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram import render
from bot.engine import decision
from flows import book as books
from flows import kept, places, zones
from flows.effects import Button, Card, Kind, Say
from flows.events import Asked, Tapped, Wrote
from flows.phrases import runs_it
from tests.bot.talks import MORNING, TO_HOME, after, talk_of

BOOK = books.load()
PATHS = (
    "../../etc/passwd", "..", "/etc/passwd", "Europe/../../../etc/passwd", "Europe/Berlin/../../../etc/passwd",
    "C:\\Windows\\win.ini", "Europe\\Berlin", "posixrules\x00", "\ud800", "a" * 5000, "//host/share",
)  # fmt: skip


NOWHERE = tuple(Wrote("Skip") if event == Wrote("Germany") else event for event in TO_HOME)


@pytest.mark.parametrize("name", PATHS)
def test_a_path_is_no_time_zone(name: str) -> None:
    assert places.zone_named(name) in (None, "")
    with pytest.raises(ValueError, match="no time zone"):
        zones.zone_of(name)


@pytest.mark.parametrize("name", PATHS)
def test_a_path_typed_or_tapped_for_a_place_changes_nothing(name: str) -> None:
    for answers, ask, button in (((), "where", "where"), ((Wrote("United States"),), "place", "zone")):
        asked = after(*NOWHERE, Asked("reminder"), Wrote("13:00"), Wrote("Yes"), *answers)
        before = talk_of(asked)
        assert before.ask == ask
        for event in (Wrote(name), Tapped(before.token, button, name)):
            found = kept.read(decision(asked.conversation, event, BOOK, MORNING).conversation)
            assert (found.zone, found.draft_zone, found.reminder) == (before.zone, before.draft_zone, None)


MARKUP = st.text(alphabet="<>&\"'/abi= \n_*[]()`~|#\\u0000\u202e\U0001f600", max_size=60)


@given(MARKUP, MARKUP, MARKUP)
def test_nothing_that_is_shown_can_become_markup(title: str, text: str, words: str) -> None:
    card = Card(text, title, ((Button(words, "ask", "choice"),),))
    shown = render.text_of(card)
    bare = shown.replace("<b>", "").replace("</b>", "") if title else shown
    assert "<" not in bare
    assert ">" not in bare.replace("&gt;", "")
    assert unescape(bare) == render.plain_of(card).replace("\r", "") or title.strip() == ""


def test_the_operators_own_words_cannot_become_markup() -> None:
    contact = '<a href="tg://x">Jo</a> {person} {0}'
    book = evolve(BOOK, contact=contact)
    assert contact in runs_it(book)
    note = Say(Card(runs_it(book)), Kind.NOTE)
    assert "<a" not in render.text_of(note.card)


@pytest.mark.parametrize(
    "text", ["\ud800" * 10, "9" * 5000, "[" * 100_000, "\x00" * 100, "a" * 1_000_000, "{person}", "%s%n"]
)
def test_poison_is_only_words(text: str) -> None:
    home = after(*TO_HOME)
    found = decision(home.conversation, Wrote(text), BOOK, MORNING)
    assert found.conversation is not None
    assert found.conversation.isascii()
    assert text[:50] not in found.conversation


@pytest.mark.parametrize("token", [-1, 0, 2**63, 2**200])
def test_numbers_that_overflow_answer_nothing(token: int) -> None:
    home = after(*TO_HOME)
    found = kept.read(decision(home.conversation, Tapped(token, "home", "stretch"), BOOK, MORNING).conversation)
    assert found.stage is talk_of(home).stage
    assert found.sitting is None
