"""The one place where the parts of the bot on Telegram are put together, started and stopped in order.

The chat in the terminal needs none of it and is put together in `bot.chat`.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from telegram.error import InvalidToken, TelegramError

from bot import anew, pictures, rounds
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.door import Door, build, close
from bot.channels.telegram.ear import ear_of
from bot.channels.telegram.incoming import App
from bot.channels.telegram.panel import Shelf
from bot.channels.telegram.poller import REFUSALS, TokenRefused
from bot.channels.telegram.profile import set_profile
from bot.channels.telegram.registration import REFUSED, set_up
from bot.clock import Clock, FollowedClock, SystemClock
from bot.counting import CountingStore
from bot.desk import Desk, status
from bot.engine import Engine, running
from bot.figures import Figures
from bot.health import Health
from bot.makers import Files
from bot.pacing import Pace
from bot.post import Barred, Post
from bot.settings import Settings
from bot.stores import store_of
from bot.throttle import Throttle
from bot.trouble import GaveUp
from bot.watching import Backlog, shown, watch
from flows.events import Blocked
from flows.pages import Book
from storage.store import Outcome

GREETING_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
ENDS_WITHIN = 10.0
"""Seconds for each part; the webhook and the post take eight at most."""
log = structlog.get_logger("app")


async def serve(
    settings: Settings,
    book: Book,
    *,
    clock: Clock | None = None,
    stopped: asyncio.Event | None = None,
    pace: Pace = Pace(),  # noqa: B008, it is a value
    throttle: Throttle | None = None,
) -> None:
    """The bot on Telegram, until a signal (or `stopped`) ends it. TokenRefused: Telegram does not know the token."""
    clock = clock or (FollowedClock(settings.clock_file) if settings.clock_file else SystemClock())
    stop = stopped or _stopped_by_signal()
    app = build(settings.telegram_token, settings.telegram_api)
    figures = Figures()
    async with store_of(settings, clock.now()) as beneath:
        counting = CountingStore(beneath, figures)
        store = counting.store
        async with running(store, book, clock) as engine:
            desk = Desk(settings.admins, lambda: {"status": lambda: status(health.report())})
            door = Door(app, engine, store, book, clock, throttle=throttle, desk=desk)
            ear = ear_of(settings, app.bot, door.take, figures)
            shelf = Shelf(_picture, store.mark, store.set_mark)
            channel = TelegramChannel(app.bot, store.reference, Files(store, book, clock), shelf)
            post = Post(store, channel, clock, partial(_gone, engine), pace)
            backlog = Backlog(store, clock, figures)
            figures.gauge("heard_seconds", "Seconds since Telegram was last heard", lambda: ear.pulse.silent_for)
            health = Health(figures, (ear.pulse.check, counting.check, backlog.check, backlog.forecast))
            watching = _job(watch(settings.data, health, backlog.look))
            try:
                async with shown(settings, health):
                    if await _greeted(app, stop):
                        log.info("running", bot=app.bot.username)
                        rounding = partial(rounds.run, store, engine, clock)
                        counting_anew = partial(anew.run, store, engine, clock)
                        parts = (ear.run, ear.pulse.watch, rounding, counting_anew, partial(post.run, engine))
                        await _work(parts, stop)
            finally:
                await channel.close()
                await door.close()
                await _end(watching)
                await close(app)


def _picture(picture: str) -> Path | None:
    return pictures.find(picture) or pictures.animation(picture)


async def _gone(engine: Engine, person: str, letter: int) -> Outcome:
    return await engine.handle(person, Blocked(), f"gone:{letter}")


async def _work(parts: Sequence[Callable[[], Coroutine[Any, Any, None]]], stop: asyncio.Event) -> None:
    """Hear, deliver and go round until it is time to stop; then finish what is in flight, in that order."""
    jobs = [_job(part()) for part in parts]
    ending = _job(stop.wait())
    done, _ = await asyncio.wait([*jobs, ending], return_when=asyncio.FIRST_COMPLETED)
    for job in (*jobs, ending):
        await _end(job)
    for job in done - {ending}:
        if job.cancelled():
            raise GaveUp("a part of the bot was ended by nobody who may; start it again")
        try:
            job.result()
        except Barred:
            raise TokenRefused(REFUSED) from None


async def _end(job: asyncio.Task[Any]) -> None:
    """End it and wait, but not for ever: what is stuck may be deaf to this as well."""
    job.cancel()
    ended, _ = await asyncio.wait([job], timeout=ENDS_WITHIN)
    if ended and not job.cancelled():
        job.exception()  # told by whoever asks for the result; else the library would print it


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
    """Set what people see of the bot on Telegram, and where it brings updates; what was set, in words."""
    app = build(settings.telegram_token, settings.telegram_api)
    try:
        await app.initialize()
        return [*await set_profile(app.bot, book), await set_up(app.bot, settings)]
    except InvalidToken:
        raise TokenRefused(REFUSED) from None
    except TelegramError as error:
        raise GaveUp(f"Telegram did not do as it was asked ({type(error).__name__}); try again later") from None
    finally:
        await close(app)
