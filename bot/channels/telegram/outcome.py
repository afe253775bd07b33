"""What became of a call, told from the error: done, surely not sent, maybe sent, or never to arrive.

The order of the checks matters: BadRequest and TimedOut are NetworkErrors to python-telegram-bot.
"""

from __future__ import annotations

from datetime import timedelta
from enum import Enum, auto

import aiohttp
from attrs import frozen
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError


class Fate(Enum):
    """What a call came to."""

    DONE = auto()
    """It is as it should be, although Telegram refused ("message is not modified")."""
    UNSENT = auto()
    MAYBE = auto()
    GONE = auto()
    """The person blocked the bot, or the chat is no more."""
    NO_CARD = auto()
    """The message to edit is not there, or cannot be edited: send a new one."""
    UNREADABLE = auto()
    """Telegram cannot read our formatting: send it plain, once."""
    REFUSED = auto()
    """Refused for good: a fault of ours."""
    TOKEN = auto()
    """The token is refused."""


@frozen
class Outcome:
    fate: Fate
    wait: float = 0.0
    """Seconds that Telegram asks to wait."""


_BAD = (
    ("message is not modified", Fate.DONE),
    ("query is too old", Fate.DONE),
    ("query id is invalid", Fate.DONE),
    ("message to edit not found", Fate.NO_CARD),
    ("message can't be edited", Fate.NO_CARD),
    ("message_id_invalid", Fate.NO_CARD),
    ("there is no text in the message to edit", Fate.NO_CARD),
    ("can't parse entities", Fate.UNREADABLE),
    ("chat not found", Fate.GONE),
    ("peer_id_invalid", Fate.GONE),
    ("user is deactivated", Fate.GONE),
)
"""Telegram's words for a bad request (in lower case), and what they mean for a letter."""
SURELY_NOT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.SocketTimeoutError)


def outcome(error: Exception) -> Outcome:
    """The outcome behind an error of a Bot API call."""
    if isinstance(error, RetryAfter):
        return Outcome(Fate.UNSENT, _seconds(error.retry_after) + 0.5)
    if isinstance(error, Forbidden):
        return Outcome(Fate.GONE)
    if isinstance(error, InvalidToken):
        return Outcome(Fate.TOKEN)
    if isinstance(error, ChatMigrated):
        return Outcome(Fate.GONE)
    if isinstance(error, BadRequest):
        words = str(error.message).lower()
        return Outcome(next((fate for part, fate in _BAD if part in words), Fate.REFUSED))
    if isinstance(error, NetworkError):
        surely_not = isinstance(error.__cause__, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
        return Outcome(Fate.UNSENT if surely_not else Fate.MAYBE)
    if isinstance(error, TelegramError):
        return Outcome(Fate.MAYBE)
    return Outcome(Fate.MAYBE)


def _seconds(wait: float | timedelta) -> float:
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
