"""A card as Telegram shows it: HTML, escaped here and nowhere else, and an inline keyboard."""

from __future__ import annotations

from html import escape

from attrs import evolve
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from flows import taps
from flows.effects import Card, Say
from flows.events import Tapped

LONGEST = 4096
"""Characters of a message (Bot API, sendMessage), counted in UTF-16 units after the tags are gone."""
CHECK = "✓"


def text_of(card: Card) -> str:
    """The message in Telegram's HTML: the title bold, the text below it."""
    title = f"<b>{escape(card.title, quote=False)}</b>" if card.title else ""
    body = escape(cut(card.text, len(card.title) + 1), quote=False)
    return "\n".join(part for part in (title, body) if part)


def plain_of(card: Card) -> str:
    """The same without any formatting, for the case that Telegram cannot read ours."""
    return "\n".join(part for part in (card.title, cut(card.text, len(card.title) + 1)) if part)


def answered_text(frozen: Card, chosen: str) -> str:
    """A card that was answered: the question, and what was chosen."""
    room = evolve(frozen, text=cut(frozen.text, len(frozen.title) + len(chosen) + 8))
    return f"{text_of(room)}\n\n{CHECK} <b>{escape(chosen, quote=False)}</b>"


def cut(text: str, used: int = 0) -> str:
    """A text that fits into one message. Ours do (`unkink check` sees to it); /mydata of a long history may not."""
    room = LONGEST - used - 8
    if len(text.encode("utf-16-le")) // 2 <= room:
        return text
    return text.encode("utf-16-le")[: 2 * room].decode("utf-16-le", "ignore") + "…"


def keyboard_of(say: Say) -> InlineKeyboardMarkup | None:
    """The buttons, each carrying the card's token."""
    if not say.card.rows:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(
                    button.words,
                    callback_data=taps.write(Tapped(say.token, button.ask, button.choice)),
                    style=button.look.value or None,
                )
                for button in row
            ]
            for row in say.card.rows
        ]
    )
