"""The webhook's door: who may come in, how much is read, and what is answered when."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from zlib import compress

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.channels.telegram import webhook
from bot.channels.telegram.pulse import Pulse
from bot.channels.telegram.reading import Raw, Unreadable
from bot.channels.telegram.webhook import LARGEST, Webhook
from bot.figures import Figures
from storage.errors import StoreFull

RIGHT = "s" * 32
MIB = 1 << 20
Take = Callable[[list[Raw]], Awaitable[None]]


@dataclass
class Hook:
    """The webhook under test, what it took, and what it answers."""

    webhook: Webhook
    figures: Figures
    port: int = 0
    taken: list[Raw] = field(default_factory=list)
    took: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, body: object, secret: str | None = RIGHT, **headers: str) -> tuple[int, dict[str, str]]:
        given = {} if secret is None else {webhook.SECRET: secret}
        raw = json.dumps(body).encode() if isinstance(body, dict) else body
        async with aiohttp.ClientSession() as session:
            url = f"http://127.0.0.1:{self.port}/any/path"
            async with session.post(
                url, data=BytesIO(raw) if isinstance(raw, bytes) else raw, headers={**given, **headers}
            ) as answer:
                return answer.status, dict(answer.headers)

    async def raw(self, text: bytes, within: float = 5.0) -> bytes:
        """Send these bytes and nothing after them; the first line of the answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(text)
            await writer.drain()
            return await asyncio.wait_for(reader.readline(), within)
        finally:
            writer.close()
            await writer.wait_closed()

    def answered(self) -> dict[str, int]:
        return {status: number for status, number in self.figures.counts()["webhook_answers"].items() if number}


@asynccontextmanager
async def hooked(take: Take | None = None, **limits: float) -> AsyncIterator[Hook]:
    figures, taken, took = Figures(), list[Raw](), asyncio.Event()

    async def keep(updates: list[Raw]) -> None:
        taken.extend(updates)
        took.set()
        if take is not None:
            await take(updates)

    made = Hook(Webhook(RIGHT, keep, figures, Pulse(), **limits), figures, taken=taken, took=took)
    async with made.webhook.serve("127.0.0.1:0") as made.port:
        yield made


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    async with hooked() as made:
        yield made


def head(secret: bytes, *lines: bytes) -> bytes:
    name = webhook.SECRET.encode()
    return b"\r\n".join((b"POST / HTTP/1.1", b"Host: h", name + b": " + secret, *lines, b"", b""))


# --- who may come in


@pytest.mark.parametrize("secret", [None, "", "wrong", RIGHT[:-1], f"{RIGHT}s", RIGHT.upper(), "é" * 32, "\u017f" * 32])
async def test_without_the_right_secret_nothing_is_read(hook: Hook, secret: str | None) -> None:
    assert (await hook.post({"update_id": 1}, secret))[0] == 403
    assert hook.taken == []


async def test_the_secret_is_asked_for_before_the_body(hook: Hook) -> None:
    """The body never comes, and the answer does."""
    for secret in (b"wrong", b"\xff\xfe" * 16, b"\xc5\xbf" * 16):
        assert b" 403 " in await hook.raw(head(secret, b"Content-Length: 1000"))
    assert hook.answered() == {"403": 3}


async def test_whoever_would_be_refused_is_not_invited_to_send(hook: Hook) -> None:
    expect = b"Expect: 100-continue"
    assert b" 403 " in await hook.raw(head(b"wrong", expect, b"Content-Length: 10"))
    assert b" 413 " in await hook.raw(head(RIGHT.encode(), expect, b"Content-Length: 1048577"))
    assert b" 100 " in await hook.raw(head(RIGHT.encode(), expect, b"Content-Length: 10"))


async def test_with_the_right_secret_it_is_kept_and_answered(hook: Hook) -> None:
    update = {"update_id": 7, "message": {"text": "hello"}}
    assert (await hook.post(update))[0] == 200
    assert hook.taken == [update]
    assert hook.answered() == {"200": 1}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
async def test_nothing_but_a_post_is_answered(hook: Hook, method: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"http://127.0.0.1:{hook.port}/", headers={webhook.SECRET: RIGHT}) as answer,
    ):
        assert answer.status == 405


# --- how much is read


