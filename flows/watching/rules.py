"""Rules with ids and sources: what must never be missed.

A rule names meanings that must stand close together (`all`), and fires unless a "no" took one of them back or their
segment is away from here and now. `even` lists the ways of being away that do not matter to a rule (a cancer of the
past counts). Rules only ever raise a label.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from flows.watching import data
from flows.watching.grammar import AWAY, Meaning, Reading

LABELS = ("benign", "stop_request", "pain_stop", "urgent", "emergency")
"""Weakest first."""
_TRIES = 6


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of rules.toml."""

    id: str
    label: str
    source: str
    all: tuple[frozenset[str], ...]
    kind: str = ""
    within: int = 9
    even: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    denied: bool = False
    """Whether a "no" before the words does not matter."""
    least: float = 0.0
    """The share (0 to 1) that the network must give the label and the stronger ones together, for the rule to count."""


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, strongest label first."""
    rows = [_rule(row) for row in data.table("rules.toml")["rule"]]
    return tuple(sorted(rows, key=lambda rule: -LABELS.index(rule.label)))


def _rule(row: dict[str, object]) -> Rule:
    terms = row["all"]
    assert isinstance(terms, list)
    even = frozenset(str(row.get("even", "")).split())
    return Rule(
        id=str(row["id"]),
        label=str(row["label"]),
        source=str(row["source"]),
        all=tuple(frozenset(str(term).split("|")) for term in terms),
        kind=str(row.get("kind", "")),
        within=int(str(row.get("within", 9))),
        even=AWAY if "all" in even else even,
        without=frozenset(str(row.get("without", "")).split()),
        denied=bool(row.get("denied", False)),
        least=float(str(row.get("least", 0))),
    )


def fired(reading: Reading) -> list[Rule]:
    """The rules that fire, strongest label first."""
    said: dict[str, list[Meaning]] = {}
    for meaning in reading.meanings:
        said.setdefault(meaning.what, []).append(meaning)
    present = said.keys()
    return [
        rule
        for rule in rules()
        if all(term & present for term in rule.all) and not rule.without & present and _fires(rule, said, reading)
    ]


def _fires(rule: Rule, said: dict[str, list[Meaning]], reading: Reading) -> bool:
    usable = [
        sorted(
            (meaning for what in term for meaning in said.get(what, ()) if _counts(rule, meaning, reading)),
            key=lambda meaning: meaning.start,
        )
        for term in rule.all
    ]
    return all(usable) and _close(rule, usable, 0, (1 << 30, 0), ())


def _counts(rule: Rule, meaning: Meaning, reading: Reading) -> bool:
    if meaning.denied and not rule.denied:
        return False
    return not (reading.away[meaning.segment] - rule.even)


def _close(
    rule: Rule, usable: list[list[Meaning]], term: int, span: tuple[int, int], taken: tuple[Meaning, ...]
) -> bool:
    """Whether the terms from `term` on can be met inside `rule.within` tokens of what was already taken."""
    if term == len(rule.all):
        return True
    for meaning in usable[term][:_TRIES]:
        if any(meaning.start == other.start for other in taken):
            continue
        wide = min(span[0], meaning.start), max(span[1], meaning.end)
        if wide[1] - wide[0] <= rule.within and _close(rule, usable, term + 1, wide, (*taken, meaning)):
            return True
    return False
