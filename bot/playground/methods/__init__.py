"""The table of methods, by lower-case name (Client.cpp: names are compared in lower case)."""

from __future__ import annotations

from bot.playground.methods import answering, chats, editing, profile, sending, updates
from bot.playground.methods.method import Method

TABLE: dict[str, Method] = {
    method.name.lower(): method
    for part in (sending, editing, answering, updates, profile, chats)
    for method in part.METHODS
}
# These end the bot's life on the server. Telegram obeys; a playground has nowhere to log out from.
REFUSED = frozenset({"logout", "close"})
