"""Where a wish to stretch leads, with what is opened on the way."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from flows import clearance
from flows.findings import Finding
from flows.holding import show_gravest
from flows.turn import Turn, Weigh
from flows.weighing import check, rate, screen


def wish(turn: Turn) -> Finding:
    """The person wants to stretch."""
    turn.talk = evolve(turn.talk, wish=True)
    return go(turn)


def go(turn: Turn) -> Finding:
    """Open what the wish leads to: the checks, a screening, yesterday's question, or the advice that stands."""
    found = clearance.wish(turn.talk, turn.book, turn.now)
    return OPENS[found](turn) if found in OPENS else found


def _check(turn: Turn) -> Finding:
    return Finding.CHECK if check.open_sitting(turn) is Finding.MORE else _baseline(turn)


def _baseline(turn: Turn) -> Finding:
    rate.begin(turn, "before")
    return Finding.RATE


def _screen(turn: Turn) -> Finding:
    screen.begin(turn, turn.talk.due or ("due" if turn.talk.screened else "first"))
    return Finding.SCREEN


def _follow(turn: Turn) -> Finding:
    rate.begin(turn, "next_day")
    return Finding.FOLLOW


def _seen(turn: Turn) -> Finding:
    turn.ask("seen")
    return Finding.SEEN


def refer(turn: Turn) -> Finding:
    """Choose the referral that stands: of the gravest hold, else of the verdict."""
    turn.talk = evolve(turn.talk, wish=False)
    if turn.talk.holds:
        show_gravest(turn)
    else:
        found = clearance.verdict(turn.talk, turn.book, turn.now)
        decided_by = found.decided_by if found is not None else ""
        turn.talk = evolve(turn.talk, card="within_days", reason=decided_by or "many")
    turn.ask("card")
    return Finding.REFER


def _urge(turn: Turn) -> Finding:
    turn.talk = evolve(turn.talk, card="within_days", reason="urge", wish=False, urged=turn.now)
    turn.mark("urge")
    turn.ask("card")
    return Finding.URGE


def _rest(turn: Turn) -> Finding:
    turn.talk = evolve(turn.talk, wish=False)
    return Finding.REST


OPENS: Mapping[Finding, Weigh] = {
    Finding.CHECK: _check,
    Finding.SCREEN: _screen,
    Finding.FOLLOW: _follow,
    Finding.SEEN: _seen,
    Finding.REFER: refer,
    Finding.URGE: _urge,
    Finding.REST: _rest,
}
