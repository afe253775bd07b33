"""Answers at home, in the settings and under a referral."""

from __future__ import annotations

from datetime import timedelta

from attrs import evolve

from flows import liking
from flows.cards.screen import CLEARED_ASK
from flows.conversation import Answering, Conversation
from flows.findings import Finding
from flows.screening import MINOR_BAND
from flows.turn import Turn
from flows.weighing import remind, ring, screen, wishing
from flows.weighing.said import answered


def home(turn: Turn) -> Finding:
    said = answered(turn)
    if said.ask == "card":
        return Finding.INFORM
    if said.ask == "reminder":
        return remind.rung(turn)
    if said.ask == "still":
        return remind.still(turn)
    match said.choice:
        case "stretch":
            return wishing.wish(turn)
        case "reminder":
            return remind.begin(turn)
        case "settings":
            return Finding.SETTINGS
        case "progress":
            return Finding.INFORM
        case "info":
            turn.ask("info")
            return Finding.MORE
    return Finding.HOME


def settings(turn: Turn) -> Finding:
    said = answered(turn)
    if said.ask == "country":
        turn.talk = evolve(turn.talk, country="" if said.choice == "skip" else said.choice)
        return Finding.SETTLED
    if said.ask == turn.book.screening.age.id:
        return _age(turn, said.choice)
    if said.ask in ("show", "hidden"):
        turn.talk = liking.show(turn.talk, said.choice)
        turn.ask("hidden" if said.ask == "show" and turn.talk.hidden else "menu")
        return Finding.MORE
    if said.ask == "minor":
        return _minor(turn) if said.choice == "yes" else Finding.HOME
    match said.choice:
        case "country" | "age" | "hidden":
            turn.ask(said.choice)
            return Finding.MORE
        case "pictures":
            turn.talk = evolve(turn.talk, pictures=not turn.talk.pictures)
            return Finding.SETTLED
        case "checked":
            return _checked(turn)
        case "forget":
            return Finding.OFFER_FORGET
        case "questions":
            return _again(turn)
    return Finding.HOME


def _age(turn: Turn, band: str) -> Finding:
    """Another age group: the questions are asked anew. Under 18 is asked about first: a slip must not delete
    anything."""
    if band == MINOR_BAND:
        turn.ask("minor")
        return Finding.MORE
    if turn.talk.age != band:
        turn.talk = evolve(turn.talk, age=band, due="age")
    return Finding.SETTLED


def _minor(turn: Turn) -> Finding:
    """Nothing about the health of a minor is kept. A hold leaves its end behind, as a bare instant: it is no way
    around it."""
    ends = [hold.until or turn.now + timedelta(days=1) for hold in turn.talk.holds]
    rest_until = max([*ends, *([turn.talk.rest_until] if turn.talk.rest_until else [])], default=None)
    ring.end(turn)
    turn.hush("follow", "help", "seen", "hold_over", "silence", "rested", "lapse", "tomorrow", "fade")
    turn.talk = Conversation(
        turn=turn.talk.turn, stage=turn.talk.stage, age=MINOR_BAND, country=turn.talk.country, rest_until=rest_until
    )
    return Finding.UNDERAGE


def _again(turn: Turn) -> Finding:
    """The questions anew, by the person's wish; never a way around a hold."""
    if turn.talk.holds:
        return wishing.go(turn)
    turn.talk = evolve(turn.talk, due="changes", wish=False)
    screen.begin(turn, "changes")
    return Finding.SCREEN


def referred(turn: Turn) -> Finding:
    said = answered(turn)
    if said.ask == "reminder":
        return remind.rung(turn)
    if said.ask in ("help", "seen"):
        return _asked_after(turn, said.ask, said.choice)
    match said.choice:
        case "getting_help":
            turn.hush("help")
            turn.wake("seen", timedelta(hours=20))
            return Finding.HELP
        case "misread" | "again":
            turn.talk = evolve(turn.talk, wish=False)
            screen.begin(turn, "words" if said.choice == "misread" else "changes")
            return Finding.SCREEN
        case "card":
            return Finding.REFER
        case "worse":
            screen.begin(turn, "worse", recheck=True)
            return Finding.RECHECK
        case "checked":
            return _checked(turn)
        case "ok" | "close":
            return Finding.HOME
    return Finding.INFORM


def _checked(turn: Turn) -> Finding:
    turn.talk = evolve(turn.talk, answering=Answering(turn.now, "cleared"))
    turn.ask(CLEARED_ASK)
    return Finding.CHECKED


def _asked_after(turn: Turn, ask: str, choice: str) -> Finding:
    turn.hush(ask)
    if ask == "help" and choice == "yes":
        turn.wake("seen", timedelta(hours=20))
    return Finding.HELP if choice == "yes" else Finding.REFER
