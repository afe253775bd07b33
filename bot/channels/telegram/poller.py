"""Fetches updates and confirms them only when they are kept.

Asking with a higher offset makes Telegram forget everything below it, so the offset moves only after the engine has
every update of the batch on disk (promise 3), and nothing more is asked for before that: what people write faster than
it can be kept waits at Telegram. A single update that cannot be read is set aside by its error, and the rest go on.
What people wrote while the bot was away is never thrown away.

A client whose connections are wedged looks alive and hears nothing, so it is thrown away and made anew after three
attempts in a row without a sensible answer, and at once when a poll took longer than any can.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import aiohttp
import structlog

from bot.channels.telegram.pulse import Pulse
from bot.channels.telegram.reading import Raw, number_of, read_answer, updates_in

TIMEOUT_SECONDS = 50
"""The longest poll that Telegram allows."""
HANGS_AFTER = TIMEOUT_SECONDS + 15.0
"""Seconds after which a poll is given up, whatever it waits for."""
RENEW_AFTER = 3
"""Attempts in a row without a sensible answer after which the client is made anew."""
BATCH = 100
LAST_OFFSET = 2**31 - 1
"""Telegram's offset is a 32-bit number (telegram-bot-api, Client.cpp, process_get_updates_query)."""
WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
CONFLICT_PAUSES = (5.0, 10.0, 15.0, 30.0)
TROUBLE_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
REFUSALS = 3
"""So often in a row Telegram must refuse the token before it is believed: proxies answer 404 too."""
log = structlog.get_logger("poller")


class TokenRefused(Exception):
    """Telegram does not know the bot's token."""


class _Trouble(Exception):
    """A poll that brought nothing; after `wait` seconds the next one. `blame`: the client itself may be the reason."""

    def __init__(self, reason: str, wait: float, *, blame: bool = False) -> None:
        super().__init__(reason)
        self.wait = wait
        self.blame = blame


def connect() -> aiohttp.ClientSession:
    """A client; how long a poll may take is the poller's concern."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, sock_connect=10))


class Poller:
    """Polls until cancelled. `take` handles a batch and returns when all of it is kept; if it raises, nothing is
    confirmed."""

    def __init__(
        self,
        root: str,
        token: str,
        take: Callable[[list[Raw]], Awaitable[None]],
        *,
        pulse: Pulse | None = None,
        hangs_after: float = HANGS_AFTER,
        connect: Callable[[], aiohttp.ClientSession] = connect,
    ) -> None:
        self._url = f"{root}/bot{token}/getUpdates"
        self._take = take
        self.pulse = pulse or Pulse()
        self._hangs_after = hangs_after
        self._connect = connect
        self._offset = 0
        self._troubles = 0
        self._refusals = 0

    async def run(self) -> None:
        """TokenRefused: Telegram refuses the token, several times in a row."""
        while True:
            async with self._connect() as session:
                await self._poll(session)
            log.warning("the connection to Telegram is made anew")

    async def _poll(self, session: aiohttp.ClientSession) -> None:
        """Poll for as long as this client does its work."""
        blame = 0
        while blame < RENEW_AFTER:
            try:
                async with asyncio.timeout(self._hangs_after):
                    updates = await self._fetch(session)
            except TimeoutError:
                await self._after(_Trouble("the poll hung", self._pause(TROUBLE_PAUSES)))
                return
            except _Trouble as trouble:
                blame = blame + 1 if trouble.blame else 0
                await self._after(trouble)
            else:
                blame = 0
                await self._keep(updates)

    async def _keep(self, updates: list[Raw]) -> None:
        try:
            await self._take(updates)
        except Exception as error:
            wait = self._pause(TROUBLE_PAUSES)
            log.error("updates were not kept and are asked for again", error=type(error).__name__, wait=wait)
            self.pulse.trouble("what people wrote could not be kept", wait)
            await self.pulse.nap(wait)
            return
        self._troubles = self._refusals = 0
        self.pulse.good()
        self._offset = max([self._offset, *(number_of(each) + 1 for each in updates)])

    async def _after(self, trouble: _Trouble) -> None:
        log.warning("no updates", reason=str(trouble), wait=trouble.wait)
        self.pulse.trouble(str(trouble), trouble.wait)
        await self.pulse.nap(trouble.wait)

    async def _fetch(self, session: aiohttp.ClientSession) -> list[Raw]:
        asked = {"offset": self._offset, "limit": BATCH, "timeout": TIMEOUT_SECONDS, "allowed_updates": list(WANTED)}
        try:
            async with session.post(self._url, json=asked) as answer:
                status, body = answer.status, await answer.read()
        except aiohttp.ClientError as error:
            raise _Trouble(type(error).__name__, self._pause(TROUBLE_PAUSES), blame=True) from None
        found = read_answer(body)
        if status == 409 and "webhook" in str(found.get("description", "")).lower():
            await self._take_over(session)
            raise _Trouble("a webhook barred polling", self._pause(TROUBLE_PAUSES))
        if status == 200 and found.get("ok") is True and isinstance(found.get("result"), list):
            return self._confirmable(found["result"])
        raise self._refused(status, found)

    def _confirmable(self, listed: list[object]) -> list[Raw]:
        """Those that an offset can confirm. An answer of nothing else would come again at once, for ever."""
        good = [each for each in updates_in(listed) if number_of(each) < LAST_OFFSET]
        if listed and not good:
            raise _Trouble("an answer without a single update that can be confirmed", self._pause(TROUBLE_PAUSES))
        return good

    async def _take_over(self, session: aiohttp.ClientSession) -> None:
        """A webhook from earlier bars polling: it goes, and what waits there stays for us."""
        log.warning("a webhook was set; it is removed, nothing that waits is dropped")
        url = self._url.removesuffix("getUpdates") + "deleteWebhook"
        with suppress(aiohttp.ClientError):
            async with session.post(url, json={"drop_pending_updates": False}):
                pass

    def _refused(self, status: int, found: dict[str, Any]) -> Exception:
        if status in (401, 404):
            self._refusals += 1
            if self._refusals >= REFUSALS:
                return TokenRefused("Telegram refuses the bot's token; get the right one from @BotFather")
        if status == 409:
            reason = "another process polls with this token (or a webhook is set); stop it, this one goes on trying"
            return _Trouble(reason, self._pause(CONFLICT_PAUSES))
        wait = found.get("parameters", {}).get("retry_after") if isinstance(found.get("parameters"), dict) else None
        if status == 429 and isinstance(wait, int):
            return _Trouble("Telegram asks to wait", wait + 0.5)
        return _Trouble(f"answer {status}", self._pause(TROUBLE_PAUSES), blame=True)

    def _pause(self, steps: tuple[float, ...]) -> float:
        self._troubles += 1
        return steps[min(self._troubles, len(steps)) - 1]
