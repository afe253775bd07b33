"""Letters out: which card is edited in place, which is frozen with its answer, which is a new message.

What was sent last is remembered with the letter, as `card:newest:token:shown:picture`: the message that holds the
present card, the newest message of ours, the card's token, a hash of what it shows (a double tap changes nothing, so
nothing is sent) and which picture stands in it. So a restart changes nothing, and no list of messages is kept.
"""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable

import structlog
from attrs import frozen
from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.channels.telegram import render
from bot.channels.telegram.enclosed import send_file
from bot.channels.telegram.outcome import Fate, outcome
from bot.channels.telegram.panel import Panel, Shelf
from bot.channels.telegram.reading import PREFIX
from bot.channels.telegram.ticker import Ticker
from bot.makers import Files
from bot.post import Doubtful, Gone, Limited, Undeliverable, Unknown, Unsent
from flows.effects import Card, Kind, Say

log = structlog.get_logger("telegram")


@frozen
class Last:
    """What stands in a chat: our present card, our newest message, the card's token, a hash of the card, its picture.
    0: none."""

    card: int = 0
    newest: int = 0
    token: int = 0
    shown: int = 0
    picture: int = 0

    def __str__(self) -> str:
        return f"{self.card}:{self.newest}:{self.token}:{self.shown}:{self.picture}"

    @classmethod
    def of(cls, reference: str) -> Last:
        parts = reference.split(":")
        return cls(*(int(part) for part in parts)) if len(parts) in (4, 5) else cls()


class TelegramChannel:
    """Delivers letters through a Bot. `last_of` tells the reference of the newest letter sent to a person, `files`
    makes what goes with a letter, and on the `shelf` lie the pictures."""

    def __init__(self, bot: Bot, last_of: Callable[[str], Awaitable[str]], files: Files, shelf: Shelf) -> None:
        self._bot = bot
        self._last_of = last_of
        self._files = files
        self._panel = Panel(bot, shelf)
        self._ticker = Ticker()

    async def deliver(self, person: str, say: Say) -> str:
        chat = int(person.removeprefix(PREFIX))
        await self._ticker.stop(person)
        last = Last.of(await self._last_of(person))
        say, file = await self._files.enclosed(person, say)
        try:
            if file is not None and (sent := await send_file(self._bot, chat, say, file)):
                return str(Last(last.card, sent, last.token, last.shown, last.picture))
            if file is not None:
                say = await self._files.without(person, say)
            now = await self._deliver(chat, say, last)
        except TelegramError as error:
            raise _as_post_error(error) from error
        if say.card.ticks:
            self._count(person, chat, now, say)
        return str(now)

    async def close(self) -> None:
        """End what goes on by itself."""
        await self._ticker.close()

    async def _deliver(self, chat: int, say: Say, last: Last) -> Last:
        card = say.card.at(0)
        silent = say.silent or (bool(say.cause) and say.kind not in (Kind.REMINDER, Kind.ALERT))
        keyboard = render.keyboard_of(say)
        if not say.card.rows:
            sent = await self._panel.send(chat, card, keyboard, silent=silent)
            return Last(last.card, sent, last.token, last.shown, last.picture)
        shown, picture = zlib.crc32(repr((say.card, say.token)).encode()), self._panel.pictured(card)
        in_place = say.replaces and last.card and last.card == last.newest
        if in_place and (shown == last.shown or await self._panel.edit(chat, last.card, card, keyboard, last.picture)):
            return Last(last.card, last.card, say.token, shown, picture)
        if last.card:
            await self._settle(chat, last, say)
        sent = await self._panel.send(chat, card, keyboard, silent=silent)
        return Last(sent, sent, say.token, shown, picture)

    def _count(self, person: str, chat: int, now: Last, say: Say) -> None:
        keyboard = render.keyboard_of(say)

        async def show(card: Card) -> None:
            await self._panel.edit(chat, now.card, card, keyboard, now.picture)

        self._ticker.begin(person, say.card, show)

    async def _settle(self, chat: int, last: Last, say: Say) -> None:
        """Freeze the card that was answered; any other old card only loses its buttons."""
        try:
            if say.settled is not None and say.settles == last.token and not last.picture:
                text = render.answered_text(say.settled, say.chosen)
                await self._bot.edit_message_text(text, chat, last.card, parse_mode=ParseMode.HTML)
            else:
                await self._bot.edit_message_reply_markup(chat, last.card)
        except TelegramError as error:
            if outcome(error).fate not in (Fate.DONE, Fate.NO_CARD, Fate.UNREADABLE, Fate.REFUSED):
                raise


def _as_post_error(error: TelegramError) -> Exception:
    found = outcome(error)
    if found.fate is Fate.GONE:
        return Gone("gone")
    if found.fate is Fate.REFUSED:
        log.error("Telegram refused a message", error=type(error).__name__)
        return Undeliverable("refused")
    if found.fate is Fate.TOKEN:
        return Unknown("our token is refused")
    if found.fate is Fate.UNSENT:
        return Limited(found.wait) if found.wait else Unsent("no connection")
    return Doubtful(type(error).__name__)
