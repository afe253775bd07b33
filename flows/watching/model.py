"""A small trained model: a network with one layer of filters that slide over three words at a time.

Each token becomes a row of numbers (its vector): that of its word, which says what the word is near to in meaning, so
that "hubby" counts as "husband" though no sentence had it; of an unknown word, that of its pieces; and to it are added
the vectors of the sign and the meanings that the grammar found (flows/watching/features.py). A filter weighs three
vectors that stand side by side ("having" + "a" + "fit"), and of each filter only the strongest answer in a run of
sentences counts, wherever it stands. What the filters answer and what the words add up to gives six shares (softmax).

`weights.bin` is made by tools/train_watch.py. Its numbers are whole (int8 and int16), and so are all sums up to the
last step (flows/watching/lanes.py), so every machine gives the same shares but for the last digits. Sentences do not
see each other through the filters, so the answers of a run are the greatest of the answers of its sentences.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from itertools import accumulate, pairwise
from math import exp, frexp, ldexp, sqrt
from operator import add, mul

from flows.watching import data, features
from flows.watching.grammar import Reading
from flows.watching.lanes import Lanes
from flows.watching.letters import STOPS

COLUMNS = ("benign", "stop_request", "pain_stop", "urgent", "emergency", "crisis")
TAPS = 3
"""Tokens that a filter sees at a time."""
HEAD = struct.Struct("<4s5I")
MAGIC = b"UKW3"
_WIDTH = len(COLUMNS)
_MOST = 127
"""No number of a vector is greater."""
ANSWER = 1 << 28
"""No answer of a filter reaches it."""
LONGEST_RUN = 60
"""Tokens in a run of sentences that are read together."""
_WINDOW = 24
_STEP = 12
_STUCK = "flows/content/watch/weights.bin does not fit flows/watching; run tools/train_watch.py"

Vector = tuple[float, ...]
Row = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """The network as read from its file."""

    size: int
    """Numbers in a vector."""
    answers: Lanes
    """Rows with the answer of each filter."""
    labels: Lanes
    """Rows with a number for each label."""
    sums: Lanes
    """The same with wider places."""
    words: dict[str, int]
    """Where the vector of a word starts in `vectors`."""
    vectors: memoryview
    """Of words, then of pieces, signs and meanings."""
    pieces: int
    signs: int
    meanings: dict[str, int]
    taps: tuple[Row, ...]
    """For each of TAPS places and then for the sum of words: what each number of a vector adds, packed (lanes.py)."""
    floor: int
    """The least that each filter answers: to nothing it answers 0, and its answer and its base together are never below
    0. Packed and raised."""
    out: Row
    """For each filter, what its answer weighs for each label, in whole numbers of 1 / fine; packed."""
    fine: float
    """A power of two."""
    plain: Vector
    """For each label, what the sum of words weighs."""
    bias: Vector
    """For each label, where its sum starts, the bases of the filters weighed in."""


@cache
def weights() -> Weights:
    """The shipped weights, opened once."""
    raw = memoryview(data.raw("weights.bin"))
    magic, size, filters, known, names, pieces = HEAD.unpack_from(raw)
    if magic != MAGIC or pieces != features.PIECES:
        raise ValueError(_STUCK)
    at = HEAD.size

    def take(kind: str, count: int) -> tuple[int, ...]:
        nonlocal at
        form = struct.Struct(f"<{count}{kind}")
        at += form.size
        return form.unpack_from(raw, at - form.size)

    floats: Sequence[float] = take("d", _WIDTH * (filters + 2))
    base = take("i", filters)
    taps = take("h", TAPS * size * filters)
    plain = take("h", size * _WIDTH)
    meanings = bytes(raw[at : at + names]).decode().split()
    vectors = raw[at + names :].cast("b")
    words = data.raw("english.txt").decode("utf-8").split()
    if len(words) != known or len(vectors) != size * (known + pieces + len(features.SIGNS) + len(meanings)):
        raise ValueError(_STUCK)
    after = known + pieces + len(features.SIGNS)
    cut = [tuple(floats[k * filters : (k + 1) * filters]) for k in range(_WIDTH)]
    answers, labels, sums = Lanes(filters), Lanes(_WIDTH), Lanes(_WIDTH, "Q")
    fine = _fine(cut, sums.half)
    return Weights(
        size=size,
        answers=answers,
        labels=labels,
        sums=sums,
        words={word: place * size for place, word in enumerate(words)},
        vectors=vectors,
        pieces=known * size,
        signs=(known + pieces) * size,
        meanings={name: (after + place) * size for place, name in enumerate(meanings)},
        taps=(
            *[_packed(taps[k * size * filters :], size, filters, answers) for k in range(TAPS)],
            _packed(plain, size, _WIDTH, labels),
        ),
        floor=answers.pack([max(0, -value) for value in base]) + answers.halves,
        out=tuple(sums.pack([round(weight * fine) for weight in column]) for column in zip(*cut, strict=True)),
        fine=fine,
        plain=tuple(floats[-2 * _WIDTH : -_WIDTH]),
        bias=tuple(bias + sum(map(mul, row, base)) for bias, row in zip(floats[-_WIDTH:], cut, strict=True)),
    )


def _fine(rows: Iterable[Vector], most: int) -> float:
    """How finely weights can be kept as whole numbers while no weighed sum of answers reaches `most`."""
    _, power = frexp(max(sum(map(abs, row)) for row in rows) * ANSWER)
    return ldexp(1.0, most.bit_length() - 2 - power)


def _packed(table: Sequence[int], rows: int, width: int, lanes: Lanes) -> Row:
    return tuple(lanes.pack(table[row * width : (row + 1) * width]) for row in range(rows))


def _weighed(vector: Iterable[int]) -> Row:
    """What a vector adds at each place of a filter, and to the sum of words (four packed rows)."""
    numbers = tuple(vector)
    return tuple([sum(map(mul, numbers, tap)) for tap in weights().taps])


@lru_cache(maxsize=4096)
def _word(token: str) -> Row:
    """The same for a word; one that is not known is read by its pieces."""
    table = weights()
    at = table.words.get(token, -1)
    if at >= 0:
        return _weighed(table.vectors[at : at + table.size])
    places = [table.pieces + place * table.size for place in features.pieces(token)]
    sums = map(sum, zip(*[table.vectors[place : place + table.size] for place in places], strict=True))
    norm = sqrt(len(places) + 1)
    return _weighed(max(-_MOST, min(_MOST, round(value / norm))) for value in sums)


@lru_cache(maxsize=4096)
def _around(sign: str, meant: tuple[str, ...]) -> Row:
    """The same for a sign and some meanings together."""
    table = weights()
    places = [table.signs + features.SIGNS.index(sign) * table.size]
    places += [table.meanings[name] for name in meant if name in table.meanings]
    return _weighed(map(sum, zip(*[table.vectors[place : place + table.size] for place in places], strict=True)))


@lru_cache(maxsize=8192)
def _row(token: str, sign: str, meant: tuple[str, ...]) -> Row:
    """The same for a token as it stands in a text."""
    return tuple(map(add, _word(token), _around(sign, meant)))


def shares(tokens: list[str], read: Reading) -> list[Vector]:
    """For each run of sentences, the share of each label (in the order of COLUMNS)."""
    wanted = runs(tokens)
    bounds = sorted({end for run in wanted for end in run})
    place = {bound: at for at, bound in enumerate(bounds)}
    blocks = _blocks(tokens, read, bounds)
    return [_share(blocks[place[start] : place[end]], end - start) for start, end in wanted]


def runs(tokens: Sequence[str]) -> list[tuple[int, int]]:
    """The stretches of tokens that are read together: each sentence, each with the next, windows over a long one, and
    the whole where it is short. What holds no word of two letters is not read."""
    if not tokens:
        return []
    ends = [at + 1 for at, token in enumerate(tokens) if token in STOPS]
    if not ends or ends[-1] < len(tokens):
        ends.append(len(tokens))
    starts = [0, *ends[:-1]]
    out = []
    for first, start in enumerate(starts):
        out += [(start, end) for end in ends[first : first + 2] if end - start <= LONGEST_RUN]
        if ends[first] - start > _WINDOW:
            out += [(at, min(at + _WINDOW, ends[first])) for at in range(start, ends[first] - _STEP, _STEP)]
    if len(ends) > 2 and len(tokens) <= LONGEST_RUN:
        out.append((0, len(tokens)))
    worded = list(accumulate((len(token) > 1 for token in tokens), initial=0))
    return [(start, end) for start, end in out if worded[end] > worded[start]]


@dataclass(frozen=True, slots=True)
class _Block:
    """A part of a sentence: the strongest answer of each filter in it (packed, raised), and the sum of its words."""

    answers: int
    words: int


def _blocks(tokens: list[str], read: Reading, bounds: list[int]) -> list[_Block]:
    """What stands between two neighbouring bounds, read by the filters with the rest of its sentence."""
    meant = features.meant(len(tokens), read)
    rows = list(map(_row, tokens, read.marks, meant))
    out: list[_Block] = []
    greater, floor = weights().answers.greater, weights().floor
    for start, end in pairwise(bounds):
        before = 0 if not start or tokens[start - 1] in STOPS else TAPS - 1
        last = end == len(tokens) or tokens[end - 1] in STOPS
        answers = _slide(rows[max(0, start - before) : end], before, last=last)
        out.append(_Block(reduce(greater, answers, floor), sum([row[TAPS] for row in rows[start:end]])))
    return out


def _slide(rows: list[Row], before: int, *, last: bool) -> list[int]:
    """The answers of all filters at each place of a block (packed, raised), `before` rows being those of the block
    before.

    At the start and at the end of a sentence a filter hangs over by up to two tokens, so there is always more than one.
    """
    length = len(rows)
    sums = [weights().answers.halves] * (length + TAPS - 1)
    for tap in range(TAPS):
        gap = TAPS - 1 - tap
        for at, row in enumerate(rows, start=gap):
            sums[at] += row[tap]
    return sums[before : length + (TAPS - 1 if last else 0)]


def _share(blocks: list[_Block], tokens: int) -> Vector:
    table = weights()
    strongest = reduce(table.answers.greater, [block.answers for block in blocks]) - table.answers.halves
    weighed = table.sums.unpack(sum(map(mul, table.answers.natural(strongest), table.out)))
    summed = table.labels.unpack(sum([block.words for block in blocks]))
    norm = sqrt(tokens + 1)
    logits = [
        bias + answer / table.fine + plain * total / norm
        for bias, answer, plain, total in zip(table.bias, weighed, table.plain, summed, strict=True)
    ]
    most = max(logits)
    odds = [exp(logit - most) for logit in logits]
    whole = sum(odds)
    return tuple([odd / whole for odd in odds])
