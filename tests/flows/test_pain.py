"""The pain check against a second reading of its table, and what must hold of every table."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import pain
from flows.book import load
from flows.pages import Book

REFERENCE: dict[str, Any] = json.loads(
    (Path(__file__).parent / "reference" / "reference_pain.json").read_text(encoding="utf-8")
)
SIGNALS: list[str] = REFERENCE["signals"]
PHASES: list[str] = REFERENCE["phases"]
WEIGHT = {action: i for i, action in enumerate(REFERENCE["actions"])}
FEW = [frozenset(some) for size in range(3) for some in combinations(SIGNALS, size)]
LEVELS = range(11)


def naive(phase: str, signals: Collection[str], baseline: int | None, level: int | None, flares: int) -> int:
    """The n of the first row that matches, with the columns of the reference taken one by one."""
    felt = set(signals)
    if phase == "during" and baseline is not None and level is not None and level > baseline:
        felt.add("pain_or_discomfort")
    for row in sorted(REFERENCE["rows"], key=lambda row: int(row["n"])):
        if row["phase"] != "any" and row["phase"] != phase:
            continue
        if "signals" in row and not felt & set(row["signals"]):
            continue
        if "level_min" in row and (level is None or not row["level_min"] <= level <= row["level_max"]):
            continue
        rise = None if baseline is None or level is None else level - baseline
        if "rise_min" in row and (rise is None or not row["rise_min"] <= rise <= row["rise_max"]):
            continue
        if "flares_min" in row and flares < row["flares_min"]:
            continue
        return int(row["n"])
    raise AssertionError("no row matches")


def numbers(phase: str) -> Iterator[tuple[int | None, int | None, int]]:
    """Start, level now and flares: all there are; before, after and the next day a level is known."""
    for level in (*LEVELS, None) if phase == "during" else LEVELS:
        for baseline in (*LEVELS, None):
            for flares in (0, 1, 2, 3) if phase == "next_day" else (0, 2):
                yield baseline, level, flares


@pytest.mark.parametrize("phase", PHASES)
def test_every_case_of_up_to_two_signals_is_judged_as_the_table_says(phase: str) -> None:
    action = {row["n"]: row["action"] for row in REFERENCE["rows"]}
    book = load()
    for baseline, level, flares in numbers(phase):
        for signals in FEW:
            row = pain.row_for(phase, signals, baseline, level, flares, book=book)
            case = (phase, signals, baseline, level, flares)
            assert row.n == naive(*case), case
            assert row.action == action[row.n]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(PHASES),
    st.sets(st.sampled_from(SIGNALS)),
    st.none() | st.integers(0, 10),
    st.integers(0, 10),
    st.integers(0, 5),
)
def test_any_case_is_judged_as_the_table_says(
    phase: str, signals: set[str], baseline: int | None, level: int, flares: int
) -> None:
    row = pain.row_for(phase, signals, baseline, level, flares)
    assert row.n == naive(phase, signals, baseline, level, flares)
    assert pain.judge(phase, signals, baseline, level, flares) == row.action


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(PHASES),
    st.sets(st.sampled_from(SIGNALS), max_size=4),
    st.sampled_from(SIGNALS),
    st.none() | st.integers(0, 10),
    st.integers(0, 10),
    st.integers(0, 3),
)
def test_more_signals_never_give_a_milder_action(
    phase: str, signals: set[str], more: str, baseline: int | None, level: int, flares: int
) -> None:
    before = pain.judge(phase, signals, baseline, level, flares)
    after = pain.judge(phase, signals | {more}, baseline, level, flares)
    assert WEIGHT[after] >= WEIGHT[before]


@pytest.mark.parametrize("signal", [s for s in SIGNALS if s not in ("stretch_no_pain", "painless_pop")])
def test_any_pain_or_discomfort_stops_the_stretch(signal: str) -> None:
    for baseline, level, _ in numbers("during"):
        action = pain.judge("during", [signal], baseline, level)
        assert WEIGHT[action] >= WEIGHT["stop_stretch"], (baseline, level)


def test_a_level_above_the_start_is_pain_even_when_nobody_says_so() -> None:
    for baseline in LEVELS:
        for level in range(baseline + 1, 11):
            assert pain.judge("during", [], baseline, level) == pain.judge(
                "during", ["pain_or_discomfort"], baseline, level
            )
            assert WEIGHT[pain.judge("during", ["stretch_no_pain"], baseline, level)] >= WEIGHT["stop_stretch"]


@pytest.mark.parametrize("phase", ["before", "after", "next_day"])
def test_without_a_level_nothing_goes_on(phase: str) -> None:
    for signals in FEW:
        with pytest.raises(ValueError, match="level"):
            pain.judge(phase, signals, 3, None)


@pytest.mark.parametrize(
    ("signals", "action"),
    [
        ([], "continue"),
        (["stretch_no_pain"], "ease_off"),
        (["painless_pop"], "continue"),
        (["pain_or_discomfort"], "stop_stretch"),
        (["painful_pop"], "refer_routine"),
        (["tingling_numb"], "see_professional_first"),
        (["weak_one_limb", "pain_or_discomfort"], "urgent"),
    ],
)
def test_while_stretching_the_signal_decides_without_a_level(signals: list[str], action: str) -> None:
    assert pain.judge("during", signals, 2, None) == action


def test_without_a_start_no_rise_fits() -> None:
    for level in LEVELS:
        for phase in PHASES:
            row = pain.row_for(phase, ["pain_or_discomfort"], None, level)
            assert row.rise_min is None


@pytest.mark.parametrize(
    ("phase", "signal", "n"),
    [
        *[(phase, "cauda_or_cord", 1) for phase in ("before", "during", "after", "next_day")],
        ("after", "weak_one_limb", 2),
        ("before", "radiating", 6),
        ("before", "dizzy_brief", 12),
        ("during", "sharp_or_electric", 20),
        ("after", "pain_or_discomfort", 46),
        ("next_day", "painful_pop", 62),
    ],
)
def test_a_signal_may_settle_it_before_the_number_is_known(phase: str, signal: str, n: int) -> None:
    row = pain.row_by_signals(phase, [signal])
    assert row is not None
    assert row.n == n


@pytest.mark.parametrize("phase", ["before", "after", "next_day"])
def test_signals_alone_never_let_anyone_go_on(phase: str) -> None:
    assert pain.row_by_signals(phase, []) is None
    for signals in FEW:
        row = pain.row_by_signals(phase, signals)
        assert row is None or WEIGHT[row.action] >= WEIGHT["stop_stretch"]


@pytest.mark.parametrize("phase", PHASES)
def test_a_level_told_later_is_never_milder(phase: str) -> None:
    for signals in FEW:
        row = pain.row_by_signals(phase, signals)
        if row is None:
            continue
        for baseline, level, flares in numbers(phase):
            if level is not None and (baseline in (None, 0, 4, 9)):
                later = pain.judge(phase, signals, baseline, level, flares)
                assert WEIGHT[later] >= WEIGHT[row.action]


@pytest.mark.parametrize(
    ("phase", "signals", "baseline", "level", "flares", "named"),
    [
        ("later", [], 1, 1, 0, "later"),
        ("any", [], 1, 1, 0, "any"),
        ("during", ["itchy"], 1, 1, 0, "itchy"),
        ("during", "radiating", 1, 1, 0, "radiating"),
        ("during", [], 1, 11, 0, "level"),
        ("during", [], 1, -1, 0, "level"),
        ("during", [], 11, 1, 0, "baseline"),
        ("during", [], -1, 1, 0, "baseline"),
        ("during", [], 1, True, 0, "level"),
        ("after", [], 1, 5.5, 0, "level"),
        ("after", [], 1, "5", 0, "level"),
        ("next_day", [], 1, 1, -1, "flares"),
    ],
)
def test_nonsense_is_refused_by_name(
    phase: str, signals: Collection[str], baseline: Any, level: Any, flares: int, named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        pain.judge(phase, signals, baseline, level, flares)


FLARES = [(0, 2), (4, 6), (6, 6), (None, 6)]
NO_FLARES = [(0, 1), (4, 5), (9, 5), (None, 5)]


@pytest.mark.parametrize(
    ("baseline", "level", "flare"), [*[(*pair, True) for pair in FLARES], *[(*pair, False) for pair in NO_FLARES]]
)
def test_a_flare_is_six_or_more_or_two_above(baseline: int | None, level: int, flare: bool) -> None:
    assert pain.is_flare(baseline, level) is flare


def test_a_flare_is_what_the_rows_of_the_next_day_treat_as_one() -> None:
    for baseline, level, _ in numbers("next_day"):
        assert level is not None
        row = pain.row_for("next_day", [], baseline, level)
        assert pain.is_flare(baseline, level) == (row.n in (3, 63, 64))


@pytest.mark.parametrize("row", REFERENCE["rows"], ids=lambda row: str(row["n"]))
def test_a_row_is_as_the_reference_has_it(row: dict[str, Any]) -> None:
    mine = attrs.asdict(next(each for each in load().pain.rows if each.n == row["n"]))
    for name, value in mine.items():
        assert value == (tuple(row.get(name, ())) if name == "signals" else row.get(name)), name
    assert set(row) <= set(mine)


def changed_rows(change: dict[int, dict[str, Any]]) -> Book:
    book = load()
    rows = tuple(attrs.evolve(row, **change.get(row.n, {})) for row in book.pain.rows)
    return attrs.evolve(book, pain=attrs.evolve(book.pain, rows=rows))


@pytest.mark.parametrize(
    "change",
    [
        {23: {"n": 24}, 24: {"n": 23}},
        {3: {"level_min": 9}, 11: {"level_max": 8}},
        {6: {"signals": ("radiating",)}},
        {26: {"signals": ("stretch_no_pain",)}},
        {61: {"flares_min": 3}},
        {47: {"rise_max": 2}, 44: {"rise_min": 3}},
    ],
)
def test_the_comparison_sees_a_changed_table(change: dict[int, dict[str, Any]]) -> None:
    """The second reading would be worthless if it agreed with everything."""
    book = changed_rows(change)
    action = {row["n"]: row["action"] for row in REFERENCE["rows"]}
    cases = ((phase, signals, *some) for phase in PHASES for signals in FEW[:14] for some in numbers(phase))
    differs = (
        case
        for case in cases
        if (row := pain.row_for(case[0], case[1], case[2], case[3], case[4], book=book)).n != naive(*case)
        or row.action != action[row.n]
    )
    assert next(differs, None) is not None
