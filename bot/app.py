"""The one place where the parts of the bot on Telegram are put together, started and stopped in order.

The chat in the terminal needs none of it and is put together in `bot.chat`.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import structlog
from telegram.error import InvalidToken, TelegramError

from bot import rounds
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.door import Door, build, close
from bot.channels.telegram.incoming import App
from bot.channels.telegram.poller import REFUSALS, Poller, TokenRefused
from bot.channels.telegram.profile import set_profile
from bot.clock import Clock, FollowedClock, SystemClock
from bot.engine import Engine, running
from bot.makers import Files
from bot.pacing import Pace
from bot.post import Barred, Post
from bot.settings import Settings
from bot.stores import store_of
from flows.events import Blocked
from flows.pages import Book
from storage.store import Outcome, Store

REFUSED = "Telegram refuses the bot's token; get the right one from @BotFather"
GREETING_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
log = structlog.get_logger("app")


async def serve(
    settings: Settings,
    book: Book,
    *,
    clock: Clock | None = None,
    stopped: asyncio.Event | None = None,
    pace: Pace = Pace(),  # noqa: B008, it is a value
) -> None:
    """The bot on Telegram, until a signal (or `stopped`) ends it. TokenRefused: Telegram does not know the token."""
    clock = clock or (FollowedClock(settings.clock_file) if settings.clock_file else SystemClock())
    stop = stopped or _stopped_by_signal()
    app = build(settings.telegram_token, settings.telegram_api)
    async with store_of(settings, clock.now()) as store, running(store, book, clock) as engine:
        try:
            if await _greeted(app, stop):
                await _work(settings, book, app, store, engine, clock, pace, stop)
        finally:
            await close(app)


async def _work(
    settings: Settings,
    book: Book,
    app: App,
    store: Store,
    engine: Engine,
    clock: Clock,
    pace: Pace,
    stop: asyncio.Event,
) -> None:
    """Poll, deliver and go round until it is time to stop; then finish what is in flight, in that order."""

    async def gone(person: str, letter: int) -> Outcome:
        return await engine.handle(person, Blocked(), f"gone:{letter}")

    door = Door(app, engine, store, book, clock)
    poller = Poller(settings.telegram_api, settings.telegram_token, door.take)
    files = Files(store, book, clock)
    post = Post(store, TelegramChannel(app.bot, store.reference, files), clock, gone, pace)
    log.info("running", bot=app.bot.username)
    jobs = [_job(poller.run()), _job(rounds.run(store, engine, clock)), _job(post.run(engine))]
    ending = _job(stop.wait())
    done, _ = await asyncio.wait([*jobs, ending], return_when=asyncio.FIRST_COMPLETED)
    for job in (*jobs, ending):
        job.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await job
    await door.close()
    for job in done - {ending}:
        try:
            job.result()
        except Barred:
            raise TokenRefused(REFUSED) from None


def _job(work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    return asyncio.create_task(work)


def _stopped_by_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt instead
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


async def _greeted(app: App, stop: asyncio.Event) -> bool:
    """Ask Telegram who we are, patiently: a network that is down at start comes back, a refused token does not.

    False: it was time to stop before an answer came.
    """
    refused = tries = 0
    while not stop.is_set():
        try:
            await app.initialize()
            return True
        except InvalidToken:
            refused += 1
            if refused >= REFUSALS:
                raise TokenRefused(REFUSED) from None
        except TelegramError as error:
            log.warning("Telegram does not answer yet", error=type(error).__name__)
        with suppress(TimeoutError):
            async with asyncio.timeout(GREETING_PAUSES[min(tries, len(GREETING_PAUSES) - 1)]):
                await stop.wait()
        tries += 1
    return False


async def setting_up(settings: Settings, book: Book) -> list[str]:
    """Set what people see of the bot on Telegram; what was set, in words."""
    app = build(settings.telegram_token, settings.telegram_api)
    try:
        await app.initialize()
        return await set_profile(app.bot, book)
    except InvalidToken:
        raise TokenRefused(REFUSED) from None
    finally:
        await close(app)
