"""Raw updates out of what Telegram sends: one by one, so that one that cannot be read never takes others with it.

An answer to getUpdates is one piece of JSON with up to a hundred updates in it. If a single one is nested a hundred
thousand deep, or holds a number of five thousand digits, the whole cannot be read, and would be asked for again for
ever. Then the text is cut into its updates by its brackets alone, each is read by itself, and of one that cannot be
read only the number is looked for: that is enough to set it aside and to go on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TypeGuard

from attrs import frozen

Update = dict[str, Any]
PREFIX = "telegram:"
"""What stands before the messenger's number in a person's name."""
HIGHEST = 2**53
"""Ids of updates lie far below (docs, Update); a number above is none."""
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
"""A whole string (one that never ends as well: else the search would begin anew at each quote in it), or a bracket."""
_LIST = re.compile(rb'"result"\s*:\s*\[')
_NUMBER = re.compile(rb'"update_id"\s*:\s*([0-9]{1,15})\s*[,}]')


@frozen
class Unreadable:
    """An update of which nothing but its number can be read."""

    number: int
    reason: str
    """The kind of error."""


Raw = Update | Unreadable


def number_of(raw: Raw) -> int:
    """The update's id."""
    return raw.number if isinstance(raw, Unreadable) else int(raw["update_id"])


def sender(raw: Raw) -> str:
    """Who sent it, as people are named here; empty: nobody can be told, or it is no message and no tap."""
    for kind in ("message", "callback_query"):
        part = raw.get(kind) if not isinstance(raw, Unreadable) else None
        person = part.get("from") if isinstance(part, dict) else None
        number = person.get("id") if isinstance(person, dict) else None
        if type(number) is int:
            return f"{PREFIX}{number}"
    return ""


def read_answer(body: bytes) -> dict[str, Any]:
    """What Telegram answered; `result` may be a list of anything. Empty: it cannot be read at all."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        cut = [read_update(text) for text in _cut(body)]
        return {"ok": True, "result": cut} if cut else {}
    return found if isinstance(found, dict) else {}


def updates_in(listed: list[object]) -> list[Raw]:
    """Those of them that are updates."""
    return [each for each in listed if isinstance(each, Unreadable) or _is_update(each)]


def read_update(text: bytes) -> Raw | None:
    """One update. None: there is no number in it, so it is no update, and cannot be confirmed either."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        number = _number(text)
        return None if number is None else Unreadable(number, type(error).__name__)
    return found if _is_update(found) else None


def _is_update(found: object) -> TypeGuard[Update]:
    number = found.get("update_id") if isinstance(found, dict) else None
    return type(number) is int and 0 <= number < HIGHEST


def _cut(answer: bytes) -> Iterator[bytes]:
    """The updates of an answer, uncut as text."""
    begin, listed = 0, False
    for depth, start, end in _tokens(answer):
        sign = answer[start : start + 1]
        if depth == 1 and _LIST.match(answer, start):
            listed = True
        elif listed and depth == 1 and sign == b"]":
            return
        elif listed and depth == 2 and sign == b"{":
            begin = start
        elif listed and depth == 2 and sign == b"}":
            yield answer[begin:end]


def _number(update: bytes) -> int | None:
    for depth, start, _ in _tokens(update):
        if depth == 1 and (found := _NUMBER.match(update, start)):
            return int(found[1])
    return None


def _tokens(text: bytes) -> Iterator[tuple[int, int, int]]:
    """Strings and brackets, each with how deep it lies, its start and its end."""
    depth = 0
    for token in _TOKEN.finditer(text):
        sign = text[token.start() : token.start() + 1]
        depth -= sign in (b"]", b"}")
        yield depth, token.start(), token.end()
        depth += sign in (b"[", b"{")
