"""A file that goes with a letter: one message, the letter's words as its caption where they fit."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import structlog
from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.channels.telegram import render
from bot.channels.telegram.outcome import Fate, outcome
from bot.makers import File
from flows.effects import Say

LONGEST_CAPTION = 1024
"""UTF-16 units of a caption (Bot API, sendDocument), counted after the tags are gone."""
LONGEST_BLOCK = 3500
"""UTF-16 units of a text to copy in one message of 4096; the words above it need some."""
SHOWN = ("image/png", "image/jpeg")
"""Kinds that people see as a picture; anything else is a file to open."""
log = structlog.get_logger("telegram")


async def send_file(bot: Bot, chat: int, say: Say, file: File) -> int:
    """Send the words and the file; the newest message. 0: Telegram does not take this file, nothing was sent.

    TelegramError: as the call failed. Words that are too long for a caption follow as a message of their own.
    """
    if file.to_copy:
        return await _send_to_copy(bot, chat, say, file.content.decode("utf-8"))
    words = render.text_of(say.card)
    fits = len(render.plain_of(say.card).encode("utf-16-le")) // 2 <= LONGEST_CAPTION
    try:
        sent = await _send(bot, chat, file, words if fits else "")
    except TelegramError as error:
        if outcome(error).fate not in (Fate.REFUSED, Fate.UNREADABLE):
            raise
        log.error("Telegram did not take a file", file=say.file, error=type(error).__name__)
        return 0
    return sent if fits else (await bot.send_message(chat, words, ParseMode.HTML)).message_id


async def _send(bot: Bot, chat: int, file: File, caption: str) -> int:
    words = caption or None
    if file.mime in SHOWN:
        message = await bot.send_photo(chat, file.content, words, parse_mode=ParseMode.HTML, filename=file.name)
        return message.message_id
    message = await bot.send_document(
        chat, file.content, words, parse_mode=ParseMode.HTML, filename=file.name, disable_content_type_detection=True
    )
    return message.message_id


async def _send_to_copy(bot: Bot, chat: int, say: Say, text: str) -> int:
    """The text as a block that one tap copies; a long one in several messages, cut between lines."""
    sent = 0
    for number, block in enumerate(blocks(text)):
        words = f"{render.text_of(say.card)}\n" if number == 0 else ""
        sent = (await bot.send_message(chat, f"{words}<pre>{escape(block)}</pre>", ParseMode.HTML)).message_id
    return sent


def blocks(text: str) -> Iterator[str]:
    """Pieces that fit into one message each, cut at an empty line where there is one, else between lines."""
    while len(text.encode("utf-16-le")) // 2 > LONGEST_BLOCK:
        piece = text[:LONGEST_BLOCK]
        cut = max(piece.rfind("\n\n"), 0) or piece.rfind("\n") + 1 or LONGEST_BLOCK
        yield text[:cut].rstrip("\n")
        text = text[cut:].lstrip("\n")
    yield text.rstrip("\n")
