"""The watch beside what is used instead: lists of phrases, here made of the very sentences that the watch learned."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time
from typing import NamedTuple

import pytest

from flows import watch
from flows.watching import letters
from tests.watch.sentences import ROOT, SEALED

GRAVE = ("urgent", "emergency")
MOST_WORDS = 6
"""A longer sentence is no phrase: nobody types it again."""
COMPARED = 1000
"""Phrases that a text is compared with letter by letter; of more it would take a second."""
ALIKE = 0.8

Alarms = Callable[[str], bool]


class Measured(NamedTuple):
    """Shares from 0 to 1 over the sealed sets, and milliseconds a text (median)."""

    found: float
    false: float
    took: float


def plain(text: str) -> str:
    return " ".join(token for token in letters.tokens(letters.fold(text)) if token not in letters.MARKS)


def learned(path: Path) -> list[tuple[str, str]]:
    """Label and text of each line of a file of sentences."""
    rows = (line.split("\t", 1) for line in path.read_text("utf-8").splitlines())
    return [(label, plain(text)) for label, text in rows]


@pytest.fixture(scope="module")
def phrases() -> list[str]:
    """The short grave sentences of the training, none of them also said by somebody well."""
    rows = [row for path in sorted((ROOT / "tools/watch_sentences/people").glob("**/*.tsv")) for row in learned(path)]
    harmless = {text for label, text in rows if label == "benign"}
    grave = {text for label, text in rows if label in GRAVE or label == "crisis"}
    return sorted(text for text in grave - harmless if 1 < len(text.split()) <= MOST_WORDS)


def holds_one_of(phrases: list[str]) -> Alarms:
    spaced = [f" {phrase} " for phrase in phrases]

    def alarms(text: str) -> bool:
        said = f" {plain(text)} "
        return any(phrase in said for phrase in spaced)

    return alarms


def is_like_one_of(phrases: list[str]) -> Alarms:
    return lambda text: bool(difflib.get_close_matches(plain(text), phrases, 1, ALIKE))


def measured(alarms: Alarms, every: int = 1) -> Measured:
    heard: dict[bool, list[bool]] = {True: [], False: []}
    took = []
    for sentence in SEALED[::every]:
        begun = process_time()
        alarm = alarms(sentence.text)
        took.append((process_time() - begun) * 1000)
        if sentence.label in GRAVE or sentence.label == "benign":
            heard[sentence.label != "benign"].append(alarm)
    share = {grave: sum(alarms) / len(alarms) for grave, alarms in heard.items()}
    return Measured(share[True], share[False], median(took))


@pytest.mark.benchmark
def test_the_watch_hears_more_than_lists_of_phrases_in_less_time(phrases: list[str]) -> None:
    watch.read("hello")  # the first reading loads the weights
    few = phrases[:: max(1, len(phrases) // COMPARED)][:COMPARED]
    ours = measured(lambda text: watch.read(text) in GRAVE)
    held = measured(holds_one_of(phrases))
    alike = measured(is_like_one_of(few), 2)
    rows = {"watch": ours, f"holds one of {len(phrases)}": held, f"is like one of {len(few)}": alike}
    for name, row in rows.items():
        print(f"{name}: found {row.found:.0%}, false alarms {row.false:.0%}, {row.took / ours.took:.1f} times our time")
    assert len(phrases) > COMPARED
    assert ours.found > 2 * max(held.found, alike.found)
    assert ours.took < alike.took
