"""A playground for each test, python-telegram-bot's Bot to call it with, a raw client, and Anna, who has said hello."""

from __future__ import annotations

import struct
import zlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import aiohttp
import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.playground.testing import Playground, Somebody, playground

__all__ = ["playground"]

Json = dict[str, Any]
Raw = Callable[..., Coroutine[Any, Any, Json]]


def a_bot(where: Playground) -> Bot:
    """Speaks to the playground and to nothing else, whatever proxies the environment names."""
    request = [HTTPXRequest(httpx_kwargs={"trust_env": False}) for _ in range(2)]
    return Bot(
        where.token,
        base_url=where.base_url,
        base_file_url=where.base_file_url,
        request=request[0],
        get_updates_request=request[1],
    )


@pytest.fixture
async def bot(playground: Playground) -> AsyncIterator[Bot]:
    async with a_bot(playground) as made:
        yield made


@pytest.fixture
async def anna(playground: Playground) -> Somebody:
    """She has written to the bot, so that it may write to her; the update is not fetched."""
    somebody = playground.person("Anna", username="anna_example", language="de")
    await somebody.say("Hello")
    playground.api.queue.clear()
    return somebody


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(trust_env=False, timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield session


@pytest.fixture
async def raw(playground: Playground, client: aiohttp.ClientSession) -> Raw:
    """POST a method with a JSON body; the decoded answer."""

    async def post(method: str, /, **parameters: Any) -> Json:
        url = f"{playground.base_url}{playground.token}/{method}"
        async with client.post(url, json=parameters) as answer:
            decoded: Json = await answer.json()
            assert answer.status == decoded.get("error_code", 200)
            return decoded

    return post


def png(width: int = 8, height: int = 6) -> bytes:
    """A white picture, whole and valid."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xff" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


GIF = (
    b"GIF89a\x10\x00\x08\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
