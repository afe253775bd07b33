"""A small trained model: sums of weights, one column a label, over the features of a run of sentences.

`weights.bin` is made by tools/train_watch.py; the same sentences give the same bytes. It holds two tables of int8:
one by feature (flows/watching/features.py), and one by word, into which the nearness of words in meaning was folded
at training ("twinge" weighs like "ache" though no sentence had it). The sum is divided by the root of the number of
features, so that a long message does not outweigh a short one, and turned into shares that add up to one (softmax).
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from math import exp, sqrt

from flows.watching import data, features
from flows.watching.grammar import DENIED, MARKS, Reading
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
_NOTHING: Vector = (0.0,) * _WIDTH


@dataclass(frozen=True, slots=True)
class Weights:
    """The tables as read from their file."""

    rows: dict[int, Vector]
    """The weights of each feature that has any, by its place."""
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
    columns = [_weighed(raw[at + k * known : at + (k + 1) * known], numbers[k]) for k in range(_WIDTH)]
    rows = dict(zip(keys, zip(*columns, strict=True), strict=True))
    at += _WIDTH * known
    kin = memoryview(raw)[at:].cast("b")
    names = data.raw("english.txt").decode("utf-8").split()
    if len(names) != count or len(kin) != count * len(GROUPS) * _WIDTH:
        raise ValueError(_STUCK)
    index = {name: place * len(GROUPS) * _WIDTH for place, name in enumerate(names)}
    return Weights(rows, index, kin, tuple(numbers[6:12]), tuple(numbers[12:]))


def _weighed(column: bytes, unit: float) -> list[float]:
    """A column of int8 as weights; equal ones share one number, which keeps the table small in memory."""
    weigh = [unit * (step - 256 if step > 127 else step) for step in range(256)]
    return [weigh[step] for step in column]


def shares(tokens: list[str], read: Reading) -> list[Vector]:
    """For each run of sentences, the share of each label (in the order of COLUMNS)."""
    if not tokens:
        return []
    wanted = runs(tokens)
    sums = _running(tokens, read, sorted({end for run in wanted for end in run}))
    return [_share(sums[start], sums[end]) for start, end in wanted if sums[end].words > sums[start].words]


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


@dataclass(frozen=True, slots=True)
class _Sum:
    """What stands before a place in the text: weights added up, the number of features, that of words (2+ letters)."""

    weights: Vector
    features: int
    words: int


def _running(tokens: list[str], read: Reading, bounds: list[int]) -> dict[int, _Sum]:
    """Running sums at the places where runs start and end (added up in one go between two such places, for speed)."""
    around = features.places_around(tokens, read.marks)
    meant = features.meaning_places(tokens, read)
    last = _Sum(_NOTHING, 0, 0)
    out = {bounds[0]: last}
    for start, end in pairwise(bounds):
        known = [_word(token, mark) for token, mark in zip(tokens[start:end], read.marks[start:end], strict=True)]
        places = [place for near in around[start:end] for place in near]
        places += [place for means in meant[start:end] for place in means]
        total = _added([last.weights, *[vector for _, vector in known]], places)
        count = last.features + len(places) + sum([amount for amount, _ in known])
        last = _Sum(total, count, last.words + sum([len(token) > 1 for token in tokens[start:end]]))
        out[end] = last
    return out


def _added(first: list[Vector], places: Sequence[int]) -> Vector:
    """The sum of some vectors and of the weights at some places, column by column."""
    found = filter(None, map(weights().rows.get, places))
    return tuple(map(sum, zip(*first, *found, strict=True)))


@lru_cache(maxsize=16384)
def _word(token: str, mark: str) -> tuple[int, Vector]:
    places = features.word_places(token, mark)
    return len(places), _added([_kin(token, mark)], places)


def _kin(token: str, mark: str) -> Vector:
    table = weights()
    if token not in table.words:
        return _NOTHING
    at = table.words[token] + GROUPS.index(mark) * _WIDTH
    return tuple(unit * value for unit, value in zip(table.kin_units, table.kin[at : at + _WIDTH], strict=True))


def _share(low: _Sum, high: _Sum) -> Vector:
    table = weights()
    size = table.rows.get(features.length_place(high.words - low.words), _NOTHING)
    norm = sqrt(high.features - low.features + 1)
    logits = [
        bias + (top - bottom + length) / norm
        for bias, top, bottom, length in zip(table.bias, high.weights, low.weights, size, strict=True)
    ]
    most = max(logits)
    odds = [exp(logit - most) for logit in logits]
    whole = sum(odds)
    return tuple([odd / whole for odd in odds])
