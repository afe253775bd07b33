"""Faults as switches: on until they are off."""

from __future__ import annotations

from collections.abc import Callable

from bot.playground.api import Api
from bot.playground.faults import Fault, Kind
from bot.playground.ledger import Entry
from bot.playground.ledger import Kind as Written

SLOW = 2.0  # seconds
MADE: dict[str, Callable[[], Fault]] = {
    "flood": lambda: Fault(Kind.FLOOD, None, retry_after=3),
    "outage": lambda: Fault(Kind.ERROR, None, code=502),
    "slow": lambda: Fault(Kind.SLOW, None, seconds=SLOW),
    "duplicate": lambda: Fault(Kind.DUPLICATE),
}


class Switches:
    """`duplicate` is a fault anew with each update: one that stayed on would deliver the first for ever."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._on: dict[str, Fault] = {}
        api.ledger.listen(self._heard)

    def json(self) -> dict[str, bool]:
        return {name: name in self._on for name in MADE}

    def turn(self, name: str, on: bool) -> None:
        """ValueError for a switch that there is not."""
        if name not in MADE:
            raise ValueError("There is no such switch.")
        fault = self._on.pop(name, None)
        if fault is not None:
            self._api.faults.off(fault)
        if on:
            self._on[name] = self._api.faults.add(MADE[name]())
        self._api.bell.ring()

    def _heard(self, entry: Entry) -> None:
        spent = self._on.get("duplicate")
        if entry.kind is Written.UPDATE and spent is not None and spent.spent:
            self._on["duplicate"] = self._api.faults.add(MADE["duplicate"]())
