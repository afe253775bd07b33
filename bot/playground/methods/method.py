"""What a method of the Bot API is here: a name, a handler, and the parameters it knows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.playground.api import Api
from bot.playground.parameters import Call

Handler = Callable[[Api, Call], Any | Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Told:
    """A result with a description beside it, as webhooks get: {"ok": true, "result": ..., "description": ...}."""

    result: Any
    description: str


@dataclass(frozen=True, slots=True)
class Method:
    """`parameters`: those of the docs, and older names that Client.cpp still reads."""

    name: str
    handler: Handler
    parameters: frozenset[str]

    def unknown(self, call: Call) -> list[str]:
        """Names that Telegram would ignore. Files that another parameter points to (attach://) are not among them."""
        pointed = {name for name in call.files if any(f"attach://{name}" in value for value in call.values.values())}
        return sorted((set(call.values) | set(call.files)) - self.parameters - pointed - {"method"})


def method(name: str, handler: Handler, parameters: str = "") -> Method:
    return Method(name, handler, frozenset(parameters.split()))
