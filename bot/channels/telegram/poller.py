"""Fetches updates and confirms them only when they are kept.

Asking with a higher offset makes Telegram forget everything below it, so the offset moves only after the engine has
every update of the batch on disk (promise 3). The answer is read by hand, one update at a time: a single one that
cannot be read is set aside by its error, and the rest go on. What people wrote while the bot was away is never thrown
away.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import aiohttp
import structlog

TIMEOUT_SECONDS = 50
"""The longest poll that Telegram allows."""
BATCH = 100
WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
CONFLICT_PAUSES = (5.0, 10.0, 15.0, 30.0)
TROUBLE_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
REFUSALS = 3
"""So often in a row Telegram must refuse the token before it is believed: proxies answer 404 too."""
log = structlog.get_logger("poller")

Update = dict[str, Any]


class TokenRefused(Exception):
    """Telegram does not know the bot's token."""


class _Trouble(Exception):
    """A poll that brought nothing; after `wait` seconds the next one."""

    def __init__(self, reason: str, wait: float) -> None:
        super().__init__(reason)
        self.wait = wait


class Poller:
    """Polls until cancelled. `take` handles a batch and returns when all of it is kept; if it raises, nothing is
    confirmed."""

    def __init__(self, root: str, token: str, take: Callable[[list[Update]], Awaitable[None]]) -> None:
        self._url = f"{root}/bot{token}/getUpdates"
        self._take = take
        self._offset = 0
        self._troubles = 0
        self._refusals = 0
        self.last_good: float | None = None
        """Loop time of the last poll that was answered: a bot that hears nothing is not well, however alive it is."""

    async def run(self) -> None:
        """TokenRefused: Telegram refuses the token, several times in a row."""
        limit = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS + 15, sock_connect=10)
        async with aiohttp.ClientSession(timeout=limit) as session:
            while True:
                try:
                    updates = await self._fetch(session)
                    await self._take(updates)
                except _Trouble as trouble:
                    log.warning("no updates", reason=str(trouble), wait=trouble.wait)
                    await asyncio.sleep(trouble.wait)
                except (TokenRefused, asyncio.CancelledError):
                    raise
                except Exception as error:
                    wait = self._pause(TROUBLE_PAUSES)
                    log.error("updates were not kept and are asked for again", error=type(error).__name__, wait=wait)
                    await asyncio.sleep(wait)
                else:
                    self._went_well(updates)

    def _went_well(self, updates: list[Update]) -> None:
        self._troubles = self._refusals = 0
        self.last_good = asyncio.get_running_loop().time()
        ids = [each["update_id"] for each in updates]
        self._offset = max([self._offset, *(number + 1 for number in ids)])

    async def _fetch(self, session: aiohttp.ClientSession) -> list[Update]:
        asked = {"offset": self._offset, "limit": BATCH, "timeout": TIMEOUT_SECONDS, "allowed_updates": list(WANTED)}
        try:
            async with session.post(self._url, json=asked) as answer:
                status, body = answer.status, await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _Trouble(type(error).__name__, self._pause(TROUBLE_PAUSES)) from None
        found = _parsed(body)
        if status == 409 and "webhook" in str(found.get("description", "")).lower():
            await self._take_over(session)
        if status == 200 and found.get("ok") is True and isinstance(found.get("result"), list):
            return [each for each in found["result"] if _is_update(each)]
        raise self._refused(status, found)

    async def _take_over(self, session: aiohttp.ClientSession) -> None:
        """A webhook from earlier bars polling: it goes, and what waits there stays for us."""
        log.warning("a webhook was set; it is removed, nothing that waits is dropped")
        url = self._url.removesuffix("getUpdates") + "deleteWebhook"
        with suppress(aiohttp.ClientError, TimeoutError):
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
        return _Trouble(f"answer {status}", self._pause(TROUBLE_PAUSES))

    def _pause(self, steps: tuple[float, ...]) -> float:
        self._troubles += 1
        return steps[min(self._troubles, len(steps)) - 1]


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_update(found: object) -> bool:
    """Whether it has an id to confirm it by. What has none cannot be confirmed either."""
    if not isinstance(found, dict):
        return False
    number = found.get("update_id")
    return isinstance(number, int) and not isinstance(number, bool)
