"""One message of ours as it stands in a chat: words, or a picture with words under it, and the buttons.

A card whose words fit under its picture is one message, and the picture, the words and the buttons of it change in
place. Words that do not fit stand in a message of their own, below the picture. A picture is uploaded once; from then
on Telegram knows it by an id of its own, which is kept per bot.
"""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from html import escape
from pathlib import Path

import structlog
from attrs import frozen
from telegram import (
    Animation,
    Bot,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaAnimation,
    InputMediaPhoto,
    Message,
    PhotoSize,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram import render
from bot.channels.telegram.outcome import Fate, outcome
from flows.effects import Card

LONGEST_CAPTION = 1024
"""UTF-16 units of a caption (Bot API, sendPhoto), counted after the tags are gone."""
log = structlog.get_logger("telegram")


@frozen
class Shelf:
    """Where pictures lie: `find` a file by a card's picture; `mark` tells by what id Telegram knows it, `set_mark`
    keeps that."""

    find: Callable[[str], Path | None]
    mark: Callable[[str], Awaitable[str]]
    set_mark: Callable[[str, str], Awaitable[None]]


class Panel:
    """Sends and changes cards through a Bot."""

    def __init__(self, bot: Bot, shelf: Shelf) -> None:
        self._bot = bot
        self._shelf = shelf
        self._ids: dict[str, str] = {}

    def pictured(self, card: Card) -> int:
        """What tells one picture from another; 0: the card is words alone."""
        return (zlib.crc32(card.picture.encode()) or 1) if self._has_picture(card) and fits(card) else 0

    async def send(self, chat: int, card: Card, keyboard: InlineKeyboardMarkup | None, *, silent: bool) -> int:
        """A new message; its id. TelegramError: as the call failed."""
        if self.pictured(card):
            return await self._send_picture(chat, card, caption_of(card), keyboard, silent=silent)
        if self._has_picture(card):
            title = render.text_of(Card("", card.title))
            await self._send_picture(chat, card, title, None, silent=silent)
        return await self._send_words(chat, card, keyboard, silent=silent)

    async def edit(self, chat: int, number: int, card: Card, keyboard: InlineKeyboardMarkup | None, shown: int) -> bool:
        """Change a message that shows the picture `shown` (0: words alone). False: it cannot be turned into this card,
        a new one must be sent."""
        wanted = self.pictured(card)
        if (shown and not wanted) or (not wanted and self._has_picture(card)):
            return False  # a picture cannot be taken off again; a long card has it in a message of its own
        try:
            if not wanted:
                text = render.text_of(card)
                await self._bot.edit_message_text(text, chat, number, parse_mode=ParseMode.HTML, reply_markup=keyboard)
            elif wanted == shown:
                await self.caption(chat, number, card, keyboard)
            else:
                await self._exchange(chat, number, card, keyboard)
        except TelegramError as error:
            fate = outcome(error).fate
            if fate in (Fate.NO_CARD, Fate.UNREADABLE):
                return False
            if fate is not Fate.DONE:
                raise
        return True

    async def caption(self, chat: int, number: int, card: Card, keyboard: InlineKeyboardMarkup | None) -> None:
        """Change the words under a picture."""
        await self._bot.edit_message_caption(
            chat, number, caption=caption_of(card), parse_mode=ParseMode.HTML, reply_markup=keyboard
        )

    async def _exchange(self, chat: int, number: int, card: Card, keyboard: InlineKeyboardMarkup | None) -> None:
        words = caption_of(card)
        for known in (True, False):
            content = await self._content(card.picture, known=known)
            moving = self._moves(card.picture)
            kind = InputMediaAnimation if moving else InputMediaPhoto
            try:
                done = await self._bot.edit_message_media(
                    kind(content, caption=words, parse_mode=ParseMode.HTML), chat, number, reply_markup=keyboard
                )
            except BadRequest as error:
                if not known or isinstance(content, InputFile) or outcome(error).fate is not Fate.REFUSED:
                    raise
                continue  # Telegram forgot its id: bring the picture again
            if isinstance(done, Message):
                await self._learn(card.picture, done)
            return

    async def _send_picture(
        self, chat: int, card: Card, words: str, keyboard: InlineKeyboardMarkup | None, *, silent: bool
    ) -> int:
        send = self._bot.send_animation if self._moves(card.picture) else self._bot.send_photo
        for known in (True, False):
            content = await self._content(card.picture, known=known)
            try:
                sent: Message = await send(
                    chat, content, caption=words, parse_mode=ParseMode.HTML, reply_markup=keyboard,
                    disable_notification=silent,
                )  # fmt: skip
            except BadRequest as error:
                if not known or isinstance(content, InputFile) or outcome(error).fate is not Fate.REFUSED:
                    raise
                continue
            await self._learn(card.picture, sent)
            return sent.message_id
        raise AssertionError("a picture that was brought anew was neither sent nor refused")

    async def _send_words(self, chat: int, card: Card, keyboard: InlineKeyboardMarkup | None, *, silent: bool) -> int:
        try:
            sent = await self._bot.send_message(
                chat, render.text_of(card), ParseMode.HTML, disable_notification=silent, reply_markup=keyboard
            )
        except TelegramError as error:
            if outcome(error).fate is not Fate.UNREADABLE:
                raise
            log.error("Telegram cannot read our formatting; sent plain")
            plain = render.plain_of(card)
            sent = await self._bot.send_message(chat, plain, disable_notification=silent, reply_markup=keyboard)
        return sent.message_id

    def _has_picture(self, card: Card) -> bool:
        return bool(card.picture) and not card.text_only and self._shelf.find(card.picture) is not None

    def _moves(self, picture: str) -> bool:
        path = self._shelf.find(picture)
        return path is not None and path.suffix == ".mp4"

    async def _content(self, picture: str, *, known: bool) -> str | InputFile:
        """What Telegram knows the picture by, or the picture itself."""
        path = self._shelf.find(picture)
        assert path is not None
        name = self._name(picture, path)
        if known:
            found = self._ids.get(name) or await self._shelf.mark(name)
            if found:
                self._ids[name] = found
                return found
        return InputFile(path.read_bytes(), path.name, attach=True)

    async def _learn(self, picture: str, sent: Message) -> None:
        path = self._shelf.find(picture)
        assert path is not None
        name, shown = self._name(picture, path), sent.animation or (sent.photo[-1] if sent.photo else None)
        if isinstance(shown, Animation | PhotoSize) and self._ids.get(name) != shown.file_id:
            self._ids[name] = shown.file_id
            await self._shelf.set_mark(name, shown.file_id)

    def _name(self, picture: str, path: Path) -> str:
        """The bot, the picture, and its size: a picture that was drawn anew is brought anew."""
        return f"file {self._bot.id} {picture} {path.stat().st_size}"


def caption_of(card: Card) -> str:
    """The words under a picture; what it shows is folded away below them, and read out to those who do not see it."""
    shown = f"\n<blockquote expandable>{escape(card.alt, quote=False)}</blockquote>" if card.alt else ""
    return render.text_of(card) + shown


def fits(card: Card) -> bool:
    """Whether a card's words fit under a picture, with its longest count above them."""
    longest = max((card.at(tick.after) for tick in card.ticks), key=lambda each: len(each.text), default=card)
    return len(f"{render.plain_of(longest)}\n{card.alt}".encode("utf-16-le")) // 2 <= LONGEST_CAPTION
