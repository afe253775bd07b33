"""The trained model: quick sums give what slow ones give, and sentences do not see each other."""

from __future__ import annotations

from collections.abc import Iterable
from math import exp, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.watching import features, grammar, letters, model, words
from flows.watching.lanes import Lanes
from flows.watching.letters import STOPS
from tests.watch.sentences import DEV

SMALL = st.integers(-(2**20), 2**20)
ROWS = st.lists(st.tuples(SMALL, SMALL, SMALL), min_size=1, max_size=20)


@given(ROWS, st.integers(-100, 100))
def test_packed_rows_add_up_and_multiply_place_by_place(rows: list[tuple[int, int, int]], times: int) -> None:
    lanes = Lanes(3, "Q")
    packed = sum(lanes.pack(row) for row in rows) * times
    assert lanes.unpack(packed) == [sum(places) * times for places in zip(*rows, strict=True)]


PLACE = st.one_of(st.integers(-(2**30), 2**30 - 1), st.sampled_from([-(2**30), -1, 0, 1, 2**30 - 1]))
PAIRS = st.lists(st.tuples(PLACE, PLACE) | PLACE.map(lambda same: (same, same)), min_size=1, max_size=8)


@given(PAIRS)
def test_of_two_packed_rows_the_greater_number_is_found_at_every_place(pairs: list[tuple[int, int]]) -> None:
    lanes = Lanes(len(pairs))
    one, other = (lanes.pack(row) + lanes.halves for row in zip(*pairs, strict=True))
    assert lanes.unpack(lanes.greater(one, other) - lanes.halves) == [max(pair) for pair in pairs]


def taken_apart(name: int) -> list[list[int]]:
    """A table of the weights, as plain rows."""
    table = model.weights()
    lanes = table.answers if name < model.TAPS else table.labels
    return [lanes.unpack(row) for row in table.taps[name]]


def vector(token: str, sign: str, meant: tuple[str, ...]) -> list[int]:
    table = model.weights()

    def at(place: int) -> list[int]:
        return list(table.vectors[place : place + table.size])

    if token in table.words:
        out = at(table.words[token])
    else:
        parts = [at(table.pieces + piece * table.size) for piece in features.pieces(token)]
        out = [max(-127, min(127, round(sum(column) / sqrt(len(parts) + 1)))) for column in zip(*parts, strict=True)]
    more = [at(table.signs + features.SIGNS.index(sign) * table.size)]
    more += [at(table.meanings[name]) for name in meant]
    return [sum(column) for column in zip(out, *more, strict=True)]


def slowly(text: str) -> list[float]:
    """The shares of a text read as one run, in plain loops."""
    tokens = words.read(letters.fold(text))
    read = grammar.parse(tokens)
    table = model.weights()
    taps = [taken_apart(tap) for tap in range(model.TAPS)]
    meant = features.meant(len(tokens), read)
    vectors = [vector(*each) for each in zip(tokens, read.marks, meant, strict=True)]
    spread: list[list[int]] = []
    none = [0] * table.size
    for token, row in zip(tokens, vectors, strict=True):
        spread += [row, none, none] if token in STOPS else [row]
    spread = [none, none, *spread, none, none]
    best = table.answers.unpack(table.floor - table.answers.halves)
    for at in range(len(spread) - model.TAPS + 1):
        for one in range(len(best)):
            answer = sum(
                spread[at + tap][place] * taps[tap][place][one]
                for tap in range(model.TAPS)
                for place in range(table.size)
            )
            best[one] = max(best[one], answer)
    plain = taken_apart(model.TAPS)
    logits = []
    for label, weights in enumerate(zip(*map(table.sums.unpack, table.out), strict=True)):
        summed = sum(each[place] * plain[place][label] for each in vectors for place in range(table.size))
        said = sum(answer * weight for answer, weight in zip(best, weights, strict=True))
        logits.append(table.bias[label] + said / table.fine + table.plain[label] * summed / sqrt(len(tokens) + 1))
    odds = [exp(logit - max(logits)) for logit in logits]
    return [odd / sum(odds) for odd in odds]


LONG = (
    "my hands are cold, and now both of my legs feel like they belong to somebody else and i cant get up to the phone"
)
TEXTS = ["ouch", "ouch.", "no tingling. zzxqk my foot is numb! what now", LONG]


def test_what_holds_no_word_is_not_read() -> None:
    assert model.shares(["8"], grammar.parse(["8"])) == []
    assert model.runs(["hi", ".", ";", "hi"]) == [(0, 2), (0, 3), (2, 4), (3, 4), (0, 4)]


@pytest.mark.parametrize("text", TEXTS)
def test_quick_sums_give_what_slow_ones_give(text: str) -> None:
    tokens = words.read(letters.fold(text))
    found = dict(zip(model.runs(tokens), model.shares(tokens, grammar.parse(tokens)), strict=True))
    assert found[0, len(tokens)] == pytest.approx(slowly(text), abs=1e-6)


def test_a_sentence_is_read_alike_alone_and_beside_others() -> None:
    alone = words.read(letters.fold("both my legs are numb."))
    tokens = words.read(letters.fold("the mat is blue. both my legs are numb. we did both sides."))
    found = dict(zip(model.runs(tokens), model.shares(tokens, grammar.parse(tokens)), strict=True))
    assert found[5, 5 + len(alone)] == pytest.approx(model.shares(alone, grammar.parse(alone))[0])


def test_shares_add_up_to_one() -> None:
    for sentence in DEV:
        tokens = words.read(letters.fold(sentence.text))
        for share in model.shares(tokens, grammar.parse(tokens)):
            assert sum(share) == pytest.approx(1)


def test_every_sentence_is_read_alone_and_with_its_neighbours() -> None:
    tokens = ["one", ".", "two", ".", "three"]
    assert model.runs(tokens) == [(0, 2), (0, 4), (2, 4), (2, 5), (4, 5), (0, 5)]
    covered = {at for start, end in model.runs(["word"] * 500) for at in range(start, end)}
    assert covered == set(range(500))


def test_no_sum_can_leave_its_place() -> None:
    """What the bounds of the weights promise to flows/watching/lanes.py."""
    table = model.weights()
    most = 127 * (2 + features.MOST_MEANINGS)

    def greatest(rows: Iterable[list[int]]) -> int:
        columns: Iterable[tuple[int, ...]] = zip(*rows, strict=True)
        return max(sum(map(abs, column)) for column in columns)

    assert sum(greatest(taken_apart(tap)) for tap in range(model.TAPS)) * most < model.ANSWER <= table.answers.half
    assert greatest(taken_apart(model.TAPS)) * most * model.LONGEST_RUN < table.labels.half
    assert greatest(map(table.sums.unpack, table.out)) * model.ANSWER < table.sums.half
    assert min(table.answers.unpack(table.floor - table.answers.halves)) >= 0
    assert all(-128 < value < 128 for value in table.vectors)
