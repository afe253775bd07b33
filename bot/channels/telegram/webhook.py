"""Updates that Telegram brings by HTTP POST, each answered when it is kept.

Telegram tries again until it is answered 2xx, and holds back whatever else the same person wrote, so the answer is the
confirmation (promise 3):

    403  the secret is missing or wrong; nothing was read
    413  more than Telegram ever sends; no more than that was read
    408  the body did not come in time       400  it broke off
    200  kept; or there is no update in it, which trying again would not mend (counted, and logged without content)
    503  it could not be kept, or the bot is ending: Retry-After says when to come again

Taps have a queue of their own at Telegram, so a tap may overtake the words written before it. That is no harm: a tap
counts only with the token of the present card.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import aiohttp
import structlog
from aiohttp import hdrs, web

from bot.channels.telegram.pulse import Pulse
from bot.channels.telegram.reading import Raw, read_update
from bot.figures import Figures
from bot.listening import listening

SECRET = "X-Telegram-Bot-Api-Secret-Token"
LARGEST = 1 << 20
"""Bytes of a body."""
BODY_WITHIN = 20.0
"""Seconds for a body to arrive; Telegram's come at once, and it waits 60 for the answer."""
KEPT_WITHIN = 30.0
"""Seconds for an update to be kept."""
ENDS_WITHIN = 8.0
"""Seconds for requests in work when the bot ends."""
RETRY_AFTER = "5"
"""Seconds; Telegram honours it."""
log = structlog.get_logger("webhook")


class Webhook:
    """Answers Telegram's requests. `take` returns when what it was given is kept; if it raises, it is not."""

    def __init__(
        self,
        secret: str,
        take: Callable[[list[Raw]], Awaitable[None]],
        figures: Figures,
        pulse: Pulse,
        *,
        body_within: float = BODY_WITHIN,
        kept_within: float = KEPT_WITHIN,
    ) -> None:
        self._secret = secret.encode()
        self._take = take
        self._figures = figures
        self._pulse = pulse
        self._body_within = body_within
        self._kept_within = kept_within
        self._ending = False

    def serve(self, address: str) -> AbstractAsyncContextManager[int]:
        """Listen at `host:port` until the block ends; any path, for a proxy may have changed it."""
        app = web.Application()
        app.router.add_route(hdrs.METH_POST, "/{path:.*}", self._answer, expect_handler=self._invite)
        return listening(app, address, "UNKINK_WEBHOOK_LISTEN", patience=ENDS_WITHIN)

    def end(self) -> None:
        """From now on nothing new is taken; what is in work is finished."""
        self._ending = True

    async def _answer(self, request: web.Request) -> web.Response:
        answer = self._refusal(request) or await self._read(request)
        self._figures.count("webhook_answers", str(answer.status))
        return answer

    async def _invite(self, request: web.Request) -> web.Response | None:
        """`Expect: 100-continue`: who would be refused is told before the body is on its way."""
        refusal = self._refusal(request)
        if refusal is None:
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        return refusal

    def _refusal(self, request: web.Request) -> web.Response | None:
        """Decided by the head of the request alone. Compared as bytes: of text, only ASCII could be."""
        given = request.headers.get(SECRET, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            log.warning("a request without the right secret was refused")
            return web.Response(status=403)
        if (request.content_length or 0) > LARGEST:
            return self._too_large()
        return self._later() if self._ending else None

    async def _read(self, request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(self._body_within):
                body = await _body(request)
        except TimeoutError:
            return web.Response(status=408)
        except (aiohttp.ClientError, web.RequestPayloadError, OSError):
            return web.Response(status=400)
        if body is None:
            return self._too_large()
        update = read_update(body)
        if update is None:
            self._figures.count("webhook_oddities", "no_update")
            log.warning("a request with the right secret held no update", bytes=len(body))
            return web.Response()
        return await self._keep(update)

    async def _keep(self, update: Raw) -> web.Response:
        try:
            async with asyncio.timeout(self._kept_within):
                await self._take([update])
        except Exception as error:
            log.error("an update was not kept; Telegram is asked to bring it again", error=type(error).__name__)
            self._pulse.trouble("what people wrote could not be kept")
            return self._later()
        self._pulse.kept()
        return web.Response()

    def _too_large(self) -> web.Response:
        log.warning("a request was too large")
        return web.Response(status=413)

    def _later(self) -> web.Response:
        return web.Response(status=503, headers={"Retry-After": RETRY_AFTER})


async def _body(request: web.Request) -> bytes | None:
    """The body, read piece by piece; None as soon as it is larger than the largest."""
    body = bytearray()
    while piece := await request.content.readany():
        body += piece
        if len(body) > LARGEST:
            return None
    return bytes(body)
