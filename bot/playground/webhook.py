"""Updates pushed to the bot by HTTP POST.

Source: docs, setWebhook; WebhookActor.cpp, send_update, on_update_ok, on_update_error; Client.cpp, do_set_webhook.
Updates of one lane (a chat's messages, a person's taps: add_update_impl's webhook_queue_id) go one after the other,
the next only when the one before was answered 2xx. A failure is tried again *at once*, then after 2, 4, 8 ... seconds,
up to a minute or two; Retry-After (at most an hour) beats that. Redirects are failures.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

from bot.playground.clock import Clock
from bot.playground.faults import Faults
from bot.playground.faults import Kind as Trouble
from bot.playground.ledger import Kind, Ledger
from bot.playground.parameters import Call
from bot.playground.queue import Queue, Update
from bot.playground.refusals import Json, bad

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
PORTS = (443, 80, 88, 8443)
SECRET = re.compile(r"[A-Za-z0-9_-]*")
TIMEOUT = aiohttp.ClientTimeout(total=60)
LONGEST_DELAY = 60  # seconds; then up to twice as much by chance, here exactly this
LONGEST_RETRY_AFTER = 3600
GONE_FOR = 23 * 3600  # seconds of nothing but 410 after which the webhook is removed
ANSWERS = 1 << 20  # bytes of an answer that are read


@dataclass(frozen=True, slots=True)
class Target:
    url: str = ""
    secret: str = ""
    connections: int = 40


class Webhook:
    """`perform` runs a method call that came as the answer to an update."""

    def __init__(self, clock: Clock, queue: Queue, faults: Faults, ledger: Ledger) -> None:
        self._clock, self._queue, self._faults, self._ledger = clock, queue, faults, ledger
        self.target = Target()
        self.perform: Callable[[Call], Awaitable[object]] | None = None
        self._lanes: dict[int, deque[Update]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._places = asyncio.Semaphore(1)
        self._last_error: tuple[int, str] | None = None
        self._gone_since: float | None = None

    @property
    def is_set(self) -> bool:
        return bool(self.target.url)

    async def set(self, target: Target) -> None:
        """Begin to push to another place, or ("") end it. Waiting updates are pushed at once."""
        await self.close()
        self.target, self._last_error, self._gone_since = target, None, None
        self._queue.on_update = self._enqueue if target.url else lambda update: None
        if not target.url:
            return
        self._queue.abort()
        self._places = asyncio.Semaphore(target.connections)
        self._session = aiohttp.ClientSession(timeout=TIMEOUT, trust_env=False)
        for update in self._queue.waiting():
            self._enqueue(update)

    async def close(self) -> None:
        workers, self._workers, self._lanes = self._workers, set(), {}
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def info(self) -> Json:
        """Client.cpp, JsonWebhookInfo."""
        shown: Json = {
            "url": self.target.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._queue.waiting()),
        }
        if self._last_error is not None:
            shown["last_error_date"], shown["last_error_message"] = self._last_error
        if self.is_set:
            shown |= {"max_connections": self.target.connections, "ip_address": "127.0.0.1"}
        return shown

    def _enqueue(self, update: Update) -> None:
        lane = self._lanes.get(update.lane)
        if lane is not None:
            lane.append(update)
            return
        self._lanes[update.lane] = deque([update])
        worker = asyncio.create_task(self._work(update.lane))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _work(self, number: int) -> None:
        lane = self._lanes[number]
        while lane:
            if len(lane) > 1 and self._faults.strike(Trouble.REORDER, "webhook"):
                lane[0], lane[1] = lane[1], lane[0]
            await self._deliver(lane[0])
            if self._faults.strike(Trouble.DUPLICATE, "webhook"):
                self._ledger.write(Kind.FAULT, "webhook", note=f"update {lane[0].id} once more")
                await self._deliver(lane[0])
            if not self.is_set:  # it ended meanwhile: what is left stays for getUpdates
                return
            self._queue.forget(lane.popleft().id)
        self._lanes.pop(number, None)

    async def _deliver(self, update: Update) -> None:
        """Until it is taken or too old. WebhookActor.cpp, on_update_error."""
        delay = 1
        failures = 0
        while self.is_set and self._clock.now() <= update.expires:
            async with self._places:
                error, retry_after = await self._post(update)
            if not error:
                return
            self._last_error = (int(self._clock.now()), error)
            wait = min(retry_after, LONGEST_RETRY_AFTER)
            if not wait and failures:
                delay = min(LONGEST_DELAY, delay * 2)
                wait = delay
            failures += 1
            if self._clock.now() + wait > update.expires:
                break
            await self._clock.sleep(wait)
        if self.is_set:
            self._ledger.write(Kind.WARNING, "webhook", note=f"update {update.id} dropped: too old")

    async def _post(self, update: Update) -> tuple[str, int]:
        """("", 0) if it was taken, else what went wrong and the seconds the other side asked for."""
        assert self._session is not None
        secret = {"X-Telegram-Bot-Api-Secret-Token": self.target.secret} if self.target.secret else {}
        try:
            async with self._session.post(
                self.target.url, json=update.json(), headers=secret, allow_redirects=False
            ) as answer:
                body = await answer.content.read(ANSWERS)
                self._note(update, answer.status)
                if 200 <= answer.status <= 299:
                    await self._obey(body)
                    return "", 0
                after = answer.headers.get("Retry-After", "0")
                error = f"Wrong response from the webhook: {answer.status} {answer.reason}"
                return error, int(after) if after.isdecimal() else 0
        except (aiohttp.ClientError, TimeoutError) as error:
            self._note(update, 0)
            return f"Connection failed: {type(error).__name__}", 0

    def _note(self, update: Update, status: int) -> None:
        self._ledger.write(Kind.WEBHOOK, update.kind, answer=update.json(), code=status, note=f"update {update.id}")
        now = self._clock.now()
        self._gone_since = (self._gone_since or now) if status == 410 else None
        if self._gone_since is not None and now > self._gone_since + GONE_FOR:
            self.target = Target()
            self._queue.on_update = lambda update: None
            self._ledger.write(Kind.WARNING, "webhook", note="removed: nothing but 410 for 23 hours")

    async def _obey(self, body: bytes) -> None:
        """A method in the answer is called; its result is lost. Docs, "Making requests when getting updates"."""
        call = read_answer(body)
        if call is not None and self.perform is not None:
            await self.perform(call)


def read_answer(body: bytes) -> Call | None:
    """The call in a webhook's answer, if there is one. WebhookActor.cpp, handle: none that gets, closes or sets."""
    call = Call("webhook answer")
    call.read_json(body)
    method = call.text("method")
    if not method or method.lower().startswith("get") or method.lower() in FORBIDDEN:
        return None
    call.method = method
    return call


FORBIDDEN = frozenset({"deletewebhook", "setwebhook", "close", "logout"})


def checked_target(call: Call) -> Target:
    """The webhook a call asks for. 400 as Client.cpp, do_set_webhook, and WebhookActor.cpp, start_up.

    Telegram wants HTTPS and a few ports; its server's local mode (docs, "Using a Local Bot API Server") takes any local
    address. So here: loopback as in local mode, and nothing else, for this server never calls out.
    """
    url = call.text("url")
    parts = urlsplit(url if "://" in url else f"https://{url}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        raise bad("invalid webhook URL specified") from None
    if parts.scheme not in ("http", "https") or not host:
        raise bad("invalid webhook URL specified")
    secret = call.text("secret_token")
    if len(secret) > 256:
        raise bad("secret token is too long")
    if not SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    if host not in LOOPBACK:
        _refuse_outside(parts.scheme, port)
    return Target(url, secret, call.integer("max_connections", 40, 1, 100))


def _refuse_outside(scheme: str, port: int | None) -> None:
    if scheme != "https":
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if port not in (None, *PORTS):
        raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    raise bad("bad webhook: Failed to resolve host: Name or service not known")