async def streamed(size: int) -> AsyncIterator[bytes]:
    piece = b"x" * 65536
    for _ in range(size // len(piece)):
        yield piece


@pytest.mark.parametrize("secret", [RIGHT, "wrong"])
@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_of_90_mib_takes_no_memory(hook: Hook, secret: str, announced: bool) -> None:
    """The refusal comes at the head if the length is announced, else as soon as a mebibyte has come."""
    length = {"Content-Length": str(90 * MIB)} if announced else {}
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        try:
            status = (await hook.post(streamed(90 * MIB), secret, **length))[0]
        except aiohttp.ClientConnectionError:  # it was still sending when the answer came, and was cut off
            status = int(next(iter(hook.answered())))
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert status == (413 if secret == RIGHT else 403)
    assert peak < 5 * MIB
    assert hook.taken == []


async def test_the_largest_body_is_taken_and_one_byte_more_is_not(hook: Hook) -> None:
    begin = b'{"update_id": 1, "x": "'
    whole = begin + b"y" * (LARGEST - len(begin) - 2) + b'"}'
    assert len(whole) == LARGEST
    assert (await hook.post(whole))[0] == 200
    assert (await hook.post(whole + b" "))[0] == 413

    async def pieces(text: bytes) -> AsyncIterator[bytes]:
        for at in range(0, len(text), 100_000):
            yield text[at : at + 100_000]

    assert (await hook.post(pieces(whole)))[0] == 200
    assert (await hook.post(pieces(whole + b" ")))[0] == 413
    assert len(hook.taken) == 2


async def test_a_packed_body_is_not_unpacked(hook: Hook) -> None:
    packed = compress(b" " * 50 * MIB)
    assert len(packed) < LARGEST
    assert (await hook.post(packed, **{"Content-Encoding": "deflate"}))[0] == 200
    assert hook.taken == []


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async with hooked(body_within=0.05) as hook:
        assert b" 408 " in await hook.raw(head(RIGHT.encode(), b"Content-Length: 10"))
        assert hook.taken == []


async def test_a_body_that_breaks_off_is_no_update(hook: Hook) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", hook.port)
    writer.write(head(RIGHT.encode(), b"Content-Length: 100") + b'{"update_id": 1}')
    await writer.drain()
    writer.transport.abort()
    assert (await hook.post({"update_id": 2}))[0] == 200
    assert [update for update in hook.taken if isinstance(update, dict)] == [{"update_id": 2}]


# --- what is no update


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"no json", b"\xff\xfe\x00", b'{"update_id": 1', b"[]", b"7", b"null", b'"update_id"', b"{}"),
        *(b'{"update_id": "1"}', b'{"update_id": true}', b'{"update_id": -1}', b'{"update_id": 1.0}', b"[" * 100_000),
        b'{"update_id": ' + b"9" * 5000 + b"}",
        b'{"update_id": ' + b"9" * 40 + b"}",
        b'{"message": {"update_id": 5, "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
    ],
    ids=lambda body: f"{body[:16]!r}",
)
async def test_what_is_no_update_is_answered_counted_and_forgotten(hook: Hook, body: bytes) -> None:
    """Another try would not mend it, and as long as it is refused Telegram holds back all that comes behind."""
    with capture_logs() as lines:
        assert (await hook.post(body))[0] == 200
    assert hook.taken == []
    assert hook.figures.counts()["webhook_oddities"]["no_update"] == 1
    assert [line for line in lines if line["log_level"] == "warning"]
    assert "update_id" not in str(lines)


@pytest.mark.parametrize(
    ("inside", "reason"),
    [(b"[" * 100_000 + b"]" * 100_000, "RecursionError"), (b"9" * 5000, "ValueError"), (b'"\\x"', "JSONDecodeError")],
    ids=["deep", "long", "broken"],
)
async def test_an_update_of_which_only_the_number_can_be_read_is_set_aside(
    hook: Hook, inside: bytes, reason: str
) -> None:
    body = b'{"message": {"update_id": 3, "text": "\\"update_id\\": 4,", "x": ' + inside + b'}, "update_id" : 9 }'
    assert (await hook.post(body))[0] == 200
    assert hook.taken == [Unreadable(9, reason)]


# --- what cannot be kept


async def test_what_cannot_be_kept_comes_again_later() -> None:
    async def take(_: list[Raw]) -> None:
        raise StoreFull("no room")

    async with hooked(take) as hook:
        status, headers = await hook.post({"update_id": 1})
        assert (status, headers["Retry-After"]) == (503, "5")


async def test_what_is_not_kept_in_time_comes_again_later() -> None:
    """Before Telegram's own patience ends."""

    async def take(_: list[Raw]) -> None:
        await asyncio.Event().wait()

    async with hooked(take, kept_within=0.05) as hook:
        assert (await hook.post({"update_id": 1}))[0] == 503
    assert webhook.BODY_WITHIN + webhook.KEPT_WITHIN < 60


async def test_it_is_answered_only_when_it_is_kept() -> None:
    kept = asyncio.Event()

    async def take(_: list[Raw]) -> None:
        await kept.wait()

    async with hooked(take) as hook:
        answer = asyncio.create_task(hook.post({"update_id": 1}))
        await hook.took.wait()
        assert not answer.done()
        kept.set()
        assert (await answer)[0] == 200


async def test_at_the_end_what_is_in_work_is_answered_and_nothing_new_is_taken() -> None:
    kept = asyncio.Event()

    async def take(_: list[Raw]) -> None:
        await kept.wait()

    async with hooked(take) as hook:
        first = asyncio.create_task(hook.post({"update_id": 1}))
        await hook.took.wait()
        hook.webhook.end()
        status, headers = await hook.post({"update_id": 2})
        assert (status, headers["Retry-After"]) == (503, "5")
        assert (await hook.post({"update_id": 2}, "wrong"))[0] == 403
        asyncio.get_running_loop().call_soon(kept.set)
    assert (await first)[0] == 200
    assert hook.taken == [{"update_id": 1}]
