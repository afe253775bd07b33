"""A tap as button data, at most 64 bytes, and back.

On the wire: `2f:emergency_nerves:not_sure` - the token in hexadecimal, what was asked, the choice. Anyone can send
any data, so what comes back is only believed after `flows.hearing` compared it with the conversation.
"""

from __future__ import annotations

import re

from flows.events import Tapped

MOST_BYTES = 64
"""Telegram's limit for callback_data (Bot API, InlineKeyboardButton)."""
MOST_TOKEN = 2**40
_SHAPE = re.compile(r"([0-9a-f]{1,10}):([a-z0-9_]{1,24}):([A-Za-z0-9_/+:\-]{1,32})", re.ASCII)


def write(tap: Tapped) -> str:
    """The data of a button. ValueError: the tap has no such form (a fault of the content or the code)."""
    data = f"{tap.token:x}:{tap.ask}:{tap.choice}"
    if read(data) != tap or len(data.encode()) > MOST_BYTES:
        raise ValueError(f"no button data can carry {tap}")
    return data


def read(data: str) -> Tapped | None:
    """The tap behind button data; None for anything that this code did not write."""
    match = _SHAPE.fullmatch(data)
    if match is None:
        return None
    token, ask, choice = match.groups()
    if len(token) > 1 and token.startswith("0"):
        return None
    return Tapped(int(token, 16), ask, choice)
