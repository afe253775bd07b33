"""What the watch finds: the examples it was made with, and the sentences it never saw."""

from __future__ import annotations

import pytest

from flows import watch
from tests.watch.sentences import DEV, FOUND, ORDER, SEALED, STRANGERS, UNSEEN, Sentence

TARGETS = [
    ("emergency", "urgent", 0.97),
    ("urgent", "urgent", 0.92),
    ("pain_stop", "pain_stop", 0.95),
    ("stop_request", "stop_request", 0.97),
]


@pytest.mark.parametrize("sentence", DEV, ids=lambda sentence: sentence.text)
def test_every_example_is_read_right(sentence: Sentence) -> None:
    assert watch.read(sentence.text) in sentence.right


@pytest.mark.parametrize(("label", "least", "share"), TARGETS)
def test_unseen_sentences_are_found(label: str, least: str, share: float) -> None:
    texts = [sentence.text for sentence in UNSEEN if sentence.label == label]
    missed = [text for text in texts if ORDER.index(watch.read(text)) < ORDER.index(least)]
    assert len(texts) >= 80
    assert 1 - len(missed) / len(texts) >= share, missed


@pytest.mark.parametrize("label", [label for label, _ in FOUND])
def test_what_was_sealed_until_the_end_is_found(label: str) -> None:
    least, share = next((least, share) for name, least, share in TARGETS if name == label)
    texts = [sentence.text for sentence in SEALED if sentence.label == label]
    missed = [text for text in texts if ORDER.index(watch.read(text)) < ORDER.index(least)]
    assert len(texts) >= 100
    assert 1 - len(missed) / len(texts) >= share, missed


def test_what_was_sealed_until_the_end_and_is_harmless_does_not_alarm() -> None:
    texts = [sentence.text for sentence in SEALED if sentence.label == "benign"]
    alarmed = [text for text in texts if watch.read(text) in ("emergency", "urgent")]
    assert len(texts) == 300
    assert len(alarmed) / len(texts) <= 0.05, alarmed


@pytest.mark.parametrize("number", ["911", "999", "112"])
def test_an_emergency_number_alone_is_a_call_for_help(number: str) -> None:
    assert watch.read(number) == "emergency"


def test_unseen_harmless_sentences_do_not_alarm() -> None:
    texts = [sentence.text for sentence in UNSEEN if sentence.label == "benign"]
    alarmed = [text for text in texts if watch.read(text) in ("emergency", "urgent")]
    assert len(texts) >= 100
    assert len(alarmed) / len(texts) <= 0.05, alarmed


def test_unseen_harmless_sentences_do_not_stop_the_stretch() -> None:
    texts = [sentence.text for sentence in UNSEEN if sentence.label == "benign"]
    stopped = [text for text in texts if watch.read(text) in ("pain_stop", "stop_request")]
    assert len(stopped) / len(texts) <= 0.08, stopped


@pytest.mark.parametrize("sentences", STRANGERS, ids=["fourth", "fifth"])
def test_what_strangers_wrote_is_not_lost_again(sentences: list[Sentence]) -> None:
    for label, least, share in TARGETS:
        found = [ORDER.index(watch.read(text)) >= ORDER.index(least) for text, own, _ in sentences if own == label]
        assert sum(found) / len(found) >= min(share, 0.95), label
    alarmed = [watch.read(text) in ("emergency", "urgent") for text, own, _ in sentences if own == "benign"]
    assert sum(alarmed) / len(alarmed) <= 0.05


@pytest.mark.parametrize(
    "text",
    ["I want to kill myself", "suicide", "I've written a goodbye note", "i'd rather be dead than this"],
)
def test_despair_is_told_apart(text: str) -> None:
    found = watch.reading(text)
    assert (found.label, found.kind) == ("emergency", "crisis")


@pytest.mark.parametrize("text", ["I can't feel my legs", "chest pain", "call an ambulance"])
def test_other_emergencies_are_no_crisis(text: str) -> None:
    assert watch.reading(text).kind == ""


@pytest.mark.parametrize("text", ["no", "yes", "No.", "done!", "ok", "next", "help", "wait", "skip", "hi", "8", "0"])
def test_everyday_answers_are_harmless(text: str) -> None:
    assert watch.read(text) == "benign"


def test_help_that_is_called_out_is_not_the_menu() -> None:
    assert watch.read("help!!") == "emergency"
    assert watch.read("goodbye") == "stop_request"
