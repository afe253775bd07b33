"""Updates become events: python-telegram-bot's handlers say who it was and what happened. They decide nothing and
send nothing.

`Application.process_update` swallows what a handler raises, so a handler that left nothing behind counts as a
failure, never as done; the last handler takes whatever no other took.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import Any

from attrs import frozen
from telegram import Bot, ChatMember, Update
from telegram.constants import ChatType
from telegram.ext import (
    Application,
    BaseHandler,
    CallbackQueryHandler,
    ChatMemberHandler,
    ContextTypes,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.channels.commands import command
from bot.channels.telegram.reading import PREFIX
from flows import taps
from flows.events import Blocked, Event, Sent, Started, Tapped, Unblocked, Wrote

GONE = (ChatMember.LEFT, ChatMember.BANNED)
Extra = ContextTypes.DEFAULT_TYPE
App = Application[Any, Any, Any, Any, Any, Any]


@frozen
class Heard:
    """What an update says. Without an event there is nothing for the conversation in it."""

    person: str = ""
    event: Event | None = None
    tap: str = ""
    """The id of a tap, to be acknowledged at once."""
    spent: bool = False
    """If everything is deleted now, the buttons of the present card must go: nothing will be remembered of it."""
    group: int = 0
    """A group that the bot is in and must leave."""


class Unheard(Exception):
    """No handler could make anything of an update: one of ours failed."""


_heard: ContextVar[Heard | None] = ContextVar("heard", default=None)
NOTHING = Heard()
FORGET = ("offer", "forget")
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}", re.ASCII)
FORGED = Tapped(0, "forged", "forged")
"""A tap with data that this bot never wrote: it answers nothing."""


async def hear(app: App, raw: dict[str, Any], bot: Bot) -> Heard:
    """What a raw update says. Any error of reading it is raised; the caller sets that update aside."""
    update = Update.de_json(raw, bot)
    marker = _heard.set(None)
    try:
        await app.process_update(update)
        heard = _heard.get()
    finally:
        _heard.reset(marker)
    if heard is None:
        raise Unheard("no handler answered")
    return heard


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    """In the order in which they are asked; the last takes everything."""
    private = filters.ChatType.PRIVATE
    return [
        CallbackQueryHandler(_tapped),
        ChatMemberHandler(_member, ChatMemberHandler.MY_CHAT_MEMBER),
        MessageHandler(private & filters.TEXT, _wrote),
        MessageHandler(private & filters.CAPTION, _captioned),
        MessageHandler(private & filters.StatusUpdate.ALL, _nothing),
        MessageHandler(private, _sent),
        TypeHandler(Update, _nothing),
    ]


def _person(update: Update) -> str:
    """Whose update it is. Unheard: it names nobody."""
    return _name(update.effective_chat.id if update.effective_chat is not None else None)


def _name(number: object) -> str:
    """The library passes on whatever came as an id; only a whole number of 64 bits is one."""
    if type(number) is not int or not -(2**63) <= number < 2**63:
        raise Unheard("an id is no whole number")
    return f"{PREFIX}{number}"


def _words(text: object) -> str:
    """The library passes on whatever came as a text."""
    if not isinstance(text, str | None):
        raise Unheard("a text is no text")
    return text or ""


async def no_trace(_: object, __: Extra) -> None:
    """A handler failed. `hear` notices; the library would print a traceback, which may quote what it could not read."""


async def _tapped(update: Update, _: Extra) -> None:
    query = update.callback_query
    if query is None:
        return
    person = _name(query.from_user.id)
    in_group = query.message is not None and query.message.chat.type != ChatType.PRIVATE
    tap = taps.read(query.data or "") or FORGED
    spent = (tap.ask, tap.choice) == FORGET
    _heard.set(Heard(tap=query.id) if in_group else Heard(person, tap, query.id, spent))


async def _wrote(update: Update, _: Extra) -> None:
    text = _words(update.effective_message.text if update.effective_message is not None else None)
    event: Event = command(text.strip()) if text.strip().startswith("/") else Wrote(text)
    if isinstance(event, Started) and update.effective_user is not None:
        event = Started(_language(update.effective_user.language_code))
    _heard.set(Heard(_person(update), event, spent="delete" in text.lower()))


def _language(code: object) -> str:
    """A language tag such as `de` or `pt-br`; anything else, which may come too: empty."""
    return code.lower() if isinstance(code, str) and _TAG.fullmatch(code) else ""


async def _captioned(update: Update, _: Extra) -> None:
    """The words under a picture are read like any words."""
    caption = _words(update.effective_message.caption if update.effective_message is not None else None)
    _heard.set(Heard(_person(update), Wrote(caption)))


async def _sent(update: Update, _: Extra) -> None:
    _heard.set(Heard(_person(update), Sent()))


async def _member(update: Update, _: Extra) -> None:
    change = update.my_chat_member
    if change is None:
        return
    gone = change.new_chat_member.status in GONE
    if change.chat.type != ChatType.PRIVATE:
        _heard.set(NOTHING if gone else Heard(group=int(change.chat.id)))
        return
    _heard.set(Heard(_person(update), Blocked() if gone else Unblocked()))


async def _nothing(update: Update, _: Extra) -> None:
    """Groups, service messages, kinds of updates that we never asked for: nothing is kept, nothing is said."""
    _heard.set(NOTHING)
