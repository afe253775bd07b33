"""A small trained model: sums of weights, one column a label, over the features of a run of sentences.

`weights.bin` is made by tools/train_watch.py; the same sentences give the same bytes. It holds two tables of int8: one by feature (flows/watching/features.py),
and one by word, into which the nearness of words in meaning was folded at training ("twinge" weighs like "ache" though no sentence had it). The sum is
divided by the root of the number of features, so that a long message does not outweigh a short one, and turned into shares that add up to one (softmax).
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import exp, sqrt
from operator import itemgetter

from flows.watching import data, features
from flows.watching.grammar import DENIED, MARKS, Reading
from flows.watching.letters import MARKS as SIGNS
from flows.watching.letters import STOPS

COLUMNS = ("benign", "stop_request", "pain_stop", "urgent", "emergency", "crisis")
GROUPS = ("", DENIED, *(sign for sign, _ in MARKS))
"""The marks a word can carry; each has its own weights in the table by word."""
HEAD = struct.Struct("<4sIII18d")
MAGIC = b"UKW2"
_WIDTH = len(COLUMNS)
_LONGEST_RUN = 60
"""Tokens in a run of sentences that are read together."""
_RUN = 4
"""Sentences that are read together at most."""
_WINDOW = 24
_STEP = 12
_STUCK = "flows/content/watch/weights.bin does not fit flows/watching/features.py; run tools/train_watch.py"

Vector = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """The tables as read from their file."""

    columns: tuple[memoryview, ...]
    units: Vector
    """What one step of int8 weighs, for each column."""
    words: dict[str, int]
    """Where the weights of a word stand in `kin`."""
    kin: memoryview
    kin_units: Vector
    bias: Vector


@cache
def weights() -> Weights:
    """The shipped weights, opened once."""
    raw = data.raw("weights.bin")
    magic, bits, known, count, *numbers = HEAD.unpack_from(raw)
    if magic != MAGIC or bits != features.BITS:
        raise ValueError(_STUCK)
    at = HEAD.size
    keys = array("I", raw[at : at + 4 * known])
    at += 4 * known
    columns = tuple(_spread(keys, raw[at + k * known : at + (k + 1) * known]) for k in range(_WIDTH))
    at += _WIDTH * known
    kin = memoryview(raw)[at:].cast("b")
    names = data.raw("english.txt").decode("utf-8").split()
    if len(names) != count or len(kin) != count * len(GROUPS) * _WIDTH:
        raise ValueError(_STUCK)
    index = {name: place * len(GROUPS) * _WIDTH for place, name in enumerate(names)}
    return Weights(columns, tuple(numbers[:6]), index, kin, tuple(numbers[6:12]), tuple(numbers[12:]))


def _spread(keys: array[int], values: bytes) -> memoryview:
    """A column as a full table, zero where nothing was learned."""
    column = bytearray(features.PLACES)
    for key, value in zip(keys, values, strict=True):
        column[key] = value
    return memoryview(bytes(column)).cast("b")


def shares(tokens: list[str], read: Reading) -> list[Vector]:
    """For each run of sentences, the share of each label (in the order of COLUMNS)."""
    if not tokens:
        return []
    sums, counts = _running(tokens, read)
    return [_share(tokens, sums, counts, start, end) for start, end in runs(tokens)]


def runs(tokens: Sequence[str]) -> list[tuple[int, int]]:
    """The stretches of tokens that are read together: neighbouring sentences, and windows over a long one."""
    ends = [at + 1 for at, token in enumerate(tokens) if token in STOPS]
    if not ends or ends[-1] < len(tokens):
        ends.append(len(tokens))
    starts = [0, *ends[:-1]]
    out = []
    for first, start in enumerate(starts):
        out += [(start, end) for end in ends[first : first + _RUN] if end - start <= _LONGEST_RUN]
        if ends[first] - start > _WINDOW:
            out += [(at, min(at + _WINDOW, ends[first])) for at in range(start, ends[first] - _STEP, _STEP)]
    return out


def _running(tokens: list[str], read: Reading) -> tuple[list[Vector], list[int]]:
    """Running sums of weights and of feature counts, one more than there are tokens."""
    around = features.context_places(tokens, read.marks)
    meant = features.meaning_places(tokens, read)
    last: Vector = (0.0,) * _WIDTH
    sums, counts = [last], [0]
    for token, mark, near, means in zip(tokens, read.marks, around, meant, strict=True):
        amount, vector = _word(token, mark)
        places = near + means
        more = _gather(tuple(places))
        last = tuple(a + b + c for a, b, c in zip(last, vector, more, strict=True))
        sums.append(last)
        counts.append(counts[-1] + amount + len(places))
    return sums, counts


@lru_cache(maxsize=16384)
def _word(token: str, mark: str) -> tuple[int, Vector]:
    places = features.word_places(token, mark)
    return len(places), tuple(a + b for a, b in zip(_gather(places), _kin(token, mark), strict=True))


def _kin(token: str, mark: str) -> Vector:
    table = weights()
    if token not in table.words:
        return (0.0,) * _WIDTH
    at = table.words[token] + GROUPS.index(mark) * _WIDTH
    return tuple(unit * value for unit, value in zip(table.kin_units, table.kin[at : at + _WIDTH], strict=True))


def _gather(places: tuple[int, ...]) -> Vector:
    table = weights()
    pick = itemgetter(*places)
    return tuple(unit * sum(pick(column)) for unit, column in zip(table.units, table.columns, strict=True))


def _share(tokens: list[str], sums: list[Vector], counts: list[int], start: int, end: int) -> Vector:
    table = weights()
    words = sum(token not in SIGNS for token in tokens[start:end])
    size = features.length_place(words)
    norm = sqrt(counts[end] - counts[start] + 1)
    logits = [
        bias + (high - low + unit * column[size]) / norm
        for bias, unit, high, low, column in zip(
            table.bias, table.units, sums[end], sums[start], table.columns, strict=True
        )
    ]
    top = max(logits)
    odds = [exp(logit - top) for logit in logits]
    whole = sum(odds)
    return tuple(odd / whole for odd in odds)
