"""What can go wrong with one call to the Bot API: what Telegram does with it, and what the caller comes to know."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
from attrs import frozen


class Told(Enum):
    """What the caller can know afterwards."""

    DONE = "done"
    """Answered: done, or refused with a reason."""
    UNSENT = "surely not sent"
    OPEN = "open"
    """It may have been done or not."""
    LIMITED = "asked to wait"


@frozen
class Trouble:
    """`done`: Telegram carries the call out all the same. `after`: seconds until the caller hears of it. One of
    `status` with `body`, or `error`, is what they hear; neither: they wait until they give up by themselves."""

    name: str
    told: Told
    done: bool = False
    after: float = 0.0
    status: int = 0
    body: bytes = b""
    error: Callable[[], Exception] | None = None


def _refused() -> Exception:
    asked = SimpleNamespace(host="telegram", port=443, ssl=True)
    return aiohttp.ClientConnectorError(cast(Any, asked), OSError("refused"))


PAGE = b"<html><head><title>502 Bad Gateway</title></head></html>"
NOT_FOUND = b'{"ok":false,"error_code":404,"description":"Not Found"}'
HTML_429 = b"<html><head><title>429 Too Many Requests</title></head></html>"
HTML_WAIT = 30.0
"""What a page in place of a 429 is read as; bot.channels.telegram.request says so."""
SURELY_NOT = (
    Trouble("refused", Told.UNSENT, error=_refused),
    Trouble("no connection", Told.UNSENT, after=5.0, error=aiohttp.ConnectionTimeoutError),
    Trouble("404", Told.UNSENT, status=404, body=NOT_FOUND),
)
"""The last is a proxy that does not know where to go; Telegram says so where the token is wrong."""
MAYBE = (
    Trouble("reset before", Told.OPEN, error=aiohttp.ServerDisconnectedError),
    Trouble("reset after", Told.OPEN, done=True, error=aiohttp.ServerDisconnectedError),
    Trouble("cut off", Told.OPEN, done=True, error=aiohttp.ClientPayloadError),
    Trouble("silence", Told.OPEN),
    Trouble("late", Told.OPEN, done=True),
    Trouble("500", Told.OPEN, status=500, body=b'{"ok":false,"error_code":500,"description":"Internal Server Error"}'),
    Trouble("502", Told.OPEN, status=502, body=PAGE),
    Trouble("504 after", Told.OPEN, done=True, after=8.0, status=504, body=PAGE),
    Trouble("page", Told.OPEN, done=True, status=200, body=PAGE),
    Trouble("half an answer", Told.OPEN, done=True, status=200, body=b'{"ok":true,"result":{"message_id":1'),
    Trouble("no result", Told.OPEN, done=True, status=200, body=b'{"ok":true}'),
    Trouble("empty", Told.OPEN, done=True, status=200),
)
SLOW = Trouble("slow", Told.DONE, done=True, after=7.0)
"""It is answered, in the end."""


def flood(wait: int) -> Trouble:
    """429 with the seconds to wait."""
    body = f'{{"ok":false,"error_code":429,"description":"Too Many Requests: retry after {wait}",'
    return Trouble("429", Told.LIMITED, status=429, body=(body + f'"parameters":{{"retry_after":{wait}}}}}').encode())


FLOOD_PAGE = Trouble("429 as a page", Told.LIMITED, status=429, body=HTML_429)
WAITS = (1, 2, 5, 30, 61, 300, 10_072)
"""Seconds of retry_after; the last is the longest that has been reported."""
ALL = (*SURELY_NOT, *MAYBE, SLOW, flood(3), FLOOD_PAGE)
"""One of each, for runs with a single fault."""
