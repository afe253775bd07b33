"""The people of the pictures: two builds and more, so that many can find themselves in them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """How one of them is built (factors of the usual width) and looks (names of colours)."""

    name: str
    limb: float
    hips: float
    waist: float
    chest: float
    belly: float
    """How far the front of the waist stands out, in metres."""
    sleeve: float
    """How far the sleeve goes down the upper arm (more than 1: down the forearm)."""
    hair: str
    """short, bun or bob."""


PEOPLE = {
    person.name: person
    for person in (
        Person("mina", limb=0.94, hips=1.0, waist=0.86, chest=0.90, belly=0.0, sleeve=0.55, hair="bun"),
        Person("tom", limb=1.06, hips=0.98, waist=1.0, chest=1.06, belly=0.012, sleeve=0.6, hair="short"),
        Person("ruth", limb=1.16, hips=1.18, waist=1.22, chest=1.12, belly=0.042, sleeve=0.7, hair="bob"),
    )
}
