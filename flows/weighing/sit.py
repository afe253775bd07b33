"""Choosing, the briefing, the steps, the pause, the rest. No answer here moves a step on but one: "Feels fine"."""

from __future__ import annotations

from datetime import timedelta

from attrs import evolve

from flows import clearance, history, liking
from flows.cards.sit import PAGE, listed, may_repeat
from flows.clearance import PARTNER, PARTNER_LOCK
from flows.conversation import Sitting
from flows.findings import Finding
from flows.holding import close_sitting
from flows.phrases import step_index
from flows.turn import Turn
from flows.weighing import rate
from flows.weighing.said import answered, sitting_of

TWO_MINUTES_EARLY = timedelta(seconds=5)
"""Clocks and people round; a tap this much too early is no impatience."""


def choosing(turn: Turn) -> Finding:
    said = answered(turn)
    sitting = sitting_of(turn)
    if said.ask == "choose":
        return choose(turn, said.choice)
    if said.ask == "region":
        region = "" if said.choice == "any" else said.choice
        return _show_list(turn, evolve(sitting, region=region, page=0))
    if said.ask == "others":
        return _show_list(turn, sitting)
    if said.ask in ("thumb", "show"):
        return _thumb(turn, said.ask, said.choice)
    match said.choice:
        case "finish":
            close_sitting(turn)
            return Finding.FINISH
        case "again":
            return _again(turn)
        case "short" | "any_length":
            return _show_list(turn, evolve(sitting, short=said.choice == "short", page=0))
        case "more":
            pages = max(1, -(-len(listed(turn.talk, turn.book, turn.now)) // PAGE))
            return _show_list(turn, evolve(sitting, page=(sitting.page + 1) % pages))
    turn.ask(said.choice)
    return Finding.MORE


def _show_list(turn: Turn, sitting: Sitting) -> Finding:
    turn.talk = evolve(turn.talk, sitting=sitting)
    turn.ask("list")
    return Finding.MORE


def _thumb(turn: Turn, ask: str, choice: str) -> Finding:
    """A thumb for the stretch that was done last, or a hidden one shown again."""
    sitting = sitting_of(turn)
    if ask == "show":
        turn.talk = liking.show(turn.talk, choice)
    else:
        turn.talk = (liking.up if choice == "up" else liking.down)(turn.talk, sitting.done[-1].stretch)
    return _show_list(turn, evolve(sitting, page=0))


def choose(turn: Turn, stretch: str) -> Finding:
    """A stretch was named: brief it if it may be begun, else explain why not."""
    if not clearance.may_start(stretch, turn.talk, turn.book, turn.now):
        return Finding.EXPLAIN
    page = PARTNER_LOCK[0] if stretch == PARTNER else "briefing"
    turn.talk = evolve(
        turn.talk,
        sitting=evolve(sitting_of(turn), stretch=stretch, step="", popped=(), eased=False, partner=()),
    )
    turn.ask(page)
    return Finding.BRIEF


def _again(turn: Turn) -> Finding:
    if not may_repeat(turn.talk, turn.book, turn.now):
        return Finding.MORE
    return start(turn)


def briefing(turn: Turn) -> Finding:
    said = answered(turn)
    if said.ask == "choose":
        return choose(turn, said.choice)
    if said.ask in PARTNER_LOCK:
        return _unlock(turn, said.ask, said.choice)
    if said.choice == "another":
        turn.ask("list")
        return Finding.LEAVE
    return start(turn)


def _unlock(turn: Turn, page: str, choice: str) -> Finding:
    """One more page of the partner press's lock; any answer but a clear yes closes it [SEED4]."""
    sitting = sitting_of(turn)
    if page == "alternative" and choice == "other":
        return choose(turn, turn.book.stretches[PARTNER].alternatives[0])
    if choice not in ("yes", "still"):
        turn.talk = evolve(turn.talk, sitting=evolve(sitting, stretch="", partner=()))
        turn.ask("list")
        return Finding.NOT_TODAY
    partner = (*sitting.partner, page)
    turn.talk = evolve(turn.talk, sitting=evolve(sitting, partner=partner))
    turn.ask(next((each for each in PARTNER_LOCK if each not in partner), "briefing"))
    return Finding.MORE


def start(turn: Turn) -> Finding:
    """The first step of the stretch that was briefed; from here on the sitting counts."""
    sitting = sitting_of(turn)
    if not clearance.may_start(sitting.stretch, turn.talk, turn.book, turn.now):
        return Finding.LOST
    first = turn.book.stretches[sitting.stretch].walk[0].id
    left = None if sitting.left is None else sitting.left - 1
    again = clearance.rounds(sitting.stretch, sitting) + 1
    before = history.level_before(turn.talk, sitting.stretch)
    begun = evolve(
        sitting,
        step=first,
        begun=sitting.begun or turn.now,
        left=left,
        round=again,
        popped=(),
        eased=False,
        held_at=None,
    )
    turn.talk = evolve(turn.talk, sitting=evolve(begun, before=before))
    turn.ask("step")
    return Finding.MOVE


def moving(turn: Turn) -> Finding:
    sitting = sitting_of(turn)
    match answered(turn).choice:
        case "pause":
            turn.talk = evolve(turn.talk, sitting=evolve(sitting, held_at=None))
            turn.ask("pause")
            return Finding.PAUSE
        case "hold":
            turn.talk = evolve(turn.talk, sitting=evolve(sitting, held_at=turn.now))
            turn.ask("step")
            return Finding.MORE
        case "popped":
            rate.begin(turn, "during", button=turn.book.pain.pop_button.id, ask="confirm")
            return Finding.RATE
        case "strong":
            turn.talk = evolve(turn.talk, sitting=evolve(sitting, eased=True, held_at=None))
            turn.ask("step")
            return Finding.MORE
        case "back":
            return go(turn, -1)
    return go(turn, 1)


def go(turn: Turn, way: int) -> Finding:
    """One step on or back; past the last one comes the pain check."""
    sitting = sitting_of(turn)
    walk = turn.book.stretches[sitting.stretch].walk
    index = step_index(turn.book.stretches[sitting.stretch], sitting.step) + way
    if index >= len(walk):
        rate.begin(turn, "after", ask="breath" if sitting.stretch == PARTNER else "level")
        return Finding.RATE
    turn.talk = evolve(turn.talk, sitting=evolve(sitting, step=walk[max(index, 0)].id, eased=False, held_at=None))
    turn.ask("step")
    return Finding.MORE


def popped(turn: Turn) -> Finding:
    """A painless pop: let go, go on, and no repeat of this stretch to get another [SEED6, S30]."""
    sitting = sitting_of(turn)
    stretch = turn.book.stretches[sitting.stretch]
    side = "other" if step_index(stretch, sitting.step) >= len(stretch.steps) else "first"
    turn.talk = evolve(turn.talk, sitting=evolve(sitting, popped=(*sitting.popped, side)))
    return go(turn, 1)


def paused(turn: Turn) -> Finding:
    if answered(turn).choice == "finish":
        close_sitting(turn)
        return Finding.FINISH
    turn.ask("step")
    return Finding.MOVE


def resting(turn: Turn) -> Finding:
    """Two minutes are two minutes: a tap before that is thanked and waits."""
    held = turn.talk.rating
    ends = held.rest_until if held is not None else None
    if ends is not None and turn.now < ends - TWO_MINUTES_EARLY:
        return Finding.WAIT
    return rested(turn)


def rested(turn: Turn) -> Finding:
    turn.hush("rested")
    turn.ask("level")
    return Finding.RATE
