"""The Telegram channel by itself, on the strict local Bot API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from telegram import Bot

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.panel import Shelf
from bot.channels.telegram.request import AiohttpRequest
from bot.clock import SetClock
from bot.makers import Files
from bot.playground.testing import Somebody
from flows import book
from flows.effects import Say
from storage.memory import MemoryStore
from tests.telegram.conftest import BEGINS


@asynccontextmanager
async def channel_to(
    anna: Somebody, files: Files | None = None, find: Callable[[str], Path | None] = lambda picture: None
) -> AsyncIterator[Callable[[Say], Awaitable[None]]]:
    """The Telegram channel alone: what it is given is delivered to Anna."""
    where, last = anna.playground, ""
    await anna.say("/start")

    async def last_of(person: str) -> str:
        return last

    async def deliver(say: Say) -> None:
        nonlocal last
        last = await channel.deliver(f"telegram:{anna.id}", say)

    transports = [AiohttpRequest(), AiohttpRequest()]
    async with Bot(
        where.token, where.base_url, where.base_file_url, request=transports[0], get_updates_request=transports[1]
    ) as bot:
        store = MemoryStore()
        shelf = Shelf(find, store.mark, store.set_mark)
        channel = TelegramChannel(bot, last_of, files or Files(store, book.load(), SetClock(BEGINS)), shelf)
        yield deliver
        await channel.close()
