"""/privacy: every sentence is a promise, and every promise has a test that would fail without it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from attrs import evolve, fields

from flows import book as books
from flows import kept as codec
from flows.cards.opening import consent
from flows.conversation import Conversation
from flows.events import Asked
from flows.machine import step
from flows.mine import GROUPS
from flows.phrases import runs_it
from tests.bot.talks import MORNING

BOOK = books.load()
ROOT = Path(__file__).resolve().parents[2]
HERE = "tests/bot/test_privacy.py::"
ON_TELEGRAM = "tests/telegram/test_privacy.py::"
PROMISES: Mapping[str, tuple[str, ...]] = {
    "I keep your age group, your language, and your country and time zone if you gave them.": (
        HERE + "test_everything_that_is_kept_is_named",
        "tests/flows/test_mine.py::test_every_field_that_is_kept_is_told",
    ),
    "I keep your answers to the safety questions, your pain scores, what you stretched and when, what I advised, and "
    "your reminder.": (HERE + "test_everything_that_is_kept_is_named",),
    "I keep no name, no phone number and none of your own words.": (
        ON_TELEGRAM + "test_no_name_number_or_word_is_kept",
    ),
    "If words sound like danger, I keep only that they did, and when.": (
        ON_TELEGRAM + "test_of_words_that_sound_like_danger_only_the_fact_and_the_time_are_kept",
    ),
    "I keep it to guide you safely and to remind you, and for nothing else.": (
        ON_TELEGRAM + "test_the_bot_speaks_to_nobody_but_the_messenger",
    ),
    "Answers to the safety questions are dropped after 30 days, sittings and pain scores after 12 months.": (
        "tests/flows/test_keeping.py::test_answers_go_when_the_screening_lapses_and_the_outcome_stays",
        "tests/flows/test_history.py::test_after_a_year_it_is_gone_though_nobody_came_back",
    ),
    "After 12 months without a word from you I delete all of it, and tell you 14 days before.": (
        "tests/flows/test_keeping.py::test_twelve_months_of_silence_end_in_deletion_announced_two_weeks_before",
    ),
    "Till then it stays unless you delete it.": (
        "tests/telegram/test_deletion.py::test_after_delete_nothing_is_kept_and_no_card_is_open",
    ),
    "When something hurts, I count that it happened, without you: the stretch, the step and the day.": (
        "tests/flows/test_keeping.py::test_pain_at_a_step_is_counted_with_its_place",
    ),
    "Telegram can read this chat, because chats with bots are not end-to-end encrypted.": (
        HERE + "test_that_telegram_can_read_it_is_said_before_anybody_agrees",
    ),
    "What I keep is stored encrypted.": (
        "tests/storage/test_sqlite.py::test_no_text_is_readable_in_the_files_or_the_log",
    ),
    "Whoever runs this bot has the key to it.": (HERE + "test_who_runs_it_is_said_where_they_say_so",),
    "{runs}": (HERE + "test_who_runs_it_is_said_where_they_say_so",),
    "Nobody else gets it.": (ON_TELEGRAM + "test_the_bot_speaks_to_nobody_but_the_messenger",),
    "/mydata sends you all of it as a file.": (
        "tests/bot/test_mydata.py::test_both_files_hold_the_conversation_the_messages_and_the_wake_ups",
        "tests/flows/test_mine.py::test_every_field_of_a_page_that_is_kept_is_told",
    ),
    "/delete removes it at once.": (
        "tests/telegram/test_deletion.py::test_after_delete_nothing_is_kept_and_no_card_is_open",
        ON_TELEGRAM + "test_a_canary_is_in_no_file_after_delete",
    ),
}  # fmt: skip
SUMMARY_PROMISES: Mapping[str, tuple[str, ...]] = {
    "I send it to nobody but you, and I keep no copy.": (
        "tests/telegram/test_summary.py::test_the_summary_is_sent_to_the_one_who_asked_and_kept_nowhere",
    ),
}


def sentences(text: str) -> list[str]:
    """>>> sentences("One. {two} Three.")
    ['One.', '{two}', 'Three.']
    """
    return re.findall(r"\{\w+\}|[^\s][^.]*\.", " ".join(text.split()))


def test_every_sentence_has_a_test() -> None:
    assert sentences(BOOK.say("topic.privacy")) == list(PROMISES)
    assert set(SUMMARY_PROMISES) <= set(re.findall(r"I send[^.]*\.", BOOK.say("summary.page")))


@pytest.mark.parametrize("test", sorted({test for tests in PROMISES.values() for test in tests}))
def test_the_tests_are_there(test: str) -> None:
    path, _, name = test.partition("::")
    assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), test


TOLD = {
    "age": "your age group", "language": "your language", "country": "your country", "zone": "time zone",
    "agreement": "your answers",
    "screened": "your answers", "answering": "your answers", "cleared_at": "your answers", "due": "your answers",
    "flags": "your pain scores", "holds": "what I advised", "rest_until": "what I advised", "offs": "what I advised",
    "gentle_next": "what I advised", "urged": "what I advised", "card": "what I advised", "reason": "what I advised",
    "sitting": "what you stretched", "rating": "your pain scores", "wish": "what you stretched",
    "last_props": "what you stretched", "past": "what you stretched and when", "history": "what you stretched and when",
    "liked": "what you stretched", "hidden": "what you stretched", "follow": "your pain scores",
    "flares": "your pain scores", "marks": "what I advised", "reminder": "your reminder",
    "kept_reminder": "your reminder", "draft_time": "your reminder", "draft_zone": "your reminder",
    "draft_country": "your reminder",
    "asleep": "your reminder",
}  # fmt: skip
"""Under which words of /privacy a kept field falls. A new field is kept only when people are told: find its words, or
write them."""
NEVER_KEPT = {"lot"}
"""Told from outside at each turn, and in no stored form."""
OF_THE_CHAT = {
    "warned_at",
    "pictures",
    "stage",
    "ask",
    "turn",
    "token",
    "asked_at",
    "heard_at",
    "typed",
    "offer",
    "mydata_at",
}
"""Where the chat stands: nothing about the person, but numbers and instants of messages. /mydata shows them."""


def test_everything_that_is_kept_is_named() -> None:
    kept = {each.name for each in fields(Conversation)} - NEVER_KEPT
    assert "lot" not in codec.write(Conversation(lot=7))
    assert kept == set(TOLD) | OF_THE_CHAT
    text = " ".join(BOOK.say("topic.privacy").split())
    assert not [words for words in TOLD.values() if words not in text]
    assert {name for names in GROUPS.values() for name in names} <= kept


def test_that_telegram_can_read_it_is_said_before_anybody_agrees() -> None:
    shown = consent(Conversation(), BOOK, MORNING).text
    assert "Telegram can see what you write here" in shown
    assert "/mydata and /delete" in shown
    assert "/privacy says more" in shown


@pytest.mark.parametrize("contact", ["", "Jo of Example Clinic, jo@example.org"])
def test_who_runs_it_is_said_where_they_say_so(contact: str) -> None:
    book = evolve(BOOK, contact=contact)
    _, effects = step(Conversation(), Asked("privacy"), book, MORNING)
    assert runs_it(book) in repr(effects)
    card = consent(Conversation(), book, MORNING).text
    assert (f"This bot is run by {contact}." in card) is bool(contact)
    assert ("has not left a name" in repr(effects)) is not bool(contact)
