"""Answers at home, in the settings, under a referral, and while a reminder is set up."""

from __future__ import annotations

from datetime import timedelta

from attrs import evolve

from flows import liking, places
from flows.cards.screen import CLEARED_ASK
from flows.conversation import Answering, Conversation, Reminder
from flows.findings import Finding
from flows.screening import MINOR_BAND
from flows.turn import Turn
from flows.weighing import screen, wishing
from flows.weighing.said import answered

SNOOZE = timedelta(hours=1)
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


def home(turn: Turn) -> Finding:
    said = answered(turn)
    if said.ask == "card":
        return Finding.INFORM
    if said.ask == "reminder":
        return _reminded(turn, said.choice)
    match said.choice:
        case "stretch":
            return wishing.wish(turn)
        case "reminder":
            turn.ask("time")
            return Finding.REMIND
        case "settings":
            return Finding.SETTINGS
        case "progress":
            return Finding.INFORM
        case "info":
            turn.ask("info")
            return Finding.MORE
    return Finding.HOME


def _reminded(turn: Turn, choice: str) -> Finding:
    match choice:
        case "now":
            return wishing.wish(turn)
        case "later":
            turn.wake("later", SNOOZE)
            return Finding.LATER
        case "quit":
            end_reminder(turn)
            return Finding.QUIT
    return Finding.NOT_TODAY


def end_reminder(turn: Turn) -> None:
    """No reminder from here on, and none that is already on its way (promise 5)."""
    turn.hush("reminder", "later")
    turn.talk = evolve(turn.talk, reminder=None)


def arm(turn: Turn, reminder: Reminder) -> None:
    """Ask to be woken for the next one."""
    turn.talk = evolve(turn.talk, reminder=reminder)
    at = places.next_at(reminder, turn.talk.zone, turn.now)
    if at is not None:
        turn.wake("reminder", at - turn.now)


def reminding(turn: Turn) -> Finding:
    said = answered(turn)
    match said.ask:
        case "time":
            known = places.zones_of(turn.talk.country)
            zone = turn.talk.zone or (known[0] if len(known) == 1 else "")
            turn.talk = evolve(turn.talk, draft_time=said.choice, draft_zone=zone)
            turn.ask("clock" if zone else "place")
            return Finding.MORE
        case "zone":
            turn.talk = evolve(turn.talk, draft_zone=said.choice)
            turn.ask("clock")
            return Finding.MORE
        case "clock":
            return _clock(turn, said.choice)
    if said.choice == "quit":
        end_reminder(turn)
        return Finding.QUIT
    return Finding.HOME


def _clock(turn: Turn, choice: str) -> Finding:
    if choice != "yes":
        turn.talk = evolve(turn.talk, draft_zone="")
        turn.ask("place")
        return Finding.MORE
    turn.talk = evolve(turn.talk, zone=turn.talk.draft_zone)
    arm(turn, Reminder(turn.talk.draft_time, EVERY_DAY, turn.now))
    turn.talk = evolve(turn.talk, draft_time="", draft_zone="", kept_reminder=None)
    return Finding.SET


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
    end_reminder(turn)
    turn.hush("follow", "help", "seen", "silence", "rested", "lapse", "tomorrow", "fade")
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
