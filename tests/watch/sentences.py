"""Labelled sentences for the tests of the watch."""

from __future__ import annotations

import json
from math import sqrt
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FOUND = (("emergency", "urgent"), ("urgent", "urgent"), ("pain_stop", "pain_stop"), ("stop_request", "stop_request"))
"""A label, and the weakest reading that counts as found."""
ORDER = ("benign", "stop_request", "pain_stop", "urgent", "emergency")


class Sentence(NamedTuple):
    """A text, its label, and a note that may name other labels that are right too ("tolerate:a,b")."""

    text: str
    label: str
    note: str = ""

    @property
    def right(self) -> set[str]:
        also = self.note.split("tolerate:")[1].split(",") if "tolerate:" in self.note else []
        return {self.label, *also}


def load(path: Path) -> list[Sentence]:
    return [Sentence(**json.loads(row)) for row in path.read_text("utf-8").splitlines()]


DEV = load(HERE / "dev_redflags.jsonl")
UNSEEN = load(ROOT / "tools" / "watch_sentences" / "unseen.jsonl")
SEALED = [*load(HERE / "unseen_seventh.jsonl"), *load(HERE / "unseen_eighth.jsonl")]
"""Two sets by others, looked at once with the weights that ship. Never trained on."""
STRANGERS = [load(HERE / "unseen_fourth.jsonl"), load(HERE / "unseen_fifth.jsonl")]
"""Sets that others wrote. Unseen once; trained on since, so that they are a floor and no figure."""


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % confidence interval of a share."""
    z, share = 1.96, hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return middle - half, middle + half
