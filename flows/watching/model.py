"""A small trained model: sums of weights, one column a label, over the features of a run of sentences.

The weights are int8 in one file (`weights.bin`), made by tools/train_watch.py; the same sentences and seed give the same bytes. The sum is divided by the
root of the number of features, so that a long message does not outweigh a short one, and turned into shares that add up to one (softmax).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import exp, sqrt
from operator import itemgetter

from flows.watching import data, features
from flows.watching.grammar import Reading
from flows.watching.letters import MARKS, STOPS

COLUMNS = ("benign", "stop_request", "pain_stop", "urgent", "emergency", "crisis")
HEAD = struct.Struct("<4sB6d6d")
MAGIC = b"UKW1"
_LONGEST_RUN = 60
"""Words in a run of sentences that are read together."""
_RUN = 4
"""Sentences that are read together at most."""
_WINDOW = 24
_STEP = 12

Vector = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """The table as read from its file: a column of int8 for each label, what one unit weighs, and the bias."""

    columns: tuple[memoryview, ...]
    units: Vector
    bias: Vector


@cache
def weights() -> Weights | None:
    """The shipped weights, or None while there are none (before the first training)."""
    try:
        raw = data.raw("weights.bin")
    except FileNotFoundError:
        return None
    magic, bits, *numbers = HEAD.unpack_from(raw)
    if magic != MAGIC or bits != features.BITS or len(raw) != HEAD.size + len(COLUMNS) * features.PLACES:
        raise ValueError("flows/content/watch/weights.bin does not fit flows/watching/features.py; run tools/train_watch.py")
    body = memoryview(raw)[HEAD.size :].cast("b")
    columns = tuple(body[k * features.PLACES : (k + 1) * features.PLACES] for k in range(len(COLUMNS)))
    return Weights(columns, tuple(numbers[:6]), tuple(numbers[6:]))


def shares(tokens: list[str], read: Reading) -> list[Vector]:
    """For each run of sentences, the share of each label (in the order of COLUMNS)."""
    table = weights()
    if table is None or not tokens:
        return []
    sums, counts = _running(tokens, read)
    return [_share(table, tokens, sums, counts, start, end) for start, end in runs(tokens)]


def runs(tokens: Sequence[str]) -> list[tuple[int, int]]:
    """The stretches of tokens that are read together: neighbouring sentences, and windows over a long one."""
    ends = [at + 1 for at, token in enumerate(tokens) if token in STOPS]
    if not ends or ends[-1] < len(tokens):
        ends.append(len(tokens))
    starts = [0, *ends[:-1]]
    out = []
    for first, start in enumerate(starts):
        for end in ends[first : first + _RUN]:
            if end - start <= _LONGEST_RUN:
                out.append((start, end))
        if ends[first] - start > _WINDOW:
            out += [(at, min(at + _WINDOW, ends[first])) for at in range(start, ends[first] - _STEP, _STEP)]
    return out


def _running(tokens: list[str], read: Reading) -> tuple[list[Vector], list[int]]:
    """Running sums of weights and of feature counts, one more than there are tokens."""
    around = features.context_places(tokens, read.marks)
    meant = features.meaning_places(tokens, read)
    sums: list[Vector] = [(0, 0, 0, 0, 0, 0)]
    counts = [0]
    for token, mark, near, means in zip(tokens, read.marks, around, meant, strict=True):
        amount, vector = _word(token, mark)
        places = near + means
        more = _gather(tuple(places))
        last = sums[-1]
        sums.append(tuple(a + b + c for a, b, c in zip(last, vector, more, strict=True)))
        counts.append(counts[-1] + amount + len(places))
    return sums, counts


@lru_cache(maxsize=16384)
def _word(token: str, mark: str) -> tuple[int, Vector]:
    places = features.word_places(token, mark)
    return len(places), _gather(places)


def _gather(places: tuple[int, ...]) -> Vector:
    table = weights()
    assert table is not None
    pick = itemgetter(*places)
    return tuple(sum(pick(column)) for column in table.columns)


def _share(
    table: Weights, tokens: list[str], sums: list[Vector], counts: list[int], start: int, end: int
) -> Vector:
    words = sum(token not in MARKS for token in tokens[start:end])
    size = features.length_place(words)
    norm = sqrt(counts[end] - counts[start] + 1)
    logits = [
        bias + unit * (high - low + column[size]) / norm
        for bias, unit, high, low, column in zip(
            table.bias, table.units, sums[end], sums[start], table.columns, strict=True
        )
    ]
    top = max(logits)
    odds = [exp(logit - top) for logit in logits]
    whole = sum(odds)
    return tuple(odd / whole for odd in odds)


@cache
def columns_of(label: str) -> tuple[int, ...]:
    """The columns that stand for a label or a stronger one."""
    return tuple(range(COLUMNS.index(label), len(COLUMNS)))
