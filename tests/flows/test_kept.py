"""The stored form: round trips, older forms, and everything that is none."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import kept, upgrades
from flows.conversation import (
    Agreement,
    Answering,
    Conversation,
    Done,
    FollowUp,
    Hold,
    Mark,
    Off,
    Past,
    Rating,
    Reminder,
    Screened,
    Sitting,
)
from flows.stages import Stage

INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
LEVELS = st.none() | st.integers(0, 10)
DONE = st.builds(Done, WORDS, st.integers(1, 3), st.booleans(), LEVELS, st.booleans())
CONVERSATIONS = st.builds(
    Conversation,
    stage=st.sampled_from(Stage),
    ask=WORDS,
    turn=st.integers(0, 2**40),
    asked_at=st.none() | INSTANTS,
    age=WORDS,
    agreement=st.none() | st.builds(Agreement, INSTANTS, WORDS),
    screened=st.none() | st.builds(Screened, INSTANTS, WORDS, st.dictionaries(WORDS, WORDS, max_size=3)),
    answering=st.none()
    | st.builds(Answering, INSTANTS, WORDS, st.dictionaries(WORDS, WORDS, max_size=3), st.booleans()),
    holds=st.tuples() | st.tuples(st.builds(Hold, WORDS, WORDS, INSTANTS, st.none() | INSTANTS, WORDS, st.booleans())),
    offs=st.tuples() | st.tuples(st.builds(Off, WORDS, st.none() | INSTANTS)),
    sitting=st.none() | st.builds(Sitting, INSTANTS, done=st.tuples(DONE), left=st.none() | st.integers(0, 3)),
    rating=st.none() | st.builds(Rating, WORDS, st.tuples(WORDS), LEVELS),
    past=st.tuples() | st.tuples(st.builds(Past, INSTANTS, INSTANTS, LEVELS, LEVELS, st.tuples(DONE), st.booleans())),
    follow=st.none() | st.builds(FollowUp, INSTANTS, LEVELS, st.tuples(WORDS), st.integers(0, 3)),
    flares=st.tuples(st.booleans(), st.booleans()),
    marks=st.tuples() | st.tuples(st.builds(Mark, INSTANTS, WORDS, WORDS)),
    reminder=st.none() | st.builds(Reminder, WORDS, st.just((1, 7)), INSTANTS, st.none() | INSTANTS),
)


@given(CONVERSATIONS)
def test_round_trip(conversation: Conversation) -> None:
    text = kept.write(conversation)
    assert text.isascii()
    assert kept.read(text) == conversation
    assert json.loads(text)["form"] == upgrades.FORM


def test_a_person_never_seen_is_an_empty_conversation() -> None:
    assert kept.read(None) == Conversation()


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "{}", '{"form":0}', '{"form":999}', '{"form":true}', '{"form":1,"stage":"nowhere"}',
        '{"form":1,"bogus":1}',
        '{"form":1,"asked_at":"2026-01-01T00:00:00"}', '{"form":1,"holds":5}', "[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_conversation_is_named_so(text: str) -> None:
    with pytest.raises(kept.UnreadableConversation):
        kept.read(text)


def test_an_older_form_is_brought_up_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def from_one(stored: upgrades.Stored) -> upgrades.Stored:
        return {**stored, "country": stored.get("land", "")} if stored.pop("land", None) is None else stored

    def from_two(stored: upgrades.Stored) -> upgrades.Stored:
        return {**stored, "zone": "UTC"}

    monkeypatch.setattr(upgrades, "FORM", 3)
    monkeypatch.setattr(upgrades, "STEPS", {1: from_one, 2: from_two})
    assert upgrades.upgrade({"form": 1, "age": "18_64"}) == {"age": "18_64", "country": "", "zone": "UTC"}


def test_an_error_tells_no_content() -> None:
    with pytest.raises(kept.UnreadableConversation) as caught:
        kept.read('{"form":1,"stage":"secret words"}')
    assert "secret" not in str(caught.value)
