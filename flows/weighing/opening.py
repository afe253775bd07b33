"""Answers of the first stages: age, consent, country; and the cards that are left without consent."""

from __future__ import annotations

import hashlib

from attrs import evolve

from flows.conversation import Agreement
from flows.findings import Finding
from flows.screening import MINOR_BAND
from flows.turn import Turn
from flows.weighing import screen
from flows.weighing.said import answered


def new(turn: Turn) -> Finding:
    return Finding.BEGIN


def age(turn: Turn) -> Finding:
    band = answered(turn).choice
    turn.talk = evolve(turn.talk, age=band)
    return Finding.UNDERAGE if band == MINOR_BAND else Finding.SETTLED


def consent(turn: Turn) -> Finding:
    if answered(turn).choice != "agree":
        return Finding.REFUSED
    words = hashlib.sha256(turn.book.screening.consent.text.encode()).hexdigest()[:16]
    turn.talk = evolve(turn.talk, agreement=Agreement(turn.now, words))
    return Finding.AGREED


def country(turn: Turn) -> Finding:
    code = answered(turn).choice
    turn.talk = evolve(turn.talk, country="" if code == "skip" else code)
    screen.begin(turn, "first")
    return Finding.SCREEN


def informed(turn: Turn) -> Finding:
    return Finding.BEGIN if answered(turn).ask == "opening" else Finding.INFORM


def minor(turn: Turn) -> Finding:
    turn.talk = evolve(turn.talk, age="")
    return Finding.BEGIN
