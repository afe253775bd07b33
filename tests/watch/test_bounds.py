"""Any text is read, in bounded time, and more words never hide a flag."""

from __future__ import annotations

import gc
import random
from collections.abc import Iterator
from statistics import median
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import watch
from flows.watching import letters
from tests.watch.sentences import DEV, ORDER

GRAVE = [sentence.text for sentence in DEV if sentence.label == "emergency"]
HARMLESS = [sentence.text for sentence in DEV if sentence.label == "benign"]
WORDS = sorted({word for sentence in DEV for word in sentence.text.split()})


@given(st.text(max_size=600), st.sampled_from(["en", "de", "", "zz"]))
@settings(max_examples=300, deadline=1000)
def test_any_text_is_read(text: str, language: str) -> None:
    found = watch.reading(text, language)
    assert found.label in watch.LABELS
    assert found.kind in ("", "crisis")
    assert found == watch.reading(text, language)


@given(st.lists(st.sampled_from([*WORDS, *".,!?;:/-()'8 10 no not but if"]), max_size=80))
@settings(max_examples=200, deadline=1000)
def test_any_order_of_known_words_is_read(words: list[str]) -> None:
    assert watch.read(" ".join(words)) in watch.LABELS
    assert watch.explain(" ".join(words)).startswith("label: ")


@given(st.sampled_from(GRAVE), st.sampled_from(HARMLESS), st.booleans())
@settings(max_examples=150, deadline=1000)
def test_a_harmless_sentence_beside_it_hides_no_flag(flag: str, harmless: str, first: bool) -> None:
    text = f"{harmless}. {flag}" if first else f"{flag}. {harmless}"
    assert ORDER.index(watch.read(text)) >= ORDER.index(watch.read(flag))


@pytest.mark.parametrize("form", ["{}\n", "{}.\n", "Hi.\n{}", "\n\n{}", "{}\n\n\n"])
def test_lines_make_no_harm(form: str) -> None:
    alarmed = [text for text in HARMLESS if watch.read(text) == "benign" != watch.read(form.format(text))]
    assert len(alarmed) <= 2, alarmed  # two of the examples are near a border (and tolerated there)


@pytest.mark.parametrize("flag", GRAVE)
def test_a_flag_in_the_middle_of_a_long_message_is_seen(flag: str) -> None:
    dice = random.Random(7)
    talk = " and ".join(dice.choice(["the ball is blue", "we did both sides", "my mat is new"]) for _ in range(90))
    text = f"{talk[:1900]}. {flag}. {talk[:1900]}"
    assert watch.read(text) in ("emergency", "urgent")


def test_of_an_endless_text_both_ends_are_read() -> None:
    talk = "the mat is new. " * 5000
    assert watch.read(f"I can't feel my legs. {talk}") == "emergency"
    assert watch.read(f"{talk} I can't feel my legs") == "emergency"
    assert len(letters.fold(talk)) <= letters.LONGEST + 1


@pytest.mark.parametrize(("size", "limit_ms"), [(300, 1.0), (4096, 10.0)])
@pytest.mark.parametrize("parts", [WORDS, [f"{sentence.text}." for sentence in DEV]], ids=["one sentence", "many"])
def test_reading_is_quick(parts: list[str], size: int, limit_ms: float) -> None:
    dice = random.Random(3)
    texts = [" ".join(dice.choice(parts) for _ in range(size // 4))[:size] for _ in range(31)]
    assert median(quickest(text) for text in texts) < limit_ms * SLOW_MACHINE


def quickest(text: str) -> float:
    """Milliseconds of the best of three readings: the others were disturbed."""
    took = []
    for _ in range(3):
        start = process_time()
        watch.read(text)
        took.append((process_time() - start) * 1000)
    return min(took)


SLOW_MACHINE = 3
"""Shared machines measure several times what a quiet one does; a text read in square time would still fail."""


@pytest.fixture(autouse=True)
def _uncollected() -> Iterator[None]:
    """What other tests left in memory is not to be counted here."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize(
    "text",
    [
        "no " * 1365,
        "a" * 4096,
        "no, " * 1024,
        "numb " * 819,
        "my dad " * 585,
        "8/10 " * 819,
        "." * 4096,
        "if no not " * 409,
        "stop, " * 682,
        "cant the my a feel " * 215,
        "dont dont feel feel when when i i " * 120,
        "a 9.5 about to 8 from 2 " * 170,
        "\u0301" * 4096,
        ".!" * 2048,
        ".! a" * 4096,
        "hi. " * 4096,
        "e\u0301\u200b" * 1365,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    watch.read("hello")  # the first reading loads the weights
    start = process_time()
    watch.read(text)
    assert process_time() - start < 0.5
