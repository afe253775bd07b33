"""Commands, the same in every channel."""

from __future__ import annotations

from flows.events import Asked, Event, Started, Stopped

LONGEST = 32
"""Characters of a command's name (Bot API, BotCommand)."""


def command(words: str) -> Event:
    """A message that begins with a slash: `/stop`, `/start payload`, `/help@some_bot`."""
    first = (words[1:].split(maxsplit=1) or [""])[0]
    name = first.partition("@")[0].lower()[:LONGEST]
    if name == "start":
        return Started()
    return Stopped() if name == "stop" else Asked(name)
