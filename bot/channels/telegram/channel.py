"""Letters out: which card is edited in place, which is frozen with its answer, which is a new message.

What was sent last is remembered with the letter, as `card:newest:token:shown`: the message that holds the present card,
the newest message of ours, the card's token and a hash of what it shows (a double tap changes nothing, so nothing is
sent). So a restart changes nothing, and no list of messages is kept.
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
from bot.channels.telegram.incoming import PREFIX
from bot.channels.telegram.outcome import Fate, outcome
from bot.makers import Files
from bot.post import Doubtful, Gone, Limited, Undeliverable, Unknown, Unsent
from flows.effects import Kind, Say

log = structlog.get_logger("telegram")


@frozen
class Last:
    """What stands in a chat: our present card, our newest message, the card's token, a hash of the card. 0: none."""

    card: int = 0
    newest: int = 0
    token: int = 0
    shown: int = 0

    def __str__(self) -> str:
        return f"{self.card}:{self.newest}:{self.token}:{self.shown}"

    @classmethod
    def of(cls, reference: str) -> Last:
        parts = reference.split(":")
        return cls(*(int(part) for part in parts)) if len(parts) == 4 else cls()


class TelegramChannel:
    """Delivers letters through a Bot. `last_of` tells the reference of the newest letter sent to a person, `files`
    makes what goes with a letter."""

    def __init__(self, bot: Bot, last_of: Callable[[str], Awaitable[str]], files: Files) -> None:
        self._bot = bot
        self._last_of = last_of
        self._files = files

    async def deliver(self, person: str, say: Say) -> str:
        chat = int(person.removeprefix(PREFIX))
        last = Last.of(await self._last_of(person))
        say, file = await self._files.enclosed(person, say)
        try:
            if file is not None and (sent := await send_file(self._bot, chat, say, file)):
                return str(Last(last.card, sent, last.token, last.shown))
            if file is not None:
                say = await self._files.without(person, say)
            return str(await self._deliver(chat, say, last))
        except TelegramError as error:
            raise _as_post_error(error) from error

    async def _deliver(self, chat: int, say: Say, last: Last) -> Last:
        if not say.card.rows:
            return Last(last.card, await self._send(chat, say), last.token, last.shown)
        shown = zlib.crc32(repr((say.card, say.token)).encode())
        in_place = say.replaces and last.card and last.card == last.newest
        if in_place and (shown == last.shown or await self._edit(chat, last.card, say)):
            return Last(last.card, last.card, say.token, shown)
        if last.card:
            await self._settle(chat, last, say)
        sent = await self._send(chat, say)
        return Last(sent, sent, say.token, shown)

    async def _send(self, chat: int, say: Say) -> int:
        silent = say.silent or (bool(say.cause) and say.kind not in (Kind.REMINDER, Kind.ALERT))
        markup = render.keyboard_of(say)
        try:
            message = await self._bot.send_message(
                chat, render.text_of(say.card), ParseMode.HTML, disable_notification=silent, reply_markup=markup
            )
        except TelegramError as error:
            if outcome(error).fate is not Fate.UNREADABLE:
                raise
            log.error("Telegram cannot read our formatting; sent plain")
            plain = render.plain_of(say.card)
            message = await self._bot.send_message(chat, plain, disable_notification=silent, reply_markup=markup)
        return message.message_id

    async def _edit(self, chat: int, card: int, say: Say) -> bool:
        """Change the card in place; False: it cannot be edited any more, a new one must be sent."""
        try:
            await self._bot.edit_message_text(
                render.text_of(say.card), chat, card, parse_mode=ParseMode.HTML, reply_markup=render.keyboard_of(say)
            )
        except TelegramError as error:
            fate = outcome(error).fate
            if fate in (Fate.NO_CARD, Fate.UNREADABLE):
                return False
            if fate is not Fate.DONE:
                raise
        return True

    async def _settle(self, chat: int, last: Last, say: Say) -> None:
        """Freeze the card that was answered; any other old card only loses its buttons."""
        try:
            if say.settled is not None and say.settles == last.token:
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
