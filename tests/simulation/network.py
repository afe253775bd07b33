"""The wire between the bot and Telegram, inside one process: stands in for `aiohttp.ClientSession`, and carries calls
to the strict local Bot API and its pushed updates to the bot, with whatever goes wrong on the way.

A call goes its way by itself once it is on the wire: who asked may die meanwhile.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextvars import Context, copy_context
from typing import Any, Protocol

import aiohttp
from attrs import define, field, frozen

from bot.channels.telegram.reading import Raw
from bot.playground.api import Api
from bot.playground.dispatch import perform
from bot.playground.parameters import Call, Upload
from tests.simulation.points import Life
from tests.simulation.troubles import HTML_WAIT, Told, Trouble, flood

Take = Callable[[list[Raw]], Coroutine[Any, Any, None]]
POLL = "getUpdates"
SHOWING = ("sendMessage", "sendDocument", "sendPhoto", "sendAnimation")
EDITING = ("editMessageText", "editMessageCaption", "editMessageMedia")
PUSHED_TO = "https://bot.invalid/"
"""Where pushed updates go."""


@frozen
class Reply:
    """What a server answered, as aiohttp shows it."""

    status: int
    body: bytes
    reason: str = ""
    headers: Mapping[str, str] = field(factory=dict)

    async def read(self, _: int = -1) -> bytes:
        return self.body

    @property
    def content(self) -> Reply:
        return self


@define
class Sent:
    """One call of the bot, and what became of it. Instants are seconds of the simulation."""

    method: str
    chat: int
    values: dict[str, str]
    letter: int
    """The letter that was in flight for this person; 0: none."""
    life: int
    asked: float
    shows: bool
    """It is a new message, or a card changed in place (not one that is put to rest)."""
    accepted: bool = False
    code: int = 0
    told: Told | None = None
    """What the bot came to know; None: nothing, it died."""
    told_at: float = 0.0
    wait: float = 0.0
    trouble: str = ""
    note: str = ""


class Skies(Protocol):
    """Says what goes wrong."""

    def latency(self) -> float:
        """Seconds one way."""

    def trouble(self, method: str, chat: int) -> Trouble | None:
        """What happens to this call; None: nothing."""

    def arrives_from_the_dead(self) -> bool:
        """Whether a call of a process that has just died still arrives."""


class Network:
    """All wires. `calls` is what the bot asked, without polls."""

    def __init__(self, api: Api, skies: Skies) -> None:
        self._api = api
        self._skies = skies
        self._gates: dict[int, float] = {}
        self._outside = copy_context()
        self.life: Life | None = None
        self.take: Take | None = None
        """How the living bot takes pushed updates; None: nobody listens."""
        self.letter_of: Callable[[int], int] = lambda chat: 0
        self.calls: list[Sent] = []
        self.on_call: Callable[[Sent], None] = lambda sent: None
        self.on_poll: Callable[[int], None] = lambda offset: None

    def session(self, *_: object, timeout: Any = None, **__: object) -> Session:
        """In place of `aiohttp.ClientSession`."""
        return Session(self, self.life, timeout)

    async def call(self, life: Life, method: str, values: dict[str, str], files: dict[str, Upload]) -> Reply:
        """One call of the bot, from asking to hearing."""
        await life.point(f"{method} asked")
        chat = int(values.get("chat_id", 0))
        shows = method in SHOWING or (method in EDITING and "reply_markup" in values)
        letter = self.letter_of(chat)
        sent = Sent(method, chat, values, letter, life.number, _now(), shows)
        if method != POLL:
            self.calls.append(sent)
        trouble = self._barred(chat) or self._skies.trouble(method, chat)
        out: Context = self._outside.copy()
        way = asyncio.get_running_loop().create_task(
            self._carry(life, sent, Call(method, values, files), trouble), context=out
        )
        try:
            reply = await asyncio.shield(way)
        except asyncio.CancelledError:  # nobody waits any longer
            self._tell(sent, Told.OPEN)
            raise
        await life.point(f"{method} answered")
        if reply.status == 429:
            sent.wait = _wait_in(reply.body)
        self._tell(sent, trouble.told if trouble is not None else Told.DONE)
        if isinstance(reply, Broken):
            raise reply.make()
        return reply

    def _tell(self, sent: Sent, told: Told) -> None:
        if self.life is None or not self.life.alive or self.life.number != sent.life:
            return
        sent.told, sent.told_at = told, _now()
        if sent.method != POLL:
            self.on_call(sent)

    def _barred(self, chat: int) -> Trouble | None:
        """Telegram still refuses who did not wait."""
        left = self._gates.get(chat, 0.0) - _now()
        return flood(int(left) + 1) if chat and left > 0 else None

    async def _carry(self, life: Life, sent: Sent, call: Call, trouble: Trouble | None) -> Reply:
        sent.trouble = trouble.name if trouble is not None else ""
        await asyncio.sleep(self._skies.latency())
        if not life.alive and not self._skies.arrives_from_the_dead():
            return Reply(0, b"")
        body = b""
        status = 200
        if trouble is None or trouble.done:
            if call.method == POLL:
                self.on_poll(call.integer("offset"))
            answer = await perform(self._api, call)
            status, body = answer.code, json.dumps(answer.body).encode()
            sent.accepted, sent.code = answer.code == 200, answer.code
            sent.note = str(answer.body.get("description", ""))
        if life.dies_at(f"{call.method} accepted"):
            return Reply(0, b"")
        await asyncio.sleep(self._skies.latency())
        return await self._heard(sent, trouble, Reply(status, body))

    async def _heard(self, sent: Sent, trouble: Trouble | None, reply: Reply) -> Reply:
        if trouble is None:
            return reply
        if trouble.status == 429 and sent.chat:
            self._gates[sent.chat] = max(self._gates.get(sent.chat, 0.0), _now() + _wait_in(trouble.body))
        await asyncio.sleep(trouble.after)
        if trouble.error is not None:
            return Broken(0, b"", make=trouble.error)
        if trouble.told is Told.DONE:
            return reply
        if trouble.name in ("silence", "late"):
            await asyncio.sleep(3600)
        return Reply(trouble.status, trouble.body)

    async def push(self, update: dict[str, Any]) -> Reply:
        """Telegram pushes an update to the bot: 200 when it is kept, 503 when it cannot be."""
        await asyncio.sleep(self._skies.latency())
        take, life = self.take, self.life
        if take is None or life is None or life.is_dead():
            raise aiohttp.ServerDisconnectedError
        done = life.task(take([update]))
        await asyncio.wait([done, life.ended], return_when=asyncio.FIRST_COMPLETED)
        if life.is_dead() or not done.done():
            raise aiohttp.ServerDisconnectedError
        if done.cancelled() or done.exception() is not None:
            return Reply(503, b"", "Service Unavailable", {"Retry-After": "5"})
        return Reply(200, b"")


@frozen
class Broken(Reply):
    """The connection broke."""

    make: Callable[[], Exception] = aiohttp.ServerDisconnectedError


class Session:
    """As much of `aiohttp.ClientSession` as the bot and the local Bot API use."""

    def __init__(self, network: Network, life: Life | None, timeout: Any) -> None:
        self._network = network
        self._life = life
        self._timeout = timeout

    def request(self, method: str, url: str, *, data: Any = None, timeout: Any = None, **_: object) -> Asking:
        return Asking(self._ask(url, *_read(data)), timeout or self._timeout)

    def post(self, url: str, *, json: Any, timeout: Any = None, **_: object) -> Asking:
        if url.startswith(PUSHED_TO):
            return Asking(self._network.push(json), timeout)
        return Asking(self._ask(url, dict(_plain(json)), {}), timeout or self._timeout)

    async def _ask(self, url: str, values: dict[str, str], files: dict[str, Upload]) -> Reply:
        assert self._life is not None
        return await self._network.call(self._life, url.rpartition("/")[2], values, files)

    async def close(self) -> None:
        pass

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass


class Asking:
    """A request that was not yet waited for."""

    def __init__(self, asking: Awaitable[Reply], timeout: Any) -> None:
        self._asking = asking
        self._within = getattr(timeout, "total", timeout)

    async def __aenter__(self) -> Reply:
        async with asyncio.timeout(self._within):
            return await self._asking

    async def __aexit__(self, *_: object) -> None:
        pass


def _now() -> float:
    return asyncio.get_running_loop().time()


def _wait_in(body: bytes) -> float:
    try:
        return float(json.loads(body)["parameters"]["retry_after"])
    except ValueError:
        return HTML_WAIT


def _read(data: Any) -> tuple[dict[str, str], dict[str, Upload]]:
    """The parameters and files of a request's body."""
    if not isinstance(data, aiohttp.FormData):
        return dict(data or {}), {}
    values: dict[str, str] = {}
    files: dict[str, Upload] = {}
    for about, _, value in data._fields:
        if "filename" in about:
            files[about["name"]] = Upload(about["filename"], bytes(value))
        else:
            values[about["name"]] = str(value)
    return values, files


def _plain(parameters: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in parameters.items():
        yield name, value if isinstance(value, str) else json.dumps(value)
