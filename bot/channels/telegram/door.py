"""The door as a whole: a batch of raw updates in, everything kept, taps acknowledged on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog
from telegram import Bot
from telegram.ext import Application

from bot.channels.telegram.channel import Last
from bot.channels.telegram.incoming import App, Heard, handlers, hear, no_trace
from bot.channels.telegram.reading import PREFIX, Raw, Unreadable, number_of, sender
from bot.channels.telegram.request import AiohttpRequest
from bot.clock import Clock
from bot.desk import Desk
from bot.engine import Engine
from bot.logs import who
from bot.throttle import Throttle
from flows import kept
from flows.pages import Book
from flows.safer import must_be_heard
from storage.store import Failed, Store, Turn

MOST_ASIDE = 50
"""Taps being acknowledged at once, above which the spinner of one that is too much is left to end by itself."""
TRANSPORTS = "transports"
UNREAD = "telegram:unread"
"""Whose turn it is when an update cannot be read: nobody's."""
log = structlog.get_logger("telegram")


def build(token: str, root: str) -> App:
    """python-telegram-bot's Application with our handlers and our transport; it neither polls nor schedules by
    itself."""
    transports = (AiohttpRequest(), AiohttpRequest())
    builder = Application.builder().token(token).base_url(f"{root}/bot").base_file_url(f"{root}/file/bot")
    builder = builder.request(transports[0]).get_updates_request(transports[1])
    app = builder.updater(None).job_queue(None).build()
    app.add_handlers(handlers())
    app.add_error_handler(no_trace)
    app.bot_data[TRANSPORTS] = transports
    return app


async def close(app: App) -> None:
    """Let go of the connections; `Application.shutdown` leaves them open if the first greeting failed."""
    await app.shutdown()
    for transport in app.bot_data[TRANSPORTS]:
        await transport.shutdown()


class Door:
    """Takes batches of raw updates and hands their events to the engine."""

    def __init__(
        self,
        app: App,
        engine: Engine,
        store: Store,
        book: Book,
        clock: Clock,
        *,
        throttle: Throttle | None = None,
        desk: Desk | None = None,
    ) -> None:
        self._app = app
        self._bot: Bot = app.bot
        self._engine = engine
        self._store = store
        self._book = book
        self._clock = clock
        self._throttle = Throttle() if throttle is None else throttle
        self._desk = desk or Desk((), dict)
        self._side: set[asyncio.Task[None]] = set()
        self._spent = ("", 0)
        """The person and the card that lost its buttons last."""

    async def take(self, updates: list[Raw]) -> None:
        """Returns when everything of the batch is kept or set aside. StoreError: it is not, nothing may be
        confirmed.

        Who sends more than anybody reads comes last, so that the others wait for none of it; the order of one person's
        own updates stays as it is.
        """
        excess = {number_of(each) for each in updates if (who := sender(each)) and not self._throttle.spend(who)}
        crowding = {sender(each) for each in updates if number_of(each) in excess}
        calm = [await self._read(each) for each in updates if sender(each) not in crowding]
        turns = [asyncio.create_task(turn) for turn in calm if turn is not None]
        for each in updates:
            if sender(each) in crowding:
                await asyncio.sleep(0)  # the others are at work
                turn = await self._read(each, excess=number_of(each) in excess)
                turns += [asyncio.create_task(turn)] if turn is not None else []
        await asyncio.gather(*turns)

    async def _read(self, update: Raw, *, excess: bool = False) -> Coroutine[Any, Any, None] | None:
        """Acknowledge a tap, and give back the turn that the update asks for. Of what is too much only what makes
        things safer is one."""
        key = f"telegram:{number_of(update)}"
        if isinstance(update, Unreadable):
            return self._set_aside(key, update.reason)
        try:
            heard = await hear(self._app, update, self._bot)
        except Exception as error:
            return self._set_aside(key, type(error).__name__)
        if heard.tap and not (excess and len(self._side) > MOST_ASIDE):
            self._aside(self._acknowledge(heard.tap))
        if heard.group:
            self._aside(self._leave(heard.group))
        if heard.event is None:
            return None
        if excess and not must_be_heard(heard.event, self._book):
            self._leave_unread(heard)
            return None
        answer = self._desk.answer(heard.person, heard.event)
        if answer:
            self._aside(self._tell(heard.person, answer))
            return None
        return self._handle(heard, key)

    def _leave_unread(self, heard: Heard) -> None:
        """A tap is let go, it was acknowledged; of words it is said once in a while."""
        if not heard.tap and self._throttle.tell(heard.person):
            log.warning("somebody sends more than is read", who=who(heard.person))
            self._aside(self._tell(heard.person, self._book.say("kind.slower")))

    async def _set_aside(self, key: str, reason: str) -> None:
        log.error("an update could not be read", error=reason)
        await self._store.set_aside(Turn(UNREAD, key), reason, self._clock.now())

    async def _handle(self, heard: Heard, key: str) -> None:
        if heard.event is None:
            return
        card = await self._card_of(heard.person) if heard.spent else 0
        agreed = heard.spent and await self._has_agreed(heard.person)
        outcome = await self._engine.handle(heard.person, heard.event, key)
        deleted = card and agreed and not await self._has_agreed(heard.person)
        if deleted and (heard.person, card) != self._spent:  # the second half of a double tap asks nothing of Telegram
            self._spent = (heard.person, card)
            self._aside(self._spend(heard.person, card))
        if isinstance(outcome, Failed):
            log.error("a turn was set aside", error=type(outcome.error).__name__)

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        """Something that nobody waits for and whose failure changes nothing."""
        task = asyncio.create_task(work)
        self._side.add(task)
        task.add_done_callback(self._side.discard)

    async def _acknowledge(self, tap: str) -> None:
        """Stop the button's spinner. Too late is no harm."""
        try:
            await self._bot.answer_callback_query(tap)
        except Exception as error:
            log.debug("a tap was not acknowledged", error=type(error).__name__)

    async def _has_agreed(self, person: str) -> bool:
        """Whether anything that had to be agreed to is kept of a person; a deletion leaves nothing of it."""
        return kept.read(await self._store.read(person)).agreement is not None

    async def _card_of(self, person: str) -> int:
        """The message that holds a person's present card; 0: nothing is kept of them."""
        return Last.of(await self._store.reference(person)).card

    async def _spend(self, person: str, card: int) -> None:
        """Take the buttons off a card that the post knows nothing of any more: everything was deleted."""
        try:
            await self._bot.edit_message_reply_markup(int(person.removeprefix(PREFIX)), card)
        except Exception as error:
            log.debug("an old card kept its buttons", error=type(error).__name__)

    async def _tell(self, person: str, words: str) -> None:
        """Say something beside the conversation, which is not worth keeping."""
        try:
            await self._bot.send_message(int(person.removeprefix(PREFIX)), words)
        except Exception as error:
            log.debug("a word aside was not sent", error=type(error).__name__)

    async def _leave(self, group: int) -> None:
        """Health talk is private: a group gets the link to the private chat, and the bot goes."""
        try:
            await self._bot.send_message(group, self._book.say("group.private", link=self._bot.link))
            await self._bot.leave_chat(group)
        except Exception as error:
            log.debug("a group was not left", error=type(error).__name__)

    async def close(self) -> None:
        """Wait for what goes on at the side."""
        if self._side:
            await asyncio.wait(self._side, timeout=5)
