"""What the pain check must keep: every case has a row, and more signals never give a milder action.

Proving it takes no list of all sets of signals. In one case (phase, level at the start, level now, flares) the row of a
set is the lowest of the rows of its signals and of the row of no signal at all. So adding a signal can only go down in
the table, and it is enough that, among those few rows, a lower n is never milder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise, product

from flows.pages import Pain, PainRow, SignalButton
from flows.pain_table import DURING, Report, first, in_range
from flows.proofs.known import Found, Known, cited, no_twins, said, unknown

PHASES = ("before", "during", "after", "next_day")
PHASES_AND_ANY = ("any", *PHASES)
STRETCH_OFF = ("none", "today", "7d", "until_checked")
LOCKS = ("none", "today", "24h", "48h", "72h", "until_screening")
HARMLESS = ("stretch_no_pain", "painless_pop")
"""The two signals that do not stop a stretch; any other one does [SEED1-7]."""
AT_EVERY_STEP = ("stretch_no_pain", "pain_or_discomfort")
"""The signals with buttons of their own at every step."""
STOPS = "stop_stretch"
ENDS = "stop_session"


def names_are_known(pain: Pain, known: Known) -> Iterator[Found]:
    signals = [signal.id for signal in pain.signals]
    yield from no_twins("signals", signals)
    for i, row in enumerate(pain.rows, 1):
        place = f"rows[{i}]"
        yield from unknown(f"{place}.phase", [row.phase], PHASES_AND_ANY, "phase")
        yield from unknown(f"{place}.signals", row.signals, signals, "signal")
        yield from unknown(f"{place}.action", [row.action], known.words("pain_actions"), "action")
        yield from unknown(f"{place}.stretch_off", [row.stretch_off], STRETCH_OFF, "time off")
        yield from unknown(f"{place}.lock", [row.lock], LOCKS, "lock")


def rows_have_grounds(pain: Pain, known: Known) -> Iterator[Found]:
    for i, row in enumerate(pain.rows, 1):
        yield from said(f"rows[{i}].then", row.then, "say what happens")
        yield from said(f"rows[{i}].basis", row.basis, "say on what ground")
        yield from cited(f"rows[{i}].basis", row.basis, known)


def numbers_rise(pain: Pain, known: Known) -> Iterator[Found]:
    for i, (before, row) in enumerate(pairwise(pain.rows), 2):
        if row.n <= before.n:
            yield f"rows[{i}].n", f"{row.n} after {before.n}", "n rises from row to row, each once"


def ranges_are_sane(pain: Pain, known: Known) -> Iterator[Found]:
    for i, row in enumerate(pain.rows, 1):
        for name, floor in (("level", 0), ("rise", 1)):
            low, high = getattr(row, f"{name}_min"), getattr(row, f"{name}_max")
            if (low is None) != (high is None) or (low is not None and not floor <= low <= high <= 10):
                yield (
                    f"rows[{i}].{name}_min",
                    f"{low} to {high} is no range",
                    f"two numbers from {floor} to 10, or none",
                )
        if row.flares_min is not None and row.flares_min < 1:
            yield f"rows[{i}].flares_min", f"{row.flares_min} is no number of flares", "1 or more, or none"


def every_case_has_a_row(pain: Pain, known: Known) -> Iterator[Found]:
    for report in _cases(pain):
        if first(pain.rows, report) is None:
            yield "rows", f"no row fits {_told(report)}", "add a last row for the phase, without signals and numbers"
            return


def more_is_never_milder(pain: Pain, known: Known) -> Iterator[Found]:
    """See the head of this file. One fault per pair of rows, with the first case that shows it."""
    weight = _weights(known)
    told: set[tuple[int, int]] = set()
    for report in _cases(pain):
        rows = _reachable(pain, report)
        for lower, higher in pairwise(rows):
            pair = (lower.n, higher.n)
            if weight.get(lower.action, 0) < weight.get(higher.action, 0) and pair not in told:
                told.add(pair)
                place = f"rows[{pain.rows.index(lower) + 1}].action"
                what = f"row {lower.n} ({lower.action}) is milder than row {higher.n} ({higher.action}) that it hides"
                yield place, f"{what}, for example {_told(report)}", "order the rows from grave to mild"


def pain_stops(pain: Pain, known: Known) -> Iterator[Found]:
    """While stretching, every signal but the two harmless ones stops the stretch, whatever the number [SEED1-7]."""
    weight = _weights(known)
    worrying = [signal.id for signal in pain.signals if signal.id not in HARMLESS]
    for report in _cases(pain):
        for signal in worrying if report.phase == DURING else ():
            row = first(pain.rows, _with(report, signal))
            if row and weight.get(row.action, 0) < weight.get(STOPS, 0):
                yield "rows", f"{signal} goes on with row {row.n} ({row.action})", "any pain or discomfort stops"
                return


def grave_rows_end_and_lock(pain: Pain, known: Known) -> Iterator[Found]:
    weight = _weights(known)
    for i, row in enumerate(pain.rows, 1):
        if weight.get(row.action, 0) >= weight.get(ENDS, 1) and not row.ends_session:
            yield f"rows[{i}].ends_session", f"{row.action} does not end the sitting", "set it to true"
        if row.action in ("emergency", "urgent") and row.lock != "72h":
            yield f"rows[{i}].lock", f"{row.action} locks for {row.lock!r}", "it locks for 72h"


def buttons_lead_to_signals(pain: Pain, known: Known) -> Iterator[Found]:
    signals = [signal.id for signal in pain.signals]
    buttons = [(f"buttons[{i}]", button) for i, button in enumerate(pain.buttons, 1)]
    yield from no_twins("buttons", [button.id for button in pain.buttons])
    reached = set(AT_EVERY_STEP)
    for place, button in [*buttons, ("pop_button", pain.pop_button)]:
        leads = [name for name in (button.signal, button.yes, button.no) if name]
        reached.update(leads)
        yield from unknown(place, leads, signals, "signal")
        if not _is_plain(button) and not _asks(button):
            yield place, "it has neither a signal nor a question with yes and no", "give it one of the two"
    for name in signals:
        if name not in reached:
            yield "buttons", f"no button leads to the signal {name}", "add one, or remove the signal"


def times_are_sane(pain: Pain, known: Known) -> Iterator[Found]:
    hours = (pain.next_day_after_hours, pain.next_day_ask_again_hours, pain.next_day_give_up_hours)
    if not 12 <= hours[0] < hours[1] < hours[2] <= 72:
        yield "next_day_after_hours", f"{hours} do not rise from 12 to 72", "ask, ask again, give up"
    for place, number in (
        ("silence_minutes_pause", pain.silence_minutes_pause),
        ("rest_minutes", pain.rest_minutes),
    ):
        if not 1 <= number <= 30:
            yield place, f"{number} is out of range", "choose from 1 to 30"


def _is_plain(button: SignalButton) -> bool:
    return bool(button.signal) and not (button.ask or button.yes or button.no)


def _asks(button: SignalButton) -> bool:
    return not button.signal and all((button.ask, button.yes, button.no))


def _weights(known: Known) -> dict[str, int]:
    """Action to how grave it is; without a vocabulary nothing weighs anything."""
    return {action: i for i, action in enumerate(known.vocabulary.pain_actions)} if known.vocabulary else {}


@lru_cache(maxsize=2)
def _cases(pain: Pain) -> tuple[Report, ...]:
    """One case, without signals, for each that the rows can tell apart."""
    kinds: dict[tuple[object, ...], Report] = {}
    for report in _numbers(pain):
        kind = (report.phase, report.felt, *(row.n for row in pain.rows if in_range(row, report)))
        kinds.setdefault(kind, report)
    return tuple(kinds.values())


def _numbers(pain: Pain) -> Iterator[Report]:
    """All numbers there can be. Before, after and the next day a level is known."""
    most = max((row.flares_min or 0 for row in pain.rows), default=0)
    for phase in PHASES:
        levels = (*range(11), None) if phase == DURING else range(11)
        flares = range(most + 1) if phase == "next_day" else (0,)
        for level, baseline, flare in product(levels, (*range(11), None), flares):
            yield Report(phase, frozenset(), baseline, level, flare)


def _reachable(pain: Pain, report: Report) -> Sequence[PainRow]:
    """The rows that some set of signals can lead to in this case, from low n to high."""
    rows = [row for row in pain.rows if in_range(row, report)]
    found = [first(rows, _with(report, signal.id)) for signal in pain.signals]
    led_to = {row.n: row for row in (*found, first(rows, report)) if row}
    return [led_to[n] for n in sorted(led_to)]


def _with(report: Report, signal: str) -> Report:
    return Report(report.phase, frozenset({signal}), report.baseline, report.level, report.flares)


def _told(report: Report) -> str:
    return f"{report.phase}, start {report.baseline}, now {report.level}, flares {report.flares}"


RULES = (
    names_are_known,
    rows_have_grounds,
    numbers_rise,
    ranges_are_sane,
    every_case_has_a_row,
    more_is_never_milder,
    pain_stops,
    grave_rows_end_and_lock,
    buttons_lead_to_signals,
    times_are_sane,
)
